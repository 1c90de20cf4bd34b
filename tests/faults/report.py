"""What the harness and its child processes tell each other."""

from __future__ import annotations

from typing import Any

import attrs

from tests.faults.case import Place

__all__ = ["Job", "Outcome", "Report"]


@attrs.frozen(kw_only=True)
class Job:
    """What the parent asks for."""

    module: str
    name: str
    place: Place


@attrs.frozen(kw_only=True)
class Outcome:
    """What came of one call.

    Attributes:
        value: Of a call that went well; what a stream had handed out before it failed.
        error: The pickled error, or None.
        kind: The error's class, if it is none of hfe's or does not pickle.
        text: Its text, repr, traceback with the locals of all frames but the suite's.
        elapsed: Seconds.
    """

    value: Any = None
    error: bytes | None = None
    kind: str = ""
    text: str = ""
    elapsed: float = 0.0


@attrs.frozen(kw_only=True)
class Report:
    """What came of a case.

    Attributes:
        outcomes: Of its calls.
        grown: By how many KiB the process grew at most, without the suite's own formatting; 0 if unknown.
        log: All log lines.
        noise: What should not have been said or left behind.
    """

    outcomes: list[Outcome]
    grown: int = 0
    log: str
    noise: list[str]
