"""JSON as Python servers write it, and no deeper than is good."""

from __future__ import annotations

import codecs
import json
import sys
from itertools import accumulate
from typing import TypeAlias, cast

from hfe_core import _orjson

__all__ = ["MAX_DEPTH", "JsonValue", "NestedTooDeep", "beyond_int", "decoded_text", "loads", "too_deep"]

JsonValue: TypeAlias = dict[str, "JsonValue"] | list["JsonValue"] | str | int | float | bool | None
"""Whatever a JSON text holds."""

MAX_DEPTH = 200
"""How deep a text may nest where no options say it."""


_LARGE = 1 << 14
"""Bytes that are worth a faster reader."""


class NestedTooDeep(ValueError):
    """The text may be JSON, and nests deeper than is taken."""


def loads(text: str | bytes, max_depth: int = MAX_DEPTH) -> JsonValue:
    """Decode a JSON text.

    NaN and Infinity, which Python servers send, a byte order mark, UTF-16 and UTF-32 are read; of two equal keys the
    last one wins.

    Raises:
        NestedTooDeep: It nests deeper than ``max_depth``.
        ValueError: It is not JSON, or too large to hold.
    """
    problem: ValueError
    try:
        if isinstance(text, bytes):
            encoding = json.detect_encoding(text)
            if not encoding.startswith("utf-8"):
                text = text.decode(encoding, "surrogatepass")
        if too_deep(text, max_depth):
            raise NestedTooDeep(f"the JSON is nested deeper than options.max_depth = {max_depth}")
        if isinstance(text, bytes):
            if len(text) > _LARGE and (value := _orjson.read(text)) is not _orjson.UNREAD:
                return cast("JsonValue", value)
            text = text.decode("utf-8-sig", "surrogatepass")
        return cast("JsonValue", json.loads(text.removeprefix("\ufeff")))
    except RecursionError:
        problem = NestedTooDeep("the JSON is nested deeper than Python reads it here")
    except MemoryError:
        problem = ValueError("the JSON takes more memory than there is")
    raise problem


# Codecs that give text, and are no charset: some take quadratic time, others warn of what they read.
_NO_CHARSETS = frozenset({"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape"})
_LONGEST_CHARSET = 40


def decoded_text(body: bytes, charset: str | None) -> str | None:
    """The text in a charset that a server names; None where there is no such charset, or the bytes are none of it."""
    if charset is None or not charset.isascii() or not charset.isprintable() or len(charset) > _LONGEST_CHARSET:
        return None
    try:
        name = codecs.lookup(charset).name
        return None if name.replace("-", "_") in _NO_CHARSETS else body.decode(name)
    except (LookupError, ValueError):
        return None


# Leaves brackets, of one kind, and quotation marks.
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_FLESH = bytes(set(range(256)) - set(b'[]{}"'))
_STEP = {ord("["): 1, ord("]"): -1}
_STRETCH = 1 << 12
_SMALL = 1 << 10


def too_deep(text: str | bytes, max_depth: int) -> bool:
    """Whether a JSON text nests deeper: exact, linear in time, and without a look at any number.

    Of a text that is no JSON, only what stands before its first mistake counts for sure.
    """
    if len(text) <= max_depth:
        return False
    if isinstance(text, str):
        text = text.encode("utf-8", "surrogatepass")
    if len(text) < _SMALL and text.count(b"[") + text.count(b"{") <= max_depth:
        return False
    brackets = _brackets(text, max_depth)
    if brackets.count(b"[") <= max_depth:
        return False
    # Peeling a layer takes at most one from the depth; what ordinary answers hold is gone after a few.
    peeled = brackets
    for layer in range(1, 5):
        peeled = peeled.replace(b"[]", b"")
        if peeled.count(b"[") + layer <= max_depth:
            return False
    depth = 0
    for start in range(0, len(brackets), _STRETCH):
        depths = list(accumulate(map(_STEP.__getitem__, brackets[start : start + _STRETCH]), initial=depth))
        if max(depths) > max_depth:
            return True
        depth = depths[-1]
    return False


def beyond_int(text: bytes) -> bool:
    """Whether a number may have more digits than Python makes an integer of, which is no JSON to the standard library."""
    # Any number of that length has one of these blocks within it.
    block = sys.get_int_max_str_digits() // 2
    return 0 < block < len(text) and any(text[at : at + block].isdigit() for at in range(0, len(text), block))


def _brackets(text: bytes, enough: int) -> bytes:
    """The brackets that stand outside strings; all of them, where there are no more than ``enough``."""
    if b"\\" in text:
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    brackets = text.translate(_ONE_KIND, _FLESH)
    if b'"' not in brackets or brackets.count(b"[") <= enough:
        return brackets
    # Two quotation marks side by side change nothing for what follows them; others hold brackets between them.
    return b"".join(brackets.replace(b'""', b"").split(b'"')[::2])
