"""Outputs of tasks as JSON: typed values become objects, binary data is described."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, cast

import attrs

from hfe_core._json import JsonValue
from hfe_core.audio import Audio
from hfe_core.media import Media

__all__ = ["Binary", "binary", "dumps", "jsonable"]


@attrs.frozen
class Binary:
    """A binary output, ready to be written.

    Attributes:
        data: The bytes of the file.
        content_type: Their media type.
    """

    data: bytes = attrs.field(repr=False)
    content_type: str


def binary(value: object) -> Binary | None:
    """The file in an output that is one: :class:`~hfe_core.Media`, :class:`~hfe_core.Audio` or bytes; None for others."""
    if isinstance(value, Audio):
        return Binary(value.data, value.content_type)
    if isinstance(value, Media):
        return Binary(value.read(), value.content_type)
    if isinstance(value, bytes | bytearray | memoryview):
        return Binary(bytes(cast("bytes", value)), "application/octet-stream")
    return None


def jsonable(value: object) -> JsonValue:
    """The value as JSON.

    attrs and dataclass instances become objects of their public fields, NaN and infinities null, binary data
    ``{"content_type": ..., "bytes": n}``, arrays lists. What has no JSON form becomes its text.
    """
    if value is None or (isinstance(value, bool | int | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    found = binary(value)
    if found is not None:
        return {"content_type": found.content_type, "bytes": len(found.data)}
    if isinstance(value, Enum):
        return jsonable(cast("object", value.value))
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in cast("Mapping[object, object]", value).items()}
    kind: Any = type(value)
    if attrs.has(kind):
        return _fields(value, [field.name for field in attrs.fields(kind)])
    if dataclasses.is_dataclass(value):
        return _fields(value, [field.name for field in dataclasses.fields(kind)])
    if hasattr(value, "tolist"):
        return jsonable(cast("Any", value).tolist())
    if isinstance(value, Iterable):
        return [jsonable(item) for item in cast("Iterable[object]", value)]
    return str(value)


def _fields(value: object, names: Iterable[str]) -> JsonValue:
    return {name: jsonable(getattr(value, name)) for name in names if not name.startswith("_")}


def dumps(value: JsonValue, indent: int | None = None) -> str:
    """The JSON text of a value, on one line unless it is indented; characters that UTF-8 cannot carry are escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent, allow_nan=False)
    return text
