"""TLS that is not what it should be."""

from __future__ import annotations

import itertools
import os
import socket
import time

import attrs

from hfe_core import BadRequest, ConnectError, PayloadTooLarge, RequestTimeout, TransportError
from tests.faults.answers import (
    JSON,
    SSE,
    AtOnce,
    Early,
    chunk,
    close,
    drip,
    hang_up_after,
    head,
    http,
    reset,
    reset_after,
    say,
    silence,
    wait_until_gone,
)
from tests.faults.case import CANCELLED, IMPATIENT, OK, QUICK, Case, Either, Fails, request, streaming

NOT_TRUSTED = Fails(ConnectError, "certificate", unanswered=False, attempts=1)
UNTIL_THE_END = head(JSON.strip(), b"connection: x")  # without a length: it ends with the connection
LARGE = b"a" * 4_000_000


def _with_notice(connection: socket.socket) -> None:
    connection.unwrap().close()  # type: ignore[attr-defined]


def _plain(connection: socket.socket) -> None:
    connection.recv(5)
    connection.sendall(http({"error": "The plain HTTP request was sent to HTTPS port"}, 400))
    wait_until_gone(connection, 1)


def _garbage(connection: socket.socket) -> None:
    connection.recv(5)
    connection.sendall(os.urandom(1 << 16).replace(b"\x16", b"\x17"))
    wait_until_gone(connection, 1)


def _hello_in_drips(connection: socket.socket) -> None:
    connection.recv(5)
    for byte in itertools.chain(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03", itertools.repeat(0)):
        connection.sendall(bytes([byte]))
        time.sleep(0.03)


def _cut_hello(connection: socket.socket) -> None:
    connection.recv(5)
    connection.sendall(b"\x16\x03\x03\x00\x7a\x02\x00")
    connection.shutdown(socket.SHUT_RDWR)


def _alert(code: int):
    def answer(connection: socket.socket) -> None:
        connection.recv(1 << 16)
        connection.sendall(bytes([0x15, 3, 3, 0, 2, 2, code]))
        wait_until_gone(connection, 1)

    return AtOnce(answer)


def _refused(name: str, tls: str, expect: Fails = NOT_TRUSTED, **fields) -> Case:
    return Case(name, script=[OK], tls=tls, expect=expect, requests=0, **fields)


def _early(_, connection: socket.socket) -> None:
    connection.sendall(http({"error": "too large"}, 413, connection="close"))
    wait_until_gone(connection, 3)


def _no_http(_, connection: socket.socket) -> None:
    connection.sendall(b"\x00" * 100)
    wait_until_gone(connection, 3)


CASES = [
    Case("an answer", script=[OK], tls="good", calls=[request()] * 3, expect=[{"ok": True}] * 3, connections=1),
    Case("TLS 1.2", script=[OK], tls="tls1.2", calls=[request()] * 3, expect=[{"ok": True}] * 3, connections=1),
    Case("a name instead of an address", script=[OK], tls="good", url="https://localhost:{port}", expect={"ok": True}),
    Case("IPv6", script=[OK], tls="good", host="::1", expect={"ok": True}),
    Case(
        "an authority from the environment",
        script=[OK],
        tls="good",
        trust=False,
        environ={"SSL_CERT_FILE": "{bundle}"},
        expect={"ok": True},
    ),
    Case("an authority that nobody names", script=[OK], tls="good", trust=False, expect=NOT_TRUSTED, requests=0),
    _refused("a certificate of another authority", "untrusted"),
    _refused("a certificate that has expired", "expired"),
    _refused("a certificate of tomorrow", "future"),
    _refused("a certificate of another host", "wrong-host"),
    _refused("TLS 1.0 only", "tls1.0", Fails(ConnectError, unanswered=False, attempts=1)),
    Case(
        "an alert about the version",
        script=[_alert(70)],
        tls="good",
        expect=Fails(ConnectError, unanswered=False, attempts=1),
    ),
    Case("an alert about the handshake", script=[_alert(40)], tls="good", expect=Fails(ConnectError)),
    Case(
        "an alert about itself", script=[_alert(80), OK], tls="good", expect=Either({"ok": True}, Fails(ConnectError))
    ),
    Case(
        "a certificate is asked of the client",
        script=[OK],
        tls="wants-certificate",
        expect=Fails((ConnectError, TransportError)),
        requests=0,
    ),
    Case("plain text on a port of TLS", script=[AtOnce(_plain)], tls="good", expect=Fails(ConnectError), requests=0),
    Case("garbage on a port of TLS", script=[AtOnce(_garbage)], tls="good", expect=Fails(ConnectError), requests=0),
    Case(
        "TLS on a port of plain text",
        script=[OK],
        tls="good",
        url="http://127.0.0.1:{port}",
        expect=Fails((TransportError, ConnectError)),
        requests=0,
    ),
    Case(
        "closed instead of a handshake",
        script=[AtOnce(lambda connection: connection.shutdown(socket.SHUT_RDWR)), OK],
        tls="good",
        expect={"ok": True},
    ),
    Case("closed in the handshake", script=[AtOnce(_cut_hello), OK], tls="good", expect={"ok": True}),
    Case("reset in the handshake", script=[AtOnce(reset), OK], tls="good", expect={"ok": True}),
    Case(
        "closed in the handshake, for ever",
        script=[AtOnce(_cut_hello)],
        tls="good",
        expect=Fails((ConnectError, TransportError), unanswered=True, attempts=3),
    ),
    Case(
        "no handshake",
        script=[AtOnce(wait_until_gone)],
        tls="good",
        options=attrs.evolve(IMPATIENT, retry=attrs.evolve(QUICK.retry, attempts=2)),
        expect=Fails(RequestTimeout, phase="connect", attempts=2),
        seconds=4,
    ),
    Case(
        "a handshake in drips",
        script=[AtOnce(_hello_in_drips)],
        tls="good",
        options=attrs.evolve(IMPATIENT, retry=attrs.evolve(QUICK.retry, attempts=1)),
        expect=Fails(RequestTimeout, phase="connect"),
        seconds=4,
    ),
    Case(
        "cancelled in the handshake",
        script=[AtOnce(wait_until_gone), OK],
        tls="good",
        calls=[request(cancel=0.2), request()],
        expect=[CANCELLED, {"ok": True}],
    ),
    Case(
        "no answer",
        script=[silence],
        tls="good",
        options=IMPATIENT,
        expect=Fails(RequestTimeout, phase="read", attempts=1),
        seconds=4,
    ),
    Case(
        "a body in drips",
        script=[drip(head(b"content-length: 999"), [b" "] * 999, 0.03)],
        tls="good",
        options=IMPATIENT,
        expect=Fails(RequestTimeout, phase="read"),
        seconds=4,
    ),
    Case("closed after the request", script=[close, OK], tls="good", expect={"ok": True}),
    Case("closed after the request, with notice", script=[say(then=_with_notice), OK], tls="good", expect={"ok": True}),
    Case("reset after the request", script=[reset_after(), OK], tls="good", expect={"ok": True}),
    Case(
        "a kept connection closed meanwhile",
        script=[hang_up_after(OK, b"", pause=0.05), OK],
        tls="good",
        calls=[request(), request(pause=0.15)],
        expect=[{"ok": True}] * 2,
    ),
    Case(
        "a kept connection closed meanwhile, with notice",
        script=[say(OK, b"", pause=0.05, then=_with_notice), OK],
        tls="good",
        calls=[request(), request(pause=0.15)],
        expect=[{"ok": True}] * 2,
    ),
    Case(
        "a second answer on a kept connection",
        script=[say(OK + http("ghost")), OK],
        tls="good",
        calls=[request(), request(pause=0.1)],
        expect=[{"ok": True}] * 2,
    ),
    Case(
        "a body that ends with the connection, with notice",
        script=[say(UNTIL_THE_END + b'{"ok":true}', then=_with_notice)],
        tls="good",
        expect={"ok": True},
    ),
    Case(
        "a body that ends with the connection, without notice",
        script=[hang_up_after(UNTIL_THE_END + b'{"ok":true}')],
        tls="good",
        expect=Fails(TransportError, cut=True, attempts=3),
    ),
    Case(
        "a body that ends with the connection, without notice, of an error",
        script=[hang_up_after(head(b"connection: x", status=b"400 X") + b'{"error":"why"}')],
        tls="good",
        expect=Fails(BadRequest, "why", status=400),
    ),
    Case("a body with a length, closed without notice", script=[hang_up_after(OK)], tls="good", expect={"ok": True}),
    Case(
        "a body cut short",
        script=[hang_up_after(head(b"content-length: 50") + b"{"), OK],
        tls="good",
        expect={"ok": True},
        requests=2,
    ),
    Case(
        "a body cut short, with notice",
        script=[say(head(b"content-length: 50") + b"{", then=_with_notice), OK],
        tls="good",
        expect={"ok": True},
        requests=2,
    ),
    Case(
        "chunks cut short by a reset",
        script=[reset_after(SSE + b"5\r\nab"), OK],
        tls="good",
        expect={"ok": True},
        requests=2,
    ),
    Case(
        "a stream",
        script=[SSE + chunk(b"data: a\n\n") + chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"],
        tls="good",
        calls=[streaming()] * 2,
        expect=[["a"]] * 2,
        connections=1,
    ),
    Case(
        "an upload",
        script=[OK],
        tls="good",
        calls=[request(LARGE)] * 2,
        expect=[{"ok": True}] * 2,
        connections=1,
        seen=lambda server: _whole(server, LARGE),
    ),
    Case(
        "an early answer to an upload",
        script=[Early(_early), OK],
        tls="good",
        calls=[request(LARGE), request()],
        expect=[Fails(PayloadTooLarge, "too large", attempts=1), {"ok": True}],
    ),
    Case(
        "what is no HTTP",
        script=[_no_http, OK],
        tls="good",
        calls=[request(), request()],
        expect=[Fails(TransportError, attempts=1), {"ok": True}],
    ),
    Case(
        "a bundle that holds nothing",
        script=[OK],
        tls="good",
        options=attrs.evolve(QUICK, ca_bundle=__file__),
        expect=Fails(ConnectError, "ca_bundle", unanswered=False, attempts=1),
        requests=0,
    ),
]


def _whole(server, body: bytes) -> None:
    assert server.seen[-1].body == body
