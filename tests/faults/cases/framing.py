"""Lengths and chunks that are not what they should be: never guessed at."""

from __future__ import annotations

from hfe_core import (
    AnswerTooLarge,
    DecodeError,
    TransportError,
)
from tests.faults.answers import (
    CHUNKED,
    JSON,
    chunk,
    chunked,
    hang_up_after,
    head,
    reset_after,
    say,
)
from tests.faults.case import OK, Case, Either, Fails, request

BODY = b'{"ok": true}'


VALUE = {"ok": True}


TYPE = JSON.strip()


LENGTH = b"content-length: 12"


REFUSED = Fails(TransportError, attempts=1, unanswered=False, cut=False)


CUT = Fails(TransportError, attempts=3, unanswered=False, cut=True)


REFUSED_OR_VALUE = Either(VALUE, REFUSED)


BROKEN_CHUNK = Fails(TransportError, unanswered=False, attempts=1)


def _good(name: str, answer, value: object = VALUE, connections: int | None = 1, **fields) -> Case:
    """Unusual, and right: taken, also twice."""
    return Case(name, script=[answer], calls=[request()] * 2, expect=[value] * 2, connections=connections, **fields)


def _bad(name: str, answer, expect: object = REFUSED, call=None) -> Case:
    """Refused at once, and the next call is not confused by what is left."""
    if isinstance(answer, bytes):
        # Where it may be taken, the connection may be used again.
        answer = say(answer, then=lambda _: None) if isinstance(expect, Either) else say(answer)
    return Case(name, script=[answer, OK], calls=[call or request(), request()], expect=[expect, VALUE], seconds=4)


def _cut(name: str, answer) -> Case:
    """Cut short: tried again, and never a success."""
    return Case(
        f"cut short: {name}", script=[answer, OK, answer], calls=[request(), request()], expect=[VALUE, CUT], requests=5
    )


def _head(*lines: bytes, body: bytes = BODY, **fields: bytes) -> bytes:
    return head(TYPE, *lines, **fields) + body


def _chunks(data: bytes) -> bytes:
    return CHUNKED + data


CASES = [
    # Lengths
    _good("one length", _head(LENGTH)),
    _good("two lengths that agree", _head(LENGTH, LENGTH)),
    _good("two lengths that agree in one line", _head(b"content-length: 12, 12")),
    _good("a length with blanks around it", _head(b"content-length: \t 12 \t")),
    _good("a length with leading zeros", _head(b"content-length: 000012")),
    _good("no length, the connection ends it", hang_up_after(_head()), connections=2),
    _bad("two lengths that differ", _head(LENGTH, b"content-length: 13")),
    _bad("two lengths that differ in one line", _head(b"content-length: 12, 13")),
    *(
        _bad(f"a length of {value.decode('latin-1')!r}", _head(b"content-length: " + value))
        for value in (
            b"-1",
            b"+12",
            b"abc",
            b"12.0",
            b"0x0c",
            b"1_2",
            b"12 12",
            b"12;",
            b"",
            "١٢".encode(),
            b"1e1",
        )
    ),
    *(
        _bad(
            f"a length of {digits} digits",
            _head(b"content-length: " + b"9" * digits),
            Fails((TransportError, AnswerTooLarge), attempts=1, unanswered=False, cut=False),
        )
        for digits in (19, 40, 5000)
    ),
    _bad(
        "a length of 9e18",
        _head(b"content-length: 9000000000000000000"),
        Fails((TransportError, AnswerTooLarge), attempts=1),
    ),
    _bad(
        "a length of 18 digits",
        hang_up_after(_head(b"content-length: " + b"9" * 18)),
        Either(VALUE, Fails(AnswerTooLarge, option="max_body", attempts=1)),
    ),
    _bad("a length that is too small", _head(b"content-length: 5"), Fails(DecodeError)),
    _bad("a length of 0 before a body", _head(b"content-length: 0"), Either(b"", Fails(DecodeError))),
    _cut("a body", hang_up_after(_head(b"content-length: 50"))),
    _cut("a body, by a reset", reset_after(_head(b"content-length: 50"))),
    _cut("no body", hang_up_after(_head(b"content-length: 50", body=b""))),
    _cut("a body without a length, by a reset", reset_after(_head(body=b'[{"ok": true}'))),
    _cut("a body of which one byte is missing", hang_up_after(_head(b"content-length: 13"))),
    # Chunks
    _good("chunks", chunked(BODY[:3], BODY[3:])),
    _good("chunks with extensions", _chunks(b'c;a=b;c="d;e"\r\n' + BODY + b"\r\n0;x\r\n\r\n")),
    _good("chunks with large and small letters and zeros", _chunks(b"000C\r\n" + BODY + b"\r\n0000\r\n\r\n")),
    _good("a chunk for each byte", chunked(*[BODY[at : at + 1] for at in range(len(BODY))])),
    _good(
        "chunks with trailers",
        _chunks(chunk(BODY) + b"0\r\nx-a: b\r\ncontent-length: 3\r\ncontent-type: text/html\r\n\r\n"),
    ),
    _good("no chunks", _chunks(b"0\r\n\r\n"), Fails(DecodeError)),
    *(
        _bad(
            f"a chunk of size {size.decode('latin-1')!r}",
            _chunks(size + b"\r\n" + BODY + b"\r\n0\r\n\r\n"),
            BROKEN_CHUNK,
        )
        for size in (
            b"-c",
            b"+c",
            b"0xc",
            b"zz",
            b"",
            b" ",
            b"c c",
            b"1_0",
            b"f" * 16,
            b"f" * 17,
            b"f" * 400,
            b"-" + b"9" * 30,
            "٣".encode(),
            b"c\x00",
            b"\xa0c",
        )
    ),
    _bad("a chunk longer than its size", _chunks(b"5\r\n" + BODY + b"\r\n0\r\n\r\n"), BROKEN_CHUNK),
    _bad("a chunk without its line end", _chunks(b"c\r\n" + BODY + b"0\r\n\r\n"), BROKEN_CHUNK),
    _bad("a chunk with another end", _chunks(b"c\r\n" + BODY + b"xx0\r\n\r\n"), BROKEN_CHUNK),
    _bad("no chunks where chunks were said", hang_up_after(_chunks(BODY)), Either(VALUE, BROKEN_CHUNK)),
    _bad(
        "lines of chunks that end in LF alone",
        hang_up_after(_chunks(b"c\n" + BODY + b"\n0\n\n")),
        Either(VALUE, Fails(TransportError, unanswered=False)),
    ),
    _bad(
        "a trailer without a colon",
        hang_up_after(_chunks(chunk(BODY) + b"0\r\ngarbage\r\n\r\n")),
        Either(VALUE, Fails(TransportError, unanswered=False)),
    ),
    _cut("before the first chunk", hang_up_after(_chunks(b""))),
    _cut("in the size of a chunk", hang_up_after(_chunks(b"c"))),
    _cut("behind the size of a chunk", hang_up_after(_chunks(b"c\r\n"))),
    _cut("in a chunk", hang_up_after(_chunks(b"c\r\n" + BODY[:5]))),
    _cut("in a chunk, by a reset", reset_after(_chunks(b"c\r\n" + BODY[:5]))),
    _cut("in the line end of a chunk", hang_up_after(_chunks(b"c\r\n" + BODY + b"\r"))),
    _cut("before the last chunk", hang_up_after(_chunks(chunk(BODY)))),
    _cut("in the last chunk", hang_up_after(_chunks(chunk(BODY) + b"0"))),
    _cut("before the last line end", hang_up_after(_chunks(chunk(BODY) + b"0\r\n"))),
    _cut("in the trailers", hang_up_after(_chunks(chunk(BODY) + b"0\r\nx-a: b\r\n"))),
    # Lengths and chunks together
    _bad("a length and chunks", _head(LENGTH, b"transfer-encoding: chunked", body=chunk(BODY) + b"0\r\n\r\n")),
    _bad(
        "chunks and a length that is not theirs",
        _head(b"transfer-encoding: chunked", b"content-length: 3", body=chunk(BODY) + b"0\r\n\r\n"),
    ),
    _good("Chunked in large letters", _head(b"Transfer-Encoding: Chunked", body=chunk(BODY) + b"0\r\n\r\n")),
    *(
        _bad(
            f"a transfer encoding of {value.decode()!r}",
            _head(b"transfer-encoding: " + value, body=chunk(BODY) + b"0\r\n\r\n"),
        )
        for value in (
            b"gzip, chunked",
            b"identity",
            b"xchunked",
            b"chunked, identity",
            b"gzip",
            b"chunked;q=1",
            b"\x0bchunked",
        )
    ),
    _bad(
        "two transfer encodings",
        _head(b"transfer-encoding: chunked", b"transfer-encoding: chunked", body=chunk(BODY) + b"0\r\n\r\n"),
        REFUSED_OR_VALUE,
    ),
]
