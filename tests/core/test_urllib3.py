"""What is special to the synchronous transport: its connections, proxies, TLS, time, and what becomes of threads and forks."""

import contextlib
import gc
import os
import select
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from hfe_core import (
    AnswerTooLarge,
    BadRequest,
    Client,
    ConnectError,
    HfeError,
    Options,
    PayloadTooLarge,
    RequestTimeout,
    Retry,
    StatusError,
    StreamBroken,
    TransportError,
    Unauthorized,
)
from hfe_core._urllib3.dialling import dialled
from hfe_core._urllib3.transport import Urllib3Transport
from hfe_core.media import Media
from hfe_core.payload import Payload
from hfe_core.prepare import Preparer
from hfe_core.token import Token
from hfe_core.values import Endpoint, Send
from tests.http_server import AtOnce, HttpServer, drip, http

TOKEN = "hf_this_must_never_be_seen"
ONCE = Options(timeout=5.0, retry=Retry(attempts=1))
SSE = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"


class Raw:
    """A server whose connections are wholly the test's."""

    def __init__(self, handle: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> None:
        self._handle = handle
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._open: list[socket.socket] = []
        self.connections = 0
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket):
        with contextlib.suppress(OSError), contextlib.closing(connection):
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True, suppress_ragged_eofs=True)
                self._open.append(connection)
            with contextlib.closing(connection):
                self._handle(connection)


def head_of(connection: socket.socket) -> bytes:
    """A request's head, byte by byte, so that the body stays where it is."""
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        if not byte:
            raise ConnectionResetError
        data += byte
    return data


def read_request(connection: socket.socket) -> bytes:
    head = head_of(connection)
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            left = int(line.split(b":")[1])
            while left:
                left -= len(connection.recv(min(left, 1 << 16)))
    return head


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


def failure(url: str, options: Options = ONCE, body: object = 1, **keywords: object) -> HfeError:
    with Client(url, TOKEN, options) as client, pytest.raises(HfeError) as caught:
        client.request(body, **keywords)
    text = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert TOKEN not in text.replace(f"TOKEN = '{TOKEN}'", "")
    return caught.value


# Answers that come early, late, or in pieces


@pytest.mark.parametrize("is_tls", [False, True], ids=["http", "https"])
def test_an_answer_that_comes_while_the_body_is_sent_stops_the_sending(is_tls, authority):
    bundle, context, _ = authority

    def answer(connection):
        head_of(connection)
        connection.sendall(http({"error": "too big"}, 413))
        time.sleep(2)  # And reads nothing of the body.

    with Raw(answer, context if is_tls else None) as server:
        options = Options(timeout=10.0, retry=Retry(attempts=1), ca_bundle=bundle)
        with Client(server.url, False, options) as client:
            for _ in range(2):
                with pytest.raises(PayloadTooLarge, match="too big") as caught:
                    client.request(bytes(50_000_000), content_type="audio/wav")
                assert caught.value.elapsed < 5
        # The rest of the body must not be taken for the next request.
        assert server.connections == 2


def test_an_answer_before_the_server_resets_the_upload(tmp_path: Path):
    path = tmp_path / "big.wav"
    path.write_bytes(bytes(20_000_000))

    def answer(connection):
        head_of(connection)
        connection.sendall(http({"error": "who are you"}, 401, connection="close"))
        connection.shutdown(socket.SHUT_WR)
        time.sleep(0.3)
        reset(connection)

    with Raw(answer) as server, Client(server.url, False, ONCE) as client, pytest.raises(Unauthorized):
        client.request(path)


def test_a_hundred_continue_does_not_stop_the_upload(server: HttpServer):
    def answer(connection):
        head = head_of(connection)
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n")
        left = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while left:
            left -= len(connection.recv(min(left, 1 << 16)))
        connection.sendall(http([1]))

    with Raw(answer) as raw, Client(raw.url, False, ONCE) as client:
        assert client.request(bytes(5_000_000), content_type="audio/wav") == [1]


def test_a_file_that_becomes_shorter_is_an_error_and_no_half_request(tmp_path: Path):
    path = tmp_path / "a.wav"
    path.write_bytes(bytes(50_000_000))

    def answer(connection):
        head_of(connection)
        os.truncate(path, 0)
        while connection.recv(1 << 16):
            pass

    with Raw(answer) as server, Client(server.url, False, ONCE) as client:
        with pytest.raises(TransportError, match="became shorter"):
            client.request(path)
        assert server.connections == 1


def test_a_file_that_vanished_is_a_typed_error(server: HttpServer, tmp_path: Path):
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF____WAVE")
    request = Preparer(Endpoint(server.url), Options()).request(Payload(body=Media(path, "audio/wav")))
    path.unlink()
    transport = Urllib3Transport(Endpoint(server.url), Options())
    with pytest.raises(TransportError, match=r"a\.wav"):
        transport.send(Send(request, timeout=5.0))
    assert server.seen == []


@pytest.mark.parametrize("url", ["http://example.org/", "http://127.0.0.1.example.org/", "https://{place}/"])
def test_no_request_goes_to_another_origin(server: HttpServer, url):
    endpoint = Endpoint(server.url, Token(TOKEN))
    request = Preparer(endpoint, Options()).request(Payload(inputs="x"))
    request = attrs.evolve(request, url=url.format(place=server.url.partition("://")[2]))
    with pytest.raises(TransportError, match="another origin"):
        Urllib3Transport(endpoint, Options()).send(Send(request, timeout=5.0))
    assert server.connections == 0


def test_a_client_that_is_dropped_closes_its_connections():
    hung_up = threading.Event()

    def handle(connection):
        read_request(connection)
        connection.sendall(http([1]))
        if connection.recv(1) == b"":
            hung_up.set()

    with Raw(handle) as server:
        assert Client(server.url, False, ONCE).request(1) == [1]
        gc.collect()
        assert hung_up.wait(5)


@pytest.mark.parametrize("kept", ["", "HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n", "flood"])
def test_what_comes_on_an_idle_connection_is_nobodys_answer(kept):
    came = threading.Semaphore(0)

    def answer(connection):
        read_request(connection)
        connection.sendall(http([1]))
        with contextlib.suppress(OSError):
            connection.settimeout(0.2)
            connection.sendall(b"x" * 50_000_000 if kept == "flood" else kept.encode())
        came.release()
        if not kept:
            return
        connection.settimeout(5)
        connection.recv(1)

    with Raw(answer) as server, Client(server.url, False, ONCE) as client:
        for _ in range(3):
            assert client.request(1) == [1]
            came.acquire()
            time.sleep(0.05)
        assert server.connections == 3


@pytest.mark.parametrize(
    "answer",
    [
        http([1]) + b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n[1]",
        b"HTTP/1.0 200 OK\r\ncontent-type: application/json\r\ncontent-length: 3\r\n\r\n[1]",
        http([1], connection="close"),
    ],
)
def test_connections_that_are_not_used_again(answer):
    def handle(connection):
        read_request(connection)
        connection.sendall(answer)
        if b"content-length" not in answer:
            return
        connection.recv(1)

    with Raw(handle) as server, Client(server.url, False, ONCE) as client:
        assert [client.request(1) for _ in range(3)] == [[1]] * 3
        assert server.connections == 3


def test_a_stream_gives_its_connection_back_at_its_end(server: HttpServer):
    chunks = b"b\r\ndata: a\n\n..\r\n"
    server.answers(
        SSE.replace(b"\r\n\r\n", b"\r\ntransfer-encoding: chunked\r\n\r\n") + chunks + b"0\r\n\r\n", http([1])
    )
    with Client(server.url, False, ONCE) as client:
        assert [event.data for event in client.streaming_request(1)] == ["a"]
        assert client.request(1) == [1]
    assert server.connections == 1


def test_a_stream_that_is_left_frees_its_connection():
    hung_up = threading.Event()

    def handle(connection):
        read_request(connection)
        connection.sendall(SSE + b"data: a\n\n")
        if connection.recv(1) == b"":
            hung_up.set()

    with Raw(handle) as server, Client(server.url, False, ONCE) as client:
        with client.streaming_request(1) as stream:
            assert next(stream).data == "a"
        assert hung_up.wait(5)


# Time


def dripping(parts: list[bytes], pause: float = 0.05):
    def handle(connection):
        read_request(connection)
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)

    return handle


@pytest.mark.parametrize("is_tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize(
    "parts",
    [
        [bytes([byte]) for byte in http({}, x="x" * 500)],
        [b"HTTP/1.1 103 Early Hints\r\n\r\n"] * 20 + [b"HTTP/1.1 103 X\r\nx: "] + [b"x"] * 500,
        [http(b"", content_length="500"), *[b" "] * 500],
        [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", *[b"1\r\nx\r\n"] * 500],
        [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;", *[b"x"] * 500],
    ],
    ids=["head", "interim", "body", "chunks", "extension"],
)
def test_a_drip_does_not_keep_an_attempt_alive(parts, is_tls, authority):
    bundle, context, _ = authority
    options = Options(timeout=0.5, retry=Retry(attempts=1), ca_bundle=bundle)
    with Raw(dripping(parts), context if is_tls else None) as server:
        error = failure(server.url, options)
    assert isinstance(error, RequestTimeout)
    assert error.phase == "read"
    assert error.elapsed < 3


def reads_nothing(connection: socket.socket) -> None:
    head_of(connection)
    time.sleep(3)


def reads_a_drip(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    while connection.recv(4096):
        time.sleep(0.05)


@pytest.mark.parametrize("handle", [reads_nothing, reads_a_drip])
def test_the_timeout_bounds_an_upload(handle):
    with Raw(handle) as server, Client(server.url, False, Options(timeout=0.5, retry=Retry(attempts=1))) as client:
        with pytest.raises(RequestTimeout) as caught:
            client.request(bytes(50_000_000), content_type="audio/wav")
        assert caught.value.elapsed < 3


def test_a_tls_handshake_that_stands_still_is_a_connect_timeout(authority):
    release = threading.Event()
    with Raw(lambda _: release.wait(10) and None) as server:
        error = failure(server.url.replace("http:", "https:"), Options(timeout=0.4, retry=Retry(attempts=1)))
        release.set()
    assert isinstance(error, RequestTimeout)
    assert error.phase == "connect"
    assert error.unanswered


def test_addresses_share_the_time(monkeypatch):
    """One address that swallows everything leaves time for the next."""
    with socket.create_server(("127.0.0.1", 0), backlog=1) as full, socket.create_server(("127.0.0.1", 0)) as good:
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        time.sleep(0.05)
        places = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", end.getsockname()) for end in (full, good)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: places)
        end = time.monotonic() + 1
        with contextlib.closing(dialled("h", 1, lambda: end - time.monotonic())) as sock:
            assert sock.getpeername() == good.getsockname()
        for filler in fillers:
            filler.close()


def test_a_stream_has_its_time_anew_for_each_piece(server: HttpServer):
    server.answers(drip(SSE, [b"data: a\n\n"] * 6, 0.2))
    with Client(server.url, False, Options(timeout=0.8, retry=Retry(attempts=1))) as client:
        stream = client.streaming_request(1)
        assert [next(stream).data for _ in range(6)] == ["a"] * 6
        with pytest.raises(StreamBroken):
            next(stream)


# Errors keep their status


@pytest.mark.parametrize(
    "answer",
    [
        http({"error": "no"}, 400, content_length="5000", connection="close"),
        http(b"\x1f\x8b broken", 400, content_encoding="gzip"),
        http(b"", 400, content_encoding="br"),
        b"HTTP/1.1 400 X\r\ntransfer-encoding: chunked\r\n\r\n-5\r\nxx",
        b"HTTP/1.1 400 X\r\ncontent-length: 999999999999999\r\n\r\n" + b"x" * 3_000_000,
    ],
)
def test_an_errors_status_survives_its_body(server: HttpServer, answer):
    server.answers(answer)
    error = failure(server.url, Options(retry=Retry(attempts=1), timeout=20))
    assert isinstance(error, BadRequest)
    assert len(error.body) <= 1 << 20
    assert error.elapsed < 15


def test_an_errors_status_survives_a_body_without_end():
    def handle(connection):
        read_request(connection)
        connection.sendall(b"HTTP/1.1 404 X\r\n\r\n")
        while True:
            connection.sendall(b"x" * 1000)

    with Raw(handle) as server:
        error = failure(server.url)
    assert isinstance(error, StatusError)
    assert (error.status, len(error.body)) == (404, 1 << 20)


@pytest.mark.parametrize(("wait", "flags"), [(False, (True, False)), (True, (False, True))])
def test_a_reset_before_or_after_the_head(wait, flags):
    def handle(connection):
        read_request(connection)
        if wait:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n[1, 2")
            time.sleep(0.2)
        reset(connection)

    with Raw(handle) as server:
        error = failure(server.url)
    assert isinstance(error, TransportError)
    assert (error.unanswered, error.cut) == flags


def test_a_length_beyond_the_limit_is_not_waited_for():
    def handle(connection):
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 999999999999999999\r\n\r\nx")
        connection.recv(1)

    with Raw(handle) as server:
        error = failure(server.url)
    assert isinstance(error, AnswerTooLarge)
    assert error.option == "max_body"


# Trust


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory):
    """A certificate authority of the test's own: its file, a server's context for 127.0.0.1, and one for example.org."""
    trustme = pytest.importorskip("trustme")
    ca = trustme.CA()
    contexts = []
    for name in ("127.0.0.1", "example.org"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert(name).configure_cert(context)
        contexts.append(context)
    bundle = tmp_path_factory.mktemp("tls") / "ca.pem"
    ca.cert_pem.write_to_path(str(bundle))
    return bundle, *contexts


def test_the_name_in_the_certificate_counts(authority):
    bundle, _, other = authority
    with HttpServer(other) as server:
        error = failure(server.url, Options(ca_bundle=bundle))
        assert server.seen == []
    assert isinstance(error, ConnectError)
    assert "certificate" in str(error)
    assert error.attempts == 1


def test_a_directory_of_authorities(authority, tmp_path: Path):
    bundle, context, _ = authority
    shutil.copy(bundle, tmp_path / "ca.pem")
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to name the file after its hash")
    subprocess.run([openssl, "rehash", str(tmp_path)], check=True, capture_output=True)
    with HttpServer(context) as server, Client(server.url, False, Options(ca_bundle=tmp_path)) as client:
        server.answers(http([1]))
        assert client.request(1) == [1]


def test_old_tls_is_refused(authority):
    bundle, context, _ = authority
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with Raw(lambda _: None) as server:
        # A server that answers a handshake with an alert: protocol version.
        server._handle = lambda connection: (connection.recv(1000), connection.sendall(b"\x15\x03\x01\x00\x02\x02\x46"))
        error = failure(server.url.replace("http:", "https:"), Options(ca_bundle=bundle))
    assert old is not context
    assert isinstance(error, ConnectError)
    assert error.attempts == 1


def test_https_to_a_port_that_speaks_http(server: HttpServer):
    server.answers(AtOnce(lambda connection: connection.sendall(http({"error": "this is http"}, 400))))
    error = failure(server.url.replace("http:", "https:"))
    assert isinstance(error, ConnectError)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\n\r\n[1, 2]", http([1, 2], content_length="50")])
def test_an_end_that_tls_has_not_announced_is_a_cut(authority, answer):
    bundle, context, _ = authority

    def handle(connection):
        read_request(connection)
        connection.sendall(answer)
        time.sleep(0.1)
        with socket.socket(fileno=os.dup(connection.fileno())) as below:
            below.shutdown(socket.SHUT_RDWR)

    with Raw(handle, context) as server:
        error = failure(server.url, Options(ca_bundle=bundle, retry=Retry(attempts=1)))
    assert isinstance(error, TransportError)
    assert error.cut


def test_an_announced_end_is_an_end(authority):
    bundle, context, _ = authority

    def handle(connection):
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n[1, 2]")
        with contextlib.suppress(OSError):
            connection.unwrap()

    with Raw(handle, context) as server, Client(server.url, False, Options(ca_bundle=bundle)) as client:
        assert client.request(1) == [1, 2]


def test_a_handshake_that_is_hung_up_on_may_be_tried_again(authority):
    bundle, _, _ = authority
    with Raw(lambda connection: connection.recv(100) and None) as server:
        error = failure(
            server.url.replace("http:", "https:"), Options(ca_bundle=bundle, retry=Retry(attempts=2, backoff=0))
        )
    assert isinstance(error, ConnectError)
    assert (error.unanswered, error.attempts) == (True, 2)


# Names and addresses


def test_an_ipv6_address():
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this system has no IPv6")
    heads = []

    def serve():
        connection, _ = listener.accept()
        heads.append(read_request(connection))
        connection.sendall(http([1]))
        connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    port = listener.getsockname()[1]
    with listener, Client(f"http://[::1]:{port}/", False, ONCE) as client:
        assert client.request(1) == [1]
    thread.join()
    assert f"host: [::1]:{port}\r\n".encode() in heads[0]


def test_a_trailing_dot_is_for_the_look_up_alone(server: HttpServer, monkeypatch):
    asked = []
    real = socket.getaddrinfo

    def look_up(host, *arguments, **keywords):
        asked.append(host)
        return real("127.0.0.1", *arguments, **keywords)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    port = server.url.rpartition(":")[2]
    with Client(f"http://example.org.:{port}/", False, ONCE) as client:
        client.request(1)
    assert asked == ["example.org."]
    assert server.seen[0].headers["host"] == f"example.org:{port}"


def test_a_name_that_nobody_knows(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = failure("http://no.such.name.invalid")
    assert isinstance(error, ConnectError)
    assert "not known" in str(error)


@pytest.mark.parametrize("host", ["x" * 70 + ".example", "a..b", "ü" * 70])
def test_a_name_that_cannot_be_one(host):
    error = failure(f"http://{host}")
    assert isinstance(error, ConnectError)
    assert error.attempts == 1


# Proxies


class Proxy:
    """A proxy that forwards to one place, whatever it is asked for."""

    def __init__(self, monkeypatch, to: int, *, tls=None, answer=b"HTTP/1.1 200 Connection established\r\n\r\n"):
        self.heads: list[bytes] = []
        self._to = to
        self._answer = answer
        self._raw = Raw(self._forward, tls)
        for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)
        place = self._raw.url.replace("://", "://me:s3cret@")
        monkeypatch.setenv("HTTPS_PROXY", place)
        monkeypatch.setenv("http_proxy", place)

    def __enter__(self):
        self._raw.__enter__()
        return self

    def __exit__(self, *_):
        self._raw.__exit__()

    def _forward(self, connection: socket.socket):
        head = head_of(connection)
        self.heads.append(head)
        with socket.create_connection(("127.0.0.1", self._to)) as onward:
            if head.startswith(b"CONNECT "):
                connection.sendall(self._answer)
            else:
                onward.sendall(head)
            thread = threading.Thread(target=self._pump, args=(onward, connection), daemon=True)
            thread.start()
            self._pump(connection, onward)
            thread.join()

    @staticmethod
    def _pump(source: socket.socket, to: socket.socket):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                to.sendall(data)
            to.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("proxy_tls", [False, True], ids=["http proxy", "https proxy"])
def test_a_tunnel_through_a_proxy(authority, monkeypatch, proxy_tls):
    bundle, context, _ = authority
    with HttpServer(context) as server:
        server.answers(http([1]))
        port = int(server.url.rpartition(":")[2])
        with (
            Proxy(monkeypatch, port, tls=context if proxy_tls else None) as proxy,
            Client(server.url, TOKEN, Options(ca_bundle=bundle, timeout=10)) as client,
        ):
            assert client.request(bytes(1_000_000), content_type="audio/wav") == [1]
            assert client.request(1) == [1]
        assert [seen.headers["authorization"] for seen in server.seen] == [f"Bearer {TOKEN}"] * 2
        assert "proxy-authorization" not in server.seen[0].headers
        assert server.connections == 1
    (head,) = proxy.heads
    assert head.startswith(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n".encode())
    assert b"proxy-authorization: Basic bWU6czNjcmV0\r\n" in head
    assert TOKEN.encode() not in head


def test_plain_http_goes_through_a_proxy_in_absolute_form(server: HttpServer, monkeypatch):
    server.answers(http([1]))
    port = int(server.url.rpartition(":")[2])
    with Proxy(monkeypatch, port) as proxy, Client("http://example.org/a?b=c", False, ONCE) as client:
        assert [client.request(1), client.request(2)] == [[1], [1]]
    assert proxy.heads[0].startswith(b"POST http://example.org/a?b=c HTTP/1.1\r\nhost: example.org\r\n")
    assert b"proxy-authorization: Basic bWU6czNjcmV0\r\n" in proxy.heads[0]


@pytest.mark.parametrize(
    ("answer", "kind", "again"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n", ConnectError, False),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", ConnectError, False),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", ConnectError, True),
        (b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", TransportError, False),
        (b"HTTP/1.1 200 OK\r\nx: " + b"x" * 100_000, AnswerTooLarge, False),
        (b"nonsense", TransportError, False),
    ],
)
def test_what_a_proxy_may_answer_to_connect(authority, monkeypatch, answer, kind, again):
    bundle, context, _ = authority
    with HttpServer(context) as server:
        port = int(server.url.rpartition(":")[2])
        with Proxy(monkeypatch, port, answer=answer):
            error = failure(server.url, Options(ca_bundle=bundle, timeout=5, retry=Retry(attempts=2, backoff=0)))
    assert isinstance(error, kind)
    assert error.unanswered is again
    assert error.attempts == (2 if again else 1)
    text = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "s3cret" not in text
    assert "bWU6czNjcmV0" not in text


# Threads, forks, interruptions


def test_many_threads_share_connections(server: HttpServer):
    server.answers(lambda seen, connection: connection.sendall(http(seen.json())))
    wrong: list[object] = []
    with Client(server.url, False, ONCE) as client:

        def work(number: int) -> None:
            for step in range(10):
                try:
                    if client.request([number, step]) != [number, step]:
                        wrong.append((number, step))
                except HfeError as error:
                    wrong.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert server.connections <= 40


def test_closing_while_another_thread_calls(server: HttpServer):
    def slowly(_, connection):
        time.sleep(0.2)
        connection.sendall(http([1]))

    server.answers(slowly)
    client = Client(server.url, False, ONCE)
    answers = []
    thread = threading.Thread(target=lambda: answers.append(client.request(1)))
    thread.start()
    time.sleep(0.05)
    client.close()
    thread.join()
    assert answers == [[1]]
    assert client.request(1) == [1]
    client.close()


FORK_UNDER_LOAD = """
import os, sys, threading
from hfe_core import Client

client = Client(sys.argv[1], False)
client.request(1)  # What is loaded at the first call is loaded before the forks.
stop = threading.Event()

def work():
    while not stop.is_set():
        client.request(1)

threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
for thread in threads:
    thread.start()
for _ in range(10):
    child = os.fork()
    if child == 0:
        assert client.request({"child": 1}) == {"child": 1}
        client.close()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
stop.set()
for thread in threads:
    thread.join()
client.close()
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_children_of_a_busy_process_have_connections_of_their_own(server: HttpServer):
    server.answers(lambda seen, connection: connection.sendall(http(seen.json())))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORK_UNDER_LOAD, server.url],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    by_connection: dict[int, set[bytes]] = {}
    for seen in server.seen:
        by_connection.setdefault(seen.connection, set()).add(seen.body)
    assert all(len(bodies) == 1 for bodies in by_connection.values())


FORK_THAT_ENDS = """
import os, sys
from hfe_core import Client, Options, Retry

client = Client(sys.argv[1], False, Options(ca_bundle=sys.argv[2] or None, retry=Retry(attempts=1)))
assert client.request(1) == [1]
if os.fork() == 0:
    sys.stdin.readline()
    sys.exit()  # and so closes what is idle
os.close(1)
assert client.request(2) == [1]
assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
assert client.request(3) == [1]
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("is_tls", [False, True], ids=["http", "https"])
def test_a_child_that_ends_does_not_end_its_parents_call(is_tls, authority):
    bundle, context, _ = authority
    with HttpServer(context if is_tls else None) as server:
        command = [sys.executable, "-W", "ignore", "-c", FORK_THAT_ENDS, server.url, bundle if is_tls else ""]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:

            def answer_when_the_child_has_ended(_, connection):
                process.stdin.write(b"end\n")
                process.stdin.flush()
                process.stdout.read()
                connection.sendall(http([1]))

            server.answers(http([1]), answer_when_the_child_has_ended, http([1]))
            assert process.stderr.read() == b""
        assert process.returncode == 0
        assert server.connections == 1


WITHOUT_POLL = """
import select, sys
del select.poll
from hfe_core import Client
with Client(sys.argv[1], False) as client:
    print(client.request(1), client.request(2))
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(select, "poll"), reason="this system has none")
def test_connections_are_kept_where_the_system_has_no_poll(server: HttpServer):
    server.answers(http([1]))
    command = [sys.executable, "-c", WITHOUT_POLL, server.url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "[1] [1]\n"
    assert server.connections == 1


INTERRUPTED = """
import sys
from hfe_core import Client

client = Client(sys.argv[1], False)
try:
    client.request("wait")
except KeyboardInterrupt:
    pass
print(client.request("again"))
"""


@pytest.mark.slow
@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_call_leaves_a_client_that_works(server: HttpServer):
    waiting, hung_up = threading.Event(), threading.Event()

    def answer(seen, connection):
        if seen.json() == "wait":
            waiting.set()
            if connection.recv(1) == b"":
                hung_up.set()
        else:
            connection.sendall(http([1]))

    server.answers(answer)
    child = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, server.url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert waiting.wait(30)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=30)
    assert (child.returncode, out, err) == (0, "[1]\n", "")
    assert hung_up.wait(5)
