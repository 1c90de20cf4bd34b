"""Tasks for which transformers has a pipeline in every version: inputs prepared as the default container does."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, cast

from hfe_core.serve import EngineError, EngineRequest, Runner, decode_audio, decode_image
from hfe_tasks.local.transformers.loading import checked_model, torch, transformers

__all__ = ["PIPELINES", "load"]

Arguments: TypeAlias = tuple[tuple[object, ...], dict[str, object]]
"""Positional and keyword arguments of a pipeline's call."""

Prepare: TypeAlias = Callable[[Any, object, dict[str, object]], Arguments]
"""``prepare(pipeline, inputs, parameters)``."""


def load(task: str, model: str | None) -> Runner:
    """The runner of a task in :data:`PIPELINES`; signature as of ``Engine.load``."""
    pipeline: Any = transformers().pipeline(PIPELINES[task][0], model=checked_model(model))
    prepare = PIPELINES[task][1]
    pytorch = torch()

    def run(request: EngineRequest) -> object:
        parameters = dict(request.parameters)
        if "generation_parameters" in parameters and "generate_kwargs" not in parameters:
            parameters["generate_kwargs"] = parameters.pop("generation_parameters")
        positional, named = prepare(pipeline, request.inputs, parameters)
        with pytorch.no_grad():
            answer = pipeline(*positional, **named)
        return _spoken(answer) if task == "text-to-speech" else answer

    return run


def _text(_pipeline: Any, inputs: object, parameters: dict[str, object]) -> Arguments:
    if not isinstance(inputs, (str, list)):
        raise EngineError("inputs: a string or a list is needed")
    return (cast("object", inputs),), parameters


def _labelled_text(pipeline: Any, inputs: object, parameters: dict[str, object]) -> Arguments:
    if isinstance(inputs, dict):
        fields = cast("dict[str, object]", inputs)
        inputs = fields.get("text", fields.get("sequences"))
    _need(parameters, "candidate_labels", "parameters")
    return _text(pipeline, inputs, parameters)


def _speech(pipeline: Any, inputs: object, parameters: dict[str, object]) -> Arguments:
    if isinstance(inputs, dict):
        inputs = cast("dict[str, object]", inputs).get("text_inputs")
    return _text(pipeline, inputs, parameters)


def _image(_pipeline: Any, inputs: object, parameters: dict[str, object]) -> Arguments:
    if isinstance(inputs, list):
        items = cast("list[object]", inputs)
        return ([decode_image(item, f"inputs[{at}]") for at, item in enumerate(items)],), parameters
    return (decode_image(inputs),), parameters


def _labelled_image(pipeline: Any, inputs: object, parameters: dict[str, object]) -> Arguments:
    if isinstance(inputs, dict):
        fields = cast("dict[str, object]", inputs)
        if "candidate_labels" in fields:
            parameters = {**parameters, "candidate_labels": fields["candidate_labels"]}
        inputs = _need(fields, "image", "inputs")
    _need(parameters, "candidate_labels", "inputs or parameters")
    return _image(pipeline, inputs, parameters)


def _searched_image(pipeline: Any, inputs: object, parameters: dict[str, object]) -> Arguments:
    if not isinstance(inputs, list):
        return _labelled_image(pipeline, inputs, parameters)
    items: list[object] = []
    for at, item in enumerate(cast("list[object]", inputs)):
        fields = _fields(item, f"inputs[{at}]", "image", "candidate_labels")
        items.append({**fields, "image": decode_image(fields["image"], f"inputs[{at}].image")})
    return (items,), parameters


def _audio(pipeline: Any, inputs: object, parameters: dict[str, object]) -> Arguments:
    rate = int(pipeline.feature_extractor.sampling_rate)
    if isinstance(inputs, list):
        items = cast("list[object]", inputs)
        return ([_samples(item, rate, f"inputs[{at}]") for at, item in enumerate(items)],), parameters
    return (_samples(inputs, rate, "inputs"),), parameters


def _samples(value: object, rate: int, what: str) -> Any:
    numpy: Any = importlib.import_module("numpy")
    return numpy.array(decode_audio(value, what).resampled(rate).samples, dtype=numpy.float32)


def _labelled_audio(pipeline: Any, inputs: object, parameters: dict[str, object]) -> Arguments:
    _need(parameters, "candidate_labels", "parameters")
    return _audio(pipeline, inputs, parameters)


def _table(_pipeline: Any, inputs: object, parameters: dict[str, object]) -> Arguments:
    fields = cast("dict[str, object]", inputs) if isinstance(inputs, dict) else {}
    query = fields.get("query", fields.get("question"))
    if query is None or "table" not in fields:
        raise EngineError('inputs: {"query": ..., "table": {column: [string, ...]}} is needed')
    if transformers().__version__.startswith("4.") and importlib.import_module("pandas").__version__ >= "3":
        raise EngineError("transformers 4 cannot read tables with pandas 3: pip install 'pandas<3'")
    return (), {**parameters, "query": query, "table": fields["table"]}


def _document(_pipeline: Any, inputs: object, parameters: dict[str, object]) -> Arguments:
    def one(item: object, what: str) -> dict[str, object]:
        fields = _fields(item, what, "image", "question")
        return {**fields, "image": decode_image(fields["image"], f"{what}.image")}

    if isinstance(inputs, list):
        return ([one(item, f"inputs[{at}]") for at, item in enumerate(cast("list[object]", inputs))],), parameters
    return (one(inputs, "inputs"),), parameters


def _image_and_text(pipeline: Any, inputs: object, parameters: dict[str, object]) -> Arguments:
    fields = _fields(inputs, "inputs", "text")
    text = fields["text"]
    if isinstance(text, list) and text and isinstance(text[0], dict):
        return (), {**parameters, "text": [_seen(message) for message in cast("list[dict[str, object]]", text)]}
    (images,), _ = _image(pipeline, _need(fields, "images", "inputs"), {})
    return (), {**parameters, "images": images, "text": text}


def _seen(message: dict[str, object]) -> dict[str, object]:
    """A chat message with its images decoded, whichever of the two common spellings they came in."""
    content = message.get("content")
    if not isinstance(content, list):
        return message
    parts: list[object] = []
    for part in cast("list[dict[str, Any]]", content):
        kind = part.get("type")
        if kind in ("image", "image_url"):
            source = part["image_url"]["url"] if kind == "image_url" else part.get("image", part.get("url"))
            parts.append({"type": "image", "image": decode_image(source, "inputs.text: an image")})
        else:
            parts.append(part)
    return {**message, "content": parts}


def _fields(value: object, what: str, *names: str) -> dict[str, object]:
    if not isinstance(value, dict) or any(name not in value for name in names):
        raise EngineError(f"{what}: an object with {', '.join(names)} is needed")
    return cast("dict[str, object]", value)


def _need(fields: Mapping[str, object], name: str, where: str) -> object:
    if not fields.get(name):
        raise EngineError(f"{name} is needed in {where}")
    return fields[name]


def _spoken(answer: object) -> object:
    """Version 5 drops the channel axis from the audio; the container sends it."""
    if isinstance(answer, list):
        return [_spoken(one) for one in cast("list[object]", answer)]
    fields = cast("dict[str, Any]", answer)
    audio = fields["audio"]
    return {"audio": audio[None] if audio.ndim == 1 else audio, "sampling_rate": int(fields["sampling_rate"])}


PIPELINES: dict[str, tuple[str, Prepare]] = {
    "text-classification": ("text-classification", _text),
    "token-classification": ("token-classification", _text),
    "fill-mask": ("fill-mask", _text),
    "feature-extraction": ("feature-extraction", _text),
    "zero-shot-classification": ("zero-shot-classification", _labelled_text),
    "table-question-answering": ("table-question-answering", _table),
    "document-question-answering": ("document-question-answering", _document),
    "image-text-to-text": ("image-text-to-text", _image_and_text),
    "image-classification": ("image-classification", _image),
    "image-segmentation": ("image-segmentation", _image),
    "image-feature-extraction": ("image-feature-extraction", _image),
    "object-detection": ("object-detection", _image),
    "depth-estimation": ("depth-estimation", _image),
    "zero-shot-image-classification": ("zero-shot-image-classification", _labelled_image),
    "zero-shot-object-detection": ("zero-shot-object-detection", _searched_image),
    "audio-classification": ("audio-classification", _audio),
    "automatic-speech-recognition": ("automatic-speech-recognition", _audio),
    "zero-shot-audio-classification": ("zero-shot-audio-classification", _labelled_audio),
    "text-to-speech": ("text-to-audio", _speech),
}
"""Task to the pipeline's name and the preparation of its arguments."""
