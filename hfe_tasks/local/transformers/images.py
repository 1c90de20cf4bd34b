"""Image tasks which version 5 of transformers has no pipelines for: questions, captions, and images to images."""

from __future__ import annotations

import importlib
from typing import Any, cast

from hfe_core.serve import EngineError, EngineRequest, Runner, check_parameters, decode_image
from hfe_tasks.local.transformers.loading import checked_model, load_model, load_part, torch
from hfe_tasks.local.transformers.seq2seq import generate_options

__all__ = ["load_caption", "load_image_to_image", "load_question"]


def load_question(_task: str, model: str | None) -> Runner:
    """The runner of visual-question-answering; signature as of ``Engine.load``.

    Inputs are ``{"image", "question"}`` or a list of those; a list of questions is asked of one image; a raw image takes
    ``question`` from the parameters. Classifiers (ViLT) answer ``[{"score", "answer"}]`` with ``top_k`` (5) answers,
    generators (BLIP) ``[{"answer"}]``.
    """
    where = checked_model(model)
    processor = load_part("AutoProcessor", where)
    network = load_model("AutoModelForVisualQuestionAnswering", where)
    pytorch = torch()

    def answer(image: Any, question: str, top_k: int) -> list[dict[str, object]]:
        encoded = processor(images=image, text=question, return_tensors="pt")
        with pytorch.no_grad():
            if network.can_generate():
                rows = network.generate(**encoded)
                words = processor.tokenizer.batch_decode(rows, skip_special_tokens=True)
                return [{"answer": one.strip()} for one in words]
            scores = network(**encoded).logits[0].float().sigmoid()
        best, places = scores.topk(min(top_k, network.config.num_labels))
        labels = network.config.id2label
        return [
            {"score": score, "answer": labels[place]}
            for score, place in zip(best.tolist(), places.tolist(), strict=True)
        ]

    def run(request: EngineRequest) -> object:
        check_parameters(request, ["top_k", "question"])
        top_k = request.parameters.get("top_k", 5)
        if not isinstance(top_k, int) or isinstance(top_k, bool) or top_k < 1:
            raise EngineError("top_k: a whole number from 1 is needed")
        asked, many = _asked(request)
        answers = [answer(image, question, top_k) for image, question in asked]
        return answers if many else answers[0]

    return run


def _asked(request: EngineRequest) -> tuple[list[tuple[Any, str]], bool]:
    inputs = request.inputs
    if isinstance(inputs, bytes):
        inputs = {"image": inputs, "question": request.parameters.get("question")}
    elif "question" in request.parameters:
        raise EngineError("question: belongs into inputs, beside the image")
    many = isinstance(inputs, list)
    pairs: list[tuple[Any, str]] = []
    for item in cast("list[object]", inputs) if isinstance(inputs, list) else [inputs]:
        fields = cast("dict[str, object]", item) if isinstance(item, dict) else {}
        asked: object = fields.get("question")
        if isinstance(asked, list):
            many = True
        questions = cast("list[object]", asked) if isinstance(asked, list) else [asked]
        if "image" not in fields or not questions or not all(isinstance(one, str) for one in questions):
            raise EngineError('inputs: {"image": base64, "question": string} is needed, or a list of those')
        image = decode_image(fields["image"], "inputs.image")
        pairs += [(image, str(one)) for one in questions]
    return pairs, many


def _images(inputs: object) -> tuple[list[Any], bool]:
    if isinstance(inputs, list):
        items = cast("list[object]", inputs)
        return [decode_image(item, f"inputs[{at}]") for at, item in enumerate(items)], True
    return [decode_image(inputs)], False


def load_caption(_task: str, model: str | None) -> Runner:
    """The runner of image-to-text; signature as of ``Engine.load``.

    Parameters are the options of ``generate``, directly or under ``generate_kwargs`` or ``generation_parameters``.
    """
    where = checked_model(model)
    processor = load_part("AutoImageProcessor", where)
    tokenizer = load_part("AutoTokenizer", where)
    network = load_model("AutoModelForImageTextToText", where)
    pytorch = torch()

    def run(request: EngineRequest) -> object:
        options = generate_options(request)
        images, many = _images(request.inputs)
        answers: list[list[dict[str, object]]] = []
        for image in images:
            with pytorch.no_grad():
                rows = network.generate(**processor(images=image, return_tensors="pt"), **options)
            words = tokenizer.batch_decode(rows, skip_special_tokens=True)
            answers.append([{"generated_text": one.strip()} for one in words])
        return answers if many else answers[0]

    return run


def load_image_to_image(_task: str, model: str | None) -> Runner:
    """The runner of image-to-image (super resolution and the like); signature as of ``Engine.load``. No parameters."""
    where = checked_model(model)
    processor = load_part("AutoImageProcessor", where)
    network = load_model("AutoModelForImageToImage", where)
    pytorch = torch()
    pillow: Any = importlib.import_module("PIL.Image")

    def run(request: EngineRequest) -> object:
        check_parameters(request)
        images, many = _images(request.inputs)
        made: list[object] = []
        for image in images:
            with pytorch.no_grad():
                pixels = network(**processor(images=image, return_tensors="pt")).reconstruction[0].float()
            levels = (pixels.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).cpu().numpy()
            made.append(pillow.fromarray(levels))
        return made if many else made[0]

    return run
