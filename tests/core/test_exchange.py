"""The exchange, fed with lists of answers: no socket, no clock."""

import email.utils
import math
import random
import time
from collections.abc import Callable

import pytest

from hfe_core import (
    ConnectError,
    EndpointNotReady,
    Event,
    Options,
    Payload,
    RateLimited,
    RequestTimeout,
    Response,
    Retry,
    ServerError,
    TransportError,
)
from hfe_core.decision import Decision, Progress, Why, decide
from hfe_core.exchange import exchange
from hfe_core.prepare import Preparer
from hfe_core.retry import RetryBudget
from hfe_core.values import Endpoint, Send

ENDPOINT = Endpoint("https://endpoint.test")


class Clock:
    """A clock that only moves when told to."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def answer(status: int, body: bytes = b"{}", **headers: str) -> Callable[[Send], Response]:
    named = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return lambda send: Response(status, named, body, send.request, attempt=send.attempt)


LOST = TransportError("the server closed the connection before it answered", unanswered=True)
CUT = TransportError("the answer was cut short", cut=True)


def play(options: Options, *script, took: float = 0.0, events: list[Event] | None = None):
    """Run an exchange against a script; the answer or error, and the delays that were asked for."""
    clock = Clock()
    request = Preparer(ENDPOINT, options).request(Payload(inputs="x"))
    steps = exchange(request, options, observe=None if events is None else events.append, now=clock, chance=lambda: 0.0)
    sends: list[Send] = []
    send = next(steps)
    try:
        for entry in script:
            sends.append(send)
            clock.time += send.delay + took
            send = steps.send(entry(send) if callable(entry) else entry)
    except StopIteration as stop:
        return stop.value, sends
    except Exception as error:
        return error, sends
    raise AssertionError(f"the exchange asks for more: {send}")


FAST = Options(retry=Retry(backoff=0.5, jitter=0.0, max_backoff=4.0))


def test_a_good_answer_is_sent_once():
    response, sends = play(FAST, answer(200))
    assert response.status == 200
    assert [send.delay for send in sends] == [0.0]


@pytest.mark.parametrize("failure", [LOST, CUT, ConnectError("refused"), RequestTimeout("slow", phase="connect")])
def test_what_never_was_answered_is_sent_again(failure):
    response, sends = play(FAST, failure, answer(200))
    assert response.status == 200
    assert len(sends) == 2


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
def test_these_statuses_are_worth_another_attempt(status):
    response, sends = play(FAST, answer(status), answer(status), answer(200))
    assert response.status == 200
    assert [send.delay for send in sends] == [0.0, 0.5, 1.0]


@pytest.mark.parametrize("status", [304, 400, 401, 403, 404, 409, 413, 422, 500, 501])
def test_other_statuses_are_not(status):
    error, sends = play(FAST, answer(status, b'{"error":"no"}'))
    assert (error.status, error.message, error.attempts) == (status, "no", 1)
    assert len(sends) == 1


@pytest.mark.parametrize("failure", [RequestTimeout("slow", phase="read"), TransportError("no HTTP")])
def test_an_attempt_that_may_have_worked_is_not_repeated(failure):
    error, sends = play(FAST, failure)
    assert error is failure
    assert len(sends) == 1


def test_attempts_end_with_the_last_error_and_its_story():
    options = Options(retry=Retry(attempts=4, backoff=0.5, jitter=0.0))
    error, sends = play(options, *[answer(502, b"Bad gateway")] * 4, took=2.0)
    assert isinstance(error, ServerError)
    assert error.attempts == len(sends) == 4
    assert error.elapsed == pytest.approx(0.5 + 1.0 + 2.0 + 4 * 2.0)


def test_pauses_grow_to_a_bound_and_leave_a_share_to_chance():
    retry = Retry(backoff=1.0, max_backoff=4.0, jitter=0.5)
    assert [retry.pause(attempt, None, 0.0) for attempt in (1, 2, 3, 9, 2000)] == [1, 2, 4, 4, 4]
    assert retry.pause(1, None, 1.0) == 0.5


def test_processes_that_are_seeded_alike_do_not_send_again_at_once():
    request = Preparer(ENDPOINT, Options()).request(Payload(inputs="x"))

    def delays(count: int) -> list[float]:
        random.seed(0)
        state = random.getstate()
        found = []
        for _ in range(count):
            steps = exchange(request, Options(retry=Retry(backoff=1.0, jitter=0.5)))
            next(steps)
            found.append(steps.send(LOST).delay)
            steps.close()
        assert random.getstate() == state
        return found

    assert len({*delays(20), *delays(20)}) > 35
    assert all(0.5 <= delay <= 1.0 for delay in delays(20))


@pytest.mark.parametrize(("header", "pause"), [("7", 7.0), ("0.75", 0.75), ("0", 0.5), ("0.25", 0.5)])
def test_retry_after_is_obeyed_but_never_sooner_than_the_ordinary_pause(header, pause):
    _, sends = play(FAST, answer(429, retry_after=header), answer(200))
    assert sends[1].delay == pause


@pytest.mark.parametrize("header", ["86400", "-5", "nan", "inf", "soon", "", "9" * 400])
def test_an_absurd_retry_after_is_not_slept(header):
    response, sends = play(FAST, answer(429, retry_after=header), answer(200))
    assert response.status == 200
    assert sends[1].delay == 0.5


def test_retry_after_may_be_a_date():
    date = email.utils.formatdate(time.time() + 20, usegmt=True)
    _, sends = play(FAST, answer(503, retry_after=date), answer(200))
    assert 15 <= sends[1].delay <= 20


def test_rate_limits_say_how_long():
    error, _ = play(Options(retry=Retry(attempts=1)), answer(429, b'{"error":"slow down"}', retry_after="9"))
    assert isinstance(error, RateLimited)
    assert error.retry_after == 9.0


def test_a_loading_model_is_waited_for_beyond_the_attempts():
    loading = answer(503, b'{"error":"Model x is currently loading","estimated_time":20.0}')
    response, sends = play(FAST, *[loading] * 9, answer(200))
    assert response.status == 200
    assert [send.delay for send in sends] == [0.0] + [20.0] * 9


def test_the_wait_for_a_loading_model_has_a_bound_of_its_own():
    loading = answer(503, b'{"error":"Model x is currently loading","estimated_time":40.0}')
    error, sends = play(Options(retry=Retry(cold_start=100.0, jitter=0.0)), *[loading] * 9)
    assert isinstance(error, EndpointNotReady)
    assert error.estimated_time == 40.0
    assert [send.delay for send in sends] == [0.0, 40.0, 40.0]


@pytest.mark.parametrize("cold_start", [0.0, 0.01, 1.0])
def test_a_loading_model_is_never_asked_again_without_a_pause(cold_start):
    options = Options(retry=Retry(cold_start=cold_start, jitter=0.0))
    loading = answer(503, b'{"error": "Model x is currently loading"}', retry_after="0")
    error, sends = play(options, *[loading] * 100)
    assert isinstance(error, EndpointNotReady)
    assert all(send.delay >= 0.05 for send in sends[1:])
    assert len(sends) <= 1 + cold_start / 0.05


def test_an_absurd_estimate_is_not_slept():
    loading = answer(503, b'{"error":"loading","estimated_time":1e300}')
    _, sends = play(FAST, loading, answer(200))
    assert sends[1].delay == 0.5


@pytest.mark.parametrize(
    ("host", "waits"),
    [
        ("abc.us-east-1.aws.endpoints.huggingface.cloud", True),
        ("abc.us-east-1.aws.endpoints.huggingface.cloud:443", True),
        ("endpoints.huggingface.cloud.elsewhere.test", False),
        ("endpoint.test", False),
    ],
)
def test_an_inference_endpoint_that_was_scaled_to_zero_need_not_say_so(host, waits):
    options = Options(retry=Retry(attempts=3, backoff=1.0, max_backoff=4.0, jitter=0.0, cold_start=60.0))
    steps = exchange(Preparer(ENDPOINT, options).request(Payload(inputs="x")), options, host=host)
    delays: list[float] = []
    send = next(steps)
    with pytest.raises(EndpointNotReady):
        while True:
            send = steps.send(answer(503, b"Service Unavailable")(send))
            delays.append(send.delay)
    assert sum(delays) == (59.0 if waits else 3.0)


@pytest.mark.parametrize("option", ["retry_on_error", "dont_load_model"])
def test_the_2023_options_switch_the_wait_off(option):
    loading = answer(503, b'{"error":"Model x is currently loading","estimated_time":20.0}')
    options = Options(**{option: option == "dont_load_model"})
    error, sends = play(options, loading)
    assert isinstance(error, EndpointNotReady)
    assert len(sends) == 1


def test_a_paused_endpoint_is_not_waited_for():
    paused = answer(503, b'{"error":"Endpoint is paused, ask a maintainer to restart it"}')
    error, sends = play(FAST, paused)
    assert "paused" in error.message
    assert len(sends) == 1


def test_the_deadline_bounds_attempts_and_pauses():
    options = Options(timeout=10.0, deadline=12.0, retry=Retry(attempts=9, backoff=1.0, jitter=0.0))
    error, sends = play(options, *[answer(502)] * 9, took=4.0)
    assert isinstance(error, ServerError)
    assert [send.timeout for send in sends] == [10.0, 7.0, 1.0]
    assert sends[-1].attempt == 3


def test_a_deadline_that_is_over_says_so():
    options = Options(timeout=10.0, deadline=5.0, retry=Retry(attempts=9, backoff=0.0, jitter=0.0))
    error, sends = play(options, RequestTimeout("no answer within 5 s", phase="read"), took=5.0)
    assert isinstance(error, RequestTimeout)
    assert error.phase == "deadline"
    assert [send.timeout for send in sends] == [5.0]


def test_events_tell_the_story_without_the_content():
    events: list[Event] = []
    play(FAST, answer(502, b"secret"), answer(200, b"[1]"), events=events)
    assert [(event.kind, event.attempt, event.status) for event in events] == [
        ("sent", 1, 502),
        ("retry", 1, 502),
        ("sent", 2, 200),
        ("end", 2, 200),
    ]
    assert events[1].delay == 0.5
    assert events[2].received_bytes == 3
    assert "secret" not in repr(events)


def redirect(status: int, location: str) -> Callable[[Send], Response]:
    return answer(status, b"<html>Moved</html>", location=location)


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/there?x=1", "https://endpoint.test/there?x=1"),
        ("there", "https://endpoint.test/there"),
        ("?x=1", "https://endpoint.test/?x=1"),
        ("https://endpoint.test/there", "https://endpoint.test/there"),
        ("HTTPS://ENDPOINT.TEST:443/there#part", "https://endpoint.test/there"),
        ("//endpoint.test/a b", "https://endpoint.test/a%20b"),
        ("https://user:password@endpoint.test/there", "https://endpoint.test/there"),
        ("\\\\elsewhere.test/there", "https://endpoint.test/%5C%5Celsewhere.test/there"),
    ],
)
def test_a_redirect_within_the_origin_keeps_method_and_body(status, location, url):
    response, sends = play(FAST, redirect(status, location), answer(200))
    assert response.status == 200
    (first, second) = (send.request for send in sends)
    assert (second.url, second.method, second.body, second.headers) == (url, "POST", first.body, first.headers)
    assert [send.delay for send in sends] == [0.0, 0.0]


@pytest.mark.parametrize(
    "location",
    [
        "http://endpoint.test/there",
        "https://endpoint.test:8443/there",
        "https://elsewhere.test/there",
        "//elsewhere.test/there",
        "https://endpoint.test.elsewhere.test/",
        "https://endpoint.test@elsewhere.test/there",
    ],
)
def test_a_redirect_to_another_origin_is_an_error_that_says_where_to(location):
    error, sends = play(FAST, redirect(308, location))
    assert error.status == 308
    assert len(sends) == 1
    assert "another origin" in error.message
    assert "user" not in error.message


@pytest.mark.parametrize(
    "location", ["", "ftp://endpoint.test/", "https://[broken/", "https://endpoint.test:0/", "data:,x"]
)
def test_a_redirect_that_leads_nowhere_is_an_error(location):
    error, sends = play(FAST, redirect(307, location))
    assert (error.status, len(sends)) == (307, 1)
    assert "does not say where to" in error.message


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_would_drop_the_body_is_an_error(status):
    error, sends = play(FAST, redirect(status, "/there"))
    assert (error.status, len(sends)) == (status, 1)
    assert "drop the body" in error.message


def test_redirects_have_an_end_and_begin_anew_with_a_retry():
    error, sends = play(FAST, *[redirect(307, "/there")] * 9)
    assert (error.status, len(sends)) == (307, 6)
    assert "one redirect after another" in error.message
    response, sends = play(FAST, redirect(307, "/there"), answer(502), redirect(307, "/there"), answer(200))
    assert response.status == 200
    assert [send.request.url.endswith("/there") for send in sends] == [False, True, False, True]


def outage(budget: RetryBudget | None, calls: int) -> int:
    """How many requests so many calls make while nothing works."""
    options = Options(retry=Retry(backoff=0.0))
    request = Preparer(ENDPOINT, options).request(Payload(inputs="x"))
    sent = 0
    for _ in range(calls):
        steps = exchange(request, options, budget=budget)
        with pytest.raises(TransportError):
            send = next(steps)
            while True:
                sent += 1
                send = steps.send(TransportError("lost", unanswered=True))
        assert send is not None
    return sent


def test_an_outage_is_not_multiplied():
    clock = Clock()
    assert outage(None, 200) == 1200
    assert outage(RetryBudget(Retry(), clock), 200) == pytest.approx(200 + 30 + 40, abs=1)
    assert outage(RetryBudget(Retry(budget=0.0, reserve=0), clock), 200) == 200
    assert outage(RetryBudget(Retry(budget=math.inf), clock), 200) == 1200


def test_the_reserve_fills_again_with_time():
    clock = Clock()
    budget = RetryBudget(Retry(budget=0.0, reserve=10), clock)
    assert [budget.spend() for _ in range(11)] == [True] * 10 + [False]
    clock.time += 5.0
    assert [budget.spend() for _ in range(6)] == [True] * 5 + [False]
    clock.time += 1000.0
    assert [budget.spend() for _ in range(11)] == [True] * 10 + [False]


@pytest.mark.parametrize(
    "failure",
    [
        answer(503, b'{"error":"Model x is currently loading","estimated_time":1}'),
        answer(429, retry_after="1"),
    ],
)
def test_what_the_server_asked_for_is_not_on_the_budget(failure):
    options = Options(retry=Retry(reserve=0, budget=0.0))
    request = Preparer(ENDPOINT, options).request(Payload(inputs="x"))
    steps = exchange(request, options, budget=RetryBudget(options.retry))
    assert 1.0 <= steps.send(failure(next(steps))).delay <= 1.25


def test_a_retry_after_of_an_outage_is_on_the_budget():
    options = Options(retry=Retry(reserve=0, budget=0.0))
    steps = exchange(Preparer(ENDPOINT, options).request(Payload()), options, budget=RetryBudget(options.retry))
    with pytest.raises(ServerError):
        steps.send(answer(502, retry_after="1")(next(steps)))


def test_clients_that_were_told_the_same_do_not_come_back_in_step():
    retry = Retry(backoff=0.1)
    assert [retry.pause(1, 2.0, chance) for chance in (0.0, 1.0)] == [2.0, 2.5]
    assert retry.pause(1, 60.0, 1.0) == 61.0


@pytest.mark.parametrize("status", [408, 502, 504])
def test_retry_after_is_obeyed_with_any_status(status):
    _, sends = play(FAST, answer(status, retry_after="3"), answer(200))
    assert sends[1].delay == 3.0


def test_a_failure_to_load_is_not_waited_for():
    error, sends = play(FAST, *[answer(503, b'{"error":"Model x loading failed: CUDA out of memory"}')] * 6)
    assert (len(sends), error.status) == (6, 503)


def test_a_part_that_nobody_asked_for_is_no_answer():
    error, sends = play(FAST, answer(206, b"[1]"))
    assert (type(error).__name__, error.status, len(sends)) == ("StatusError", 206, 1)


@pytest.mark.parametrize("body", [b'{"a": [1, 2', b'[{"a": 1}, {"b"', b"[1, 2"])
def test_json_that_ends_with_its_connection_is_sent_again(body):
    response, sends = play(FAST, answer(200, body), answer(200, body + b" ]}", content_length="9"))
    assert (response.status, len(sends)) == (200, 2)


def test_a_deadline_tells_what_the_server_had_said():
    options = Options(timeout=10.0, deadline=5.0, retry=Retry(backoff=0.0))
    slow = RequestTimeout("no answer within 5 s", phase="read")
    error, _ = play(options, answer(503, b'{"error":"busy bee"}'), slow, took=2.5)
    assert (type(error), error.phase) == (RequestTimeout, "deadline")
    assert "deadline of 5 s" in str(error)
    assert "503: busy bee" in str(error)
    assert isinstance(error.__cause__, EndpointNotReady)


def test_the_decision_is_one_pure_function():
    lost = TransportError("lost", unanswered=True)
    assert decide(lost, Progress(tries=1), FAST, 0.0) == Decision(Why.RETRY, 0.5)
    assert decide(lost, Progress(tries=6), FAST, 0.0) == Decision(Why.ATTEMPTS)
    assert decide(lost, Progress(elapsed=899.9), FAST, 0.0) == Decision(Why.DEADLINE)
    assert decide(RequestTimeout("slow", phase="read"), Progress(), FAST, 0.0) == Decision(Why.FINAL)


@pytest.mark.parametrize(
    "wrong",
    [
        {"attempts": 0},
        {"backoff": -1},
        {"jitter": 2},
        {"max_retry_after": -1},
        {"cold_start": -1},
        {"budget": -0.1},
        {"reserve": -1},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Retry(**wrong)
