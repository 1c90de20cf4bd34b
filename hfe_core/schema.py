"""The JSON Schema of a task's arguments, read off its signature: for the command line, tools and forms."""

from __future__ import annotations

import inspect
import json
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import NoneType, UnionType
from typing import (
    IO,
    Annotated,
    Any,
    BinaryIO,
    ForwardRef,
    Literal,
    NotRequired,
    Required,
    Union,
    cast,
    get_args,
    get_origin,
    is_typeddict,
)

from hfe_core._json import JsonValue
from hfe_core.docstrings import described, plain
from hfe_core.media import HasMedia, Media, PilImage
from hfe_core.task import AnyTask

__all__ = ["Schema", "alternatives", "classes", "parameters_schema", "scope_of", "signature_of"]

Schema = dict[str, JsonValue]
"""A JSON Schema, or a part of one."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_PLAIN = {str: "string", bool: "boolean", int: "integer", float: "number", NoneType: "null"}
_BINARY: tuple[object, ...] = (bytes, bytearray, memoryview, os.PathLike, IO, BinaryIO, Media, PilImage, HasMedia)


def parameters_schema(task: AnyTask) -> Schema:
    """The JSON Schema (draft 2020-12) of a task's arguments as one object.

    Binary data is a string in base64 (``contentEncoding``). A parameter that may be None when it is not given has the
    schema of its other values: leave it out. A type that JSON Schema cannot say, or that cannot be resolved, is ``{}``.

    Args:
        task: A task or stream task.

    Returns:
        The schema: ``title``, ``description``, ``properties`` with the encoder's documentation, ``required``.
    """
    docs = described(task.doc)
    scope = scope_of(task.encode)
    properties: Schema = {}
    required: list[JsonValue] = []
    for name, parameter in signature_of(task).parameters.items():
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        schema = _schema(parameter.annotation, scope)
        if parameter.default is parameter.empty:
            required.append(name)
        elif parameter.default is None:
            schema = _without_null(schema)
        elif _is_json(parameter.default):
            schema = {**schema, "default": cast("JsonValue", parameter.default)}
        properties[name] = {**schema, "description": docs[name]} if name in docs else schema
    return {
        "$schema": DIALECT,
        "title": task.name,
        "description": plain(task.summary),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def scope_of(function: Callable[..., object]) -> Mapping[str, object]:
    """The names that the annotations of a function are made of; empty for what is no function of Python."""
    return cast("dict[str, object]", getattr(inspect.unwrap(function), "__globals__", {}))


def classes(annotation: object, scope: Mapping[str, object]) -> Iterator[type]:
    """The classes in an annotation, also those inside its unions and lists, in its order; without what is unknown.

    Args:
        annotation: A type, or the text of one.
        scope: The names in such a text.
    """
    return _classes(annotation, scope, ())


def _classes(annotation: object, scope: Mapping[str, object], within: tuple[object, ...]) -> Iterator[type]:
    """As :func:`classes`; ``within`` holds the names around it, where recursion ends."""
    found, within = _resolved(annotation, scope, within)
    origin = get_origin(found)
    if origin is Literal:
        return
    if isinstance(found, type) and origin is None:
        yield found
    for argument in cast("tuple[object, ...]", get_args(found)):
        if argument is not Ellipsis:
            yield from _classes(argument, scope, within)


def signature_of(task: AnyTask) -> inspect.Signature:
    """The task's signature; with its annotations as text where they cannot be resolved."""
    try:
        return task.signature
    except Exception:  # noqa: BLE001 - evaluating a third party's annotations may raise anything
        return inspect.signature(task.encode)


def _schema(annotation: object, scope: Mapping[str, object], within: tuple[object, ...] = ()) -> Schema:
    """The schema of one annotation; ``within`` holds the names and classes around it, where recursion ends."""
    if annotation is None:
        return {"type": "null"}
    found, within = _resolved(annotation, scope, within)
    origin = get_origin(found)
    arguments: tuple[object, ...] = get_args(found)
    if origin is Literal:
        return _literal(arguments)
    if origin in {Union, UnionType}:
        sayable = [argument for argument in arguments if not _is_python_only(argument)]
        kept = sayable if any(argument is not NoneType for argument in sayable) else arguments
        return _any_of([_schema(argument, scope, within) for argument in kept])
    kind = origin or found
    if any(kind is one for one in _BINARY):
        return {"type": "string", "contentEncoding": "base64"}
    if not isinstance(kind, type) or kind in within:
        return {}
    if is_typeddict(kind):
        return _typed_dict(kind, (*within, kind))
    return _class(kind, [_schema(argument, scope, within) for argument in arguments if argument is not Ellipsis])


def _is_python_only(argument: object) -> bool:
    """Whether an alternative is a protocol that no JSON value has, such as that of a data frame."""
    return bool(getattr(argument, "_is_protocol", False)) and not any(argument is one for one in _BINARY)


def _class(kind: type, arguments: list[Schema]) -> Schema:
    if kind in _PLAIN:
        return {"type": _PLAIN[kind]}
    if hasattr(kind, "__fspath__") or (hasattr(kind, "data") and hasattr(kind, "content_type")):
        return {"type": "string", "contentEncoding": "base64"}
    if issubclass(kind, Mapping):
        values = arguments[1] if len(arguments) == 2 else {}
        return {"type": "object", "additionalProperties": values} if values else {"type": "object"}
    if issubclass(kind, tuple) and len(arguments) > 1:
        items = cast("list[JsonValue]", arguments)
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
    if kind is Iterable or issubclass(kind, Collection):
        return {"type": "array", "items": arguments[0]} if arguments and arguments[0] else {"type": "array"}
    return {}


def _resolved(
    annotation: object, scope: Mapping[str, object], within: tuple[object, ...]
) -> tuple[object, tuple[object, ...]]:
    """The annotation behind texts, forward references, aliases, new types and qualifiers."""
    while True:
        if isinstance(annotation, ForwardRef):
            annotation = annotation.__forward_arg__
        if isinstance(annotation, str):
            if annotation in within:
                return object, within
            within = cast("tuple[object, ...]", (*within, annotation))
            try:
                # What inspect and typing do with the same text; it is the task's own source.
                annotation = cast("object", eval(annotation, dict(scope)))  # noqa: S307
            except Exception:  # noqa: BLE001 - a name that exists for type checkers only
                return object, within
        elif get_origin(annotation) in {Annotated, Required, NotRequired}:
            annotation = get_args(annotation)[0]
        elif hasattr(annotation, "__supertype__"):
            annotation = cast("Any", annotation).__supertype__
        elif hasattr(annotation, "__value__"):
            annotation = cast("Any", annotation).__value__
        else:
            return annotation, within


def _literal(values: Sequence[object]) -> Schema:
    known = [value for value in values if isinstance(value, str | int | bool | None)]
    schema: Schema = {"enum": list(known)}
    return {"type": "string", **schema} if all(isinstance(value, str) for value in known) else schema


def _typed_dict(kind: type, within: tuple[object, ...]) -> Schema:
    scope = vars(sys.modules[kind.__module__])
    docs = described(kind.__doc__ or "", "Attributes")
    properties: Schema = {}
    required: list[JsonValue] = []
    optional = cast("frozenset[str]", getattr(kind, "__optional_keys__", frozenset[str]()))
    for name, annotation in inspect.get_annotations(kind).items():
        schema = _schema(annotation, scope, within)
        properties[name] = {**schema, "description": docs[name]} if name in docs else schema
        text = annotation.__forward_arg__ if isinstance(annotation, ForwardRef) else str(annotation)
        # Under "from __future__ import annotations" the class itself does not see its qualifiers.
        if "NotRequired[" not in text and (name not in optional or "Required[" in text):
            required.append(name)
    return {"type": "object", "properties": properties, "required": required}


def _any_of(schemas: Iterable[Schema]) -> Schema:
    """The alternatives, each once, those that are a mere type joined into one."""
    types: list[str] = []
    others: list[JsonValue] = []
    for schema in schemas:
        if not schema:
            return {}
        inner = schema["anyOf"] if schema.keys() == {"anyOf"} else [schema]
        for alternative in cast("list[Schema]", inner):
            if alternative.keys() == {"type"}:
                names = cast("str | list[str]", alternative["type"])
                types += [names] if isinstance(names, str) else names
            elif alternative not in others:
                others.append(alternative)
    kept = [name for name in dict.fromkeys(types) if name != "integer" or "number" not in types]
    merged: list[JsonValue] = [{"type": kept[0] if len(kept) == 1 else cast("JsonValue", kept)}] if kept else []
    every = merged + others
    return cast("Schema", every[0]) if len(every) == 1 else {"anyOf": every}


def _without_null(schema: Schema) -> Schema:
    left = [one for one in alternatives(schema) if one != {"type": "null"}]
    return _any_of(left) if left else schema


def alternatives(schema: Schema) -> list[Schema]:
    """A schema as the list of schemas of which one must hold, each with at most one type."""
    inner = schema.get("anyOf")
    if isinstance(inner, list):
        return [one for each in inner for one in alternatives(cast("Schema", each))]
    names = schema.get("type")
    return [{**schema, "type": name} for name in names] if isinstance(names, list) else [schema]


def _is_json(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True
