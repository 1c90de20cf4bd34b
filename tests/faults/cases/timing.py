"""Servers that take their time, at every point of an exchange."""

from __future__ import annotations

import socket
import time

import attrs

from hfe_core import RequestTimeout
from tests.faults.answers import (
    CHUNKED,
    JSON,
    Early,
    chunk,
    chunked,
    drip,
    endless,
    gzipped,
    head,
    http,
    silence,
    stall_after,
    wait_until_gone,
)
from tests.faults.case import IMPATIENT, OK, PROBE, QUICK, Case, Fails, request, run

LATE = Fails(RequestTimeout, phase="read", attempts=1, unanswered=False, elapsed=lambda seconds: 0.2 < seconds < 2.5)


LARGE = b"a" * 8_000_000


def _late(name: str, answer, call=None, **fields) -> Case:
    """No attempt takes longer than its timeout, and none is made after it."""
    return Case(
        name,
        script=[answer, OK],
        calls=call or request(),
        options=IMPATIENT,
        expect=LATE,
        requests=1,
        seconds=4,
        **fields,
    )


def _never_reads(_, connection: socket.socket) -> None:
    wait_until_gone(connection)


def _reads_slowly(_, connection: socket.socket) -> None:
    while connection.recv(2000):
        time.sleep(0.02)


def _slow_but_fine(_, connection: socket.socket) -> None:
    time.sleep(0.15)
    connection.sendall(OK[:20])
    time.sleep(0.15)
    connection.sendall(OK[20:60])
    time.sleep(0.15)
    connection.sendall(OK[60:])


def _bytewise(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


CASES = [
    _late("no answer", silence),
    _late("no answer to a task", silence, run(PROBE, "x")),
    _late("a status line in drips", endless(b"", _bytewise(b"HTTP/1.1 200 O" + b"K" * 500), 0.03)),
    _late("a header in drips", endless(b"HTTP/1.1 200 OK\r\nx-a: ", b"a", 0.03)),
    _late("headers in drips", endless(b"HTTP/1.1 200 OK\r\n", b"x-a: b\r\n", 0.03)),
    _late("interim answers in drips", endless(b"", b"HTTP/1.1 102 Processing\r\n\r\n", 0.1)),
    _late("a body in drips", endless(head(b"content-length: 100000", JSON.strip()), b" ", 0.03)),
    _late("a body without a length in drips", endless(head(JSON.strip()), b" ", 0.03)),
    _late("chunks in drips", endless(CHUNKED, chunk(b" "), 0.03)),
    _late("the size of a chunk in drips", endless(CHUNKED, b"0", 0.1)),
    _late("the extension of a chunk in drips", endless(CHUNKED + b"5;", b"a", 0.03)),
    _late("trailers in drips", endless(CHUNKED + chunk(b"{}") + b"0\r\n", b"x-a: b\r\n", 0.03)),
    _late("compressed nothing in drips", endless(head(b"content-encoding: deflate"), b"\x00\x00\x00\xff\xff", 0.03)),
    _late("a stall after one byte", stall_after(b"H")),
    _late("a stall in the status line", stall_after(b"HTTP/1.1 200")),
    _late("a stall in the headers", stall_after(b"HTTP/1.1 200 OK\r\ncontent-le")),
    _late("a stall before the blank line", stall_after(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n")),
    _late("a stall after an interim answer", stall_after(b"HTTP/1.1 100 Continue\r\n\r\n")),
    _late("a stall after the head", stall_after(head(b"content-length: 2"))),
    _late("a stall in the body", stall_after(head(b"content-length: 20") + b"{")),
    _late("a stall in a body without a length", stall_after(head(JSON.strip()) + b"{}")),
    _late("a stall before the first chunk", stall_after(CHUNKED)),
    _late("a stall in a chunk", stall_after(CHUNKED + b"5\r\n{")),
    _late("a stall before the last chunk", stall_after(CHUNKED + chunk(b"{}"))),
    _late("a stall before the last line end", stall_after(CHUNKED + chunk(b"{}") + b"0\r\n")),
    _late(
        "a stall in compressed data", stall_after(head(b"content-encoding: gzip", JSON.strip()) + gzipped(b"{}")[:-2])
    ),
    _late("a server that does not read the upload", Early(_never_reads), request(LARGE)),
    _late("a server that reads the upload slowly", Early(_reads_slowly), request(LARGE)),
    Case(
        "a stall behind the whole answer", script=[stall_after(OK)], options=IMPATIENT, expect={"ok": True}, requests=1
    ),
    Case(
        "a stall behind whole chunks",
        script=[stall_after(chunked(b'{"ok"', b":true}"))],
        options=IMPATIENT,
        expect={"ok": True},
        requests=1,
    ),
    Case(
        "a stall behind a status without a body",
        script=[stall_after(head(b"content-length: 5", status=b"204 X"))],
        options=IMPATIENT,
        expect=b"",
        requests=1,
    ),
    Case(
        "a stall on a kept connection",
        script=[OK, silence, OK],
        calls=[request()] * 3,
        options=IMPATIENT,
        expect=[{"ok": True}, LATE, {"ok": True}],
        requests=3,
    ),
    Case(
        "slow but fine",
        script=[_slow_but_fine],
        options=attrs.evolve(QUICK, timeout=3),
        expect={"ok": True},
        requests=1,
    ),
    Case(
        "slow but fine, with a timeout of the call's own",
        script=[_slow_but_fine],
        options=IMPATIENT,
        calls=request(changes={"timeout": 3}),
        expect={"ok": True},
    ),
    Case(
        "slow but fine, without a timeout",
        script=[_slow_but_fine],
        options=attrs.evolve(QUICK, timeout=None, deadline=None),
        expect={"ok": True},
        requests=1,
    ),
    Case(
        "every byte for itself",
        script=[drip(b"", _bytewise(http({"ok": True}, x_a="b")), 0.001)],
        expect={"ok": True},
        requests=1,
    ),
    Case(
        "every byte of chunks for itself",
        script=[drip(b"", _bytewise(chunked(b'{"ok"', b":true}")), 0.001)],
        calls=[request()] * 2,
        expect=[{"ok": True}] * 2,
        connections=1,
    ),
    Case(
        "every byte of compressed chunks for itself",
        script=[
            drip(
                b"",
                _bytewise(
                    chunked(
                        gzipped(b'{"ok":true}'),
                        start=CHUNKED.replace(b"transfer", b"content-encoding: gzip\r\ntransfer"),
                    )
                ),
                0.001,
            )
        ],
        expect={"ok": True},
        requests=1,
    ),
]
