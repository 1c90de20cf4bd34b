"""The idle connections of the synchronous transport."""

from __future__ import annotations

import ssl
import threading
import weakref
from collections import deque
from contextlib import suppress
from urllib.parse import SplitResult, urlsplit

from hfe_core._http.compression import ACCEPT_ENCODING
from hfe_core._http.network import proxy_for, tls_context
from hfe_core._urllib3.connection import Connection
from hfe_core._urllib3.dialling import Route
from hfe_core.values import Endpoint

__all__ = ["Pool", "place"]


class Pool:
    """One process's connections to one endpoint.

    Not urllib3's own pool: its ``urlopen`` turns timeouts into its own and costs 20 µs a call, and its queue has a lock
    that a fork may leave taken for ever.

    Args:
        endpoint: Where the connections go.
        ca_bundle: As in the options.
        size: How many idle connections are kept at most.
    """

    def __init__(self, endpoint: Endpoint, ca_bundle: str | None, size: int) -> None:
        scheme, host, port = place(urlsplit(endpoint.url))
        self._size = size
        self._is_closed = False
        self._idle: deque[Connection] = deque()
        weakref.finalize(self, _close_all, self._idle)
        self.route = Route(host, port, scheme == "https", proxy_for(endpoint.url), _Trust(ca_bundle).context)
        name = host.partition("%")[0].rstrip(".")
        name = f"[{name}]" if ":" in name else name
        if port != (443 if scheme == "https" else 80):
            name = f"{name}:{port}"
        is_forwarded = self.route.proxy is not None and scheme == "http"
        self.prefix = f"http://{name}" if is_forwarded else ""
        self.common = f"host: {name}\r\naccept-encoding: {ACCEPT_ENCODING}\r\n"
        self.forwarding = self.route.proxy if is_forwarded else None

    def lease(self) -> Connection:
        """A connection that no other thread uses."""
        try:
            connection = self._idle.pop()
        except IndexError:
            return Connection(self.route)
        if not connection.is_connected:
            connection.close()
        return connection

    def give_back(self, connection: Connection) -> None:
        """Keep it for the next call, if it may be kept."""
        if connection.may_be_kept and len(self._idle) < self._size:
            self._idle.append(connection)
            if self._is_closed:
                self.close()
        else:
            connection.close()

    def close(self) -> None:
        """Close the idle connections, and those in use when they are given back."""
        self._is_closed = True
        _close_all(self._idle)


class _Trust:
    """The TLS context of a pool, made when it is first needed; apart from the pool, which connections must not keep."""

    def __init__(self, ca_bundle: str | None) -> None:
        self._ca_bundle = ca_bundle
        self._context: ssl.SSLContext | None = None
        self._lock = threading.Lock()

    def context(self) -> ssl.SSLContext:
        with self._lock:
            if self._context is None:
                self._context = tls_context(self._ca_bundle)
            return self._context


def _close_all(idle: deque[Connection]) -> None:
    while idle:
        with suppress(IndexError):
            idle.pop().close()


def place(parts: SplitResult) -> tuple[str, str, int]:
    """Scheme, host as it is looked up, and port."""
    host = (parts.hostname or "").replace("%25", "%")
    if not host.isascii():
        host = host.encode("idna").decode()
    return parts.scheme, host, parts.port or (443 if parts.scheme == "https" else 80)
