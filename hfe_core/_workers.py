"""Threads for ``map``: started when needed, kept while it runs, never waited for when it is left."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar, cast

__all__ = ["Job", "Worker", "Workers"]

A = TypeVar("A")
R = TypeVar("R")


class Job(Generic[A, R]):
    """A call that was submitted. One thread waits for it, for which a plain lock is enough and costs little.

    Attributes:
        argument: What the function is called with.
    """

    __slots__ = ("_error", "_result", "_running", "argument")

    def __init__(self, argument: A) -> None:
        self.argument = argument
        self._result: R | None = None
        self._error: BaseException | None = None
        self._running = threading.Lock()
        self._running.acquire()

    @property
    def is_done(self) -> bool:
        """Whether :meth:`result` would not wait."""
        return not self._running.locked()

    def run(self, work: Callable[[A], R]) -> None:
        """Call the function."""
        try:
            self._result = work(self.argument)
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
            self._error = error
        self._running.release()

    def result(self) -> R:
        """What the call gave, or raised, once it is done; may be asked once."""
        self._running.acquire()
        if self._error is not None:
            try:
                raise self._error
            finally:
                self._error = None
        return cast("R", self._result)


class Worker(threading.Thread):
    """A thread of :class:`Workers`.

    Attributes:
        is_left: Nobody waits for what it does.
    """

    is_left = False


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
        self._queue: SimpleQueue[Job[A, R] | None] = SimpleQueue()
        self._threads: list[Worker] = []
        self._is_closed = False

    @property
    def threads(self) -> list[int]:
        """The identifiers of the threads that were started."""
        return [thread.ident for thread in self._threads if thread.ident is not None]

    def submit(self, argument: A) -> Job[A, R]:
        """Have the function called with this argument; calls begin in the order of submission."""
        job: Job[A, R] = Job(argument)
        self._queue.put(job)
        if len(self._threads) < self._width:
            thread = Worker(target=self._run, name=f"hfe-map-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()
        return job

    def close(self) -> None:
        """End the threads when their calls in flight are done; no further call begins, and nobody may wait for one."""
        self._is_closed = True
        for thread in self._threads:
            thread.is_left = True
            self._queue.put(None)

    def _run(self) -> None:
        take, work = self._queue.get, self._work
        while (job := take()) is not None and not self._is_closed:
            job.run(work)
            # What was done is the caller's: an idle thread keeps none of it.
            del job
