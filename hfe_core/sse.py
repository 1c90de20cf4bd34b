"""Server-sent events by the rules of the WHATWG EventSource text, over bytes in pieces of any size."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from hfe_core._json import JsonValue, loads
from hfe_core._names import shorten
from hfe_core.errors import DecodeError

__all__ = ["EventParser", "ServerSentEvent"]


@attrs.frozen
class ServerSentEvent:
    """One event of a stream.

    Attributes:
        data: The data lines, joined by newlines.
        event: The event's type; ``"message"`` where the server names none.
        id: The last id that the server gave in this stream; empty if none.
    """

    data: str
    event: str = "message"
    id: str = ""

    @property
    def is_done(self) -> bool:
        """Whether this is the ``[DONE]`` with which OpenAI-compatible servers end a stream."""
        return self.data.strip() == "[DONE]"

    def json(self) -> JsonValue:
        """The data as JSON.

        Raises:
            DecodeError: It is not JSON.
        """
        try:
            return loads(self.data)
        except (ValueError, RecursionError) as error:
            raise DecodeError(f"expected JSON in an event ({error})", excerpt=repr(shorten(self.data, 160))) from None


class EventParser:
    """Turns pieces of bytes into events.

    Lines end in LF, CR or CRLF, also when a piece ends between the two; a code point may be split over pieces.

    Args:
        max_event: Bytes that one event, an unfinished line included, may take.
    """

    def __init__(self, max_event: int = 16 << 20) -> None:
        self._max_event = max_event
        self._tail: bytes = b""
        self._skip_newline = False
        self._first = True
        self._data: list[str] = []
        self._size = 0
        self._event = ""
        self._id = ""

    def feed(self, piece: bytes) -> Iterator[ServerSentEvent]:
        """The events that this piece completes.

        Raises:
            DecodeError: An event is larger than ``max_event``.
        """
        if self._skip_newline and piece:
            piece = piece.removeprefix(b"\n")
            self._skip_newline = False
        if not piece:
            return
        buffer = self._tail + piece if self._tail else piece
        if self._first:
            if len(buffer) < 3 and b"\xef\xbb\xbf".startswith(buffer):
                self._tail = buffer
                return
            buffer = buffer.removeprefix(b"\xef\xbb\xbf")
            self._first = False
        if b"\r" in buffer:
            self._skip_newline = buffer.endswith(b"\r")
            buffer = buffer.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = buffer.split(b"\n")
        self._tail = lines.pop()
        for line in lines:
            event = self._line(line)
            if event is not None:
                yield event
        if len(self._tail) + self._size > self._max_event:
            self._too_large()

    def flush(self) -> Iterator[ServerSentEvent]:
        """The event that the end of the stream left without its blank line.

        The WHATWG text drops it; servers do end so, and the caller knows whether the stream was cut.
        """
        line, self._tail = self._tail, b""
        for last in (line, b""):
            event = self._line(last) if last or self._data else None
            if event is not None:
                yield event

    def _line(self, line: bytes) -> ServerSentEvent | None:
        if not line:
            return self._dispatch()
        name, colon, value = line.partition(b":")
        if not name and colon:
            return None
        value = value.removeprefix(b" ")
        if name == b"data":
            self._size += len(value) + 1
            if self._size > self._max_event:
                self._too_large()
            self._data.append(value.decode("utf-8", "replace"))
        elif name == b"event":
            self._event = value.decode("utf-8", "replace")
        elif name == b"id" and b"\x00" not in value:
            self._id = value.decode("utf-8", "replace")
        return None

    def _dispatch(self) -> ServerSentEvent | None:
        event = ServerSentEvent("\n".join(self._data), self._event or "message", self._id) if self._data else None
        self._data = []
        self._size = 0
        self._event = ""
        return event

    def _too_large(self) -> None:
        raise DecodeError(f"expected an event of at most {self._max_event} bytes")
