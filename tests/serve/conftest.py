"""Fixtures of the local endpoint's tests: a caller over real HTTP, sounds and images, and tiny models."""

from __future__ import annotations

import array
import importlib.util
import io
import math
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

Caller = Callable[..., urllib3.BaseHTTPResponse]


@pytest.fixture(scope="session")
def pool() -> Iterator[urllib3.PoolManager]:
    """Connections that are closed at the end."""
    with urllib3.PoolManager(retries=False, timeout=60) as manager:
        yield manager


@pytest.fixture
def call(pool: urllib3.PoolManager) -> Caller:
    """``call(url, inputs, task=None, stream=None, **parameters)`` posts JSON as a client does."""

    def post(
        url: str, inputs: object, task: str | None = None, stream: bool | None = None, **parameters: object
    ) -> urllib3.BaseHTTPResponse:
        document: dict[str, object] = {"inputs": inputs}
        if parameters:
            document["parameters"] = parameters
        if stream is not None:
            document["stream"] = stream
        return pool.request("POST", f"{url}/tasks/{task}" if task else url, json=document)

    return post


@pytest.fixture(scope="session")
def wav() -> bytes:
    """One second of a 440 Hz tone, 8 kHz, 16 bits, mono."""
    return make_wav(8000, [int(9000 * math.sin(2 * math.pi * 440 * at / 8000)) for at in range(8000)])


@pytest.fixture(scope="session")
def make_wav_file() -> Callable[..., bytes]:
    """``make_wav_file(rate, samples, channels=1)`` gives a 16-bit WAV file."""
    return make_wav


def make_wav(rate: int, samples: list[int], channels: int = 1) -> bytes:
    """A 16-bit WAV file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(array.array("h", samples).tobytes())
    return buffer.getvalue()


@pytest.fixture(scope="session")
def png() -> bytes:
    """A small red picture."""
    image: Any = pytest.importorskip("PIL.Image", reason="needs Pillow")
    buffer = io.BytesIO()
    image.new("RGB", (40, 32), (200, 30, 90)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="session")
def tiny_models() -> Any:
    """The module beside this file, whichever way the tests are imported."""
    pytest.importorskip("torch", reason="needs torch, to build tiny models")
    pytest.importorskip("transformers", reason="needs transformers, to build tiny models")
    spec = importlib.util.spec_from_file_location("hfe_tiny_models", Path(__file__).with_name("tiny_models.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def tiny_url(tiny_models: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The local endpoint with a tiny model for each task that there is one for, loaded when first asked."""
    pytest.importorskip("starlette", reason="needs the extra serve")
    from hfe_core.serve import serving
    from hfe_tasks.local.transformers import ENGINE

    root = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        models = {task: tiny_models.build(task, root / task) for task in tiny_models.BUILDERS}
        with serving([ENGINE], models=models) as address:
            yield address
