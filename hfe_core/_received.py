"""The events that a stream gave, kept as the bytes that they came in: objects by the thousand cost more than they do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Generic, TypeVar, overload

__all__ = ["Received"]

E = TypeVar("E")


class Received(Sequence[E], Generic[E]):
    """All events so far, in their order; those of runs are decoded anew where they are asked for.

    Args:
        decode: From a run to its events, the same ones each time.
    """

    def __init__(self, decode: Callable[[bytes], list[E]]) -> None:
        self._decode = decode
        self._parts: list[list[E] | bytes] = []
        self._count = 0

    def append(self, event: E) -> None:
        """Keep one event."""
        last = self._parts[-1] if self._parts else None
        if isinstance(last, list):
            last.append(event)
        else:
            self._parts.append([event])
        self._count += 1

    def append_run(self, run: bytes, count: int) -> None:
        """Keep a run of so many events."""
        self._parts.append(run)
        self._count += count

    def drop(self, count: int) -> None:
        """Forget the last events."""
        self._parts = [list(self)[: self._count - count]]
        self._count -= count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[E]:
        return chain.from_iterable(map(self._events, self._parts))

    def __reversed__(self) -> Iterator[E]:
        return chain.from_iterable(map(reversed, map(self._events, reversed(self._parts))))

    @overload
    def __getitem__(self, index: int) -> E: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[E]: ...
    def __getitem__(self, index: int | slice) -> E | Sequence[E]:
        if index == -1 and self._parts:
            return self._events(self._parts[-1])[-1]
        return tuple(self)[index]

    def _events(self, part: list[E] | bytes) -> list[E]:
        return self._decode(part) if isinstance(part, bytes) else part
