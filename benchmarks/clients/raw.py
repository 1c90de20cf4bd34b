"""Bytes over a socket, nothing decoded: what the machine itself needs."""

from __future__ import annotations

import base64
import selectors
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from clients.common import FIRST_PATH, MAP_PATH, WIDTH, Run, counted

IMPORT = "import socket, json"
COLD_START = """
import json, socket
host, _, port = "{url}"[7:].partition(":")
connection = socket.create_connection((host, int(port)))
connection.sendall(b"POST /fill-mask HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\nContent-Length: 2\\r\\n\\r\\n{{}}")
assert len(json.loads(connection.makefile("rb").read().partition(b"\\r\\n\\r\\n")[2])) == 5
"""
BODY = b'{"inputs": "Paris is the [MASK] of France."}'
STEP = 3 << 17


def head(path: str, length: int) -> bytes:
    """A request's head."""
    return f"POST /{path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n".encode()


def received(connection: socket.socket) -> int:
    """Read one answer of known length; the bytes of its body."""
    data = connection.recv(1 << 18)
    end = data.index(b"\r\n\r\n") + 4
    length = int(data.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
    missing = length - (len(data) - end)
    while missing:
        missing -= len(connection.recv(1 << 18))
    return length


def counted_events(connection: socket.socket, mark: bytes) -> int:
    """Read a chunked answer; how often the mark is in it."""
    found, rest = 0, b""
    while True:
        rest += connection.recv(1 << 16)
        found += rest.count(mark)
        if rest.endswith(b"0\r\n\r\n"):
            return found
        rest = rest[rest.rfind(mark) + len(mark) :] if mark in rest else rest[-len(mark) :]


class Fan:
    """Connections of one thread, each with one request in flight."""

    def __init__(self, address: tuple[str, int], path: str, width: int) -> None:
        self._request = head(path, len(BODY)) + BODY
        self._address, self._width = address, width
        self._selector: selectors.BaseSelector | None = None

    def __call__(self, count: int) -> float:
        """So many requests."""
        if self._selector is None:
            self._selector = selectors.DefaultSelector()
            for _ in range(self._width):
                self._selector.register(socket.create_connection(self._address), selectors.EVENT_READ)
        ready = [key.fileobj for key in self._selector.get_map().values()]
        begun = done = 0
        while True:
            for connection in ready:
                assert isinstance(connection, socket.socket)
                if begun < count:
                    connection.sendall(self._request)
                    begun += 1
            if done == count:
                return 5
            ready = [key.fileobj for key, _ in self._selector.select()]
            for connection in ready:
                assert isinstance(connection, socket.socket)
                received(connection)
            done += len(ready)


class Raw:
    """One kept connection, and others where they are needed."""

    def __init__(self, url: str, files: dict[str, str]) -> None:
        parts = urlsplit(url)
        self.address = (parts.hostname or "", parts.port or 80)
        self._files = files
        self._kept = self.opened()

    def opened(self) -> socket.socket:
        """A new connection."""
        return socket.create_connection(self.address)

    def calls(self, path: str, count: int, connection: socket.socket | None = None) -> float:
        """Small requests, one after the other."""
        request = head(path, len(BODY)) + BODY
        connection = connection or self._kept
        for _ in range(count):
            connection.sendall(request)
            received(connection)
        return -1

    def threads(self, count: int) -> float:
        """The same in threads."""

        def work(_: int) -> float:
            with self.opened() as connection:
                return self.calls("fill-mask", count // WIDTH, connection)

        with ThreadPoolExecutor(WIDTH) as pool:
            return list(pool.map(work, range(WIDTH)))[-1]

    def stream(self, path: str, mark: bytes) -> int:
        """A whole stream."""
        self._kept.sendall(head(path, len(BODY)) + BODY)
        return counted_events(self._kept, mark)

    def first(self) -> int:
        """A stream up to its first event."""
        with self.opened() as connection:
            connection.sendall(head(FIRST_PATH, len(BODY)) + BODY)
            data = b""
            while b"\n\n" not in data:
                data += connection.recv(1 << 16)
        return 1

    def upload(self) -> int:
        """A file, by the kernel."""
        path = Path(self._files["upload"])
        self._kept.sendall(head("upload", path.stat().st_size))
        with path.open("rb") as file:
            self._kept.sendfile(file)
        received(self._kept)
        return -1

    def image(self) -> int:
        """A file in base64, piece by piece."""
        path = Path(self._files["image"])
        before, after = b'{"inputs":"', b'","parameters":{"candidate_labels":["cat","dog"]}}'
        size = -(-path.stat().st_size // 3) * 4
        self._kept.sendall(head("image-base64", len(before) + size + len(after)) + before)
        with path.open("rb") as file:
            while piece := file.read(STEP):
                self._kept.sendall(base64.b64encode(piece))
        self._kept.sendall(after)
        received(self._kept)
        return -1


def workloads(url: str, files: dict[str, str]) -> dict[str, Run]:
    """What this client can do; a size of -1 is one that only decoding would tell."""
    raw = Raw(url, files)
    plain = ("fill-mask", "chat", "token-classification", "object-detection", "embeddings", "embeddings-base64")
    return {
        **{name: partial(raw.calls, name) for name in plain},
        "threads": raw.threads,
        "concurrent": Fan(raw.address, "fill-mask", 256),
        "tgi-events": counted(partial(raw.stream, "tgi-events", b'"logprob"')),
        "tgi-events-one-by-one": counted(partial(raw.stream, "tgi-events-one-by-one", b'"logprob"')),
        "chat-chunks": counted(partial(raw.stream, "chat-chunks", b'"delta"')),
        "first-token": counted(raw.first),
        "upload": counted(raw.upload),
        "image-base64": counted(raw.image),
        "map-32": Fan(raw.address, MAP_PATH, 32),
        "map-128": Fan(raw.address, MAP_PATH, 128),
        "async-map-32": Fan(raw.address, MAP_PATH, 32),
        "async-map-128": Fan(raw.address, MAP_PATH, 128),
    }
