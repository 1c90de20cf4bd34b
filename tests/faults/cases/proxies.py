"""Proxies of the environment: used as it says, trusted with no more than they need, and broken in their own ways."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any

from hfe_core import (
    AnswerTooLarge,
    ConnectError,
    Forbidden,
    RequestTimeout,
    ServerError,
    StatusError,
    StreamBroken,
    TransportError,
)
from tests.faults.answers import (
    SSE,
    AtOnce,
    Early,
    chunk,
    close,
    drip,
    endless,
    hang_up_after,
    head,
    http,
    reset_now,
    silence,
    sse,
)
from tests.faults.case import IMPATIENT, OK, TOKEN, Case, Fails, request, streaming
from tests.http_server import HttpServer, Seen, reset

GOOD = {"ok": True}
_AGREED = b"HTTP/1.1 200 Connection established\r\n\r\n"


def _pump(source: socket.socket, target: socket.socket, most: int | None = None) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            if most is not None:
                data = data[:most]
                most -= len(data)
            target.sendall(data)
            if most == 0:
                break
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def _tunnel(answer: bytes = _AGREED, most: int | None = None) -> Early:
    """A proxy that agrees to a CONNECT and carries what comes; after ``most`` bytes of answers it hangs up."""

    def speak(seen: Seen, connection: socket.socket) -> None:
        assert seen.method == "CONNECT"
        host, _, port = seen.target.rpartition(":")
        connection.sendall(answer)
        with socket.create_connection((host, int(port))) as onward:
            there = threading.Thread(target=_pump, args=(connection, onward), daemon=True)
            there.start()
            _pump(onward, connection, most)
            there.join(10)

    return Early(speak)


def _forward(seen: Seen, connection: socket.socket) -> None:
    """A proxy for plain http that answers itself, with what it was asked."""
    connection.sendall(http({"target": "/".join(seen.target.split("/")[3:]), "by": seen.headers.get("host")}))


def _asked(target: str, **headers: str | None) -> Callable[[HttpServer, HttpServer], None]:
    """The proxy was asked for this, with these headers; a None stands for a header that is not there."""

    def judge(server: HttpServer, proxy: HttpServer) -> None:
        place = f"127.0.0.1:{server.port}"
        assert proxy.seen, "nothing arrived at the proxy"
        for seen in proxy.seen:
            assert seen.target == target.replace("{place}", place), seen.target
            for name, value in headers.items():
                actual = seen.headers.get(name.replace("_", "-"))
                assert actual == value, f"{name}: {actual}"

    return judge


def _unproxied(server: HttpServer, proxy: HttpServer) -> None:
    assert proxy.connections == 0, "the proxy was connected to"
    assert server.seen


_HTTPS = {"https_proxy": "{other}"}
_HTTP = {"http_proxy": "{other}"}
_WITH_PASSWORD = {"https_proxy": "http://user:hunter%402@127.0.0.1:{other_port}"}
_BASIC = "Basic " + base64.b64encode(b"user:hunter@2").decode()


def _https(name: str, proxy: Any, expect: Any, **settings: Any) -> Case:
    settings.setdefault("environ", _HTTPS)
    settings.setdefault("script", [OK])
    return Case(name, other=[proxy] if not isinstance(proxy, list) else proxy, tls="good", expect=expect, **settings)


def _http(name: str, proxy: Any, expect: Any, **settings: Any) -> Case:
    settings.setdefault("environ", _HTTP)
    return Case(
        name,
        script=[OK],
        other=[proxy] if not isinstance(proxy, list) else proxy,
        expect=expect,
        exposed=True,
        requests=0,
        **settings,
    )


def _no_password(error_text: str) -> str:
    """A regular expression for a text that says this, and no password."""
    return rf"^(?![\s\S]*hunter)[\s\S]*{error_text}"


TUNNELS = [
    _https("https goes through a tunnel, and the proxy sees no token", _tunnel(), GOOD, requests=1,
           seen=_asked("{place}", authorization=None)),
    _https("a tunnel is kept for the next call", _tunnel(), [GOOD, GOOD], calls=[request(), request()], requests=2, connections=1),
    _https("a stream through a tunnel", _tunnel(), ["one"], calls=streaming(), script=[sse(b"data: one\n\n", b"data: [DONE]\n\n")]),
    _https("a large upload through a tunnel", _tunnel(), GOOD, calls=request(b"x" * 4_000_000), requests=1, seconds=12),
    _https("a tunnel with a password", _tunnel(), GOOD, environ=_WITH_PASSWORD,
           seen=lambda server, proxy: (_asked("{place}", proxy_authorization=_BASIC)(server, proxy), _unshown(server))),
    _https("ALL_PROXY is for https, too", _tunnel(), GOOD, environ={"all_proxy": "{other}"}, seen=_asked("{place}")),
    _https("a proxy in capitals", _tunnel(), GOOD, environ={"HTTPS_PROXY": "{other}"}, seen=_asked("{place}")),
    _https("a proxy without a scheme", _tunnel(), GOOD, environ={"https_proxy": "127.0.0.1:{other_port}"}, seen=_asked("{place}")),
    _https("a tunnel agreed to with headers", _tunnel(b"HTTP/1.1 200 OK\r\nproxy-agent: x\r\nx-y: z\r\n\r\n"), GOOD),
    _https("a tunnel agreed to by HTTP/1.0", _tunnel(b"HTTP/1.0 200 Connection established\r\n\r\n"), GOOD),
    _https("a tunnel cut in the middle of TLS", [_tunnel(most=200)], Fails((ConnectError, TransportError)), seconds=12),
    _https("a tunnel cut once", [_tunnel(most=200), _tunnel()], GOOD, requests=None),
    _https("a tunnel cut in the answer", [_tunnel(most=4000), _tunnel()], {"x": "y" * 20_000}, script=[http({"x": "y" * 20_000})]),
    _https("a proxy that refuses with 407", http({"error": "who are you"}, 407, proxy_authenticate="Basic"),
           Fails(ConnectError, "407|proxy", unanswered=False, attempts=1), requests=0),
    _https("a proxy that refuses with 403", http(b"<html>blocked</html>", 403), Fails(ConnectError, "403|proxy", attempts=1), requests=0),
    _https("a proxy that refuses a password does not show it", http(b"", 407), Fails(ConnectError, _no_password("407|proxy")),
           environ=_WITH_PASSWORD, requests=0),
    _https("a proxy that fails with 502 once", [http(b"", 502), _tunnel()], GOOD, requests=1),
    _https("a proxy that fails with 503 every time", http(b"", 503), Fails(ConnectError, "503|proxy"), requests=0),
    _https("a proxy that hangs up", close, Fails((ConnectError, TransportError)), requests=0),
    _https("a proxy that hangs up once", [close, _tunnel()], GOOD, requests=1),
    _https("a proxy that resets once", [reset_now, _tunnel()], GOOD, requests=1),
    _https("a proxy that resets at once", AtOnce(reset), Fails((ConnectError, TransportError)), requests=0),
    _https("a proxy that says nothing", silence, Fails((RequestTimeout, ConnectError)), options=IMPATIENT, requests=0),
    _https("a proxy that drips", drip(b"HTTP/1.1 200 OK\r\n", [b"x: y\r\n"] * 1000, 0.05), Fails((RequestTimeout, ConnectError)),
           options=IMPATIENT, requests=0),
    _https("a proxy that says no HTTP", hang_up_after(b"SSH-2.0-OpenSSH\r\n"), Fails((ConnectError, TransportError)), requests=0),
    _https("a proxy whose head has no end", endless(b"HTTP/1.1 200 OK\r\n", b"x: " + b"y" * 60_000 + b"\r\n"),
           Fails((ConnectError, TransportError, AnswerTooLarge)), requests=0),
    _https("a proxy that redirects", head(b"location: http://evil.example/", b"content-length: 0", status=b"302 X"),
           Fails(ConnectError, "302|proxy"), requests=0),
    _https("a proxy that speaks for the server", hang_up_after(_AGREED + OK), Fails((ConnectError, TransportError)), requests=0),
    _https("a proxy that answers as the server, without a tunnel", hang_up_after(http({"ok": "not the server"})), Fails((ConnectError, TransportError)), requests=0),
]  # fmt: skip


def _unshown(server: HttpServer) -> None:
    assert "proxy-authorization" not in server.seen[0].headers


FORWARDED = [
    _http("http goes to the proxy in its absolute form", _forward, lambda value: value["target"] == "",
          seen=_asked("http://{place}/", authorization=f"Bearer {TOKEN}")),
    _http("a path and a query go along", _forward, lambda value: value["target"] == "a/b?c=d",
          calls=request({"inputs": "x"}, path="a/b", query={"c": "d"}), seen=_asked("http://{place}/a/b?c=d")),
    _http("http with a password", _forward, lambda value: True, environ={"http_proxy": "http://user:hunter%402@127.0.0.1:{other_port}"},
          seen=_asked("http://{place}/", proxy_authorization=_BASIC)),
    _http("ALL_PROXY is for http, too", _forward, lambda value: True, environ={"ALL_PROXY": "{other}"}, seen=_asked("http://{place}/")),
    _http("a proxy that refuses http", http(b"<html><title>Blocked</title></html>", 403, content_type="text/html"),
          Fails(Forbidden, "Blocked", status=403)),
    _http("a proxy that wants a password", http(b"", 407), Fails(StatusError, "407", status=407)),
    _http("a proxy that is busy", [http(b"", 503), _forward], lambda value: True),
    _http("a proxy that cannot reach the server", http(b"<h1>Bad Gateway</h1>", 502), Fails(ServerError, "Bad Gateway", attempts=3)),
    _http("a proxy that hangs up on http", [close, _forward], lambda value: True),
    _http("a proxy that cuts an answer", [hang_up_after(head(b"content-length: 9") + b"x"), _forward], lambda value: True),
    _http("a proxy that cuts a stream", hang_up_after(SSE + chunk(b"data: one\n\n")), Fails(StreamBroken, received=["one"]), calls=streaming()),
    _http("a proxy that takes too long", silence, Fails(RequestTimeout), options=IMPATIENT),
    _http("a proxy's cookies are not kept", http(GOOD, set_cookie="a=b; Path=/"), [GOOD, GOOD], calls=[request(), request()],
          seen=_asked("http://{place}/", cookie=None)),
    _http("a redirect through a proxy stays within the origin",
          [head(b"location: /x", b"content-length: 0", status=b"307 X"), _forward], lambda value: value["target"] == "x"),
]  # fmt: skip

DIRECT = [
    Case(f"no_proxy={value!r} goes past the proxy", script=[OK], other=[_forward], expect=GOOD, requests=1, seen=_unproxied,
         environ={"http_proxy": "{other}", "no_proxy": value})
    for value in ("127.0.0.1", "*", "example.com,127.0.0.1", " 127.0.0.1 , x", "127.0.0.1:{port}")
] + [
    Case("NO_PROXY for https", script=[OK], other=[_tunnel()], tls="good", expect=GOOD, requests=1, seen=_unproxied,
         environ={"HTTPS_PROXY": "{other}", "NO_PROXY": "127.0.0.1"}),
    Case("the proxy of https is not for http", script=[OK], other=[_forward], expect=GOOD, requests=1, seen=_unproxied, environ=_HTTPS),
    Case("the proxy of http is not for https", script=[OK], other=[_tunnel()], tls="good", expect=GOOD, requests=1, seen=_unproxied,
         environ=_HTTP),
    Case("an empty proxy is none", script=[OK], other=[_forward], expect=GOOD, requests=1, seen=_unproxied,
         environ={"http_proxy": "", "all_proxy": ""}),
    Case("a proxy that is not there", script=[OK], expect=Fails(ConnectError), requests=0, environ={"http_proxy": "http://127.0.0.1:1"}),
    Case("a proxy whose name is unknown", script=[OK], expect=Fails(ConnectError), requests=0,
         environ={"http_proxy": "http://proxy.invalid:3128"}),
    *(
        Case(f"a proxy that is {what} is an error that does not show it", script=[OK], requests=0,
             expect=Fails(ConnectError, _no_password("proxy"), attempts=1, unanswered=False), environ={"http_proxy": value})
        for what, value in {
            "of another kind": "socks5://user:hunter2@127.0.0.1:1080",
            "no URL": "http://user:hunter2@[::1",
            "without a host": "http://",
            "with a port in words": "http://user:hunter2@127.0.0.1:http",
            "with port 99999": "http://user:hunter2@127.0.0.1:99999",
        }.items()
    ),
    Case("a proxy's password with a line break is no header", script=[OK], other=[_forward], exposed=True, expect=lambda value: True,
         environ={"http_proxy": "http://user:a%0d%0ax-injected:%20y@127.0.0.1:{other_port}"},
         seen=lambda server, proxy: _uninjected(proxy)),
]  # fmt: skip


def _uninjected(proxy: HttpServer) -> None:
    assert all("x-injected" not in seen.headers for seen in proxy.seen)


CASES = [*TUNNELS, *FORWARDED, *DIRECT]
