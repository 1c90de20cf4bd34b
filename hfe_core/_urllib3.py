"""The one room of urllib3."""

from __future__ import annotations

import http.client
import os
import time
from collections.abc import Iterator
from typing import IO
from urllib.parse import urlsplit

import urllib3
from urllib3 import exceptions as failures
from urllib3.connection import HTTPConnection, HTTPSConnection

from hfe_core.compression import ACCEPT_ENCODING, Decompressor
from hfe_core.errors import ConnectError, RequestTimeout, TransportError
from hfe_core.options import Limits, Options
from hfe_core.transport import ResponseStream, SecretHeader, bare
from hfe_core.values import Endpoint, Request, Response, Send

__all__ = ["Urllib3Transport"]

_PIECE = 1 << 16
_FAILURES = (failures.HTTPError, OSError, http.client.HTTPException, ValueError)


class _HttpConnection(HTTPConnection):
    """Deaf to http.client's global debug switch, which would print the token."""

    debuglevel = 0


class _HttpsConnection(HTTPSConnection):
    """As :class:`_HttpConnection`."""

    debuglevel = 0


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _HttpConnection  # pyright: ignore[reportAssignmentType]  urllib3's protocol lacks http.client's names


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection  # pyright: ignore[reportAssignmentType]


class Urllib3Transport:
    """Sends over kept connections to the origin of one endpoint; safe to share between threads.

    Args:
        endpoint: Whose origin to connect to.
        options: ``ca_bundle`` and ``concurrency`` are heeded.
    """

    def __init__(self, endpoint: Endpoint, options: Options) -> None:
        self._endpoint = endpoint
        self._options = options
        self._open_pool()

    def _open_pool(self) -> None:
        parts = urlsplit(self._endpoint.at())
        host, port = parts.hostname or "", parts.port
        size = max(16, self._options.concurrency)
        self._pid = os.getpid()
        self._origin = self._endpoint.origin
        self._pool: urllib3.HTTPConnectionPool
        if parts.scheme == "https":
            self._pool = _HttpsPool(
                host, port, maxsize=size, block=False, retries=False, ca_certs=self._options.ca_bundle
            )
        else:
            self._pool = _HttpPool(host, port, maxsize=size, block=False, retries=False)

    def send(self, send: Send, /) -> Response:
        """Send, and read the whole answer."""
        started = time.monotonic()
        answer = self._start(send)
        return self._whole(send, answer, started)

    def open(self, send: Send, /) -> ResponseStream:
        """Send, and read the head of the answer; of an answer that is no success, the body too."""
        started = time.monotonic()
        answer = self._start(send)
        if not 200 <= answer.status <= 299:
            return ResponseStream(self._whole(send, answer, started), iter(()), answer.close)
        head = _response(send, answer, b"", started)
        return ResponseStream(head, self._pieces(answer, None, send.request.limits), answer.close)

    def close(self) -> None:
        """Close the kept connections."""
        self._pool.close()

    def _start(self, send: Send) -> urllib3.BaseHTTPResponse:
        request = send.request
        problem: BaseException
        try:
            answer = self._urlopen(request, send.timeout)
        except _FAILURES as error:
            problem = error
        else:
            if answer.status < 200:
                # http.client skips 100 only; what follows another interim answer must not meet the next request.
                answer.close()
                raise TransportError(f"an interim answer ({answer.status}) in place of a final one")
            return answer
        # Raised outside the except block: __context__ would keep frames that hold the token.
        raise _head_error(problem, request, send.timeout) from bare(problem)

    def _urlopen(self, request: Request, timeout: float | None) -> urllib3.BaseHTTPResponse:
        if self._pid != os.getpid():
            # A forked child must not speak on its parent's connections.
            self._open_pool()
        headers = dict(request.headers)
        headers["accept-encoding"] = ACCEPT_ENCODING
        if request.token is not None:
            headers["authorization"] = SecretHeader("Bearer " + request.token.reveal())
        body: bytes | IO[bytes] | None = None
        if isinstance(request.body, bytes):
            body = request.body
        else:
            headers["content-length"] = str(len(request.body))
            body = request.body.open()
        try:
            return self._pool.urlopen(
                request.method,
                request.url.removeprefix(self._origin) or "/",
                body=body,
                headers=headers,
                retries=False,
                redirect=False,
                assert_same_host=False,
                timeout=urllib3.Timeout(connect=timeout, read=timeout),
                preload_content=False,
                decode_content=False,
            )
        finally:
            if not isinstance(body, bytes):
                body.close()

    def _whole(self, send: Send, answer: urllib3.BaseHTTPResponse, started: float) -> Response:
        end = None if send.timeout is None else started + send.timeout
        body = b"".join(self._pieces(answer, end, send.request.limits))
        return _response(send, answer, body, started)

    def _pieces(self, answer: urllib3.BaseHTTPResponse, end: float | None, limits: Limits) -> Iterator[bytes]:
        """The decoded body as it arrives; the connection goes back to the pool only when all of it came."""
        problem: BaseException | None = None
        complete = False
        try:
            decompressor = Decompressor(answer.headers.get("content-encoding", ""), limits)
            while not complete:
                try:
                    raw = answer.read1(_PIECE, decode_content=False)
                except _FAILURES as error:
                    problem = error
                    break
                yield from decompressor.feed(raw)
                if end is not None and time.monotonic() > end:
                    raise RequestTimeout("the answer did not end within the timeout", phase="read")
                complete = not raw and answer.closed
        finally:
            if complete:
                answer.release_conn()
            else:
                answer.close()
        if problem is not None:
            raise _body_error(problem) from bare(problem)
        decompressor.finish()


def _response(send: Send, answer: urllib3.BaseHTTPResponse, body: bytes, started: float) -> Response:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Response(answer.status, headers, body, send.request, time.monotonic() - started, send.attempt)


def _head_error(error: BaseException, request: Request, timeout: float | None) -> TransportError:
    host = urlsplit(request.url).netloc
    within = f" within {timeout:.6g} s" if timeout is not None else ""
    if isinstance(error, failures.NewConnectionError | failures.SSLError | failures.ProxyError):
        return ConnectError(f"no connection to {host}: {_reason(error)}")
    if isinstance(error, failures.ConnectTimeoutError):
        return RequestTimeout(f"no connection to {host}{within}", phase="connect")
    if isinstance(error, failures.ReadTimeoutError | TimeoutError):
        return RequestTimeout(f"no answer from {host}{within}", phase="read")
    inner = error.args[-1] if isinstance(error, failures.ProtocolError) and error.args else error
    if isinstance(inner, ConnectionError | http.client.RemoteDisconnected):
        return TransportError(f"{host} closed the connection before it answered", unanswered=True)
    return TransportError(f"no usable answer from {host}: {type(inner).__name__}")


def _body_error(error: BaseException) -> TransportError:
    if isinstance(error, failures.ReadTimeoutError | TimeoutError):
        return RequestTimeout("the answer stopped coming", phase="read")
    return TransportError(f"the answer was cut short ({type(error).__name__})", cut=True)


def _reason(error: BaseException) -> str:
    cause = error.__cause__ or error
    return " ".join(str(cause.args[-1] if cause.args else cause).split())[:200] or type(cause).__name__
