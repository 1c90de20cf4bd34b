"""Answers that are larger than any answer should be: a typed error, in bounded memory and time."""

from __future__ import annotations

import attrs

from hfe_core import AnswerTooLarge, BadRequest, TransportError
from tests.faults.actions import too_large
from tests.faults.answers import CHUNKED, chunk, endless, hang_up_after, head, http
from tests.faults.case import QUICK, Case, Fails, streaming

VALUE = {"ok": True}


SMALL = attrs.evolve(QUICK, max_body=1 << 20, max_event=1 << 20, max_line=1 << 20)


HEAD_TOO_LARGE = Fails(AnswerTooLarge, option="max_head", attempts=1, limit=64 << 10)


BODY_TOO_LARGE = Fails(AnswerTooLarge, option="max_body", attempts=1, limit=1 << 20)


MUCH = b"a" * 65_536


CASES = [
    too_large("a status line without end", endless(b"HTTP/1.1 200 ", MUCH), HEAD_TOO_LARGE),
    too_large(
        "what is no status line, without end", endless(b"", MUCH), Fails((TransportError, AnswerTooLarge), attempts=1)
    ),
    too_large(
        "line ends without end", endless(b"", b"\r\n" * 1000), Fails((TransportError, AnswerTooLarge), attempts=1)
    ),
    too_large("a header without end", endless(b"HTTP/1.1 200 OK\r\nx-a: ", MUCH), HEAD_TOO_LARGE),
    too_large(
        "a header's name without end",
        endless(b"HTTP/1.1 200 OK\r\n", MUCH),
        Fails((TransportError, AnswerTooLarge), attempts=1),
    ),
    too_large(
        "headers without end",
        endless(b"HTTP/1.1 200 OK\r\n", [b"x-%d: a\r\n" % number * 100 for number in range(1000)]),
        Fails((TransportError, AnswerTooLarge), attempts=1),
    ),
    too_large(
        "one header without end of lines",
        endless(b"HTTP/1.1 200 OK\r\nx-a: b\r\n", b" folded\r\n" * 1000),
        Fails((TransportError, AnswerTooLarge), attempts=1),
    ),
    too_large(
        "a header of 100 kB", hang_up_after(head(b"content-length: 0", b"x-a: " + b"a" * 100_000)), HEAD_TOO_LARGE
    ),
    too_large(
        "ten thousand headers",
        hang_up_after(head(b"content-length: 0", *[b"x-%d: a" % number for number in range(10_000)])),
        Fails((TransportError, AnswerTooLarge), attempts=1),
    ),
    too_large(
        "a head of more than was allowed",
        head(b"content-length: 0", b"x-a: " + b"a" * 5_000),
        Fails(AnswerTooLarge, option="max_head", limit=4096),
        options=attrs.evolve(QUICK, max_head=4096),
    ),
    Case(
        "a head of just what is allowed",
        script=[http({"ok": True}, x_a="a" * 3_900)],
        options=attrs.evolve(QUICK, max_head=4096),
        expect=VALUE,
    ),
    too_large("the head of an error without end", endless(b"HTTP/1.1 500 X\r\nx-a: ", MUCH), HEAD_TOO_LARGE),
    too_large(
        "interim answers without end",
        endless(b"", b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" * 100),
        Fails((TransportError, AnswerTooLarge), attempts=1),
    ),
    too_large("an interim answer without end", endless(b"HTTP/1.1 103 X\r\n", b"link: </a>\r\n" * 100), HEAD_TOO_LARGE),
    too_large("a body of 10 GB", endless(head(b"content-length: 10000000000"), MUCH), BODY_TOO_LARGE),
    too_large("a body without end or length", endless(head(), MUCH), BODY_TOO_LARGE),
    too_large("chunks without end", endless(CHUNKED, chunk(MUCH)), BODY_TOO_LARGE),
    too_large("one chunk without end", endless(CHUNKED + b"fffffffff\r\n", MUCH), BODY_TOO_LARGE),
    too_large(
        "chunks of one byte without end",
        endless(CHUNKED, chunk(b"a") * 5000),
        Fails(AnswerTooLarge, option="max_body", attempts=1),
        options=attrs.evolve(QUICK, max_body=100_000),
        seconds=10,
    ),
    too_large(
        "a chunk's size without end",
        endless(CHUNKED, b"0" * 65_536),
        Fails((TransportError, AnswerTooLarge), attempts=1),
    ),
    too_large(
        "a chunk's extension without end",
        endless(CHUNKED + b"5;", MUCH),
        Fails((TransportError, AnswerTooLarge), attempts=1),
    ),
    too_large(
        "extensions without end",
        endless(CHUNKED, (b"1;" + b"a" * 4000 + b"\r\nx\r\n") * 16),
        Fails((TransportError, AnswerTooLarge), attempts=1),
        options=attrs.evolve(QUICK, max_body=10_000),
    ),
    too_large(
        "trailers without end",
        endless(CHUNKED + chunk(b"{}") + b"0\r\n", b"x-a: b\r\n" * 1000),
        Fails((TransportError, AnswerTooLarge), attempts=1),
    ),
    too_large(
        "a trailer without end",
        endless(CHUNKED + chunk(b"{}") + b"0\r\nx-a: ", MUCH),
        Fails((TransportError, AnswerTooLarge), attempts=1),
    ),
    too_large(
        "an error without end",
        endless(head(status=b"400 X") + b"because of this: ", MUCH),
        Fails(BadRequest, "because of this", status=400, attempts=1, body=lambda body: 0 < len(body) <= 1 << 20),
    ),
    too_large(
        "an error of chunks without end",
        endless(head(b"transfer-encoding: chunked", status=b"400 X"), chunk(b"because of this: " + MUCH)),
        Fails(BadRequest, "because of this", body=lambda body: 0 < len(body) <= 1 << 20),
    ),
    too_large(
        "an error of 10 GB to a stream",
        endless(head(b"content-length: 10000000000", status=b"400 X") + b"because of this: ", MUCH),
        Fails(BadRequest, "because of this"),
        call=streaming(),
    ),
    too_large(
        "an error whose size is limited",
        http(b"because of this: " + b"a" * 100_000, 400),
        Fails(BadRequest, "because of this", body=lambda body: len(body) <= 1000),
        options=attrs.evolve(QUICK, max_error_body=1000),
    ),
    too_large(
        "an error without end in JSON",
        endless(head(b"content-type: application/json", status=b"400 X") + b'{"error": "', MUCH),
        Fails(BadRequest, "a", status=400),
    ),
    too_large(
        "a page without end as an error",
        endless(head(b"content-type: text/html", status=b"400 X") + b"<html><title>", b"<" * 65536),
        Fails(BadRequest, status=400),
    ),
]
