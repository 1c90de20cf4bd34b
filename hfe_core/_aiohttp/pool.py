"""The one room of aiohttp: its connector finds, opens and secures connections; what travels is not its affair."""

from __future__ import annotations

import asyncio
import ssl
import time
import weakref
from collections import deque
from collections.abc import AsyncGenerator
from typing import TypeAlias

import aiohttp
from yarl import URL

from hfe_core._aiohttp.wire import Wire
from hfe_core._http.compression import ACCEPT_ENCODING
from hfe_core._http.network import Proxy
from hfe_core.errors import ConnectError, TransportError
from hfe_core.transport import bare

__all__ = ["Leased", "Pool"]

_NO_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)
_IDLE = 30.0
"""Seconds that an idle connection is kept."""

_Idle: TypeAlias = "tuple[aiohttp.connector.Connection, Wire, float]"
"""A connection that is not in use, and since when, on the monotonic clock."""


class Leased:
    """A connection that serves one request."""

    __slots__ = ("_connection", "_pool", "wire")

    def __init__(self, pool: Pool, connection: aiohttp.connector.Connection, wire: Wire) -> None:
        self._pool = pool
        self._connection = connection
        self.wire = wire
        pool.leased.add(self)
        wire.begin()

    def give_back(self) -> None:
        """Keep the connection for a later request."""
        if self in self._pool.leased:
            self._pool.leased.discard(self)
            self.wire.finish()
            self._pool.keep(self._connection, self.wire)

    def drop(self) -> None:
        """End the connection; may be called again, and after :meth:`give_back` does nothing."""
        if self in self._pool.leased:
            self._pool.leased.discard(self)
            self.wire.abort()
            self._connection.close()

    def revoke(self) -> None:
        """End the connection under a request that is still under way."""
        self.wire.is_revoked = True
        self.drop()


class Pool:
    """The connections to one origin in one loop.

    Idle ones are kept here, since the connector's own keeping is for many hosts and costs as much as a request's head.

    Args:
        origin: Scheme, host and port.
        proxy: The proxy on the way, or None.
        context: What to hold certificates against; None where nothing is encrypted.
    """

    def __init__(self, origin: str, proxy: Proxy | None, context: ssl.SSLContext | None) -> None:
        url = URL(origin)
        self.host = url.host_port_subcomponent or ""
        self.common = f"host: {self.host}\r\naccept-encoding: {ACCEPT_ENCODING}\r\n"
        self.leased: set[Leased] = set()
        self._target = "", "/"
        self._forwards = proxy is not None and url.scheme == "http"
        self.proxy_authorization = proxy.authorization if proxy is not None and self._forwards else None
        self._connector = aiohttp.TCPConnector(
            limit=0, keepalive_timeout=_IDLE, resolver=aiohttp.ThreadedResolver(), ssl=context or True
        )
        shown: dict[str, str] = {"Host": self.host}
        if proxy is not None and proxy.authorization is not None:
            shown["Proxy-Authorization"] = proxy.authorization
        # Says where to connect to; it is never sent.
        self._where = aiohttp.ClientRequest(
            "GET",
            url,
            loop=asyncio.get_running_loop(),
            proxy=None if proxy is None else URL(proxy.url),
            proxy_headers=shown if proxy is not None and not self._forwards else None,
            ssl=context or True,
        )
        # What keeps them must not keep the pool, which is closed when it is forgotten.
        self._idle: deque[_Idle] = deque()
        self._sweeping: asyncio.TimerHandle | None = None
        self._reference: weakref.ref[Pool] = weakref.ref(self)
        self._guard = _close_at_last(self._connector, self.leased, self._idle)
        # A pool that nobody closes lets go of its guard, whose end the loop then sees to.
        weakref.finalize(self, _forget, self._guard).atexit = False

    async def watch(self) -> None:
        """Have the loop close the pool when it ends (as ``asyncio.run`` does), or when the pool is forgotten."""
        await anext(self._guard)

    def target(self, url: str) -> str:
        """What stands in the request line for a URL of the origin: all of it where a proxy forwards the request."""
        last, target = self._target
        if url != last:
            _, _, rest = url.partition("://")
            path = rest[len(rest.partition("/")[0].partition("?")[0]) :]
            target = path if path.startswith("/") else "/" + path
            target = f"http://{self.host}{target}" if self._forwards else target
            self._target = url, target
        return target

    async def lease(self) -> Leased:
        """A connection on which nothing has been said.

        Raises:
            ConnectError: There is none to be had.
        """
        while self._idle:
            connection, wire, since = self._idle.pop()
            if wire.is_quiet() and time.monotonic() - since <= _IDLE:
                return Leased(self, connection, wire)
            _end(connection, wire)
        problem: Exception
        while True:
            try:
                connection = await self._connector.connect(self._where, [], _NO_TIMEOUT)
            except Exception as error:  # noqa: BLE001 - resolvers and proxies raise what they like
                problem = error
                break
            transport = connection.transport
            known = transport.get_protocol() if transport is not None else None
            if transport is None or connection.closed or not isinstance(known, asyncio.Protocol):
                connection.close()
                raise TransportError(f"{self.host} closed the connection at once", unanswered=True)
            if not isinstance(known, Wire):
                if getattr(known, "should_close", False):
                    connection.close()
                    raise TransportError(f"{self.host} spoke before it was asked", unanswered=True)
                wire = Wire(known, transport)
                transport.set_protocol(wire)
                return Leased(self, connection, wire)
            if known.is_quiet():
                return Leased(self, connection, known)
            known.abort()
            connection.close()
        raise _connect_error(problem, self.host) from bare(problem)

    def keep(self, connection: aiohttp.connector.Connection, wire: Wire) -> None:
        """Keep a connection that is not in use, for a while."""
        self._idle.append((connection, wire, time.monotonic()))
        if self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().call_later(_IDLE, _sweep, self._reference)

    def sweep(self) -> None:
        """End the connections that were idle for too long."""
        self._sweeping = None
        now = time.monotonic()
        while self._idle and now - self._idle[0][2] > _IDLE:
            connection, wire, _ = self._idle.popleft()
            _end(connection, wire)
        if self._idle:
            soon = max(1.0, self._idle[0][2] + _IDLE - now)
            self._sweeping = asyncio.get_running_loop().call_later(soon, _sweep, self._reference)

    async def close(self) -> None:
        """End all connections, those in use, too."""
        await self._guard.aclose()


def _sweep(reference: weakref.ref[Pool]) -> None:
    pool = reference()
    if pool is not None:
        pool.sweep()


def _end(connection: aiohttp.connector.Connection, wire: Wire) -> None:
    wire.abort()
    connection.close()


async def _close_at_last(
    connector: aiohttp.TCPConnector, leased: set[Leased], idle: deque[_Idle]
) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        for connection in list(leased):
            connection.revoke()
        while idle:
            _end(*idle.pop()[:2])
        await connector.close()


def _forget(_: object) -> None:
    """Hold what the argument holds until now."""


def _connect_error(error: Exception, host: str) -> TransportError:
    begun = f"no connection to {host}: "
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return ConnectError(begun + _words(error.certificate_error), unanswered=False)
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return ConnectError(f"{begun}the proxy answered {error.status}", unanswered=error.status >= 500)
    if isinstance(error, aiohttp.ClientConnectorError):
        # A handshake that was cut may end well next time; one that was refused will not.
        refused = isinstance(error.os_error, ssl.SSLError) and not isinstance(
            error.os_error, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError
        )
        return ConnectError(begun + _words(error.os_error), unanswered=not refused)
    if isinstance(error, OSError | aiohttp.ClientConnectionError):
        return ConnectError(begun + (_words(error) if isinstance(error, OSError) else "it was closed"))
    return ConnectError(f"{begun}{type(error).__name__}", unanswered=False)


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
