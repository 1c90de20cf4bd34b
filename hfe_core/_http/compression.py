"""Bodies of answers, compressed or not, taken strictly and in bounded memory: pure, shared by both transports."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

from hfe_core.errors import AnswerTooLarge, TransportError
from hfe_core.options import Limits

__all__ = ["ACCEPT_ENCODING", "Decompressor"]

ACCEPT_ENCODING = "gzip, deflate"
"""What requests say they take."""

_PIECE = 1 << 16
_WINDOW = 1 << 12
"""Compressed bytes at a time: what zlib leaves over is copied each time, which adds up where members or bombs are many."""


class _Inflating(Protocol):
    """What zlib's decompression objects have."""

    @property
    def eof(self) -> bool: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class Decompressor:
    """Decodes the pieces of one body.

    Args:
        encoding: The ``Content-Encoding`` of the answer; empty or ``identity`` for none.
        limits: How much is taken, compressed and decompressed.

    Raises:
        TransportError: It is not one that was asked for, or there are several.
    """

    def __init__(self, encoding: str, limits: Limits) -> None:
        self._limits = limits
        self._received = 0
        self._decompressed = 0
        self._encoding = encoding.strip().lower().removeprefix("x-")
        if self._encoding not in {"", "identity", "gzip", "deflate"}:
            shown = self._encoding if self._encoding in {"br", "zstd", "compress"} else "another one"
            raise TransportError(f"the answer's content-encoding is {shown}; {ACCEPT_ENCODING} was asked for")
        self._plain = self._encoding in {"", "identity"}
        self._head = b""
        self._stream: _Inflating | None = None
        self._ended = self._plain

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The decoded bytes of the next piece, at most 64 KiB at a time.

        Raises:
            TransportError: The compression is broken.
            AnswerTooLarge: There is more than the limits allow.
        """
        self._count_received(piece)
        if self._plain:
            if piece:
                yield piece
            return
        for start in range(0, len(piece), _WINDOW):
            yield from self._inflated(piece[start : start + _WINDOW])

    def _inflated(self, piece: bytes) -> Iterator[bytes]:
        rest = self._head + piece
        self._head = b""
        while rest:
            if self._stream is None:
                rest = self._begin(rest)
            if self._stream is None:
                return
            try:
                decoded = self._stream.decompress(rest, _PIECE)
            except zlib.error as error:
                raise TransportError(f"the answer's compression is broken ({error})") from None
            rest = self._stream.unconsumed_tail
            if self._stream.eof:
                rest = self._stream.unused_data
                self._stream, self._ended = None, True
            self._count_decompressed(decoded)
            if decoded:
                yield decoded

    def finish(self) -> None:
        """Say that the body has ended.

        Raises:
            TransportError: The compressed data has not: the answer was cut.
        """
        if not self._ended and (self._stream is not None or self._head):
            raise TransportError("the answer was cut short (its compressed data does not end)", cut=True)

    def _count_received(self, piece: bytes) -> None:
        self._received += len(piece)
        if self._received > self._limits.max_body:
            raise AnswerTooLarge("max_body", self._limits.max_body)

    def _count_decompressed(self, piece: bytes) -> None:
        self._decompressed += len(piece)
        option = "max_body" if self._limits.max_body < self._limits.max_decompressed else "max_decompressed"
        if self._decompressed > (limit := getattr(self._limits, option)):
            raise AnswerTooLarge(option, limit)

    def _begin(self, data: bytes) -> bytes:
        """Begin with the data's stream, if it has one yet; another gzip member may follow the first, and padding."""
        if self._ended:
            data = data.lstrip(b"\0")
            if data and self._encoding != "gzip":
                raise TransportError("the answer's compression is broken (there is more behind its end)")
        if self._encoding == "deflate" and len(data) < 2:
            self._head, data = data, b""
        if data:
            self._stream, self._ended = zlib.decompressobj(self._window(data)), False
        return data

    def _window(self, head: bytes) -> int:
        if self._encoding == "gzip":
            return 16 + zlib.MAX_WBITS
        # "deflate" means zlib by the standard, and bare deflate to some servers.
        is_zlib = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
        return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS
