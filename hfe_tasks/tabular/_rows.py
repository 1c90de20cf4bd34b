"""What the tabular tasks share: a table goes out, a value for each of its rows comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict, cast

from hfe_core import DecodeError, Payload, Response, merge_parameters
from hfe_tasks._tables import Table, is_table, table_columns

__all__ = ["TabularInput", "check_rows", "tabular_payload"]


class TabularInput(TypedDict):
    """A table, as the serverless API of 2023 took it.

    Attributes:
        data: The columns by name, all of the same length, or a data frame.
    """

    data: Table


def tabular_payload(inputs: TabularInput | Table, parameters: Mapping[str, object] | None) -> Payload:
    """What a tabular task says.

    A mapping whose ``data`` is a table is that table; any other mapping is a table itself, be one of its columns called
    ``data``.

    Raises:
        EncodeError: The inputs are no table, or the table is wrong.
    """
    rest: Mapping[str, object] = {}
    parameter, table = "inputs", inputs
    if isinstance(inputs, Mapping):
        given = cast("Mapping[str, object]", inputs)
        if is_table(data := given.get("data")):
            parameter, table, rest = "inputs.data", data, given
    return Payload(
        inputs={**rest, "data": table_columns(parameter, cast("Table", table))},
        parameters=merge_parameters(parameters),
    )


def check_rows(response: Response, count: int, what: str) -> None:
    """Raise DecodeError unless there are as many values as the table of the request has rows."""
    inputs = response.payload.inputs
    data = cast("Mapping[str, object]", inputs).get("data") if isinstance(inputs, Mapping) else None
    columns = cast("Mapping[str, object]", data).values() if isinstance(data, Mapping) else ()
    rows = next((len(cast("list[object]", cells)) for cells in columns if isinstance(cells, list)), count)
    if rows != count:
        raise DecodeError(f"expected {rows} {what} for {rows} rows, got {count}", request_id=response.request_id)
