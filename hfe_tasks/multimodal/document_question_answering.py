"""document-question-answering: an answer to a question about the image of a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict, cast

import attrs

from hfe_core import (
    BinaryInput,
    EncodeError,
    JsonValue,
    Media,
    Payload,
    Response,
    Task,
    flag,
    integer,
    json_value,
    merge_parameters,
    number,
    optional_text,
    text,
)
from hfe_tasks._alternatives import BestDecoder
from hfe_tasks._answers import items
from hfe_tasks._parameters import check_fields

__all__ = [
    "DOCUMENT_QUESTION_ANSWERING",
    "DocumentAnswer",
    "DocumentQuestionInput",
    "decode_document_question_answering",
    "decode_document_question_answering_batch",
    "encode_document_question_answering",
]


class DocumentQuestionInput(TypedDict):
    """A question about a document.

    Attributes:
        image: The page: bytes of a file, ``pathlib.Path``, an open binary file, a Pillow image, or an ``Image`` that another
            task gave.
        question: The question.
        word_boxes: The words on the page, in reading order, each with where it stands: ``("total", (x0, y0, x1, y1))`` in
            thousandths of the page's width and height, 0 to 1000. Where they are given, the server reads no words off the
            image.
    """

    image: BinaryInput
    question: str
    word_boxes: NotRequired[Sequence[tuple[str, Sequence[float]]]]


@attrs.frozen
class DocumentAnswer:
    """An answer.

    Attributes:
        answer: The words; None where nothing was found.
        score: Its probability, 0 to 1; None from models that write their answers (Donut).
        start: Which word of the page is its first, from 0: of those that the server read, or of ``word_boxes``; None
            from models that write their answers (Donut).
        end: Which word of the page is its last, counted as for ``start``.
        alternatives: The further answers, best first.
    """

    answer: str | None = None
    score: float | None = None
    start: int | None = None
    end: int | None = None
    alternatives: tuple[DocumentAnswer, ...] = ()


_ANSWER = BestDecoder(DocumentAnswer)


def encode_document_question_answering(
    inputs: DocumentQuestionInput,
    *,
    top_k: int | None = None,
    doc_stride: int | None = None,
    max_answer_len: int | None = None,
    max_seq_len: int | None = None,
    max_question_len: int | None = None,
    handle_impossible_answer: bool | None = None,
    lang: str | None = None,
    tesseract_config: str | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Answer a question about a document.

    Args:
        inputs: ``{"image": ..., "question": ...}``, also with ``"word_boxes"``. The image is bytes of a file,
            ``pathlib.Path``, an open binary file, a Pillow image, or an ``Image`` that another task gave.
        top_k: How many answers, at least 1. Default: 1.
        doc_stride: Tokens by which the pieces of a long document overlap. Default: half of ``max_seq_len``, at most 256.
        max_answer_len: The longest answer, in tokens. Default: 15.
        max_seq_len: The longest piece, question included, in tokens. Default: the most that the model takes.
        max_question_len: Tokens after which the question is cut; refused by the pipeline of transformers 4.51 to 5.23.
        handle_impossible_answer: Whether no answer (an empty one) may be among the answers. Default: False.
        lang: The language in which words are read off the image, by its name in Tesseract, such as ``"deu"``. Default:
            English.
        tesseract_config: Further flags for Tesseract, such as ``"--psm 6"``.
        parameters: Further parameters, by their wire names.

    Returns:
        The best answer; further ones are in its ``alternatives``. Defaults are those of transformers 4.51; Donut heeds
        none of these parameters.
    """
    check_fields("inputs", inputs, image="...", question="...")
    given: dict[str, object] = {
        **inputs,
        "image": Media.of(inputs["image"], kind="image", parameter="inputs.image"),
        "question": text("inputs.question", inputs["question"]),
    }
    if "word_boxes" in inputs:
        given["word_boxes"] = _word_boxes(inputs["word_boxes"])
    return Payload(
        inputs=given,
        parameters=merge_parameters(
            parameters,
            top_k=integer("top_k", top_k, minimum=1),
            doc_stride=integer("doc_stride", doc_stride, minimum=0),
            max_answer_len=integer("max_answer_len", max_answer_len, minimum=1),
            max_seq_len=integer("max_seq_len", max_seq_len, minimum=1),
            max_question_len=integer("max_question_len", max_question_len, minimum=1),
            handle_impossible_answer=flag("handle_impossible_answer", handle_impossible_answer),
            lang=optional_text("lang", lang),
            tesseract_config=optional_text("tesseract_config", tesseract_config),
        ),
    )


def _word_boxes(value: object) -> list[list[object]]:
    words = _items("inputs.word_boxes", value, "a list of words with their boxes")
    return [_word_box(f"inputs.word_boxes[{index}]", item) for index, item in enumerate(words)]


def _word_box(parameter: str, value: object) -> list[object]:
    word, box = _items(parameter, value, "a word and its box", 2)
    sides = _items(f"{parameter}[1]", box, "a box: (x0, y0, x1, y1)", 4)
    return [
        text(f"{parameter}[0]", word),
        [_side(f"{parameter}[1][{index}]", cast("float", side)) for index, side in enumerate(sides)],
    ]


def _side(parameter: str, value: float) -> float:
    side = number(parameter, value, minimum=0, maximum=1000)
    if side is None:
        raise EncodeError(parameter, "expected a number, not None")
    return side


def _items(parameter: str, value: object, expected: str, count: int | None = None) -> list[object]:
    plain = cast("Any", value).tolist() if hasattr(value, "tolist") else value
    if not isinstance(plain, list | tuple):
        raise EncodeError(parameter, f"expected {expected}, not {type(value).__name__}")
    items = list(cast("Sequence[object]", plain))
    if count not in {None, len(items)}:
        raise EncodeError(parameter, f"expected {expected}, not {len(items)} items")
    return items


def decode_document_question_answering(response: Response) -> DocumentAnswer:
    """The answers to one question: a list, best first, also an empty one, or an object."""
    return _best(json_value(response), response, "$")


def decode_document_question_answering_batch(response: Response) -> list[DocumentAnswer]:
    """The answers to several questions, a list for each, also for one question."""
    return [_best(item, response, path) for item, path in items(json_value(response), response)]


def _best(value: JsonValue, response: Response, path: str) -> DocumentAnswer:
    """The default container answers an empty list where it finds no words on the page (transformers 4.51)."""
    return DocumentAnswer() if value in ([], [[]]) else _ANSWER.value(value, response, path)


DOCUMENT_QUESTION_ANSWERING = Task(
    name="document-question-answering",
    domain="multimodal",
    encode=encode_document_question_answering,
    decode=decode_document_question_answering,
    decode_many=decode_document_question_answering_batch,
)
