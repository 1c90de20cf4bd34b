"""Heads of HTTP/1.1 answers, taken apart strictly and in bounded memory as their bytes come: pure, no I/O.

What is not HTTP as RFC 9112 has it is an error and never a guess, since a guess hands one call's bytes to the next.
"""

from __future__ import annotations

import re

from hfe_core._http.framing import BodyReader, ChunkedBody, LengthBody, NoBody, RestBody, header_lines
from hfe_core.errors import AnswerTooLarge, TransportError

__all__ = ["Head", "HeadReader"]

_START = b"HTTP/1."
_END = re.compile(rb"\n\r?\n")
# The reason is text in whatever encoding the server likes, or missing.
_STATUS_LINE = re.compile(r"HTTP/1\.([0-9]) ([1-9][0-9][0-9])(?: [^\0\r]*)?")
_LENGTH = re.compile(r"[0-9]{1,20}")
_FOLD = re.compile(r"\r?\n[ \t]+")
_MAX_INTERIM = 32


class Head:
    """Status and headers of a final answer, and how its body is framed.

    Attributes:
        status: The HTTP status.
        headers: Names in lower case, repeated ones joined by ``", "``.
        keeps: Whether the server keeps the connection open after it.
        body: Reads the body.
    """

    __slots__ = ("body", "headers", "keeps", "status")

    def __init__(self, status: int, headers: dict[str, str], *, keeps: bool, body: BodyReader) -> None:
        self.status = status
        self.headers = headers
        self.keeps = keeps
        self.body = body


class HeadReader:
    """Reads up to the final head of one answer; interim answers (100, 103) are passed over.

    Args:
        method: Of the request: the answer to HEAD has no body, and a proxy's consent to CONNECT has none.
        max_head: Bytes that a head may take.
    """

    __slots__ = ("_buffer", "_interim", "_max_head", "_method", "began", "rest")

    def __init__(self, method: str, max_head: int) -> None:
        self._method = method
        self._max_head = max_head
        self._buffer: bytes = b""
        self._interim = 0
        self.began = False
        self.rest = b""

    def feed(self, data: bytes) -> Head | None:
        """The final head, once it is complete; what came after it is then in ``rest``.

        Raises:
            TransportError: This is no HTTP, or it contradicts itself.
            AnswerTooLarge: The head is larger than ``max_head``.
        """
        searched = max(0, len(self._buffer) - 2)
        data = self._buffer + data if self._buffer else data
        self.began = self.began or bool(data)
        while data:
            if data[:7] != _START[: len(data)]:
                raise TransportError("the answer is no HTTP/1.1")
            end = _END.search(data, searched, self._max_head)
            if end is None:
                if len(data) >= self._max_head:
                    raise AnswerTooLarge("max_head", self._max_head)
                break
            head = self._parsed(data[: end.start()])
            data, searched = data[end.end() :], 0
            if head is not None:
                self._buffer, self.rest = b"", data
                return head
            self.began = bool(data)
        self._buffer = data
        return None

    def end(self) -> TransportError:
        """The error of a connection that ended before the head did."""
        if self.began:
            return TransportError("the answer ended inside its head")
        return TransportError("the connection was closed before an answer came", unanswered=True)

    def _parsed(self, data: bytes) -> Head | None:
        text = data.decode("latin-1")
        if "\n " in text or "\n\t" in text:
            text = _unfolded(text)
        lines = text.split("\n")
        line = _STATUS_LINE.fullmatch(lines[0].removesuffix("\r"))
        if line is None:
            raise TransportError("the answer's status line is no HTTP/1.1")
        headers = header_lines(lines)
        status = int(line[2])
        if status < 200:
            if status == 101:
                raise TransportError("the server switched protocols (101), which nobody asked for")
            self._interim += 1
            if self._interim > _MAX_INTERIM:
                raise TransportError("interim answers (1xx) in place of a final one")
            return None
        is_old = line[1] == "0"
        keeps = not is_old
        if "connection" in headers:
            words = {word.strip() for word in headers["connection"].lower().split(",")}
            keeps = "close" not in words and (keeps or "keep-alive" in words)
        return Head(status, headers, keeps=keeps, body=self._body(status, headers, is_old=is_old))

    def _body(self, status: int, headers: dict[str, str], *, is_old: bool) -> BodyReader:
        if self._method == "HEAD" or status in {204, 304} or (self._method == "CONNECT" and 200 <= status <= 299):
            return NoBody()
        coding, length = headers.get("transfer-encoding"), headers.get("content-length")
        if coding is not None:
            if length is not None or coding.lower() != "chunked":
                raise TransportError("the answer's framing is ambiguous (transfer-encoding)")
            return ChunkedBody(self._max_head, is_reliable=not is_old)
        if length is None:
            return RestBody()
        if _LENGTH.fullmatch(length) is None:
            copies = {copy.strip(" \t") for copy in length.split(",")}
            length = copies.pop()
            if copies or _LENGTH.fullmatch(length) is None:
                raise TransportError("the answer's framing is ambiguous (content-length)")
        return LengthBody(int(length))


def _unfolded(text: str) -> str:
    """The head with each value on one line, as RFC 9112 (5.2) asks of a client."""
    status_line, _, rest = text.partition("\n")
    if rest[:1] in {" ", "\t"}:
        raise TransportError("the answer's head holds a line that is no header")
    return f"{status_line}\n{_FOLD.sub(' ', rest)}"
