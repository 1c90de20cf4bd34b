"""What the clients' modules share: the inputs, and ways to repeat an operation."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sized
from concurrent.futures import ThreadPoolExecutor

Run = Callable[[int], float]

TEXT = "Paris is the [MASK] of France."
MESSAGES = [{"role": "user", "content": "What is the capital of France?"}]
LABELS = ["cat", "dog"]
WIDTH = 16
MAP_PATH = "delay-20/fill-mask"
FIRST_PATH = "pause-200/first-token"


def repeated(act: Callable[[], Sized]) -> Run:
    """The operation, one after the other; the size is that of its last result."""

    def run(count: int) -> float:
        result: Sized = ()
        for _ in range(count):
            result = act()
        return len(result)

    return run


def counted(act: Callable[[], float]) -> Run:
    """As :func:`repeated`, for an operation that gives a size itself."""

    def run(count: int) -> float:
        return [act() for _ in range(count)][-1]

    return run


def in_threads(act: Callable[[], Sized], width: int = WIDTH) -> Run:
    """The operations dealt to long-lived threads."""
    pool = ThreadPoolExecutor(width)
    each = repeated(act)

    def run(count: int) -> float:
        return list(pool.map(each, [count // width] * width))[-1]

    return run


def pooled(act: Callable[[], Sized], width: int) -> Run:
    """The operations as a thread pool's own map has them."""
    pool = ThreadPoolExecutor(width)

    def run(count: int) -> float:
        return sum(map(len, pool.map(lambda _: act(), range(count)))) / count

    return run


class Loop:
    """One event loop, kept for all operations."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()

    def wait(self, awaitable: Awaitable[float]) -> float:
        """The result of a coroutine."""
        return self._loop.run_until_complete(awaitable)

    def dealt(self, act: Callable[[], Awaitable[Sized]], width: int) -> Run:
        """The operations, ``width`` at a time, by as many tasks that share an iterator."""

        async def work(numbers: Iterable[int]) -> float:
            size = 0
            for _ in numbers:
                size = len(await act())
            return size

        async def all_of(count: int) -> float:
            numbers = iter(range(count))
            sizes = await asyncio.gather(*(work(numbers) for _ in range(width)))
            return max(sizes)

        return lambda count: self.wait(all_of(count))
