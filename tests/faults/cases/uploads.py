"""What else happens to an upload."""

from __future__ import annotations

import asyncio
import contextlib
import pathlib
import socket
import tempfile
import time

from hfe_core import RequestTimeout, TransportError
from tests.faults.answers import CHUNKED, Early, chunk, http, reset, wait_until_gone
from tests.faults.case import IMPATIENT, OK, Case, Custom, Either, Fails, request, streaming
from tests.faults.early import (
    LARGE,
    REFUSED,
    TOO_LARGE,
    early,
    then_close,
    then_end,
    then_read,
    then_stall,
)
from tests.http_server import Seen

VALUE = {"ok": True}


SIZE = 8_000_000


def _interim_then(answer: bytes) -> Early:
    """An interim answer at once, then the body is read whole (but for what came with the head), then the answer."""

    def speak(seen: Seen, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        connection.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            while connection.recv(65536):
                pass
        connection.sendall(answer)

    return Early(speak)


def _garbage(_: Seen, connection: socket.socket) -> None:
    connection.sendall(b"garbage\r\n\r\n")
    wait_until_gone(connection, 5)


def _half_a_head(_: Seen, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 413 Too")
    time.sleep(0.1)
    reset(connection)


class _File:
    """A large file, sent by its path."""

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self._directory.name, "large.bin")

    def __enter__(self) -> pathlib.Path:
        with self.path.open("wb") as file:
            file.write(b"RIFF....WAVE")
            file.truncate(SIZE * 8)
        return self.path

    def __exit__(self, *_: object) -> None:
        self._directory.cleanup()


def _file_sync(make):
    with _File() as path, make() as client:
        return client.request(path)


def _file_async(make):
    async def main():
        async with make() as client:
            return await client.request(path)

    with _File() as path:
        return asyncio.run(main())


FILE = Custom(_file_sync, _file_async)


def _case(name: str, answer: Early, expect: object, call=None, **fields) -> Case:
    """And the next call, over another connection, gets its own answer."""
    return Case(
        name,
        script=[answer, OK],
        calls=[call or request(LARGE), request()],
        expect=[expect, VALUE],
        requests=2,
        connections=2,
        seconds=6,
        **fields,
    )


def _file_is_whole(server) -> None:
    assert [len(seen.body) for seen in server.seen if seen.body] == [SIZE * 8]


def _is_whole(server) -> None:
    assert server.seen[-1].body == LARGE


CASES = [
    Case(
        "503, then the upload is tried again",
        script=[
            early(http({"error": "busy"}, 503), then_stall),
            early(http({"error": "busy"}, 503), then_close, 9999),
            OK,
        ],
        calls=request(LARGE),
        expect=VALUE,
        requests=3,
        connections=3,
        seen=lambda server: _is_whole(server),
    ),
    Case(
        "408, then the upload is tried again",
        script=[early(http({"error": "slow"}, 408, connection="close"), then_close), OK],
        calls=request(LARGE),
        expect=VALUE,
        requests=2,
        seen=lambda server: _is_whole(server),
    ),
    _case("a good answer before the end of the upload", early(OK, then_read), VALUE),
    _case("a good answer before the end of the upload, then a stall", early(OK, then_stall, 1000), VALUE),
    _case("a good answer before the end of the upload, then closed", early(OK, then_close, 1000), VALUE),
    _case(
        "a stream before the end of the upload",
        early(
            CHUNKED.replace(b"application/json", b"text/event-stream")
            + chunk(b"data: a\n\n")
            + chunk(b"data: [DONE]\n\n")
            + b"0\r\n\r\n",
            then_read,
        ),
        ["a"],
        streaming(LARGE),
    ),
    Case(
        "an interim answer before the upload",
        script=[_interim_then(OK), OK],
        calls=[request(bytes(1_000_000)), request()],
        expect=[VALUE, VALUE],
        seconds=6,
    ),
    _case(
        "an interim answer and no other, the rest unread",
        early(b"HTTP/1.1 100 Continue\r\n\r\n", then_stall),
        Fails(RequestTimeout, phase="read"),
        options=IMPATIENT,
    ),
    Case(
        "an interim answer and no other, then closed, is no answer",
        script=[early(b"HTTP/1.1 100 Continue\r\n\r\n", then_end), OK],
        calls=request(LARGE),
        expect=VALUE,
        requests=2,
    ),
    _case(
        "a switch of protocols",
        early(b"HTTP/1.1 101 X\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n", then_stall),
        Fails(TransportError, attempts=1),
    ),
    _case("what is no HTTP", Early(_garbage), Fails(TransportError, attempts=1, unanswered=False)),
    _case("half a head, then a reset", Early(_half_a_head), Fails(TransportError, attempts=1, unanswered=False)),
    _case(
        "half a head, then a stall",
        early(b"HTTP/1.1 413 Too", then_stall),
        Fails(RequestTimeout, phase="read"),
        options=IMPATIENT,
    ),
    Case("a file is sent whole", script=[OK], calls=FILE, expect=VALUE, requests=1, seen=_file_is_whole, megabytes=16),
    Case(
        "a file is sent whole over TLS",
        script=[OK],
        tls="good",
        calls=FILE,
        expect=VALUE,
        requests=1,
        seen=_file_is_whole,
        megabytes=16,
    ),
    Case("413 to a file", script=[early(TOO_LARGE, then_stall)], calls=FILE, expect=REFUSED, requests=1, megabytes=16),
    Case(
        "413 to a file, then closed",
        script=[early(TOO_LARGE, then_close, 500_000)],
        calls=FILE,
        expect=REFUSED,
        requests=1,
        megabytes=16,
    ),
    Case(
        "a file is sent again from its beginning",
        script=[early(b"", then_close, 500_000), early(http({"error": "busy"}, 503), then_stall, 70_000), OK],
        calls=FILE,
        expect=VALUE,
        requests=3,
        seen=_file_is_whole,
        megabytes=16,
    ),
    Case(
        "a file that nobody reads",
        script=[early(b"", then_stall)],
        calls=FILE,
        options=IMPATIENT,
        expect=Fails(RequestTimeout, phase="read", attempts=1),
        requests=1,
        megabytes=16,
    ),
    Case(
        "a small request is answered before it is read",
        script=[Early(lambda _, connection: connection.sendall(OK)), OK],
        calls=[request(), request()],
        expect=[VALUE, VALUE],
    ),
    Case(
        "a small request is refused and reset at once",
        script=[early(TOO_LARGE, reset)],
        expect=Either(REFUSED, Fails(TransportError)),
    ),
]
