"""visual-question-answering: an answer to a question about an image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

import attrs

from hfe_core import (
    BinaryInput,
    Media,
    Payload,
    Response,
    Task,
    integer,
    json_value,
    merge_parameters,
    text,
)
from hfe_tasks._alternatives import BestDecoder
from hfe_tasks._parameters import check_fields

__all__ = [
    "VISUAL_QUESTION_ANSWERING",
    "VisualAnswer",
    "VisualQuestionInput",
    "decode_visual_question_answering",
    "decode_visual_question_answering_batch",
    "encode_visual_question_answering",
]


class VisualQuestionInput(TypedDict):
    """A question about an image.

    Attributes:
        image: Bytes of a file, ``pathlib.Path``, an open binary file, a Pillow image, or an ``Image`` that another task
            gave.
        question: The question.
    """

    image: BinaryInput
    question: str


@attrs.frozen
class VisualAnswer:
    """An answer.

    Attributes:
        answer: The words.
        score: How much the model believes it, 0 to 1, each answer on its own (ViLT); None from models that write their
            answers (BLIP).
        alternatives: The further answers, best first.
    """

    answer: str
    score: float | None = None
    alternatives: tuple[VisualAnswer, ...] = ()


_ANSWER = BestDecoder(VisualAnswer)


def encode_visual_question_answering(
    inputs: VisualQuestionInput,
    *,
    top_k: int | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Answer a question about an image.

    Args:
        inputs: ``{"image": ..., "question": ...}``. The image is bytes of a file, ``pathlib.Path``, an open binary file, a
            Pillow image, or an ``Image`` that another task gave.
        top_k: How many answers, at least 1. Default: 5 (transformers 4.51).
        parameters: Further parameters, by their wire names.

    Returns:
        The best answer; the further ones are in its ``alternatives``.
    """
    check_fields("inputs", inputs, image="...", question="...")
    return Payload(
        inputs={
            **inputs,
            "image": Media.of(inputs["image"], kind="image", parameter="inputs.image"),
            "question": text("inputs.question", inputs["question"]),
        },
        parameters=merge_parameters(parameters, top_k=integer("top_k", top_k, minimum=1)),
    )


def decode_visual_question_answering(response: Response) -> VisualAnswer:
    """The answers to one question: a list, best first, or an object."""
    return _ANSWER(response)


def decode_visual_question_answering_batch(response: Response) -> list[VisualAnswer]:
    """The answers to several questions, a list for each, also for one question."""
    return _ANSWER.values(json_value(response), response)


VISUAL_QUESTION_ANSWERING = Task(
    name="visual-question-answering",
    domain="multimodal",
    encode=encode_visual_question_answering,
    decode=decode_visual_question_answering,
    decode_many=decode_visual_question_answering_batch,
)
