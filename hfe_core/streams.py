"""Running streams: typed events over an answer that is still coming."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Generator, Iterator
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from hfe_core._events import EventReader, refuse_other_than_stream
from hfe_core.errors import TransportError
from hfe_core.task import StreamCall
from hfe_core.transport import AsyncResponseStream, ResponseStream
from hfe_core.values import Response

__all__ = ["AsyncStream", "Stream"]

E = TypeVar("E")


class Stream(Generic[E]):
    """The events of a running stream; iterate over it, or leave it early with ``close`` or ``with``.

    Args:
        send: Sends the request and gives the answer's head; called at the first event.
        call: The encoded call.
        max_event: Bytes that one event may take.
    """

    def __init__(self, send: Callable[[], ResponseStream], call: StreamCall[E], max_event: int) -> None:
        self._send = send
        self._call = call
        self._max_event = max_event
        self._source: ResponseStream | None = None
        self._events = self._iterate()

    def __repr__(self) -> str:
        return f"<Stream of {self._call.task.name}>"

    def __iter__(self) -> Iterator[E]:
        return self

    def __next__(self) -> E:
        return next(self._events)

    @property
    def response(self) -> Response | None:
        """The head of the answer; None before the first event was asked for."""
        return self._source.response if self._source is not None else None

    def close(self) -> None:
        """Stop, and free the connection."""
        self._events.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _iterate(self) -> Generator[E, None, None]:
        source = self._source = self._send()
        try:
            if source.response.content_type != "text/event-stream":
                refuse_other_than_stream(source.response, b"".join(source.pieces))
            reader = EventReader(self._call, source.response, self._max_event)
            try:
                for piece in source.pieces:
                    yield from reader.feed(piece)
            except TransportError as error:
                reader.broken(error)
            yield from reader.finish()
        finally:
            source.close()


class AsyncStream(Generic[E]):
    """The events of a running stream; iterate over it, or leave it early with ``aclose`` or ``async with``.

    Args:
        send: Sends the request and gives the answer's head; called at the first event.
        call: The encoded call.
        max_event: Bytes that one event may take.
    """

    def __init__(
        self, send: Callable[[], Coroutine[Any, Any, AsyncResponseStream]], call: StreamCall[E], max_event: int
    ) -> None:
        self._send = send
        self._call = call
        self._max_event = max_event
        self._source: AsyncResponseStream | None = None
        self._events = self._iterate()

    def __repr__(self) -> str:
        return f"<AsyncStream of {self._call.task.name}>"

    def __aiter__(self) -> AsyncIterator[E]:
        return self

    async def __anext__(self) -> E:
        return await anext(self._events)

    @property
    def response(self) -> Response | None:
        """The head of the answer; None before the first event was asked for."""
        return self._source.response if self._source is not None else None

    async def aclose(self) -> None:
        """Stop, and free the connection."""
        await self._events.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _iterate(self) -> AsyncGenerator[E, None]:
        source = self._source = await self._send()
        try:
            if source.response.content_type != "text/event-stream":
                refuse_other_than_stream(source.response, b"".join([piece async for piece in source.pieces]))
            reader = EventReader(self._call, source.response, self._max_event)
            try:
                async for piece in source.pieces:
                    for event in reader.feed(piece):
                        yield event
            except TransportError as error:
                reader.broken(error)
            for event in reader.finish():
                yield event
        finally:
            await source.close()
