"""What to do after a failed attempt: one pure function, the same for every client, call and stream."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from hfe_core.errors import EndpointNotReady, EndpointPaused, HfeError, RateLimited, StatusError, TransportError
from hfe_core.options import Options
from hfe_core.server_errors import retry_after, says_loading

__all__ = ["Decision", "Progress", "Why", "decide"]

# A server that asks for no pause at all is not asked again without one.
_SHORTEST_COLD_PAUSE = 0.05


class Why(Enum):
    """The reason of a :class:`Decision`."""

    RETRY = "another attempt may succeed"
    COLD_START = "the model is loading"
    FINAL = "another attempt would fail alike, or might repeat what was done"
    ATTEMPTS = "the attempts are used up"
    COLD_START_BOUND = "the model is still loading after Retry.cold_start"
    DEADLINE = "the deadline comes before another attempt"


class Progress(NamedTuple):
    """What one call has used up when an attempt has failed.

    Attributes:
        tries: Attempts that failed, this one included, without those that met a loading model.
        cold_tries: Attempts before this one that met a loading model.
        cold_waited: Seconds that were waited for a loading model.
        elapsed: Seconds since the call began.
    """

    tries: int = 1
    cold_tries: int = 0
    cold_waited: float = 0.0
    elapsed: float = 0.0


class Decision(NamedTuple):
    """What to do after a failed attempt.

    Attributes:
        why: The reason.
        pause: Seconds to wait before the next attempt; None to give up.
        is_free: It does not count in the retry budget: the server itself says how much it can take.
    """

    why: Why
    pause: float | None = None
    is_free: bool = False


def decide(
    failure: HfeError, progress: Progress, options: Options, chance: float, *, scales_to_zero: bool = False
) -> Decision:
    """Whether a request is sent again, and when.

    Args:
        failure: How the attempt ended.
        progress: What the call has used up.
        options: The policy (``options.retry``), the deadline, and the 2023 options.
        chance: A random number from 0 to 1.
        scales_to_zero: The endpoint is behind the proxy of Hugging Face's Inference Endpoints, which answers 503, and
            need not say more, while an endpoint comes back from zero replicas.
    """
    if isinstance(failure, EndpointNotReady) and (
        says_loading(failure) or (scales_to_zero and not isinstance(failure, EndpointPaused))
    ):
        decision = _cold_start(failure, progress, options, chance)
    else:
        decision = _retry(failure, progress, options, chance)
    if decision.pause is None or options.deadline is None or progress.elapsed + decision.pause < options.deadline:
        return decision
    return Decision(Why.DEADLINE)


def _cold_start(failure: EndpointNotReady, progress: Progress, options: Options, chance: float) -> Decision:
    retry = options.retry
    if options.retry_on_error is False or options.dont_load_model:
        return Decision(Why.FINAL)
    asked = failure.retry_after if failure.retry_after is not None else failure.estimated_time
    pause = max(retry.pause(progress.cold_tries + 1, asked, chance), _SHORTEST_COLD_PAUSE)
    if progress.cold_waited + pause > retry.cold_start:
        return Decision(Why.COLD_START_BOUND)
    return Decision(Why.COLD_START, pause, is_free=True)


def _retry(failure: HfeError, progress: Progress, options: Options, chance: float) -> Decision:
    retry = options.retry
    if not _is_worth_another(failure, options):
        return Decision(Why.FINAL)
    if progress.tries >= retry.attempts:
        return Decision(Why.ATTEMPTS)
    asked = retry_after(failure.headers) if isinstance(failure, StatusError) else None
    is_managed = isinstance(failure, RateLimited) and bool(asked) and retry.obeys(asked)
    return Decision(Why.RETRY, retry.pause(progress.tries, asked, chance), is_free=is_managed)


def _is_worth_another(failure: HfeError, options: Options) -> bool:
    if isinstance(failure, StatusError):
        return failure.status in options.retry.statuses and not isinstance(failure, EndpointPaused)
    return isinstance(failure, TransportError) and (failure.unanswered or failure.cut)
