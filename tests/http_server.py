"""A real HTTP server on the loopback that answers byte for byte what a test says, and keeps what arrived."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
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


Answer = bytes | Callable[[Seen, socket.socket], None]


def http(body: object = b"", status: int = 200, **headers: str) -> bytes:
    """The bytes of an answer; JSON unless the body is bytes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
        named.setdefault("content-type", "application/json")
    named.setdefault("content-length", str(len(body)))
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body


def drip(head: bytes, pieces: list[bytes], pause: float) -> Answer:
    """Send the head, then piece by piece."""

    def answer(_: Seen, connection: socket.socket) -> None:
        connection.sendall(head)
        for piece in pieces:
            time.sleep(pause)
            connection.sendall(piece)

    return answer


def close(_: Seen, connection: socket.socket) -> None:
    """Hang up."""
    connection.shutdown(socket.SHUT_RDWR)


class HttpServer:
    """Answers from a script, the last answer for ever."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._lock = threading.Lock()
        self.script: list[Answer] = [http({})]
        self.seen: list[Seen] = []
        self.connections = 0
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self._listener.getsockname()[1]}"

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
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection, self.connections), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        if self._tls is not None:
            try:
                connection = self._tls.wrap_socket(connection, server_side=True)
            except OSError:
                connection.close()
                return
            self._open.append(connection)
        reader = connection.makefile("rb")
        try:
            while (seen := _read(reader)) is not None:
                with self._lock:
                    self.seen.append(attrs.evolve(seen, connection=number))
                    answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                if isinstance(answer, bytes):
                    connection.sendall(answer)
                    if b"connection: close" in answer[:2000].lower():
                        connection.shutdown(socket.SHUT_RDWR)
                else:
                    answer(seen, connection)
        except OSError:
            pass
        finally:
            reader.close()
            connection.close()


def _read(reader) -> Seen | None:
    line = reader.readline()
    if not line:
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while (line := reader.readline()) not in {b"\r\n", b""}:
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while size := int(reader.readline(), 16):
            body += reader.read(size)
            reader.readline()
        reader.readline()
    else:
        body = reader.read(int(headers.get("content-length", 0)))
    return Seen(method, target, headers, body)
