"""Servers that say the token back, anywhere: no error shows it."""

from __future__ import annotations

from typing import Any

from hfe_core import (
    BadRequest,
    DecodeError,
    RateLimited,
    StatusError,
    StreamBroken,
    TransportError,
)
from tests.faults.answers import gzipped, hang_up_after, head, http, sse
from tests.faults.case import TOKEN, Case, Fails, mapped, request, run, stream, streaming

_BEARER = f"Bearer {TOKEN}".encode()


_JSON = b"content-type: application/json"


def _echo(name: str, answer: bytes, expect: Any = None, calls: Any = None, **settings: Any) -> Case:
    """A server that says the token; the harness looks for it everywhere."""
    return Case(
        f"the token in {name}",
        script=[hang_up_after(answer)],
        calls=calls or request(),
        expect=expect or Fails((TransportError, StreamBroken)),
        **settings,
    )


def _bad(says: str = r"\*\*\*", **attributes: Any) -> Fails:
    return Fails(
        BadRequest,
        says,
        message=lambda message: TOKEN not in message,
        body=lambda body: _BEARER not in body,
        **attributes,
    )


_PAGE = b"<html><title>You sent %b</title><body>%b</body></html>" % (_BEARER, _BEARER)


_TYPED = run("text-classification", "x")


ECHOES = [
    _echo("an error's message", http({"error": f"you sent {_BEARER.decode()}"}, 400), _bad()),
    _echo("an error's list", http({"error": ["no", _BEARER.decode()]}, 400), _bad()),
    _echo("an error's warnings", http({"error": "no", "warnings": [_BEARER.decode()]}, 400), _bad()),
    _echo("an error's key", http({TOKEN: "x"}, 400), _bad("")),
    _echo("a FastAPI error", http({"detail": [{"loc": ["header", TOKEN], "msg": TOKEN}]}, 400), _bad()),
    _echo("an error's page", http(_PAGE, 400, content_type="text/html"), _bad()),
    _echo("an error's text", http(b"denied: " + _BEARER, 400, content_type="text/plain"), _bad()),
    _echo("an error's headers", http({"error": "no"}, 400, www_authenticate=_BEARER.decode(), x_echo=TOKEN),
          _bad("", headers=lambda headers: TOKEN not in str(headers))),
    _echo("a request id", http({"error": "no"}, 400, x_request_id=TOKEN), _bad("", request_id=lambda name: TOKEN not in str(name))),
    _echo("a request id with bad JSON", http(b"{", content_type="application/json", x_request_id=TOKEN),
          Fails(DecodeError, request_id=lambda name: TOKEN not in str(name))),
    _echo("a reason", b"HTTP/1.1 400 " + _BEARER + b"\r\ncontent-length: 2\r\n\r\n{}", _bad("")),
    _echo("a compressed error", http(gzipped(b'{"error": "' + _BEARER + b'"}'), 400, content_encoding="gzip"), _bad()),
    _echo("an answer that is no JSON", http(b"you sent " + _BEARER, content_type="application/json"), Fails(DecodeError)),
    _echo("a page with 200", http(_PAGE, content_type="text/html"), Fails(DecodeError), _TYPED),
    _echo("JSON that is cut", http(b'{"a": "' + _BEARER, content_type="application/json"), Fails(DecodeError)),
    _echo("a value of the wrong kind", http([{"label": "A", "score": TOKEN}]), Fails(DecodeError, path=lambda path: "score" in path), _TYPED),
    _echo("a key of an object of the wrong kind", http([{TOKEN: 1}]), Fails(DecodeError), _TYPED),
    _echo("an error with 200", http({"error": f"{TOKEN} is wrong"}), Fails(StatusError, r"\*\*\*", status=200)),
    _echo("the beginning of an answer that is no HTTP", _BEARER + b" who are you\r\n\r\n"),
    _echo("a status line that is none", b"HTTP/1.1 " + _BEARER + b"\r\n\r\n"),
    _echo("a header without a colon", b"HTTP/1.1 200 OK\r\n" + _BEARER + b"\r\n\r\n"),
    _echo("a length", b"HTTP/1.1 200 OK\r\ncontent-length: " + TOKEN.encode() + b"\r\n\r\n"),
    _echo("a transfer encoding", b"HTTP/1.1 200 OK\r\ntransfer-encoding: " + TOKEN.encode() + b"\r\n\r\n"),
    _echo("a chunk's size", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + TOKEN.encode() + b"\r\n"),
    _echo("a content encoding", http(b"x", content_encoding=TOKEN)),
    _echo("a content type", http(b"x", content_type=f"{TOKEN}/x"), Fails(DecodeError), _TYPED),
    _echo("a charset", http(b"\xff", content_type=f"application/json; charset={TOKEN}"), Fails(DecodeError)),
    _echo("an answer that is cut", head(_JSON, b"content-length: 1000") + _BEARER),
    _echo("the type of what is no stream", http(b"x", content_type=f"text/{TOKEN}"), Fails(DecodeError), streaming()),
    _echo("what is no stream", http(_BEARER, content_type="text/plain"), Fails(DecodeError), streaming()),
    _echo("a stream's error", sse(b"data: one\n\n", b'data: {"error": "' + _BEARER + b'"}\n\n'),
          Fails(StatusError, r"\*\*\*"), streaming()),
    _echo("a stream's error event", sse(b"event: error\ndata: " + _BEARER + b"\n\n"), Fails(StatusError, r"\*\*\*"), streaming()),
    _echo("an event that is no JSON", sse(b"data: {" + _BEARER + b"\n\n"), Fails(DecodeError), stream("text-generation", "x")),
    _echo("an event of the wrong kind", sse(b'data: {"token": "' + _BEARER + b'"}\n\n'), Fails(DecodeError), stream("text-generation", "x")),
    _echo("a batch's answer", http({"error": TOKEN}, 400), ["BadRequest"] * 2, mapped("text-classification", ["a", "b"])),
    _echo("a Set-Cookie of an error", http({"error": "no"}, 400, set_cookie=f"t={TOKEN}"),
          _bad("", headers=lambda headers: TOKEN not in str(headers))),
    _echo("a Retry-After", http({"error": "no"}, 429, retry_after=TOKEN), Fails(RateLimited)),
]  # fmt: skip


CASES = [*ECHOES]
