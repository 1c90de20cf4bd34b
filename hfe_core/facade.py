"""Tasks as methods: one line a task, one declaration for the synchronous and the asynchronous client.

::

    class GeoTasks:
        geo_tag = TaskMethod(GEO_TAG)


    class Endpoint(GeoTasks, HfInferenceEndpoint): ...


    class AsyncEndpoint(GeoTasks, AsyncHfInferenceEndpoint): ...
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, cast, overload

from hfe_core.task import StreamTask, Task

if TYPE_CHECKING:
    from hfe_core.aio import AsyncClient
    from hfe_core.client import Client
    from hfe_core.streams import AsyncStream, Stream

__all__ = ["StreamMethod", "TaskMethod"]

P = ParamSpec("P")
O_co = TypeVar("O_co", covariant=True)
E_co = TypeVar("E_co", covariant=True)


class TaskMethod(Generic[P, O_co]):
    """A task as a method of a client.

    On a :class:`~hfe_core.client.Client` it gives the output, on an :class:`~hfe_core.aio.AsyncClient` a coroutine of
    it; name, docstring and signature are the encoder's.

    Args:
        task: The task.
    """

    def __init__(self, task: Task[P, O_co]) -> None:
        self._task = task
        self._method = _method(task, lambda client, args, kwargs: client.run(task, *args, **kwargs))

    def __set_name__(self, owner: type, name: str) -> None:
        _rename(self._method, owner, name)

    @overload
    def __get__(self, client: Client, owner: type | None = None) -> Callable[P, O_co]: ...
    @overload
    def __get__(self, client: AsyncClient, owner: type | None = None) -> Callable[P, Coroutine[None, None, O_co]]: ...
    @overload
    def __get__(self, client: None, owner: type) -> Callable[..., Any]: ...
    def __get__(self, client: Client | AsyncClient | None, owner: type | None = None) -> Any:
        return self._method.__get__(client, owner)


class StreamMethod(Generic[P, E_co]):
    """A stream task as a method of a client; it gives a :class:`~hfe_core.streams.Stream` or an ``AsyncStream``.

    Args:
        task: The stream task.
    """

    def __init__(self, task: StreamTask[P, E_co]) -> None:
        self._task = task
        self._method = _method(task, lambda client, args, kwargs: client.stream(task, *args, **kwargs))

    def __set_name__(self, owner: type, name: str) -> None:
        _rename(self._method, owner, name)

    @overload
    def __get__(self, client: Client, owner: type | None = None) -> Callable[P, Stream[E_co]]: ...
    @overload
    def __get__(self, client: AsyncClient, owner: type | None = None) -> Callable[P, AsyncStream[E_co]]: ...
    @overload
    def __get__(self, client: None, owner: type) -> Callable[..., Any]: ...
    def __get__(self, client: Client | AsyncClient | None, owner: type | None = None) -> Any:
        return self._method.__get__(client, owner)


def _method(task: Task[..., Any] | StreamTask[..., Any], call: Callable[[Any, Any, Any], Any]) -> Any:
    def method(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        return call(self, args, kwargs)

    signature = inspect.signature(task.encode)
    self_parameter = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    output = inspect.signature(task.decode).return_annotation
    cast("Any", method).__signature__ = signature.replace(
        parameters=[self_parameter, *signature.parameters.values()], return_annotation=output
    )
    method.__doc__ = task.doc
    return method


def _rename(method: Any, owner: type, name: str) -> None:
    method.__name__ = name
    method.__qualname__ = f"{owner.__qualname__}.{name}"
    method.__module__ = owner.__module__
