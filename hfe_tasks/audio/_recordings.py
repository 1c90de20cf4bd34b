"""What holds for all tasks that take recordings."""

from __future__ import annotations

from collections.abc import Sequence

from hfe_core import EncodeError, Payload

__all__ = ["refuse_several"]


def refuse_several(payloads: Sequence[Payload]) -> Payload:
    """Recordings go one by one: no server takes a list of them in one request.

    Raises:
        EncodeError: Always.
    """
    raise EncodeError("inputs", f"{len(payloads)} recordings cannot travel in one request")
