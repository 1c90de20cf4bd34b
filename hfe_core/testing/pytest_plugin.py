"""Fixtures for pytest; loaded by itself wherever hfe is installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from hfe_core.client import Client
    from hfe_core.testing.fake import FakeTransport

__all__ = ["hfe_fake"]


@pytest.fixture
def hfe_fake() -> Callable[..., tuple[Client, FakeTransport]]:
    """Give a function that makes a client, and its transport, from scripted answers."""

    def make(*script: Any) -> tuple[Client, FakeTransport]:
        from hfe_core.testing.fake import fake_client

        return fake_client(*script)

    return make
