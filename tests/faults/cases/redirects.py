"""Redirects: followed within the origin with all that was sent, never beyond it with anything."""

from __future__ import annotations

import _pydecimal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import attrs

from hfe_core import AnswerTooLarge, RequestTimeout, StatusError, TransportError
from tests.faults.actions import nothing_arrived_there
from tests.faults.answers import chunk, close, endless, hang_up_after, head, http, silence, sse
from tests.faults.case import OK, QUICK, TOKEN, Case, Fails, Place, request, run, streaming
from tests.http_server import Answer, HttpServer

GOOD = {"ok": True}
LARGE = Path(_pydecimal.__file__)
SECRET_HEADERS = {"x-api-key": "key_this_must_stay", "cookie": "session=this_must_stay"}


def _to(location: str, status: int = 307, body: bytes = b"moved") -> bytes:
    return head(
        b"location: " + location.encode("latin-1"), b"content-length: %d" % len(body), status=b"%d Moved" % status
    ) + body  # fmt: skip


def _script(*locations: str, status: int = 307, then: Answer = OK) -> Callable[[Place], Sequence[Answer]]:
    """Redirects with ``{url}`` and ``{other}`` filled in, then an answer."""
    return lambda place: [*(_to(place.fill(location), status) for location in locations), then]


def _carried(target: str, body: bytes = b'{"inputs":"x"}') -> Callable[[HttpServer], None]:
    """The last request is the first, but for its target."""

    def judge(server: HttpServer) -> None:
        first, last = server.seen[0], server.seen[-1]
        assert last.target == target, last.target
        assert last.method == first.method == "POST", last.method
        assert last.body == first.body == body, (len(first.body), len(last.body))
        assert last.headers.get("authorization") == f"Bearer {TOKEN}"
        assert last.headers["content-type"] == first.headers["content-type"]
        assert last.headers.get("host") == first.headers.get("host")

    return judge


FOLLOWED = [
    *(
        Case(
            f"a {status} within the origin is followed with method, body and token",
            script=_script("/there", status=status),
            expect=GOOD,
            requests=2,
            connections=1,
            seen=_carried("/there"),
        )
        for status in (307, 308)
    ),
    *(
        Case(
            f"a redirect to {what} is followed", script=_script(location), expect=GOOD, requests=2, seen=_carried(target)
        )
        for what, location, target in (
            ("a whole URL", "{url}/a/b?c=d", "/a/b?c=d"),
            ("a relative path", "models/x", "/models/x"),
            ("a path that goes up", "../../up", "/up"),
            ("a query", "?a=b", "/?a=b"),
            ("the same host, said in capitals", "HTTP://127.0.0.1:{port}/x", "/x"),
            ("the same host without a scheme", "//127.0.0.1:{port}/x", "/x"),
            ("a place in the page", "/x#there", "/x"),
            ("a path with spaces", "/a b", "/a%20b"),
            ("a path with what is no ASCII", "/\xe4", "/%C3%A4"),
            ("a path that is quoted", "/a%2Fb%20c", "/a%2Fb%20c"),
        )
    ),
    Case("a chain of redirects is followed", script=_script("/1", "/2", "/3"), expect=GOOD, requests=4, seen=_carried("/3")),
    Case(
        "a file is sent again whole where a redirect leads",
        script=_script("/there"),
        calls=request(LARGE, content_type="text/plain"),
        expect=GOOD,
        seen=_carried("/there", LARGE.read_bytes()),
    ),
    Case(
        "a stream is redirected within the origin",
        script=_script("/there", then=sse(b"data: one\n\n", b"data: [DONE]\n\n")),
        calls=streaming(),
        expect=["one"],
        requests=2,
    ),
    Case(
        "custom headers follow within the origin",
        script=_script("/there"),
        options=attrs.evolve(QUICK, headers=SECRET_HEADERS),
        expect=GOOD,
        seen=lambda server: _has(server.seen[1].headers, SECRET_HEADERS),
    ),
    Case("a GET follows a 302 within the origin", script=_script("/there", status=302),
         calls=request(None, method="GET"), expect=GOOD, requests=2,
         seen=lambda server: _has({"target": server.seen[1].target}, {"target": "/there"})),
    Case("a lost connection after a redirect is tried again",
         script=lambda place: [_to("/there"), close, _to("/there"), OK], expect=GOOD, seen=_carried("/there")),
    Case("a busy server behind a redirect is asked again from the beginning",
         script=[_to("/there"), http({"error": "busy"}, 503), _to("/there"), OK], expect=GOOD, requests=4, seen=_carried("/there")),
    Case("a redirect that closes the connection is followed over another",
         script=[head(b"location: /there", b"content-length: 0", b"connection: close", status=b"307 X"), OK],
         expect=GOOD, requests=2, connections=2, seen=_carried("/there")),
    Case("a redirect without a length is followed",
         script=[hang_up_after(head(b"location: /there", status=b"307 X") + b"moved"), OK], expect=GOOD, requests=2),
    Case("a redirect with a body without an end is followed or refused, in time",
         script=[endless(head(b"location: /there", b"transfer-encoding: chunked", status=b"307 X"), chunk(b"x" * 65536)), OK],
         expect=GOOD, requests=2),
]  # fmt: skip


def _has(headers: Any, wanted: dict[str, str]) -> None:
    for name, value in wanted.items():
        assert headers.get(name) == value, f"{name}: {headers.get(name)}"


LOOPS = [
    Case(
        f"a {status} to itself ends",
        script=_script("/", status=status, then=_to("/", status)),
        expect=Fails(StatusError, "redirect", status=status),
        seen=lambda server: _few(server),
        seconds=6,
    )
    for status in (307, 308)
] + [
    Case(
        "two redirects to each other end",
        script=_script("/a", "/b", "/a", "/b", "/a", "/b", "/a", "/b", then=_to("/a")),
        expect=Fails(StatusError, "redirect", status=307),
        seen=lambda server: _few(server),
    ),
    Case(
        "a redirect to a server that takes too long is a timeout",
        script=_script("/there", then=silence),
        options=attrs.evolve(QUICK, timeout=0.5, deadline=2.0),
        expect=Fails(RequestTimeout),
        requests=2,
    ),
]


def _few(server: HttpServer) -> None:
    assert 1 < len(server.seen) <= 21, f"{len(server.seen)} requests arrived"


CHANGED = [
    Case(
        f"a {status} to a POST is not followed: its input would be lost",
        script=_script("/there", status=status),
        expect=Fails(StatusError, "/there", status=status, attempts=1),
        requests=1,
    )
    for status in (301, 302, 303)
]


def _foreign(
    name: str,
    location: str,
    status: int = 307,
    says: str = "redirect",
    **settings: Any,
) -> Case:
    """A redirect to elsewhere: refused, and nothing of it arrives there."""
    settings.setdefault("expect", Fails(StatusError, says, status=status, attempts=1))
    settings.setdefault("seen", nothing_arrived_there)
    settings.setdefault("options", attrs.evolve(QUICK, headers=SECRET_HEADERS))
    settings.setdefault("requests", 1)
    return Case(name, script=_script(location, status=status), other=[OK], **settings)


def _not_there(name: str, location: str) -> Case:
    """A place that may be read in two ways: whatever is made of it, nothing arrives there."""
    return _foreign(name, location, requests=None, expect=lambda _: True)


FOREIGN = [
    *(
        _foreign(
            f"a {status} to another port is refused, and the error says where to",
            "{other}/stolen",
            status,
            r"127\.0\.0\.1:\d+/stolen",
        )
        for status in (301, 302, 303, 307, 308)
    ),
    _foreign("a GET is not redirected elsewhere", "{other}/x", 302, calls=request(None, method="GET")),
    _foreign("a stream is not redirected elsewhere", "{other}/x", calls=streaming()),
    _foreign("a typed call is not redirected elsewhere", "{other}/x", calls=run("text-classification", "my secret")),
    _foreign("a file is not redirected elsewhere", "{other}/x", calls=request(LARGE, content_type="text/plain")),
    _foreign("a redirect to another name of the same host", "http://localhost:{port}/x", says="localhost"),
    _foreign("a redirect to another host", "http://example.invalid/x?token=1", says=r"example\.invalid/x"),
    _foreign("a redirect without a scheme to another host", "//127.0.0.1:{other_port}/x", says=r"127\.0\.0\.1:\d+/x"),
    _foreign("a redirect with a user before the host", "http://127.0.0.1:{port}@127.0.0.1:{other_port}/x", says="redirect"),
    _foreign("a redirect with a password does not show it", "http://user:hunter2@127.0.0.1:{other_port}/x",
             says=r"^((?!hunter2)[\s\S])*$"),
    _not_there("a redirect with backslashes", "\\\\127.0.0.1:{other_port}\\x"),
    _not_there("a redirect with a slash and a backslash", "/\\127.0.0.1:{other_port}/x"),
    _not_there("a redirect with one slash", "http:/127.0.0.1:{other_port}/x"),
    _not_there("a redirect with backslashes behind the scheme", "http:\\\\127.0.0.1:{other_port}/x"),
    _not_there("a redirect with a backslash before the user's sign", "http://127.0.0.1:{other_port}\\@127.0.0.1:{port}/x"),
    _foreign("a redirect with a tab in the host", "http://127.0.0.1:{other_port}\t/x"),
    _foreign("a redirect with spaces around", "   {other}/x   "),
    _foreign("a redirect in full-width dots", "http://127\u00b70\u00b70\u00b71:{other_port}/x"),
    _foreign("a redirect to the same host in numbers", "http://2130706433:{other_port}/x"),
    _foreign("a redirect from https to http", "{other}/x", tls="good"),
    _foreign("a redirect from https to http on the same host and port", "http://127.0.0.1:{port}/x", tls="good"),
    _foreign("a redirect from http to https", "{other}/x", other_tls="good"),
    _foreign("a redirect from https to another https", "{other}/x", tls="good", other_tls="good"),
]  # fmt: skip

GARBAGE = [
    Case(
        f"a redirect to {what} is an error",
        script=_script(location),
        expect=Fails(StatusError, "redirect", status=307, attempts=1),
        requests=1,
    )
    for what, location in {
        "nowhere": "",
        "a file": "file:///etc/passwd",
        "a script": "javascript:alert(1)",
        "data": "data:application/json,{}",
        "another protocol": "ftp://127.0.0.1/x",
        "a URL without a host": "ftp://",
        "a broken address": "http://[::1/x",
        "a broken address in brackets": "http://[::g]/x",
        "port 0": "http://127.0.0.1:0/x",
        "port 99999": "http://127.0.0.1:99999/x",
        "a port in words": "http://127.0.0.1:http/x",
        "a host with a percent sign": "http://%31%32%37.0.0.1/x",
        "a socket": "unix:///var/run/docker.sock",
        "a very long place": "http://example.invalid/" + "x" * 20_000,
        "two places": "http://example.invalid/a, http://example.invalid/b",
        "a very long host": "http://" + "a" * 5000 + ".invalid/",
    }.items()
] + [
    Case("a redirect without a Location is an error", script=[http(b"", 307)], expect=Fails(StatusError, "redirect|307", status=307)),
    Case("a redirect to a place longer than a head may be", script=_script("/" + "x" * 100_000),
         expect=Fails((AnswerTooLarge, TransportError, StatusError)), requests=1),
    Case("a redirect to a long place within the origin", script=_script("/" + "x" * 20_000), expect=GOOD, requests=2),
    Case("a redirect cannot put a header into the next request", script=_script("/a%0d%0aX-Injected:%20y"), expect=GOOD,
         seen=lambda server: _has({"injected": server.seen[1].headers.get("x-injected", "no")}, {"injected": "no"})),
    Case("a redirect whose place holds the token does not show it",
         script=_script(f"http://example.invalid/?t={TOKEN}#{TOKEN}"),
         expect=Fails(StatusError, "redirect", status=307, headers=lambda headers: TOKEN not in str(headers))),
    Case("a redirect whose path holds the token does not show it", script=_script(f"http://example.invalid/{TOKEN}/x"),
         expect=Fails(StatusError, r"\*\*\*", status=307)),
    Case("a redirect whose place is given twice", script=[
         head(b"location: /a", b"location: /b", b"content-length: 0", status=b"307 X"), OK], expect=lambda _: True),
]  # fmt: skip

CASES = [*FOLLOWED, *LOOPS, *CHANGED, *FOREIGN, *GARBAGE]
