"""What decoders of several domains share: the forms in which servers say the same."""

from __future__ import annotations

import base64
import binascii
from contextlib import suppress
from typing import cast

from hfe_core import DecodeError, JsonValue, Response, unexpected

__all__ = ["check_one", "from_base64", "input_count", "items", "unnested"]


def input_count(inputs: object) -> int:
    """How many inputs were sent: those in a list, or one."""
    return len(cast("list[object]", inputs)) if isinstance(inputs, list) else 1


def check_one(response: Response, count: int | None = None) -> None:
    """Raise DecodeError for the answer to several inputs, which would pass for alternatives of one.

    Args:
        response: The answer.
        count: How many inputs there were. Default: those in the request's list.
    """
    count = input_count(response.payload.inputs) if count is None else count
    if count != 1:
        raise DecodeError(
            f"the answer to {count} inputs, where that to one was expected", request_id=response.request_id
        )


def unnested(value: JsonValue, path: str = "$") -> tuple[JsonValue, str]:
    """The list inside a list of one, and where in the answer it stands; anything else as it is."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        return value[0], f"{path}[0]"
    return value, path


def items(value: JsonValue, response: Response, expected: str = "a list") -> list[tuple[JsonValue, str]]:
    """The items of an answer that is a list, each with where it stands.

    Raises:
        DecodeError: It is none.
    """
    if not isinstance(value, list):
        unexpected(value, expected, response)
    return [(item, f"$[{index}]") for index, item in enumerate(value)]


def from_base64(value: str) -> bytes | None:
    """The bytes in base64, with a ``data:`` prefix or without, white space allowed; None where it is none."""
    text = value.partition(",")[2] if value.startswith("data:") else value
    with suppress(binascii.Error, ValueError):
        # What is nothing but base64, as nearly always, is not copied first.
        return binascii.a2b_base64(text, strict_mode=True)
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
