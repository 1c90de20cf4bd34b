"""Event streams that are right, in every form that servers send."""

from __future__ import annotations

import attrs

from hfe_core import (
    StreamBroken,
)
from tests.faults.answers import (
    SSE,
    SSE_PLAIN,
    chunk,
    chunked,
    deflated,
    drip,
    gzipped,
    hang_up_after,
    http,
    reset_after,
    sse,
    stall_after,
)
from tests.faults.case import IMPATIENT, QUICK, Case, Fails, streaming
from tests.faults.events import DONE, ONE, SSE_ZIPPED, TWO, flushed

_LONG = "\n".join(f"line {number}" for number in range(1000))
_RIGHT: dict[str, tuple[bytes, list[str]]] = {
    "as servers write it": (sse(ONE, TWO, DONE), ["one", "two"]),
    "in one chunk": (sse(ONE + TWO + DONE), ["one", "two"]),
    "a byte a chunk": (sse(*[bytes([byte]) for byte in ONE + TWO + DONE]), ["one", "two"]),
    "with a length": (http(ONE + TWO + DONE, content_type="text/event-stream"), ["one", "two"]),
    "with CR": (sse((ONE + TWO + DONE).replace(b"\n", b"\r")), ["one", "two"]),
    "with CRLF": (sse((ONE + TWO + DONE).replace(b"\n", b"\r\n")), ["one", "two"]),
    "with CRLF split over chunks": (
        sse(b"data: one\r", b"\n\r", b"\ndata: two\r", b"\n", b"\r\n", b"data: [DONE]\r\n\r", b"\n"),
        ["one", "two"],
    ),
    "with all ends of line": (sse(b"data: one\r\n\ndata: two\r\rdata: [DONE]\n\r\n"), ["one", "two"]),
    "with a byte order mark": (sse(b"\xef\xbb\xbf" + ONE + TWO + DONE), ["one", "two"]),
    "with a byte order mark split over chunks": (sse(b"\xef", b"\xbb", b"\xbf" + ONE, DONE), ["one"]),
    "without spaces": (sse(b"data:one\n\ndata:[DONE]\n\n"), ["one"]),
    "with two spaces, of which one is data": (sse(b"data:  one\n\n", DONE), [" one"]),
    "with several lines of data": (sse(b"data: one\ndata: two\ndata\ndata: three\n\n", DONE), ["one\ntwo\n\nthree"]),
    "with a thousand lines of data": (
        sse("".join(f"data: {line}\n" for line in _LONG.split("\n")).encode() + b"\n", DONE),
        [_LONG],
    ),
    "with comments": (sse(b": hello\n\n", b":\n" + ONE, b": keep-alive\n\n", TWO, b":\n\n", DONE), ["one", "two"]),
    "with empty events": (sse(b"event: ping\n\n", b"\n\n\n\n", ONE, b"id: 7\n\n", b"retry: 10\n\n", DONE), ["one"]),
    "with names, ids and retry": (
        sse(b"event: token\nid: 1\nretry: 1000\ndata: one\n\n", b"retry: soon\nid: a\x00b\ndata: two\n\n", DONE),
        ["one", "two"],
    ),
    "with unknown fields": (sse(b"foo: bar\ndata: one\nDATA: no\n data: no\n\n", DONE), ["one"]),
    "with colons in the data": (sse(b"data: a: b:c\n\n", b"data::\n\n", DONE), ["a: b:c", ":"]),
    "with data that is empty": (sse(b"data:\n\n", b"data\n\n", ONE, DONE), ["", "", "one"]),
    "with code points split over chunks": (sse(b"data: \xf0", b"\x9f", b"\x99", b"\x82\n\n", DONE), ["🙂"]),
    "with a lone code point's piece": (sse(b"data: a\xff\xf0b\n\n", DONE), ["a\ufffd\ufffdb"]),
    "with separators that are none": (
        sse("data: a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\n\n".encode(), DONE),
        ["a\u2028b\u2029c\x85d\x0be\x0cf\x1cg"],
    ),
    "with a zero": (sse(b"data: a\x00b\n\n", DONE), ["a\x00b"]),
    "with a charset": (
        chunked(ONE, DONE, start=SSE.replace(b"event-stream", b"event-stream; charset=utf-8")),
        ["one"],
    ),
    "with a type in capitals": (
        chunked(ONE, DONE, start=SSE.replace(b"text/event-stream", b"Text/Event-Stream")),
        ["one"],
    ),
    "with a last event without its blank line": (sse(ONE, b"data: [DONE]"), ["one"]),
    "with a last line without its end": (sse(ONE, b"data: [DONE]\n"), ["one"]),
    "with spaces around [DONE]": (sse(ONE, b"data:  [DONE] \n\n"), ["one"]),
    "with events after [DONE]": (sse(ONE, DONE, TWO, b'data: {"error": "late"}\n\n', DONE), ["one"]),
    "with nothing but [DONE]": (sse(DONE), []),
    "in gzip": (
        http(gzipped(ONE + TWO + DONE), content_type="text/event-stream", content_encoding="gzip"),
        ["one", "two"],
    ),
    "in deflate": (
        http(deflated(ONE + DONE), content_type="text/event-stream", content_encoding="deflate"),
        ["one"],
    ),
    "with the status 201": (sse(ONE, DONE).replace(b"200 OK", b"201 OK", 1), ["one"]),
    "with an event of 5 MB": (sse(b"data: " + b"x" * 5_000_000 + b"\n\n", DONE), ["x" * 5_000_000]),
}
RIGHT = [
    Case(f"a stream {name}", script=[answer], calls=streaming(), expect=expect, requests=1, megabytes=128)
    for name, (answer, expect) in _RIGHT.items()
]


ALIVE = [
    Case("a stream that ends with the connection", script=[hang_up_after(SSE_PLAIN + ONE, TWO + DONE)], calls=streaming(),
         expect=["one", "two"]),
    Case("a slow stream is alive", script=[drip(SSE, [*map(chunk, [ONE] * 5), chunk(DONE) + b"0\r\n\r\n"], 0.15)],
         calls=streaming(), options=IMPATIENT, expect=["one"] * 5),
    Case("a stream kept alive by comments is alive",
         script=[drip(SSE, [*map(chunk, [b":\n\n"] * 5), chunk(ONE + DONE) + b"0\r\n\r\n"], 0.15)],
         calls=streaming(), options=IMPATIENT, expect=["one"]),
    Case("a compressed stream comes as it is flushed", script=[drip(SSE_ZIPPED, list(flushed()), 0.15)], calls=streaming(),
         options=IMPATIENT, expect=["one", "two"]),
    Case("a slow consumer loses nothing", script=[sse(*[b"data: %d\n\n" % n for n in range(20)], DONE)],
         calls=streaming(slow=0.03), expect=[str(n) for n in range(20)]),
    Case("a slow consumer of a stream that is cut gets all that came",
         script=[reset_after(SSE + b"".join(chunk(b"data: %d\n\n" % n) for n in range(20)), pause=0.3)],
         calls=streaming(slow=0.05), expect=Fails(StreamBroken, received=[str(n) for n in range(20)])),
    Case("the first event comes before the second is sent", calls=streaming(leave=1), expect=["one"],
         script=[stall_after(SSE + chunk(ONE))], options=attrs.evolve(QUICK, timeout=None, deadline=None), seconds=6),
    Case("the first event comes at once without chunks, too", calls=streaming(leave=1), expect=["one"],
         script=[stall_after(SSE_PLAIN + ONE)], options=attrs.evolve(QUICK, timeout=None, deadline=None), seconds=6),
    Case("100,000 events", script=[sse(*[b"".join(b"data: %d\n\n" % n for n in range(k, k + 1000)) for k in range(0, 100_000, 1000)],
         DONE)], calls=streaming(), expect=[str(n) for n in range(100_000)], seconds=20, megabytes=128),
]  # fmt: skip


CASES = [*RIGHT, *ALIVE]
