"""The one room of aiohttp: its connector finds, opens, secures and keeps connections; what travels is not its affair."""

from __future__ import annotations

import asyncio
import ssl
import weakref
from collections.abc import AsyncGenerator

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
        self._pool.leased.discard(self)
        self.wire.finish()
        self._connection.release()

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
        self._guard = _close_at_last(self._connector, self.leased)
        # A pool that nobody closes lets go of its guard, whose end the loop then sees to.
        weakref.finalize(self, _forget, self._guard).atexit = False

    async def watch(self) -> None:
        """Have the loop close the pool when it ends (as ``asyncio.run`` does), or when the pool is forgotten."""
        await anext(self._guard)

    def target(self, url: str) -> str:
        """What stands in the request line for a URL of the origin: all of it where a proxy forwards the request."""
        _, _, rest = url.partition("://")
        path = rest[len(rest.partition("/")[0].partition("?")[0]) :]
        target = path if path.startswith("/") else "/" + path
        return f"http://{self.host}{target}" if self._forwards else target

    async def lease(self) -> Leased:
        """A connection on which nothing has been said.

        Raises:
            ConnectError: There is none to be had.
        """
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

    async def close(self) -> None:
        """End all connections, those in use, too."""
        await self._guard.aclose()


async def _close_at_last(connector: aiohttp.TCPConnector, leased: set[Leased]) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        for connection in list(leased):
            connection.revoke()
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
