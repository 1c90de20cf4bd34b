"""table-question-answering: an answer to a question about a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias, TypedDict, cast, get_args

import attrs

from hfe_core import (
    DecodeError,
    Decoder,
    EncodeError,
    Payload,
    Response,
    Task,
    flag,
    json_value,
    merge_parameters,
    one_of,
    text,
    unexpected,
)
from hfe_tasks._answers import input_count
from hfe_tasks._parameters import check_fields
from hfe_tasks._tables import Table, table_columns

__all__ = [
    "TABLE_QUESTION_ANSWERING",
    "Padding",
    "TableAnswer",
    "TableQuestionInput",
    "TableTruncation",
    "decode_table_question_answering",
    "decode_table_question_answering_batch",
    "encode_table_question_answering",
    "encode_table_question_answering_batch",
]

Padding: TypeAlias = Literal["longest", "max_length", "do_not_pad"]
"""How inputs are filled up to one length."""

TableTruncation: TypeAlias = Literal[
    "drop_rows_to_fit", "do_not_truncate", "longest_first", "only_first", "only_second"
]
"""What happens to a table that is too long for the model."""


class TableQuestionInput(TypedDict):
    """A question about a table.

    Attributes:
        query: The question.
        table: The columns by name, all of the same length, or a data frame.
    """

    query: str
    table: Table


@attrs.frozen
class TableAnswer:
    """An answer.

    Attributes:
        answer: The words: those of the cells, after ``"SUM > "`` or the like where the cells are to be aggregated. Models
            that write their answers (TAPEX) give nothing else.
        coordinates: Row and column of each cell that the answer is from, counted from 0, without the header; empty where
            the model chose no cell, None where it chooses none ever.
        cells: What the cells of ``coordinates`` say; empty or None where those are.
        aggregator: What is to be done with the cells, such as ``"SUM"``, ``"COUNT"``, ``"AVERAGE"`` or ``"NONE"``; None of
            models that do not say it.
    """

    answer: str
    coordinates: tuple[tuple[int, int], ...] | None = None
    cells: tuple[str, ...] | None = None
    aggregator: str | None = None


_ONE = Decoder(TableAnswer)
_SEVERAL = Decoder(list[TableAnswer])


def encode_table_question_answering(
    inputs: TableQuestionInput,
    *,
    sequential: bool | None = None,
    padding: bool | Padding | None = None,
    truncation: bool | TableTruncation | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Answer a question about a table.

    Args:
        inputs: ``{"query": ..., "table": ...}``; the table is ``{column: cells}``, a pandas or polars DataFrame or a pyarrow
            Table, with at least one row. Cells may be numbers; they travel as text, since TAPAS takes nothing else,
            and empty ones (None) as empty text.
        sequential: Whether questions are asked one after the other, as models of conversations (SQA) need it. Default:
            False.
        padding: Whether, or how, to fill the model's input up: ``True`` and ``"longest"`` to the longest of a batch,
            ``"max_length"`` to the most that the model takes, ``False`` and ``"do_not_pad"`` not. Default: True.
        truncation: What happens to a table that is too long for the model. TAPAS: ``True`` and ``"drop_rows_to_fit"``
            leave out rows, the default; TAPEX: ``"longest_first"`` and ``"only_first"`` cut its text. ``False`` and
            ``"do_not_truncate"`` leave it, which then may fail; the default of TAPEX.
        parameters: Further parameters, by their wire names.

    Returns:
        The answer. Several questions about one table travel in one request by ``map`` with a batch size. Defaults are
        those of transformers 4.51.
    """
    check_fields("inputs", inputs, query="...", table="...")
    columns = table_columns("inputs.table", inputs["table"])
    table = {name: ["" if cell is None else cell for cell in cells] for name, cells in columns.items()}
    if not any(table.values()):
        raise EncodeError("inputs.table", "expected at least one row")
    return Payload(
        inputs={**inputs, "query": text("inputs.query", inputs["query"]), "table": table},
        parameters=merge_parameters(
            parameters,
            sequential=flag("sequential", sequential),
            padding=one_of("padding", padding, (True, False, *get_args(Padding))),
            truncation=one_of("truncation", truncation, (True, False, *get_args(TableTruncation))),
        ),
    )


def encode_table_question_answering_batch(payloads: Sequence[Payload]) -> Payload:
    """Several questions about one table, as the default container takes them: a list under ``query``.

    Raises:
        EncodeError: They are about different tables.
    """
    first, *others = [cast("Mapping[str, object]", payload.inputs) for payload in payloads]
    for other in others:
        if {**other, "query": first["query"]} != first:
            raise EncodeError("inputs.table", "several questions travel together only if they are about one table")
    queries = [first["query"], *(other["query"] for other in others)]
    return attrs.evolve(payloads[0], inputs={**first, "query": queries})


def decode_table_question_answering(response: Response) -> TableAnswer:
    """The answer to one question: an object, or a list of one."""
    answers = decode_table_question_answering_batch(response)
    if len(answers) != 1:
        raise DecodeError(f"the answers to {len(answers)} questions, where that to one was expected")
    return answers[0]


def decode_table_question_answering_batch(response: Response) -> list[TableAnswer]:
    """The answers to several questions, a list; that to a list of one question is an object (transformers 4.51)."""
    count = _count(response.payload.inputs)
    if count == 1:
        if (found := _ONE.quick(response)) is not None:
            return [found]
        value = json_value(response)
        if not isinstance(value, list):
            return [_ONE.value(value, response)]
        answers = _SEVERAL.value(value, response)
    else:
        answers = _SEVERAL(response)
    if len(answers) != count:
        unexpected(answers, "one answer" if count == 1 else f"{count} answers", response)
    return answers


def _count(inputs: object) -> int:
    given = cast("Mapping[str, object]", inputs) if isinstance(inputs, Mapping) else dict[str, object]()
    return input_count(given.get("query", given.get("question")))


TABLE_QUESTION_ANSWERING = Task(
    name="table-question-answering",
    domain="nlp",
    encode=encode_table_question_answering,
    decode=decode_table_question_answering,
    encode_many=encode_table_question_answering_batch,
    decode_many=decode_table_question_answering_batch,
    example={
        "inputs": {
            "query": "How many stars does the transformers repository have?",
            "table": {
                "Repository": ["Transformers", "Datasets", "Tokenizers"],
                "Stars": ["36542", "4512", "3934"],
                "Contributors": ["651", "77", "34"],
            },
        }
    },
)
