"""Nested numbers of an answer, read fast where msgspec, or simdjson and numpy, are there.

Either gives None for what it refuses (NaN, numbers beyond a double, anything wrong): the full path decides, and words it.
"""

from __future__ import annotations

import importlib
import struct
import sys
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from hfe_core import Response

if TYPE_CHECKING:
    import numpy.typing

    FloatArray: TypeAlias = numpy.typing.NDArray[numpy.float32]

__all__ = ["DEEPEST", "NestedFloats", "array_of", "quick_array", "quick_lists"]

NestedFloats: TypeAlias = "list[float | NestedFloats | None]"
"""Lists of numbers, nested; None where the server computed NaN (which the default container writes as null)."""

DEEPEST = 4
"""How many lists may stand in each other."""

_WORTH_IT = 1 << 16
_WHITE = b" \t\r\n"


def quick_lists(response: Response) -> tuple[NestedFloats, str] | None:
    """The numbers of ``[...]`` or ``{"embeddings": [...]}``, equally deep everywhere, and where they stand."""
    body: Any = response.body
    path = "$"
    try:
        if response.request.limits.max_depth <= DEEPEST:
            return None
        if body[:64].lstrip(_WHITE).startswith(b"{"):
            fields = _decoder(None)(body)
            if fields.keys() != {"embeddings"}:
                return None
            body, path = fields["embeddings"], "$.embeddings"
        depth = _depth(bytes(body[:64]))
        return (cast("NestedFloats", _decoder(depth)(body)), path) if 0 < depth <= DEEPEST else None
    except Exception:  # noqa: BLE001 - refused, for whatever reason
        return None


def quick_array(response: Response) -> FloatArray | None:
    """The numbers of ``[[...], ...]``, all rows equally long, where the application has loaded numpy."""
    body = response.body
    if len(body) < _WORTH_IT or "numpy" not in sys.modules or response.request.limits.max_depth <= DEEPEST:
        return None
    try:
        numpy: Any = importlib.import_module("numpy")
        simdjson: Any = importlib.import_module("simdjson")
        rows = simdjson.Parser().parse(body)
        # A buffer of an array has the numbers of the arrays inside it, too, whatever their shape.
        if _depth(body[:64]) != 2 or body.count(b"[") != len(rows) + 1:
            return None
        first = numpy.frombuffer(rows[0].as_buffer(of_type="d"))
        array = numpy.empty((len(rows), len(first)), numpy.float32)
        with numpy.errstate(over="ignore"):
            for index, row in enumerate(rows):
                numbers = numpy.frombuffer(row.as_buffer(of_type="d"))
                if len(numbers) != len(first):
                    return None
                array[index] = numbers
        # What is too large for a float32 makes numpy warn, and not before an array is asked for.
        return cast("FloatArray", array) if numpy.isfinite(array).all() else None
    except Exception:  # noqa: BLE001 - refused, for whatever reason
        return None


def array_of(values: NestedFloats) -> FloatArray:
    """The numbers as an array of the same nesting; None is NaN.

    Raises:
        ValueError: Lists of different length, which no array holds.
    """
    import numpy

    try:
        rows = cast("list[list[float]]", values)
        width = len(rows[0])
        if set(map(len, rows)) == {width}:
            # Half of what numpy takes to look into each list and number first.
            array = numpy.empty((len(rows), width), numpy.float32)
            pack = struct.Struct(f"{width}f").pack_into
            for index, row in enumerate(rows):
                pack(array.data, 4 * width * index, *row)
            return array
    except (IndexError, TypeError, OverflowError, struct.error):
        pass  # No rows of numbers only.
    return numpy.array(values, dtype=numpy.float32)


def _depth(head: bytes) -> int:
    """With how many brackets it begins."""
    opened = head.translate(None, _WHITE)
    return len(opened) - len(opened.lstrip(b"["))


@cache
def _decoder(depth: int | None) -> Callable[[bytes], Any]:
    """Of lists so deep; None: of an object whose values are not looked at."""
    msgspec: Any = importlib.import_module("msgspec")
    kind: Any = dict[str, msgspec.Raw] if depth is None else int | float | None
    for _ in range(depth or 0):
        kind = list[kind]
    decode: Callable[[bytes], Any] = msgspec.json.Decoder(kind).decode
    return decode
