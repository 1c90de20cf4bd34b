"""Heads that are not quite HTTP/1.1, interim answers, statuses without a body."""

from __future__ import annotations

import attrs

from hfe_core import (
    BadRequest,
    Retry,
    ServerError,
    StatusError,
    StreamBroken,
    TransportError,
)
from tests.faults.answers import (
    JSON,
    chunk,
    chunked,
    close,
    echo,
    hang_up_after,
    head,
    http,
    reset_after,
    say,
)
from tests.faults.case import OK, QUICK, Case, Either, Fails, request, streaming

BODY = b'{"ok": true}'


VALUE = {"ok": True}


TYPE = JSON.strip()


LENGTH = b"content-length: 12"


REFUSED = Fails(TransportError, attempts=1, unanswered=False, cut=False)


REFUSED_OR_VALUE = Either(VALUE, REFUSED)


def _good(name: str, answer, value: object = VALUE, connections: int | None = 1, **fields) -> Case:
    """Unusual, and right: taken, also twice."""
    return Case(name, script=[answer], calls=[request()] * 2, expect=[value] * 2, connections=connections, **fields)


def _bad(name: str, answer, expect: object = REFUSED, call=None) -> Case:
    """Refused at once, and the next call is not confused by what is left."""
    if isinstance(answer, bytes):
        # Where it may be taken, the connection may be used again.
        answer = say(answer, then=lambda _: None) if isinstance(expect, Either) else say(answer)
    return Case(name, script=[answer, OK], calls=[call or request(), request()], expect=[expect, VALUE], seconds=4)


def _head(*lines: bytes, body: bytes = BODY, **fields: bytes) -> bytes:
    return head(TYPE, *lines, **fields) + body


def _no_cookies(server) -> None:
    assert all("cookie" not in seen.headers for seen in server.seen)


CASES = [
    # Heads
    _good("a head without a reason", b"HTTP/1.1 200\r\n" + _head(LENGTH).partition(b"\r\n")[2]),
    _good("a head with an empty reason", _head(LENGTH, status=b"200 ")),
    _good("a head with a reason of many words", _head(LENGTH, status="200 Ça va très bien".encode("latin-1"))),
    _good("a head with a reason in UTF-8", _head(LENGTH, status="200 好".encode())),
    _good("names of headers in large letters", _head(LENGTH).replace(b"content-", b"CONTENT-")),
    _good(
        "headers without blanks",
        b"HTTP/1.1 200 OK\r\ncontent-type:application/json\r\ncontent-length:12\r\n\r\n" + BODY,
    ),
    _good("an empty header", _head(LENGTH, b"x-empty:", b"x-blank:   ")),
    _good("a header in latin-1", _head(LENGTH, b"x-name: caf\xe9")),
    _good("a header in UTF-8", _head(LENGTH, "x-name: 好".encode())),
    _good("a header of unusual letters", _head(LENGTH, b"x!#$%&'*+-.^_`|~9: a")),
    _good("a header of sixteen kilobytes", _head(LENGTH, b"content-security-policy: " + b"a" * 16_000)),
    _good("two hundred headers", _head(LENGTH, *[b"x-%d: a" % number for number in range(200)])),
    _good(
        "cookies",
        _head(LENGTH, b"set-cookie: a=b; Path=/", b"set-cookie: c=d"),
        seen=lambda server: _no_cookies(server),
    ),
    _good("an upgrade that nobody asked for", _head(LENGTH, b"upgrade: h2c", b"connection: upgrade")),
    _bad("lines that end in LF alone", _head(LENGTH).replace(b"\r\n", b"\n"), REFUSED_OR_VALUE),
    _bad("a header without a colon", _head(LENGTH, b"garbage")),
    _bad("a header with a blank before its colon", _head(LENGTH, b"x-a : b")),
    _bad("a length with a blank before its colon", _head(b"content-length : 12")),
    _bad("a header without a name", _head(LENGTH, b": b")),
    _good("a folded header", _head(LENGTH, b"x-a: b", b" c")),
    _bad("a folded length that is two", _head(b"content-length: 1", b" 2")),
    _bad("a folded header first", head(b" folded", LENGTH) + BODY),
    _bad("a NUL in a header", _head(LENGTH, b"x-a: b\x00c")),
    _bad("a carriage return in a header", _head(LENGTH, b"x-a: b\rc: d")),
    _bad("a NUL in a header's name", _head(LENGTH, b"x\x00a: b")),
    _bad("a header's name with a blank", _head(LENGTH, b"x a: b")),
    _bad("a header's name in UTF-8", _head(LENGTH, "ü: b".encode())),
    _bad(
        "no blank line before the body", b"HTTP/1.1 200 OK\r\n" + TYPE + b"\r\n" + LENGTH + b"\r\n" + BODY + b"\r\n\r\n"
    ),
    *(
        _bad(
            f"a head that begins {start.decode('latin-1')!r}",
            start + b"\r\n" + TYPE + b"\r\n" + LENGTH + b"\r\n\r\n" + BODY,
        )
        for start in (
            b"HTTP/1.1 20 OK",
            b"HTTP/1.1 2000 OK",
            b"HTTP/1.1 abc OK",
            b"HTTP/1.1 -200 OK",
            b"HTTP/1.1 +20 OK",
            b"HTTP/1.1 2_0 OK",
            b"HTTP/1.1  200 OK",
            b"HTTP/1.1",
            b"HTTP/1.1 ",
            b"HTTP/1.1200 OK",
            b"HTTP/2 200 OK",
            b"HTTP/2.0 200",
            b"HTTP/3.0 200 OK",
            b"HTTP/11 200 OK",
            b"HTTP/1. 200 OK",
            b"HTTP/x.y 200 OK",
            b"http/1.1 200 OK",
            b"ICY 200 OK",
            b"200 OK",
            b"RTSP/1.0 200 OK",
            b"POST / HTTP/1.1",
            b"HTTP/1.1 200 O\x00K",
        )
    ),
    _bad("HTTP/0.9", hang_up_after(BODY)),
    _bad("HTTP/0.9, a page", hang_up_after(b"<html><body>hello</body></html>")),
    _bad(
        "HTTP/2",
        b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80\x00\x04\x00\x01\x00\x00\x00\x05\x00\xff\xff\xff",
    ),
    _bad("HTTP/2's preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    _bad("SSH", b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"),
    _bad("SMTP", b"220 mail.example.com ESMTP Postfix\r\n"),
    _bad("an alert of TLS", b"\x15\x03\x01\x00\x02\x02\x46"),
    _bad("zeros", bytes(1000)),
    _good("HTTP/1.0", hang_up_after(_head(LENGTH, version=b"HTTP/1.0")), connections=2),
    _good("HTTP/1.0 without a length", hang_up_after(_head(version=b"HTTP/1.0")), connections=2),
    _good(
        "HTTP/1.0 that says keep-alive", _head(LENGTH, b"connection: keep-alive", version=b"HTTP/1.0"), connections=None
    ),
    Case(
        "HTTP/1.0 left open",
        script=[say(_head(LENGTH, version=b"HTTP/1.0")), OK],
        calls=[request()] * 2,
        expect=[VALUE] * 2,
        connections=2,
    ),
    # Statuses without a body, interim answers
    *(
        _good(f"an interim answer {status}", b"HTTP/1.1 %d X\r\n\r\n" % status + OK)
        for status in (100, 102, 103, 110, 199)
    ),
    _good("an interim answer without a reason", b"HTTP/1.1 100\r\n\r\n" + OK),
    _good(
        "several interim answers",
        b"HTTP/1.1 100 X\r\n\r\nHTTP/1.1 102 X\r\n\r\nHTTP/1.1 103 X\r\nlink: </a>\r\n\r\nHTTP/1.1 103 X\r\n\r\n" + OK,
    ),
    _good(
        "an interim answer with headers of its own",
        b"HTTP/1.1 103 X\r\ncontent-type: text/html\r\ncontent-length: 7\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
        + OK,
        connections=None,
    ),
    _good(
        "an interim answer, then a pause", say(b"HTTP/1.1 103 X\r\n\r\n", OK, pause=0.1, then=lambda connection: None)
    ),
    _bad(
        "a switch of protocols", b"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n" + OK
    ),
    _bad(
        "a switch of protocols behind an interim answer",
        b"HTTP/1.1 103 X\r\n\r\nHTTP/1.1 101 X\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
    ),
    Case(
        "an interim answer and no other is no answer",
        script=[hang_up_after(b"HTTP/1.1 103 X\r\n\r\n"), OK],
        expect=VALUE,
        requests=2,
    ),
    Case(
        "an interim answer and a reset is no answer",
        script=[reset_after(b"HTTP/1.1 100 X\r\n\r\n"), OK],
        expect=VALUE,
        requests=2,
    ),
    _bad(
        "an interim answer and half a head",
        hang_up_after(b"HTTP/1.1 103 X\r\n\r\nHTTP/1.1 2"),
        Fails(TransportError, unanswered=False, attempts=1),
    ),
    _good("204", head(status=b"204 No Content"), b""),
    _bad("204 with a body", head(LENGTH, status=b"204 No Content") + BODY, b""),
    _bad(
        "204 in chunks", head(b"transfer-encoding: chunked", status=b"204 No Content") + chunk(BODY) + b"0\r\n\r\n", b""
    ),
    Case(
        "304",
        script=[head(LENGTH, status=b"304 Not Modified"), OK],
        calls=[request(), request()],
        expect=[Fails(StatusError, status=304), VALUE],
        connections=1,
    ),
    Case(
        "an answer to HEAD",
        script=[head(b"content-length: 1000")],
        calls=[request(None, method="HEAD")] * 2,
        expect=[b"", b""],
        connections=1,
    ),
    Case(
        "an answer to HEAD in chunks",
        script=[head(b"transfer-encoding: chunked")],
        calls=[request(None, method="HEAD")] * 2,
        expect=[b"", b""],
        connections=1,
    ),
    _bad("an answer to HEAD with a body", head(LENGTH) + BODY, b"", request(None, method="HEAD")),
    # What stands behind an answer, and headers that come twice
    _bad("another answer behind chunks", chunked(BODY) + http("ghost"), VALUE),
    _bad("garbage behind chunks", chunked(BODY) + b"\r\n\r\n", VALUE),
    _bad("garbage behind an answer", OK + b"x", VALUE),
    Case(
        "a request id twice, in latin-1",
        script=[http({"error": "x"}, 400, x_a="b").replace(b"x-a: b", b"x-request-id: caf\xe9\r\nX-Request-Id: b")],
        expect=Fails(BadRequest, request_id="café, b"),
    ),
    Case(
        "an error without a length",
        script=[hang_up_after(head(status=b"400 X") + b'{"error": "why"}')],
        expect=Fails(BadRequest, "why"),
    ),
    Case(
        "an error that is cut short",
        script=[hang_up_after(head(b"content-length: 500", status=b"400 X") + b"because of this")],
        expect=Fails(BadRequest, "because of this", attempts=1),
    ),
    Case(
        "an error whose chunks are broken",
        script=[hang_up_after(head(b"transfer-encoding: chunked", status=b"400 X") + b"5\r\nwhy so\r\nzz\r\n")],
        expect=Fails(BadRequest, "400", attempts=1),
    ),
    Case(
        "an error whose chunks end in the middle",
        script=[reset_after(head(b"transfer-encoding: chunked", status=b"500 X") + chunk(b"out of memory"))],
        expect=Fails(ServerError, "out of memory", status=500, attempts=1),
    ),
    Case(
        "an error that is cut short, then another call",
        script=[say(head(b"content-length: 500", status=b"500 X") + b"x", then=lambda connection: None), echo],
        calls=[request(1, changes={"timeout": 0.4}), request(2)],
        expect=[Fails(ServerError, status=500), 2],
        seconds=6,
    ),
    Case(
        "a status of no known class",
        script=[http({"error": "x"}, 999)],
        expect=Either(Fails(StatusError, status=999), REFUSED),
    ),
    Case("a status of 600", script=[http({"error": "x"}, 600)], expect=Either(Fails(StatusError, status=600), REFUSED)),
    Case(
        "a stream whose chunks are broken",
        script=[
            say(
                head(b"content-type: text/event-stream", b"transfer-encoding: chunked")
                + chunk(b"data: a\n\n")
                + b"zz\r\n"
            )
        ],
        calls=streaming(),
        expect=Fails(StreamBroken, received=["a"]),
        seconds=4,
    ),
    Case(
        "a stream with a length and chunks",
        script=[
            say(
                head(b"content-type: text/event-stream", b"transfer-encoding: chunked", LENGTH)
                + chunk(b"data: a\n\n")
                + b"0\r\n\r\n"
            )
        ],
        calls=streaming(),
        expect=REFUSED,
        seconds=4,
    ),
    Case(
        "closed for ever, one attempt more",
        script=[close],
        options=attrs.evolve(QUICK, retry=Retry(attempts=4, backoff=0.01)),
        expect=Fails(TransportError, attempts=4),
        requests=4,
    ),
]
