"""How long is waited before a request is sent again, what for, and when no longer."""

from __future__ import annotations

import datetime
import email.utils
import itertools
import math
from collections.abc import Sequence

from hfe_core import (
    EndpointNotReady,
    EndpointPaused,
    NotFound,
    RateLimited,
    RequestTimeout,
    ServerError,
)
from tests.faults.actions import Gaps, loading, retrying
from tests.faults.answers import (
    close,
    hang_up_after,
    http,
    silence,
)
from tests.faults.case import (
    CANCELLED,
    IMPATIENT,
    OK,
    Case,
    Either,
    Fails,
    Place,
    request,
)
from tests.http_server import Answer, HttpServer

GOOD = {"ok": True}


def _in(seconds: float) -> str:
    return email.utils.format_datetime(datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds), True)


def _asks(value: str, status: int) -> Gaps:
    return Gaps(http({"error": "later"}, status, retry_after=value), OK)


def _paused(name: str, script: Gaps, least: float, most: float = 6.0) -> Case:
    return Case(name, script=script, expect=GOOD, requests=2, seen=script.between(least, most))


class _Dated(Gaps):
    """A date some seconds from now: the answers are made when the case begins."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def __call__(self, place: Place) -> Sequence[Answer]:
        return self._noted(place, [http({"error": "later"}, 429, retry_after=_in(self._seconds)), OK])


PAUSES = [
    _paused("a Retry-After of a 429 is obeyed", _asks("1", 429), 0.95),
    _paused("a Retry-After of a 503 is obeyed", _asks("0.7", 503), 0.65),
    _paused("a Retry-After with a fraction is obeyed", _asks("0.6", 429), 0.55),
    _paused("a Retry-After that is a date is obeyed", _Dated(2.5), 1.0),
    _paused("a Retry-After of 0 is no endless loop", _asks("0", 429), 0.0, 2.0),
    _paused("an estimated_time is obeyed", Gaps(loading(0.7), OK), 0.65),
    _paused("Retry-After goes before estimated_time", Gaps(loading(5.5, retry_after="0.5"), OK), 0.45, 4.0),
    *(
        _paused(f"a Retry-After of {value!r:.40} is not slept", _asks(value, status), 0.0, 2.0)
        for status, value in itertools.product(
            (429,),
            (
                "86400",
                "-5",
                "soon",
                "Infinity",
                "NaN",
                "1e400",
                "1e9",
                "0x10",
                "9" * 400,
                "1, 2",
                "1;2",
                "Sun, 06 Nov 1994 08:49:37 GMT",
                "Fri, 31 Dec 9999 23:59:59 GMT",
                "Mon, 99 Foo 99999 99:99:99 XYZ",
            ),
        )
    ),
    *(
        _paused(f"an estimated_time of {value!r:.20} is not slept", Gaps(loading(value), OK), 0.0, 2.0)
        for value in (1e9, -20.0, math.nan, math.inf, "20.0", None, True, [20], {"seconds": 20}, 10**400)
    ),
    Case(
        "a pause that does not fit into the deadline is not begun",
        script=[http({"error": "later"}, 429, retry_after="30"), OK],
        options=retrying(deadline=2.0),
        expect=Fails(RateLimited, attempts=1, retry_after=30.0, elapsed=lambda seconds: seconds < 1.5),
        requests=1,
    ),
    Case(
        "a loading model that would be ready after the deadline is not waited for",
        script=[loading(20.0), OK],
        options=retrying(deadline=2.0),
        expect=Fails(EndpointNotReady, "loading", attempts=1, estimated_time=20.0),
        requests=1,
    ),
    Case(
        "the deadline ends any number of attempts",
        script=[http({"error": "down"}, 502)],
        options=retrying({"attempts": 10**6, "backoff": 0.1, "budget": math.inf}, deadline=1.0),
        expect=Either(
            Fails(ServerError, "down", status=502, elapsed=lambda seconds: seconds < 2.5),
            # By chance, the last pause ends so little before the deadline that the answer comes after it.
            Fails(RequestTimeout, "502: down", phase="deadline", elapsed=lambda seconds: seconds < 2.5),
        ),
    ),
    Case(
        "the deadline ends an attempt that its timeout would not",
        script=[silence],
        options=retrying(deadline=0.5),
        expect=Fails(RequestTimeout, phase="deadline", attempts=1, elapsed=lambda seconds: 0.4 < seconds < 3),
        requests=1,
    ),
    Case(
        "the deadline holds for a second attempt, too",
        script=[close, silence],
        options=retrying(deadline=0.7),
        expect=Fails(RequestTimeout, phase="deadline", attempts=2, elapsed=lambda seconds: 0.5 < seconds < 3),
        requests=2,
    ),
    Case(
        "a pause can be cancelled, and the client works on",
        script=[http({"error": "later"}, 429, retry_after="30"), OK],
        calls=[request(cancel=0.5), request()],
        options=retrying(deadline=None),
        expect=[CANCELLED, GOOD],
        requests=2,
        seconds=5,
    ),
    Case(
        "waiting for a loading model can be cancelled",
        script=[loading(30.0), OK],
        calls=[request(cancel=0.5), request()],
        options=retrying(deadline=None),
        expect=[CANCELLED, GOOD],
        requests=2,
        seconds=5,
    ),
    Case(
        "a server that takes too long is not asked again",
        script=[silence, OK],
        options=IMPATIENT,
        expect=Fails(RequestTimeout, phase="read", attempts=1, unanswered=False),
        requests=1,
    ),
    Case(
        "a loading answer that drips is a timeout and not another wait",
        script=[hang_up_after(b"HTTP/1.1 503 X\r\n", b"x: y\r\n" * 10, *[b"a: b\r\n"] * 100, pause=0.05), OK],
        options=IMPATIENT,
        expect=Fails(RequestTimeout, phase="read", attempts=1),
        requests=1,
    ),
]
COLD = [
    Case(
        "a loading model is waited for beyond the attempts", script=[*[loading(0.02)] * 6, OK], expect=GOOD, requests=7
    ),
    Case(
        "a model that is always loading is given up after its own bound",
        script=[loading(0.2)],
        options=retrying({"cold_start": 0.7}),
        expect=Fails(EndpointNotReady, "loading", status=503, estimated_time=0.2, elapsed=lambda seconds: seconds < 4),
    ),
    Case(
        "loading with a zero estimate does not hammer the server",
        script=[loading(0)],
        options=retrying({"cold_start": 0.5, "backoff": 0.0}),
        expect=Fails(EndpointNotReady, "loading"),
        seen=lambda server: _at_most(server, 15),
    ),
    Case(
        "a paused endpoint is not waited for",
        script=[http({"error": "Endpoint is paused, ask its owner to resume it"}, 503), OK],
        expect=Fails(EndpointPaused, "paused", status=503, attempts=1),
        requests=1,
    ),
    Case(
        "a paused endpoint that answers 400 says so",
        script=[http({"error": "Bad Request: Invalid state: endpoint is paused"}, 400), OK],
        expect=Fails(EndpointPaused, "paused", status=400, attempts=1),
        requests=1,
    ),
    Case(
        "a deleted endpoint says where nothing is",
        script=[http({"error": "Not Found"}, 404), OK],
        expect=Fails(NotFound, "Not Found", attempts=1, asked=lambda asked: asked.startswith("POST")),
        requests=1,
    ),
    Case(
        "an endpoint at zero replicas is waited for",
        script=[http(b"503 Service Unavailable", 503, content_type="text/plain"), http(b"", 503), OK],
        expect=GOOD,
        requests=3,
    ),
    Case(
        "loading without an estimate is waited for",
        script=[*[http({"error": "Model is loading"}, 503)] * 4, OK],
        expect=GOOD,
        requests=5,
    ),
    Case(
        "retry_on_error=False reports a loading model at once",
        script=[loading(0.01), OK],
        options=retrying(retry_on_error=False),
        expect=Fails(EndpointNotReady, "loading", attempts=1),
        requests=1,
        seen=lambda server: _options_sent(server, retry_on_error=False),
    ),
    Case(
        "dont_load_model reports a model that is not loaded at once",
        script=[loading(0.01), OK],
        options=retrying(dont_load_model=True),
        expect=Fails(EndpointNotReady, attempts=1),
        requests=1,
        seen=lambda server: _options_sent(server, dont_load_model=True),
    ),
    Case(
        "the 2023 options travel in JSON with each attempt",
        script=[close, OK],
        options=retrying(wait_for_model=True, use_cache=False, use_gpu=True),
        expect=GOOD,
        requests=2,
        seen=lambda server: _options_sent(server, wait_for_model=True, use_cache=False, use_gpu=True),
    ),
    Case(
        "the 2023 options travel as headers with binary bodies",
        script=[close, OK],
        calls=[request(b"\x89PNG\r\n\x1a\n and more")],
        options=retrying(wait_for_model=True, use_cache=False, dont_load_model=True),
        expect=GOOD,
        seen=lambda server: _headers_sent(
            server,
            {"x-wait-for-model": "true", "x-use-cache": "false", "x-load-model": "0", "content-type": "image/png"},
        ),
    ),
    Case(
        "the proxy of an endpoint is asked to hold the request",
        script=[close, OK],
        options=retrying(scale_up_timeout=600.0),
        expect=GOOD,
        seen=lambda server: _headers_sent(server, {"x-scale-up-timeout": "600"}),
    ),
]


def _at_most(server: HttpServer, count: int) -> None:
    assert len(server.seen) <= count, f"{len(server.seen)} requests arrived"


def _options_sent(server: HttpServer, **options: bool) -> None:
    for seen in server.seen:
        assert seen.json() == {"inputs": "x", "options": options}, seen.json()


def _headers_sent(server: HttpServer, wanted: dict[str, str]) -> None:
    for seen in server.seen:
        for name, value in wanted.items():
            assert seen.headers.get(name) == value, f"{name}: {seen.headers.get(name)}"


CASES = [*PAUSES, *COLD]
