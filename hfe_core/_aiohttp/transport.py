"""The asynchronous transport: connections from aiohttp's connector, and what is said on them read strictly."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import threading
import time
from collections.abc import Iterator
from typing import Final, Self
from urllib.parse import urlsplit

from hfe_core._aiohttp.conversation import Conversation
from hfe_core._aiohttp.pool import Pool
from hfe_core._http.compression import Decompressor
from hfe_core._http.gathered import Gathered
from hfe_core._http.head import Head
from hfe_core._http.network import proxy_for, tls_context
from hfe_core._http.request_head import request_head
from hfe_core.errors import AnswerTooLarge, RequestTimeout, TransportError
from hfe_core.options import Options
from hfe_core.transport import LEFTOVERS, SOON, AsyncResponseStream, bare
from hfe_core.values import Endpoint, Response, Send

__all__ = ["AiohttpTransport"]

_REFUSAL_TIME: Final = 5.0
"""Seconds that the body of an answer that is no success may take."""

_TURN: Final = 64
"""Pieces of decompressed data, of 64 KiB each, after which other tasks have a turn."""

_inherited: list[object] = []
"""Pools of a parent process: never used, and never collected, since that would speak on the parent's connections."""


class AiohttpTransport:
    """Sends over kept connections; one pool for each running loop, made when it is first needed.

    A pool ends with :meth:`close`, with ``asyncio.run``, or when the transport is forgotten while its loop runs.

    Args:
        endpoint: Where requests go.
        options: ``ca_bundle`` is heeded.
    """

    def __init__(self, endpoint: Endpoint, options: Options) -> None:
        self._origin = endpoint.origin
        self._ca_bundle = options.ca_bundle
        self._context: ssl.SSLContext | None = None
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._pools: dict[asyncio.AbstractEventLoop, Pool] = {}
        self._lock = threading.Lock()

    async def send(self, send: Send, /) -> Response:
        """Send, and read the whole answer, whatever its status."""
        attempt = _Attempt(send)
        await attempt.run(self, whole=True)
        return attempt.response()

    async def open(self, send: Send, /) -> AsyncResponseStream:
        """Send, and read the head of the answer; of an answer that is no success, the body too."""
        attempt = _Attempt(send)
        await attempt.run(self, whole=False)
        pieces = _Pieces(attempt)
        return AsyncResponseStream(attempt.response(), pieces, pieces.close, pieces.finish)

    async def close(self) -> None:
        """End the running loop's connections, those in use, too. The transport may be used again."""
        if self._pid == os.getpid() and (pool := self._pools.pop(asyncio.get_running_loop(), None)) is not None:
            await pool.close()

    async def pool(self) -> Pool:
        """The running loop's connections."""
        if self._pid != os.getpid():
            # A forked child must not speak on its parent's connections.
            _inherited.append(self._pools)
            self._begin()
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None:
            proxy = proxy_for(self._origin)
            context = None
            if self._origin.startswith("https:") or (proxy is not None and proxy.url.startswith("https:")):
                context = self._context or await asyncio.to_thread(self._make_context)
            pool = self._pools.get(loop)
            if pool is None:
                for other in [other for other in list(self._pools) if other.is_closed()]:
                    self._pools.pop(other, None)
                pool = self._pools[loop] = Pool(self._origin, proxy, context)
                await pool.watch()
        return pool

    def _make_context(self) -> ssl.SSLContext:
        with self._lock:
            if self._context is None:
                self._context = tls_context(self._ca_bundle)
            return self._context


class _Attempt:
    """One request, and what came of it."""

    __slots__ = ("_body", "_send", "_started", "decompressor", "head", "talk")

    def __init__(self, send: Send) -> None:
        self._send = send
        self._started = time.monotonic()
        self._body = Gathered()
        self.talk: Conversation | None = None
        self.head: Head | None = None
        self.decompressor: Decompressor | None = None

    @property
    def timeout(self) -> float | None:
        """Seconds that each wait may take."""
        return self._send.timeout

    def response(self) -> Response:
        """The answer, as far as it was read."""
        assert self.head is not None
        body = self._body.whole()
        elapsed = time.monotonic() - self._started
        return Response(self.head.status, self.head.headers, body, self._send.request, elapsed, self._send.attempt)

    async def run(self, transport: AiohttpTransport, *, whole: bool) -> None:
        """Send, and read the answer: up to its head if it is a success and not wanted ``whole``.

        Raises:
            TransportError: No usable answer came in time.
        """
        problem: Exception | None = None
        is_refusal = is_open = False
        scope = asyncio.timeout(self._send.timeout)
        try:
            async with scope:
                head = await self._ask(transport)
                is_refusal = not 200 <= head.status <= 299
                limits = self._send.request.limits
                self.decompressor = Decompressor(head.headers.get("content-encoding", ""), limits)
                if is_refusal:
                    soon = asyncio.get_running_loop().time() + _REFUSAL_TIME
                    scope.reschedule(min(soon, scope.when() or soon))
                    await self._read(limits.max_error_body)
                elif head.body.length is not None and head.body.length > limits.max_body:
                    raise AnswerTooLarge("max_body", limits.max_body)  # noqa: TRY301 - as any other failure
                elif whole:
                    await self._read(None)
                else:
                    is_open = True
        except Exception as error:  # noqa: BLE001 - the border: nothing but TransportError passes
            problem = error
        finally:
            if self.talk is not None and not is_open:
                self.talk.drop()
            if problem is not None and not is_refusal:
                # The error's traceback holds this frame for as long as somebody keeps it.
                self._body.clear()
        # Of a refusal, the status and what came of its body is enough.
        if problem is not None and not is_refusal:
            phase = "connect" if self.talk is None else "read"
            try:
                raise _failure(problem, self._send, phase) from _cause(problem)
            finally:
                # The error's traceback holds this frame: no circle that keeps the request.
                problem = None

    async def _ask(self, transport: AiohttpTransport) -> Head:
        request = self._send.request
        pool = await transport.pool()
        head = request_head(request, pool.target(request.url), pool.common, pool.proxy_authorization)
        self.talk = Conversation(await pool.lease(), request.method, request.limits.max_head)
        self.head = await self.talk.ask(head, request.body)
        return self.head

    async def _read(self, room: int | None) -> None:
        """Read the body, or as much of it as there is room for."""
        talk, decompressor, body = self.talk, self.decompressor, self._body
        assert talk is not None
        assert decompressor is not None
        while data := await talk.read():
            for number, piece in enumerate(decompressor.feed(data), 1):
                if room is not None:
                    body.add(piece[:room])
                    room -= len(piece)
                    if room < 0:
                        return
                else:
                    body.add(piece)
                if not number % _TURN:
                    await asyncio.sleep(0)
        decompressor.finish()


class _Pieces:
    """The decoded body of a stream, as it comes."""

    def __init__(self, attempt: _Attempt) -> None:
        assert attempt.talk is not None
        self._attempt = attempt
        self._patience = attempt.timeout
        self._talk = attempt.talk
        self._decoded: Iterator[bytes] = iter(())
        self._is_over = not 200 <= attempt.response().status <= 299

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._is_over:
            raise StopAsyncIteration
        problem: Exception | None = None
        piece = b""
        self._is_over = True
        try:
            piece = await self._next()
            self._is_over = not piece
        except Exception as error:  # noqa: BLE001 - the border: nothing but TransportError passes
            problem = error
        finally:
            if self._is_over:
                self._talk.drop()
        if problem is not None:
            try:
                raise _failure(problem, None, "read") from _cause(problem)
            finally:
                problem = None
        if not piece:
            raise StopAsyncIteration
        return piece

    async def close(self) -> None:
        """Free the connection."""
        self._is_over = True
        self._talk.drop()

    async def finish(self) -> None:
        """Free the connection; keep it if what is left of the answer is there at once."""
        self._patience = SOON
        with contextlib.suppress(TransportError):
            for _ in range(LEFTOVERS):
                if await anext(self, None) is None:
                    break
        await self.close()

    async def _next(self) -> bytes:
        decompressor = self._attempt.decompressor
        assert decompressor is not None
        while True:
            for piece in self._decoded:
                return piece
            async with asyncio.timeout(self._patience):
                data = await self._talk.read()
            if not data:
                decompressor.finish()
                return b""
            self._decoded = decompressor.feed(data)


def _failure(error: Exception, send: Send | None, phase: str) -> TransportError:
    if isinstance(error, TransportError):
        # The frames below hold bytes of the answer, in which a server may repeat a secret.
        return error.with_traceback(None)
    if not isinstance(error, TimeoutError):
        return TransportError(f"the transport failed ({type(error).__name__})")
    if send is None:
        return RequestTimeout("the answer stopped coming", phase=phase)
    host = urlsplit(send.request.url).netloc
    within = f" within {send.timeout:.6g} s" if send.timeout is not None else ""
    what = f"no connection to {host}" if phase == "connect" else f"no whole answer from {host}"
    return RequestTimeout(what + within, phase=phase)


def _cause(error: Exception) -> BaseException | None:
    """What an error is raised from: nothing that holds text of the request."""
    if isinstance(error, TransportError):
        return error.__cause__
    return None if isinstance(error, UnicodeError) else bare(error)
