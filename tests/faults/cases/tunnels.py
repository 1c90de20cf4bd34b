"""Proxies: what they may consent to, and what must not be trusted behind them."""

from __future__ import annotations

import base64
import select
import socket

import attrs

from hfe_core import ConnectError, RequestTimeout, TransportError
from tests.faults.answers import close, endless, hang_up_after, head, http, say, stall_after
from tests.faults.case import IMPATIENT, OK, QUICK, TOKEN, Case, Either, Fails, Place, request
from tests.http_server import Answer, Seen, Speak

VALUE = {"ok": True}
PLAIN = {"http_proxy": "{other}"}
SECURE = {"https_proxy": "{other}"}
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
NOT_AGAIN = Fails(ConnectError, unanswered=False, attempts=1)
LOST = Fails((ConnectError, TransportError), attempts=3)
ONCE = attrs.evolve(IMPATIENT, retry=attrs.evolve(QUICK.retry, attempts=1))


def _tunnel(place: Place, consent: bytes = ESTABLISHED) -> Speak:
    """Consent to CONNECT, and carry bytes both ways."""
    port = int(place.url.rpartition(":")[2])

    def answer(_: Seen, connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", port)) as server:
            connection.sendall(consent)
            pair = {connection: server, server: connection}
            while True:
                for ready in select.select(list(pair), [], [], 20)[0]:
                    data = ready.recv(65536)
                    if not data:
                        connection.shutdown(socket.SHUT_RDWR)
                        return
                    pair[ready].sendall(data)

    return answer


def _tunnelled(name: str, consent: bytes, expect: object = VALUE, **fields) -> Case:
    return Case(
        name,
        script=[OK],
        tls="good",
        other=lambda place: [_tunnel(place, consent)],
        environ=SECURE,
        expect=expect,
        **fields,
    )


def _refusing(name: str, answer: Answer, expect: object, **fields) -> Case:
    """What the proxy says to CONNECT is the connection's trouble, and never taken for the endpoint's answer."""
    return Case(name, script=[OK], tls="good", other=[answer], environ=SECURE, expect=expect, requests=0, **fields)


def _connects(server, proxy) -> None:
    seen = proxy.seen[0]
    assert (seen.method, seen.target) == ("CONNECT", f"127.0.0.1:{server.port}"), seen
    assert seen.headers["host"] == f"127.0.0.1:{server.port}", seen
    assert not {"authorization", "content-type", "cookie"} & seen.headers.keys(), seen
    assert server.seen[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert server.seen[0].target == "/"
    assert "proxy-authorization" not in server.seen[0].headers


def _forwards(server, proxy) -> None:
    assert server.seen == []
    assert (proxy.seen[0].method, proxy.seen[0].target) == ("POST", server.url + "/")
    assert proxy.seen[0].headers["host"] == f"127.0.0.1:{server.port}"


def _is_authorized(_, proxy) -> None:
    expected = "Basic " + base64.b64encode(f"user:{TOKEN}".encode()).decode()
    assert proxy.seen[0].headers["proxy-authorization"] == expected


def _unused(_, proxy) -> None:
    assert proxy.connections == 0


WITH_PASSWORD = "http://user:" + TOKEN + "@127.0.0.1:{other_port}"


CASES = [
    Case(
        "a proxy that is not there",
        script=[OK],
        environ={"http_proxy": "http://127.0.0.1:1"},
        expect=Fails(ConnectError, attempts=3, unanswered=True),
        requests=0,
    ),
    Case(
        "a proxy that is not there, for TLS",
        script=[OK],
        tls="good",
        environ={"https_proxy": "http://127.0.0.1:1"},
        expect=Fails(ConnectError, attempts=3, unanswered=True),
        requests=0,
    ),
    Case(
        "a proxy that is not there, with a password",
        script=[OK],
        tls="good",
        environ={"https_proxy": f"http://user:{TOKEN}@127.0.0.1:1"},
        expect=Fails(ConnectError),
        requests=0,
    ),
    Case(
        "a proxy of another kind",
        script=[OK],
        environ={"http_proxy": f"socks5://user:{TOKEN}@127.0.0.1:1"},
        expect=NOT_AGAIN,
        requests=0,
    ),
    Case("a proxy that is no URL", script=[OK], environ={"http_proxy": "http://[:::/"}, expect=NOT_AGAIN, requests=0),
    Case(
        "a proxy with a port that is none",
        script=[OK],
        environ={"http_proxy": "http://127.0.0.1:99999"},
        expect=NOT_AGAIN,
        requests=0,
    ),
    Case(
        "TLS goes through the tunnel of a proxy with TLS",
        script=[OK],
        tls="good",
        other=lambda place: [_tunnel(place)],
        other_tls="good",
        environ=SECURE,
        calls=[request()] * 2,
        expect=[VALUE] * 2,
        connections=1,
        seen=_connects,
    ),
    Case(
        "plain HTTP goes through a proxy with TLS",
        script=[OK],
        other=[http([1])],
        other_tls="good",
        environ=PLAIN,
        expect=[1],
        exposed=True,
    ),
    Case(
        "a proxy with TLS that is not trusted",
        script=[OK],
        tls="good",
        other=[OK],
        other_tls="untrusted",
        environ=SECURE,
        expect=NOT_AGAIN,
        requests=0,
    ),
    Case(
        "a proxy with TLS that is not trusted, for plain HTTP",
        script=[OK],
        other=[OK],
        other_tls="untrusted",
        environ=PLAIN,
        expect=NOT_AGAIN,
        requests=0,
    ),
    Case(
        "a server behind a tunnel that is not trusted",
        script=[OK],
        tls="untrusted",
        other=lambda place: [_tunnel(place)],
        environ=SECURE,
        expect=NOT_AGAIN,
        requests=0,
    ),
    Case(
        "a tunnel that is cut before the answer",
        script=[close, OK],
        tls="good",
        other=lambda place: [_tunnel(place)],
        environ=SECURE,
        expect=VALUE,
    ),
    _tunnelled("consent with a length, which means nothing", b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
    _tunnelled("consent behind an interim answer", b"HTTP/1.1 100 Continue\r\n\r\n" + ESTABLISHED),
    _tunnelled("consent of another success", b"HTTP/1.1 204 No Content\r\n\r\n", Either(VALUE, Fails(ConnectError))),
    _tunnelled(
        "consent with words behind it", ESTABLISHED + b"welcome", Either(VALUE, Fails((ConnectError, TransportError)))
    ),
    _refusing(
        "a tunnel is refused with the token in the answer", http({"error": TOKEN}, 403), Fails(ConnectError, "403")
    ),
    _refusing(
        "a tunnel switches protocols", b"HTTP/1.1 101 X\r\nupgrade: x\r\n\r\n", Fails((ConnectError, TransportError))
    ),
    _refusing(
        "a tunnel's consent is cut", hang_up_after(b"HTTP/1.1 200 OK\r\n"), Fails((ConnectError, TransportError))
    ),
    _refusing(
        "a tunnel's proxy stalls in its head",
        stall_after(b"HTTP/1.1 200 OK\r\nx"),
        Fails(RequestTimeout, phase="connect", attempts=1),
        options=ONCE,
        seconds=4,
    ),
    _refusing(
        "a tunnel that leads to silence",
        say(ESTABLISHED),
        Fails(RequestTimeout, phase="connect", attempts=1),
        options=ONCE,
        seconds=4,
    ),
    _refusing("a tunnel that is closed behind the consent", hang_up_after(ESTABLISHED), LOST),
    _refusing(
        "a refusal without an end",
        endless(head(status=b"403 X"), b"a" * 65536),
        Fails(ConnectError, "403"),
        seconds=8,
        megabytes=24,
    ),
]
