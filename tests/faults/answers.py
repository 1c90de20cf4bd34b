"""Answers that break something, for the scripts of cases."""

from __future__ import annotations

import functools
import gzip
import itertools
import socket
import time
import zlib
from collections.abc import Callable, Sequence

from tests.http_server import AtOnce, Early, Seen, Speak, close, drain, drip, http, reset, wait_until_gone

__all__ = [
    "CHUNKED",
    "JSON",
    "SSE",
    "SSE_PLAIN",
    "AtOnce",
    "Early",
    "chunk",
    "chunked",
    "close",
    "deflated",
    "drain",
    "drip",
    "echo",
    "endless",
    "gzip_bomb",
    "gzipped",
    "half_close",
    "hang_up_after",
    "head",
    "http",
    "reset",
    "reset_after",
    "reset_now",
    "say",
    "silence",
    "sse",
    "stall_after",
    "wait_until_gone",
]

JSON = b"content-type: application/json\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
"""The head of a chunked JSON answer."""
SSE = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
"""The head of a chunked event stream."""
SSE_PLAIN = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
"""The head of an event stream that ends with the connection."""

gzipped = functools.partial(gzip.compress, mtime=0)


def deflated(data: bytes, *, raw: bool = False) -> bytes:
    """As ``content-encoding: deflate``: in zlib's wrapping, or bare."""
    made = zlib.compressobj(wbits=-15 if raw else 15)
    return made.compress(data) + made.flush()


def gzip_bomb(size: int, start: bytes = b"") -> bytes:
    """So many zeros (by the megabyte) in gzip, made at once; its end is missing, which nobody should come to see."""
    made = zlib.compressobj(9, wbits=-15)
    first = made.compress(start) + made.flush(zlib.Z_FULL_FLUSH)
    block = made.compress(bytes(1 << 20)) + made.flush(zlib.Z_FULL_FLUSH)
    return gzipped(b"")[:10] + first + block * (size >> 20)


def head(*lines: bytes, status: bytes = b"200 OK", version: bytes = b"HTTP/1.1") -> bytes:
    """A head of these header lines."""
    return version + b" " + status + b"\r\n" + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


def chunk(data: bytes) -> bytes:
    """One chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def chunked(*pieces: bytes, start: bytes = CHUNKED) -> bytes:
    """A whole answer in chunks."""
    return start + b"".join(map(chunk, pieces)) + b"0\r\n\r\n"


def sse(*pieces: bytes) -> bytes:
    """A whole event stream, each piece a chunk."""
    return chunked(*pieces, start=SSE)


def echo(seen: Seen, connection: socket.socket) -> None:
    """Answer the request's own JSON."""
    connection.sendall(http(seen.json()))


def silence(_: Seen, connection: socket.socket) -> None:
    """Say nothing."""
    wait_until_gone(connection)


def say(*data: bytes, then: Callable[[socket.socket], None] = wait_until_gone, pause: float = 0.0) -> Speak:
    """Send these pieces, then do this."""

    def answer(_: Seen, connection: socket.socket) -> None:
        for number, piece in enumerate(data):
            if number and pause:
                time.sleep(pause)
            connection.sendall(piece)
        then(connection)

    return answer


def stall_after(*data: bytes) -> Speak:
    """Send this, then nothing more."""
    return say(*data)


def _hang_up(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)
    raise EOFError


def hang_up_after(*data: bytes, pause: float = 0.0) -> Speak:
    """Send this, then close."""
    return say(*data, then=_hang_up, pause=pause)


def reset_after(*data: bytes, pause: float = 0.05) -> Speak:
    """Send this, give it time to be read (a reset drops what is not), then reset."""

    def answer(seen: Seen, connection: socket.socket) -> None:
        for piece in data:
            connection.sendall(piece)
        time.sleep(pause)
        reset(connection)

    return answer


def reset_now(_: Seen, connection: socket.socket) -> None:
    """Reset."""
    reset(connection)


def half_close(*data: bytes) -> Speak:
    """Send this and the end of file, and go on reading."""

    def answer(_: Seen, connection: socket.socket) -> None:
        connection.sendall(b"".join(data))
        socket.socket.shutdown(connection, socket.SHUT_WR)
        drain(connection)

    return answer


def endless(start: bytes, piece: bytes | Sequence[bytes], pause: float = 0.0) -> Speak:
    """Send the start, and then the piece, or the pieces in turn, for ever."""

    def answer(seen: Seen, connection: socket.socket) -> None:
        # Made anew for each answer: a case is run several times, also at once.
        drip(start, itertools.cycle([piece] if isinstance(piece, bytes) else piece), pause)(seen, connection)

    return answer
