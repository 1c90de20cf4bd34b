"""For tests of plugins and of applications: a client without a network, and a contract that every task must keep."""

from __future__ import annotations

from hfe_core.testing.contract import check_task
from hfe_core.testing.fake import AsyncFakeTransport, FakeTransport, Reply, fake_client, response_for

__all__ = ["AsyncFakeTransport", "FakeTransport", "Reply", "check_task", "fake_client", "response_for"]
