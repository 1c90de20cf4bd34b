"""Tasks as methods: one line a task, one declaration for the synchronous and the asynchronous client.

::

    class GeoTasks:
        geo_tag = TaskMethod(GEO_TAG)


    class Endpoint(GeoTasks, HfInferenceEndpoint): ...


    class AsyncEndpoint(GeoTasks, AsyncHfInferenceEndpoint): ...

A task whose module is better imported late is given as a function: ``TaskMethod(lambda: package.GEO_TAG)``.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, overload

from hfe_core.task import AnyTask, StreamTask, Task

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
        task: The task, or a function that gives it, called once, at the first use.
    """

    def __init__(self, task: Task[P, O_co] | Callable[[], Task[P, O_co]]) -> None:
        self._given = task
        self._place = "", "", ""
        self._method: Any = None

    def __set_name__(self, owner: type, name: str) -> None:
        self._place = name, owner.__qualname__, owner.__module__

    @overload
    def __get__(self, client: Client, owner: type | None = None) -> Callable[P, O_co]: ...
    @overload
    def __get__(self, client: AsyncClient, owner: type | None = None) -> Callable[P, Coroutine[None, None, O_co]]: ...
    @overload
    def __get__(self, client: None, owner: type) -> Callable[..., Any]: ...
    def __get__(self, client: Client | AsyncClient | None, owner: type | None = None) -> Any:
        if self._method is None:
            task = self._given if isinstance(self._given, Task) else self._given()

            def method(self: Any, /, *args: Any, **kwargs: Any) -> Any:
                return self.run(task, *args, **kwargs)

            self._method = _dressed(method, task, self._place)
        return self._method.__get__(client, owner)


class StreamMethod(Generic[P, E_co]):
    """A stream task as a method of a client; it gives a :class:`~hfe_core.streams.Stream` or an ``AsyncStream``.

    Args:
        task: The stream task, or a function that gives it, called once, at the first use.
    """

    def __init__(self, task: StreamTask[P, E_co] | Callable[[], StreamTask[P, E_co]]) -> None:
        self._given = task
        self._place = "", "", ""
        self._method: Any = None

    def __set_name__(self, owner: type, name: str) -> None:
        self._place = name, owner.__qualname__, owner.__module__

    @overload
    def __get__(self, client: Client, owner: type | None = None) -> Callable[P, Stream[E_co]]: ...
    @overload
    def __get__(self, client: AsyncClient, owner: type | None = None) -> Callable[P, AsyncStream[E_co]]: ...
    @overload
    def __get__(self, client: None, owner: type) -> Callable[..., Any]: ...
    def __get__(self, client: Client | AsyncClient | None, owner: type | None = None) -> Any:
        if self._method is None:
            task = self._given if isinstance(self._given, StreamTask) else self._given()

            def method(self: Any, /, *args: Any, **kwargs: Any) -> Any:
                return self.stream(task, *args, **kwargs)

            self._method = _dressed(method, task, self._place)
        return self._method.__get__(client, owner)


def _dressed(method: Any, task: AnyTask, place: tuple[str, str, str]) -> Any:
    """The method, with what users and tools read off it."""
    import inspect

    signature = inspect.signature(task.encode)
    self_parameter = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    output = inspect.signature(task.decode).return_annotation
    method.__signature__ = signature.replace(
        parameters=[self_parameter, *signature.parameters.values()], return_annotation=output
    )
    name, owner, method.__module__ = place
    method.__name__, method.__qualname__ = name, f"{owner}.{name}"
    method.__doc__ = task.doc
    return method
