"""How long a stream may go on without getting anywhere."""

from __future__ import annotations

import time
from collections.abc import Callable

from hfe_core.errors import RequestTimeout

__all__ = ["Patience"]


class Patience:
    """Counts the time that is spent on an answer that is still coming; not what the caller does with its events.

    Args:
        timeout: Seconds in which a line must end, of whatever pieces it comes in; None for any time.
        deadline: Seconds in which an event must come, whatever else does; None for any time.
        now: A monotonic clock in seconds.
    """

    def __init__(
        self, timeout: float | None, deadline: float | None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._timeout = timeout
        self._deadline = deadline
        self._now = now
        self._since = now()
        self._for_line = 0.0
        self._for_event = 0.0
        self._events: int = 0

    def wait(self) -> None:
        """A piece is waited for from now on."""
        self._since = self._now()

    def _passed(self) -> float:
        since, self._since = self._since, self._now()
        return self._since - since

    def came(self, piece: bytes) -> None:
        """A piece has come.

        Raises:
            RequestTimeout: Its line has not ended in time.
        """
        waited = self._passed()
        self._for_event += waited
        self._for_line = 0.0 if b"\n" in piece or b"\r" in piece else self._for_line + waited
        if self._timeout is not None and self._for_line > self._timeout:
            raise RequestTimeout(f"a line of the stream did not end within {self._timeout:g} s", phase="read")

    def check(self, events: int) -> None:
        """So many events have come in all.

        Raises:
            RequestTimeout: None has come for too long.
        """
        reading = self._passed()
        if events != self._events:
            self._events, self._for_event = events, 0.0
            return
        self._for_event += reading
        if self._deadline is not None and self._for_event > self._deadline:
            raise RequestTimeout(f"no event came within {self._deadline:g} s", phase="deadline")
