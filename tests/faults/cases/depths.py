"""Streams without an end, JSON that nests, and what is large and right."""

from __future__ import annotations

import asyncio

import attrs

from hfe_core import AnswerTooLarge, BadRequest, DecodeError, RequestTimeout, StreamBroken
from tests.faults.actions import too_large
from tests.faults.answers import CHUNKED, SSE, chunk, endless, gzipped, hang_up_after, http
from tests.faults.case import OK, PROBE, QUICK, Case, Custom, Either, Fails, request, run, streaming

VALUE = {"ok": True}


SMALL = attrs.evolve(QUICK, max_body=1 << 20, max_event=1 << 20, max_line=1 << 20)


TOO_DEEP = Fails(DecodeError, attempts=1)


MUCH = b"a" * 65_536


def _deep(name: str, body: bytes, expect: object = TOO_DEEP, **fields) -> Case:
    return Case(
        name,
        script=[http(body, content_type="application/json"), OK],
        calls=[fields.pop("call", request()), request()],
        expect=[expect, VALUE],
        **fields,
    )


def _upload_sync(make):
    with make() as client:
        return client.request(bytes(32 << 20))


def _upload_async(make):
    async def main():
        async with make() as client:
            return await client.request(bytes(32 << 20))

    return asyncio.run(main())


CASES = [
    # Streams
    too_large(
        "a line of a stream without end",
        endless(SSE + chunk(b"data: a\n\ndata: "), chunk(MUCH)),
        Fails((DecodeError, AnswerTooLarge, StreamBroken)),
        call=streaming(),
    ),
    too_large(
        "a field's name of a stream without end",
        endless(SSE + chunk(b"data: a\n\n"), chunk(MUCH)),
        Fails((DecodeError, AnswerTooLarge, StreamBroken)),
        call=streaming(),
    ),
    too_large(
        "an event without end",
        endless(SSE + chunk(b"data: a\n\n"), chunk(b"data: b\n" * 5000)),
        Fails((DecodeError, AnswerTooLarge, StreamBroken)),
        call=streaming(),
    ),
    too_large(
        "a comment without end",
        endless(SSE + chunk(b": "), chunk(MUCH)),
        Fails((DecodeError, AnswerTooLarge, StreamBroken, RequestTimeout)),
        call=streaming(),
    ),
    too_large(
        "a chunk's extension without end in a stream",
        endless(SSE + chunk(b"data: a\n\n") + b"5;", MUCH),
        Fails((StreamBroken, AnswerTooLarge)),
        call=streaming(),
    ),
    too_large(
        "events after [DONE] without end",
        endless(SSE + chunk(b"data: a\n\ndata: [DONE]\n\n"), chunk(b"data: b\n\n" * 1000)),
        ["a"],
        call=streaming(),
    ),
    too_large(
        "JSON without end in place of a stream",
        endless(CHUNKED, chunk(b" " * 65_536)),
        Fails((AnswerTooLarge, DecodeError)),
        call=streaming(),
    ),
    # Depth
    _deep("100,000 brackets", b"[" * 100_000),
    _deep("100,000 brackets, closed", b"[" * 100_000 + b"]" * 100_000),
    _deep("1,000 brackets, closed", b"[" * 1_000 + b"]" * 1_000),
    _deep("300 brackets, closed", b"[" * 300 + b"]" * 300),
    _deep("100,000 objects", b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    _deep("100,000 brackets for a task", b"[" * 100_000 + b"]" * 100_000, call=run(PROBE, "x")),
    _deep("100,000 brackets in UTF-16", ("[" * 100_000 + "]" * 100_000).encode("utf-16")),
    _deep("brackets in a string", b'"' + b"[" * 100_000 + b'"', "[" * 100_000),
    _deep("100 brackets, closed", b"[" * 100 + b"]" * 100, lambda value: str(value) == "[" * 100 + "]" * 100),
    Case(
        "100,000 brackets in an error",
        script=[http(b"[" * 100_000 + b"]" * 100_000, 400, content_type="application/json")],
        expect=Fails(BadRequest, status=400),
    ),
    Case(
        "100,000 objects in an error",
        script=[http(b'{"error":' * 100_000 + b'"x"' + b"}" * 100_000, 400, content_type="application/json")],
        expect=Fails(BadRequest, status=400),
    ),
    Case(
        "150 lists in an error",
        script=[http(b'{"error":' + b"[" * 150 + b'"deep"' + b"]" * 150 + b"}", 400, content_type="application/json")],
        expect=Fails(BadRequest, status=400),
    ),
    Case(
        "100,000 brackets in an event",
        script=[SSE + chunk(b'data: {"error":' + b"[" * 100_000 + b"\n\ndata: [DONE]\n\n") + b"0\r\n\r\n"],
        calls=streaming(then=lambda event: len(event.data)),
        expect=Either([100_009], Fails(DecodeError)),
        seconds=5,
    ),
    # Large, and right
    Case(
        "a string of 20 MB",
        script=lambda _: [http("a" * 20_000_000)],
        calls=request(then=len),
        expect=20_000_000,
        megabytes=140,
    ),
    Case(
        "a million numbers",
        script=lambda _: [http(list(range(1_000_000)))],
        calls=request(then=len),
        expect=1_000_000,
        megabytes=160,
    ),
    Case(
        "64 MB of bytes",
        script=lambda _: [http(bytes(64 << 20))],
        calls=request(then=len),
        expect=64 << 20,
        megabytes=160,
    ),
    Case(
        "64 MB of bytes in chunks",
        script=[
            hang_up_after(CHUNKED.replace(b"application/json", b"a/b"), *[chunk(bytes(1 << 20))] * 64, b"0\r\n\r\n")
        ],
        calls=request(then=len),
        expect=64 << 20,
        megabytes=160,
    ),
    Case(
        "64 MB of gzip",
        script=lambda _: [http(gzipped(bytes(64 << 20)), content_encoding="gzip")],
        calls=request(then=len),
        expect=64 << 20,
        megabytes=200,
    ),
    Case("an upload of 32 MB", script=[OK], calls=Custom(_upload_sync, _upload_async), expect=VALUE, megabytes=80),
    Case(
        "a stream of 10,000 chunks",
        script=[
            SSE
            + b"".join(chunk(b"data: %d\n\n" % number) for number in range(10_000))
            + chunk(b"data: [DONE]\n\n")
            + b"0\r\n\r\n"
        ],
        calls=[streaming(), request(changes={"timeout": 2})],
        expect=[[str(number) for number in range(10_000)], lambda value: True],
        connections=1,
    ),
    Case(
        "a stream of 10,000 events in one chunk",
        script=[
            SSE
            + chunk(b"".join(b"data: %d\n\n" % number for number in range(10_000)) + b"data: [DONE]\n\n")
            + b"0\r\n\r\n"
        ],
        calls=streaming(),
        expect=[str(number) for number in range(10_000)],
    ),
]
