"""tabular-classification: a label for each row of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from hfe_core import Payload, Response, Task, json_value, unexpected
from hfe_tasks._tables import Cell, Table
from hfe_tasks.tabular._rows import TabularInput, check_rows, tabular_payload

__all__ = [
    "TABULAR_CLASSIFICATION",
    "Cell",
    "Table",
    "TabularInput",
    "decode_tabular_classification",
    "encode_tabular_classification",
]


def encode_tabular_classification(
    inputs: TabularInput | Table,
    *,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Classify the rows of a table.

    Args:
        inputs: The table: ``{column: cells}``, a pandas or polars DataFrame or a pyarrow Table. ``{"data": table}`` makes
            the same request. Cells may be numbers; they travel as text, since the community container takes nothing
            else, and it refuses None (api-inference-community 0.0.37).
        parameters: Further parameters, by their wire names.

    Returns:
        A label for each row, in the rows' order.
    """
    return tabular_payload(inputs, parameters)


def decode_tabular_classification(response: Response) -> list[str | int | float]:
    """A label for each row: text or numbers, as the model was trained (api-inference-community 0.0.37)."""
    value = json_value(response)
    if not isinstance(value, list):
        unexpected(value, "a list of labels", response)
    labels = value
    for index, label in enumerate(labels):
        if type(label) not in {str, int, float, bool}:
            unexpected(label, "a label: text or a number", response, path=f"$[{index}]")
    check_rows(response, len(labels), "labels")
    return cast("list[str | int | float]", labels)


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
