"""The synchronous client."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Concatenate, Literal, ParamSpec, Self, TypeVar, Unpack, cast, overload

from hfe_core._base import BaseClient
from hfe_core._decode import decoded
from hfe_core._drive import open_stream, perform
from hfe_core._registry import Registry
from hfe_core.errors import HfeError
from hfe_core.options import Options
from hfe_core.payload import Payload
from hfe_core.task import Call, StreamCall, StreamTask, Task
from hfe_core.token import Token, checked_token
from hfe_core.transport import Interruptible, ResponseStream, Transport
from hfe_core.values import Response

# What only some verbs need is imported by them: a first call then takes less time.
if TYPE_CHECKING:
    from hfe_core._batches import Batch, BatchSteps
    from hfe_core._workers import Job
    from hfe_core.option_changes import OptionChanges
    from hfe_core.outcome import Outcome, Result
    from hfe_core.sse import ServerSentEvent
    from hfe_core.streams import Stream

__all__ = ["Client"]

P = ParamSpec("P")
I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741
E = TypeVar("E")


class Client(BaseClient):
    """A client of one endpoint. Safe to share between threads; pickles as configuration, without its token.

    Every verb raises :class:`~hfe_core.errors.HfeError`: EncodeError before anything is sent, TransportError and
    StatusError after the retries that ``options.retry`` allows, DecodeError for an answer that is not what the task
    promises.

    Args:
        endpoint_url: URL of the endpoint, http or https; used as given.
        access_token: A token; False or ``""`` for none; None for the user's own, which goes only to hosts of Hugging
            Face over https.
        options: Timeouts, retry policy, limits, headers.
        registry: Where names are looked up; None for the process-wide one.
        transport: What sends; None for urllib3, or what a plugin's ``hfe_transport`` gives.

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
        transport: Transport | None = None,
    ) -> None:
        access_token = cast("Token", checked_token(access_token))
        super().__init__(endpoint_url, access_token, options, registry=registry, transport_given=transport is not None)
        self._transport_box: list[Transport] = [] if transport is None else [transport]

    @overload
    def run(self, task: Task[P, O], /, *args: P.args, **kwargs: P.kwargs) -> O: ...
    @overload
    def run(self, task: str, /, *args: Any, **kwargs: Any) -> Any: ...
    def run(self, task: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Run a task, given as a value or by name, with the arguments of its encoder.

        Args:
            task: A task, or the name of a registered one.
            args: The task's inputs, when not given by name.
            kwargs: The task's inputs and parameters.

        Returns:
            The task's output.

        Raises:
            TypeError: The arguments do not fit the task's signature.
            UnknownTaskError: No plugin registers the name.
        """
        return self.send(self._task(task)(*args, **kwargs))

    def send(self, call: Call[O]) -> O:
        """Make an encoded call (``TASK(inputs=...)``) and give its output."""
        call = self._call(call)
        return decoded(call, self._perform(call.payload, call.task.name))

    def exchange(self, call: Call[O]) -> Result[O]:
        """As :meth:`send`, and the answer beside the output: status, headers, body, request id, time, attempts."""
        from hfe_core.outcome import Result

        call = self._call(call)
        response = self._perform(call.payload, call.task.name)
        return Result(decoded(call, response), response)

    @overload
    def stream(self, task: StreamTask[P, E], /, *args: P.args, **kwargs: P.kwargs) -> Stream[E]: ...
    @overload
    def stream(self, task: str, /, *args: Any, **kwargs: Any) -> Stream[Any]: ...
    def stream(self, task: Any, /, *args: Any, **kwargs: Any) -> Stream[Any]:
        """Run a stream task, given as a value or by name; the arguments are checked now, the request is sent at the first event.

        Returns:
            An iterator of typed events, and a context manager that frees the connection.

        Raises:
            TypeError: The arguments do not fit the task's signature.
            UnknownTaskError: No plugin registers the name as a stream.
        """
        return self._stream(self._stream_task(task)(*args, **kwargs))

    @overload
    def map(
        self, task: Task[Concatenate[I, P], O], items: Iterable[I], /, *args: P.args, **kwargs: P.kwargs
    ) -> Iterator[Outcome[O]]: ...
    @overload
    def map(self, task: str, items: Iterable[Any], /, *args: Any, **kwargs: Any) -> Iterator[Outcome[Any]]: ...
    def map(self, task: Any, items: Iterable[Any], /, *args: Any, **kwargs: Any) -> Iterator[Outcome[Any]]:
        """Run a task over many inputs, and give their outcomes in order.

        ``options.concurrency`` requests are in flight at a time; with ``options.batch_size`` above 1, inputs travel
        together where the task allows. The input is read only as far as needed. A failure of one input is the outcome of
        that input. Where the server refuses a batch as a whole, its inputs are sent again one by one. If the input itself
        raises, what was read before comes first. Leaving early waits for nothing.

        Args:
            task: A task, or the name of a registered one.
            items: Its inputs.
            args: Further arguments, the same for all.
            kwargs: Further arguments, the same for all.

        Raises:
            TypeError: The further arguments do not fit the task's signature.
            UnknownTaskError: No plugin registers the name.
        """
        from hfe_core._batches import check_items, check_shared

        found: Task[..., Any] = self._task(task)
        check_shared(found, args, kwargs)
        check_items(items)

        def encode(item: Any) -> Call[Any]:
            return found(item, *args, **kwargs)

        return self._map(found, encode, items)

    def _stream(self, call: StreamCall[E]) -> Stream[E]:
        from hfe_core.streams import Stream

        return Stream(partial(self._open, call.payload, call.task.name), call, self._options)

    def _map(self, task: Task[..., O], encode: Callable[[I], Call[O]], items: Iterable[I]) -> Iterator[Outcome[O]]:
        from hfe_core._batches import batches, encode_batch, run_batch
        from hfe_core._workers import Workers

        left = threading.Event()

        def work(batch: Batch[I]) -> list[Outcome[O]]:
            steps = run_batch(encode_batch(batch, encode), task)
            return _drive_batch(steps, lambda payload: self._perform(payload, task.name, left))

        width = self.options.concurrency
        pending: deque[Job[Batch[I], list[Outcome[O]]]] = deque()
        workers = Workers(width, work)
        try:
            problem: Exception | None = None
            source = batches(items, self.options.batch_size if task.takes_lists else 1)
            while problem is None:
                while pending and (len(pending) >= 2 * width or pending[0].is_done):
                    yield from pending.popleft().result()
                try:
                    pending.append(workers.submit(next(source)))
                except StopIteration:
                    break
                except Exception as error:  # noqa: BLE001 - the caller's own iterator may raise anything
                    problem = error
            while pending:
                yield from pending.popleft().result()
            if problem is not None:
                raise problem
        finally:
            left.set()
            workers.close()
            # Nobody waits for what is still in flight.
            if isinstance(transport := self._transport, Interruptible):
                transport.interrupt(workers.threads)

    def request(
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
        """Send anything, and give the answer as it is: decoded JSON where the server says JSON, bytes otherwise.

        Args:
            body: JSON-able, or binary as for :class:`~hfe_core.media.Media`; a str is a JSON string unless
                ``content_type`` says otherwise.
            path: Below the endpoint's URL.
            method: The HTTP method.
            query: Added to the URL.
            content_type: Of a binary body; recognised if not given.
            accept: The ``Accept`` header.
        """
        from hfe_core._raw import raw_payload, raw_value

        payload = raw_payload(body, path=path, method=method, query=query, content_type=content_type, accept=accept)
        return raw_value(self._perform(payload, None))

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
    ) -> Stream[ServerSentEvent]:
        """As :meth:`request`, for an answer that is an event stream; ``"stream": true`` is added to a JSON object."""
        from hfe_core._raw import RAW_STREAM, raw_payload

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

    def close(self) -> None:
        """Close the kept connections. The client may be used again."""
        for transport in self._transport_box:
            transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _transport(self) -> Transport:
        box = self._transport_box
        if not box:
            given = self.registry.transport(self._endpoint, self._options, is_async=False)
            if given is None:
                from hfe_core._urllib3.transport import Urllib3Transport

                given = Urllib3Transport(self._endpoint, self._options)
            box.append(cast("Transport", given))
        return box[0]

    def _perform(self, payload: Payload, task: str | None, left: threading.Event | None = None) -> Response:
        return perform(self._transport, self._exchange(payload, task), left)

    def _open(self, payload: Payload, task: str | None, begin: Callable[[ResponseStream], None]) -> ResponseStream:
        return open_stream(self._transport, self._exchange(payload, task), begin)


def _drive_batch(steps: BatchSteps[O], perform: Callable[[Payload], Response]) -> list[Outcome[O]]:
    reply: Response | HfeError | None = None
    while True:
        try:
            payload = steps.send(reply)
        except StopIteration as stop:
            return cast("list[Outcome[O]]", stop.value)
        try:
            reply = perform(payload)
        except HfeError as error:
            reply = error
