"""Event streams without bounds, and what they leave for the next call."""

from __future__ import annotations

import asyncio
import gc
import inspect
from typing import Any

import attrs

from hfe_core import (
    AnswerTooLarge,
    DecodeError,
    HfeError,
    StreamBroken,
)
from tests.faults.actions import acting
from tests.faults.answers import (
    SSE,
    chunk,
    drip,
    endless,
    gzip_bomb,
    hang_up_after,
    http,
    say,
    sse,
    stall_after,
)
from tests.faults.case import CANCELLED, OK, QUICK, Case, Fails, request, streaming
from tests.faults.events import DONE, ONE, STATUS, TWO

GOOD = {"ok": True}
_SMALL = attrs.evolve(QUICK, max_line=1 << 16, max_event=1 << 18)
_TOO_LARGE: tuple[type[HfeError], ...] = (AnswerTooLarge, DecodeError, StreamBroken)
SIZES = [
    Case("a line without an end", script=[endless(SSE, chunk(b"data: " + b"x" * 65530))], calls=streaming(), options=_SMALL,
         expect=Fails(_TOO_LARGE), requests=1),
    Case("a line without an end, by the default limits", script=[endless(SSE, chunk(b"x" * 65536))], calls=streaming(),
         expect=Fails(_TOO_LARGE), requests=1, seconds=12, megabytes=96),
    Case("an event without an end", script=[endless(SSE, chunk(b"data: " + b"x" * 1000 + b"\n"))], calls=streaming(), options=_SMALL,
         expect=Fails(_TOO_LARGE), requests=1),
    Case("an event of empty lines of data without an end", script=[endless(SSE, chunk(b"data\n" * 10_000))], calls=streaming(),
         options=_SMALL, expect=Fails(_TOO_LARGE), requests=1, seconds=12),
    Case("an endless line behind an event", script=[endless(SSE + chunk(ONE), chunk(b"x" * 65536))], calls=streaming(), options=_SMALL,
         expect=Fails(_TOO_LARGE), requests=1),
    Case("an endless name of an event", script=[endless(SSE + chunk(b"event: "), chunk(b"x" * 65536))], calls=streaming(), options=_SMALL,
         expect=Fails(_TOO_LARGE), requests=1),
    Case("an endless comment", script=[endless(SSE + chunk(b": "), chunk(b"x" * 65536))], calls=streaming(), options=_SMALL,
         expect=Fails(_TOO_LARGE), requests=1),
    Case("a compressed bomb in a stream", calls=streaming(), options=_SMALL, expect=Fails(_TOO_LARGE), requests=1,
         script=[http(gzip_bomb(200 << 20, b"data: "), content_type="text/event-stream", content_encoding="gzip")],
         seconds=15),
    Case("comments without an end end with the deadline or the size", script=[endless(SSE, chunk(b": x\n\n"), 0.01)], calls=streaming(),
         options=attrs.evolve(QUICK, max_body=300), expect=Fails(_TOO_LARGE), requests=1),
    Case("an event of just the size allowed", script=[sse(b"data: " + b"x" * 60_000 + b"\n\n", DONE)], calls=streaming(), options=_SMALL,
         expect=["x" * 60_000]),
    Case("an endless stream is left", script=[endless(SSE, chunk(ONE))], calls=[streaming(leave=1000)], expect=["one"] * 1000),
]  # fmt: skip


def _forgotten(client: Any) -> Any:
    """Streams that are begun and forgotten, then an ordinary call."""
    if inspect.iscoroutinefunction(client.request):

        async def later() -> Any:
            for _ in range(3):
                assert (await anext(aiter(client.streaming_request({"inputs": "x"})))).data == "one"
                gc.collect()
                await asyncio.sleep(0.05)
            return await client.request({"inputs": "x"})

        return later()
    for _ in range(3):
        assert next(iter(client.streaming_request({"inputs": "x"}))).data == "one"
        gc.collect()
    return client.request({"inputs": "x"})


def _never_begun(client: Any) -> Any:
    """Streams that are made and never read send nothing."""
    for _ in range(3):
        client.streaming_request({"inputs": "x"})
    return client.request({"inputs": "x"})


NEXT = [
    Case("the connection is kept after a stream read to its end", script=[sse(ONE, DONE), OK], calls=[streaming(), request()],
         expect=[["one"], GOOD], connections=1),
    Case("the connection is kept after two streams", script=[sse(ONE, DONE), sse(TWO, DONE), OK],
         calls=[streaming(), streaming(), request()], expect=[["one"], ["two"], GOOD], connections=1),
    Case("a stream left early gives nothing to the next call", script=[stall_after(SSE + chunk(ONE)), OK],
         calls=[streaming(leave=1), request()], expect=[["one"], GOOD], connections=2),
    Case("a stream left at its last event gives nothing to the next call", script=[sse(ONE, TWO, DONE), OK, OK],
         calls=[streaming(leave=1), request(), request()], expect=[["one"], GOOD, GOOD]),
    Case("a stream left many times frees its connections", script=[*[stall_after(SSE + chunk(ONE))] * 5, OK],
         calls=[*[streaming(leave=1)] * 5, request()], expect=[*[["one"]] * 5, GOOD]),
    Case("a stream that broke gives nothing to the next call", script=[hang_up_after(SSE + chunk(ONE)), OK],
         calls=[streaming(), request()], expect=[Fails(StreamBroken), GOOD], connections=2),
    Case("an error in a stream gives nothing to the next call",
         script=[sse(b'data: {"error": "boom"}\n\n', TWO, DONE), OK], calls=[streaming(), request()], expect=[Fails(STATUS), GOOD]),
    Case("what is said after [DONE] gives nothing to the next call", script=[say(SSE + chunk(ONE + DONE), chunk(TWO), pause=0.2), OK],
         calls=[streaming(), request(pause=0.4)], expect=[["one"], GOOD]),
    Case("a stream that is cancelled frees its connection", script=[stall_after(SSE + chunk(ONE)), OK],
         calls=[streaming(cancel=0.4), request()], expect=[CANCELLED, GOOD], connections=2),
    Case("a stream that is cancelled before its head frees its connection", script=[stall_after(b""), OK],
         calls=[streaming(cancel=0.4), request()], expect=[CANCELLED, GOOD], connections=2),
    Case("a stream that is forgotten frees its connection", script=[*[stall_after(SSE + chunk(ONE))] * 3, OK], calls=acting(_forgotten),
         expect=GOOD, requests=4),
    Case("a stream that is never begun sends nothing", script=[OK], calls=acting(_never_begun), expect=GOOD, requests=1),
    Case("many streams at a time", script=[drip(SSE, [chunk(ONE), chunk(TWO + DONE) + b"0\r\n\r\n"], 0.1)],
         calls=streaming(together=30), expect=[["one", "two"]] * 30, seconds=15),
]  # fmt: skip


CASES = [*SIZES, *NEXT]
