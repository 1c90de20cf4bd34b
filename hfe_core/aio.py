"""The asynchronous client."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Coroutine, Iterable, Mapping
from functools import partial
from types import TracebackType
from typing import Any, Concatenate, Literal, ParamSpec, Self, TypeVar, Unpack, cast, overload

from hfe_core import _batches
from hfe_core._async_workers import AsyncWorkers
from hfe_core._base import BaseClient
from hfe_core._batches import Batch, BatchSteps
from hfe_core._decode import decoded
from hfe_core._raw import RAW_STREAM, raw_payload, raw_value
from hfe_core._registry import Registry
from hfe_core.errors import HfeError, TransportError
from hfe_core.option_changes import OptionChanges
from hfe_core.options import Options
from hfe_core.outcome import Outcome, Result
from hfe_core.payload import Payload
from hfe_core.prepare import is_heavy, may_wait
from hfe_core.sse import ServerSentEvent
from hfe_core.streams import AsyncStream
from hfe_core.task import Call, StreamCall, StreamTask, Task
from hfe_core.token import Token, checked_token
from hfe_core.transport import AsyncResponseStream, AsyncTransport, transport_error
from hfe_core.values import Response, Send

__all__ = ["AsyncClient"]

P = ParamSpec("P")
I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741
E = TypeVar("E")


class AsyncClient(BaseClient):
    """As :class:`~hfe_core.client.Client`, for asyncio; needs the extra ``async`` (aiohttp).

    One client may serve one loop after another. It pickles as configuration, without its token.

    Args:
        endpoint_url: URL of the endpoint, http or https; used as given.
        access_token: A token; False or ``""`` for none; None for the user's own, which goes only to hosts of Hugging
            Face over https.
        options: Timeouts, retry policy, limits, headers.
        registry: Where names are looked up; None for the process-wide one.
        transport: What sends; None for aiohttp, or what a plugin's ``hfe_transport`` gives.

    Raises:
        EncodeError: The URL is not an http(s) URL, or the token cannot be sent.
    """

    def __init__(
        self,
        endpoint_url: str,
        access_token: str | Token | Literal[False] | None = None,
        options: Options | None = None,
        *,
        registry: Registry | None = None,
        transport: AsyncTransport | None = None,
    ) -> None:
        access_token = cast("Token", checked_token(access_token))
        super().__init__(endpoint_url, access_token, options, registry=registry, transport_given=transport is not None)
        self._transport_box: list[AsyncTransport] = [] if transport is None else [transport]

    @overload
    async def run(self, task: Task[P, O], /, *args: P.args, **kwargs: P.kwargs) -> O: ...
    @overload
    async def run(self, task: str, /, *args: Any, **kwargs: Any) -> Any: ...
    async def run(self, task: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Run a task, given as a value or by name; as :meth:`hfe_core.client.Client.run`."""
        found = self._task(task)
        if may_wait((args, kwargs)):
            return await self.send(await asyncio.to_thread(found, *args, **kwargs))
        return await self.send(found(*args, **kwargs))

    async def send(self, call: Call[O]) -> O:
        """Make an encoded call (``TASK(inputs=...)``) and give its output."""
        call = self._call(call)
        return decoded(call, await self._perform(call.payload, call.task.name))

    async def exchange(self, call: Call[O]) -> Result[O]:
        """As :meth:`send`, and the answer beside the output: status, headers, body, request id, time, attempts."""
        call = self._call(call)
        response = await self._perform(call.payload, call.task.name)
        return Result(decoded(call, response), response)

    @overload
    def stream(self, task: StreamTask[P, E], /, *args: P.args, **kwargs: P.kwargs) -> AsyncStream[E]: ...
    @overload
    def stream(self, task: str, /, *args: Any, **kwargs: Any) -> AsyncStream[Any]: ...
    def stream(self, task: Any, /, *args: Any, **kwargs: Any) -> AsyncStream[Any]:
        """Run a stream task; the arguments are checked now, the request is sent at the first event.

        Returns:
            An asynchronous iterator of typed events, and an asynchronous context manager that frees the connection.
        """
        return self._stream(self._stream_task(task)(*args, **kwargs))

    @overload
    def map(
        self,
        task: Task[Concatenate[I, P], O],
        items: Iterable[I] | AsyncIterable[I],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> AsyncIterator[Outcome[O]]: ...
    @overload
    def map(
        self, task: str, items: Iterable[Any] | AsyncIterable[Any], /, *args: Any, **kwargs: Any
    ) -> AsyncIterator[Outcome[Any]]: ...
    def map(
        self, task: Any, items: Iterable[Any] | AsyncIterable[Any], /, *args: Any, **kwargs: Any
    ) -> AsyncIterator[Outcome[Any]]:
        """Run a task over many inputs, and give their outcomes in order; as :meth:`hfe_core.client.Client.map`.

        Args:
            task: A task, or the name of a registered one.
            items: Its inputs; an asynchronous iterable is fine.
            args: Further arguments, the same for all.
            kwargs: Further arguments, the same for all.

        Raises:
            TypeError: The further arguments do not fit the task's signature.
            UnknownTaskError: No plugin registers the name.
        """
        found: Task[..., Any] = self._task(task)
        _batches.check_shared(found, args, kwargs)
        _batches.check_items(items)

        def encode(item: Any) -> Call[Any]:
            return found(item, *args, **kwargs)

        return self._map(found, encode, items)

    def _stream(self, call: StreamCall[E]) -> AsyncStream[E]:
        return AsyncStream(partial(self._open, call.payload, call.task.name), call, self._options)

    async def _map(
        self, task: Task[..., O], encode: Callable[[I], Call[O]], items: Iterable[I] | AsyncIterable[I]
    ) -> AsyncIterator[Outcome[O]]:
        async def work(batch: Batch[I]) -> list[Outcome[O]]:
            encoded = partial(_batches.encode_batch, batch, encode)
            calls = await asyncio.to_thread(encoded) if may_wait((batch.items,)) else encoded()
            return await self._drive_batch(_batches.run_batch(calls, task), task.name)

        width = self.options.concurrency
        pending: deque[asyncio.Future[list[Outcome[O]]]] = deque()
        workers = AsyncWorkers(width, work)
        source = _batches.async_batches(items, self.options.batch_size if task.takes_lists else 1)
        try:
            while isinstance(batch := await _batches.next_batch(source), Batch):
                pending.append(workers.submit(batch))
                while pending and (len(pending) >= 2 * width or pending[0].done()):
                    for outcome in await pending.popleft():
                        yield outcome
            while pending:
                for outcome in await pending.popleft():
                    yield outcome
            if batch is not None:
                raise batch
        finally:
            await workers.close()

    async def _drive_batch(self, steps: BatchSteps[O], task: str) -> list[Outcome[O]]:
        reply: Response | HfeError | None = None
        while True:
            try:
                payload = steps.send(reply)
            except StopIteration as stop:
                return cast("list[Outcome[O]]", stop.value)
            try:
                reply = await self._perform(payload, task)
            except HfeError as error:
                reply = error

    async def request(
        self,
        body: object = None,
        /,
        *,
        path: str = "",
        method: str = "POST",
        query: Mapping[str, str | int | float | bool] | None = None,
        content_type: str | None = None,
        accept: str = "*/*",
    ) -> Any:
        """Send anything, and give the answer as it is; as :meth:`hfe_core.client.Client.request`."""
        encode = partial(
            raw_payload, body, path=path, method=method, query=query, content_type=content_type, accept=accept
        )
        payload = await asyncio.to_thread(encode) if may_wait(body) else encode()
        return raw_value(await self._perform(payload, None))

    def streaming_request(
        self,
        body: object = None,
        /,
        *,
        path: str = "",
        method: str = "POST",
        query: Mapping[str, str | int | float | bool] | None = None,
        content_type: str | None = None,
        accept: str = "*/*",
    ) -> AsyncStream[ServerSentEvent]:
        """As :meth:`request`, for an answer that is an event stream; ``"stream": true`` is added to a JSON object."""
        payload = raw_payload(
            body, path=path, method=method, query=query, content_type=content_type, accept=accept, stream=True
        )
        return self._stream(StreamCall(RAW_STREAM, payload))

    def with_options(self, **changes: Unpack[OptionChanges]) -> Self:
        """A client with some options changed, over the same connections (with other authorities: over its own).

        Args:
            changes: Names and values of :class:`~hfe_core.values.Options`.

        Raises:
            TypeError: There is no such option.
        """
        return self._copy(changes)

    async def close(self) -> None:
        """Close the running loop's kept connections. The client may be used again."""
        for transport in self._transport_box:
            await transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def _transport(self) -> AsyncTransport:
        box = self._transport_box
        if not box:
            given = self.registry.transport(self._endpoint, self._options, is_async=True)
            if given is None:
                try:
                    from hfe_core._aiohttp.transport import AiohttpTransport
                except ImportError as error:
                    raise ImportError("AsyncClient needs aiohttp: pip install 'hfe[async]'") from error

                given = AiohttpTransport(self._endpoint, self._options)
            box.append(cast("AsyncTransport", given))
        return box[0]

    async def _perform(self, payload: Payload, task: str | None) -> Response:
        transport = self._transport
        # Reading files and encoding megabytes is not for the loop's own thread.
        heavy = is_heavy(payload)
        steps = await asyncio.to_thread(self._exchange, payload, task) if heavy else self._exchange(payload, task)
        send = next(steps)
        while True:
            if send.delay:
                await asyncio.sleep(send.delay)
            reply: Response | TransportError
            try:
                reply = await transport.send(send)
            except Exception as error:  # noqa: BLE001 - a third party's transport may raise anything
                reply = transport_error(error)
            try:
                send = steps.send(reply)
            except StopIteration as stop:
                return cast("Response", stop.value)

    async def _open(
        self,
        payload: Payload,
        task: str | None,
        begin: Callable[[AsyncResponseStream], Coroutine[Any, Any, None]],
    ) -> AsyncResponseStream:
        transport = self._transport
        # Reading files and encoding megabytes is not for the loop's own thread.
        heavy = is_heavy(payload)
        steps = await asyncio.to_thread(self._exchange, payload, task) if heavy else self._exchange(payload, task)
        send = next(steps)
        while True:
            if send.delay:
                await asyncio.sleep(send.delay)
            reply, stream, refusal = await _attempt(transport, send, begin)
            try:
                send = steps.send(reply)
            except StopIteration:
                break
        if refusal is not None:
            raise refusal
        assert stream is not None
        return stream


async def _attempt(
    transport: AsyncTransport, send: Send, begin: Callable[[AsyncResponseStream], Coroutine[Any, Any, None]]
) -> tuple[Response | TransportError, AsyncResponseStream | None, HfeError | None]:
    """What the exchange is told, the stream where it has begun, and why a good answer is refused all the same."""
    stream: AsyncResponseStream | None = None
    try:
        stream = await transport.open(send)
        if 200 <= stream.response.status <= 299:
            await begin(stream)
    except BaseException as error:
        if stream is not None:
            await stream.close()
        if isinstance(error, HfeError) and not isinstance(error, TransportError) and stream is not None:
            return stream.response, None, error
        if isinstance(error, Exception):  # a third party's transport may raise anything
            return transport_error(error), None, None
        raise
    return stream.response, stream, None
