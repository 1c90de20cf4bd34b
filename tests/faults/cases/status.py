"""Statuses, and what they say about the answer that came with them."""

from __future__ import annotations

from typing import Any

from hfe_core import (
    BadRequest,
    DecodeError,
    EndpointNotReady,
    Forbidden,
    NotFound,
    PayloadTooLarge,
    RateLimited,
    ServerError,
    StatusError,
    TransportError,
    Unauthorized,
    Unprocessable,
)
from tests.faults.answers import hang_up_after, head, http
from tests.faults.case import OK, Case, Fails, request, run

GOOD = {"ok": True}
TYPED = run("text-classification", "x")
LABELS = [{"label": "POSITIVE", "score": 0.9}]
PAGE = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body>Sign in</body></html>"


def _score(labels: Any) -> list[Any]:
    return [(label.label, label.score) for label in labels]


NAMED = [
    Case(
        f"{status} is {kind.__name__}",
        script=[http({"error": "these words"}, status, x_request_id="r-1")],
        expect=Fails(
            kind, f"{status}: these words.*r-1", status=status, message="these words", request_id="r-1",
            headers=lambda headers: headers["x-request-id"] == "r-1",
            body=b'{"error": "these words"}',
        ),
    )
    for status, kind in {
        400: BadRequest,
        401: Unauthorized,
        403: Forbidden,
        404: NotFound,
        413: PayloadTooLarge,
        418: StatusError,
        422: Unprocessable,
        429: RateLimited,
        451: StatusError,
        499: StatusError,
        500: ServerError,
        502: ServerError,
        503: EndpointNotReady,
        504: ServerError,
        520: ServerError,
        599: ServerError,
    }.items()
]  # fmt: skip

EXOTIC = [
    Case(
        f"the status {line.decode('latin-1')!r} is no success",
        script=[
            hang_up_after(b"HTTP/1.1 " + line + b"\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}")
        ],
        expect=Fails((StatusError, ServerError, TransportError)),
        requests=1,
    )
    for line in (b"600 X", b"666 X", b"700 X", b"999 X")
] + [
    Case(
        f"the status {line.decode('latin-1')!r} is no HTTP",
        script=[
            hang_up_after(b"HTTP/1.1 " + line + b"\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"),
            OK,
        ],
        expect=Fails(TransportError, attempts=1),
        requests=1,
    )
    for line in (
        b"000 X",
        b"099 X",
        b"20 OK",
        b"2000 OK",
        b"20x OK",
        b"-200 OK",
        b"+20 OK",
        b"2 00 OK",
        b"\xb2\xb3\xb9 OK",
        b"0200 OK",
        b"OK",
        b"",
        b"1e2 OK",
    )
]

REASONS = [
    Case(
        f"a status line with {what} is one",
        script=[line + b"\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n" + b'{"ok": true}'],
        expect=GOOD,
    )
    for what, line in {
        "no reason": b"HTTP/1.1 200 ",
        "no reason and no space": b"HTTP/1.1 200",
        "a long reason": b"HTTP/1.1 200 " + b"very " * 100 + b"good",
        "a reason in latin-1": b"HTTP/1.1 200 \xfcber",
        "a reason that looks like a status": b"HTTP/1.1 200 500 Internal Server Error",
    }.items()
]

SUCCESSES = [
    Case("201 with JSON is an answer", script=[http(GOOD, 201)], expect=GOOD),
    Case("202 with JSON is an answer", script=[http(GOOD, 202)], expect=GOOD),
    Case("a 204 is nothing", script=[b"HTTP/1.1 204 No Content\r\n\r\n", OK], calls=[request(), request()],
         expect=[b"", GOOD], connections=1),
    Case("a 204 to a typed call is an error", script=[b"HTTP/1.1 204 No Content\r\n\r\n"], calls=TYPED,
         expect=Fails(DecodeError, "empty", status=204)),
    Case("an empty 200 to a typed call is an error", script=[http(b"")], calls=TYPED, expect=Fails(DecodeError, "empty")),
    Case("a 200 that says JSON and is empty is an error", script=[http(b"", content_type="application/json")],
         expect=Fails(DecodeError, "empty", status=200)),
    Case("a 200 of white space is an error", script=[http(b" \r\n\t", content_type="application/json")],
         expect=Fails(DecodeError, "empty")),
    Case("half of a range is no answer", script=[http(b'{"ok": tr', 206, content_type="application/json",
         content_range="bytes 0-8/12")], expect=Fails((DecodeError, StatusError))),
    Case("a login page with 200 is an error", script=[http(PAGE, content_type="text/html")], calls=TYPED,
         expect=Fails(DecodeError, "web page", status=200, attempts=1)),
    Case("a login page that says it is JSON is an error", script=[http(PAGE, content_type="application/json")],
         expect=Fails(DecodeError, "web page", excerpt=lambda text: "html" in text and len(text) < 500)),
    Case("a page of 5 MB with 200 is an error of a sane length", script=[http(PAGE + b"x" * 5_000_000, content_type="text/html")],
         calls=TYPED, expect=Fails(DecodeError, "web page")),
    Case("plain words with 200 are an error", script=[http(b"ok", content_type="text/plain")], calls=TYPED,
         expect=Fails(DecodeError, "JSON")),
    Case("a JSON answer that says text/plain is read", script=[http(b'[[{"label":"POSITIVE","score":0.9}]]', content_type="text/plain")],
         calls=run("text-classification", "x", then=_score), expect=[("POSITIVE", 0.9)]),
    Case("JSON of another task is an error that says where", script=[http([{"generated_text": "x"}])], calls=TYPED,
         expect=Fails(DecodeError, path=lambda path: path.startswith("$"), status=200)),
    Case("a number where labels are expected is an error", script=[http(42)], calls=TYPED, expect=Fails(DecodeError)),
    Case("a null where labels are expected is an error", script=[http(None)], calls=TYPED, expect=Fails(DecodeError)),
    Case("a string where labels are expected is an error", script=[http("POSITIVE")], calls=TYPED, expect=Fails(DecodeError)),
    Case("a score that is text is an error with its path", script=[http([{"label": "A", "score": "high"}])], calls=TYPED,
         expect=Fails(DecodeError, path=lambda path: "score" in path)),
]  # fmt: skip

_ERRORS: dict[str, Any] = {
    "a text": "CUDA out of memory",
    "a list": ["CUDA out of memory", "try less"],
    "an object": {"message": "CUDA out of memory", "type": "server_error", "code": 500},
}
ERRORS_WITH_200 = [
    case
    for what, error in _ERRORS.items()
    for case in (
        Case(
            f"a 200 that says an error ({what}) is one",
            script=[http({"error": error}), OK],
            expect=Fails(StatusError, "CUDA out of memory", status=200, attempts=1),
            requests=1,
        ),
        Case(
            f"a typed 200 that says an error ({what}) is one",
            script=[http({"error": error})],
            calls=TYPED,
            expect=Fails(StatusError, "CUDA out of memory", status=200),
        ),
    )
] + [
    Case(
        "a 200 that says an error with warnings is one",
        script=[http({"error": "no model", "warnings": ["There was an inference error"]})],
        expect=Fails(StatusError, "no model.*There was"),
    ),
    Case(
        "a 200 that says an error and how long loading takes is one",
        script=[http({"error": "Model x is currently loading", "estimated_time": 3.0})],
        expect=Fails((StatusError, EndpointNotReady), "loading"),
    ),
    Case(
        "a 200 that says an error beside other things is no labels",
        script=[http({"error": "boom", "trace": "…", "version": 3})],
        calls=TYPED,
        expect=Fails((StatusError, DecodeError), "boom|error"),
    ),
    Case(
        "an error that is null is none",
        script=[http({"error": None, "text": "x"})],
        expect={"error": None, "text": "x"},
    ),
    Case(
        "an error key deep in an answer is data",
        script=[http({"outputs": {"error": "0.2 %"}, "ok": True})],
        expect={"outputs": {"error": "0.2 %"}, "ok": True},
    ),
]

REDIRECTISH = [
    Case(
        f"a {status} without a place to go is an error",
        script=[http(b"", status), OK],
        expect=Fails(StatusError, status=status, attempts=1),
        requests=1,
    )
    for status in (300, 301, 302, 303, 305, 306, 307, 308, 399)
] + [
    Case(
        "a 304 has no body and is no answer",
        script=[head(b"content-length: 12", status=b"304 Not Modified"), OK],
        calls=[request(), request()],
        expect=[Fails(StatusError, status=304), GOOD],
        requests=2,
    ),
]

NEXT = [
    Case(
        f"after a {status} the same connection is used",
        script=[http({"error": "no"}, status), OK],
        calls=[request(), request()],
        expect=[Fails(kind), GOOD],
        connections=1,
    )
    for status, kind in {400: BadRequest, 404: NotFound, 500: ServerError}.items()
] + [
    Case(
        "after an error with connection: close another connection is used",
        script=[http({"error": "no"}, 400, connection="close"), OK],
        calls=[request(), request()],
        expect=[Fails(BadRequest), GOOD],
        connections=2,
    ),
    Case(
        "a 401 of a server that hangs up is not another attempt",
        script=[http({"error": "Invalid token"}, 401, connection="close", www_authenticate='Bearer realm="x"'), OK],
        expect=Fails(Unauthorized, "Invalid token", attempts=1),
        requests=1,
    ),
]

CASES = [*NAMED, *EXOTIC, *REASONS, *SUCCESSES, *ERRORS_WITH_200, *REDIRECTISH, *NEXT]
