"""What carries requests: the seam between hfe and an HTTP library."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from typing import Any, NoReturn, Protocol, runtime_checkable

import attrs

from hfe_core.errors import TransportError
from hfe_core.values import Response, Send

__all__ = [
    "LEFTOVERS",
    "SOON",
    "AsyncResponseStream",
    "AsyncTransport",
    "Interruptible",
    "ResponseStream",
    "SecretHeader",
    "Transport",
    "bare",
    "transport_error",
]


SOON = 0.1
"""Seconds that ``finish`` waits for what is left of an answer."""

LEFTOVERS = 16
"""Pieces that ``finish`` reads at most."""


@attrs.frozen(eq=False, repr=False)
class ResponseStream:
    """An answer that is read as it comes.

    Attributes:
        response: The head. Its body is empty for a success, whole for any other status.
        pieces: The body of a success, in pieces as they arrive; raises TransportError where it is cut.
        close: Frees the connection, also in the middle; may be called again.
        finish: As ``close``, where the answer has said that it is complete: reads what is left of it if it is there at once,
            so that the connection can be kept.
    """

    response: Response
    pieces: Iterator[bytes]
    close: Callable[[], None]
    finish: Callable[[], None] = attrs.field(default=attrs.Factory(lambda self: self.close, takes_self=True))


@attrs.frozen(eq=False, repr=False)
class AsyncResponseStream:
    """As :class:`ResponseStream`, for asyncio."""

    response: Response
    pieces: AsyncIterator[bytes]
    close: Callable[[], Coroutine[Any, Any, None]]
    finish: Callable[[], Coroutine[Any, Any, None]] = attrs.field(
        default=attrs.Factory(lambda self: self.close, takes_self=True)
    )


class Transport(Protocol):
    """Sends requests. Waiting before a send is the client's work, not the transport's."""

    def send(self, send: Send, /) -> Response:
        """Send, and read the whole answer, whatever its status.

        Raises:
            TransportError: No usable answer came within ``send.timeout`` seconds.
        """
        ...

    def open(self, send: Send, /) -> ResponseStream:
        """Send, and read the head of the answer; of an answer that is no success, the body too.

        Raises:
            TransportError: No usable head came within ``send.timeout`` seconds.
        """
        ...

    def close(self) -> None:
        """Free all connections. The transport may be used again."""
        ...


@runtime_checkable
class Interruptible(Protocol):
    """What a transport may offer besides: ending the calls that other threads wait for."""

    def interrupt(self, threads: Iterable[int], /) -> None:
        """End what these threads are sending, by ``threading.get_ident()``; it fails for them.

        A thread whose ``is_left`` is true sends nothing more.
        """
        ...


class AsyncTransport(Protocol):
    """As :class:`Transport`, for asyncio."""

    async def send(self, send: Send, /) -> Response:
        """Send, and read the whole answer, whatever its status."""
        ...

    async def open(self, send: Send, /) -> AsyncResponseStream:
        """Send, and read the head of the answer; of an answer that is no success, the body too."""
        ...

    async def close(self) -> None:
        """Free all connections."""
        ...


class SecretHeader(str):
    """A header value that does not show itself in a repr, and so in no traceback's locals."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


def bare(error: BaseException) -> BaseException:
    """The error with the tracebacks of its whole chain dropped: their frames hold request headers."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        current.__traceback__ = None
        current = current.__cause__ or current.__context__
    return error


def transport_error(error: Exception) -> TransportError:
    """The error as a TransportError: itself, or what stands for a transport that failed in a way of its own."""
    if isinstance(error, TransportError):
        return error
    failure = TransportError(f"the transport failed ({type(error).__name__})")
    failure.__cause__ = bare(error)
    return failure
