"""Errors in event streams, and streams of typed events."""

from __future__ import annotations

from typing import Any

from hfe_core import (
    DecodeError,
    StreamBroken,
)
from tests.faults.answers import (
    SSE,
    chunk,
    hang_up_after,
    reset_after,
    sse,
)
from tests.faults.case import Case, Fails, streaming
from tests.faults.events import DONE, ONE, STATUS, chatted, delta, generated, token


def _texts(*texts: str) -> Any:
    return lambda received: [event.token.text for event in received] == list(texts)


_ERRORS: dict[str, tuple[bytes, str]] = {
    "as TGI says it": (b'data: {"error":"Request failed","error_type":"generation"}\n\n', "Request failed"),
    "as an event": (b"event: error\ndata: it broke\n\n", "it broke"),
    "as an event of JSON": (b'event: error\ndata: {"error": {"message": "it broke"}}\n\n', "it broke"),
    "as OpenAI says it": (
        b'data: {"error": {"message": "it broke", "type": "server_error", "code": 500}}\n\n',
        "it broke",
    ),
    "as vLLM says it": (b'data: {"object": "error", "message": "it broke", "code": 400}\n\n', "it broke"),
    "as a detail": (b'event: error\ndata: {"detail": "it broke"}\n\n', "it broke"),
    "without a colon's space": (b'event:error\ndata:{"error":"it broke"}\n\n', "it broke"),
    "without its blank line": (b'data: {"error": "it broke"}', "it broke"),
    "behind much else": (b'data: {"id": "' + b"x" * 400 + b'", "error": {"message": "it broke"}}\n\n', "it broke"),
}
ERRORS = [
    case
    for how, (event, says) in _ERRORS.items()
    for case in (
        Case(
            f"an error {how}, as the first event",
            script=[sse(event)],
            calls=streaming(),
            expect=Fails(STATUS, says, message=lambda message, says=says: says in message),
            requests=1,
        ),
        Case(
            f"an error {how}, behind an event",
            script=[sse(ONE, event, *([] if "blank" in how else [DONE]))],
            calls=streaming(),
            expect=Fails(STATUS, says, attempts=1),
            requests=1,
        ),
    )
] + [
    Case("an error of a typed stream behind a token", script=[sse(token("a"), b'data: {"error":"boom","error_type":"generation"}\n\n')],
         calls=generated(), expect=Fails(STATUS, "boom")),
    Case("an error of a chat behind a chunk", script=[sse(delta("a"), b'data: {"error": {"message": "boom"}}\n\n', DONE)],
         calls=chatted(), expect=Fails(STATUS, "boom")),
    Case("an error that is null is none", script=[sse(b'data: {"a": 1, "error": null}\n\n', DONE)], calls=streaming(),
         expect=['{"a": 1, "error": null}']),
    Case("the word error in a token is none", script=[sse(token('an "error" in it'), token("b", last=True))], calls=generated(),
         expect=['an "error" in it', "b"]),
    Case("an error cut in its JSON is a broken stream or an error", script=[hang_up_after(SSE + chunk(ONE + b'data: {"error": "boo'))],
         calls=streaming(), expect=Fails((*STATUS, StreamBroken))),
]  # fmt: skip
TYPED = [
    Case("a generation that says its end needs no [DONE]", script=[sse(token("a"), token("b", last=True))], calls=generated(),
         expect=["a", "b"]),
    Case("a generation cut before its end", script=[sse(token("a"), token("b"))], calls=generated(),
         expect=Fails(StreamBroken, received=_texts("a", "b"))),
    Case("a generation reset before its end", script=[reset_after(SSE + chunk(token("a")) + chunk(token("b")))], calls=generated(),
         expect=Fails(StreamBroken, received=_texts("a", "b"))),
    Case("a generation cut after its end is whole", script=[hang_up_after(SSE + chunk(token("a") + token("b", last=True)))],
         calls=generated(), expect=["a", "b"]),
    Case("a generation with [DONE] too early is what the server says", script=[sse(token("a"), DONE)], calls=generated(),
         expect=lambda value: value == ["a"]),
    Case("tokens with separators and emoji", script=[sse(token("a\u2028b"), token("🙂\u2029"), token("\x85", last=True))],
         calls=generated(), expect=["a\u2028b", "🙂\u2029", "\x85"]),
    Case("a token that is half a pair", script=[sse(token("b", last=True).replace(b'"text": "b"', b'"text": "\\ud83d"'))],
         calls=generated(), expect=lambda value: len(value) == 1),
    Case("a log probability that is NaN", script=[sse(token("a", last=True).replace(b"-0.5", b"NaN"))], calls=generated(), expect=["a"]),
    Case("a log probability without an end", script=[sse(token("a", last=True).replace(b"-0.5", b"-Infinity"))], calls=generated(),
         expect=["a"]),
    Case("an event that is no JSON", script=[sse(token("a"), b"data: {oops\n\n", token("b", last=True))], calls=generated(),
         expect=Fails((DecodeError, StreamBroken), "JSON")),
    Case("an event that is JSON of another kind", script=[sse(b"data: [1, 2]\n\n")], calls=generated(), expect=Fails(DecodeError)),
    Case("an event that nests too deep", script=[sse(b"data: " + b"[" * 100_000 + b"\n\n")], calls=generated(),
         expect=Fails(DecodeError)),
    Case("an event with a number of 100,000 digits",
         script=[sse(b'data: {"token": {"id": ' + b"9" * 100_000 + b', "text": "a"}}\n\n')], calls=generated(), expect=Fails(DecodeError)),
    Case("a chat with its end and [DONE]", script=[sse(delta(""), delta("Hel"), delta("lo"), delta(None, "stop"), DONE)],
         calls=chatted(), expect=[[""], ["Hel"], ["lo"], [None]]),
    Case("a chat that never says [DONE]", script=[sse(delta("Hello"), delta(None, "stop"))], calls=chatted(), expect=[["Hello"], [None]]),
    Case("a chat with its usage last", script=[sse(delta("a"), delta(None, "stop"), delta(None, choices=[], usage={
         "prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}), DONE)], calls=chatted(), expect=[["a"], [None], []]),
    Case("a chat cut before its end", script=[hang_up_after(SSE + chunk(delta("Hel")) + chunk(delta("lo")))], calls=chatted(),
         expect=Fails(StreamBroken, received=lambda received: len(received) == 2)),
    Case("a chat that ends whole as HTTP before its end", script=[sse(delta("Hel"))], calls=chatted(),
         expect=Fails(StreamBroken, received=lambda received: len(received) == 1)),
    Case("a chat cut in the middle of a chunk of its JSON", script=[hang_up_after(SSE + chunk(delta("Hel") + delta("lo")[:40]))],
         calls=chatted(), expect=Fails((StreamBroken, DecodeError), attempts=1), requests=1),
]  # fmt: skip


CASES = [*ERRORS, *TYPED]
