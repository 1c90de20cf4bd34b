"""One connection to a server, or through a proxy to it: deadlines, TLS, sending, and reading what comes back."""

from __future__ import annotations

import os
import select
import selectors
import socket
import ssl
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, cast

from urllib3.connection import HTTPConnection
from urllib3.util import wait_for_read
from urllib3.util.ssltransport import SSLTransport

from hfe_core._http.framing import BodyReader, NoBody
from hfe_core._http.head import Head, HeadReader
from hfe_core._http.network import Proxy
from hfe_core._http.request_head import SecretBytes, is_surely_read, request_pieces
from hfe_core._urllib3.dialling import Paced, Route, arrivals, dialled, secured
from hfe_core.errors import ConnectError, TransportError
from hfe_core.transport import SecretHeader

__all__ = ["Connection"]

_PIECE = 1 << 16
_MAX_TUNNEL_HEAD = 1 << 16
_FOREVER = 1e6
# By so much may a deadline be overrun that is more than a second away: to set a timeout costs a system call.
_SLACK = 0.01
_MUST_WAIT = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Connection(HTTPConnection):
    """A connection that has one deadline for all that an attempt does.

    urllib3's and http.client's own code for heads and bodies is not used: from outside, it can be made neither strict
    nor bounded in time and memory.

    Args:
        route: How the server is reached.

    Attributes:
        deadline: When the attempt must be over, on the monotonic clock, or None.
        phase: What it is at: ``"connect"``, ``"head"`` (from sending to the head of the answer) or ``"body"``.
        answered: Whether a byte of the answer has come.
    """

    debuglevel = 0  # http.client's global switch would print the token.

    def __init__(self, route: Route) -> None:
        super().__init__(route.host, route.port)
        self.route = route
        self.deadline: float | None = None
        self.phase = "connect"
        self.answered = False
        self._pid = os.getpid()
        self._arrivals: select.poll | None = None
        self._is_polled = False
        self._body: BodyReader = NoBody()
        self._pending = b""
        self._may_be_kept = False

    def left(self) -> float:
        """Seconds until the deadline.

        Raises:
            TimeoutError: There are none.
        """
        if self.deadline is None:
            return _FOREVER
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline is over")
        return left

    def connect(self) -> None:
        """Connect, through the proxy if there is one, and agree on TLS.

        Raises:
            TransportError: The proxy refuses, or does not speak HTTP.
            OSError: It cannot be done, or not within the deadline.
        """
        self.phase = "connect"
        self._pid = os.getpid()
        self._is_polled = False
        route = self.route
        if route.proxy is None:
            self.sock = dialled(route.host, route.port, self.left)
        else:
            scheme, _, place = route.proxy.url.partition("://")
            name, _, port = place.rpartition(":")
            self.sock = dialled(name.strip("[]"), int(port), self.left)
            if scheme == "https":
                self._secure(name.strip("[]"))
            if route.is_tls:
                self._open_tunnel(route.proxy)
        if route.is_tls:
            self._secure(route.host)
        self._arrivals = arrivals(self.sock)
        if self._arrivals is not None and type(self.sock) is socket.socket:
            # With a timeout of its own, each send and each receipt would make a system call more.
            self.sock.settimeout(0)
            self._is_polled = True

    def start(self, head: bytes, body: bytes | Iterable[bytes], method: str, max_head: int) -> Head:
        """Send a request and read the head of its answer.

        Args:
            head: The request's head as it travels.
            body: The request's body, or its pieces.
            method: The request's method.
            max_head: Bytes that the answer's head may take.

        Raises:
            TransportError: What came is no head.
            OSError: The connection was lost, or the deadline came.
        """
        self._may_be_kept = self.answered = False
        if self.sock is None:
            self.connect()
        self.phase = "head"
        reader = HeadReader(method, max_head)
        answer: Head | None = None
        is_sent = False
        try:
            answer = self._upload(head, body, reader)
            is_sent = answer is None
        except TimeoutError:
            raise
        except OSError:
            # The server may have answered before it hung up.
            pass
        while answer is None:
            data = self._receive()
            if not data:
                raise reader.end()
            self.answered = True
            answer = reader.feed(data)
            self.answered = reader.began
        self.phase = "body"
        self._body, self._pending = answer.body, reader.rest
        self._may_be_kept = is_sent and answer.keeps and is_surely_read(body, answer.status)
        return answer

    def read(self) -> bytes:
        """The next bytes of the body as they travel; nothing at its end.

        Raises:
            TransportError: It is badly framed, or ends too early.
            OSError: The connection was lost, or the deadline came.
        """
        body = self._body
        if body.problem is not None:
            raise body.problem
        data, self._pending = self._pending, b""
        while data or not body.is_complete:
            if not data:
                data = self._receive()
                if not data:
                    body.end()
                    break
            piece = body.feed(data)
            data = b""
            if piece:
                return piece
        return b""

    @property
    def may_be_kept(self) -> bool:
        """Whether another request may follow: the last one was sent whole, and its answer came whole and no more."""
        body = self._body
        return self._may_be_kept and body.is_complete and body.is_explicit and not (body.rest or self._pending)

    @property
    def is_connected(self) -> bool:
        """Whether the next request may be sent: the connection is this process's, and nothing came unasked."""
        sock = self.sock
        if sock is None or self._pid != os.getpid():
            return False
        if isinstance(sock, ssl.SSLSocket) and sock.pending():
            return False
        if not isinstance(sock, socket.socket) and (sock.incoming.pending or sock.sslobj.pending()):
            return False
        return not (wait_for_read(sock, 0) if self._arrivals is None else self._arrivals.poll(0))

    def interrupt(self) -> None:
        """End what another thread is waiting for on it."""
        self.deadline = 0.0
        sock = self.sock
        if isinstance(sock, socket.socket):
            with suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it; the next request connects anew."""
        self._may_be_kept = False
        # Not left to urllib3-future, which may stand in urllib3's place: it ends also what a forked process shares.
        sock, self.sock = self.sock, None
        if sock is not None:
            sock.close()
        super().close()

    def _receive(self) -> bytes:
        poll = self._arrivals
        if poll is None or not self._is_polled:
            return cast("bytes", self._paced().recv(_PIECE))
        while poll.poll(1000 * self.left()):
            with suppress(BlockingIOError):
                return cast("bytes", self.sock.recv(_PIECE))
        raise TimeoutError("the deadline is over")

    def _paced(self) -> Any:
        """The socket, which will wait no longer than there is time."""
        sock = self.sock
        left = self.left()
        if self._is_polled:
            return sock
        if left <= 1:
            sock.settimeout(left)
        elif not left <= (sock.gettimeout() or 0.0) <= left + _SLACK:
            sock.settimeout(left + _SLACK / 2)
        return sock

    def _secure(self, name: str) -> None:
        """Agree on TLS with the host of this name, over what there is."""
        sock = self.sock
        sock.settimeout(self.left())
        name = name.partition("%")[0].rstrip(".")
        if isinstance(sock, ssl.SSLSocket):
            paced = cast("socket.socket", Paced(sock, self.left))
            self.sock = SSLTransport(paced, self.route.context(), name, suppress_ragged_eofs=False)
        else:
            context = self.route.context()
            sock.settimeout(self.left())
            self.sock = wrapped = secured(sock, context, name)
            wrapped.do_handshake()

    def _open_tunnel(self, proxy: Proxy) -> None:
        place = f"[{self.route.host}]" if ":" in self.route.host else self.route.host
        place = f"{place}:{self.route.port}"
        lines = [f"CONNECT {place} HTTP/1.1", f"host: {place}"]
        if proxy.authorization is not None:
            lines.append(SecretHeader(f"proxy-authorization: {proxy.authorization}"))
        head = SecretBytes("\r\n".join([*lines, "", ""]).encode("latin-1"))
        Paced(self.sock, self.left).sendall(head)
        reader = HeadReader("CONNECT", _MAX_TUNNEL_HEAD)
        answer: Head | None = None
        while answer is None:
            data = self._receive()
            if not data:
                raise ConnectError("the proxy closed the connection")
            answer = reader.feed(data)
        if not 200 <= answer.status <= 299:
            raise ConnectError(f"the proxy answered {answer.status} to CONNECT", unanswered=answer.status >= 500)
        if reader.rest:
            raise TransportError("the proxy sent bytes of its own into the tunnel")

    def _upload(self, head: bytes, body: bytes | Iterable[bytes], reader: HeadReader) -> Head | None:
        """Send all of it; or stop at a final head that comes before, and give that."""
        sock = self.sock
        if isinstance(body, bytes) and len(body) <= _PIECE:
            data = SecretBytes(head + body) if body else head
            try:
                sent = cast("int", self._paced().send(data))
            except BlockingIOError:
                sent = 0
            if sent == len(data):
                return None
            pieces: Iterable[memoryview] = (memoryview(data)[sent:],)
        else:
            pieces = request_pieces(head, body)
        if not isinstance(sock, socket.socket):
            for piece in pieces:
                sock.sendall(cast("bytes", piece))
            return None
        return self._upload_watching(pieces, reader)

    def _upload_watching(self, pieces: Iterable[memoryview], reader: HeadReader) -> Head | None:
        sock = self.sock
        sock.settimeout(0)
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_READ | selectors.EVENT_WRITE)
            for piece in pieces:
                left = piece
                while left:
                    ready = selector.select(self.left())
                    if not ready:
                        raise TimeoutError("the deadline is over")
                    if ready[0][1] & selectors.EVENT_READ and (answer := self._early_answer(reader)) is not None:
                        return answer
                    if ready[0][1] & selectors.EVENT_WRITE:
                        try:
                            left = left[sock.send(left) :]
                        except _MUST_WAIT:
                            continue
        return None

    def _early_answer(self, reader: HeadReader) -> Head | None:
        try:
            data = cast("bytes", self.sock.recv(_PIECE))
        except _MUST_WAIT:
            return None  # TLS has messages of its own.
        if not data:
            raise ConnectionResetError("closed by the server")
        self.answered = True
        answer = reader.feed(data)
        self.answered = reader.began
        return answer
