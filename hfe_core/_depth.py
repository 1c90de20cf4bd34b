"""How deep an answer may nest, by the brackets that open in it and what was read of it."""

from __future__ import annotations

from typing import Any, get_args, get_origin

import attrs

__all__ = ["Chain", "chain_of_items"]


@attrs.frozen
class Chain:
    """The objects that every value of a class is made of.

    Attributes:
        count: How many they are.
        depth: How deep they nest.
    """

    count: int
    depth: int

    def bound(self, body: bytes, items: int) -> int:
        """How deep the JSON of a list of so many such values nests at most.

        A bracket that opens for none of these objects may nest in all others of its kind, even one in a string.
        """
        # To find that there is no further list costs a fraction of counting.
        lists = body.count(b"[") if body.find(b"[", body.find(b"[") + 1) >= 0 else 1
        return body.count(b"{") + lists - items * self.count + self.depth


def chain_of_items(kind: Any) -> Chain | None:
    """The objects in each item of a list of attrs classes; None for other types."""
    if get_origin(kind) is not list or not attrs.has(get_args(kind)[0]):
        return None
    return _chain(get_args(kind)[0])


def _chain(kind: Any) -> Chain:
    fields = attrs.fields(attrs.resolve_types(kind))
    inner = [_chain(field.type) for field in fields if field.default is attrs.NOTHING and attrs.has(field.type)]
    return Chain(1 + sum(each.count for each in inner), 1 + max([each.depth for each in inner], default=0))
