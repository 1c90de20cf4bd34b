"""Event streams cut anywhere, and what is no event stream."""

from __future__ import annotations

from typing import Any

import attrs

from hfe_core import (
    AnswerTooLarge,
    DecodeError,
    EndpointNotReady,
    RateLimited,
    RequestTimeout,
    StatusError,
    StreamBroken,
    TransportError,
)
from tests.faults.answers import (
    SSE,
    SSE_PLAIN,
    chunk,
    endless,
    hang_up_after,
    head,
    http,
    reset_after,
    sse,
    stall_after,
)
from tests.faults.case import IMPATIENT, QUICK, Case, Fails, streaming
from tests.faults.events import DONE, ONE, SSE_ZIPPED, STATUS, TWO, flushed, generated, token

_EURO = b"data: 10 \xe2\x82\xac\n\n"
_CUT: dict[str, tuple[bytes, list[str]]] = {
    "between events": (ONE, ["one"]),
    "in a field's name": (ONE + b"da", ["one"]),
    "in its data": (ONE + b"data: tw", ["one"]),
    "in a code point": (ONE + _EURO[:11], ["one"]),
    "before the blank line": (ONE + b"data: two\n", ["one"]),
    "in [DONE]": (ONE + b"data: [DO", ["one"]),
    "in a comment": (ONE + b": keep-al", ["one"]),
}

_WHOLE = {"between events": ["one"], "before the blank line": ["one", "two"]}


def _prefix(full: list[str]) -> Any:
    """What was cut may be handed out, or not, but never counts as whole; nothing before it is lost."""
    return lambda received: list(received[: len(full)]) == full and len(received) <= len(full) + 1


CUT = [
    case
    for where, (data, full) in _CUT.items()
    for case in (
        Case(
            f"a stream cut {where}, in chunks",
            script=[hang_up_after(SSE + chunk(data))],
            calls=streaming(),
            expect=Fails(StreamBroken, received=_prefix(full), attempts=1),
            requests=1,
        ),
        Case(
            f"a stream that ends with the connection {where}",
            script=[hang_up_after(SSE_PLAIN + data)],
            calls=streaming(),
            # Nothing tells the end of such a stream from a cut, but where it is in the middle of a line.
            expect=_WHOLE.get(where) or Fails(StreamBroken, received=_prefix(full), attempts=1),
            requests=1,
        ),
        Case(
            f"a generation that ends with the connection {where}",
            script=[hang_up_after(SSE_PLAIN + data.replace(b"one", token("one")[5:-2]))],
            calls=generated(),
            expect=Fails((StreamBroken, DecodeError), attempts=1),
            requests=1,
        ),
        Case(
            f"a stream reset {where}",
            script=[reset_after(SSE + chunk(data))],
            calls=streaming(),
            expect=Fails(StreamBroken, received=_prefix(full), attempts=1),
            requests=1,
        ),
    )
] + [
    Case("a stream of no known dialect, whole as HTTP, needs no [DONE]", script=[sse(ONE, TWO)], calls=streaming(),
         expect=["one", "two"]),
    Case("a stream of nothing", script=[sse()], calls=streaming(), expect=Fails(StreamBroken, received=[], attempts=1)),
    Case("a stream of comments only", script=[sse(b": one\n\n", b": two\n\n")], calls=streaming(),
         expect=Fails(StreamBroken, received=[], attempts=1)),
    Case("a stream of [DONE] only", script=[sse(DONE)], calls=streaming(), expect=[]),
    Case("a keep-alive event before a generation", script=[sse(b'event: ping\ndata: {"type": "ping"}\n\n', token("one"),
         token("two", last=True))], calls=generated(), expect=["one", "two"]),
    Case("a generation of nothing", script=[sse()], calls=generated(), expect=Fails(StreamBroken, received=[], attempts=1)),
    Case("a generation of comments only", script=[sse(b": one\n\n")], calls=generated(), expect=Fails(StreamBroken, received=[])),
    Case("a stream shorter than its length", script=[hang_up_after(head(b"content-type: text/event-stream", b"content-length: 99") + ONE)],
         calls=streaming(), expect=Fails(StreamBroken, received=["one"])),
    Case("a stream cut after [DONE] is whole", script=[hang_up_after(SSE + chunk(ONE + DONE))], calls=streaming(), expect=["one"]),
    Case("a stream reset after [DONE] is whole", script=[reset_after(SSE + chunk(ONE + DONE))], calls=streaming(), expect=["one"]),
    Case("a stream that stays open after [DONE] is whole, soon", script=[stall_after(SSE + chunk(ONE + DONE))], calls=streaming(),
         options=attrs.evolve(QUICK, timeout=30.0), expect=["one"], seconds=8),
    *(
        case
        for what, broken in {"a broken chunk": b"zz\r\n", "a negative chunk": b"-1\r\n\r\n"}.items()
        for case in (
            Case(f"a stream with {what} some time after an event", script=[hang_up_after(SSE + chunk(ONE), broken, pause=0.2)],
                 calls=streaming(), expect=Fails(StreamBroken, received=["one"]), requests=1),
            Case(f"a stream with {what} right after an event", script=[hang_up_after(SSE + chunk(ONE) + broken)],
                 calls=streaming(), expect=Fails((StreamBroken, TransportError)), requests=1),
        )
    ),
    Case("a compressed stream that is cut", script=[hang_up_after(SSE_ZIPPED + next(flushed()))], calls=streaming(),
         expect=Fails(StreamBroken, received=["one"])),
    Case("a compressed stream that does not end", script=[SSE_ZIPPED + next(flushed()) + b"0\r\n\r\n"], calls=streaming(),
         expect=Fails(StreamBroken, received=["one"])),
    Case("a compressed stream that breaks", script=[hang_up_after(SSE_ZIPPED + next(flushed()), chunk(b"\xff" * 40) + b"0\r\n\r\n",
         pause=0.2)], calls=streaming(), expect=Fails(StreamBroken, received=["one"]), requests=1),
    Case("a stream that stalls after an event has what came", script=[stall_after(SSE + chunk(ONE))], calls=streaming(),
         options=IMPATIENT, expect=Fails(StreamBroken, received=["one"]), requests=1),
    Case("a stream that stalls before its first event", script=[stall_after(SSE)], calls=streaming(), options=IMPATIENT,
         expect=Fails((StreamBroken, RequestTimeout), attempts=1), requests=1),
    Case("a stream that stalls before its head", script=[stall_after(b"")], calls=streaming(), options=IMPATIENT,
         expect=Fails(RequestTimeout, phase="read", attempts=1), requests=1),
]  # fmt: skip
_PAGE = b"<html><title>Sign in</title></html>"
OTHERS = [
    Case("JSON instead of a stream", script=[http([{"generated_text": "x"}])], calls=generated(),
         expect=Fails(DecodeError, "stream", status=200, attempts=1)),
    Case("a JSON error with 200 instead of a stream", script=[http({"error": "cannot stream"})], calls=streaming(),
         expect=Fails(StatusError, "cannot stream", status=200)),
    Case("a page instead of a stream", script=[http(_PAGE, content_type="text/html")], calls=streaming(),
         expect=Fails(DecodeError, "stream")),
    Case("a page that says it is a stream", script=[http(_PAGE, content_type="text/event-stream")], calls=streaming(),
         expect=Fails((DecodeError, StreamBroken))),
    Case("JSON that says it is a stream", script=[http(b'{"generated_text": "x"}', content_type="text/event-stream")], calls=generated(),
         expect=Fails((DecodeError, StreamBroken))),
    Case("a JSON error that says it is a stream", script=[http(b'{"error": "boom"}', content_type="text/event-stream")],
         calls=streaming(), expect=Fails((*STATUS, DecodeError, StreamBroken))),
    Case("a 204 instead of a stream", script=[b"HTTP/1.1 204 X\r\n\r\n"], calls=streaming(), expect=Fails((DecodeError, StreamBroken))),
    Case("a stream without a type", script=[http(ONE + DONE)], calls=streaming(), expect=["one"]),
    Case("a stream called text", script=[http(b"\n: hello\n" + ONE + DONE, content_type="text/plain")], calls=streaming(), expect=["one"]),
    Case("text that is no stream", script=[http(b"database is down", content_type="text/plain")], calls=streaming(),
         expect=Fails(DecodeError, "event stream")),
    Case("an endless page instead of a stream", script=[endless(head(b"content-type: text/html"), b"x" * 65536)], calls=streaming(),
         options=attrs.evolve(QUICK, max_body=1 << 20), expect=Fails((DecodeError, AnswerTooLarge))),
    Case("a page that never ends instead of a stream", script=[stall_after(head(b"content-type: text/html") + _PAGE)], calls=streaming(),
         options=IMPATIENT, expect=Fails((DecodeError, RequestTimeout, TransportError)), requests=1),
    Case("a 503 instead of a stream, every time", script=[http({"error": "busy"}, 503)], calls=streaming(),
         expect=Fails(EndpointNotReady, "busy", attempts=3), requests=3),
    Case("a 429 instead of a stream, every time", script=[http({"error": "slow down"}, 429)], calls=streaming(),
         expect=Fails(RateLimited, "slow down", attempts=3), requests=3),
]  # fmt: skip


CASES = [*CUT, *OTHERS]
