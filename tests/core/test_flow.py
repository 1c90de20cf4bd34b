"""How much of a large answer is held at once: no stream runs ahead of its reader, no body is there twice."""

import asyncio
import time
import tracemalloc

import pytest

from hfe_core import AsyncClient, Client
from hfe_tasks import AsyncHfInferenceEndpoint, HfInferenceEndpoint
from tests.http_server import HttpServer, http

SSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
EVENT = b"data: " + b"x" * 4090 + b"\n\n"
MIB = 1 << 20
# What two kernels' buffers hold at most, and a client's.
HELD = 32 * MIB
MEDIA = 48 * MIB


class Flood:
    """Events as fast as the reader takes them, and how many bytes went out."""

    def __init__(self) -> None:
        self.sent = 0

    def __call__(self, _, connection) -> None:
        connection.sendall(SSE)
        piece = EVENT * 64
        while True:
            connection.sendall(piece)
            self.sent += len(piece)

    def after(self, seconds: float) -> int:
        """What went out within that time."""
        before = self.sent
        time.sleep(seconds)
        return self.sent - before


@pytest.fixture
def flood(server: HttpServer) -> Flood:
    found = Flood()
    server.answers(found)
    return found


def settled(flood: Flood) -> bool:
    """Whether the server comes to wait for the reader; it could send gigabytes meanwhile."""
    return any(flood.after(0.25) == 0 for _ in range(40))


def test_a_stream_waits_for_its_reader(flood: Flood, server: HttpServer):
    with Client(server.url, False) as client, client.streaming_request() as stream:
        events = iter(stream)
        next(events)
        assert settled(flood)
        assert flood.sent < HELD
        before = flood.sent
        for _ in range(HELD // len(EVENT)):
            next(events)
        assert flood.sent > before


def test_an_async_stream_waits_for_its_reader(flood: Flood, server: HttpServer):
    async def main():
        async with AsyncClient(server.url, False) as client, client.streaming_request() as stream:
            events = aiter(stream)
            await anext(events)
            # The loop is free to read on, and must not.
            for _ in range(40):
                before = flood.sent
                await asyncio.sleep(0.25)
                if flood.sent == before:
                    break
            else:
                pytest.fail("the server could always send more")
            assert flood.sent < HELD
            before = flood.sent
            for _ in range(HELD // len(EVENT)):
                await anext(events)
            assert flood.sent > before

    asyncio.run(main())


def peak_of(act) -> int:
    act()
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def picture(server: HttpServer) -> None:
    server.answers(http(b"\x89PNG\r\n\x1a\n" + bytes(MEDIA), content_type="image/png"))


def test_media_are_held_once(server: HttpServer):
    picture(server)
    with HfInferenceEndpoint(server.url, False) as client:
        assert MEDIA < peak_of(lambda: client.text_to_image(inputs="a cat")) < MEDIA * 1.25


def test_media_are_held_once_async(server: HttpServer):
    picture(server)

    async def main():
        async with AsyncHfInferenceEndpoint(server.url, False) as client:
            await client.text_to_image(inputs="a cat")

    assert MEDIA < peak_of(lambda: asyncio.run(main())) < MEDIA * 1.25
