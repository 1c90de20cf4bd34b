"""The way to a server: where it is, and sockets that lead there within a time."""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Callable
from traceback import walk_tb
from typing import Any, NamedTuple, cast

from hfe_core._http.network import Proxy

__all__ = ["Paced", "Route", "arrivals", "dialled", "secured"]


class Route(NamedTuple):
    """How connections reach the server.

    Attributes:
        host: Name or address, as it is looked up.
        port: The port.
        is_tls: Whether the server speaks TLS.
        proxy: The proxy on the way, or None.
        context: Gives the TLS context, which is made when it is first needed.
    """

    host: str
    port: int
    is_tls: bool
    proxy: Proxy | None
    context: Callable[[], ssl.SSLContext]


class Paced:
    """The part of a socket that carries another TLS connection, with the deadline before each step."""

    def __init__(self, sock: Any, left: Callable[[], float]) -> None:
        self._sock = sock
        self._left = left

    def recv(self, size: int) -> bytes:
        self._sock.settimeout(self._left())
        return cast("bytes", self._sock.recv(size))

    def sendall(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            self._sock.settimeout(self._left())
            view = view[self._sock.send(view) :]

    def gettimeout(self) -> float | None:
        """None: the deadline decides."""
        return None

    def settimeout(self, _: float | None) -> None:
        """Nothing: the deadline decides."""

    def fileno(self) -> int:
        return cast("int", self._sock.fileno())

    def close(self) -> None:
        self._sock.close()


def arrivals(sock: socket.socket) -> select.poll | None:
    """Tells what comes on a socket; None on systems that cannot."""
    if not hasattr(select, "poll"):
        return None
    poll = select.poll()
    poll.register(sock.fileno(), select.POLLIN)
    return poll


def dialled(host: str, port: int, left: Callable[[], float]) -> socket.socket:
    """A socket that is connected to one of the host's addresses, which share the time that there is."""
    problem = OSError("the name has no address")
    places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for number, (family, kind, protocol, _, address) in enumerate(places):
        share = left() / (len(places) - number)
        try:
            sock = socket.socket(family, kind, protocol)
        except OSError as error:
            problem = error
            continue
        try:
            sock.settimeout(share)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.connect(address)
        except OSError as error:
            sock.close()
            problem = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise problem


def secured(sock: socket.socket, context: ssl.SSLContext, name: str) -> ssl.SSLSocket:
    """The socket in TLS with the host of this name, before the handshake.

    An end of the connection that TLS has not announced is an error of its, not an end of the answer.
    """
    try:
        return context.wrap_socket(
            sock, server_hostname=name, suppress_ragged_eofs=False, do_handshake_on_connect=False
        )
    except BaseException as error:
        # After a reset, or when it is interrupted, the ssl module leaves the half-made socket open.
        for frame, _ in walk_tb(error.__traceback__):
            half_made = frame.f_locals.get("self")
            if isinstance(half_made, ssl.SSLSocket):
                half_made.close()
        raise
