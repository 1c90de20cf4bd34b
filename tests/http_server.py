"""A real HTTP server on the loopback that answers byte for byte what a test says, and keeps what arrived.

An answer of the script is bytes, or a callable over the socket. It is given when a request has arrived whole; as
:class:`Early` when its head has arrived; as :class:`AtOnce` when the connection has been made.
"""

from __future__ import annotations

import contextlib
import json
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable
from typing import Self

import attrs


@attrs.frozen
class Seen:
    """A request that arrived, and over the how manieth connection."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int = 0

    def json(self):
        return json.loads(self.body)


Speak = Callable[[Seen, socket.socket], None]


@attrs.frozen
class Early:
    """Answered when the head of the request has arrived; ``speak`` may read the rest. Then the connection is closed."""

    speak: Speak


@attrs.frozen
class AtOnce:
    """Answered before anything is read, TLS included. Then the connection is closed."""

    speak: Callable[[socket.socket], None]


Answer = bytes | Speak | Early | AtOnce


def http(body: object = b"", status: int = 200, **headers: str) -> bytes:
    """The bytes of an answer; JSON unless the body is bytes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
        named.setdefault("content-type", "application/json")
    named.setdefault("content-length", str(len(body)))
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body


def drip(head: bytes, pieces: Iterable[bytes], pause: float) -> Speak:
    """Send the head, then piece by piece (of a list, where the answer is given several times)."""

    def answer(_: Seen, connection: socket.socket) -> None:
        connection.sendall(head)
        for piece in pieces:
            time.sleep(pause)
            connection.sendall(piece)

    return answer


def close(_: Seen, connection: socket.socket) -> None:
    """Hang up."""
    connection.shutdown(socket.SHUT_RDWR)


def reset(connection: socket.socket) -> None:
    """Hang up so that the peer gets a reset instead of an end of file."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.socket.close(connection)  # an SSLSocket included: no closing words
    raise ConnectionResetError


def wait_until_gone(connection: socket.socket, seconds: float = 20.0) -> None:
    """Say and read nothing until the peer hangs up (or the server does); then hang up, too."""
    poll = select.poll()
    poll.register(connection, getattr(select, "POLLRDHUP", select.POLLHUP))
    end = time.monotonic() + seconds
    while time.monotonic() < end and not poll.poll(50):
        pass
    raise EOFError


def drain(connection: socket.socket, seconds: float = 20.0) -> None:
    """Read and forget what comes, until the peer hangs up."""
    end = time.monotonic() + seconds
    connection.settimeout(seconds)
    while time.monotonic() < end and connection.recv(1 << 16):
        pass


class _Reader:
    """Reads requests, and writes down all that arrived, up to a megabyte."""

    def __init__(self, connection: socket.socket, log: bytearray) -> None:
        self._connection = connection
        self._log = log
        self._buffer = b""

    def _more(self) -> None:
        piece = self._connection.recv(1 << 16)
        if not piece:
            raise EOFError
        if len(self._log) < 1 << 20:
            self._log += piece
        self._buffer += piece

    def line(self) -> str:
        while b"\n" not in self._buffer:
            self._more()
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode("latin-1").rstrip("\r")

    def exactly(self, size: int) -> bytes:
        pieces = []
        while size > len(self._buffer):
            pieces.append(self._buffer)
            size -= len(self._buffer)
            self._buffer = b""
            self._more()
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return b"".join([*pieces, data])

    def head(self) -> Seen:
        method, target, _ = self.line().split(" ", 2)
        headers: dict[str, str] = {}
        while line := self.line():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return Seen(method, target, headers, b"")

    def body(self, head: Seen) -> bytes:
        if head.headers.get("transfer-encoding") != "chunked":
            return self.exactly(int(head.headers.get("content-length", 0)))
        body = b""
        while size := int(self.line(), 16):
            body += self.exactly(size)
            self.line()
        self.line()
        return body


class HttpServer:
    """Answers from a script, the last answer for ever.

    Attributes:
        seen: The requests that arrived whole (with Early: their head).
        arrived: All bytes that arrived by connection, numbered from 1, without those that an answer read itself.
        connections: How many were made.
        mistakes: Why requests could not be read, or answers not be made.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self._tls = tls
        self._host = f"[{host}]" if ":" in host else host
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family, backlog=256)
        self._lock = threading.Lock()
        self.script: list[Answer] = [http({})]
        self.seen: list[Seen] = []
        self.arrived: dict[int, bytearray] = {}
        self.connections = 0
        self.mistakes: list[str] = []
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def port(self) -> int:
        return self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http{'s' if self._tls else ''}://{self._host}:{self.port}"

    def answers(self, *script: Answer) -> None:
        self.script = list(script)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                # Plainly, not as an SSLSocket: another thread may be reading.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        self._thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self.arrived[self.connections] = bytearray()
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection, self.connections), daemon=True).start()

    def _next(self, *kinds: type) -> Answer | None:
        """The next answer of the script, if it is one of these kinds."""
        with self._lock:
            if kinds and not isinstance(self.script[0], kinds):
                return None
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def _serve(self, connection: socket.socket, number: int) -> None:
        try:
            at_once = self._next(AtOnce)
            if isinstance(at_once, AtOnce):
                at_once.speak(connection)
                return
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True, suppress_ragged_eofs=True)
                self._open.append(connection)
            self._converse(connection, number)
        except (OSError, EOFError):
            pass  # the peer left
        except ValueError as error:
            self.mistakes.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    def _converse(self, connection: socket.socket, number: int) -> None:
        reader = _Reader(connection, self.arrived[number])
        while True:
            seen = attrs.evolve(reader.head(), connection=number)
            early = self._next(Early)
            if isinstance(early, Early):
                self.seen.append(seen)
                early.speak(seen, connection)
                return
            seen = attrs.evolve(seen, body=reader.body(seen))
            with self._lock:
                self.seen.append(seen)
            answer = self._next()
            if isinstance(answer, AtOnce):
                return
            assert answer is not None
            assert not isinstance(answer, Early)
            if isinstance(answer, bytes):
                connection.sendall(answer)
                if b"connection: close" in answer[:2000].lower():
                    connection.shutdown(socket.SHUT_RDWR)
            else:
                answer(seen, connection)
