"""From the events of a stream to typed ones: many at once where msgspec is installed and takes them as they are."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Generic, TypeVar

from hfe_core._json import JsonValue
from hfe_core._names import type_name
from hfe_core.decoding import Decoder
from hfe_core.sse import ServerSentEvent

__all__ = ["EventDecoder"]

E = TypeVar("E")

_NO_OPENINGS = bytes(set(range(256)) - set(b"[{\n"))


def _same(value: JsonValue) -> JsonValue:
    return value


class EventDecoder(Generic[E]):
    """Decodes events of one type: ``StreamTask(decode=EventDecoder(Place))``.

    Args:
        kind: As for :class:`Decoder`.
        unify: Brings the JSON of an event into the one form of the type, where servers write it in several. It must
            leave as it is what the type takes as it is.
        no_lists: Names of fields with a list, for which servers write null where it is empty, and ``unify`` takes that
            away. No part of the type that is kept as it came may have such a field.
    """

    def __init__(
        self, kind: type[E], unify: Callable[[JsonValue], JsonValue] = _same, no_lists: tuple[str, ...] = ()
    ) -> None:
        self._decoder = Decoder(kind)
        # What reads a task's output off its decoder, finds it as it would at a function.
        event = inspect.Parameter("event", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=ServerSentEvent)
        self.__signature__ = inspect.Signature([event], return_annotation=type_name(kind))
        self._unify = unify
        self._no_lists = no_lists
        self._nulls = [
            (b',"%b":%bnull' % (name.encode(), space), b',"%b":[]' % name.encode())
            for name in no_lists
            for space in (b"", b" ")
        ]

    @property
    def kind(self) -> object:
        """The type that it decodes."""
        return self._decoder.kind

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EventDecoder) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def __reduce__(self) -> tuple[object, ...]:
        return EventDecoder, self._parts()

    def _parts(self) -> tuple[object, ...]:
        return self.kind, self._unify, self._no_lists

    def __call__(self, event: ServerSentEvent) -> E:
        """The typed value of an event.

        Raises:
            DecodeError: It is not JSON, or not of this type; the error has the path.
        """
        if "\n" not in event.data:
            found = self.run(b"data:" + event.data.encode("utf-8", "surrogatepass"), event.max_depth)
            if found is not None:
                return found[0]
        return self._decoder.value(self._unify(event.json()))

    def run(self, run: bytes, max_depth: int) -> list[E] | None:
        """The values of a run of events, as :meth:`EventParser.runs` gives it; None where each must be looked at.

        Args:
            run: The events.
            max_depth: How deep the JSON of each may nest.
        """
        if not run.isascii():
            try:
                run.decode()  # msgspec skips fields that the type lacks without a look at their bytes
            except UnicodeDecodeError:
                return None
        if len(run) > max_depth and max(map(len, run.translate(None, _NO_OPENINGS).split()), default=0) > max_depth:
            return None
        for null, empty in self._nulls:
            # Behind a comma and outside of strings: a string would have a backslash before its quotation mark.
            run = run.replace(null, empty)
        return self._decoder.quick_run(run)
