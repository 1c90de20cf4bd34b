"""The server that clients are measured against: compiled from server.c, started, and stopped.

python benchmarks/server.py        how many requests a second it answers
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

SOURCE = Path(__file__).with_name("server.c")


class NoCompilerError(RuntimeError):
    """There is neither cc nor ziglang."""


def cache() -> Path:
    """Where the binary, prepared answers and npm packages are kept: HFE_BENCHMARKS_CACHE, or below ~/.cache."""
    given = os.environ.get("HFE_BENCHMARKS_CACHE")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    found = Path(given) if given else home / "hfe-benchmarks"
    found.mkdir(parents=True, exist_ok=True)
    return found


def compiler() -> list[str]:
    """A C compiler's command.

    Raises:
        NoCompilerError: None is here.
    """
    if shutil.which("cc"):
        return ["cc"]
    if importlib.util.find_spec("ziglang"):
        return [sys.executable, "-m", "ziglang", "cc"]
    raise NoCompilerError("a C compiler is needed: cc, or pip install ziglang")


def binary() -> Path:
    """The server, compiled if it was not yet."""
    target = cache() / f"server-{hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]}"
    if not target.exists():
        command = compiler()
        with tempfile.TemporaryDirectory(dir=target.parent) as place:
            made = Path(place, "server")
            subprocess.run([*command, "-O2", "-o", made, SOURCE], check=True)
            made.replace(target)
    return target


class Server:
    """A running server over a directory of prepared answers; a context manager that stops it."""

    def __init__(self, directory: Path) -> None:
        self._process = subprocess.Popen(
            [binary(), directory], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.communicate()


def speed(port: int, name: str, *, pipelined: int = 16, seconds: float = 2.0) -> float:
    """Requests a second over one connection, ``pipelined`` at a time so that the server is what is measured."""
    request = f"POST /{name} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{}}".encode()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        answer = len(connection.recv(1 << 20))
        rounds, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            connection.sendall(request * pipelined)
            missing = answer * pipelined
            while missing:
                missing -= len(connection.recv(missing))
            rounds += 1
        return rounds * pipelined / (time.perf_counter() - start)


def main() -> None:
    """Say how fast it is."""
    from answers import prepared

    with Server(prepared(quick=True).directory) as server:
        print(f"{speed(server.port, 'fill-mask'):,.0f} requests a second")


if __name__ == "__main__":
    main()
