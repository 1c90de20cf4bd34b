"""Tasks for ``map`` under asyncio: started when needed, kept while it runs, ended when it is left."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

__all__ = ["AsyncWorkers"]

A = TypeVar("A")
R = TypeVar("R")


class AsyncWorkers(Generic[A, R]):
    """Awaits a function with many arguments in a few tasks; one that has ended begins the next call at once.

    Args:
        width: How many tasks at most.
        work: The function.
    """

    def __init__(self, width: int, work: Callable[[A], Coroutine[Any, Any, R]]) -> None:
        self._width = width
        self._work = work
        self._loop = asyncio.get_running_loop()
        self._queue: deque[tuple[A, asyncio.Future[R]]] = deque()
        self._idle: deque[asyncio.Future[None]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    def submit(self, argument: A) -> asyncio.Future[R]:
        """Have the function called with this argument; calls begin in the order of submission."""
        result: asyncio.Future[R] = self._loop.create_future()
        self._queue.append((argument, result))
        while self._idle:
            idle = self._idle.popleft()
            if not idle.done():
                idle.set_result(None)
                return result
        if len(self._tasks) < self._width:
            task = self._loop.create_task(self._run())
            self._tasks.add(task)
            # Somebody else may cancel it; another one then takes its place.
            task.add_done_callback(self._tasks.discard)
        return result

    async def close(self) -> None:
        """End the calls in flight, and wait until they have ended; no further call begins."""
        self._queue.clear()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            while self._queue:
                argument, result = self._queue.popleft()
                await self._called(argument, result)
                # What was done is the caller's: an idle task keeps none of it.
                del argument, result
            idle = self._loop.create_future()
            self._idle.append(idle)
            await idle

    async def _called(self, argument: A, result: asyncio.Future[R]) -> None:
        try:
            value = await self._work(argument)
        except GeneratorExit:
            # The loop is gone, and so is who waited.
            raise
        except asyncio.CancelledError:
            result.cancel()
            raise
        except BaseException as error:
            if not result.cancelled():
                result.set_exception(error)
                # Whoever left does not ask for it.
                result.exception()
            if not isinstance(error, Exception):
                raise
        else:
            if not result.cancelled():
                result.set_result(value)
