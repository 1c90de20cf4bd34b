"""The retry policy as a value."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

__all__ = ["Retry"]


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
        max_retry_after: A ``Retry-After`` or ``estimated_time`` of at most so many seconds is obeyed; a longer,
            negative or unreadable one is not slept, the ordinary pause is taken.
        cold_start: Seconds in all that one call waits for a model that is loading (503), whatever ``attempts`` says.
    """

    attempts: int = attrs.field(default=4, validator=attrs.validators.ge(1))
    statuses: frozenset[int] = attrs.field(default=frozenset({408, 429, 502, 503, 504}), converter=_frozen)
    backoff: float = attrs.field(default=0.5, validator=attrs.validators.ge(0))
    max_backoff: float = attrs.field(default=8.0, validator=attrs.validators.ge(0))
    jitter: float = attrs.field(default=0.25, validator=[attrs.validators.ge(0), attrs.validators.le(1)])
    max_retry_after: float = attrs.field(default=60.0, validator=attrs.validators.ge(0))
    cold_start: float = attrs.field(default=300.0, validator=attrs.validators.ge(0))

    def pause(self, attempt: int, asked: float | None, chance: float) -> float:
        """Seconds to wait after attempt number ``attempt`` (from 1) failed.

        Args:
            attempt: The attempt that failed.
            asked: What the server asked for, in seconds, or None.
            chance: A random number from 0 to 1.
        """
        if asked is not None and 0 <= asked <= self.max_retry_after:
            return asked
        pause = min(self.max_backoff, self.backoff * 2.0 ** min(attempt - 1, 60))
        return pause * (1 - self.jitter * chance)
