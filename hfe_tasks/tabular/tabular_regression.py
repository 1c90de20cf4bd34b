"""tabular-regression: a number for each row of a table."""

from __future__ import annotations

from collections.abc import Mapping

from hfe_core import Decoder, Payload, Response, Task
from hfe_tasks._tables import Table
from hfe_tasks.tabular._rows import TabularInput, check_rows, tabular_payload

__all__ = ["TABULAR_REGRESSION", "decode_tabular_regression", "encode_tabular_regression"]

_NUMBERS = Decoder(list[float])


def encode_tabular_regression(
    inputs: TabularInput | Table,
    *,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Predict a number for each row of a table.

    Args:
        inputs: The table: ``{column: cells}``, a pandas or polars DataFrame or a pyarrow Table. ``{"data": table}`` makes
            the same request. Cells may be numbers; they travel as text, since the community container takes nothing
            else, and it refuses None (api-inference-community 0.0.37).
        parameters: Further parameters, by their wire names.

    Returns:
        A number for each row, in the rows' order.
    """
    return tabular_payload(inputs, parameters)


def decode_tabular_regression(response: Response) -> list[float]:
    """A number for each row (api-inference-community 0.0.37); NaN where the model computed NaN."""
    numbers = _NUMBERS(response)
    check_rows(response, len(numbers), "numbers")
    return numbers


TABULAR_REGRESSION = Task(
    name="tabular-regression",
    domain="tabular",
    encode=encode_tabular_regression,
    decode=decode_tabular_regression,
    example={"inputs": {"data": {"age": ["0.03", "-0.01"], "bmi": ["0.06", "0.01"], "bp": ["0.02", "0.03"]}}},
)
