"""Bodies of HTTP/1.1 answers, cut out of what comes over a connection: pure, no I/O."""

from __future__ import annotations

import re
from typing import TypeAlias

from hfe_core.errors import AnswerTooLarge, TransportError

__all__ = ["BodyReader", "ChunkedBody", "LengthBody", "NoBody", "RestBody", "header_lines"]

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CHUNK_LINE = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]*(?:;[^\x00\r\n]*)?")
_MAX_CHUNK_LINE = 4096


def header_lines(lines: list[str]) -> dict[str, str]:
    """Names and values of all lines but the first; names in lower case, repeated ones joined by ``", "``.

    Raises:
        TransportError: A line is no header.
    """
    headers: dict[str, str] = {}
    repeated: dict[str, list[str]] = {}
    for number in range(1, len(lines)):
        line = lines[number].removesuffix("\r")
        name, colon, value = line.partition(":")
        if not colon or _NAME.fullmatch(name) is None:
            raise TransportError("the answer's head holds a line that is no header")
        value = value.strip(" \t")
        if "\0" in value or "\r" in value:
            raise TransportError("the answer's head holds a control character")
        name = name.lower()
        if name in headers:
            repeated.setdefault(name, [headers[name]]).append(value)
        else:
            headers[name] = value
    for name, values in repeated.items():
        headers[name] = ", ".join(values)
    return headers


class NoBody:
    """The body that the answers to HEAD, 204 and 304 do not have."""

    __slots__ = ("rest",)
    is_explicit = True
    is_complete = True
    problem: TransportError | None = None
    length: int | None = 0

    def __init__(self) -> None:
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        """Nothing: all that comes is left over."""
        self.rest += data
        return b""

    def end(self) -> None:
        """The connection has ended."""


class LengthBody:
    """A body of so many bytes."""

    __slots__ = ("_left", "is_complete", "length", "rest")
    is_explicit = True
    problem: TransportError | None = None

    def __init__(self, length: int) -> None:
        self.length: int | None = length
        self._left = length
        self.is_complete = not length
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        """The part of the data that is the body's."""
        piece = data if len(data) <= self._left else data[: self._left]
        self._left -= len(piece)
        if not self._left:
            self.is_complete = True
            self.rest = data[len(piece) :]
        return piece

    def end(self) -> None:
        """Say that the connection has ended.

        Raises:
            TransportError: The body has not.
        """
        if self._left:
            raise _cut(f"{self._left} bytes are missing")


class RestBody:
    """A body that lasts until the connection ends."""

    __slots__ = ("is_complete", "rest")
    is_explicit = False
    problem: TransportError | None = None
    length: int | None = None

    def __init__(self) -> None:
        self.is_complete = False
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        """The data."""
        return data

    def end(self) -> None:
        """Say that the connection has ended, and so has the body."""
        self.is_complete = True


_SIZE, _DATA, _DATA_END, _TRAILER = range(4)


class ChunkedBody:
    """A body in chunks.

    Args:
        max_trailer: Bytes that the trailer may take, which is passed over.
        is_reliable: Whether the server may speak of chunks: an HTTP/1.0 one may not, its connection is not used again.
    """

    __slots__ = (
        "_left",
        "_line",
        "_max_trailer",
        "_state",
        "_trailer",
        "is_complete",
        "is_explicit",
        "problem",
        "rest",
    )
    length: int | None = None

    def __init__(self, max_trailer: int, *, is_reliable: bool = True) -> None:
        self._max_trailer = max_trailer
        self._state = _SIZE
        self._left = 0
        self._line = b""
        self._trailer = 0
        self.problem: TransportError | None = None
        self.is_complete = False
        self.is_explicit = is_reliable
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        """The part of the data that is the body's; what is wrong behind it is in ``problem``.

        Raises:
            TransportError: These are no chunks.
            AnswerTooLarge: The trailer is larger than a head may be.
        """
        if self.problem is not None:
            raise self.problem
        if self._line:
            data, self._line = self._line + data, b""
        pieces: list[bytes] = []
        at = 0
        while at < len(data) and not self.is_complete:
            if self._state == _DATA:
                piece = data[at : at + self._left]
                pieces.append(piece)
                at += len(piece)
                self._left -= len(piece)
                if not self._left:
                    self._state = _DATA_END
                continue
            end = data.find(b"\n", at)
            try:
                if end < 0:
                    self._keep(data[at:])
                else:
                    self._line_came(data[at:end])
            except TransportError as error:
                if not pieces:
                    raise
                # What came before is good, and may be all that a stream's reader gets.
                self.problem = error
                break
            at = end + 1 or len(data)
        if self.is_complete:
            self.rest = data[at:]
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def end(self) -> None:
        """Say that the connection has ended.

        Raises:
            TransportError: The last chunk has not come.
        """
        if self.problem is not None:
            raise self.problem
        if not self.is_complete:
            raise _cut("its last chunk is missing")

    def _keep(self, part: bytes) -> None:
        """Keep the beginning of a line until the rest of it comes."""
        if self._state == _DATA_END and part != b"\r":
            raise TransportError("a chunk of the answer is longer than it says")
        if len(part) > (self._max_trailer if self._state == _TRAILER else _MAX_CHUNK_LINE):
            raise self._too_long()
        self._line = part

    def _line_came(self, line: bytes) -> None:
        if len(line) > (self._max_trailer if self._state == _TRAILER else _MAX_CHUNK_LINE):
            raise self._too_long()
        if not line.endswith(b"\r"):
            raise TransportError("a chunk of the answer has no proper line end")
        line = line[:-1]
        if self._state == _SIZE:
            size = _CHUNK_LINE.fullmatch(line)
            if size is None:
                raise TransportError("a chunk of the answer has no proper size")
            self._left = int(size[1], 16)
            self._state = _DATA if self._left else _TRAILER
        elif self._state == _DATA_END:
            if line:
                raise TransportError("a chunk of the answer is longer than it says")
            self._state = _SIZE
        elif line:
            self._trailer += len(line) + 2
            if self._trailer > self._max_trailer:
                raise self._too_long()
            header_lines(["", line.decode("latin-1")])
        else:
            self.is_complete = True

    def _too_long(self) -> TransportError:
        if self._state == _TRAILER:
            return AnswerTooLarge("max_head", self._max_trailer)
        return TransportError("a chunk of the answer has no proper size")


BodyReader: TypeAlias = NoBody | LengthBody | RestBody | ChunkedBody
"""Takes the bytes that come after a head; what is behind the body's end is in ``rest``."""


def _cut(why: str) -> TransportError:
    return TransportError(f"the answer was cut short ({why})", cut=True)
