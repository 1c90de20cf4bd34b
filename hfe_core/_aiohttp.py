"""The one room of aiohttp."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import IO, Any
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from hfe_core.compression import ACCEPT_ENCODING, Decompressor
from hfe_core.errors import ConnectError, RequestTimeout, TransportError
from hfe_core.options import Limits, Options
from hfe_core.transport import AsyncResponseStream, SecretHeader, bare
from hfe_core.values import Endpoint, Request, Response, Send

__all__ = ["AiohttpTransport"]

_FAILURES = (aiohttp.ClientError, aiohttp.http.HttpProcessingError, OSError, ValueError, RuntimeError)
_NO_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=None, sock_read=None)


class AiohttpTransport:
    """Sends over kept connections; one session for each running loop, made when it is first needed.

    Args:
        endpoint: Where requests go.
        options: ``ca_bundle`` is heeded.
    """

    def __init__(self, endpoint: Endpoint, options: Options) -> None:
        self._endpoint = endpoint
        self._options = options
        self._sessions: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}

    async def send(self, send: Send, /) -> Response:
        """Send, and read the whole answer."""
        stream = await self._open(send, whole=True)
        return stream.response

    async def open(self, send: Send, /) -> AsyncResponseStream:
        """Send, and read the head of the answer; of an answer that is no success, the body too."""
        return await self._open(send, whole=False)

    async def close(self) -> None:
        """Close the running loop's session."""
        session = self._sessions.pop(asyncio.get_running_loop(), None)
        if session is not None:
            await session.close()

    async def _open(self, send: Send, *, whole: bool) -> AsyncResponseStream:
        started = time.monotonic()
        limits = send.request.limits
        answer: aiohttp.ClientResponse | None = None
        problem: BaseException
        try:
            async with asyncio.timeout(send.timeout):
                answer = _final(await self._start(send.request))
                if whole or not 200 <= answer.status <= 299:
                    body = b"".join([piece async for piece in self._pieces(answer, None, limits)])
                    return AsyncResponseStream(_response(send, answer, body, started), _nothing(), _closed)
            head = _response(send, answer, b"", started)
            return AsyncResponseStream(head, self._pieces(answer, send.timeout, limits), _closer(answer))
        except _FAILURES as error:
            problem = error
        except BaseException:
            if answer is not None:
                answer.close()
            raise
        if answer is not None:
            answer.close()
        # Raised outside the except block: __context__ would keep frames that hold the token.
        raise _error(problem, send) from bare(problem)

    async def _start(self, request: Request) -> aiohttp.ClientResponse:
        headers = dict(request.headers)
        headers["accept-encoding"] = ACCEPT_ENCODING
        if request.token is not None:
            headers["authorization"] = SecretHeader("Bearer " + request.token.reveal())
        body: bytes | IO[bytes]
        if isinstance(request.body, bytes):
            body = request.body
        else:
            headers["content-length"] = str(len(request.body))
            body = await asyncio.to_thread(request.body.open)
        return await self._session().request(
            request.method,
            URL(request.url, encoded=True),
            data=body or None,
            headers=headers,
            allow_redirects=False,
            timeout=_NO_TIMEOUT,
        )

    def _session(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        session = self._sessions.get(loop)
        if session is None or session.closed:
            for old in [other for other in self._sessions if other.is_closed()]:
                del self._sessions[old]
            verify: ssl.SSLContext | bool = (
                ssl.create_default_context(cafile=self._options.ca_bundle) if self._options.ca_bundle else True
            )
            session = self._sessions[loop] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ssl=verify),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,
                skip_auto_headers=("User-Agent", "Content-Type", "Accept"),
            )
        return session

    async def _pieces(
        self, answer: aiohttp.ClientResponse, patience: float | None, limits: Limits
    ) -> AsyncIterator[bytes]:
        """The body as it arrives; the connection is kept only when all of it came.

        ``patience`` bounds each wait of a stream, in seconds.
        """
        problem: BaseException | None = None
        try:
            decompressor = Decompressor(answer.headers.get("content-encoding", ""), limits)
            while not answer.content.at_eof():
                try:
                    async with asyncio.timeout(patience):
                        raw = await answer.content.readany()
                except _FAILURES as error:
                    problem = error
                    break
                for piece in decompressor.feed(raw):
                    yield piece
        finally:
            if not answer.content.at_eof() or problem is not None:
                answer.close()
        if problem is not None:
            raise _body_error(problem) from bare(problem)
        decompressor.finish()


def _final(answer: aiohttp.ClientResponse) -> aiohttp.ClientResponse:
    if answer.status < 200:
        answer.close()
        raise TransportError(f"an interim answer ({answer.status}) in place of a final one")
    return answer


async def _nothing() -> AsyncIterator[bytes]:
    nothing: tuple[bytes, ...] = ()
    for piece in nothing:
        yield piece


async def _closed() -> None:
    return


def _closer(answer: aiohttp.ClientResponse) -> Callable[[], Coroutine[Any, Any, None]]:
    async def close() -> None:
        answer.close()

    return close


def _response(send: Send, answer: aiohttp.ClientResponse, body: bytes, started: float) -> Response:
    headers: dict[str, str] = {}
    for name, value in answer.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return Response(answer.status, headers, body, send.request, time.monotonic() - started, send.attempt)


def _error(error: BaseException, send: Send) -> TransportError:
    host = urlsplit(send.request.url).netloc
    if isinstance(error, TimeoutError):
        within = f" within {send.timeout:.6g} s" if send.timeout is not None else ""
        return RequestTimeout(f"no answer from {host}{within}", phase="read")
    if isinstance(error, aiohttp.ClientConnectorError):
        reason = " ".join(str(error.os_error or error).split())[:200]
        return ConnectError(f"no connection to {host}: {reason}")
    if isinstance(error, aiohttp.ServerDisconnectedError | ConnectionError | aiohttp.ClientOSError):
        return TransportError(f"{host} closed the connection before it answered", unanswered=True)
    return TransportError(f"no usable answer from {host}: {type(error).__name__}")


def _body_error(error: BaseException) -> TransportError:
    if isinstance(error, TimeoutError):
        return RequestTimeout("the answer stopped coming", phase="read")
    return TransportError(f"the answer was cut short ({type(error).__name__})", cut=True)
