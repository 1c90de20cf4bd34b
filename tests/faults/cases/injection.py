"""Line breaks and their like where a user's text becomes a part of HTTP: a clear error, or quoted, never a header."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs

from hfe_core import AsyncClient, Client, Options
from tests.faults.actions import acting, refused, refusing
from tests.faults.case import OK, QUICK, TOKEN, Case, Custom, request
from tests.http_server import HttpServer

GOOD = {"ok": True}
EVIL = {
    "a line break": "a\r\nx-injected: y",
    "a line feed": "a\nx-injected: y",
    "a carriage return": "a\rx-injected: y",
    "a zero": "a\x00b",
    "an escape": "a\x1bb",
    "a delete": "a\x7fb",
    "a letter beyond latin-1": "a\u2028b\u0100",
}


def _nothing(name: str, words: tuple[str, ...], call: Custom, **settings: Any) -> Case:
    """Refused in these words, and nothing is sent."""
    return Case(name, script=[OK], calls=call, expect=refused(*words), requests=0, connections=0, **settings)


def _pristine(server: HttpServer) -> None:
    """What arrived is one request, with no header but those that hfe sends."""
    assert len(server.seen) == 1, len(server.seen)
    assert "x-injected" not in server.seen[0].headers, server.seen[0].headers
    assert not any(b"\nx-injected" in data.lower() for data in server.arrived.values())


TOKENS = [
    _nothing(f"a token with {what}", ("access_token",), refusing(), token=f"{TOKEN}{evil}")
    for what, evil in {**EVIL, "a space inside": " b", "a tab inside": "\tb", "an umlaut": "ü", "a full-width letter": "\uff41"}.items()
] + [
    _nothing(f"a token that is {what}", ("access_token",), refusing(), token=given)
    for what, given in {"white space": "  \n", "True": True, "a number": 7, "bytes": b"hf_x"}.items()
] + [
]  # fmt: skip


def _sent(server: HttpServer, headers: dict[str, str | None]) -> None:
    for name, value in headers.items():
        assert server.seen[0].headers.get(name) == value, f"{name}: {server.seen[0].headers.get(name)}"


HEADERS = [
    _nothing(f"a header's value with {what}", ("headers", "x-mine"), refusing(headers={"x-mine": f"{TOKEN}{evil}"}))
    for what, evil in EVIL.items()
] + [
    _nothing(f"a header's name with {what}", ("headers",), refusing(headers={f"x-{evil}": "v"}))
    for what, evil in {**EVIL, "a colon": "a: b", "a space": "a b", "an umlaut": "ä"}.items()
] + [
    _nothing(f"a header that is {what}", ("headers",), refusing(headers=given))
    for what, given in {
        "nameless": {"": "v"},
        "a number": {"x-mine": 7},
        "None": {"x-mine": None},
        "bytes": {"x-mine": b"v"},
        "named by bytes": {b"x-mine": "v"},
        "in a list": [("x-mine", "v")],
    }.items()
] + [
    _nothing(f"a header of one's own that frames the message ({name})", ("headers", name), refusing(headers={name: value}))
    for name, value in {
        "Content-Length": "0",
        "content-length": "5",
        "Transfer-Encoding": "chunked",
        "TE": "trailers",
        "Trailer": "x-injected",
        "Upgrade": "h2c",
        "Connection": "close",
        "Expect": "100-continue",
        "Host": "evil.example",
    }.items()
] + [
    Case("a header in latin-1 arrives", script=[OK], options=attrs.evolve(QUICK, headers={"x-mine": "größe"}), expect=GOOD,
         seen=lambda server: _sent(server, {"x-mine": "größe"})),
    Case("an Authorization of one's own is the only one", script=[OK], token=False,
         options=attrs.evolve(QUICK, headers={"Authorization": "Basic dTpw"}), expect=GOOD,
         seen=lambda server: _once(server, b"authorization:", "Basic dTpw")),
    Case("with a token there is one Authorization", script=[OK], options=attrs.evolve(QUICK, headers={"authorization": "Basic dTpw"}),
         expect=GOOD, seen=lambda server: _once(server, b"authorization:")),
]  # fmt: skip


def _once(server: HttpServer, name: bytes, value: str | None = None) -> None:
    head = bytes(server.arrived[1]).partition(b"\r\n\r\n")[0].lower()
    assert head.count(b"\r\n" + name) == 1, f"{head.count(name)} headers"
    if value is not None:
        assert server.seen[0].headers[name.decode().rstrip(":")] == value


def _requesting(**keywords: Any) -> Callable[[Any], Any]:
    return lambda client: client.request({"inputs": "x"}, **keywords)


METHODS = [
    _nothing(f"a method that is {what}", ("method",), refusing(_requesting(method=method)))
    for what, method in {
        "a whole request": "GET / HTTP/1.1\r\nx-injected: y\r\n\r\nPOST",
        "followed by a space": "POST /evil",
        "nothing": "",
        "foreign": "ПОСТ",
        "full-width": "\uff30OST",
        "a number": 7,
        "None": None,
    }.items()
]
TYPES = [
    _nothing(
        f"a content type with {what}",
        ("content_type",),
        refusing(lambda client, evil=evil: client.request(b"data", content_type=f"text/plain{evil}")),
    )
    for what, evil in EVIL.items()
] + [
    _nothing(f"an accept with {what}", ("accept",), refusing(_requesting(accept=f"text/plain{evil}")))
    for what, evil in EVIL.items()
]

PATHS = [
    Case(
        f"a path with {what} is quoted",
        script=[OK],
        calls=request({"inputs": "x"}, path=path),
        expect=GOOD,
        requests=1,
        seen=lambda server, target=target: (_pristine(server), _target(server, target)),
    )
    for what, path, target in (
        ("a line break", "a\r\nx-injected: y", "/a%0D%0Ax-injected:%20y"),
        ("a space and a version", "a HTTP/1.1", "/a%20HTTP/1.1"),
        ("a zero", "a\x00b", "/a%00b"),
        ("an umlaut", "ä", "/%C3%A4"),
        ("a question mark", "a?b=c", "/a%3Fb=c"),
        ("a number sign", "a#b", "/a%23b"),
        ("a host", "//evil.example/x", "/evil.example/x"),
        ("a URL", "http://evil.example/x", "/http://evil.example/x"),
        ("a user's sign", "@evil.example/x", "/@evil.example/x"),
        ("a backslash", "\\\\evil.example\\x", "/%5C%5Cevil.example%5Cx"),
        ("a port", ":1/x", "/:1/x"),
    )
] + [
    _nothing(f"a path that leads above the endpoint ({path})", ("path",), refusing(_requesting(path=path)))
    for path in ("../admin", "a/../../b", "%2e%2e/admin", "..\\admin", "a/%2E%2E")
]


def _target(server: HttpServer, target: str) -> None:
    assert server.seen[0].target == target, server.seen[0].target


QUERIES = [
    Case(
        f"a query with {what} is quoted",
        script=[OK],
        calls=request({"inputs": "x"}, query={"a": value}),
        expect=GOOD,
        seen=lambda server, target=target: (_pristine(server), _target(server, target)),
    )
    for what, value, target in (
        ("a line break", "b\r\nx-injected: y", "/?a=b%0D%0Ax-injected%3A+y"),
        ("another parameter", "b&admin=1", "/?a=b%26admin%3D1"),
        ("a number sign", "b#c", "/?a=b%23c"),
        ("an emoji", "🙂", "/?a=%F0%9F%99%82"),
    )
]


def _constructed(url: str) -> Custom:
    """The client itself refuses the URL."""

    def making(kind: type[Client] | type[AsyncClient]) -> Callable[[Callable[..., Any]], str]:
        def make(_: Callable[..., Any]) -> str:
            try:
                kind(url, TOKEN, Options())
            except (ValueError, TypeError) as error:
                return f"{type(error).__name__}: {error}"
            return "not refused"

        return make

    return Custom(making(Client), making(AsyncClient))


URLS = [
    _nothing(f"an endpoint URL {what}", ("endpoint_url",), _constructed(url))
    for what, url in {
        "with a line break": "http://127.0.0.1/a\r\nx-injected: y",
        "with a zero": "http://127.0.0.1/a\x00",
        "with a space": "http://127.0.0.1/a b",
        "with a tab in the host": "http://127.0.0.\t1/",
        "of a file": "file:///etc/passwd",
        "of another protocol": "ftp://127.0.0.1/",
        "without a scheme": "127.0.0.1:80",
        "without a host": "http://",
        "without a host but a path": "http:///x",
        "with a password": f"http://user:{TOKEN}@127.0.0.1/",
        "with port 99999": "http://127.0.0.1:99999/",
        "with a port in words": "http://127.0.0.1:http/",
        "with a broken address": "http://[::1/",
        "with a fragment": "http://127.0.0.1/#x",
        "that is nothing": "",
        "that is a script": "javascript:alert(1)",
    }.items()
]


def _named_file(client: Any) -> Any:
    """A file whose name is a header; nothing of the name may travel."""
    directory = Path(tempfile.mkdtemp())
    path = directory / "a\r\nx-injected: y.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n and more")

    def clean() -> None:
        path.unlink()
        directory.rmdir()

    value = client.request(path)
    if not hasattr(value, "__await__"):
        clean()
        return value

    async def later() -> Any:
        try:
            return await value
        finally:
            clean()

    return later()


_LOOP: list[Any] = []
_LOOP.append(_LOOP)
BODIES = [
    Case("a file with a line break in its name", script=[OK], calls=acting(_named_file), expect=GOOD, seen=_pristine),
    *(
        _nothing(f"a body that holds {what}", words, refusing(lambda client, body=body: client.request(body)))
        for what, body, words in (
            ("NaN", {"inputs": [1.0, math.nan]}, ("inputs[1]", "nan")),
            ("infinity", {"inputs": {"a": math.inf}}, ("inputs.a", "inf")),
            ("half a pair", {"inputs": "a\ud83d"}, ("inputs", "surrogate")),
            ("a set", {"inputs": {1, 2}}, ("inputs", "set")),
            ("an object", {"inputs": [object()]}, ("inputs[0]", "object")),
            ("itself", {"inputs": _LOOP}, ("inputs",)),
            ("bytes in JSON", {"inputs": {"a": b"x"}}, ("inputs.a", "bytes")),
        )
    ),
    Case("a body with line breaks is a body", script=[OK], calls=request({"inputs": "a\r\n\r\nGET / HTTP/1.1\r\nx-injected: y"}),
         expect=GOOD, requests=1, seen=lambda server: _sent(server, {"x-injected": None})),
    Case("None in a user's data is kept", script=[OK], calls=request({"inputs": None, "parameters": {"top_k": None}}), expect=GOOD,
         seen=lambda server: _json(server, {"inputs": None, "parameters": {"top_k": None}})),
]  # fmt: skip


def _json(server: HttpServer, value: object) -> None:
    assert server.seen[0].json() == value


CASES = [*TOKENS, *HEADERS, *METHODS, *TYPES, *PATHS, *QUERIES, *URLS, *BODIES]
