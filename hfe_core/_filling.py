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

__all__ = ["event_filling", "list_filling"]

Member: TypeAlias = tuple[bytes, bytes]
"""A field's name in quotes, and the field with its default."""

_SMALL = 2000
_SAMPLE = 1000
_FIRST_KEY = re.compile(rb'[ \n\r\t]*\[[ \n\r\t]*\{([ \n\r\t]*"\w+")')
_SCALARS = {NoneType, bool, int, float, str}


def _members(kind: Any, decode: Callable[..., object]) -> list[Member]:
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


def _missing(members: Iterable[Member], sample: bytes) -> bytes:
    return b",".join([text for name, text in members if name not in sample])


def list_filling(kind: Any, parts: list[Any], decode: Callable[..., object]) -> Callable[[bytes], bytes] | None:
    """What fills the objects of a list of a class; None where the type is another, or nothing can be missing.

    Args:
        kind: The type.
        parts: All types inside it.
        decode: ``msgspec.json.decode``.
    """
    if get_origin(kind) is not list or not attrs.has(get_args(kind)[0]) or _keeps_objects(parts):
        return None
    others = [part for part in parts if attrs.has(part) and part is not get_args(kind)[0]]
    taken = {field.name.encode() for other in others for field in attrs.fields(other)}
    members = [each for each in _members(get_args(kind)[0], decode) if each[0].strip(b'"') not in taken]

    def fill(body: bytes) -> bytes:
        start = _FIRST_KEY.match(body) if len(body) > _SMALL else None
        missing = _missing(members, body[:_SAMPLE]) if start is not None else b""
        if start is None or not missing:
            return body
        place = b"{" + start[1]
        # An answer that is made to grow is filled only until it is twice as long.
        return body.replace(place, b"{" + missing + b"," + start[1], len(body) // (len(missing) + 1))

    return fill if members else None


def event_filling(kind: Any, parts: list[Any], decode: Callable[..., object]) -> Callable[[bytes, bytes], bytes] | None:
    """What fills the events of a run, and objects inside them, by the look of the first event; as list_filling."""
    if not attrs.has(kind):
        return None
    members: list[Member] = []
    places: list[tuple[re.Pattern[bytes], list[Member]]] | None = None

    def fill(run: bytes, first: bytes) -> bytes:
        nonlocal members, places
        if places is None:
            members = _members(kind, decode)
            places = [] if _keeps_objects(parts) else _places(parts, decode)
        for pattern, inner in places:
            place = pattern.search(first)
            missing = _missing(inner, first) if place is not None else b""
            if place is not None and missing:
                run = run.replace(place[0], place[0][:-1] + missing + b',"')
        start = _START.match(run)
        missing = _missing(members, first)
        if start is None or not missing:
            return run
        filled = start[0][:-1] + missing + b',"'
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
        members = _members(next(iter(classes)), decode) if len(classes) == 1 else []
        if members:
            # A comma or bracket before it: no quotation mark that is part of a string.
            places.append((re.compile(rb'[,{]"%b": ?\[?\{"' % re.escape(name).encode()), members))
    return places


def _classes(kind: Any) -> set[Any]:
    if attrs.has(kind):
        return {kind}
    return {found for part in get_args(kind) for found in _classes(part)}


def _keeps_objects(parts: list[Any]) -> bool:
    """Whether some objects inside are kept with whatever keys they have."""
    allowed = {list, tuple, str, int, float, bool, NoneType}
    return any(
        part is not ... and not attrs.has(part) and not get_args(part) and part not in allowed for part in parts
    ) or any(isinstance(origin := get_origin(part), type) and issubclass(origin, dict) for part in parts)
