"""The retry policy as a value, and the budget that the calls of a client share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import attrs

__all__ = ["Retry", "RetryBudget"]


def _frozen(statuses: Iterable[int]) -> frozenset[int]:
    return frozenset(statuses)


@attrs.frozen(kw_only=True)
class Retry:
    """When a request is sent again, and how long to wait before.

    Sent again: no byte of an answer came, the body was cut short, or the status is one of ``statuses``. Never again:
    any other status, a timeout while the model was working, a stream that has handed out an event.

    Attributes:
        attempts: How many requests at most for one call, the first included; at least 1.
        statuses: HTTP statuses that are worth another attempt.
        backoff: Seconds before the second attempt; doubled for each further one.
        max_backoff: Seconds that one pause never exceeds.
        jitter: Share of a pause that is left to chance, 0 to 1, so that clients do not come back in step.
        max_retry_after: A ``Retry-After`` or ``estimated_time`` of at most so many seconds is obeyed, where the ordinary
            pause is not longer; a longer, negative or unreadable one is not slept, the ordinary pause is taken.
        cold_start: Seconds in all that one call waits for a model that is loading (503), whatever ``attempts`` says.
        budget: Retries that the calls of one client may add up to, as a share of the calls, beyond ``reserve``: an outage
            is not answered with a multiple of the load. Waiting for a loading model, and obeying the
            ``Retry-After`` of a rate limit (429), are not counted. ``math.inf`` for no such bound.
        reserve: Retries that a client may always make at once; it fills again within ten seconds.
    """

    attempts: int = attrs.field(default=6, validator=attrs.validators.ge(1))
    statuses: frozenset[int] = attrs.field(default=frozenset({408, 429, 502, 503, 504}), converter=_frozen)
    backoff: float = attrs.field(default=0.2, validator=attrs.validators.ge(0))
    max_backoff: float = attrs.field(default=8.0, validator=attrs.validators.ge(0))
    jitter: float = attrs.field(default=0.25, validator=[attrs.validators.ge(0), attrs.validators.le(1)])
    max_retry_after: float = attrs.field(default=60.0, validator=attrs.validators.ge(0))
    cold_start: float = attrs.field(default=300.0, validator=attrs.validators.ge(0))
    budget: float = attrs.field(default=0.2, validator=attrs.validators.ge(0))
    reserve: int = attrs.field(default=30, validator=attrs.validators.ge(0))

    def pause(self, attempt: int, asked: float | None, chance: float) -> float:
        """Seconds to wait after attempt number ``attempt`` (from 1) failed.

        Args:
            attempt: The attempt that failed.
            asked: What the server asked for, in seconds, or None.
            chance: A random number from 0 to 1.
        """
        pause = min(self.max_backoff, self.backoff * 2.0 ** min(attempt - 1, 60)) * (1 - self.jitter * chance)
        if asked is None or not self.obeys(asked):
            return pause
        # Never sooner than asked; up to a second later, so that clients that were told the same do not come back in step.
        return max(pause, asked + min(1.0, self.jitter * asked) * chance)

    def obeys(self, asked: float | None) -> bool:
        """Whether a pause that a server asked for, in seconds, is taken as asked."""
        return asked is not None and 0 <= asked <= self.max_retry_after


class RetryBudget:
    """How many retries the calls of one client may still make together.

    Every call adds ``retry.budget``, every retry takes 1; idle time fills it up to ``retry.reserve``. It has no lock, which a
    fork could leave locked for ever: two threads may at worst spend the same retry.

    Args:
        retry: The policy.
        now: A monotonic clock in seconds.
    """

    def __init__(self, retry: Retry, now: Callable[[], float] = time.monotonic) -> None:
        self._share = retry.budget
        self._reserve = float(retry.reserve)
        self._most = 10 * self._reserve
        self._now = now
        self._left = self._reserve
        self._filled = now()

    def earn(self) -> None:
        """A call begins."""
        if self._left < self._most:
            self._left += self._share

    def spend(self) -> bool:
        """Whether one more retry is allowed; if so, it is taken."""
        now = self._now()
        if self._left < self._reserve:
            self._left = min(self._reserve, self._left + (now - self._filled) * self._reserve / 10)
        self._filled = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
