"""Kept connections that went stale, or come back as ghosts, and forks."""

from __future__ import annotations

import asyncio
import os
import socket
import time

from tests.faults.answers import (
    close,
    echo,
    endless,
    hang_up_after,
    http,
    reset_after,
    reset_now,
    say,
)
from tests.faults.case import (
    OK,
    Case,
    Custom,
    request,
)
from tests.http_server import Seen


def _later(*late: bytes, pause: float = 0.05):
    """Answer what was asked, and a moment later something that nobody asked for."""

    def answer(seen: Seen, connection: socket.socket) -> None:
        connection.sendall(http(seen.json()))
        for piece in late:
            time.sleep(pause)
            connection.sendall(piece)

    return answer


def _at_once(extra: bytes):
    def answer(seen: Seen, connection: socket.socket) -> None:
        connection.sendall(http(seen.json()) + extra)

    return answer


def _flood(seen: Seen, connection: socket.socket) -> None:
    connection.sendall(http(seen.json()))
    time.sleep(0.03)
    endless(b"", bytes(65536))(seen, connection)


def _ghosts(name: str, answer, pause: float = 0.15) -> Case:
    return Case(
        name,
        script=[answer, answer, echo],
        calls=[request(1), request(2, pause=pause), request(3, pause=pause)],
        expect=[1, 2, 3],
    )


def _stale(name: str, ends, requests: int, pause: float = 0.0) -> Case:
    return Case(
        name, script=[ends, OK], calls=[request(), request(pause=pause)], expect=[{"ok": True}] * 2, requests=requests
    )


def _fork_sync(make):
    with make() as client:
        before = client.request(1)
        child = os.fork()
        if child == 0:
            os._exit(0 if client.request(2) == 2 else 1)
        inside = client.request(3)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return [before, inside, status, client.request(4)]


def _fork_async(make):
    client = make()

    async def ask(number: int):
        async with client:
            return await client.request(number)

    before = asyncio.run(ask(1))
    child = os.fork()
    if child == 0:
        os._exit(0 if asyncio.run(ask(2)) == 2 else 1)
    inside = asyncio.run(ask(3))
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return [before, inside, status, asyncio.run(ask(4))]


def _apart_after_the_fork(server) -> None:
    connections = {seen.json(): seen.connection for seen in server.seen}
    assert connections[2] not in {connections[1], connections[3], connections[4]}, connections


def _loops_async(make):
    client = make()

    async def ask(number: int):
        return await client.request(number)

    async def last():
        async with client:
            return await client.request(3)

    return [asyncio.run(ask(1)), asyncio.run(ask(2)), asyncio.run(last())]


def _closed_sync(make):
    client = make()
    first = client.request(1)
    client.close()
    client.close()
    second = client.request(2)
    client.close()
    return [first, second]


def _closed_async(make):
    async def main():
        client = make()
        first = await client.request(1)
        await client.close()
        await client.close()
        second = await client.request(2)
        await client.close()
        return [first, second]

    return asyncio.run(main())


CASES = [
    _stale("a kept connection closed meanwhile", hang_up_after(OK), 2, 0.1),
    _stale("a kept connection reset meanwhile", reset_after(OK), 2, 0.2),
    Case(
        "a kept connection closed by the next request",
        script=[OK, close, OK],
        calls=[request()] * 2,
        expect=[{"ok": True}] * 2,
        requests=3,
    ),
    Case(
        "a kept connection reset by the next request",
        script=[OK, reset_now, OK],
        calls=[request()] * 2,
        expect=[{"ok": True}] * 2,
        requests=3,
    ),
    Case(
        "several kept connections closed meanwhile",
        script=[*[say(OK, b"", pause=0.1, then=lambda connection: connection.shutdown(socket.SHUT_RDWR))] * 8, OK],
        calls=[request(together=8), request(pause=0.3, together=8)],
        expect=[[{"ok": True}] * 8] * 2,
    ),
    _ghosts("a second answer in the same packet", _at_once(http("ghost"))),
    _ghosts("a second answer at once, the next call at once", _at_once(http("ghost")), pause=0.0),
    _ghosts("a second answer a little later", _later(http("ghost"))),
    _ghosts("half a second answer", _later(b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n")),
    _ghosts("garbage behind the answer", _at_once(b"garbage")),
    _ghosts("a line end behind the answer", _later(b"\r\n")),
    _ghosts("a 408 to the idle connection", _later(http({"error": "idle"}, 408, connection="close"))),
    _ghosts("an interim answer to the idle connection", _later(b"HTTP/1.1 103 Early Hints\r\n\r\n")),
    _ghosts("a flood on the idle connection", _flood, pause=0.4),
    Case(
        "a connection said to be closed, and left open",
        script=[say(http([1], connection="close")), OK],
        calls=[request(), request()],
        expect=[[1], {"ok": True}],
        connections=2,
    ),
    Case(
        "a connection said to be closed in capitals, among other words",
        script=[say(http([1], connection="Keep-Alive, Close")), OK],
        calls=[request(), request()],
        expect=[[1], {"ok": True}],
        connections=2,
    ),
    Case(
        "fork",
        script=[echo],
        calls=Custom(_fork_sync, _fork_async),
        expect=[1, 3, 0, 4],
        seen=_apart_after_the_fork,
    ),
    Case(
        "one loop after another",
        script=[echo],
        calls=Custom(_closed_sync, _loops_async),
        expect=[[1, 2], [1, 2, 3]].__contains__,
    ),
    Case("closed twice and used again", script=[echo], calls=[Custom(_closed_sync, _closed_async)], expect=[1, 2]),
]
