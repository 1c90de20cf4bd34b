"""The child process that makes the calls of cases, one case after another.

It is warm, so that imports count neither as time nor as memory; its parent bounds it from outside.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import faulthandler
import functools
import gc
import importlib
import logging
import os
import pickle
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

import attrs

from hfe_core import AsyncClient, Client, HfeError, Options
from tests.faults.case import CANCELLED, Call, Case, Custom, Place
from tests.faults.report import Outcome, Report
from tests.faults.watch import Log, Memory, descriptors, limit_memory, locals_of, settled

MEMORY = Memory()


class _Interrupted(BaseException):
    """Stands for Ctrl-C."""


def _cases(module: str) -> dict[str, Case]:
    return {case.name: case for case in importlib.import_module(module).CASES}


def _failed(error: BaseException, partial: list[Any] | None, elapsed: float) -> Outcome:
    MEMORY.stop()
    try:
        return _described(error, partial, elapsed)
    finally:
        MEMORY.go()


def _described(error: BaseException, partial: list[Any] | None, elapsed: float) -> Outcome:
    shown = "".join(traceback.format_exception(error)) + "\n".join(locals_of(error))
    pickled, kind = None, ""
    try:
        pickled = pickle.dumps(error)
    except Exception as problem:
        kind = f"{type(error).__name__}, which does not pickle: {problem}"
    if not isinstance(error, HfeError):
        pickled, kind = None, f"{type(error).__module__}.{type(error).__name__}: {error}"
    text = f"{error}\n{error!r}\n{vars(error)!r}\n{shown}"
    return Outcome(value=partial, error=pickled, kind=kind, text=text, elapsed=elapsed)


def _event(call: Call, event: Any) -> Any:
    if call.then is not None:
        return call.then(event)
    return event.data if hasattr(event, "data") else event


def _value(call: Call, value: Any) -> Any:
    return value if call.then is None else call.then(value)


def _mapped(outcome: Any) -> Any:
    return outcome.output if outcome.error is None else type(outcome.error).__name__


# --- synchronous ---


@contextlib.contextmanager
def _interrupt(seconds: float | None) -> Iterator[None]:
    def interrupt(*_: object) -> None:
        raise _Interrupted

    if seconds is None:
        yield
        return
    signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _stream_sync(client: Any, call: Call, partial: list[Any]) -> None:
    with getattr(client, call.verb)(*call.args, **call.kwargs) as events:
        for event in events:
            partial.append(_event(call, event))
            if call.slow:
                time.sleep(call.slow)
            if len(partial) == call.leave:
                break


def _once_sync(client: Any, call: Call) -> Outcome:
    partial: list[Any] | None = None
    started = time.monotonic()
    try:
        with _interrupt(call.cancel):
            if call.verb == "map":
                value = [_mapped(outcome) for outcome in client.map(*call.args, **call.kwargs)]
            elif call.verb in {"stream", "streaming_request"}:
                value = partial = []
                _stream_sync(client, call, partial)
            else:
                value = _value(call, getattr(client, call.verb)(*call.args, **call.kwargs))
    except _Interrupted:
        return Outcome(value=CANCELLED, elapsed=time.monotonic() - started)
    except BaseException as error:
        return _failed(error, partial, time.monotonic() - started)
    return Outcome(value=value, elapsed=time.monotonic() - started)


def _sync(make: Callable[..., Any], case: Case) -> list[Outcome]:
    if any(isinstance(call, Custom) for call in case.calls):
        return [_custom(functools.partial(call.sync, make)) for call in case.calls if isinstance(call, Custom)]
    outcomes: list[Outcome] = []
    with make() as client:
        for call in [call for call in case.calls if isinstance(call, Call)]:
            time.sleep(call.pause)
            client_now = client.with_options(**call.changes) if call.changes else client
            if call.together:
                with concurrent.futures.ThreadPoolExecutor(call.together) as pool:
                    outcomes.append(_joined(pool.map(_once_sync, [client_now] * call.together, [call] * call.together)))
            else:
                outcomes.append(_once_sync(client_now, call))
    return outcomes


# --- asynchronous ---


async def _stream_async(client: Any, call: Call, partial: list[Any]) -> None:
    async with getattr(client, call.verb)(*call.args, **call.kwargs) as events:
        async for event in events:
            partial.append(_event(call, event))
            if call.slow:
                await asyncio.sleep(call.slow)
            if len(partial) == call.leave:
                break


async def _verb_async(client: Any, call: Call, partial: list[Any]) -> Any:
    if call.verb == "map":
        return [_mapped(outcome) async for outcome in client.map(*call.args, **call.kwargs)]
    if call.verb in {"stream", "streaming_request"}:
        await _stream_async(client, call, partial)
        return partial
    return _value(call, await getattr(client, call.verb)(*call.args, **call.kwargs))


async def _once_async(client: Any, call: Call) -> Outcome:
    partial: list[Any] = []
    started = time.monotonic()
    running = asyncio.ensure_future(_verb_async(client, call, partial))
    try:
        if call.cancel is not None:
            await asyncio.wait([running], timeout=call.cancel)
            running.cancel()
        value = await running
    except asyncio.CancelledError:
        return Outcome(value=CANCELLED, elapsed=time.monotonic() - started)
    except BaseException as error:
        is_stream = call.verb in {"stream", "streaming_request"}
        return _failed(error, partial if is_stream else None, time.monotonic() - started)
    return Outcome(value=value, elapsed=time.monotonic() - started)


async def _calls_async(make: Callable[..., Any], calls: list[Call], noise: list[str]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: noise.append(f"the loop caught: {context}"))
    async with make() as client:
        for call in calls:
            await asyncio.sleep(call.pause)
            client_now = client.with_options(**call.changes) if call.changes else client
            if call.together:
                outcomes.append(
                    _joined(await asyncio.gather(*(_once_async(client_now, call) for _ in range(call.together))))
                )
            else:
                outcomes.append(await _once_async(client_now, call))
    left: set[asyncio.Task[Any]] = set()
    for _ in range(50):
        left = asyncio.all_tasks() - {asyncio.current_task()}  # type: ignore[arg-type]
        if not left:
            break
        await asyncio.sleep(0.01)
    noise.extend(f"a task is left running: {task!r}" for task in left)
    return outcomes


def _async(make: Callable[..., Any], case: Case, noise: list[str]) -> list[Outcome]:
    if any(isinstance(call, Custom) for call in case.calls):
        return [_custom(functools.partial(call.asynchronous, make)) for call in case.calls if isinstance(call, Custom)]
    return asyncio.run(_calls_async(make, [call for call in case.calls if isinstance(call, Call)], noise))


# --- both ---


def _custom(act: Callable[[], Any]) -> Outcome:
    started = time.monotonic()
    try:
        value = act()
    except BaseException as error:
        return _failed(error, None, time.monotonic() - started)
    return Outcome(value=value, elapsed=time.monotonic() - started)


def _joined(outcomes: Any) -> Outcome:
    several: list[Outcome] = list(outcomes)
    values = [outcome.value if outcome.error is None else _class_of(outcome.error) for outcome in several]
    kinds = [outcome.kind for outcome in several if outcome.kind]
    text = "\n".join(outcome.text for outcome in several)
    elapsed = max(outcome.elapsed for outcome in several)
    return Outcome(value=sorted(values, key=repr), kind=kinds[0] if kinds else "", text=text, elapsed=elapsed)


def _class_of(error: bytes) -> str:
    return type(pickle.loads(error)).__name__


def perform(transport: str, case: Case, place: Place) -> Report:
    """Make the calls of a case."""
    log = Log()
    noise: list[str] = []
    logging.root.addHandler(log)
    open_before, threads = descriptors(), set(threading.enumerate())
    environ = {name: place.fill(value) for name, value in case.environ.items()}
    os.environ.update(environ)
    kind = Client if transport == "urllib3" else AsyncClient

    def make(url: str = case.url, **changes: Any) -> Any:
        options: Options = case.options
        if place.bundle and case.trust and options.ca_bundle is None:
            options = attrs.evolve(options, ca_bundle=place.bundle)
        return kind(place.fill(url), case.token, attrs.evolve(options, **changes))

    sys.unraisablehook = lambda args: noise.append(f"unraisable: {args.exc_value!r} in {args.object!r}")
    threading.excepthook = lambda args: noise.append(f"a thread died: {args.exc_value!r}")
    MEMORY.grown = 0
    MEMORY.go()
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)  # cases fork
            outcomes = _sync(make, case) if transport == "urllib3" else _async(make, case, noise)
            MEMORY.stop()
            gc.collect()
        noise.extend(f"warned: {warning.category.__name__}: {warning.message}" for warning in warned)
        noise.extend(
            f"a descriptor is left open: {name}" for name in sorted(settled(lambda: descriptors() - open_before))
        )
        noise.extend(
            f"a thread is left: {thread!r}" for thread in settled(lambda: set(threading.enumerate()) - threads)
        )
        return Report(outcomes=outcomes, grown=MEMORY.grown, log="\n".join(log.lines), noise=[*noise, *log.noise])
    finally:
        for name in environ:
            del os.environ[name]
        logging.root.removeHandler(log)


def main() -> None:
    """Serve jobs until the parent hangs up."""
    transport, descriptor = sys.argv[1], int(sys.argv[2])  # given after "-c"
    parent = Connection(descriptor)
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    logging.root.setLevel(logging.DEBUG)
    for module in parent.recv():
        importlib.import_module(module)
    limited = False
    while True:
        try:
            job = parent.recv()
        except EOFError:
            return
        if not limited and job.name != "warm-up":
            gc.collect()
            gc.freeze()
            limit_memory()
            limited = True
        try:
            report = perform(transport, _cases(job.module)[job.name], job.place)
        except BaseException as error:
            # The harness's own mistake, or an error that came out of the client's close.
            report = Report(outcomes=[_failed(error, None, 0.0)], log="", noise=[traceback.format_exc()[-4000:]])
        try:
            data = pickle.dumps(report)
        except Exception as error:
            data = pickle.dumps(Report(outcomes=[], log="", noise=[f"an outcome does not pickle: {error}"]))
        parent.send_bytes(data)
