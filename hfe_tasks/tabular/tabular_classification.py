"""tabular-classification: a label for each row of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias, TypedDict, cast

from hfe_core import DecodeError, EncodeError, Payload, Response, Task, json_value, merge_parameters, text, unexpected

__all__ = [
    "TABULAR_CLASSIFICATION",
    "Cell",
    "Table",
    "TabularInput",
    "decode_tabular_classification",
    "encode_tabular_classification",
    "table_columns",
]

Cell: TypeAlias = str | int | float | None
Table: TypeAlias = Mapping[str, Iterable[Cell]]
"""Columns by name, all of the same length."""


class TabularInput(TypedDict):
    """A table to classify.

    Attributes:
        data: The columns by name, all of the same length.
    """

    data: Table


def encode_tabular_classification(
    inputs: TabularInput,
    *,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Classify the rows of a table.

    Args:
        inputs: ``{"data": {column: cells}}``. Cells may be numbers; they travel as text, since the community container
            takes nothing else.
        parameters: Further parameters, by their wire names.

    Returns:
        A label for each row, in the rows' order.
    """
    if not (isinstance(inputs, Mapping) and "data" in inputs):
        raise EncodeError("inputs", f'expected {{"data": {{column: cells}}}}, not {_named(cast("object", inputs))}')
    return Payload(
        inputs={**inputs, "data": table_columns("inputs.data", inputs["data"])},
        parameters=merge_parameters(parameters),
    )


def table_columns(parameter: str, table: Table) -> dict[str, list[str | None]]:
    """The columns of a table with its cells as text, None kept.

    Raises:
        EncodeError: It is no mapping of column names to cells, or its columns differ in length.
    """
    if not isinstance(table, Mapping):
        raise EncodeError(parameter, f"expected a mapping of column names to cells, not {_named(table)}")
    columns: dict[str, list[str | None]] = {}
    for name, cells in table.items():
        if isinstance(cells, str | bytes | Mapping | AbstractSet) or not isinstance(cells, Iterable):
            raise EncodeError(f"{parameter}.{name}", f"expected a list of cells, not {_named(cast('object', cells))}")
        columns[text(parameter, name)] = [
            _cell(f"{parameter}.{name}[{index}]", cell) for index, cell in enumerate(cells)
        ]
    lengths = {name: len(cells) for name, cells in columns.items()}
    if len(set(lengths.values())) > 1:
        raise EncodeError(parameter, f"columns differ in length: {lengths}")
    return columns


def _named(value: object) -> str:
    """The type for an error text, with a hint to those who hold a data frame or what came of one."""
    name = type(value).__name__
    hint = isinstance(value, Mapping) or hasattr(value, "to_dict")
    return name + ('; of a pandas DataFrame give df.to_dict("list")' if hint else "")


def _cell(parameter: str, cell: object) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell if cell is None else text(parameter, cell)
    if hasattr(cell, "item") and getattr(cell, "ndim", 0) == 0:
        cell = cast("Any", cell).item()
    if isinstance(cell, int | float):
        try:
            return str(cell)
        except ValueError as error:
            raise EncodeError(parameter, f"a number of too many digits ({error})") from None
    raise EncodeError(parameter, f"expected a str, a number or None, not {type(cell).__name__}")


def decode_tabular_classification(response: Response) -> list[str | int | float]:
    """A label for each row: text or numbers, as the model was trained (api-inference-community 0.0.37)."""
    value = json_value(response)
    if not isinstance(value, list):
        unexpected(value, "a list of labels", response)
    labels = value
    for index, label in enumerate(labels):
        if type(label) not in {str, int, float, bool}:
            unexpected(label, "a label: text or a number", response, path=f"$[{index}]")
    rows = _rows(response)
    if rows is not None and rows != len(labels):
        raise DecodeError(f"expected {rows} labels for {rows} rows, got {len(labels)}", request_id=response.request_id)
    return cast("list[str | int | float]", labels)


def _rows(response: Response) -> int | None:
    inputs = response.payload.inputs
    if not isinstance(inputs, Mapping) or "data" not in inputs:
        return None
    columns = cast("TabularInput", inputs)["data"]
    return next((len(cells) for cells in columns.values() if isinstance(cells, list)), None)


TABULAR_CLASSIFICATION = Task(
    name="tabular-classification",
    domain="tabular",
    encode=encode_tabular_classification,
    decode=decode_tabular_classification,
    example={
        "inputs": {
            "data": {
                "sepal_length": ["5.1", "6.7"],
                "sepal_width": ["3.5", "3.0"],
                "petal_length": ["1.4", "5.2"],
                "petal_width": ["0.2", "2.3"],
            }
        }
    },
)
