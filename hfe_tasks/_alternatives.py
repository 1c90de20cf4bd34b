"""Answers of which there may be several: the best one, with the others on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, Protocol, Self, TypeVar

import attrs

from hfe_core import Decoder, JsonValue, Response, json_value, unexpected
from hfe_tasks._answers import items, unnested

__all__ = ["BestDecoder", "HasAlternatives", "best_of"]


class HasAlternatives(Protocol):
    """A value with the further ones of its kind."""

    @property
    def alternatives(self) -> tuple[Self, ...]:
        """The others, best first."""
        ...


V = TypeVar("V", bound=HasAlternatives)


def best_of(values: Sequence[V]) -> V:
    """The first value, with the others as its ``alternatives``."""
    best, *others = values
    untyped: Any = best
    evolved: V = attrs.evolve(untyped, alternatives=tuple(others))
    return evolved


class BestDecoder(Generic[V]):
    """Decodes an object, or a list of them, best first, into the best one with its alternatives.

    Args:
        kind: The class of one answer.
    """

    def __init__(self, kind: type[V]) -> None:
        self._one = Decoder(kind)
        self._many: Decoder[list[V]] = Decoder(list[kind])  # type: ignore[valid-type]

    def __call__(self, response: Response) -> V:
        """The best answer to one input, as :meth:`value`."""
        found = self._one.quick(response)
        return self.value(json_value(response), response) if found is None else found

    def value(self, value: JsonValue, response: Response, path: str = "$") -> V:
        """The best answer; a list inside a list of one is that list.

        Raises:
            DecodeError: It is neither, or empty.
        """
        value, path = unnested(value, path)
        if not isinstance(value, list):
            return self._one.value(value, response, path=path)
        if not value:
            unexpected(value, "at least one answer", response, path=path)
        return best_of(self._many.value(value, response, path=path))

    def values(self, value: JsonValue, response: Response) -> list[V]:
        """The best answer for each of several inputs: a list of what :meth:`value` takes.

        Raises:
            DecodeError: It is no list, or one of them is wrong.
        """
        return [self.value(item, response, path) for item, path in items(value, response)]
