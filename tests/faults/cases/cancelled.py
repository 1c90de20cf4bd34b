"""Many calls at a time, and calls that are left or cancelled: the client works on."""

from __future__ import annotations

import socket
import time

import attrs

from hfe_core import DecodeError, Retry, ServerError
from tests.faults.answers import (
    SSE,
    Early,
    chunk,
    close,
    echo,
    hang_up_after,
    head,
    http,
    reset_now,
    say,
    silence,
    sse,
)
from tests.faults.case import (
    CANCELLED,
    OK,
    QUICK,
    Case,
    Fails,
    request,
    streaming,
)
from tests.http_server import Seen

LARGE = b"a" * 4_000_000


def _read_a_while(_: Seen, connection: socket.socket) -> None:
    connection.recv(100_000)
    time.sleep(2)


CASES = [
    Case(
        "thirty-two at a time",
        script=[echo],
        calls=[request(7, together=32), request(8, together=32)],
        expect=[[7] * 32, [8] * 32],
    ),
    Case(
        "thirty-two at a time, some reset, some cut, some refused",
        script=[
            *[
                echo,
                reset_now,
                echo,
                hang_up_after(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n7"),
                http({"error": "x"}, 503),
                echo,
                close,
            ]
            * 4,
            echo,
        ],
        calls=[request(7, together=32)],
        options=attrs.evolve(QUICK, retry=Retry(attempts=12, backoff=0.01, max_backoff=0.05)),
        expect=[7] * 32,
    ),
    Case(
        "cancelled before the head",
        script=[silence, echo],
        calls=[request(1, cancel=0.1), request(2)],
        expect=[CANCELLED, 2],
    ),
    Case(
        "cancelled in the head",
        script=[say(b"HTTP/1.1 200 OK\r\n"), echo],
        calls=[request(1, cancel=0.1), request(2)],
        expect=[CANCELLED, 2],
    ),
    Case(
        "cancelled in the body",
        script=[say(head(b"content-length: 100") + b"{"), echo],
        calls=[request(1, cancel=0.1), request(2)],
        expect=[CANCELLED, 2],
    ),
    Case(
        "cancelled in the upload",
        script=[Early(_read_a_while), echo],
        calls=[request(LARGE, cancel=0.2), request(2)],
        expect=[CANCELLED, 2],
    ),
    Case(
        "cancelled between attempts",
        script=[http({"error": "x"}, 502), echo],
        options=attrs.evolve(QUICK, retry=Retry(attempts=3, backoff=5.0)),
        calls=[request(1, cancel=0.2), request(2)],
        expect=[CANCELLED, 2],
        connections=1,
    ),
    Case(
        "cancelled in a stream",
        script=[say(SSE + chunk(b"data: a\n\n")), echo],
        calls=[streaming(cancel=0.2), request(2)],
        expect=[CANCELLED, 2],
    ),
    Case(
        "streams left early",
        script=[*[say(SSE + chunk(b"data: a\n\n"))] * 8, echo],
        calls=[*[streaming(leave=1)] * 8, request(2)],
        expect=[*[["a"]] * 8, 2],
        connections=9,
    ),
    Case(
        "a stream read to its end keeps its connection",
        script=[sse(b"data: a\n\n", b"data: [DONE]\n\n")],
        calls=[streaming()] * 3,
        expect=[["a"]] * 3,
        connections=1,
    ),
    Case(
        "a failed call, then a good one",
        script=[http({"error": "x"}, 500), OK],
        calls=[request()] * 2,
        expect=[Fails(ServerError, status=500), {"ok": True}],
        connections=1,
    ),
    Case(
        "a wrong answer, then a good one",
        script=[http(b"<html>", content_type="application/json"), OK],
        calls=[request()] * 2,
        expect=[Fails(DecodeError), {"ok": True}],
        connections=1,
    ),
]
