"""Defaults written into JSON before msgspec reads it.

msgspec learns by an exception that a field of an attrs class is missing, which takes several times as long as to read the
field. Of two equal keys the last one wins, so what is put first into an object changes no value; and where the bytes are
no JSON before, they are none after.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import NoneType
from typing import Any, TypeAlias, get_args, get_origin

import attrs

__all__ = ["Member", "event_filling", "keeps_objects", "members", "missing"]

Member: TypeAlias = tuple[bytes, bytes]
"""A field's name in quotes, and the field with its default."""

_SCALARS = {NoneType, bool, int, float, str}


def members(kind: Any, decode: Callable[..., object]) -> list[Member]:
    """The fields of a class that may be missing, where the default can be written as JSON."""
    found: list[Member] = []
    for field in attrs.fields(attrs.resolve_types(kind)):
        default: Any = field.default
        if type(default) not in _SCALARS and default != ():
            continue
        text = json.dumps(default).encode()
        with suppress(Exception):  # what msgspec cannot read so, is not filled
            read = decode(text, type=field.type)
            if type(read) is type(default) and read == default:
                name = json.dumps(field.name).encode()
                found.append((name, name + b":" + text))
    return found


def missing(those: Iterable[Member], sample: bytes) -> bytes:
    """Those of the fields that a sample has not, as JSON."""
    return b",".join([text for name, text in those if name not in sample])


def event_filling(kind: Any, parts: list[Any], decode: Callable[..., object]) -> Callable[[bytes, bytes], bytes] | None:
    """What fills the events of a run, and objects inside them, by the look of the first event; None for other types.

    Args:
        kind: The type.
        parts: All types inside it.
        decode: ``msgspec.json.decode``.
    """
    if not attrs.has(kind):
        return None
    fields: list[Member] = []
    places: list[tuple[re.Pattern[bytes], list[Member]]] | None = None

    def fill(run: bytes, first: bytes) -> bytes:
        nonlocal fields, places
        if places is None:
            fields = members(kind, decode)
            places = [] if keeps_objects(parts) else _places(parts, decode)
        for pattern, inner in places:
            place = pattern.search(first)
            left_out = missing(inner, first) if place is not None else b""
            if place is not None and left_out:
                run = run.replace(place[0], place[0][:-1] + left_out + b',"')
        start = _START.match(run)
        left_out = missing(fields, first)
        if start is None or not left_out:
            return run
        filled = start[0][:-1] + left_out + b',"'
        return filled + run[start.end() :].replace(b"\n\n" + start[0], b"\n\n" + filled)

    return fill


_START = re.compile(rb'data: ?\{"')


def _places(parts: list[Any], decode: Callable[..., object]) -> list[tuple[re.Pattern[bytes], list[Member]]]:
    """Where objects of a class begin, for each class that stands in fields of names that no others have."""
    found: dict[str, set[Any]] = {}
    for part in parts:
        for field in attrs.fields(part) if attrs.has(part) else ():
            found.setdefault(field.name, set()).update(_classes(field.type))
    places: list[tuple[re.Pattern[bytes], list[Member]]] = []
    for name, classes in found.items():
        inner = members(next(iter(classes)), decode) if len(classes) == 1 else []
        if inner:
            # A comma or bracket before it: no quotation mark that is part of a string.
            places.append((re.compile(rb'[,{]"%b": ?\[?\{"' % re.escape(name).encode()), inner))
    return places


def _classes(kind: Any) -> set[Any]:
    if attrs.has(kind):
        return {kind}
    return {found for part in get_args(kind) for found in _classes(part)}


def keeps_objects(parts: list[Any]) -> bool:
    """Whether some objects inside are kept with whatever keys they have."""
    allowed = {list, tuple, str, int, float, bool, NoneType}
    return any(
        part is not ... and not attrs.has(part) and not get_args(part) and part not in allowed for part in parts
    ) or any(isinstance(origin := get_origin(part), type) and issubclass(origin, dict) for part in parts)
