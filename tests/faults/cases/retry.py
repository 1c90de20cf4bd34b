"""What is sent again, and what never is."""

from __future__ import annotations

import _pydecimal
import io
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hfe_core import (
    StreamBroken,
    TransportError,
)
from hfe_core.server_errors import status_error_class
from tests.faults.actions import acting
from tests.faults.answers import (
    SSE,
    SSE_PLAIN,
    Early,
    chunk,
    close,
    gzipped,
    hang_up_after,
    head,
    http,
    reset,
    reset_after,
    reset_now,
    sse,
)
from tests.faults.case import (
    OK,
    Case,
    Fails,
    streaming,
)
from tests.http_server import Answer, HttpServer, Seen

GOOD = {"ok": True}
LARGE = Path(_pydecimal.__file__)
"""A file of some 200 KB."""


def _loading(estimated_time: object = 0.05, **headers: str) -> bytes:
    body = {"error": "Model gpt2 is currently loading", "estimated_time": estimated_time}
    return http(body, 503, **headers)


SENT_AGAIN = [
    Case(f"a {status} is sent again", script=[http({"error": "try later"}, status), OK], expect=GOOD, requests=2)
    for status in (408, 429, 502, 503, 504)
]
NOT_SENT_AGAIN = [
    Case(
        f"a {status} is not sent again",
        script=[http({"error": "no use"}, status), OK],
        expect=Fails(status_error_class(status), "no use", status=status, message="no use", attempts=1),
        requests=1,
    )
    for status in (
        400,
        401,
        402,
        403,
        404,
        405,
        406,
        409,
        410,
        411,
        412,
        413,
        414,
        415,
        416,
        417,
        418,
        421,
        422,
        423,
        424,
        425,
        426,
        428,
        431,
        451,
        499,
        500,
        501,
        505,
        507,
        508,
        511,
        520,
        521,
        522,
        523,
        524,
        525,
        526,
        530,
        598,
        599,
    )
]
_HEAD = head(b"content-type: application/json", b"content-length: 100")
_CHUNKED = head(b"content-type: application/json", b"transfer-encoding: chunked")
_ZIPPED = gzipped(b'{"ok": true}' * 10)[:-9]
_LOST: dict[str, Answer] = {
    "closed before any answer": close,
    "reset before any answer": reset_now,
    "cut in its body": hang_up_after(_HEAD + b'{"ok"'),
    "reset in its body": reset_after(_HEAD + b'{"ok"'),
    "cut before its body": hang_up_after(_HEAD),
    "cut between chunks": hang_up_after(_CHUNKED + chunk(b'{"ok":')),
    "cut in a chunk": hang_up_after(_CHUNKED + b'40\r\n{"ok":'),
    "cut in a chunk's size": hang_up_after(_CHUNKED + chunk(b'{"ok": true}') + b"1"),
    "cut before its last chunk, whole as JSON": hang_up_after(_CHUNKED + chunk(b'{"ok": true}')),
    "cut in its compressed data, with the length it says": http(
        _ZIPPED, content_type="application/json", content_encoding="gzip"
    ),
    "reset where the end of the connection would have been its end": reset_after(
        head(b"content-type: application/json", b"connection: close") + b'{"ok": true}'
    ),
}
LOST = [
    case
    for name, lost in _LOST.items()
    for case in (
        Case(f"an answer {name} is asked for again", script=[lost, OK], expect=GOOD, requests=2),
        Case(
            f"an answer {name} every time is an error at last",
            script=[lost],
            expect=Fails(TransportError, attempts=3, elapsed=lambda seconds: 0 < seconds < 5),
            requests=3,
        ),
    )
]
HALF_HEADS = [
    Case(
        f"an answer that ends {where} is not asked for again",
        script=[hang_up_after(start), OK],
        expect=Fails(TransportError, attempts=1, unanswered=False, cut=False),
        requests=1,
    )
    for where, start in {
        "in its status line": b"HTTP/1.1 20",
        "after its status line": b"HTTP/1.1 200 OK\r\n",
        "in a header": b"HTTP/1.1 200 OK\r\ncontent-le",
    }.items()
]


def _same_bodies(data: bytes) -> Callable[[HttpServer], None]:
    def judge(server: HttpServer) -> None:
        assert [seen.body == data for seen in server.seen] == [True, True], [len(seen.body) for seen in server.seen]

    return judge


def _reset_early(_: Seen, connection: socket.socket) -> None:
    connection.recv(1 << 14)
    reset(connection)


_SENT: dict[str, Callable[[], Any]] = {
    "bytes": LARGE.read_bytes,
    "a path": lambda: LARGE,
    "a file object": lambda: io.BytesIO(LARGE.read_bytes()),
}
BODIES = [
    case
    for kind, make in _SENT.items()
    for case in (
        Case(
            f"{kind}: sent again whole",
            script=[close, OK],
            calls=acting(lambda client, make=make: client.request(make(), content_type="text/plain")),
            expect=GOOD,
            seen=_same_bodies(LARGE.read_bytes()),
        ),
        Case(
            f"{kind}: sent again whole after the first was lost in the middle",
            script=[Early(_reset_early), OK],
            calls=acting(lambda client, make=make: client.request(make(), content_type="text/plain")),
            expect=GOOD,
            seen=lambda server: _whole_at_last(server),
        ),
    )
]


def _whole_at_last(server: HttpServer) -> None:
    assert server.seen[-1].body == LARGE.read_bytes()


STREAMS = [
    Case(
        "a stream is never begun again after an event",
        script=[hang_up_after(SSE + chunk(b"data: one\n\n")), sse(b"data: two\n\ndata: [DONE]\n\n")],
        calls=streaming(),
        expect=Fails(StreamBroken, received=["one"], attempts=1),
        requests=1,
    ),
    Case(
        "a stream that is reset after an event is never begun again",
        script=[reset_after(SSE_PLAIN + b"data: one\n\n"), sse(b"data: two\n\ndata: [DONE]\n\n")],
        calls=streaming(),
        expect=Fails(StreamBroken, received=["one"], attempts=1),
        requests=1,
    ),
    *(
        Case(
            f"a stream that is {name} is begun again",
            script=[lost, sse(b"data: two\n\ndata: [DONE]\n\n")],
            calls=streaming(),
            expect=["two"],
            requests=2,
        )
        for name, lost in {
            "lost before its head": close,
            "cut before its first event": hang_up_after(SSE),
            "cut in its first event": hang_up_after(SSE + chunk(b"data: on")),
            "cut after a comment": hang_up_after(SSE + chunk(b": wait\n\n")),
            "reset before its first event": reset_after(SSE_PLAIN),
            "answered with 503": http({"error": "busy"}, 503),
            "answered with loading": _loading(0.05),
        }.items()
    ),
]


CASES = [*SENT_AGAIN, *NOT_SENT_AGAIN, *LOST, *HALF_HEADS, *BODIES, *STREAMS]
