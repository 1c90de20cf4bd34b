"""One call as a conversation, written once: what to send, when to send it again, when to give up. No I/O."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Generator
from typing import TypeAlias

import attrs

from hfe_core.errors import ConnectError, EndpointNotReady, HfeError, RequestTimeout, StatusError, TransportError
from hfe_core.options import Options
from hfe_core.retry import Retry
from hfe_core.server_errors import says_loading, says_paused, status_error
from hfe_core.values import Event, Request, Response, Send

__all__ = ["Exchange", "exchange"]

Exchange: TypeAlias = Generator[Send, "Response | TransportError", Response]
"""Yields what to send, receives the answer or the failure, returns the good answer or raises the last error."""

_log = logging.getLogger("hfe_core")


def exchange(
    request: Request,
    options: Options,
    *,
    task: str | None = None,
    host: str = "",
    observe: Callable[[Event], None] | None = None,
    now: Callable[[], float] = time.monotonic,
    chance: Callable[[], float] = random.random,
) -> Exchange:
    """The exchange of one request.

    Args:
        request: What to send.
        options: Timeout, deadline, retry policy.
        task: The task's name, for observers and log lines.
        host: The endpoint's host, for observers and log lines.
        observe: Called with each event.
        now: A monotonic clock in seconds.
        chance: Random numbers from 0 to 1.

    Raises:
        TransportError: No usable answer came, after the attempts that the policy allows.
        StatusError: The server refused, after the attempts that the policy allows.
    """
    state = _State(options, now())
    delay = 0.0
    attempt = 0
    while True:
        attempt += 1
        reply = yield Send(request, delay, state.time_left(now(), delay), attempt)
        failure = _failure(reply)
        if isinstance(failure, RequestTimeout) and state.is_over(now()):
            failure.phase = "deadline"
        if observe is not None:
            observe(attrs.evolve(_sent(reply, failure, request), task=task, host=host, attempt=attempt))
        pause = None if failure is None else state.pause(failure, attempt, now(), chance())
        if failure is None or pause is None:
            elapsed = now() - state.started
            if observe is not None:
                observe(
                    Event(
                        kind="end",
                        task=task,
                        host=host,
                        attempt=attempt,
                        status=_status(reply),
                        error=None if failure is None else type(failure).__name__,
                        elapsed=elapsed,
                    )
                )
            if failure is None:
                assert isinstance(reply, Response)
                return reply
            failure.attempts = attempt
            failure.elapsed = elapsed
            raise failure
        delay = pause
        _log.info("%s: attempt %d failed (%s), next in %.1f s", host, attempt, type(failure).__name__, delay)
        if observe is not None:
            observe(
                Event(
                    kind="retry",
                    task=task,
                    host=host,
                    attempt=attempt,
                    status=_status(reply),
                    error=type(failure).__name__,
                    elapsed=now() - state.started,
                    delay=delay,
                )
            )


# A server that asks for no pause at all is not asked again without one.
_SHORTEST_COLD_PAUSE = 0.05


@attrs.define
class _State:
    """What one call has used up of its time."""

    options: Options
    started: float
    waited_cold: float = 0.0
    cold_attempts: int = 0

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

    def pause(self, failure: HfeError, attempt: int, now: float, chance: float) -> float | None:
        """Seconds to wait before the next attempt, or None to give up."""
        retry = self.options.retry
        if isinstance(failure, StatusError) and says_loading(failure):
            pause = self._cold_pause(failure, retry, chance)
        else:
            pause = self._pause(failure, retry, attempt - self.cold_attempts, chance)
        deadline = self.options.deadline
        if pause is None or (deadline is not None and now - self.started + pause >= deadline):
            return None
        return pause

    def _cold_pause(self, failure: StatusError, retry: Retry, chance: float) -> float | None:
        if self.options.retry_on_error is False or self.options.dont_load_model:
            return None
        assert isinstance(failure, EndpointNotReady)
        self.cold_attempts += 1
        asked = failure.retry_after if failure.retry_after is not None else failure.estimated_time
        pause = max(retry.pause(self.cold_attempts, asked, chance), _SHORTEST_COLD_PAUSE)
        if self.waited_cold + pause > retry.cold_start:
            return None
        self.waited_cold += pause
        _log.warning("the model is loading (%s); waiting %.1f s", failure.message[:100], pause)
        return pause

    def _pause(self, failure: HfeError, retry: Retry, attempt: int, chance: float) -> float | None:
        if attempt >= retry.attempts or not _worth_another(failure, retry):
            return None
        asked = getattr(failure, "retry_after", None)
        return retry.pause(attempt, asked, chance)


def _failure(reply: Response | TransportError) -> HfeError | None:
    if isinstance(reply, TransportError):
        return reply
    return None if 200 <= reply.status <= 299 else status_error(reply)


def _worth_another(failure: HfeError, retry: Retry) -> bool:
    if isinstance(failure, StatusError):
        return failure.status in retry.statuses and not says_paused(failure)
    if isinstance(failure, RequestTimeout):
        return failure.phase == "connect"
    return isinstance(failure, ConnectError) or (
        isinstance(failure, TransportError) and (failure.unanswered or failure.cut)
    )


def _status(reply: Response | TransportError) -> int | None:
    return reply.status if isinstance(reply, Response) else None


def _sent(reply: Response | TransportError, failure: HfeError | None, request: Request) -> Event:
    response = reply if isinstance(reply, Response) else None
    return Event(
        kind="sent",
        task=None,
        host="",
        attempt=1,
        status=_status(reply),
        error=None if failure is None else type(failure).__name__,
        elapsed=response.elapsed if response else 0.0,
        sent_bytes=len(request.body),
        received_bytes=len(response.body) if response else 0,
    )
