"""Leaving while somebody still waits: map, streams read by another thread or task."""

import asyncio
import queue
import threading

import pytest

from hfe_core import AsyncClient, Client, Options, Payload, Retry, StreamBroken, Task, json_value
from tests.http_server import HttpServer

PATIENT = Options(timeout=60.0, concurrency=4, retry=Retry(attempts=3, backoff=0.01))
PROBE: Task = Task(name="probe", encode=lambda inputs: Payload(inputs=inputs), decode=json_value)
EVENT = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n9\r\ndata: a\n\n\r\n"


def test_leaving_map_ends_the_calls_in_flight(server: HttpServer):
    ended: queue.Queue[bytes] = queue.Queue()
    came = threading.Semaphore(0)

    def silent(_, connection):
        came.release()
        ended.put(connection.recv(1))

    server.answers(silent)
    with Client(server.url, False, PATIENT) as client:
        outcomes = client.map(PROBE, range(100))
        reader = threading.Thread(target=lambda: next(outcomes, None), daemon=True)
        reader.start()
        for _ in range(4):
            assert came.acquire(timeout=10)
        # What Ctrl-C does to the thread that reads.
        from hfe_core.transport import Interruptible

        transport = client._transport
        assert isinstance(transport, Interruptible)
        transport.interrupt([thread.ident for thread in threading.enumerate() if thread.name.startswith("hfe-map")])
        assert [ended.get(timeout=10) for _ in range(4)] == [b""] * 4


def test_a_map_that_is_left_at_its_first_outcome_ends_the_others(server: HttpServer):
    ended: queue.Queue[bytes] = queue.Queue()
    came = threading.Semaphore(0)

    def answer(seen, connection):
        if seen.json()["inputs"] == 0:
            assert came.acquire(timeout=10)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1\r\n\r\n0")
        else:
            came.release()
            ended.put(connection.recv(1))

    server.answers(answer)
    with Client(server.url, False, PATIENT) as client:
        outcomes = client.map(PROBE, range(100))
        assert next(outcomes).output == 0
        outcomes.close()
        assert ended.get(timeout=10) == b""
        server.answers(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1\r\n\r\n1")
        assert client.run(PROBE, 1) == 1


def test_a_stream_that_another_thread_reads_can_be_closed(server: HttpServer):
    server.answers(lambda _, connection: (connection.sendall(EVENT), connection.recv(1)))
    with Client(server.url, False, PATIENT) as client:
        stream = client.streaming_request({})
        assert next(stream).data == "a"
        caught: queue.Queue[BaseException] = queue.Queue()

        def read() -> None:
            try:
                next(stream)
            except BaseException as error:
                caught.put(error)

        reader = threading.Thread(target=read)
        reader.start()
        reader.join(0.3)
        stream.close()
        error = caught.get(timeout=10)
        reader.join(10)
    assert isinstance(error, StreamBroken)
    assert [event.data for event in error.received] == ["a"]


def test_a_stream_that_another_task_reads_can_be_closed(server: HttpServer):
    server.answers(lambda _, connection: (connection.sendall(EVENT), connection.recv(1)))

    async def main() -> None:
        async with AsyncClient(server.url, False, PATIENT) as client:
            stream = client.streaming_request({})
            assert (await anext(stream)).data == "a"
            reader = asyncio.create_task(stream.__anext__())
            await asyncio.sleep(0.1)
            await stream.aclose()
            async with asyncio.timeout(10):
                with pytest.raises(StreamBroken):
                    await reader

    asyncio.run(main())
