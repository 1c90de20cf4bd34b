"""Running streams: typed events over an answer that is still coming."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Generator, Iterator
from itertools import chain
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from hfe_core._decode import without_echo
from hfe_core._events import EventReader, looks_like_events, refuse_other_than_stream
from hfe_core._patience import Patience
from hfe_core.errors import HfeError, TransportError
from hfe_core.options import Options
from hfe_core.task import StreamCall
from hfe_core.transport import AsyncResponseStream, ResponseStream
from hfe_core.values import Response

__all__ = ["AsyncStream", "Stream"]

E = TypeVar("E")

_TURN = 16
"""Pieces after which other tasks have a turn."""


class Stream(Generic[E]):
    """The events of a running stream; iterate over it, or leave it early with ``close`` or ``with``.

    Args:
        send: Sends the request, has the answer read up to its first event, and sends again where that fails.
        call: The encoded call.
        options: How long is waited for a line, and for an event.
    """

    def __init__(
        self,
        send: Callable[[Callable[[ResponseStream], None]], ResponseStream],
        call: StreamCall[E],
        options: Options,
    ) -> None:
        self._send = send
        self._call = call
        self._options = options
        self._started = 0.0
        self._patience = Patience(options.timeout, options.deadline)
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
            _told(error, self._source, self._started)
            raise

    @property
    def response(self) -> Response | None:
        """The head of the answer; None before the first event was asked for."""
        return self._source.response if self._source is not None else None

    def close(self) -> None:
        """Stop, and free the connection; another thread that waits for an event gets a StreamBroken."""
        try:
            self._events.close()
        except ValueError:  # it is running, in that thread
            if self._source is not None:
                self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _iterate(self) -> Generator[E, None, None]:
        self._started = time.monotonic()
        source = self._send(self._begin)
        reader = self._reader
        assert reader is not None
        patience = self._patience
        try:
            try:
                yield from self._begun
                while not reader.done:
                    patience.wait()
                    if (piece := next(source.pieces, None)) is None:
                        break
                    patience.came(piece)
                    yield from reader.feed(piece)
                    patience.check(len(reader.received))
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
        patience = self._patience = Patience(self._options.timeout, self._options.deadline)
        first = b""
        if source.response.content_type != "text/event-stream":
            first = next(source.pieces, b"")
            if not looks_like_events(source.response, first):
                body = [first]
                for piece in source.pieces:
                    patience.came(b"")
                    body.append(piece)
                refuse_other_than_stream(source.response, b"".join(body))
        reader = self._reader = EventReader(self._call, source.response)
        try:
            for piece in chain((first,) if first else (), source.pieces):
                patience.came(piece)
                events = reader.feed(piece)
                for event in events:
                    self._begun = chain((event,), events)
                    return
                patience.check(0)
                patience.wait()
        except TransportError as error:
            reader.not_begun(error)


class AsyncStream(Generic[E]):
    """The events of a running stream; iterate over it, or leave it early with ``aclose`` or ``async with``.

    Args:
        send: Sends the request, has the answer read up to its first event, and sends again where that fails.
        call: The encoded call.
        options: How long is waited for a line, and for an event.
    """

    def __init__(
        self,
        send: Callable[
            [Callable[[AsyncResponseStream], Coroutine[Any, Any, None]]], Coroutine[Any, Any, AsyncResponseStream]
        ],
        call: StreamCall[E],
        options: Options,
    ) -> None:
        self._send = send
        self._call = call
        self._options = options
        self._started = 0.0
        self._pieces = 0
        self._patience = Patience(options.timeout, options.deadline)
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
            _told(error, self._source, self._started)
            raise

    @property
    def response(self) -> Response | None:
        """The head of the answer; None before the first event was asked for."""
        return self._source.response if self._source is not None else None

    async def aclose(self) -> None:
        """Stop, and free the connection; another task that waits for an event gets a StreamBroken."""
        try:
            await self._events.aclose()
        except RuntimeError:  # it is running, in that task
            if self._source is not None:
                await self._source.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _iterate(self) -> AsyncGenerator[E, None]:
        self._started = time.monotonic()
        source = await self._send(self._begin)
        reader = self._reader
        assert reader is not None
        patience = self._patience
        try:
            try:
                for event in self._begun:
                    yield event
                while not reader.done:
                    patience.wait()
                    if (piece := await anext(source.pieces, None)) is None:
                        break
                    patience.came(piece)
                    for event in reader.feed(piece):
                        yield event
                    patience.check(len(reader.received))
                    await self._turn()
            except TransportError as error:
                reader.broken(error)
            if reader.done:
                await source.finish()
            for event in reader.finish():
                yield event
        finally:
            await source.close()

    async def _turn(self) -> None:
        """Let other tasks work, now and then, where the answer comes faster than it is read."""
        self._pieces += 1
        if not self._pieces % _TURN:
            import asyncio

            await asyncio.sleep(0)

    async def _begin(self, source: AsyncResponseStream) -> None:
        """Read up to the first event: until it is handed out, the request may be sent again."""
        self._source = source
        patience = self._patience = Patience(self._options.timeout, self._options.deadline)
        first = b""
        if source.response.content_type != "text/event-stream":
            first = await anext(source.pieces, b"")
            if not looks_like_events(source.response, first):
                body = [first]
                async for piece in source.pieces:
                    patience.came(b"")
                    body.append(piece)
                refuse_other_than_stream(source.response, b"".join(body))
        reader = self._reader = EventReader(self._call, source.response)
        try:
            while piece := first or await anext(source.pieces, b""):
                first = b""
                patience.came(piece)
                events = reader.feed(piece)
                for event in events:
                    self._begun = chain((event,), events)
                    return
                patience.check(0)
                await self._turn()
                patience.wait()
        except TransportError as error:
            reader.not_begun(error)


def _told(error: HfeError, source: ResponseStream | AsyncResponseStream | None, started: float) -> None:
    """Tell the error how long it all took, and drop the frames that saw bytes in which a server may repeat the token."""
    error.elapsed = time.monotonic() - started
    if source is not None and source.response.request.token is not None:
        without_echo(error)
