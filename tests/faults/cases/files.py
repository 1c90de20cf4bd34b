"""Files that change or go away while they are sent."""

from __future__ import annotations

import base64
import inspect
import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs

from hfe_core import HfeError, Media
from tests.faults.actions import acting, with_file
from tests.faults.answers import Early
from tests.faults.case import OK, QUICK, Case
from tests.http_server import HttpServer, Seen

GOOD = {"ok": True}


PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


_SIZE = 48 << 20


def _slowly(_: Seen, connection: socket.socket) -> None:
    """Read the body late, and answer when nothing more comes."""
    time.sleep(0.6)
    connection.settimeout(0.5)
    try:
        while connection.recv(1 << 16):
            pass
    except TimeoutError:
        connection.sendall(OK)


def _changing(change: Callable[[Path], None], *, in_json: bool = False) -> Callable[[Any], Any]:
    """Send a large file to a server that reads late, and change it meanwhile; the value is the outcome's kind."""

    def act(client: Any, path: Path) -> Any:
        with path.open("r+b") as file:
            file.truncate(_SIZE)
        timer = threading.Timer(0.25, change, [path])
        timer.start()

        def told(error: HfeError) -> str:
            return f"{type(error).__name__}: {error}"

        try:
            if in_json:
                value = client.request({"inputs": Media(path)})
            else:
                value = client.request(path, content_type="text/plain")
        except HfeError as error:
            timer.join()
            return told(error)
        if not inspect.isawaitable(value):
            timer.join()
            return value

        async def later() -> Any:
            try:
                return await value
            except HfeError as error:
                return told(error)
            finally:
                timer.join()

        return later()

    return with_file(b"x", "large.txt", act)


def _says_error(value: Any) -> bool:
    return isinstance(value, str) and value.split(":")[0] in {"TransportError", "EncodeError"}


def _grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"y" * 100_000)


_ONCE = attrs.evolve(QUICK, retry=attrs.evolve(QUICK.retry, attempts=1))


CHANGING = [
    Case("a file that shrinks while it is sent is an error", script=[Early(_slowly)], options=_ONCE, expect=_says_error,
         calls=acting(_changing(lambda path: os.truncate(path, 1000))), megabytes=96, seconds=12),
    Case("a file that becomes empty while it is sent is an error", script=[Early(_slowly)], options=_ONCE, expect=_says_error,
         calls=acting(_changing(lambda path: os.truncate(path, 0))), megabytes=96, seconds=12),
    Case("a file that grows while it is sent is sent as it was", script=[Early(_slowly)], options=_ONCE, expect=GOOD,
         calls=acting(_changing(_grow)), megabytes=96, seconds=12,
         seen=lambda server: _announced(server, _SIZE)),
    Case("a file that goes away while it is sent is sent whole", script=[Early(_slowly)], options=_ONCE, expect=GOOD,
         calls=acting(_changing(Path.unlink)), megabytes=96, seconds=12),
]  # fmt: skip


_IN_JSON = len('{"inputs":""}') + _SIZE // 3 * 4

CHANGING += [
    Case("a file that shrinks while it is sent in base64 is an error", script=[Early(_slowly)], options=_ONCE, expect=_says_error,
         calls=acting(_changing(lambda path: os.truncate(path, 1000), in_json=True)), megabytes=32, seconds=12),
    Case("a file that grows while it is sent in base64 is sent as it was", script=[Early(_slowly)], options=_ONCE, expect=GOOD,
         calls=acting(_changing(_grow, in_json=True)), megabytes=32, seconds=12,
         seen=lambda server: _announced(server, _IN_JSON)),
    Case("a file that goes away while it is sent in base64 is sent whole", script=[Early(_slowly)], options=_ONCE, expect=GOOD,
         calls=acting(_changing(Path.unlink, in_json=True)), megabytes=32, seconds=12),
]  # fmt: skip


def _announced(server: HttpServer, size: int) -> None:
    assert server.seen[0].headers["content-length"] == str(size), server.seen[0].headers


def _vanished(client: Any) -> Any:
    """A file that goes away between the encoding of the call and its sending."""
    from hfe_tasks.cv.image_classification import IMAGE_CLASSIFICATION

    directory = Path(tempfile.mkdtemp())
    path = directory / "x.png"
    path.write_bytes(PNG)
    call = IMAGE_CLASSIFICATION(path)
    path.unlink()
    directory.rmdir()

    def told(error: Exception) -> str:
        return f"{type(error).__name__}: {error}"

    try:
        value = client.send(call)
    except Exception as error:
        return told(error)

    async def later() -> str:
        try:
            return str(await value)
        except Exception as error:
            return told(error)

    return later()


CHANGING.append(
    Case(
        "a file that goes away before it is sent is an error of hfe's",
        script=[OK],
        calls=acting(_vanished),
        expect=lambda text: text.split(":")[0] in {"EncodeError", "TransportError"},
        requests=0,
    )
)


CASES = [*CHANGING]
