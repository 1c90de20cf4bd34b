"""The one room of orjson, where it is installed: large JSON texts, read as the standard library reads them."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

__all__ = ["UNREAD", "read"]

UNREAD = object()
"""Not JSON as orjson takes it: NaN, halves of surrogates, or no JSON at all."""

_DIGITS = bytes(ord("0") if chr(code).isdigit() and code < 128 else ord(" ") for code in range(256))
_LONG = b"0" * 19
_FRACTIONS = 10_000


@cache
def _orjson() -> Any:
    try:
        return importlib.import_module("orjson")
    except ImportError:
        return None


def read(text: bytes) -> Any:
    """What a JSON text holds, or UNREAD where the standard library must say it.

    Args:
        text: JSON that nests no deeper than it may.
    """
    orjson = _orjson()
    if orjson is None or _may_hold_long_integer(text):
        return UNREAD
    try:
        return orjson.loads(text)
    except ValueError:
        return UNREAD


def _may_hold_long_integer(text: bytes) -> bool:
    """Whether a number may be an integer beyond 64 bits, of which orjson makes a float."""
    digits = text.translate(_DIGITS)
    start = digits.find(_LONG)
    for _ in range(_FRACTIONS):
        if start < 0:
            return False
        if text[start - 1 : start] != b".":
            return True
        end = digits.find(b" ", start)
        start = digits.find(_LONG, end) if end >= 0 else -1
    return True
