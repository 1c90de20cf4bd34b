"""Streams that take their time, and deadlines."""

from __future__ import annotations

import attrs

from hfe_core import BadRequest, RequestTimeout, Retry, ServerError, StreamBroken, TransportError
from tests.faults.answers import (
    SSE,
    SSE_PLAIN,
    chunk,
    close,
    drip,
    endless,
    head,
    http,
    say,
    silence,
    stall_after,
)
from tests.faults.case import IMPATIENT, OK, PROBE, QUICK, Case, Fails, mapped, request, streaming

LATE = Fails(RequestTimeout, phase="read", attempts=1, unanswered=False, elapsed=lambda seconds: 0.2 < seconds < 2.5)


def _event(number: int) -> bytes:
    return chunk(b"data: %d\n\n" % number)


SHORT = attrs.evolve(IMPATIENT, deadline=0.8)
_EVENT = chunk(b"data: a\n\n")


def _nowhere(name: str, start: bytes, piece: bytes | list[bytes], pause: float, error: Fails) -> Case:
    """Bytes that come and come are no progress."""
    return Case(name, script=[endless(start, piece, pause)], calls=streaming(), options=SHORT, expect=error, seconds=5)


_NO_EVENT = Fails(RequestTimeout, attempts=1, elapsed=lambda seconds: 0.2 < seconds < 4)
_NO_MORE = Fails(StreamBroken, received=["a"], attempts=1, elapsed=lambda seconds: 0.2 < seconds < 4)

DRIPS = [
    _nowhere("a line of a stream in drips", SSE_PLAIN + b"data: ", b"x", 0.05, _NO_EVENT),
    _nowhere("a line of a stream in chunks of a byte", SSE, chunk(b"x"), 0.05, _NO_EVENT),
    _nowhere("a line in drips behind an event", SSE + _EVENT, chunk(b"x"), 0.05, _NO_MORE),
    _nowhere("comments for ever", SSE, chunk(b": ping\n\n"), 0.05, _NO_EVENT),
    _nowhere("comments for ever behind an event", SSE + _EVENT, chunk(b": ping\n\n"), 0.05, _NO_MORE),
    _nowhere("line ends for ever", SSE, chunk(b"\n"), 0.02, _NO_EVENT),
    _nowhere("a flood of line ends", SSE, chunk(b"\n" * 10_000), 0.0, _NO_EVENT),
    _nowhere("fields without data for ever", SSE, chunk(b"id: 1\n\n"), 0.02, _NO_EVENT),
    _nowhere("a page in drips instead of a stream", head(b"content-type: text/html"), b"x", 0.05, _NO_EVENT),
    Case(
        "comments while the model thinks are no drip",
        script=[drip(SSE, [chunk(b": ping\n\n")] * 8 + [_EVENT, chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"], 0.1)],
        calls=streaming(),
        options=attrs.evolve(IMPATIENT, deadline=5.0),
        expect=["a"],
    ),
    Case(
        "events that come for longer than the deadline",
        script=[drip(SSE, [_EVENT] * 8 + [chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"], 0.2)],
        calls=streaming(),
        options=attrs.evolve(SHORT, timeout=2.0),
        expect=["a"] * 8,
    ),
]

CASES = [
    *DRIPS,
    Case(
        "the words of an error stall",
        script=[stall_after(head(b"content-length: 100", status=b"400 X") + b"it is wrong")],
        options=IMPATIENT,
        expect=Fails(BadRequest, "it is wrong", status=400, attempts=1),
        seconds=4,
    ),
    Case(
        "the words of an error drip",
        script=[endless(head(b"content-length: 100000", status=b"400 X") + b"it is wrong", b" ", 0.03)],
        options=IMPATIENT,
        expect=Fails(BadRequest, "it is wrong", status=400),
        seconds=4,
    ),
    Case(
        "the words of an error to a stream drip",
        script=[endless(head(b"content-length: 100000", status=b"400 X") + b"it is wrong", b" ", 0.03)],
        options=IMPATIENT,
        calls=streaming(),
        expect=Fails(BadRequest, "it is wrong", status=400),
        seconds=4,
    ),
    Case(
        "words of an error that never come, of a status that is tried again",
        script=[stall_after(head(b"content-length: 100", status=b"503 X")), OK],
        options=IMPATIENT,
        expect={"ok": True},
        seconds=4,
    ),
    Case(
        "the deadline comes before the timeout",
        script=[silence],
        options=attrs.evolve(QUICK, deadline=0.4),
        expect=Fails(RequestTimeout, phase="deadline", attempts=1),
        seconds=4,
    ),
    Case(
        "the deadline ends attempts that are refused",
        script=[http({"error": "busy"}, 502)],
        options=attrs.evolve(QUICK, deadline=0.5, retry=Retry(attempts=1000, backoff=0.05, max_backoff=0.05)),
        expect=Fails((ServerError, RequestTimeout), elapsed=lambda seconds: seconds < 2),
        seconds=4,
    ),
    Case(
        "the deadline ends attempts that are lost",
        script=[close],
        options=attrs.evolve(QUICK, deadline=0.5, retry=Retry(attempts=1000, backoff=0.05, max_backoff=0.05)),
        expect=Fails((TransportError, RequestTimeout), elapsed=lambda seconds: seconds < 2),
        seconds=4,
    ),
    Case(
        "the deadline cuts the last attempt",
        script=[http({"error": "busy"}, 502), silence],
        options=attrs.evolve(QUICK, deadline=0.5),
        expect=Fails((RequestTimeout,), phase="deadline", attempts=2),
        requests=2,
        seconds=4,
    ),
    Case(
        "a call has no deadline of another",
        script=[silence, OK],
        options=attrs.evolve(QUICK, deadline=0.4),
        calls=[request(), request()],
        expect=[Fails(RequestTimeout), {"ok": True}],
        seconds=4,
    ),
    Case(
        "one of several in flight takes too long",
        script=[silence, OK],
        options=attrs.evolve(IMPATIENT, concurrency=4),
        calls=mapped(PROBE, [1, 2, 3, 4, 5, 6]),
        expect=lambda value: sorted(map(repr, value)) == sorted(["'RequestTimeout'", *["{'ok': True}"] * 5]),
        seconds=4,
    ),
    Case(
        "a stream without a head",
        script=[silence, OK],
        options=IMPATIENT,
        calls=streaming(),
        expect=LATE,
        requests=1,
        seconds=4,
    ),
    Case(
        "a stream whose head drips",
        script=[endless(b"HTTP/1.1 200 OK\r\n", b"x-a: b\r\n", 0.03), OK],
        options=IMPATIENT,
        calls=streaming(),
        expect=LATE,
        requests=1,
        seconds=4,
    ),
    Case(
        "a stream without a first event",
        script=[stall_after(SSE)],
        options=attrs.evolve(IMPATIENT, retry=Retry(attempts=1)),
        calls=streaming(),
        expect=Fails((StreamBroken, RequestTimeout)),
        seconds=4,
    ),
    Case(
        "a stream that stops",
        script=[stall_after(SSE + _event(1))],
        options=IMPATIENT,
        calls=streaming(),
        expect=Fails(StreamBroken, received=["1"]),
        requests=1,
        seconds=4,
    ),
    Case(
        "a stream that stops in an event",
        script=[stall_after(SSE + _event(1) + chunk(b"data: 2"))],
        options=IMPATIENT,
        calls=streaming(),
        expect=Fails(StreamBroken, received=["1"]),
        requests=1,
        seconds=4,
    ),
    Case(
        "a stream that stays open behind [DONE]",
        script=[stall_after(SSE + _event(1) + chunk(b"data: [DONE]\n\n")), OK],
        options=IMPATIENT,
        calls=[streaming(), request()],
        expect=[["1"], {"ok": True}],
        seconds=4,
    ),
    Case(
        "a plain stream that stops",
        script=[stall_after(SSE_PLAIN + b"data: 1\n\n")],
        options=IMPATIENT,
        calls=streaming(),
        expect=Fails(StreamBroken, received=["1"]),
        seconds=4,
    ),
    Case(
        "a stream that is slow but fine",
        script=[drip(SSE, [_event(number) for number in range(6)] + [chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"], 0.12)],
        options=attrs.evolve(QUICK, timeout=0.5),
        calls=streaming(),
        expect=["0", "1", "2", "3", "4", "5"],
        requests=1,
    ),
    Case(
        "a stream kept alive by comments",
        script=[drip(SSE, [*[chunk(b": ping\n\n")] * 6, _event(1), chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"], 0.12)],
        options=attrs.evolve(QUICK, timeout=0.5),
        calls=streaming(),
        expect=["1"],
        requests=1,
    ),
    Case(
        "a consumer that is slower than the timeout",
        script=[SSE + b"".join(map(_event, range(2))) + chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"],
        options=attrs.evolve(QUICK, timeout=0.3),
        calls=streaming(slow=0.4),
        expect=["0", "1"],
        requests=1,
    ),
    Case(
        "a consumer that is slower than the timeout, and a server in step",
        script=[drip(SSE, [*map(_event, range(2)), chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"], 0.1)],
        options=attrs.evolve(QUICK, timeout=0.3),
        calls=streaming(slow=0.4),
        expect=["0", "1"],
        requests=1,
    ),
    Case(
        "the first event is handed out before the second comes",
        script=[say(SSE + _event(1))],
        options=QUICK,
        calls=streaming(leave=1),
        expect=["1"],
        seconds=3,
    ),
    Case(
        "the first event of a plain stream is handed out before the second comes",
        script=[say(SSE_PLAIN + b"data: 1\n\n")],
        options=QUICK,
        calls=streaming(leave=1),
        expect=["1"],
        seconds=3,
    ),
    Case(
        "the first event of a stream of large chunks is handed out before its chunk ends",
        script=[say(SSE + b"ffff\r\ndata: 1\n\n")],
        options=QUICK,
        calls=streaming(leave=1),
        expect=["1"],
        seconds=3,
    ),
]
