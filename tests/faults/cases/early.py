"""Answers that come while the request is still on its way."""

from __future__ import annotations

from hfe_core import BadRequest, ServerError, Unauthorized
from tests.faults.answers import CHUNKED, Early, chunked, head, http
from tests.faults.case import OK, Case, Fails, request, streaming
from tests.faults.early import (
    ENDS,
    LARGE,
    REFUSED,
    TOO_LARGE,
    early,
    then_close,
    then_end,
    then_read,
    then_reset,
    then_stall,
)

VALUE = {"ok": True}


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


CASES = [
    *(_case(f"413 at once, {name}", early(TOO_LARGE, end), REFUSED) for name, end in ENDS.items()),
    *(_case(f"413 in the middle, {name}", early(TOO_LARGE, end, 1_000_000), REFUSED) for name, end in ENDS.items()),
    *(
        _case(
            f"413 that says it closes, {name}",
            early(http({"error": "at most 1 MB"}, 413, connection="close"), end, 100_000),
            REFUSED,
        )
        for name, end in ENDS.items()
    ),
    _case("413 in TLS", early(TOO_LARGE, then_stall), REFUSED, tls="good"),
    _case("413 in TLS, the rest is read", early(TOO_LARGE, then_read, 100_000), REFUSED, tls="good"),
    _case("413 in TLS, then closed", early(TOO_LARGE, then_close, 100_000), REFUSED, tls="good"),
    _case("413 in drips", early(TOO_LARGE, then_stall, 0, 8), REFUSED),
    _case("413 in drips, the rest is read", early(TOO_LARGE, then_read, 0, 8), REFUSED),
    _case(
        "413 in chunks",
        early(chunked(b'{"error": "at most', b' 1 MB"}', start=CHUNKED.replace(b"200 OK", b"413 X")), then_stall),
        REFUSED,
    ),
    _case(
        "413 that ends with the connection",
        early(head(b"connection: close", status=b"413 X") + b"at most 1 MB", then_end),
        REFUSED,
    ),
    _case(
        "413 that ends with a reset",
        early(head(b"connection: close", status=b"413 X") + b"at most 1 MB", then_reset),
        REFUSED,
    ),
    _case(
        "413 whose words are cut",
        early(head(b"content-length: 500", status=b"413 X") + b"at most 1 MB", then_end),
        REFUSED,
    ),
    _case(
        "413 behind interim answers",
        early(b"HTTP/1.1 100 X\r\n\r\nHTTP/1.1 103 X\r\n\r\n" + TOO_LARGE, then_stall),
        REFUSED,
    ),
    _case("413 to a stream", early(TOO_LARGE, then_stall), REFUSED, streaming(LARGE)),
    _case("413 to a stream, then reset", early(TOO_LARGE, then_reset, 100_000), REFUSED, streaming(LARGE)),
    _case(
        "401", early(http({"error": "who are you"}, 401), then_stall), Fails(Unauthorized, "who are you", attempts=1)
    ),
    _case(
        "400 that gives the rest of the connection away",
        early(http({"error": "why"}, 400) + http("ghost"), then_read),
        Fails(BadRequest, "why"),
    ),
    _case(
        "500",
        early(http({"error": "why"}, 500), then_close, 500_000),
        Fails(ServerError, "why", status=500, attempts=1),
    ),
    # The client cannot know whether the server has looked at all that it sent.
    Case(
        "413 after the whole of a large request",
        script=[TOO_LARGE, OK],
        calls=[request(LARGE), request()],
        expect=[REFUSED, VALUE],
        connections=2,
    ),
    Case(
        "413 after the whole of a small request",
        script=[TOO_LARGE, OK],
        calls=[request(), request()],
        expect=[REFUSED, VALUE],
        connections=1,
    ),
]
