"""Server-sent events by the rules of the WHATWG EventSource text, over bytes in pieces of any size."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import attrs

from hfe_core._json import MAX_DEPTH, JsonValue, NestedTooDeep, loads
from hfe_core._names import shorten
from hfe_core.errors import AnswerTooLarge, DecodeError
from hfe_core.options import Limits

__all__ = ["EVENT_END", "EventParser", "ServerSentEvent", "split_run"]


@attrs.frozen
class ServerSentEvent:
    """One event of a stream.

    Attributes:
        data: The data lines, joined by newlines.
        event: The event's type; ``"message"`` where the server names none.
        id: The last id that the server gave in this stream; empty if none.
        max_depth: How deep the JSON in it may nest.
    """

    data: str
    event: str = "message"
    id: str = ""
    max_depth: int = attrs.field(default=MAX_DEPTH, repr=False, eq=False)

    @property
    def is_done(self) -> bool:
        """Whether this is the ``[DONE]`` with which OpenAI-compatible servers end a stream."""
        return self.data == "[DONE]" or (len(self.data) < 100 and self.data.strip() == "[DONE]")

    def json(self) -> JsonValue:
        """The data as JSON.

        Raises:
            DecodeError: It is not JSON, or nested deeper than the stream's ``max_depth``.
        """
        try:
            return loads(self.data, self.max_depth)
        except ValueError as error:
            problem = str(error) if isinstance(error, NestedTooDeep) else f"expected JSON in an event ({error})"
            raise DecodeError(problem, excerpt=repr(shorten(self.data, 160))) from None


_BOM = b"\xef\xbb\xbf"
_DEFAULT = Limits()
_LONGEST_RETRY = 15
_DATA = b"data:"
EVENT_END = b"\n\n"
_NEXT = EVENT_END + _DATA


def split_run(run: bytes) -> list[bytes]:
    """The data of the events of a run, each with the space that may stand before it."""
    return run[len(_DATA) :].split(_NEXT)


class EventParser:
    """Turns pieces of bytes into events.

    Lines end in LF, CR or CRLF, also when a piece ends between the two; a code point may be split over pieces. Time and
    memory are linear in the bytes, however small the pieces.

    Args:
        limits: How large a line and an event (its type and id, too) may be, and how deep the JSON in it may nest.

    Attributes:
        retry: Milliseconds that the server wants to be left alone before a new connection, or None.
    """

    def __init__(self, limits: Limits = _DEFAULT) -> None:
        self._limits = limits
        self._smallest = min(limits.max_line, limits.max_event)
        self._tail = bytearray()
        self._skip_newline = False
        self._first = True
        self._data = bytearray()
        self._size = 0
        self._event = ""
        self._id = ""
        self.retry: int | None = None

    @property
    def is_within_line(self) -> bool:
        """Whether the last line has not ended yet."""
        return bool(self._tail)

    def feed(self, piece: bytes) -> Iterator[ServerSentEvent]:
        """The events that this piece completes.

        Raises:
            AnswerTooLarge: A line or an event is larger than the limits; the events before it have come.
        """
        for found in self.runs(piece):
            if isinstance(found, bytes):
                yield from self.split(found)
            else:
                yield found

    def runs(self, piece: bytes) -> Iterator[ServerSentEvent | bytes]:
        """The events that this piece completes, where they can be as runs: bytes for :meth:`split`.

        Each event of a run is one line of data and nothing else, so that it may be decoded without an object for it.

        Raises:
            AnswerTooLarge: As :meth:`feed`.
        """
        if self._first or self._skip_newline or b"\r" in piece:
            piece = self._plain(piece)
        begin = 0
        if self._tail or self._size:
            begin = yield from self._resume(piece)
        # What is left begins an event. Whole events are cut out at once; most have one line.
        end = piece.rfind(b"\n\n", begin) if begin < len(piece) else -1
        if end >= 0:
            text = piece[begin:end] if begin else piece[:end]
            begin = end + 2
            if len(text) > self._smallest:
                yield from self._events(text)
            elif text.startswith(_DATA) and 2 * text.count(_NEXT) == text.count(b"\n"):
                yield text
            else:
                for block in text.split(b"\n\n"):
                    if block.startswith(_DATA) and b"\n" not in block:
                        yield self._event_of(block[5:])
                    else:
                        yield from self._events(block)
        if begin < len(piece):
            *lines, last = piece[begin:].split(b"\n")
            for line in lines:
                self._line(line)
            self._grow(last)

    def split(self, run: bytes) -> Iterator[ServerSentEvent]:
        """The events of a run."""
        return map(self._event_of, split_run(run))

    def flush(self) -> Iterator[ServerSentEvent]:
        """The event that the end of the stream left without its blank line.

        The WHATWG text drops it; servers do end so, and the caller knows whether the stream was cut.
        """
        line = bytes(self._tail)
        self._tail.clear()
        self._first = False
        for last in (line, b""):
            event = self._line(last) if last or self._size else None
            if event is not None:
                yield event

    def _plain(self, piece: bytes) -> bytes:
        """The piece with LF for every end of a line, and without the byte order mark that the stream may begin with."""
        if self._skip_newline and piece:
            piece = piece.removeprefix(b"\n")
            self._skip_newline = False
        if self._first:
            piece = bytes(self._tail) + piece
            self._tail.clear()
            if len(piece) < len(_BOM) and _BOM.startswith(piece):
                self._tail += piece
                return b""
            self._first = False
            piece = piece.removeprefix(_BOM)
        if b"\r" in piece:
            self._skip_newline = piece.endswith(b"\r")
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return piece

    def _resume(self, piece: bytes) -> Generator[ServerSentEvent, None, int]:
        """Go on with a line or an event that is begun, to its end; gives where the next event begins."""
        begin = 0
        while self._tail or self._size:
            end = piece.find(b"\n", begin)
            if end < 0:
                self._grow(piece[begin:] if begin else piece)
                return len(piece)
            line = piece[begin:end]
            if self._tail:
                self._grow(line)
                line = bytes(self._tail)
                self._tail.clear()
            begin = end + 1
            event = self._line(line)
            if event is not None:
                yield event
        return begin

    def _event_of(self, data: bytes) -> ServerSentEvent:
        """An event of one line of data, which stands behind the colon."""
        text = data.removeprefix(b" ").decode("utf-8", "replace")
        return ServerSentEvent(text, "message", self._id, self._limits.max_depth)

    def _events(self, text: bytes) -> Iterator[ServerSentEvent]:
        """The events of a text that lacks the end of its last one only."""
        for line in (*text.split(b"\n"), b""):
            event = self._line(line)
            if event is not None:
                yield event

    def _grow(self, more: bytes) -> None:
        self._tail += more
        self._check(len(self._tail))

    def _check(self, length: int) -> None:
        # The limit that comes first, so that the error is the same however the bytes are cut.
        line, event = self._limits.max_line, self._limits.max_event
        if length > min(line, event - self._size):
            raise AnswerTooLarge("max_line", line) if line <= event - self._size else AnswerTooLarge("max_event", event)

    def _line(self, line: bytes) -> ServerSentEvent | None:
        if not line:
            return self._dispatch()
        self._check(len(line))
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data += value
            self._data += b"\n"
        elif name == b"event":
            self._event = value.decode("utf-8", "replace")
        elif name == b"id":
            if b"\x00" not in value:
                self._id = value.decode("utf-8", "replace")
        elif name == b"retry":
            if value.isdigit() and len(value) <= _LONGEST_RETRY:
                self.retry = int(value)
            return None
        else:
            return None
        self._size += len(line) + 1
        return None

    def _dispatch(self) -> ServerSentEvent | None:
        event = None
        if self._data:
            data = self._data[:-1].decode("utf-8", "replace")
            event = ServerSentEvent(data, self._event or "message", self._id, self._limits.max_depth)
            self._data.clear()
        self._size = 0
        self._event = ""
        return event
