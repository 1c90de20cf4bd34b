"""Fixtures of the whole suite."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.http_server import HttpServer

settings.register_profile("suite", derandomize=True, deadline=None, max_examples=100, print_blob=False)
settings.register_profile("long", deadline=None, max_examples=20_000)
settings.load_profile(os.environ.get("HFE_HYPOTHESIS", "suite"))


@pytest.fixture(autouse=True)
def _no_token_of_the_developer(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in ("HF_TOKEN", "HF_TOKEN_PATH", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "HFE_DISABLE_PLUGINS", "HFE_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path_factory.getbasetemp() / "no-hf-home"))


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Children can be interrupted, even where this suite runs in the background with SIGINT ignored, which they inherit."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer() as running:
        yield running
