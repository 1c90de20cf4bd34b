"""What the two clients share: configuration, look-up, and everything of a call that does no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self, TypeVar, cast

import attrs

from hfe_core._registry import Registry, default_registry
from hfe_core.exchange import Exchange, exchange
from hfe_core.options import Options, public
from hfe_core.payload import Payload
from hfe_core.prepare import Preparer, check_request
from hfe_core.retry import RetryBudget
from hfe_core.task import Call, StreamTask, Task
from hfe_core.token import Token
from hfe_core.values import Endpoint, Request, without_query

__all__ = ["BaseClient"]

T = TypeVar("T")
O_co = TypeVar("O_co", covariant=True)
E = TypeVar("E")


class BaseClient:
    """Configuration of a client, and the parts of a call that do no I/O.

    Args:
        endpoint_url: URL of the endpoint, http or https; used as given.
        access_token: A token; False or ``""`` for none; None for the user's own, which goes only to hosts of Hugging
            Face over https.
        options: Timeouts, retry policy, limits, headers.
        registry: Where names are looked up; None for the process-wide one.
        transport_given: Whether the transport is the caller's, and so never replaced.

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
        transport_given: bool = False,
    ) -> None:
        self._transport_box: list[Any] = []
        self._transport_given = transport_given
        self._wants_own_token = access_token is None
        if options is not None and not isinstance(options, Options):
            raise TypeError(f"options: Options(timeout=…), not {type(options).__name__}")
        self._configure(Endpoint.of(endpoint_url, access_token), options or Options(), registry)

    def _configure(self, endpoint: Endpoint, options: Options, registry: Registry | None) -> None:
        self._endpoint = endpoint
        self._options = options
        self._given_registry = registry
        self._preparer = Preparer(endpoint, options)
        self._budget = RetryBudget(options.retry)

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
        names = [field.name for field in attrs.fields(Options)]
        for wrong in changes.keys() - set(names):
            raise TypeError(f"with_options() has no option {wrong!r}; it has {', '.join(names)}")
        options = attrs.evolve(self._options, **changes)
        copy = type(self).__new__(type(self))
        copy.__dict__.update(self.__dict__, _options=options, _preparer=Preparer(self._endpoint, options))
        if options.retry != self._options.retry:
            copy.__dict__["_budget"] = RetryBudget(options.retry)
        if "ca_bundle" in changes and not self._transport_given:
            copy.__dict__["_transport_box"] = []
        return copy

    def __copy__(self) -> Self:
        return self._copy({})

    def __deepcopy__(self, memo: object) -> Self:
        return self._copy({})

    def __repr__(self) -> str:
        # Also of a client whose making failed, in a traceback with locals.
        endpoint: Endpoint | None = getattr(self, "_endpoint", None)
        return f"<{type(self).__name__} {without_query(endpoint.url)[1:-1] if endpoint else ''}>"

    def __getstate__(self) -> dict[str, object]:
        options = attrs.evolve(self._options, headers=public(self._options.headers))
        return {"url": self._endpoint.url, "own_token": self._wants_own_token, "options": options}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A token that was given explicitly is not written down; the user's own is looked for again, where it is needed.
        self.__dict__.update(_transport_box=[], _transport_given=False, _wants_own_token=state["own_token"])
        endpoint = Endpoint.of(state["url"], None if state["own_token"] else False)
        self._configure(endpoint, state["options"], None)

    def _call(self, call: Call[T]) -> Call[T]:
        if not isinstance(call, Call):
            raise TypeError(f"expected a call, TASK(inputs=…), not {type(call).__name__}")
        return call

    def _task(self, task: Task[..., T] | str) -> Task[..., T]:
        if isinstance(task, Task):
            return task
        if isinstance(task, StreamTask):
            raise TypeError(f"{task!r} is a stream: use client.stream(...)")
        if not isinstance(task, str):
            raise TypeError(f"expected a task or its name, not {type(task).__name__}")
        return cast("Task[..., T]", self.registry.task(task))

    def _stream_task(self, task: StreamTask[..., T] | str) -> StreamTask[..., T]:
        if isinstance(task, StreamTask):
            return task
        if isinstance(task, Task):
            raise TypeError(f"{task!r} is no stream: use client.run(...)")
        return cast("StreamTask[..., T]", self.registry.stream_task(task))

    def _exchange(self, payload: Payload, task: str | None) -> Exchange:
        """Begin an exchange: the request is made here, and sent when the generator is driven."""
        request = self._request(payload, task)
        registry = self.registry
        return exchange(
            request,
            self._options,
            task=task,
            host=self._endpoint.host,
            budget=self._budget,
            observe=registry.observer(),
        )

    def _request(self, payload: Payload, task: str | None) -> Request:
        request = self._preparer.request(payload)
        changed = self.registry.prepare(request, task)
        if changed is not request:
            check_request(changed, self._endpoint)
        return changed
