"""Text generation: the pipeline for whole answers, and token events for streams."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from hfe_core.serve import EngineError, EngineRequest, Runner, TokenEvent
from hfe_tasks.local.transformers.loading import checked_model, torch, transformers
from hfe_tasks.local.transformers.streaming import stream_tokens

__all__ = ["load"]

_IGNORED_IN_STREAMS = ("details", "return_full_text", "decoder_input_details", "watermark")
"""What callers of a streaming server send, and what changes nothing here."""


def load(_task: str, model: str | None) -> Runner:
    """The runner of text-generation; signature as of ``Engine.load``.

    Inputs are a text, a list of texts, or chat messages. Parameters of whole answers are those of the pipeline. Streams
    take the options of ``generate``, and ``stop`` (a list of strings) and ``seed``.
    """
    pipeline: Any = transformers().pipeline("text-generation", model=checked_model(model))
    pytorch = torch()

    def run(request: EngineRequest) -> object:
        inputs = request.inputs
        if not isinstance(inputs, (str, list)):
            raise EngineError("inputs: a text, a list of texts or a list of chat messages is needed")
        if request.stream:
            return _stream(pipeline, request)
        with pytorch.no_grad():
            return pipeline(cast("object", inputs), **request.parameters)

    return run


def _stream(pipeline: Any, request: EngineRequest) -> Iterator[TokenEvent]:
    tokenizer = pipeline.tokenizer
    options = {key: value for key, value in request.parameters.items() if key not in _IGNORED_IN_STREAMS}
    seed = options.pop("seed", None)
    if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool)):
        raise EngineError("seed: a whole number is needed")
    stop = options.pop("stop", None)
    if stop:
        options.update(stop_strings=stop, tokenizer=tokenizer)
    return stream_tokens(pipeline.model, tokenizer, _encoded(tokenizer, request.inputs), options, seed)


def _encoded(tokenizer: Any, inputs: object) -> dict[str, Any]:
    """The prompt's tensors, from a text or through the model's chat template."""
    if isinstance(inputs, str):
        return _known(tokenizer(inputs, return_tensors="pt"))
    messages = cast("list[object]", inputs)
    if not messages or not all(isinstance(message, dict) for message in messages):
        raise EngineError("inputs: a stream takes one text, or one list of chat messages")
    if not tokenizer.chat_template:
        raise EngineError("inputs: this model has no chat template; send one text")
    return _known(
        tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    )


def _known(encoded: Any) -> dict[str, Any]:
    """What every causal model takes; a tokenizer may also give token types, which ``generate`` refuses."""
    return {name: encoded[name] for name in ("input_ids", "attention_mask")}
