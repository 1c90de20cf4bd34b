"""The type of decoded JSON."""

from __future__ import annotations

import json
from typing import TypeAlias, cast

__all__ = ["JsonValue", "loads"]

JsonValue: TypeAlias = dict[str, "JsonValue"] | list["JsonValue"] | str | int | float | bool | None
"""Whatever a JSON text holds."""


def loads(text: str | bytes) -> JsonValue:
    """Decode a JSON text; NaN and Infinity, which Python servers send, are read.

    Raises:
        ValueError: It is not JSON.
        RecursionError: It is nested too deep.
    """
    return cast("JsonValue", json.loads(text))
