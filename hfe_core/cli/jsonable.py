"""Outputs of tasks as JSON: typed values become objects, binary data is described."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, cast

import attrs

from hfe_core._json import JsonValue
from hfe_core.audio import Audio
from hfe_core.image import Image
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
    """The file in an output that is one: Audio, Image or Media of hfe_core, or bytes; None for others."""
    if isinstance(value, Audio | Image):
        return Binary(value.data, value.content_type)
    if isinstance(value, Media):
        return Binary(value.read(), value.content_type)
    if isinstance(value, bytes | bytearray | memoryview):
        return Binary(bytes(cast("bytes", value)), "application/octet-stream")
    return None


def jsonable(value: object, keep: Callable[[Binary], Path | None] | None = None) -> JsonValue:
    """The value as JSON.

    attrs and dataclass instances become objects of their public fields, NaN and infinities null, binary data
    ``{"content_type": ..., "size": n}`` with the number of bytes, arrays lists. What has no JSON form becomes its text.

    Args:
        value: The value.
        keep: Keeps binary data and says where, which is then its ``path``; None where it does not.
    """
    if value is None or (isinstance(value, bool | int | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    found = binary(value)
    if found is not None:
        place = None if keep is None else keep(found)
        described: dict[str, JsonValue] = {"content_type": found.content_type, "size": len(found.data)}
        return described if place is None else {**described, "path": str(place)}
    if isinstance(value, Enum):
        return jsonable(cast("object", value.value), keep)
    if isinstance(value, Mapping):
        return {str(key): jsonable(item, keep) for key, item in cast("Mapping[object, object]", value).items()}
    if isinstance(value, Sequence):
        return [jsonable(item, keep) for item in cast("Sequence[object]", value)]
    kind: Any = type(value)
    names = _names(kind)
    if names is not None:
        return {name: jsonable(getattr(value, name), keep) for name in names if not name.startswith("_")}
    if hasattr(value, "tolist"):
        return jsonable(cast("Any", value).tolist(), keep)
    if isinstance(value, Iterable):
        return [jsonable(item, keep) for item in cast("Iterable[object]", value)]
    return str(value)


def _names(kind: Any) -> list[str] | None:
    """The fields of an attrs class or a dataclass; None for others."""
    if attrs.has(kind):
        return [field.name for field in attrs.fields(kind)]
    return [field.name for field in dataclasses.fields(kind)] if dataclasses.is_dataclass(kind) else None


def dumps(value: JsonValue, indent: int | None = None) -> str:
    """The JSON text of a value, on one line unless it is indented; characters that UTF-8 cannot carry are escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent, allow_nan=False)
    return text
