"""The one room of cattrs (and of msgspec, where it is installed): JSON values into attrs classes, strictly."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, Union, cast, get_args, get_origin

import attrs

from hfe_core._columns import columnwise
from hfe_core._json import too_deep
from hfe_core._names import type_name
from hfe_core.server_errors import ERROR_KEYS

if TYPE_CHECKING:
    from cattrs import Converter

# cattrs takes half as long to import as urllib3, and msgspec may decode all that a program asks for.

T = TypeVar("T")
Hook = Callable[[Any, Any], Any]


def _text(value: object, _: object) -> str:
    if type(value) is str:
        return value
    raise TypeError("expected str")


def _integer(value: object, _: object) -> int:
    if type(value) is int:
        return value
    if type(value) is float and value.is_integer():
        return int(value)
    raise TypeError("expected int")


def _number(value: object, _: object) -> float:
    if type(value) is float:
        return value
    if type(value) is int:
        return float(value)
    if value is None:
        return float("nan")
    raise TypeError("expected float")


def _exact_number(value: object, kind: Any) -> int | float | None:
    """A number as the server wrote it: 3 stays an int, 3.0 a float."""
    if type(value) in {int, float} or (value is None and NoneType in get_args(kind)):
        return cast("int | float | None", value)
    raise TypeError("expected a number")


def _is_exact_number(kind: Any) -> bool:
    return get_origin(kind) in {Union, UnionType} and set(get_args(kind)) - {NoneType} == {int, float}


def _boolean(value: object, _: object) -> bool:
    if type(value) is bool:
        return value
    raise TypeError("expected bool")


def _only(json_type: type, kind: Any, structure: Hook) -> Hook:
    """The hook for values of one JSON type; cattrs alone would take a str or an object for a list, a list for an object."""

    def structure_only(value: object, target: Any) -> Any:
        if type(value) is not json_type:
            raise TypeError(f"expected {type_name(kind)}")
        return structure(value, target)

    return structure_only


def _tuple_hook(kind: Any, converter: Converter) -> Hook:
    from cattrs.cols import homogenous_tuple_structure_factory
    from cattrs.gen import make_hetero_tuple_structure_fn

    if get_args(kind)[-1:] == (...,):
        return homogenous_tuple_structure_factory(kind, converter)
    return make_hetero_tuple_structure_fn(kind, converter, detailed_validation=converter.detailed_validation)


def _mapping_hook(kind: Any, converter: Converter) -> Hook:
    from cattrs import cols

    untyped: Any = cols
    return cast("Hook", untyped.mapping_structure_factory(kind, converter))


@cache
def _converter(*, detailed: bool) -> Converter:
    """Without detailed validation for decoding, with it for saying where a value is wrong."""
    from cattrs import Converter
    from cattrs.cols import list_structure_factory
    from cattrs.gen import make_dict_structure_fn

    converter = Converter(detailed_validation=detailed, prefer_attrib_converters=True)
    for kind, hook in ((str, _text), (int, _integer), (float, _number), (bool, _boolean)):
        converter.register_structure_hook(kind, cast("Hook", hook))
    converter.register_structure_hook_func(lambda kind: kind is object, lambda value, _: value)
    converter.register_structure_hook_func(_is_exact_number, _exact_number)

    def factory(json_type: type, make: Callable[[Any, Converter], Hook]) -> Callable[[Any], Hook]:
        return lambda kind: _only(json_type, kind, make(kind, converter))

    registered: tuple[tuple[Callable[[Any], bool], type, Callable[[Any, Converter], Any]], ...] = (
        (lambda kind: get_origin(kind) is list, list, list_structure_factory),
        (lambda kind: get_origin(kind) is tuple, list, _tuple_hook),
        (lambda kind: get_origin(kind) in {dict, Mapping}, dict, _mapping_hook),
        (lambda kind: attrs.has(get_origin(kind) or kind), dict, make_dict_structure_fn),
    )
    for predicate, json_type, make in registered:
        converter.register_structure_hook_factory(predicate, factory(json_type, make))
    return converter


class Structurer(Generic[T]):
    """Makes a type of decoded JSON, and raises anything where it cannot.

    Attributes:
        by_columns: Whether what is usual is made without cattrs.
    """

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind
        self._columns = columnwise(kind)
        self._hook: Hook | None = None
        self.by_columns = self._columns is not None

    def __call__(self, value: object) -> T:
        if self._columns is not None and (found := self._columns(value)) is not None:
            return cast("T", found)
        if self._hook is None:
            self._hook = _converter(detailed=False).get_structure_hook(self._kind)
        return cast("T", self._hook(value, self._kind))


@attrs.frozen
class FastDecoder(Generic[T]):
    """What msgspec does for a type.

    Attributes:
        decode: From an answer, which nests no deeper than the second argument says; None where it does.
        decode_event: From the JSON of an event.
        fill_events: What a run of events, given with its first one, is made of before.
    """

    decode: Callable[[bytes, int], T | None]
    decode_event: Callable[[bytes], T]
    fill_events: Callable[[bytes, bytes], bytes] | None


def fast_decoder(kind: type[T]) -> FastDecoder[T] | None:
    """A function from JSON bytes to this type, where msgspec is installed and decodes it by the same rules.

    msgspec ignores aliases and converters of attrs classes, makes numbers of an object's keys, knows no ``{"error":
    ...}``, and never turns null into NaN; what it refuses, the full path decides.
    """
    try:
        msgspec: Any = importlib.import_module("msgspec")
    except ImportError:
        return None
    parts = _parts(kind)
    if _takes_errors(kind) or not all(map(_is_plain, parts)):
        return None
    try:
        decode: Callable[[bytes], T] = msgspec.json.Decoder(kind).decode
        one = msgspec.json.decode
    except (TypeError, NotImplementedError):
        return None
    from hfe_core._filling import event_filling
    from hfe_core._lists import ListReader, is_list_of_objects

    def bounded(body: bytes, max_depth: int) -> T | None:
        return None if too_deep(body, max_depth) else decode(body)

    read: Any = ListReader(kind, parts, cast("Any", decode), one) if is_list_of_objects(kind) else bounded
    return FastDecoder(read, decode, event_filling(kind, parts, one))


def _is_plain(kind: Any) -> bool:
    origin = get_origin(kind) or kind
    if origin in {dict, Mapping}:
        return get_args(kind)[:1] in {(), (str,)}
    if not attrs.has(origin):
        return True
    fields: tuple[Any, ...] = attrs.fields(origin)
    return all(field.init and field.converter is None and field.alias == field.name for field in fields)


def _takes_errors(kind: Any) -> bool:
    """Whether ``{"error": ...}``, which is an error and no value, would pass as this type."""
    origin = get_origin(kind) or kind
    if origin in {Union, UnionType}:
        return any(map(_takes_errors, get_args(kind)))
    if attrs.has(origin):
        fields: tuple[Any, ...] = attrs.fields(origin)
        return all(field.default is not attrs.NOTHING or field.name in ERROR_KEYS for field in fields)
    return origin not in {list, tuple, str, int, float, bool, NoneType}


def _parts(kind: Any, seen: list[Any] | None = None) -> list[Any]:
    """The type and all types inside it."""
    seen = [] if seen is None else seen
    if kind in seen:
        return seen
    seen.append(kind)
    inner = list(get_args(kind))
    origin = get_origin(kind) or kind
    if attrs.has(origin):
        inner += [field.type for field in attrs.fields(attrs.resolve_types(origin))]
    for part in inner:
        _parts(part, seen)
    return seen


def blame(value: object, kind: Any, error: Exception) -> tuple[str, str, object]:
    """Where a value is not of this type: JSON path, what was expected, and the part that is wrong."""
    from cattrs import BaseValidationError
    from cattrs.errors import AttributeValidationNote, IterableValidationNote

    try:
        _converter(detailed=True).structure(value, kind)
    except Exception as detailed:  # noqa: BLE001 - whatever cattrs raises says where
        error = detailed
    path = "$"
    part: Any = value
    while isinstance(error, BaseValidationError):
        error = error.exceptions[0]
        for note in getattr(error, "__notes__", ()):
            if isinstance(note, IterableValidationNote):
                path += f"[{note.index}]"
                part = _child(part, note.index)
            elif isinstance(note, AttributeValidationNote):
                child = _child(part, note.name)
                if isinstance(error, KeyError) and child is _MISSING:
                    return path, f"expected the field {note.name!r}", part
                path += f".{note.name}"
                part = child
    words = " ".join(str(error).split())
    return path, words if words.startswith("expected") else f"expected {type_name(kind)} ({words[:120]})", part


_MISSING = object()


def _child(part: Any, key: Any) -> Any:
    try:
        return part[key]
    except (KeyError, IndexError, TypeError):
        return _MISSING
