"""What observers are told of a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import attrs

from hfe_core.errors import HfeError, TransportError
from hfe_core.values import Body, Request, Response

__all__ = ["Event", "Story"]


@attrs.frozen(kw_only=True)
class Event:
    """What happened to a call; no payload, no secret.

    Attributes:
        kind: ``"sent"`` after each attempt, ``"retry"`` before a wait, ``"end"`` after the last attempt.
        task: The task's name, or None for ``request``.
        host: Host and port of the endpoint.
        attempt: Number of the attempt, from 1.
        status: The HTTP status, or None if no answer came.
        error: Name of the error class, or None.
        elapsed: Seconds: of this attempt for ``"sent"``, of the whole call otherwise.
        delay: Seconds about to be waited, for ``"retry"``.
        sent_bytes: Size of the request's body.
        received_bytes: Size of the answer's body; 0 for a stream.
    """

    kind: Literal["sent", "retry", "end"]
    task: str | None
    host: str
    attempt: int
    status: int | None = None
    error: str | None = None
    elapsed: float = 0.0
    delay: float = 0.0
    sent_bytes: int = 0
    received_bytes: int = 0


class Story:
    """Tells an observer what happens to one call.

    Args:
        task: The task's name, or None.
        host: The endpoint's host.
        observe: Called with each event.
    """

    def __init__(self, task: str | None, host: str, observe: Callable[[Event], None]) -> None:
        self._task = task
        self._host = host
        self._observe = observe

    def tell(
        self,
        kind: Literal["sent", "retry", "end"],
        attempt: int,
        reply: Response | TransportError,
        failure: HfeError | None,
        *,
        elapsed: float,
        delay: float = 0.0,
        sent: Request | None = None,
    ) -> None:
        """Tell of an attempt that has ended (``sent`` is its request), of a wait, or of the end of the call."""
        response = reply if isinstance(reply, Response) else None
        event = Event(
            kind=kind,
            task=self._task,
            host=self._host,
            attempt=attempt,
            status=None if response is None else response.status,
            error=None if failure is None else type(failure).__name__,
            elapsed=elapsed,
            delay=delay,
            sent_bytes=0 if sent is None else _size(sent.body),
            received_bytes=0 if sent is None or response is None else len(response.body),
        )
        self._observe(event)


def _size(body: bytes | Body) -> int:
    try:
        return len(body)
    except HfeError:
        return 0  # The file is gone, which the attempt's error says.
