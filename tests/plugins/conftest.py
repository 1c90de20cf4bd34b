"""One environment with hfe and the two example plugins installed from wheels, and servers for them to talk to."""

from __future__ import annotations

import importlib
import os
import socket
import sys
import threading
import wave
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http_server import HttpServer, Seen, http
from tests.plugins.sandbox import EXAMPLES, Sandbox, build_examples, once, seen_here


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """The environment, shared by all workers of a run."""
    pytest.importorskip("hatchling", reason="the wheels are built with hatchling")
    pytest.importorskip("pip", reason="the wheels are installed with pip")
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return Sandbox(once(shared / "examples", build_examples) / "venv")


@pytest.fixture
def fresh(installed: Sandbox, tmp_path: Path) -> Sandbox:
    """An environment for one test to break, in which the wheels are to be seen."""
    return Sandbox.create(tmp_path / "venv", str(installed.site), *seen_here())


@pytest.fixture(scope="session")
def sound_server() -> Iterator[str]:
    """The URL of the example's own server, around its own handler."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(EXAMPLES[1] / "endpoint")
        server = importlib.import_module("server").SoundServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.url
    server.shutdown()
    server.server_close()
    thread.join()


_WORDS = {"en": {"the", "is", "where"}, "de": {"der", "ist", "wo"}, "fr": {"le", "est", "la"}}


def _identify(seen: Seen, connection: socket.socket) -> None:
    """What a custom endpoint may answer: the share of the words that each language knows."""
    asked = seen.json()
    words = asked["inputs"].lower().split()
    shares = {code: sum(word in known for word in words) / len(words) for code, known in _WORDS.items()}
    best = sorted(shares, key=lambda code: -shares[code])[: asked.get("parameters", {}).get("top_k", 2)]
    connection.sendall(http({code: shares[code] for code in best}))


@pytest.fixture
def language_server(server: HttpServer) -> HttpServer:
    """A server that knows languages, and keeps what it was asked."""
    server.answers(_identify)
    return server


@pytest.fixture
def languages(language_server: HttpServer) -> str:
    """Its URL."""
    return language_server.url


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A WAV file at 8 kHz: silence, a loud square wave from 0.2 to 0.6 s, silence, a soft one from 0.9 to 1.1 s."""
    samples = array("h")
    for seconds, height in ((0.2, 0), (0.4, 16384), (0.3, 0), (0.2, 1638), (0.1, 0)):
        samples.extend(height if at % 20 < 10 else -height for at in range(round(seconds * 8000)))
    if sys.byteorder == "big":
        samples.byteswap()
    path = tmp_path_factory.mktemp("sounds") / "door.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples.tobytes())
    return path
