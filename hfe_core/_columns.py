"""A list of flat objects of one shape into attrs objects, column by column instead of field by field.

Only what needs no conversion is taken: whatever is otherwise, cattrs decides.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import repeat
from operator import itemgetter
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin

import attrs

__all__ = ["columnwise"]

T = TypeVar("T")
Column = Callable[[Sequence[Any]], "Sequence[Any] | None"]
"""From what stands in one field of all objects to their values; None where they are others."""

_FACTORY: Any = attrs.Factory


def columnwise(kind: Any) -> Callable[[object], list[Any] | None] | None:
    """What makes a list of a class of JSON, or gives None where cattrs must decide; None for other types."""
    if get_origin(kind) is not list or not attrs.has(get_args(kind)[0]):
        return None
    return _class(get_args(kind)[0])


def _class(kind: Any) -> Callable[[object], list[Any] | None] | None:
    fields: tuple[Any, ...] = attrs.fields(attrs.resolve_types(kind))
    members = _members(kind)
    setters = {field.name: members.get(field.name) for field in fields}
    columns = {field.name: _column(field.type) for field in fields}
    defaults = {field.name: field.default for field in fields if field.default is not attrs.NOTHING}
    if not _is_made_by_its_fields(kind, fields) or not all(columns.values()):
        return None
    return partial(_structured, kind, setters, cast("dict[str, Column]", columns), defaults)


def _members(kind: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", vars(kind))


def _is_made_by_its_fields(kind: Any, fields: tuple[Any, ...]) -> bool:
    """Whether an object is whole as soon as its fields are set, in slots, to what is given."""
    members = _members(kind)
    slots: object = members.get("__slots__")
    if kind.__base__ is not object or not isinstance(slots, tuple) or kind.__new__ is not object.__new__:
        return False
    if set(cast("tuple[str, ...]", slots)) - {"__weakref__"} != {field.name for field in fields}:
        return False
    if any(hasattr(kind, hook) for hook in ("__attrs_pre_init__", "__attrs_post_init__", "__attrs_init__")):
        return False
    return all(
        field.init
        and field.converter is None
        and field.validator is None
        and field.alias == field.name
        and not isinstance(field.default, _FACTORY)
        for field in fields
    )


def _structured(
    kind: type[T], setters: dict[str, Any], columns: dict[str, Column], defaults: dict[str, Any], value: object
) -> list[T] | None:
    items = cast("list[Any]", value)
    if type(value) is not list or not items:
        return None
    if set(map(type, items)) != {dict}:
        return None
    keys = list(items[0])
    if set(map(len, items)) != {len(keys)}:
        return None
    found: dict[str, Iterable[Any]] = {name: repeat(default) for name, default in defaults.items()}
    for key in keys:
        try:
            given = list(map(itemgetter(key), items))
        except KeyError:
            return None
        if key in columns:
            column = columns[key](given)
            if column is None:
                return None
            found[key] = column
    if len(found) != len(columns):
        return None
    made = list(map(object.__new__, repeat(kind, len(items))))
    for name, values in found.items():
        deque[None](map(setters[name].__set__, made, values), maxlen=0)
    return made


def _of_types(types: set[type], given: Sequence[Any]) -> Sequence[Any] | None:
    return given if set(map(type, given)) <= types else None


def _column(kind: Any) -> Column | None:
    """The values of a field: of JSON's own types as they are, or objects of a class."""
    if attrs.has(kind):
        return _class(kind)
    parts = set(get_args(kind)) if get_origin(kind) in {Union, UnionType} else {kind}
    if parts <= {str, int, float, bool, NoneType}:
        return partial(_of_types, parts)
    return None
