"""One call as a conversation, written once: what to send, when to send it again, when to give up. No I/O."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, TypeAlias

from hfe_core._names import shorten
from hfe_core.decision import Progress, Why, decide
from hfe_core.errors import HfeError, RequestTimeout, StatusError, TransportError
from hfe_core.options import Options
from hfe_core.redirects import MAX_REDIRECTS, redirect_error, redirected
from hfe_core.retry import RetryBudget
from hfe_core.server_errors import status_error
from hfe_core.values import Request, Response, Send

if TYPE_CHECKING:
    import logging

    from hfe_core.observing import Event

__all__ = ["Exchange", "exchange"]

Exchange: TypeAlias = Generator[Send, "Response | TransportError", Response]
"""Yields what to send, receives the answer or the failure, returns the good answer or raises the last error."""


def _log() -> logging.Logger:
    """The log, imported when there is something to say."""
    import logging

    return logging.getLogger("hfe_core")


def _chance() -> float:
    """Not of the module random: processes that an application seeds alike would all send again at once."""
    return int.from_bytes(os.urandom(4)) / 2**32


def exchange(
    request: Request,
    options: Options,
    *,
    task: str | None = None,
    host: str = "",
    budget: RetryBudget | None = None,
    observe: Callable[[Event], None] | None = None,
    now: Callable[[], float] = time.monotonic,
    chance: Callable[[], float] = _chance,
) -> Exchange:
    """The exchange of one request.

    Args:
        request: What to send.
        options: Timeout, deadline, retry policy.
        task: The task's name, for observers and log lines.
        host: The endpoint's host, for observers and log lines.
        budget: The retries that the calls of a client share; None for no such bound.
        observe: Called with each event.
        now: A monotonic clock in seconds.
        chance: Random numbers from 0 to 1.

    Raises:
        TransportError: No usable answer came, after the attempts that the policy allows.
        StatusError: The server refused, after the attempts that the policy allows.
    """
    state = _State(options, budget, host, now())
    if budget is not None:
        budget.earn()
    tell = _untold if observe is None else _telling(task, host, observe)
    original = request
    refusal: StatusError | None = None
    delay = 0.0
    attempt = redirects = 0
    while True:
        attempt += 1
        reply = yield Send(request, delay, state.time_left(now(), delay), attempt)
        failure = _failure(reply)
        if isinstance(failure, RequestTimeout) and state.is_over(now()):
            failure = _out_of_time(failure, options, refusal)
        took = reply.elapsed if isinstance(reply, Response) else 0.0
        tell("sent", attempt, reply, failure, elapsed=took, sent=request)
        if failure is None:
            assert isinstance(reply, Response)
            tell("end", attempt, reply, None, elapsed=now() - state.started)
            return reply
        target = redirected(reply) if isinstance(reply, Response) and redirects < MAX_REDIRECTS else None
        if target is not None and not state.is_over(now()):
            request, delay, redirects = target, 0.0, redirects + 1
            continue
        refusal = failure if isinstance(failure, StatusError) else refusal
        pause = state.pause(failure, now(), chance())
        if pause is None:
            failure.attempts = attempt
            failure.elapsed = now() - state.started
            tell("end", attempt, reply, failure, elapsed=failure.elapsed)
            raise failure
        request, delay, redirects = original, pause, 0
        _log().info("%s: attempt %d failed (%s), next in %.1f s", host, attempt, type(failure).__name__, delay)
        tell("retry", attempt, reply, failure, elapsed=now() - state.started, delay=delay)


def _untold(*_: object, **__: object) -> None:
    """Nobody asks what happens to the call."""


def _telling(task: str | None, host: str, observe: Callable[[Event], None]) -> Callable[..., None]:
    from hfe_core.observing import Story

    return Story(task, host, observe).tell


class _State:
    """What one call has used up, and what it may still use."""

    def __init__(self, options: Options, budget: RetryBudget | None, host: str, started: float) -> None:
        self.options = options
        self.budget = budget
        self.host = host
        self.started = started
        self.tries = 0
        self.cold_tries = 0
        self.cold_waited = 0.0

    def is_over(self, now: float) -> bool:
        """Whether the deadline has come."""
        return self.options.deadline is not None and now - self.started >= self.options.deadline

    def time_left(self, now: float, delay: float) -> float | None:
        """Seconds for the next attempt: the timeout, or what the deadline leaves of it."""
        timeout, deadline = self.options.timeout, self.options.deadline
        if deadline is None:
            return timeout
        left = max(0.001, self.started + deadline - now - delay)
        return left if timeout is None else min(timeout, left)

    def pause(self, failure: HfeError, now: float, chance: float) -> float | None:
        """Seconds to wait before the next attempt, or None to give up."""
        self.tries += 1
        progress = Progress(
            tries=self.tries,
            cold_tries=self.cold_tries,
            cold_waited=self.cold_waited,
            elapsed=now - self.started,
        )
        decision = decide(failure, progress, self.options, chance, scales_to_zero=_scales_to_zero(self.host))
        if decision.pause is None:
            return None
        if decision.why is Why.COLD_START:
            self.tries -= 1
            self.cold_tries += 1
            self.cold_waited += decision.pause
            _log().warning("the model is loading (%s); waiting %.1f s", shorten(str(failure), 100), decision.pause)
        elif not decision.is_free and self.budget is not None and not self.budget.spend():
            _log().info("%s: no more retries for now, too many calls fail (Retry.budget)", self.host)
            return None
        return decision.pause


def _scales_to_zero(host: str) -> bool:
    return host.lower().rpartition(":")[0 if ":" in host else 2].endswith(".endpoints.huggingface.cloud")


def _failure(reply: Response | TransportError) -> HfeError | None:
    if isinstance(reply, TransportError):
        return reply
    if 200 <= reply.status <= 299:
        if reply.status == 206:
            words = "the server sent a part of the answer (206), which nobody asked for"
            return StatusError(206, words, headers=reply.headers, body=reply.body, request_id=reply.request_id)
        return TransportError("the answer ended in the middle of its JSON", cut=True) if _is_half(reply) else None
    return redirect_error(reply) if 300 <= reply.status <= 399 else status_error(reply)


def _is_half(response: Response) -> bool:
    """Whether the body lasted until the connection ended, and that was in the middle of its JSON."""
    headers = response.headers
    if "content-length" in headers or "transfer-encoding" in headers:
        return False
    end = {b"{": b"}", b"[": b"]"}.get(response.body[:1])
    return end is not None and not response.body.endswith(end) and not response.body.rstrip().endswith(end)


def _out_of_time(failure: RequestTimeout, options: Options, refusal: StatusError | None) -> RequestTimeout:
    """The error of a deadline that came during an attempt, with what the server had said before."""
    words = f"the deadline of {options.deadline:g} s came: {failure}"
    if refusal is not None:
        words += f"; before, the server had answered {refusal}"
    late = RequestTimeout(words, phase="deadline")
    late.__cause__ = refusal if refusal is not None else failure.__cause__
    return late
