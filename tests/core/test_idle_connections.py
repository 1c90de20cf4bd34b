"""Connections that the asynchronous transport keeps between calls, and for how long."""

import asyncio
import threading

import pytest

from hfe_core import Options
from hfe_core._aiohttp import pool
from hfe_core._aiohttp.transport import AiohttpTransport
from hfe_core.options import Limits
from hfe_core.payload import Payload
from hfe_core.values import Endpoint, Request, Send
from tests.http_server import HttpServer, http


def a_send(url: str) -> Send:
    request = Request(
        method="POST", url=url + "/", headers={}, body=b"{}", token=None, payload=Payload(), limits=Limits()
    )
    return Send(request, timeout=10.0)


def watching(ended: threading.Event):
    """A server that answers once on each connection, and says when it has ended."""

    def answer(_, connection):
        connection.sendall(http([1]))
        try:
            if not connection.recv(1):
                ended.set()
        except OSError:
            ended.set()

    return answer


async def until(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, 10)


def test_a_connection_that_is_idle_for_long_is_ended(server: HttpServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pool, "_IDLE", 0.05)
    ended = threading.Event()
    server.answers(watching(ended))

    async def main():
        transport = AiohttpTransport(Endpoint(server.url), Options())
        await transport.send(a_send(server.url))
        await until(ended)
        await transport.close()

    asyncio.run(main())
    assert server.connections == 1


def test_a_connection_that_was_idle_for_too_long_is_not_used(server: HttpServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pool, "_IDLE", -1.0)
    server.answers(lambda _, connection: connection.sendall(http([1])))

    async def main():
        transport = AiohttpTransport(Endpoint(server.url), Options())
        for _ in range(3):
            await transport.send(a_send(server.url))
        await transport.close()

    asyncio.run(main())
    assert server.connections == 3


@pytest.mark.parametrize("how", ["closed", "run ends", "forgotten"])
def test_idle_connections_end_with_their_transport(server: HttpServer, how: str):
    ended = threading.Event()
    server.answers(watching(ended))

    async def main():
        transport = AiohttpTransport(Endpoint(server.url), Options())
        await transport.send(a_send(server.url))
        if how == "closed":
            await transport.close()
        if how == "forgotten":
            del transport
        if how != "run ends":
            await until(ended)

    asyncio.run(main())
    assert ended.wait(10)
