"""For tests of plugins and of applications: a client without a network, and a contract that every task must keep.

Names are imported when they are first used, since pytest loads this package wherever hfe is installed.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hfe_core.testing.contract import check_task
    from hfe_core.testing.fake import AsyncFakeTransport, FakeTransport, Reply, fake_client, response_for

_HOME_OF = {
    "AsyncFakeTransport": "fake",
    "FakeTransport": "fake",
    "Reply": "fake",
    "check_task": "contract",
    "fake_client": "fake",
    "response_for": "fake",
}

__all__ = ["AsyncFakeTransport", "FakeTransport", "Reply", "check_task", "fake_client", "response_for"]


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
