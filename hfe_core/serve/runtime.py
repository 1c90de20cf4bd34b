"""Engines at run time: loaded at the first request, once; one inference at a time; always in a worker thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator
from typing import cast

import anyio
from starlette.concurrency import run_in_threadpool

from hfe_core.serve.engine import EngineError, EngineRequest, Runner, StreamEnd, TokenEvent
from hfe_core.serve.selection import Served

__all__ = ["Slot", "slots"]


class Slot:
    """One served task with its runner.

    Attributes:
        served: The task, its engine and model.
    """

    def __init__(self, served: Served, lock: asyncio.Lock) -> None:
        self.served = served
        self._lock = lock
        self._runner: Runner | None = None

    async def run(self, request: EngineRequest) -> object:
        """The engine's answer to a request without ``stream``; waits until the engine is free."""
        async with self._lock:
            return await run_in_threadpool(self._call, request)

    async def stream(self, request: EngineRequest) -> AsyncGenerator[TokenEvent, None]:
        """The engine's events, the last one with ``end``. The engine is busy until the generator ends or is closed."""
        if self.served.task not in self.served.engine.streams:
            raise EngineError(f'{self.served.task} cannot stream here (engine {self.served.engine.name}): no "stream"')
        async with self._lock:
            events = await run_in_threadpool(self._call, request)
            if not isinstance(events, Iterator):
                raise EngineError(f"engine {self.served.engine.name} gave no stream for {self.served.task}")
            typed = cast("Iterator[TokenEvent]", events)
            try:
                async for event in _with_end(typed):
                    yield event
            finally:
                close = getattr(typed, "close", None)
                if callable(close):
                    # Shielded, as this also runs when the caller has gone and the request is being cancelled.
                    with anyio.CancelScope(shield=True):
                        await run_in_threadpool(close)

    def _call(self, request: EngineRequest) -> object:
        if self._runner is None:
            served = self.served
            self._runner = served.engine.load(served.task, served.model)
        return self._runner(request)


async def _with_end(events: Iterator[TokenEvent]) -> AsyncGenerator[TokenEvent, None]:
    texts: list[str] = []
    while (event := await run_in_threadpool(next, events, None)) is not None:
        yield event
        if event.end is not None:
            return
        if not event.special:
            texts.append(event.text)
    yield TokenEvent("", special=True, end=StreamEnd("".join(texts), generated_tokens=len(texts)))


def slots(served: Iterable[Served]) -> dict[str, Slot]:
    """A slot for each task; tasks of the same engine and model share a lock, as engines are not thread-safe."""
    locks: dict[tuple[str, str | None], asyncio.Lock] = {}
    table: dict[str, Slot] = {}
    for one in served:
        lock = locks.setdefault((one.engine.name, one.model), asyncio.Lock())
        table[one.task] = Slot(one, lock)
    return table
