"""What cases of several groups do with a client beyond one call after another, and what they look for."""

from __future__ import annotations

import asyncio
import inspect
import socket
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import attrs

from hfe_core import HfeError, Options
from tests.faults.answers import http
from tests.faults.case import OK, QUICK, RETRY, TOKEN, Case, Custom, Place, request
from tests.http_server import Answer, HttpServer, Seen

__all__ = [
    "Gaps",
    "acting",
    "loading",
    "nothing_arrived_there",
    "refused",
    "refusing",
    "retrying",
    "too_large",
    "with_file",
]


def acting(act: Callable[[Any], Any], **changes: Any) -> Custom:
    """Something done with a client: ``act`` is given one of either kind; what it returns is awaited where need be."""

    def sync(make: Callable[..., Any]) -> Any:
        with make(**changes) as client:
            return act(client)

    def asynchronous(make: Callable[..., Any]) -> Any:
        async def main() -> Any:
            async with make(**changes) as client:
                value = act(client)
                return await value if inspect.isawaitable(value) else value

        return asyncio.run(main())

    return Custom(sync, asynchronous)


def refusing(act: Callable[[Any], Any] | None = None, **changes: Any) -> Custom:
    """As :func:`acting`, for what is refused before anything is sent; the value is the class and text of the error."""
    inner = acting(act or (lambda client: client.request({"inputs": "x"})), **changes)

    def caught(call: Callable[[Callable[..., Any]], Any]) -> Callable[[Callable[..., Any]], str]:
        def look(make: Callable[..., Any]) -> str:
            try:
                value = call(make)
            except (ValueError, TypeError, HfeError) as error:
                return f"{type(error).__name__}: {error}"
            return f"not refused: {value!r}"

        return look

    return Custom(caught(inner.sync), caught(inner.asynchronous))


def refused(*words: str) -> Callable[[Any], bool]:
    """For ``expect``: refused with these words, in a text of sane length, without the token or line breaks in it."""

    def judge(text: Any) -> bool:
        return (
            isinstance(text, str)
            and not text.startswith("not refused")
            and all(word.lower() in text.lower() for word in words)
            and TOKEN not in text
            and "\n" not in text
            and "\r" not in text
            and len(text) < 500
        )

    return judge


class Gaps:
    """A script that notes when its answers are given, for cases about pauses; several servers may follow it at a time."""

    def __init__(self, *script: Answer) -> None:
        self._script = script
        self._times: dict[str, list[float]] = {}

    def __call__(self, place: Place) -> Sequence[Answer]:
        return self._noted(place, self._script)

    def _noted(self, place: Place, script: Sequence[Answer]) -> Sequence[Answer]:
        times = self._times[place.url] = []

        def noted(answer: Answer) -> Answer:
            def speak(seen: Seen, connection: socket.socket) -> None:
                times.append(time.monotonic())
                if isinstance(answer, bytes):
                    connection.sendall(answer)
                else:
                    answer(seen, connection)  # type: ignore[operator]

            return speak

        return [noted(answer) for answer in script]

    def between(self, least: float, most: float = 6.0) -> Callable[..., None]:
        """For ``seen``: the seconds from the first request to the second."""

        def judge(server: HttpServer) -> None:
            times = self._times[server.url]
            assert len(times) > 1, "there was no second request"
            assert least <= times[1] - times[0] <= most, f"the pause was {times[1] - times[0]} s"

        return judge


def nothing_arrived_there(_: HttpServer, other: HttpServer) -> None:
    """For ``seen``: the second server has heard nothing."""
    assert not any(other.arrived.values()), "something arrived at the second server"


def with_file(data: bytes, name: str, act: Callable[[Any, Path], Any]) -> Any:
    """Act with a client and a file that goes away afterwards."""

    def work(client: Any) -> Any:
        directory = Path(tempfile.mkdtemp())
        path = directory / name
        path.write_bytes(data)

        def clean() -> None:
            path.unlink(missing_ok=True)
            directory.rmdir()

        try:
            value = act(client, path)
        except BaseException:
            clean()
            raise
        if not inspect.isawaitable(value):
            clean()
            return value

        async def later() -> Any:
            try:
                return await value
            finally:
                clean()

        return later()

    return work


def loading(estimated_time: object = 0.05, **headers: str) -> bytes:
    """The answer of a model that is loading."""
    body = {"error": "Model gpt2 is currently loading", "estimated_time": estimated_time}
    return http(body, 503, **headers)


def retrying(retry: dict[str, Any] | None = None, **changes: Any) -> Options:
    """Quick options, with some of the retry policy changed."""
    return attrs.evolve(QUICK, retry=attrs.evolve(RETRY, **(retry or {})), **changes)


SMALL = attrs.evolve(QUICK, max_body=1 << 20, max_event=1 << 20, max_line=1 << 20)
VALUE = {"ok": True}


def too_large(name: str, answer, expect: object, **fields) -> Case:
    """And the client works on."""
    call = fields.pop("call", request())
    return Case(
        name,
        script=[answer, OK],
        calls=[call, request()],
        options=fields.pop("options", SMALL),
        expect=[expect, VALUE],
        megabytes=fields.pop("megabytes", 24),
        **fields,
    )
