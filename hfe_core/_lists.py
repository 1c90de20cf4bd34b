"""A list of objects as msgspec reads it fastest, and no deeper nested than it may be."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, TypeVar, get_args, get_origin

import attrs

from hfe_core._filling import Member, keeps_objects, members, missing
from hfe_core._json import too_deep

__all__ = ["ListReader", "is_list_of_objects"]

T = TypeVar("T")

_SMALL = 2000
_SAMPLE = 1000


def is_list_of_objects(kind: Any) -> bool:
    """Whether it is a list of an attrs class."""
    return get_origin(kind) is list and attrs.has(get_args(kind)[0])


class ListReader(Generic[T]):
    """Reads lists of an attrs class.

    Args:
        kind: The list's type.
        parts: All types inside it.
        decode: From bytes to the list.
        decode_as: ``msgspec.json.decode``.
    """

    def __init__(
        self, kind: Any, parts: list[Any], decode: Callable[[bytes], list[T]], decode_as: Callable[..., object]
    ) -> None:
        item = get_args(kind)[0]
        is_flat = not keeps_objects(parts) and not any(attrs.has(part) for part in parts if part is not item)
        self._members: list[Member] = members(item, decode_as) if is_flat else []
        self._decode = decode
        self._objects, self._depth = _required(item)

    def __call__(self, body: bytes, max_depth: int) -> list[T] | None:
        """The list; None where it nests too deep.

        Raises:
            Exception: It is not such a list as msgspec reads it.
        """
        left_out = missing(self._members, body[:_SAMPLE]) if len(body) > _SMALL else b""
        found, objects = self._filled(body, left_out + b",") if left_out else (None, 0)
        if found is None:
            found, objects = self._decode(body), body.count(b"{")
        # A bracket that opens for none of the objects that there must be may nest in all others of its kind, even one in
        # a string. To find that there is no further list costs a fraction of counting.
        lists = body.count(b"[") if body.find(b"[", body.find(b"[") + 1) >= 0 else 1
        bound = objects + lists - len(found) * self._objects + self._depth
        return None if bound > max_depth and too_deep(body, max_depth) else found

    def _filled(self, body: bytes, left_out: bytes) -> tuple[list[T] | None, int]:
        """The list with what was left out put behind every brace; None where one of them does not open an item.

        A brace inside a string makes it no JSON.
        """
        most = len(body) // len(left_out)
        filled = body.replace(b"{", b"{" + left_out, most)
        objects = (len(filled) - len(body)) // len(left_out)
        with suppress(Exception):
            # With more braces the answer would grow to more than twice its size, and not all were counted.
            if objects < most and len(found := self._decode(filled)) == objects:
                return found, objects
        return None, 0


def _required(kind: Any) -> tuple[int, int]:
    """The objects that every value of a class is made of: how many they are, and how deep they nest."""
    fields = attrs.fields(attrs.resolve_types(kind))
    inner = [_required(field.type) for field in fields if field.default is attrs.NOTHING and attrs.has(field.type)]
    return 1 + sum(count for count, _ in inner), 1 + max([depth for _, depth in inner], default=0)
