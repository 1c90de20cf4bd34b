"""Both transports against a real server: one suite, each case on urllib3 and on aiohttp."""

import asyncio
import functools
import gzip
import os
import pickle
import socket
import ssl
import subprocess
import sys
import threading
import traceback
from pathlib import Path

import pytest

from hfe_core import (
    AnswerTooLarge,
    AsyncClient,
    BadRequest,
    Client,
    ConnectError,
    DecodeError,
    HfeError,
    Options,
    RequestTimeout,
    Retry,
    ServerSentEvent,
    StatusError,
    StreamBroken,
    TransportError,
)
from tests.http_server import HttpServer, close, drip, http

# Without the time, which would give every xdist worker other test names.
compress = functools.partial(gzip.compress, mtime=0)
TOKEN = "hf_this_must_never_be_seen"
QUICK = Options(timeout=5.0, retry=Retry(attempts=3, backoff=0.01))


class Sync:
    """The verbs of the synchronous client, as the suite needs them."""

    def request(self, url, body=None, options=QUICK, token=False, **keywords):
        with Client(url, token, options) as client:
            return client.request(body, **keywords)

    def requests(self, url, bodies, options=QUICK):
        with Client(url, False, options) as client:
            return [client.request(body) for body in bodies]

    def stream(self, url, body=None, options=QUICK, first=None):
        received: list[ServerSentEvent] = []
        with Client(url, False, options) as client, client.streaming_request(body) as stream:
            for event in stream:
                received.append(event)
                if len(received) == first:
                    break
        return received


class Async:
    """The same verbs, through the asynchronous client."""

    def request(self, url, body=None, options=QUICK, token=False, **keywords):
        async def main():
            async with AsyncClient(url, token, options) as client:
                return await client.request(body, **keywords)

        return asyncio.run(main())

    def requests(self, url, bodies, options=QUICK):
        async def main():
            async with AsyncClient(url, False, options) as client:
                return [await client.request(body) for body in bodies]

        return asyncio.run(main())

    def stream(self, url, body=None, options=QUICK, first=None):
        async def main():
            received: list[ServerSentEvent] = []
            async with AsyncClient(url, False, options) as client, client.streaming_request(body) as stream:
                async for event in stream:
                    received.append(event)
                    if len(received) == first:
                        break
            return received

        return asyncio.run(main())


@pytest.fixture(params=[Sync, Async], ids=["urllib3", "aiohttp"])
def verbs(request: pytest.FixtureRequest):
    return request.param()


def test_json_goes_out_and_comes_back(verbs, server: HttpServer):
    server.answers(http({"ü": [1, None]}))
    assert verbs.request(server.url + "/a/b?c=d", {"inputs": "ä"}, token=TOKEN) == {"ü": [1, None]}
    (seen,) = server.seen
    assert (seen.method, seen.target, seen.body) == ("POST", "/a/b?c=d", '{"inputs":"ä"}'.encode())
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["accept"] == "*/*"
    assert seen.headers["authorization"] == f"Bearer {TOKEN}"
    assert seen.headers["user-agent"].startswith("hfe/")
    assert "cookie" not in seen.headers


def test_the_request_is_the_callers_to_shape(verbs, server: HttpServer):
    server.answers(http(b"\x00\x01", content_type="application/octet-stream"))
    answer = verbs.request(
        server.url + "/base/",
        b"RIFF",
        options=Options(headers={"X-Mine": "1"}),
        path="/v1/x y",
        method="PUT",
        query={"n": 2, "flag": True, "q": "a&b"},
        content_type="audio/wav",
        accept="audio/wav",
    )
    assert answer == b"\x00\x01"
    (seen,) = server.seen
    assert (seen.method, seen.target) == ("PUT", "/base/v1/x%20y?n=2&flag=true&q=a%26b")
    assert (seen.headers["content-type"], seen.headers["accept"], seen.headers["x-mine"]) == (
        "audio/wav",
        "audio/wav",
        "1",
    )
    assert "authorization" not in seen.headers


def test_a_file_is_streamed_with_its_length(verbs, server: HttpServer, tmp_path: Path):
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF____WAVE" + bytes(1_000_000))
    server.answers(close, http({}))
    verbs.request(server.url, path)
    assert [(seen.headers["content-length"], len(seen.body)) for seen in server.seen] == [("1000012", 1_000_012)] * 2
    assert server.seen[0].headers["content-type"] == "audio/wav"


def test_connections_are_kept(verbs, server: HttpServer):
    server.answers(http([1]), http({"error": "x"}, 400))
    assert verbs.requests(server.url, [1]) == [[1]]
    server.answers(http([2]))
    before = server.connections
    verbs.requests(server.url, [1, 2, 3])
    assert server.connections == before + 1


def test_compressed_answers(verbs, server: HttpServer):
    body = compress(b'{"a":1}')
    server.answers(http(body, content_type="application/json", content_encoding="gzip"))
    assert verbs.request(server.url) == {"a": 1}


def test_an_answer_in_chunks(verbs, server: HttpServer):
    server.answers(
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n2\r\n[1\r\n1\r\n]\r\n0\r\n\r\n"
    )
    assert verbs.requests(server.url, [1, 2]) == [[1], [1]]
    assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 0\r\n\r\n",
    ],
)
def test_an_answer_without_a_body(verbs, server: HttpServer, answer):
    server.answers(answer)
    assert verbs.requests(server.url, [1, 2]) == [b"", b""]


def test_a_body_that_ends_with_the_connection(verbs, server: HttpServer):
    server.answers(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n[1]")
    assert verbs.requests(server.url, [1, 2]) == [[1], [1]]


def test_no_server():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for verbs in (Sync(), Async()):
        with pytest.raises(ConnectError, match=f"127.0.0.1:{port}") as caught:
            verbs.request(f"http://127.0.0.1:{port}")
        assert caught.value.attempts == 3


def test_a_lost_connection_is_tried_again(verbs, server: HttpServer):
    server.answers(close, close, http([1]))
    assert verbs.request(server.url) == [1]
    assert len(server.seen) == 3


@pytest.mark.parametrize(
    "cut",
    [
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 50\r\nconnection: close\r\n\r\n[1, 2",
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n3\r\n[1,\r\n",
        http(compress(b"[1, 2, 3]")[:-4], content_type="application/json", content_encoding="gzip"),
    ],
)
def test_half_an_answer_is_never_a_success(verbs, server: HttpServer, cut):
    server.answers(cut, http([1]))
    assert verbs.request(server.url) == [1]
    server.answers(cut)
    with pytest.raises(TransportError, match="cut short") as caught:
        verbs.request(server.url)
    assert caught.value.attempts == 3


def test_the_timeout_bounds_the_head(verbs, server: HttpServer):
    release = threading.Event()
    server.answers(lambda *_: release.wait(10) and None)
    try:
        with pytest.raises(RequestTimeout) as caught:
            verbs.request(server.url, options=Options(timeout=0.2))
    finally:
        release.set()
    assert caught.value.phase == "read"
    assert caught.value.attempts == 1
    assert caught.value.elapsed < 3


def test_the_timeout_bounds_a_dripping_body(verbs, server: HttpServer):
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n"
    server.answers(drip(head, [b" "] * 100, 0.05))
    with pytest.raises(RequestTimeout) as caught:
        verbs.request(server.url, options=Options(timeout=0.4))
    assert caught.value.elapsed < 3


def test_an_answer_has_a_limit(verbs, server: HttpServer):
    server.answers(http(b"[" + b" " * 100_000 + b"]", content_type="application/json"))
    with pytest.raises(TransportError, match="max_body"):
        verbs.request(server.url, options=Options(max_body=1000))
    server.answers(http(compress(bytes(5_000_000)), content_encoding="gzip"))
    with pytest.raises(AnswerTooLarge, match="max_decompressed"):
        verbs.request(server.url, options=Options(max_decompressed=100_000))


def test_the_servers_words(verbs, server: HttpServer):
    server.answers(http({"error": ["a: b", "c"], "warnings": ["w"]}, 400, x_request_id="r-1"))
    with pytest.raises(BadRequest) as caught:
        verbs.request(server.url)
    error = caught.value
    assert (error.status, error.message, error.request_id) == (400, "a: b, c (w)", "r-1")
    assert error.headers["x-request-id"] == "r-1"
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.status, again.attempts) == (str(error), 400, 1)


@pytest.mark.parametrize("status", [301, 307])
def test_a_redirect_to_elsewhere_is_not_followed(verbs, server: HttpServer, status):
    with HttpServer() as other:
        server.answers(http(b"", status, location=other.url + "/"))
        with pytest.raises(StatusError) as caught:
            verbs.request(server.url, token=TOKEN)
        assert caught.value.status == status
        assert other.seen == []


def test_an_answer_that_nobody_asked_for_is_not_handed_on(verbs, server: HttpServer):
    def twice(seen, connection):
        connection.sendall(http(seen.json()) + http("unasked"))

    server.answers(twice)
    assert verbs.requests(server.url, [1, 2, 3]) == [1, 2, 3]


def test_what_is_no_http_is_an_error(verbs, server: HttpServer):
    server.answers(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
    with pytest.raises(TransportError):
        verbs.request(server.url, options=Options(timeout=2.0, retry=Retry(attempts=1)))


SSE = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def test_a_stream(verbs, server: HttpServer):
    server.answers(SSE + chunk(b"data: a\n\nda") + chunk(b"ta: b\n\ndata: [DONE]\n\n") + b"0\r\n\r\n")
    events = verbs.stream(server.url, {"inputs": "x"})
    assert [event.data for event in events] == ["a", "b"]
    assert server.seen[0].json() == {"inputs": "x", "stream": True}


def test_the_first_event_does_not_wait_for_the_second(verbs, server: HttpServer):
    release = threading.Event()

    def answer(_, connection):
        connection.sendall(SSE + chunk(b"data: a\n\n"))
        release.wait(10)

    server.answers(answer)
    assert [event.data for event in verbs.stream(server.url, first=1)] == ["a"]
    release.set()


def test_a_stream_that_is_cut_gives_what_came(verbs, server: HttpServer):
    server.answers(SSE + chunk(b"data: a\n\n") + b"connection: close")

    def answer(_, connection):
        connection.sendall(SSE + chunk(b"data: a\n\n"))
        connection.shutdown(socket.SHUT_RDWR)

    server.answers(answer)
    with pytest.raises(StreamBroken) as caught:
        verbs.stream(server.url)
    assert [event.data for event in caught.value.received] == ["a"]


@pytest.mark.parametrize(
    "data",
    [
        b'data: {"error": "out of memory"}\n\n',
        b'event: error\ndata: {"message": "out of memory"}\n\n',
        b'data: {"error": {"message": "out of memory", "code": 500}}\n\n',
    ],
)
def test_an_error_inside_a_stream(verbs, server: HttpServer, data):
    server.answers(SSE + chunk(b"data: a\n\n" + data) + b"0\r\n\r\n")
    with pytest.raises(StatusError, match="out of memory"):
        verbs.stream(server.url)


def test_json_instead_of_a_stream(verbs, server: HttpServer):
    server.answers(http([{"generated_text": "a"}]))
    with pytest.raises(DecodeError, match="expected an event stream"):
        verbs.stream(server.url)
    server.answers(http({"error": "no such model"}))
    with pytest.raises(StatusError, match="no such model"):
        verbs.stream(server.url)


def test_a_refused_stream_is_tried_again_like_any_call(verbs, server: HttpServer):
    server.answers(http({"error": "x"}, 502), close, SSE + chunk(b"data: a\n\n") + b"0\r\n\r\n")
    assert len(verbs.stream(server.url)) == 1
    assert len(server.seen) == 3


def locals_of_libraries(error: BaseException) -> str:
    """The formatted traceback with all locals, of the error and its causes, without the frames of this suite."""
    entries = traceback.TracebackException.from_exception(error, capture_locals=True).format()
    return "".join(entry for entry in entries if "/tests/" not in entry)


def refused(verbs, server: HttpServer, answer) -> HfeError:
    server.answers(answer)
    with pytest.raises(HfeError) as caught:
        verbs.request(server.url, token=TOKEN, options=Options(retry=Retry(attempts=2, backoff=0.0)))
    assert server.seen[0].headers["authorization"] == f"Bearer {TOKEN}"
    return caught.value


@pytest.mark.parametrize("answer", [close, http({"error": "x"}, 401), http({"error": "x"}), b"garbage\r\n\r\n"])
def test_the_token_is_in_no_local_of_a_traceback(verbs, server: HttpServer, answer):
    error = refused(verbs, server, answer)
    text = locals_of_libraries(error)
    assert "hfe_core" in text
    assert TOKEN not in text


@pytest.mark.parametrize(
    "answer",
    [
        close,
        http({"error": f"wrong token {TOKEN}"}, 401, x_echo=f"Bearer {TOKEN}"),
        http(b"<html>" + TOKEN.encode(), 500, content_type="text/html"),
        http(TOKEN.encode(), content_type="application/json"),
        http({"error": TOKEN}),
    ],
)
def test_the_token_is_in_no_error_even_when_a_server_echoes_it(verbs, server: HttpServer, answer, caplog):
    caplog.set_level("DEBUG")
    error = refused(verbs, server, answer)
    assert TOKEN not in str(error) + repr(error) + repr(vars(error))
    assert TOKEN.encode() not in pickle.dumps(error)
    assert TOKEN not in caplog.text


def test_the_async_client_works_in_one_loop_after_another(server: HttpServer):
    server.answers(http([1]))
    client = AsyncClient(server.url, False)

    async def main():
        try:
            return await client.request(1)
        finally:
            await client.close()

    assert asyncio.run(main()) == asyncio.run(main()) == [1]


def test_a_cancelled_call_leaves_a_client_that_works(server: HttpServer):
    arrived, release = threading.Event(), threading.Event()
    server.answers(lambda *_: arrived.set() or (release.wait(10) and None), http([1]))

    async def main():
        async with AsyncClient(server.url, False) as client:
            call = asyncio.create_task(client.request(1))
            assert await asyncio.to_thread(arrived.wait, 10)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            return await client.request(2)

    assert asyncio.run(main()) == [1]
    release.set()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate authority of the test's own, and a server's context with a certificate for 127.0.0.1."""
    trustme = pytest.importorskip("trustme")
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    bundle = tmp_path_factory.mktemp("tls") / "ca.pem"
    ca.cert_pem.write_to_path(str(bundle))
    return bundle, context


def test_tls_with_a_bundle_of_authorities(verbs, authority):
    bundle, context = authority
    with HttpServer(context) as server:
        server.answers(http([1]))
        options = Options(ca_bundle=bundle, timeout=5.0)
        assert verbs.requests(server.url, [1, 2], options) == [[1], [1]]
        assert server.connections == 1


def test_a_certificate_that_nobody_vouches_for(verbs, authority):
    _, context = authority
    with HttpServer(context) as server:
        with pytest.raises(ConnectError, match=r"(?i)certificate"):
            verbs.request(server.url, token=TOKEN, options=Options(retry=Retry(attempts=1)))
        assert server.seen == []


def test_other_authorities_mean_other_connections(authority):
    bundle, context = authority
    with HttpServer(context) as server, Client(server.url, False, Options(retry=Retry(attempts=1))) as client:
        server.answers(http([1]))
        with pytest.raises(ConnectError):
            client.request(1)
        with client.with_options(ca_bundle=bundle) as trusting:
            assert trusting.request(1) == [1]
        with pytest.raises(ConnectError):
            client.request(1)


def test_threads_share_a_client(server: HttpServer):
    def echo(seen, connection):
        connection.sendall(http(seen.json()))

    server.answers(echo)
    wrong: list[object] = []
    with Client(server.url, False) as client:

        def work(number: int) -> None:
            for step in range(20):
                if client.request([number, step]) != [number, step]:
                    wrong.append((number, step))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert len(server.seen) == 320


FORKING = """
import os, sys
from hfe_core import Client

with Client(sys.argv[1], False) as client:
    assert client.request(1) == [1]
    child = os.fork()
    assert client.request(2) == [1]
    if child == 0:
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_opens_a_connection_of_its_own(server: HttpServer):
    server.answers(http([1]))
    done = subprocess.run(
        [sys.executable, "-c", FORKING, server.url], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(seen.connection for seen in server.seen) == [1, 1, 2]
