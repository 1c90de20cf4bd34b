"""Running streams: typed events over an answer that is still coming."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Generator, Iterator
from itertools import chain
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from hfe_core._events import EventReader, refuse_other_than_stream
from hfe_core.errors import HfeError, TransportError
from hfe_core.task import StreamCall
from hfe_core.transport import AsyncResponseStream, ResponseStream, bare
from hfe_core.values import Response

__all__ = ["AsyncStream", "Stream"]

E = TypeVar("E")


class Stream(Generic[E]):
    """The events of a running stream; iterate over it, or leave it early with ``close`` or ``with``.

    Args:
        send: Sends the request, has the answer read up to its first event, and sends again where that fails.
        call: The encoded call.
    """

    def __init__(self, send: Callable[[Callable[[ResponseStream], None]], ResponseStream], call: StreamCall[E]) -> None:
        self._send = send
        self._call = call
        self._source: ResponseStream | None = None
        self._reader: EventReader[E] | None = None
        self._begun: Iterator[E] = iter(())
        self._events = self._iterate()

    def __repr__(self) -> str:
        return f"<Stream of {self._call.task.name}>"

    def __iter__(self) -> Iterator[E]:
        return self

    def __next__(self) -> E:
        try:
            return next(self._events)
        except HfeError as error:
            _hide_echo(error, self._source)
            raise

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
        source = self._send(self._begin)
        reader = self._reader
        assert reader is not None
        try:
            try:
                yield from self._begun
                while not reader.done and (piece := next(source.pieces, None)) is not None:
                    yield from reader.feed(piece)
            except TransportError as error:
                reader.broken(error)
            if reader.done:
                source.finish()
            yield from reader.finish()
        finally:
            source.close()

    def _begin(self, source: ResponseStream) -> None:
        """Read up to the first event: until it is handed out, the request may be sent again."""
        self._source = source
        if source.response.content_type != "text/event-stream":
            refuse_other_than_stream(source.response, b"".join(source.pieces))
        reader = self._reader = EventReader(self._call, source.response)
        try:
            for piece in source.pieces:
                events = reader.feed(piece)
                for event in events:
                    self._begun = chain((event,), events)
                    return
        except TransportError as error:
            reader.not_begun(error)


class AsyncStream(Generic[E]):
    """The events of a running stream; iterate over it, or leave it early with ``aclose`` or ``async with``.

    Args:
        send: Sends the request, has the answer read up to its first event, and sends again where that fails.
        call: The encoded call.
    """

    def __init__(
        self,
        send: Callable[
            [Callable[[AsyncResponseStream], Coroutine[Any, Any, None]]], Coroutine[Any, Any, AsyncResponseStream]
        ],
        call: StreamCall[E],
    ) -> None:
        self._send = send
        self._call = call
        self._source: AsyncResponseStream | None = None
        self._reader: EventReader[E] | None = None
        self._begun: Iterator[E] = iter(())
        self._events = self._iterate()

    def __repr__(self) -> str:
        return f"<AsyncStream of {self._call.task.name}>"

    def __aiter__(self) -> AsyncIterator[E]:
        return self

    async def __anext__(self) -> E:
        try:
            return await anext(self._events)
        except HfeError as error:
            _hide_echo(error, self._source)
            raise

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
        source = await self._send(self._begin)
        reader = self._reader
        assert reader is not None
        try:
            try:
                for event in self._begun:
                    yield event
                while not reader.done and (piece := await anext(source.pieces, None)) is not None:
                    for event in reader.feed(piece):
                        yield event
            except TransportError as error:
                reader.broken(error)
            if reader.done:
                await source.finish()
            for event in reader.finish():
                yield event
        finally:
            await source.close()

    async def _begin(self, source: AsyncResponseStream) -> None:
        """Read up to the first event: until it is handed out, the request may be sent again."""
        self._source = source
        if source.response.content_type != "text/event-stream":
            refuse_other_than_stream(source.response, b"".join([piece async for piece in source.pieces]))
        reader = self._reader = EventReader(self._call, source.response)
        try:
            async for piece in source.pieces:
                events = reader.feed(piece)
                for event in events:
                    self._begun = chain((event,), events)
                    return
        except TransportError as error:
            reader.not_begun(error)


def _hide_echo(error: HfeError, source: ResponseStream | AsyncResponseStream | None) -> None:
    """Drop the frames that saw the answer's bytes, in which a server may repeat the token."""
    if source is not None and source.response.request.token is not None:
        bare(error)
