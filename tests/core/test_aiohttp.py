"""The asynchronous transport by itself: what it promises about one attempt, its connections, its loops."""

import asyncio
import contextlib
import functools
import gc
import gzip
import io
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

import attrs
import pytest

from hfe_core import AnswerTooLarge, ConnectError, Options, RequestTimeout, Token, TransportError
from hfe_core._aiohttp.pool import Pool
from hfe_core._aiohttp.transport import AiohttpTransport
from hfe_core.options import Limits
from hfe_core.payload import Payload
from hfe_core.values import Endpoint, Request, Send
from hfe_tasks import AsyncHfInferenceEndpoint
from tests.http_server import HttpServer, close, drip, http

# Without the time, which would give every xdist worker other test names.
compress = functools.partial(gzip.compress, mtime=0)

SECRET = "hf_this_must_never_be_seen"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"


def a_send(url: str, body=b"{}", timeout: float | None = 10.0, method="POST", headers=None, **limits) -> Send:
    request = Request(
        method=method,
        url=url + "/",
        headers=headers or {"content-type": "application/json"},
        body=body,
        token=Token(SECRET),
        payload=Payload(),
        limits=Limits(**limits),
    )
    return Send(request, timeout=timeout)


@contextlib.asynccontextmanager
async def transport_to(url: str, **options):
    transport = AiohttpTransport(Endpoint(url), Options(**options))
    try:
        yield transport
    finally:
        await transport.close()


def sent(url: str, *args, **keywords):
    """The answer to one request."""

    async def main():
        async with transport_to(url) as transport:
            return await transport.send(a_send(url, *args, **keywords))

    return asyncio.run(main())


def failed(url: str, *args, **keywords) -> TransportError:
    with pytest.raises(TransportError) as caught:
        sent(url, *args, **keywords)
    return caught.value


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to be"
        await asyncio.sleep(0.01)


def reset(_, connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Counting:
    """A server of the loop's own that counts the connections that are open."""

    def __init__(self, answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> None:
        self._answer = answer
        self.open = 0
        self.accepted = 0

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        await until(lambda: self.open == 0)

    async def _serve(self, reader, writer):
        self.open += 1
        self.accepted += 1
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._answer(reader, writer)
                await reader.read()
        finally:
            self.open -= 1
            writer.close()


async def echo(reader, writer):
    """Answer each request with its body."""
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))


@pytest.mark.parametrize(
    ("answer", "unanswered", "cut"),
    [
        (close, True, False),
        (reset, True, False),
        (lambda _, connection: connection.sendall(b"HTTP/1.1 2") or close(_, connection), False, False),
        (lambda _, connection: connection.sendall(HEAD) or reset(_, connection), False, False),
        (http(b"1234", content_length="10", connection="close"), False, True),
        (
            lambda _, connection: connection.sendall(http(b"12", content_length="9")) or reset(_, connection),
            False,
            True,
        ),
        (CHUNKED + b"3\r\n", None, None),
        (lambda _, connection: connection.sendall(CHUNKED + b"1\r\na\r\n") or close(_, connection), False, True),
        (lambda _, connection: connection.sendall(HEAD + b"\r\nabc") or reset(_, connection), False, True),
        (http(compress(b"abc")[:-3], content_encoding="gzip"), False, True),
        (b"SSH-2.0-OpenSSH_9.2\r\n", False, False),
        (b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n", False, False),
        (b"HTTP/1.1 20 OK\r\n\r\n", False, False),
        (CHUNKED + b"x\r\n", False, False),
        (HEAD + b"content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", False, False),
        (HEAD + b"content-length: 1\r\ncontent-length: 2\r\n\r\nab", False, False),
        (HEAD + b"no colon\r\n\r\n", False, False),
    ],
)
def test_an_error_says_how_far_the_answer_came(server: HttpServer, answer, unanswered, cut):
    server.answers(answer)
    error = failed(server.url, timeout=10.0 if unanswered is not None else 0.3)
    if unanswered is None:
        assert isinstance(error, RequestTimeout)
    assert (error.unanswered, error.cut) == (bool(unanswered), bool(cut)), error


def test_an_answer_that_ends_with_the_connection(server: HttpServer):
    server.answers(lambda _, connection: connection.sendall(HEAD + b"\r\nabc") or close(_, connection))
    assert sent(server.url).body == b"abc"


def test_interim_answers_are_passed_over(server: HttpServer):
    server.answers(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + http([1], x_a="1, 2"))
    response = sent(server.url)
    assert (response.status, response.body, response.headers["x-a"]) == (200, b"[1]", "1, 2")
    assert 0 < response.elapsed < 10


@pytest.mark.parametrize(
    ("option", "answer"),
    [
        ("max_head", HEAD + b"x-a: " + b"a" * 2000 + b"\r\n\r\n"),
        ("max_head", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 1000),
        ("max_body", http(bytes(2000))),
        ("max_body", HEAD + b"content-length: 900000000000000000\r\n\r\n"),
        ("max_body", CHUNKED + b"7d0\r\n" + bytes(2000) + b"\r\n"),
        ("max_decompressed", http(compress(bytes(2000)), content_encoding="gzip")),
    ],
)
def test_limits_are_held_while_reading(server: HttpServer, option, answer):
    server.answers(answer)
    error = failed(server.url, **{option: 1000})
    assert isinstance(error, AnswerTooLarge)
    assert (error.option, error.limit) == (option, 1000)


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (http(b"no", 500, content_length="10", connection="close"), b"no"),
        (http(b"x" * 5000, 500), b"x" * 1000),
        (http(compress(b"no")[:-3], 500, content_encoding="gzip"), b"no"),
        (http(b"\x1f\x8bnonsense", 500, content_encoding="gzip"), b""),
        (http(b"??", 500, content_encoding="br"), b""),
        (b"HTTP/1.1 500 X\r\ntransfer-encoding: chunked\r\n\r\n2\r\nno\r\nz", b"no"),
        (b"HTTP/1.1 500 X\r\ncontent-length: 10\r\n\r\nno", b"no"),
    ],
)
def test_the_status_of_a_refusal_survives_its_body(server: HttpServer, answer, body):
    server.answers(answer)
    response = sent(server.url, timeout=1.0, max_error_body=1000)
    assert (response.status, response.body) == (500, body)


def test_a_refusal_that_is_read_whole_keeps_its_connection(server: HttpServer):
    server.answers(http({"error": "x"}, 400))

    async def main():
        async with transport_to(server.url) as transport:
            for _ in range(3):
                assert (await transport.send(a_send(server.url))).status == 400
                assert (await transport.open(a_send(server.url))).response.body == b'{"error": "x"}'

    asyncio.run(main())
    assert server.connections == 1


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_what_has_no_body_is_not_waited_for(server: HttpServer, method):
    server.answers(http(b"", 200 if method == "HEAD" else 304, content_length="10"))

    async def main():
        async with transport_to(server.url) as transport:
            return [await transport.send(a_send(server.url, b"", method=method)) for _ in range(2)]

    assert [answer.body for answer in asyncio.run(main())] == [b"", b""]
    assert server.connections == 1
    assert "content-length" not in server.seen[0].headers


@pytest.mark.parametrize(
    "pieces", [[b"HTTP/1.1 200 OK\r\n", *[b"a: b\r\n"] * 200], [http(bytes(200))[:70], *[b" "] * 200]]
)
def test_drips_do_not_lengthen_an_attempt(server: HttpServer, pieces):
    server.answers(drip(pieces[0], pieces[1:], 0.05))
    started = time.monotonic()
    error = failed(server.url, timeout=0.4)
    assert isinstance(error, RequestTimeout)
    assert (error.phase, error.unanswered, error.cut) == ("read", False, False)
    assert time.monotonic() - started < 5


def test_a_connection_that_is_never_accepted_is_a_matter_of_connecting():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with contextlib.ExitStack() as stack:
            for _ in range(4):  # fills the backlog
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(listener.getsockname())
            error = failed(url, timeout=0.4)
    assert isinstance(error, RequestTimeout)
    assert (error.phase, error.unanswered) == ("connect", True)


def test_a_name_that_cannot_be_is_an_error_like_any_other():
    assert isinstance(failed(f"http://{'a' * 70}.invalid"), ConnectError)


# Connections


def test_an_answer_that_comes_late_is_not_the_next_calls(server: HttpServer):
    released = threading.Event()

    def late(seen, connection):
        connection.sendall(http(seen.json()))
        released.wait(5)
        connection.sendall(http("unasked"))
        released.set()

    server.answers(late)

    async def main(wait: float):
        async with transport_to(server.url) as transport:
            first = await transport.send(a_send(server.url, b"1"))
            released.set()
            await asyncio.sleep(wait)
            if not wait:
                time.sleep(0.2)  # noqa: ASYNC251 - the loop has not seen what came
            return first.body, (await transport.send(a_send(server.url, b"2"))).body

    assert asyncio.run(main(0.2)) == (b"1", b"2")
    released.clear()
    assert asyncio.run(main(0.0)) == (b"1", b"2")
    assert server.connections == 4


def test_a_flood_on_an_idle_connection_ends_the_connection(server: HttpServer):
    ended = threading.Event()

    def flood(seen, connection):
        connection.sendall(http([1]))
        time.sleep(0.2)
        try:
            for _ in range(1000):
                connection.sendall(bytes(1 << 20))
        except OSError:
            ended.set()

    server.answers(flood)

    async def main():
        async with transport_to(server.url) as transport:
            await transport.send(a_send(server.url))
            await until(ended.is_set)

    asyncio.run(main())


def test_a_connection_that_the_server_wants_closed_is_not_used_again(server: HttpServer):
    server.answers(lambda _, connection: connection.sendall(http([1], connection="Close")))

    async def main():
        async with transport_to(server.url) as transport:
            for _ in range(3):
                await transport.send(a_send(server.url))

    asyncio.run(main())
    assert server.connections == 3


def test_many_tasks_get_their_own_answers():
    async def main():
        async with Counting(echo) as counting, transport_to(counting.url) as transport:
            for _ in range(2):
                sends = [transport.send(a_send(counting.url, b"%d" % number)) for number in range(512)]
                answers = await asyncio.gather(*sends)
                assert [answer.body for answer in answers] == [b"%d" % number for number in range(512)]
            assert counting.accepted <= 512

    asyncio.run(main())


async def hang(reader, writer):
    """Say nothing, and read nothing beyond the head."""
    await reader.readuntil(b"\r\n\r\n")
    await asyncio.Event().wait()


async def hang_in_head(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\na: b")
    await reader.read()


async def hang_in_body(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(CHUNKED + b"3\r\nabc\r\n")
    await reader.read()


class _Endless(io.RawIOBase):
    """A file that never ends its reading."""

    def readinto(self, buffer):
        time.sleep(0.05)
        buffer[:1] = b"a"
        return 1

    def readable(self):
        return True


@attrs.frozen
class FileLike:
    size: int
    make: Callable[[], io.RawIOBase]

    def __len__(self):
        return self.size

    def open(self):
        return self.make()


async def stuck(reader, writer):
    await asyncio.sleep(3600)


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (hang_in_head, b"{}"),
        (hang_in_body, b"{}"),
        (stuck, bytes(30_000_000)),
        (hang_in_head, FileLike(1000, _Endless)),
    ],
    ids=["head", "body", "upload", "file"],
)
@pytest.mark.parametrize("how", ["cancel", "timeout", "close"])
def test_leaving_in_the_middle_frees_the_connection(answer, body, how):
    async def serve(reader, writer):
        if counting.accepted > 1:
            await echo(reader, writer)
        elif answer is stuck:
            writer.transport.pause_reading()
            task = asyncio.current_task()
            await until(lambda: left or task.cancelled())
            writer.transport.resume_reading()
        else:
            await answer(reader, writer)

    left: list[bool] = []
    counting = Counting(serve)

    async def main():
        async with counting, transport_to(counting.url) as transport:
            send = a_send(counting.url, body, timeout=0.3 if how == "timeout" else None)
            task = asyncio.create_task(transport.send(send))
            await until(lambda: counting.accepted)
            await asyncio.sleep(0.1)
            if how == "cancel":
                task.cancel()
            elif how == "close":
                await transport.close()
            with pytest.raises((asyncio.CancelledError, TransportError)) as caught:
                await task
            assert not getattr(caught.value, "unanswered", False)
            left.append(True)
            await until(lambda: counting.open == 0)
            assert (await transport.send(a_send(counting.url, b"again"))).body == b"again"

    asyncio.run(main())


def test_leaving_a_stream_frees_the_connection():
    async def main():
        async with Counting(hang_in_body) as counting, transport_to(counting.url) as transport:
            stream = await transport.open(a_send(counting.url))
            assert await anext(stream.pieces) == b"abc"
            assert counting.open == 1
            await stream.close()
            await stream.close()
            assert [piece async for piece in stream.pieces] == []
            await until(lambda: counting.open == 0)
            stream = await transport.open(a_send(counting.url, timeout=0.2))
            with pytest.raises(RequestTimeout) as caught:
                async for piece in stream.pieces:
                    assert piece == b"abc"
            assert caught.value.phase == "read"
            await until(lambda: counting.open == 0)

    asyncio.run(main())


def test_a_stream_that_ended_keeps_its_connection(server: HttpServer):
    server.answers(CHUNKED + b"3\r\nabc\r\n" + b"0\r\n\r\n")

    async def main():
        async with transport_to(server.url) as transport:
            for _ in range(3):
                stream = await transport.open(a_send(server.url))
                assert [piece async for piece in stream.pieces] == [b"abc"]
                await stream.close()

    asyncio.run(main())
    assert server.connections == 1


@pytest.mark.parametrize("end", [close, reset])
def test_a_stream_gives_what_came_before_it_was_cut(server: HttpServer, end):
    def answer(seen, connection):
        connection.sendall(CHUNKED + b"3\r\nabc\r\n3\r\nde")
        time.sleep(0.1)
        end(seen, connection)

    server.answers(answer)

    async def main():
        received = []
        async with transport_to(server.url) as transport:
            stream = await transport.open(a_send(server.url))
            await asyncio.sleep(0.3)
            with pytest.raises(TransportError) as caught:
                async for piece in stream.pieces:
                    received.append(piece)
            assert caught.value.cut
        return b"".join(received)

    assert asyncio.run(main()) == b"abcde"


def test_a_stream_gives_what_came_before_bad_framing(server: HttpServer):
    server.answers(CHUNKED + b"3\r\nabc\r\nnonsense\r\n")

    async def main():
        received = []
        async with transport_to(server.url) as transport:
            stream = await transport.open(a_send(server.url))
            with pytest.raises(TransportError) as caught:
                async for piece in stream.pieces:
                    received.append(piece)
            assert not caught.value.cut
        return received

    assert asyncio.run(main()) == [b"abc"]


def test_a_slow_reader_slows_the_server_down(server: HttpServer):
    sent_bytes: list[int] = []

    def flood(_, connection):
        connection.sendall(HEAD + b"content-length: 100000000\r\n\r\n")
        connection.settimeout(1.0)
        with contextlib.suppress(OSError):
            while True:
                sent_bytes.append(connection.send(bytes(1 << 16)))

    server.answers(flood)

    async def main():
        async with transport_to(server.url) as transport:
            stream = await transport.open(a_send(server.url))
            await asyncio.sleep(1.5)
            await stream.close()

    asyncio.run(main())
    assert sum(sent_bytes) < 50_000_000


# Uploads


@pytest.mark.parametrize("pause", [0.0, 0.3])
@pytest.mark.parametrize("how", [close, reset])
def test_an_early_answer_is_read_although_the_upload_fails(pause, how):
    def serve():
        connection, _ = listener.accept()
        with connection:
            connection.recv(1000)
            time.sleep(pause)
            connection.sendall(http({"error": "too large"}, 413, connection="close"))
            if how is reset:
                time.sleep(0.1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        response = sent(f"http://127.0.0.1:{listener.getsockname()[1]}", bytes(50_000_000))
        thread.join()
    assert (response.status, response.body) == (413, b'{"error": "too large"}')


def test_what_had_arrived_before_a_write_failed_is_not_lost():
    def refuse():
        connection, _ = listener.accept()
        connection.sendall(http({}, 413))
        connection.close()  # with bytes unread: a reset

    async def main(url):
        pool = Pool(url, None, None)
        await pool.watch()
        leased = await pool.lease()
        leased.wire.write(b"half a request")
        thread.start()
        time.sleep(0.3)  # noqa: ASYNC251 - the loop has not read the answer when the next write fails
        leased.wire.write(b"the other half")
        while not leased.wire.ended:
            await leased.wire.changed()
        received = leased.wire.take()
        leased.drop()
        await pool.close()
        return received

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=refuse)
        assert asyncio.run(main(f"http://127.0.0.1:{listener.getsockname()[1]}")) == http({}, 413)
        thread.join()


def test_a_connection_with_half_a_request_is_not_used_again():
    async def refuse(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http({}, 401))
        await reader.read()

    async def main():
        async with Counting(refuse) as counting, transport_to(counting.url) as transport:
            for _ in range(2):
                assert (await transport.send(a_send(counting.url, FileLike(5_000_000, _Endless)))).status == 401
            assert counting.accepted == 2

    asyncio.run(main())


def test_uploads_do_not_block_the_loop(server: HttpServer, tmp_path: Path):
    async def main(body):
        longest = 0.0

        async def beat():
            nonlocal longest
            while True:
                before = time.monotonic()
                await asyncio.sleep(0.001)
                longest = max(longest, time.monotonic() - before)

        async with transport_to(server.url) as transport:
            beating = asyncio.create_task(beat())
            await transport.send(a_send(server.url, body, timeout=60.0))
            beating.cancel()
        return longest

    server.answers(http([1]))
    body = os.urandom(40_000_000)
    assert asyncio.run(main(body)) < 1.0
    assert asyncio.run(main(FileLike(len(body), lambda: io.BytesIO(body)))) < 1.0
    assert [seen.body == body for seen in server.seen] == [True, True]
    assert server.seen[1].headers["content-length"] == "40000000"


def test_a_file_that_became_shorter_is_not_padded(server: HttpServer):
    error = failed(server.url, FileLike(1000, lambda: io.BytesIO(b"abc")))
    assert "shorter" in str(error)
    assert not error.unanswered
    assert server.seen == []


def test_a_file_that_cannot_be_read_is_a_typed_error(server: HttpServer):
    def broken():
        raise RuntimeError("no such thing")

    assert "cannot be read" in str(failed(server.url, FileLike(1000, broken)))


# Loops, processes, ends


def test_one_loop_after_another_and_none_closed(server: HttpServer):
    server.answers(http([1]))
    transport = AiohttpTransport(Endpoint(server.url), Options())
    for _ in range(3):
        assert asyncio.run(transport.send(a_send(server.url))).body == b"[1]"
    gc.collect()  # warnings are errors here
    assert server.connections == 3


def test_a_client_that_is_forgotten_frees_its_connections():
    async def main():
        async with Counting(echo) as counting:
            transport = AiohttpTransport(Endpoint(counting.url), Options())
            transport.itself = transport  # type: ignore[attr-defined]  # only the collector finds it
            await transport.send(a_send(counting.url))
            assert counting.open == 1
            del transport
            gc.collect()
            await until(lambda: counting.open == 0)

    asyncio.run(main())


UNCLOSED = """
import asyncio, sys
from hfe_core import AsyncClient

async def main():
    client = AsyncClient(sys.argv[1], False)
    assert await client.request(1) == [1]
    if sys.argv[2] == "stream":
        stream = client.streaming_request(1)
        async for event in stream:
            break

asyncio.run(main())
"""


@pytest.mark.parametrize("what", ["call", "stream"])
def test_a_program_that_never_closes_prints_nothing(server: HttpServer, what):
    server.answers(http([1]), CHUNKED + b"9\r\ndata: a\n\n\r\n")
    command = [sys.executable, "-W", "always", "-c", UNCLOSED, server.url, what]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


FORKED_BETWEEN = """
import asyncio, os, sys
from hfe_core import AsyncClient

client = AsyncClient(sys.argv[1], False)
loop = asyncio.new_event_loop()
assert loop.run_until_complete(client.request(1)) == [1]
child = os.fork()
if child == 0:
    assert asyncio.run(client.request(2)) == [1]
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert loop.run_until_complete(client.request(3)) == [1]
loop.run_until_complete(client.close())
loop.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_opens_a_connection_of_its_own(server: HttpServer):
    server.answers(http([1]))
    command = [sys.executable, "-c", FORKED_BETWEEN, server.url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert [seen.connection for seen in server.seen] == [1, 2, 1]


# Secrets


@pytest.mark.parametrize("body", [b"{}", FileLike(10, lambda: io.BytesIO(bytes(10)))])
@pytest.mark.parametrize(
    "answer", [close, b"nonsense\r\n\r\n", lambda *_: time.sleep(1), http(b"1", content_length="2")]
)
def test_no_secret_is_in_an_error(server: HttpServer, answer, body):
    server.answers(answer)
    error = failed(server.url, body, timeout=0.3, headers={"x-key": "mine-" + SECRET})
    entries = traceback.TracebackException.from_exception(error, capture_locals=True).format()
    shown = "".join(entry for entry in entries if "/tests/" not in entry)
    assert "_aiohttp/transport.py" in shown
    assert SECRET not in shown
    assert server.seen[0].headers["authorization"] == f"Bearer {SECRET}"


def test_a_token_stands_in_place_of_an_authorization_of_ones_own(server: HttpServer):
    server.answers(http([1]))
    sent(server.url, headers={"authorization": "Basic dTpw"})
    assert bytes(server.arrived[1]).lower().count(b"authorization:") == 1
    assert server.seen[0].headers["authorization"] == f"Bearer {SECRET}"


def test_what_a_server_repeats_is_in_no_frame_of_an_error(server: HttpServer):
    server.answers(CHUNKED + SECRET.encode() + b"\r\n")
    entries = traceback.TracebackException.from_exception(failed(server.url), capture_locals=True).format()
    assert SECRET not in "".join(entry for entry in entries if "/tests/" not in entry)


# TLS


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory):
    """A bundle with a certificate authority, and the contexts of servers with good and wrong certificates."""
    trustme = pytest.importorskip("trustme")
    ca = trustme.CA()
    bundle = tmp_path_factory.mktemp("tls") / "ca.pem"
    ca.cert_pem.write_to_path(str(bundle))
    contexts = {}
    for name, issuer, host in (
        ("good", ca, "127.0.0.1"),
        ("wrong name", ca, "other.example"),
        ("untrusted", trustme.CA(), "127.0.0.1"),
        ("old", ca, "127.0.0.1"),
    ):
        contexts[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issuer.issue_cert(host).configure_cert(contexts[name])
    with pytest.warns(DeprecationWarning):
        contexts["old"].maximum_version = ssl.TLSVersion.TLSv1_1
    return str(bundle), contexts


def over_tls(url: str, bundle: str, count: int = 1, **keywords):
    async def main():
        async with transport_to(url, ca_bundle=bundle) as transport:
            return [await transport.send(a_send(url, **keywords)) for _ in range(count)]

    return asyncio.run(main())


def test_tls_connections_are_kept(authority):
    bundle, contexts = authority
    with HttpServer(contexts["good"]) as server:
        server.answers(http([1]))
        assert [answer.body for answer in over_tls(server.url, bundle, 5)] == [b"[1]"] * 5
        assert server.connections == 1
        assert [answer.body for answer in over_tls(server.url, str(Path(bundle).parent), 0)] == []


@pytest.mark.parametrize("kind", ["wrong name", "untrusted", "old"])
def test_tls_that_cannot_be_trusted_is_not_tried_again(authority, kind):
    bundle, contexts = authority
    with HttpServer(contexts[kind]) as server:
        with pytest.raises(ConnectError) as caught:
            over_tls(server.url, bundle)
        assert not caught.value.unanswered
        assert server.seen == []


def test_a_handshake_that_is_cut_may_be_tried_again():
    def serve():
        connection, _ = listener.accept()
        connection.recv(100)
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        error = failed(f"https://127.0.0.1:{listener.getsockname()[1]}")
        thread.join()
    assert isinstance(error, ConnectError)
    assert error.unanswered


def test_a_handshake_that_hangs_is_a_matter_of_connecting():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        error = failed(f"https://127.0.0.1:{listener.getsockname()[1]}", timeout=0.3)
    assert isinstance(error, RequestTimeout)
    assert error.phase == "connect"


def test_plain_http_where_tls_was_expected_is_not_tried_again(server: HttpServer):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            connection, _ = listener.accept()
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.recv(1000)
            connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        error = failed(f"https://127.0.0.1:{listener.getsockname()[1]}")
        thread.join()
    assert isinstance(error, ConnectError)
    assert not error.unanswered


@pytest.mark.parametrize(("polite", "whole"), [(True, True), (False, False)])
def test_tls_must_say_where_a_body_without_a_length_ends(authority, polite, whole):
    bundle, contexts = authority

    def answer(_, connection: ssl.SSLSocket):
        connection.sendall(HEAD + b"\r\nabc")
        if polite:
            with contextlib.suppress(OSError):
                connection.unwrap()
        else:
            time.sleep(0.1)
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    with HttpServer(contexts["good"]) as server:
        server.answers(answer)
        if whole:
            assert over_tls(server.url, bundle)[0].body == b"abc"
        else:
            with pytest.raises(TransportError) as caught:
                over_tls(server.url, bundle)
            assert caught.value.cut


def test_tls_uploads_and_leaving_them(authority):
    bundle, contexts = authority
    body = os.urandom(5_000_000)
    with HttpServer(contexts["good"]) as server:
        server.answers(http([1]))
        over_tls(server.url, bundle, 2, body=body)
        assert [seen.body == body for seen in server.seen] == [True, True]
        assert server.connections == 1


# Proxies


class Proxy:
    """A proxy that forwards what goes in the clear, and lets CONNECT through to one port; it keeps the heads."""

    def __init__(self, answer: bytes = b"HTTP/1.1 200 OK\r\n\r\n") -> None:
        self.answer = answer
        self.heads: list[bytes] = []

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self._open = 0
        return self

    async def __aexit__(self, *_):
        self._server.close()
        await until(lambda: self._open == 0)

    async def _serve(self, reader, writer):
        self._open += 1
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                while True:
                    head = await reader.readuntil(b"\r\n\r\n")
                    self.heads.append(head)
                    if head.startswith(b"CONNECT"):
                        await self._connect(head, reader, writer)
                        return
                    await reader.readexactly(2)
                    writer.write(http([1]))
        finally:
            writer.close()
            self._open -= 1

    async def _connect(self, head, reader, writer):
        writer.write(self.answer)
        if not self.answer.endswith(b" 200 OK\r\n\r\n"):
            await reader.read()
            return
        host, _, port = head.split()[1].decode().partition(":")
        there = await asyncio.open_connection(host, int(port))
        await asyncio.gather(self._copy(reader, there[1]), self._copy(there[0], writer))

    async def _copy(self, reader, writer):
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                writer.write(data)
        writer.close()


def through(monkeypatch, scheme, url, bundle=None, answer=b"HTTP/1.1 200 OK\r\n\r\n", count=2):
    async def main():
        async with Proxy(answer) as proxy:
            monkeypatch.setenv(f"{scheme}_proxy", f"http://me:my%20secret@127.0.0.1:{proxy.port}")
            monkeypatch.setenv("no_proxy", "")
            try:
                async with transport_to(url, ca_bundle=bundle) as transport:
                    return proxy, [await transport.send(a_send(url)) for _ in range(count)]
            except TransportError as error:
                return proxy, error

    return asyncio.run(main())


def test_plain_http_goes_through_a_proxy(monkeypatch):
    proxy, answers = through(monkeypatch, "http", "http://endpoint.example")
    assert [answer.body for answer in answers] == [b"[1]"] * 2
    assert proxy.heads[0].startswith(b"POST http://endpoint.example/ HTTP/1.1\r\nhost: endpoint.example\r\n")
    assert b"proxy-authorization: Basic bWU6bXkgc2VjcmV0\r\n" in proxy.heads[0]


def test_a_proxy_is_shown_no_token_of_https(monkeypatch, authority):
    bundle, contexts = authority
    with HttpServer(contexts["good"]) as server:
        server.answers(http([1]))
        proxy, answers = through(monkeypatch, "https", server.url, bundle)
        assert [answer.body for answer in answers] == [b"[1]"] * 2
        (head,) = proxy.heads
        assert head.startswith(b"CONNECT 127.0.0.1:")
        assert b"\r\nproxy-authorization: basic bwu6bxkgc2vjcmv0\r\n" in head.lower()
        assert SECRET.encode() not in head
        assert "proxy-authorization" not in server.seen[0].headers


@pytest.mark.parametrize(("status", "unanswered"), [(407, False), (403, False), (502, True)])
def test_a_proxy_that_refuses(monkeypatch, status, unanswered):
    answer = b"HTTP/1.1 %d X\r\ncontent-length: 0\r\n\r\n" % status
    _, error = through(monkeypatch, "https", "https://endpoint.example", answer=answer)
    assert isinstance(error, ConnectError)
    assert (error.unanswered, str(status) in str(error)) == (unanswered, True)
    entries = traceback.TracebackException.from_exception(error, capture_locals=True).format()
    assert "bWU6bXkgc2VjcmV0" not in "".join(entry for entry in entries if "/tests/" not in entry)


@pytest.mark.parametrize("answer", [b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nx: " + bytes(100_000)])
def test_a_proxy_that_speaks_no_http(monkeypatch, answer):
    _, error = through(monkeypatch, "https", "https://127.0.0.1:9", answer=answer)
    assert isinstance(error, TransportError)


def test_an_open_file_is_read_off_the_loop(server: HttpServer):
    server.answers(http([{"label": "cat", "score": 1.0}]))
    reading, writing = os.pipe()
    ticks = 0

    async def main() -> None:
        nonlocal ticks

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1

        async with AsyncHfInferenceEndpoint(server.url, False) as endpoint:
            ticking = asyncio.create_task(tick())
            with os.fdopen(reading, "rb") as file:
                call = asyncio.create_task(endpoint.image_classification(inputs=file))
                await asyncio.sleep(0.3)
                os.write(writing, b"\xff\xd8\xff\xe0 a picture")
                os.close(writing)
                assert (await call)[0].label == "cat"
            ticking.cancel()

    asyncio.run(main())
    assert ticks > 5
    assert server.seen[0].body == b"\xff\xd8\xff\xe0 a picture"
