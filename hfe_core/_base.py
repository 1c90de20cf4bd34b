"""What the two clients share: configuration, look-up, and everything of a call that does no I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Generic, Literal, NoReturn, Self, TypeVar, cast

import attrs

from hfe_core._registry import Registry, default_registry
from hfe_core.errors import DecodeError, HfeError, StreamBroken, TransportError
from hfe_core.exchange import Exchange, exchange
from hfe_core.media import BinaryInput, Media
from hfe_core.payload import NOTHING, Payload
from hfe_core.prepare import Preparer
from hfe_core.server_errors import error_message, status_error
from hfe_core.sse import EventParser, ServerSentEvent
from hfe_core.task import Call, StreamCall, StreamTask, Task
from hfe_core.token import Token
from hfe_core.values import Endpoint, Options, Request, Response

__all__ = ["BaseClient", "Outcome", "Result"]

T = TypeVar("T")
O_co = TypeVar("O_co", covariant=True)
E = TypeVar("E")


@attrs.frozen
class Result(Generic[O_co]):
    """An output with the answer that it was decoded from.

    Attributes:
        output: The typed output.
        response: Status, headers, body (with every field that the typed output leaves out), request id, time.
    """

    output: O_co
    response: Response


@attrs.frozen
class Outcome(Generic[O_co]):
    """What became of one item of ``map``.

    Attributes:
        index: The item's place in the input, from 0.
        error: Why it failed, or None.
    """

    index: int
    _output: O_co | None = attrs.field(default=None, alias="output")
    error: HfeError | None = None

    @property
    def ok(self) -> bool:
        """Whether there is an output."""
        return self.error is None

    @property
    def output(self) -> O_co:
        """The output.

        Raises:
            HfeError: The item failed; this is its error.
        """
        if self.error is not None:
            raise self.error
        return cast("O_co", self._output)


class BaseClient:
    """Configuration of a client, and the parts of a call that do no I/O.

    Args:
        endpoint_url: URL of the endpoint, http or https; used as given.
        access_token: A token; False or ``""`` for none; None for the user's own, which goes only to hosts of Hugging
            Face over https.
        options: Timeouts, retry policy, limits, headers.
        registry: Where names are looked up; None for the process-wide one.

    Raises:
        ValueError: The URL is not an http(s) URL.
    """

    def __init__(
        self,
        endpoint_url: str,
        access_token: str | Token | Literal[False] | None = None,
        options: Options | None = None,
        *,
        registry: Registry | None = None,
    ) -> None:
        self._configure(Endpoint.of(endpoint_url, access_token), options or Options(), registry)

    def _configure(self, endpoint: Endpoint, options: Options, registry: Registry | None) -> None:
        self._endpoint = endpoint
        self._options = options
        self._given_registry = registry
        self._preparer = Preparer(endpoint, options)

    @property
    def endpoint(self) -> Endpoint:
        """Where calls go."""
        return self._endpoint

    @property
    def options(self) -> Options:
        """How calls are made."""
        return self._options

    @property
    def registry(self) -> Registry:
        """Where task names are looked up."""
        if self._given_registry is None:
            self._given_registry = default_registry()
        return self._given_registry

    def _copy(self, changes: Mapping[str, Any]) -> Self:
        try:
            options = attrs.evolve(self._options, **changes)
        except TypeError:
            names = [field.name for field in attrs.fields(Options)]
            wrong = next(name for name in changes if name not in names)
            raise TypeError(f"with_options() has no option {wrong!r}; it has {', '.join(names)}") from None
        copy = type(self).__new__(type(self))
        copy.__dict__.update(self.__dict__)
        BaseClient._configure(copy, self._endpoint, options, self._given_registry)
        return copy

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._endpoint.url}>"

    def __reduce__(self) -> tuple[object, ...]:
        return _restore, (type(self), self._endpoint, self._options)

    def _task(self, task: Task[..., T] | str) -> Task[..., T]:
        if isinstance(task, Task):
            return task
        if isinstance(task, StreamTask):
            raise TypeError(f"{task!r} is a stream: use client.stream(...)")
        return cast("Task[..., T]", self.registry.task(task))

    def _stream_task(self, task: StreamTask[..., T] | str) -> StreamTask[..., T]:
        if isinstance(task, StreamTask):
            return task
        if isinstance(task, Task):
            raise TypeError(f"{task!r} is no stream: use client.run(...)")
        return cast("StreamTask[..., T]", self.registry.stream_task(task))

    def _exchange(self, payload: Payload, task: str | None) -> Exchange:
        request = self._request(payload, task)
        registry = self.registry
        return exchange(request, self._options, task=task, host=self._endpoint.host, observe=registry.observer())

    def _request(self, payload: Payload, task: str | None) -> Request:
        return self.registry.prepare(self._preparer.request(payload), task)


def _whole_event(event: ServerSentEvent) -> ServerSentEvent:
    return event


RAW_STREAM: StreamTask[..., ServerSentEvent] = StreamTask(name="request", encode=Payload, decode=_whole_event)
"""What ``streaming_request`` runs."""


def _restore(kind: type[BaseClient], endpoint: Endpoint, options: Options) -> BaseClient:
    return kind(endpoint.url, options=options)


def decoded(call: Call[T], response: Response) -> T:
    """The output of a call, whatever the decoder raises turned into an HfeError."""
    return _guarded(call.task.name, lambda: call.task.decode(response), response)


def decoded_many(task: Task[..., T], response: Response, count: int) -> list[T]:
    """The outputs of a batch; exactly one for each input."""
    assert task.decode_many is not None
    decode_many = task.decode_many
    outputs = _guarded(task.name, lambda: list(decode_many(response)), response)
    if len(outputs) != count:
        raise DecodeError(
            f"expected {count} results for {count} inputs, got {len(outputs)}", request_id=response.request_id
        )
    return outputs


def _guarded(name: str, decode: Callable[[], T], response: Response | None) -> T:
    try:
        return decode()
    except HfeError as error:
        if response is not None and not error.attempts:
            error.attempts = response.attempt
            error.elapsed = response.elapsed
        raise
    except Exception as error:
        raise DecodeError(
            f"the decoder of {name!r} failed ({type(error).__name__}: {error})",
            request_id=response.request_id if response is not None else None,
        ) from error


class EventReader(Generic[E]):
    """From the bytes of a stream to its typed events: pure, shared by both clients.

    Args:
        call: The stream's task and arguments.
        head: The answer's head.
        max_event: Bytes that one event may take.

    Raises:
        DecodeError: The answer is no event stream.
    """

    def __init__(self, call: StreamCall[E], head: Response, max_event: int) -> None:
        self._task = call.task
        self._head = head
        self._parser = EventParser(max_event)
        self._complete = call.task.ends is None
        self.received: list[E] = []
        self.done = False

    def feed(self, piece: bytes) -> Iterator[E]:
        """The events that a piece completes."""
        return self._typed(self._parser.feed(piece))

    def finish(self) -> Iterator[E]:
        """The event that was left without its blank line, after the last piece.

        Raises:
            StreamBroken: The body ended before the stream did.
        """
        yield from self._typed(self._parser.flush())
        if not self._complete:
            self._raise("the stream ended before its last event", None)

    def broken(self, error: TransportError) -> None:
        """Raise StreamBroken for a body that was cut, unless the stream had said that it was complete."""
        if not self._complete or self._task.ends is None:
            self._raise(f"the stream was cut: {error}", error)

    def _raise(self, problem: str, cause: TransportError | None) -> NoReturn:
        error = StreamBroken(problem, received=tuple(self.received))
        error.attempts = self._head.attempt
        raise error from cause

    def _typed(self, events: Iterator[ServerSentEvent]) -> Iterator[E]:
        for event in events:
            if self.done:
                return
            if event.is_done:
                self.done = self._complete = True
                return
            self._refuse_error(event)
            value = _guarded(self._task.name, partial(self._task.decode, event), self._head)
            self.received.append(value)
            if self._task.ends is not None and self._task.ends(value):
                self._complete = True
            yield value

    def _refuse_error(self, event: ServerSentEvent) -> None:
        if event.event != "error" and '"error"' not in event.data[:200] and '"detail"' not in event.data[:200]:
            return
        try:
            value = event.json()
        except DecodeError:
            value = event.data
        is_error = isinstance(value, dict) and bool(cast("dict[str, object]", value).get("error"))
        if event.event == "error" or is_error:
            body = event.data.encode("utf-8", "replace")
            error = status_error(attrs.evolve(self._head, body=body))
            error.message = error.message or error_message(value)
            raise error


def check_is_stream(head: Response, body: bytes) -> None:
    """Raise what an answer that is no event stream deserves."""
    answer = attrs.evolve(head, body=body)
    if head.content_type == "application/json" and b'"error"' in body[:2000]:
        raise status_error(answer)
    raise DecodeError(
        f"expected an event stream (text/event-stream), the server answered {head.content_type or 'without a type'};"
        " it may not stream: use client.run(...)",
        excerpt=repr(body[:100].decode("utf-8", "replace")),
        request_id=head.request_id,
    )


def raw_payload(
    body: object,
    *,
    path: str = "",
    method: str = "POST",
    query: Mapping[str, str | int | float | bool] | None = None,
    content_type: str | None = None,
    accept: str = "*/*",
    stream: bool = False,
) -> Payload:
    """The payload of a call without a task: JSON or bytes, as they are."""
    if body is None and content_type is None:
        content: object = NOTHING
    elif content_type is None and isinstance(body, str | Mapping | list | tuple | int | float | bool | None):
        content = cast("object", body)
        if stream and isinstance(body, Mapping) and "stream" not in body:
            content = {**cast("Mapping[str, object]", body), "stream": True}
    elif isinstance(body, str):
        content = Media(body.encode(), content_type or "text/plain")
    else:
        content = Media.of(cast("BinaryInput", body), content_type=content_type, parameter="body")
    return Payload(body=content, path=path, method=method, query=query or {}, accept=accept, stream=stream)


def raw_value(response: Response) -> Any:
    """The JSON of an answer that says it is JSON, else its bytes."""
    from hfe_core.decoding import json_value

    if response.content_type == "application/json" or response.content_type.endswith("+json"):
        return json_value(response)
    return response.body
