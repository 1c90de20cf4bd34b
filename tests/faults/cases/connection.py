"""Connections that are not made, or lost."""

from __future__ import annotations

import asyncio
import socket
import time

import attrs

from hfe_core import ConnectError, RequestTimeout, Retry, TransportError
from tests.faults.answers import (
    AtOnce,
    Early,
    close,
    half_close,
    hang_up_after,
    reset,
    reset_after,
    reset_now,
)
from tests.faults.case import (
    IMPATIENT,
    OK,
    QUICK,
    Case,
    Custom,
    Fails,
    request,
)
from tests.http_server import Seen

UNANSWERED = Fails(TransportError, unanswered=True, cut=False, attempts=3)


LARGE = b"a" * 4_000_000


def _close_at_once(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def _reset_in_the_upload(_: Seen, connection: socket.socket) -> None:
    connection.recv(100_000)
    time.sleep(0.05)
    reset(connection)


def _hang_up_in_the_upload(_: Seen, connection: socket.socket) -> None:
    connection.recv(100_000)
    connection.shutdown(socket.SHUT_RDWR)


def _full() -> tuple[socket.socket, list[socket.socket], str]:
    """A listener whose queue is full: the kernel drops what knocks."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    waiting = []
    for _ in range(4):
        knocking = socket.socket()
        knocking.setblocking(False)
        knocking.connect_ex(listener.getsockname())
        waiting.append(knocking)
    time.sleep(0.05)
    return listener, waiting, f"http://127.0.0.1:{listener.getsockname()[1]}"


def _never_accepted_sync(make):
    listener, waiting, url = _full()
    try:
        with make(url=url) as client:
            return client.request(1)
    finally:
        for each in (listener, *waiting):
            each.close()


def _never_accepted_async(make):
    listener, waiting, url = _full()

    async def ask():
        async with make(url=url) as client:
            return await client.request(1)

    try:
        return asyncio.run(ask())
    finally:
        for each in (listener, *waiting):
            each.close()


def _host_is(server, host: str) -> None:
    assert server.seen[0].headers["host"] == host, server.seen[0].headers


def _whole(server, body: bytes) -> None:
    assert server.seen[-1].body == body
    assert int(server.seen[-1].headers["content-length"]) == len(body)


CASES = [
    Case("an answer", script=[OK], expect={"ok": True}, requests=1, connections=1),
    Case("a connection is kept", script=[OK], calls=[request()] * 4, expect=[{"ok": True}] * 4, connections=1),
    Case(
        "nobody listens",
        script=[OK],
        url="http://127.0.0.1:1",
        expect=Fails(ConnectError, "127.0.0.1:1", attempts=3, unanswered=True),
        requests=0,
    ),
    Case(
        "a name with several addresses, the first refused",
        script=[OK],
        url="http://localhost:{port}",
        expect={"ok": True},
    ),
    Case(
        "IPv6",
        script=[OK],
        host="::1",
        expect={"ok": True},
        seen=lambda server: _host_is(server, f"[::1]:{server.port}"),
    ),
    Case(
        "a name that does not exist",
        script=[OK],
        url="http://no-such-host.invalid",
        expect=Fails(ConnectError, "no-such-host.invalid"),
        requests=0,
        seconds=20.0,
    ),
    Case(
        "a name with a label that is too long",
        script=[OK],
        url="http://" + 64 * "a" + ".invalid",
        expect=Fails((ConnectError, TransportError), attempts=1),
        requests=0,
    ),
    Case(
        "a name with an empty label",
        script=[OK],
        url="http://a..invalid",
        expect=Fails((ConnectError, TransportError)),
        requests=0,
    ),
    Case(
        "the kernel drops who knocks",
        script=[OK],
        calls=Custom(_never_accepted_sync, _never_accepted_async),
        options=attrs.evolve(IMPATIENT, retry=Retry(attempts=2, backoff=0.01)),
        expect=Fails(RequestTimeout, phase="connect", unanswered=True, attempts=2),
    ),
    Case("reset before the request", script=[AtOnce(reset), OK], expect={"ok": True}),
    Case(
        "reset before the request, for ever",
        script=[AtOnce(reset)],
        expect=Fails((TransportError, ConnectError), unanswered=True, attempts=3),
    ),
    Case("closed before the request", script=[AtOnce(_close_at_once), OK], expect={"ok": True}),
    Case("closed before the request, for ever", script=[AtOnce(_close_at_once)], expect=UNANSWERED),
    Case("reset after the request", script=[reset_now, reset_now, OK], expect={"ok": True}, requests=3),
    Case("reset after the request, for ever", script=[reset_now], expect=UNANSWERED, requests=3),
    Case("closed after the request", script=[close, close, OK], expect={"ok": True}, requests=3),
    Case("closed after the request, for ever", script=[close], expect=UNANSWERED, requests=3),
    Case(
        "closed after the request, one attempt",
        script=[close, OK],
        options=attrs.evolve(QUICK, retry=Retry(attempts=1)),
        expect=Fails(TransportError, unanswered=True, attempts=1),
        requests=1,
    ),
    Case("the sending side closed before an answer", script=[half_close(), OK], expect={"ok": True}, requests=2),
    Case(
        "the sending side closed behind an answer",
        script=[half_close(OK), OK],
        calls=[request(), request(pause=0.05)],
        expect=[{"ok": True}] * 2,
        requests=2,
        connections=2,
    ),
    Case(
        "reset in the upload",
        script=[Early(_reset_in_the_upload), OK],
        calls=request(LARGE),
        expect={"ok": True},
        seen=lambda server: _whole(server, LARGE),
    ),
    Case(
        "closed in the upload",
        script=[Early(_hang_up_in_the_upload), OK],
        calls=request(LARGE),
        expect={"ok": True},
        seen=lambda server: _whole(server, LARGE),
    ),
    Case(
        "reset in the upload, for ever", script=[Early(_reset_in_the_upload)], calls=request(LARGE), expect=UNANSWERED
    ),
    Case(
        "a head that is cut",
        script=[hang_up_after(b"HTTP/1.1 200 OK\r\ncontent-le"), OK],
        expect=Fails(TransportError, unanswered=False, cut=False, attempts=1),
        requests=1,
    ),
    Case(
        "a head that is cut by a reset",
        script=[reset_after(b"HTTP/1.1 200 OK\r\ncontent-le"), OK],
        expect=Fails(TransportError, unanswered=False, cut=False, attempts=1),
        requests=1,
    ),
    Case(
        "a head without its blank line",
        script=[hang_up_after(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n"), OK],
        expect=Fails(TransportError, unanswered=False, cut=False, attempts=1),
        requests=1,
    ),
    Case(
        "one byte of a head",
        script=[hang_up_after(b"H"), OK],
        expect=Fails(TransportError, unanswered=False, attempts=1),
        requests=1,
    ),
    Case(
        "a status line and no more",
        script=[reset_after(b"HTTP/1.1 503 X\r\n"), OK],
        expect=Fails(TransportError, unanswered=False, attempts=1),
        requests=1,
    ),
]
