"""Answers that come while the request is still on its way."""

from __future__ import annotations

import socket
import time

from hfe_core import BadRequest, PayloadTooLarge, ServerError, Unauthorized
from tests.faults.answers import CHUNKED, Early, chunked, drain, head, http, reset, wait_until_gone
from tests.faults.case import OK, Case, Fails, request, streaming
from tests.http_server import Seen

VALUE = {"ok": True}


LARGE = b"a" * 8_000_000


TOO_LARGE = http({"error": "at most 1 MB"}, 413)


REFUSED = Fails(PayloadTooLarge, "at most 1 MB", status=413, attempts=1)


def _then_close(connection: socket.socket) -> None:
    """As nginx does: the reset of what was not read may overtake the answer, but for this wait."""
    time.sleep(0.2)
    connection.close()


def _then_reset(connection: socket.socket) -> None:
    time.sleep(0.2)
    reset(connection)


def _then_end(connection: socket.socket) -> None:
    """The end of file, without reading any more."""
    socket.socket.shutdown(connection, socket.SHUT_WR)
    wait_until_gone(connection, 5)


def _then_linger(connection: socket.socket) -> None:
    """The end of file, and what still comes is read."""
    socket.socket.shutdown(connection, socket.SHUT_WR)
    drain(connection, 5)


def _then_read(connection: socket.socket) -> None:
    drain(connection, 5)


def _then_stall(connection: socket.socket) -> None:
    wait_until_gone(connection, 5)


ENDS = {
    "then closed": _then_close,
    "then reset": _then_reset,
    "then the end of file": _then_end,
    "then the end of file, and the rest is read": _then_linger,
    "then the rest is read": _then_read,
    "then a stall": _then_stall,
}


def _early(answer: bytes, then=_then_stall, after: int = 0, pieces: int = 1, pause: float = 0.05) -> Early:
    """Answer when the head and so many bytes of the body have been read."""

    def speak(_: Seen, connection: socket.socket) -> None:
        left = after
        while left > 0 and (piece := connection.recv(min(left, 65536))):
            left -= len(piece)
        step = max(1, -(-len(answer) // pieces))
        for at in range(0, len(answer), step):
            if at:
                time.sleep(pause)
            connection.sendall(answer[at : at + step])
        then(connection)

    return Early(speak)


def _case(name: str, answer: Early, expect: object, call=None, **fields) -> Case:
    """And the next call, over another connection, gets its own answer."""
    return Case(
        name,
        script=[answer, OK],
        calls=[call or request(LARGE), request()],
        expect=[expect, VALUE],
        requests=2,
        connections=2,
        seconds=6,
        **fields,
    )


CASES = [
    *(_case(f"413 at once, {name}", _early(TOO_LARGE, end), REFUSED) for name, end in ENDS.items()),
    *(_case(f"413 in the middle, {name}", _early(TOO_LARGE, end, 1_000_000), REFUSED) for name, end in ENDS.items()),
    *(
        _case(
            f"413 that says it closes, {name}",
            _early(http({"error": "at most 1 MB"}, 413, connection="close"), end, 100_000),
            REFUSED,
        )
        for name, end in ENDS.items()
    ),
    _case("413 in TLS", _early(TOO_LARGE, _then_stall), REFUSED, tls="good"),
    _case("413 in TLS, the rest is read", _early(TOO_LARGE, _then_read, 100_000), REFUSED, tls="good"),
    _case("413 in TLS, then closed", _early(TOO_LARGE, _then_close, 100_000), REFUSED, tls="good"),
    _case("413 in drips", _early(TOO_LARGE, _then_stall, 0, 8), REFUSED),
    _case("413 in drips, the rest is read", _early(TOO_LARGE, _then_read, 0, 8), REFUSED),
    _case(
        "413 in chunks",
        _early(chunked(b'{"error": "at most', b' 1 MB"}', start=CHUNKED.replace(b"200 OK", b"413 X")), _then_stall),
        REFUSED,
    ),
    _case(
        "413 that ends with the connection",
        _early(head(b"connection: close", status=b"413 X") + b"at most 1 MB", _then_end),
        REFUSED,
    ),
    _case(
        "413 that ends with a reset",
        _early(head(b"connection: close", status=b"413 X") + b"at most 1 MB", _then_reset),
        REFUSED,
    ),
    _case(
        "413 whose words are cut",
        _early(head(b"content-length: 500", status=b"413 X") + b"at most 1 MB", _then_end),
        REFUSED,
    ),
    _case(
        "413 behind interim answers",
        _early(b"HTTP/1.1 100 X\r\n\r\nHTTP/1.1 103 X\r\n\r\n" + TOO_LARGE, _then_stall),
        REFUSED,
    ),
    _case("413 to a stream", _early(TOO_LARGE, _then_stall), REFUSED, streaming(LARGE)),
    _case("413 to a stream, then reset", _early(TOO_LARGE, _then_reset, 100_000), REFUSED, streaming(LARGE)),
    _case(
        "401", _early(http({"error": "who are you"}, 401), _then_stall), Fails(Unauthorized, "who are you", attempts=1)
    ),
    _case(
        "400 that gives the rest of the connection away",
        _early(http({"error": "why"}, 400) + http("ghost"), _then_read),
        Fails(BadRequest, "why"),
    ),
    _case(
        "500",
        _early(http({"error": "why"}, 500), _then_close, 500_000),
        Fails(ServerError, "why", status=500, attempts=1),
    ),
    # The client cannot know whether the server has looked at all that it sent.
    Case(
        "413 after the whole of a large request",
        script=[TOO_LARGE, OK],
        calls=[request(LARGE), request()],
        expect=[REFUSED, VALUE],
        connections=2,
    ),
    Case(
        "413 after the whole of a small request",
        script=[TOO_LARGE, OK],
        calls=[request(), request()],
        expect=[REFUSED, VALUE],
        connections=1,
    ),
]
