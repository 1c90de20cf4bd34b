"""Binary inputs in every form, what is refused, and texts that look like files."""

from __future__ import annotations

import base64
import inspect
import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hfe_core import Media
from tests.faults.actions import acting, refused, refusing, with_file
from tests.faults.answers import http
from tests.faults.case import OK, Case, request, run
from tests.http_server import HttpServer

GOOD = {"ok": True}


PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


WAV = b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00"


LABELS = http([{"label": "cat", "score": 0.5}])


HEARD = http({"text": "hello"})


def _arrived(body: bytes, content_type: str) -> Callable[[HttpServer], None]:
    def judge(server: HttpServer) -> None:
        seen = server.seen[-1]
        assert seen.body == body, f"{len(seen.body)} bytes, {seen.body[:60]!r}"
        assert seen.headers["content-type"] == content_type, seen.headers["content-type"]
        assert seen.headers.get("content-length") == str(len(body)), seen.headers

    return judge


class _Data:
    """What has data and says what it is."""

    data = PNG
    content_type = "image/png"


class _Path(os.PathLike[str]):
    """A path that is no pathlib.Path; the file is made when it is asked for."""

    def __init__(self, data: bytes, name: str) -> None:
        self._data = data
        self._name = name

    def __fspath__(self) -> str:
        path = Path(tempfile.gettempdir(), f"hfe-{os.getpid()}-{self._name}")
        path.write_bytes(self._data)
        return str(path)


def _pillow(mode: str = "RGB") -> Any:
    from PIL import Image

    return Image.new(mode, (2, 2))


_FORMS: dict[str, Callable[[], Any]] = {
    "bytes": lambda: PNG,
    "bytearray": lambda: bytearray(PNG),
    "memoryview": lambda: memoryview(PNG),
    "a slice of a memoryview": lambda: memoryview(b"xx" + PNG + b"yy")[2:-2],
    "BytesIO": lambda: io.BytesIO(PNG),
    "a buffered reader": lambda: io.BufferedReader(io.BytesIO(PNG)),  # type: ignore[arg-type]
    "a path of its own kind": lambda: _Path(PNG, "picture.png"),
    "Media": lambda: Media(PNG, "image/png"),
    "something with data": _Data,
}


FORMS = [
    Case(
        f"an image given as {what}",
        script=[LABELS],
        calls=acting(lambda client, make=make: _length(client.run("image-classification", make()))),
        expect=1,
        requests=1,
        seen=_arrived(PNG, "image/png"),
    )
    for what, make in _FORMS.items()
] + [
    Case(
        f"anything given to request as {what}",
        script=[OK],
        calls=acting(lambda client, make=make: client.request(make())),
        expect=GOOD,
        seen=_arrived(PNG, "image/png"),
    )
    for what, make in _FORMS.items()
] + [
    Case("an image given as a Path", script=[LABELS], expect=1, seen=_arrived(PNG, "image/png"),
         calls=acting(with_file(PNG, "x.png", lambda client, path: _length(client.run("image-classification", path))))),
    Case("a file whose name says another kind than its bytes", script=[LABELS], expect=1, seen=_arrived(PNG, "image/png"),
         calls=acting(with_file(PNG, "x.jpg", lambda client, path: _length(client.run("image-classification", path))))),
    Case("a file of no known kind goes by its name", script=[OK], expect=GOOD, seen=_arrived(b"data", "audio/flac"),
         calls=acting(with_file(b"data", "x.flac", lambda client, path: client.request(path)))),
    Case("an open file", script=[OK], expect=GOOD, seen=_arrived(WAV, "audio/wav"),
         calls=acting(with_file(WAV, "x.bin", lambda client, path: _closing(client, path)))),
    Case("sound given as bytes", script=[HEARD], expect=lambda value: value == "hello", seen=_arrived(WAV, "audio/wav"),
         calls=run("automatic-speech-recognition", WAV, then=lambda output: output.text)),
    Case("a Pillow image", script=[LABELS], expect=1,
         calls=acting(lambda client: _length(client.run("image-classification", _pillow()))),
         seen=lambda server: _begins(server, b"\x89PNG\r\n\x1a\n")),
    Case("a large input arrives whole", script=[OK], calls=request(b"\x00\xff" * 8_000_000), expect=GOOD, requests=1, megabytes=80,
         seen=_arrived(b"\x00\xff" * 8_000_000, "application/octet-stream")),
    Case("binary with parameters is base64 in JSON", script=[LABELS], expect=1,
         calls=acting(lambda client: _length(client.run("image-classification", PNG, top_k=3))),
         seen=lambda server: _json(server, {"inputs": base64.b64encode(PNG).decode(), "parameters": {"top_k": 3}})),
]  # fmt: skip


def _length(value: Any) -> Any:
    if inspect.isawaitable(value):

        async def later() -> int:
            return len(await value)

        return later()
    return len(value)


def _closing(client: Any, path: Path) -> Any:
    file = path.open("rb")
    value = client.request(file)
    if inspect.isawaitable(value):

        async def later() -> Any:
            with file:
                return await value

        return later()
    file.close()
    return value


def _begins(server: HttpServer, magic: bytes) -> None:
    assert server.seen[0].body.startswith(magic)


def _json(server: HttpServer, value: object) -> None:
    assert server.seen[0].json() == value, server.seen[0].json()


def _classify(value: Any) -> Callable[[Any], Any]:
    return lambda client: client.run("image-classification", value() if callable(value) else value)


def _refused(name: str, value: Any, *words: str) -> Case:
    return Case(
        name,
        script=[OK],
        calls=refusing(_classify(value)),
        expect=refused("EncodeError", *words),
        requests=0,
        connections=0,
    )


REFUSED = [
    _refused("a path as text is no file", "/etc/passwd", "inputs", "pathlib.Path"),
    _refused("a URL as text is no file", "http://169.254.169.254/latest/meta-data", "pathlib.Path"),
    _refused("a data URL as text is no file", "data:image/png;base64,AAAA", "pathlib.Path"),
    _refused("a name of an existing file is no file", __file__, "pathlib.Path"),
    _refused("a file that is not there", Path("/no/such/file.png"), "no file"),
    _refused("a directory", Path(tempfile.gettempdir()), "director"),
    _refused("a device that has no end", Path("/dev/zero"), "inputs", "/dev/zero"),
    _refused("empty bytes", b"", "empty"),
    _refused("an empty file object", io.BytesIO, "empty"),
    _refused("a text file", lambda: io.StringIO("text"), "text mode"),
    _refused("a closed file", lambda: _closed(), "closed"),
    _refused("a number", 7, "inputs"),
    _refused("None", None, "inputs"),
    _refused("a list of numbers", [1, 2], "inputs"),
    _refused("sound where an image is expected", WAV, "image"),
    _refused("an image that has no PNG", lambda: _pillow("CMYK"), "CMYK"),
    _refused("a path with a zero", Path("a\x00b.png"), "inputs"),
    _refused("a very long path", Path("x" * 5000), "inputs"),
    Case("an empty file", script=[OK], expect=refused("EncodeError", "empty"), requests=0,
         calls=refusing(with_file(b"", "x.png", lambda client, path: client.run("image-classification", path)))),
    Case("text stays text for a text task", script=[LABELS], calls=run("text-classification", "/etc/passwd", then=len), expect=1,
         seen=lambda server: _json(server, {"inputs": "/etc/passwd"})),
    Case("text stays text for request", script=[OK], calls=request("/etc/passwd"), expect=GOOD,
         seen=lambda server: _json(server, "/etc/passwd")),
    Case("a URL stays text for request", script=[OK], calls=request({"inputs": "file:///etc/passwd"}), expect=GOOD,
         seen=lambda server: _json(server, {"inputs": "file:///etc/passwd"})),
]  # fmt: skip


def _closed() -> io.BytesIO:
    file = io.BytesIO(PNG)
    file.close()
    return file


CASES = [*FORMS, *REFUSED]
