"""question-answering: the part of a text that answers a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict, cast

import attrs

from hfe_core import (
    Payload,
    Response,
    Task,
    flag,
    integer,
    json_value,
    merge_parameters,
    text,
)
from hfe_tasks._alternatives import BestDecoder
from hfe_tasks._answers import check_one, input_count
from hfe_tasks._parameters import check_fields

__all__ = [
    "QUESTION_ANSWERING",
    "Answer",
    "QuestionInput",
    "decode_question_answering",
    "decode_question_answering_batch",
    "encode_question_answering",
    "encode_question_answering_batch",
]


class QuestionInput(TypedDict):
    """A question about a text.

    Attributes:
        question: The question.
        context: The text that holds the answer.
    """

    question: str
    context: str


@attrs.frozen
class Answer:
    """An answer, cut from the context.

    Attributes:
        answer: The words, as they stand in the context.
        score: Its probability, 0 to 1.
        start: Where it begins: index of its first character in the context.
        end: Where it ends: index behind its last character.
        alternatives: The further answers, best first, where ``top_k`` asked for more than one.
    """

    answer: str
    score: float
    start: int
    end: int
    alternatives: tuple[Answer, ...] = ()


_ANSWER = BestDecoder(Answer)
_KEYS = ("question", "context")


def encode_question_answering(
    inputs: QuestionInput,
    *,
    top_k: int | None = None,
    doc_stride: int | None = None,
    max_answer_len: int | None = None,
    max_seq_len: int | None = None,
    max_question_len: int | None = None,
    handle_impossible_answer: bool | None = None,
    align_to_words: bool | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Find the answer to a question in a text.

    Args:
        inputs: ``{"question": ..., "context": ...}``, both str.
        top_k: How many answers, at least 1. Default: 1.
        doc_stride: Tokens by which the pieces of a long context overlap. Default: 128, or half of what fits.
        max_answer_len: The longest answer, in tokens. Default: 15.
        max_seq_len: The longest piece, question included, in tokens. Default: 384.
        max_question_len: Tokens after which the question is cut. Default: 64.
        handle_impossible_answer: Whether no answer (an empty one) may be the best. Default: False.
        align_to_words: Whether answers end where words do. Default: True.
        parameters: Further parameters, by their wire names.

    Returns:
        The best answer; further ones are in its ``alternatives``. Defaults are those of transformers 4.51.
    """
    check_fields("inputs", inputs, question="...", context="...")
    return Payload(
        inputs={name: text(f"inputs.{name}", value) if name in _KEYS else value for name, value in inputs.items()},
        parameters=merge_parameters(
            parameters,
            top_k=integer("top_k", top_k, minimum=1),
            doc_stride=integer("doc_stride", doc_stride, minimum=0),
            max_answer_len=integer("max_answer_len", max_answer_len, minimum=1),
            max_seq_len=integer("max_seq_len", max_seq_len, minimum=1),
            max_question_len=integer("max_question_len", max_question_len, minimum=1),
            handle_impossible_answer=flag("handle_impossible_answer", handle_impossible_answer),
            align_to_words=flag("align_to_words", align_to_words),
        ),
    )


def encode_question_answering_batch(payloads: Sequence[Payload]) -> Payload:
    """Several questions as the default container takes them: parallel lists of questions and contexts."""
    inputs = [cast("Mapping[str, object]", payload.inputs) for payload in payloads]
    names = dict.fromkeys(name for each in inputs for name in each)
    return attrs.evolve(payloads[0], inputs={name: [each.get(name) for each in inputs] for name in names})


def decode_question_answering(response: Response) -> Answer:
    """The answer: an object, or a list of them, best first."""
    check_one(response, _count(response.payload.inputs))
    return _ANSWER(response)


def decode_question_answering_batch(response: Response) -> list[Answer]:
    """The answers to several questions: an object or a list for each; one question is answered as if it were alone."""
    value = json_value(response)
    if _count(response.payload.inputs) == 1:
        return [_ANSWER.value(value, response)]
    return _ANSWER.values(value, response)


def _count(inputs: object) -> int:
    if not isinstance(inputs, Mapping):
        return input_count(inputs)
    return max(map(input_count, cast("Mapping[str, object]", inputs).values()), default=1)


QUESTION_ANSWERING = Task(
    name="question-answering",
    domain="nlp",
    encode=encode_question_answering,
    decode=decode_question_answering,
    encode_many=encode_question_answering_batch,
    decode_many=decode_question_answering_batch,
    example={"inputs": {"question": "Where do I live?", "context": "My name is Wolfgang and I live in Berlin."}},
)
