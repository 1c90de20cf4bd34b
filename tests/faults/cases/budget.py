"""How often calls are tried again in all, and who is told of it."""

from __future__ import annotations

import itertools
import logging
import math
import socket
from collections.abc import Callable, Sequence
from typing import Any

from hfe_core import (
    AsyncClient,
    Client,
    EndpointNotReady,
    Event,
    ServerError,
    StatusError,
    TransportError,
)
from hfe_core.hookspecs import hookimpl
from tests.faults.actions import acting, loading, retrying
from tests.faults.answers import (
    close,
    head,
    http,
    reset,
)
from tests.faults.case import (
    OK,
    TOKEN,
    Case,
    Custom,
    Fails,
    Place,
    request,
    run,
)
from tests.http_server import Answer, HttpServer, Seen

GOOD = {"ok": True}


_HEAD = head(b"content-type: application/json", b"content-length: 100")


def _at_most(server: HttpServer, count: int) -> None:
    assert len(server.seen) <= count, f"{len(server.seen)} requests arrived"


def _storm(place: Place) -> Sequence[Answer]:
    count = itertools.count(1)

    def answer(seen: Seen, connection: socket.socket) -> None:
        number = next(count)
        if number % 20 == 0:
            reset(connection)
        elif number % 19 == 0:
            connection.sendall(http({"error": "busy"}, 503))
        elif number % 50 == 7:
            connection.sendall(_HEAD + b"[")
            connection.shutdown(socket.SHUT_RDWR)
        else:
            connection.sendall(http(seen.json()))

    return [answer]


BUDGET = [
    Case(
        "an outage is not answered with a multiple of the load",
        script=[http({"error": "down"}, 502)],
        calls=[request()] * 100,
        expect=[Fails(ServerError, status=502)] * 100,
        seen=lambda server: _at_most(server, 170),
        seconds=20,
    ),
    Case(
        "lost connections do not multiply the load either",
        script=[close],
        calls=[request(together=50)],
        expect=["TransportError"] * 50,
        seen=lambda server: _at_most(server, 110),
        seconds=20,
    ),
    Case(
        "without a budget each call has its attempts",
        script=[http({"error": "down"}, 502)],
        calls=[request()] * 20,
        options=retrying({"budget": math.inf}),
        expect=[Fails(ServerError, attempts=3)] * 20,
        requests=60,
    ),
    Case(
        "a budget of nothing allows no second attempt",
        script=[http({"error": "down"}, 502), OK],
        options=retrying({"budget": 0.0, "reserve": 0}),
        expect=Fails(ServerError, "down", attempts=1),
        requests=1,
    ),
    Case(
        "waiting for a loading model takes nothing from the budget",
        script=[loading(0.02), loading(0.02), OK],
        options=retrying({"budget": 0.0, "reserve": 0}),
        expect=GOOD,
        requests=3,
    ),
    Case(
        "one attempt is one attempt",
        script=[close, OK],
        options=retrying({"attempts": 1}),
        expect=Fails(TransportError, attempts=1, unanswered=True),
        requests=1,
    ),
    Case(
        "in bad weather no call is lost and none gets the answer of another",
        script=_storm,
        calls=[request({"inputs": number}, together=32) for number in range(6)],
        options=retrying({"attempts": 6}),
        expect=[[{"inputs": number}] * 32 for number in range(6)],
        seconds=30,
        megabytes=64,
    ),
]


def _watched(make: Callable[..., Any], kind: type[Client] | type[AsyncClient]) -> tuple[Any, list[Event]]:
    events: list[Event] = []

    class Plugin:
        @hookimpl
        def hfe_observe(self, event: Event) -> None:
            events.append(event)

    from hfe_core import Registry

    plain = make()
    return kind(plain.endpoint.url, TOKEN, plain.options, registry=Registry(plugins={"watch": Plugin()})), events


def _told(events: list[Event]) -> list[Any]:
    return [(event.kind, event.attempt, event.status, event.error, event.delay > 0) for event in events]


def _observed_sync(make: Callable[..., Any]) -> list[Any]:
    client, events = _watched(make, Client)
    with client:
        client.request({"inputs": "x"})
    return _told(events)


def _observed_async(make: Callable[..., Any]) -> list[Any]:
    import asyncio

    async def main() -> list[Any]:
        client, events = _watched(make, AsyncClient)
        async with client:
            await client.request({"inputs": "x"})
        return _told(events)

    return asyncio.run(main())


def _logged(client: Any) -> Any:
    lines: list[str] = []

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.levelname} {record.getMessage()}")

    handler = Lines()
    logging.getLogger("hfe_core").addHandler(handler)
    value = client.request({"inputs": "x"})

    async def later() -> list[str]:
        await value
        logging.getLogger("hfe_core").removeHandler(handler)
        return lines

    if hasattr(value, "__await__"):
        return later()
    logging.getLogger("hfe_core").removeHandler(handler)
    return lines


TOLD = [
    Case(
        "observers are told of each attempt and each wait",
        script=[close, http({"error": "busy"}, 503), OK],
        calls=Custom(_observed_sync, _observed_async),
        expect=[
            ("sent", 1, None, "TransportError", False),
            ("retry", 1, None, "TransportError", True),
            ("sent", 2, 503, "EndpointNotReady", False),
            ("retry", 2, 503, "EndpointNotReady", True),
            ("sent", 3, 200, None, False),
            ("end", 3, 200, None, False),
        ],
    ),
    Case(
        "waiting for a loading model is said in the log",
        script=[loading(0.1), OK],
        calls=acting(_logged),
        expect=lambda lines: any(line.startswith("WARNING") and "loading" in line for line in lines),
    ),
    Case(
        "an error at last has what the last answer said",
        script=[close, http({"error": "first"}, 502), http({"error": "second"}, 504, x_request_id="r-3")],
        calls=run("text-classification", "x"),
        expect=Fails(
            ServerError, "second", status=504, attempts=3, request_id="r-3", elapsed=lambda seconds: seconds > 0
        ),
        requests=3,
    ),
    Case(
        "statuses may be chosen",
        script=[http({"error": "odd"}, 500), http({"error": "odd"}, 418), http({"error": "odd"}, 503), OK],
        options=retrying({"statuses": {500, 418}}),
        expect=Fails((StatusError, EndpointNotReady), "odd", status=503, attempts=3),
        requests=3,
    ),
]


CASES = [*BUDGET, *TOLD]
