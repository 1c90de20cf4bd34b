"""Threads for ``map``: started when needed, kept while it runs, never waited for when it is left."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Generic, TypeVar

__all__ = ["Workers"]

A = TypeVar("A")
R = TypeVar("R")


class Workers(Generic[A, R]):
    """Calls a function with many arguments on a few threads.

    The threads are daemons: a call in flight does not keep a program that was told to stop.

    Args:
        width: How many threads at most.
        work: The function.
    """

    def __init__(self, width: int, work: Callable[[A], R]) -> None:
        self._width = width
        self._work = work
        self._queue: SimpleQueue[tuple[A, Future[R]] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []

    def submit(self, argument: A) -> Future[R]:
        """Have the function called with this argument; calls begin in the order of submission."""
        future: Future[R] = Future()
        self._queue.put((argument, future))
        if len(self._threads) < self._width:
            thread = threading.Thread(target=self._run, name=f"hfe-map-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()
        return future

    def close(self) -> None:
        """End the threads when their calls in flight are done; calls that were cancelled do not begin."""
        for _ in self._threads:
            self._queue.put(None)

    def _run(self) -> None:
        while (entry := self._queue.get()) is not None:
            argument, future = entry
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(self._work(argument))
            except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
                future.set_exception(error)
