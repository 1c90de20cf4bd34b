"""Calls over urllib3's connections."""

from __future__ import annotations

import os
import re
import ssl
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, suppress
from itertools import islice
from threading import current_thread, get_ident
from typing import IO
from urllib.parse import urlsplit

from hfe_core._http.compression import Decompressor
from hfe_core._http.gathered import Gathered
from hfe_core._http.head import Head
from hfe_core._http.request_head import PIECE, request_head
from hfe_core._urllib3.connection import Connection
from hfe_core._urllib3.pool import Pool, place
from hfe_core.errors import AnswerTooLarge, ConnectError, HfeError, RequestTimeout, TransportError
from hfe_core.options import Limits, Options
from hfe_core.transport import LEFTOVERS, SOON, ResponseStream, bare
from hfe_core.values import Body, Endpoint, Request, Response, Send

__all__ = ["Urllib3Transport"]

_ERROR_PATIENCE = 5.0
_TARGET = re.compile(r"/[!-~]*")
_TLS_LOST = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)


class Urllib3Transport:
    """Sends over kept connections to the origin of one endpoint; safe to share between threads.

    Args:
        endpoint: Whose origin to connect to.
        options: ``ca_bundle`` and ``concurrency`` are heeded.
    """

    def __init__(self, endpoint: Endpoint, options: Options) -> None:
        self._endpoint = endpoint
        self._ca_bundle = options.ca_bundle
        self._size = max(128, 2 * options.concurrency)
        self._origin = endpoint.origin
        self._parts = urlsplit(endpoint.url)
        # URL and target of the last request, and so of most.
        self._last_target = "", ""
        # One pool for each process: a forked child must not speak on its parent's connections.
        self._pools: dict[int, Pool] = {}
        self._calling: dict[int, Connection] = {}

    def send(self, send: Send, /) -> Response:
        """Send, and read the whole answer."""
        return self._attempt(send, is_stream=False).response

    def open(self, send: Send, /) -> ResponseStream:
        """Send, and read the head of the answer; of an answer that is no success, the body too."""
        return self._attempt(send, is_stream=True)

    def close(self) -> None:
        """Close the kept connections."""
        pool = self._pools.pop(os.getpid(), None)
        if pool is not None:
            pool.close()

    def interrupt(self, threads: Iterable[int], /) -> None:
        """End what these threads are sending, by ``threading.get_ident()``; it fails for them."""
        for thread in threads:
            if (connection := self._calling.get(thread)) is not None:
                connection.interrupt()

    def _attempt(self, send: Send, *, is_stream: bool) -> ResponseStream:
        started = time.monotonic()
        request = send.request
        connection: Connection | None = None
        problem: BaseException
        try:
            pool = self._pool()
            connection = pool.lease()
            connection.phase = "connect"
            connection.deadline = None if send.timeout is None else started + send.timeout
            self._calling[get_ident()] = connection
            # After that line, and before it what interrupt() does: one of the two is seen.
            if getattr(current_thread(), "is_left", False):
                raise TransportError("nobody waits for this call any more")  # noqa: TRY301 - as any other failure
            answer = self._start(connection, request, pool)
            if 200 <= answer.status <= 299:
                decompressor = _decompressor(answer, request.limits)
                if is_stream:
                    return _stream(pool, connection, decompressor, send, _response(send, answer, b"", started))
                body = _whole_body(connection, decompressor)
            else:
                body = _error_body(connection, answer, request.limits)
            pool.give_back(connection)
            return ResponseStream(_response(send, answer, body, started), iter(()), _nothing)
        except Exception as error:  # noqa: BLE001 - whatever it is, it leaves as a TransportError
            problem = error
        except BaseException:
            if connection is not None:
                connection.close()
            raise
        finally:
            self._calling.pop(get_ident(), None)
        raise _failure(problem, connection, send) from _cause(problem)

    def _start(self, connection: Connection, request: Request, pool: Pool) -> Head:
        proxy_authorization = None if pool.forwarding is None else pool.forwarding.authorization
        head = request_head(request, pool.prefix + self._target(request.url), pool.common, proxy_authorization)
        body = request.body
        if isinstance(body, bytes):
            return connection.start(head, body, request.method, request.limits.max_head)
        with closing(_opened(body)) as file:
            pieces = _file_pieces(file, len(body))
            return connection.start(head, pieces, request.method, request.limits.max_head)

    def _target(self, url: str) -> str:
        """Path and query of a URL of the endpoint's origin."""
        last, target = self._last_target
        if url == last:
            return target
        target = url[len(self._origin) :] if url.startswith(self._origin) else ""
        if not target.startswith(("/", "?")):
            parts = urlsplit(url)
            if place(parts) != place(self._parts):
                raise TransportError("a request to another origin than the endpoint's is not sent")
            target = parts.path + ("?" + parts.query if parts.query else "")
        if not target.startswith("/"):
            target = "/" + target
        if _TARGET.fullmatch(target) is None:
            raise TransportError("the request's URL is not quoted")
        self._last_target = url, target
        return target

    def _pool(self) -> Pool:
        pool = self._pools.get(os.getpid())
        if pool is None:
            pool = self._pools.setdefault(os.getpid(), Pool(self._endpoint, self._ca_bundle, self._size))
        return pool


def _opened(body: Body) -> IO[bytes]:
    try:
        return body.open()
    except OSError as error:
        problem = type(error).__name__
    raise TransportError(f"the request's body cannot be read ({problem})")


def _file_pieces(file: IO[bytes], length: int) -> Iterator[bytes]:
    """The file's bytes, neither more nor fewer than the head has said."""
    problem = "it became shorter"
    while length:
        try:
            piece = file.read(min(PIECE, length))
        except (OSError, ValueError) as error:
            problem = type(error).__name__
            break
        if not piece:
            break
        length -= len(piece)
        yield piece
    if length:
        raise TransportError(f"the request's body cannot be read ({problem})")


def _decompressor(answer: Head, limits: Limits) -> Decompressor:
    if (answer.body.length or 0) > limits.max_body:
        raise AnswerTooLarge("max_body", limits.max_body)
    return Decompressor(answer.headers.get("content-encoding", ""), limits)


def _whole_body(connection: Connection, decompressor: Decompressor) -> bytes:
    body = Gathered()
    while raw := connection.read():
        for piece in decompressor.feed(raw):
            body.add(piece)
    decompressor.finish()
    return body.whole()


def _error_body(connection: Connection, answer: Head, limits: Limits) -> bytes:
    """What can be had of the body of an answer that is no success: its status counts, whatever becomes of the body."""
    body = bytearray()
    end = time.monotonic() + _ERROR_PATIENCE
    if connection.deadline is None or end < connection.deadline:
        connection.deadline = end
    try:
        decompressor = Decompressor(answer.headers.get("content-encoding", ""), limits)
        while raw := connection.read():
            for piece in decompressor.feed(raw):
                body += piece[: limits.max_error_body - len(body)]
            if len(body) >= limits.max_error_body:
                break
        decompressor.finish()
    except Exception:  # noqa: BLE001 - what came before it is what there is
        connection.close()
    return bytes(body)


def _stream(
    pool: Pool, connection: Connection, decompressor: Decompressor, send: Send, head: Response
) -> ResponseStream:
    held = [connection]
    patience = [send.timeout]
    pieces = _pieces(pool, held, decompressor, send, patience)

    def close() -> None:
        try:
            pieces.close()
        except ValueError:  # another thread is reading
            connection.interrupt()
            return
        while held:
            held.pop().close()

    def finish() -> None:
        patience[0] = SOON
        with suppress(TransportError):
            for _ in islice(pieces, LEFTOVERS):
                pass
        close()

    return ResponseStream(head, pieces, close, finish)


def _pieces(
    pool: Pool, held: list[Connection], decompressor: Decompressor, send: Send, patience: list[float | None]
) -> Generator[bytes, None, None]:
    """The body of a success as it arrives; each wait for a piece has its time anew."""
    connection = held[0]
    problem: BaseException
    try:
        _renew(connection, patience[0])
        while raw := connection.read():
            for piece in decompressor.feed(raw):
                yield piece
                _renew(connection, patience[0])
        decompressor.finish()
    except Exception as error:  # noqa: BLE001 - whatever it is, it leaves as a TransportError
        problem = error
    except BaseException:
        connection.close()
        raise
    else:
        held.clear()
        pool.give_back(connection)
        return
    raise _failure(problem, connection, send) from _cause(problem)


def _renew(connection: Connection, timeout: float | None) -> None:
    connection.deadline = None if timeout is None else time.monotonic() + timeout


def _nothing() -> None:
    """Close nothing: the answer was read."""


def _response(send: Send, answer: Head, body: bytes, started: float) -> Response:
    return Response(answer.status, answer.headers, body, send.request, time.monotonic() - started, send.attempt)


def _cause(problem: BaseException) -> BaseException | None:
    """The library's own error, without the frames that it passed through: their locals are the request's."""
    problem = bare(problem)
    return problem.__cause__ if isinstance(problem, TransportError) else problem


def _failure(problem: BaseException, connection: Connection | None, send: Send) -> TransportError:
    """What the error means for the call; the connection is closed."""
    phase = "connect" if connection is None else connection.phase
    if connection is not None:
        connection.close()
    if isinstance(problem, TransportError):
        return problem
    if isinstance(problem, HfeError):
        return TransportError(f"the request cannot be sent: {problem}")
    host = urlsplit(send.request.url).netloc
    within = f" within {send.timeout:.6g} s" if send.timeout is not None else ""
    if isinstance(problem, TimeoutError):
        if phase == "connect":
            return RequestTimeout(f"no connection to {host}{within}", phase="connect")
        what = "the answer stopped coming" if phase == "body" else f"no answer from {host}{within}"
        return RequestTimeout(what, phase="read")
    is_lost = isinstance(problem, OSError) and (isinstance(problem, _TLS_LOST) or not isinstance(problem, ssl.SSLError))
    if phase == "connect" and isinstance(problem, OSError | UnicodeError):
        return ConnectError(f"no connection to {host}: {_reason(problem)}", unanswered=is_lost)
    if phase == "body" and isinstance(problem, OSError):
        return TransportError(f"the answer was cut short ({type(problem).__name__})", cut=True)
    if is_lost and connection is not None and not connection.answered:
        return TransportError(f"{host} closed the connection before it answered", unanswered=True)
    return TransportError(f"no usable answer from {host}: {type(problem).__name__}")


def _reason(error: BaseException) -> str:
    return " ".join(str(error.args[-1] if error.args else error).split())[:200] or type(error).__name__
