"""The processes of the clients, and what the runner asks of them."""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from answers import Prepared
from server import cache

HERE = Path(__file__).parent
HFJS = "4.13.30"
PATIENCE = 300.0
# No client is to send a token that the user has stored.
ENVIRONMENT = {**os.environ, "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"}
# What pip installs is compiled; the checkout that is measured is to be, too, or a cold start would compile it each time.
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)
COLLECTED = re.compile(r"Collected : (\d+)")


class NoAnswerError(RuntimeError):
    """A client's process ended, or took too long."""


class Driver:
    """One client's process, driven over a pipe."""

    def __init__(self, command: list[str]) -> None:
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            cwd=HERE,
            env=ENVIRONMENT,
        )
        hello = self._answer()
        self.workloads: list[str] = hello["workloads"]
        self.problem: str = hello["problem"]

    def run(self, workload: str, count: int) -> dict[str, Any]:
        """So many operations: seconds of wall and CPU, and the size of the answer; or the problem."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"workload": workload, "count": count}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def peak(self, workload: str) -> float:
        """MB of memory that one operation needs at its peak beyond what the process had before."""
        process = Path("/proc", str(self._process.pid))
        (process / "clear_refs").write_text("5")
        before = _megabytes(process, "VmRSS")
        self.run(workload, 1)
        return max(0.0, _megabytes(process, "VmHWM") - before)

    def close(self) -> None:
        """End the process."""
        try:
            self._process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        self._errors.close()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        watchdog = threading.Timer(PATIENCE, self._process.kill)
        watchdog.start()
        try:
            line = self._process.stdout.readline()
        finally:
            watchdog.cancel()
        if not line:
            self._errors.seek(0)
            *_, last = ["the process ended, or took too long", *self._errors.read().splitlines()]
            raise NoAnswerError(last)
        found: dict[str, Any] = json.loads(line)
        return found


def _megabytes(process: Path, field: str) -> float:
    found = re.search(rf"{field}:\s+(\d+) kB", (process / "status").read_text())
    assert found is not None
    return int(found[1]) / 1024


class Drivers:
    """All clients, each begun when it is first needed; a context manager that ends them.

    Args:
        url: The server.
        prepared: The files.
        install: Whether to install what npm has, if it is not there.
    """

    def __init__(self, url: str, prepared: Prepared, *, install: bool = True) -> None:
        self.url = url
        self._files = json.dumps(prepared.files)
        self._install = install
        self._running: dict[tuple[str, tuple[str, ...]], Driver | None] = {}
        self.problems: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for driver in self._running.values():
            if driver is not None:
                driver.close()

    def of(self, client: str, without: tuple[str, ...] = ()) -> Driver | None:
        """The client's process, or None where it cannot be had."""
        key = client, without
        if key not in self._running:
            self._running[key] = self._started(client, without)
        return self._running[key]

    def lost(self, client: str, without: tuple[str, ...] = ()) -> None:
        """Forget a process that does not answer; the next need begins another."""
        driver = self._running.pop((client, without), None)
        if driver is not None:
            driver.close()

    def command(self, client: str, without: tuple[str, ...] = ()) -> list[str] | None:
        """How the client's process is begun."""
        if client != "hfjs":
            return [sys.executable, "-m", "clients.worker", client, self.url, self._files, *without]
        directory = hfjs_directory(install=self._install)
        return None if directory is None else ["node", "clients/hfjs.mjs", str(directory), self.url, self._files]

    def program(self, client: str, which: str) -> list[str] | None:
        """The command of a process that imports the client, or makes its first call; None where there is none."""
        if client == "hfjs":
            command = self.command(client) if which == "COLD_START" else None
            return None if command is None else [*command[:-1], "--once"]
        try:
            code: str = getattr(importlib.import_module(f"clients.{client}"), which)
        except ImportError:
            return None
        return [sys.executable, "-c", code.format(url=self.url)]

    def instructions(self, client: str, workload: str, count: int, warm_up: int = 1) -> float | None:
        """Instructions of one operation: what n more of them add under callgrind, divided by n."""
        command = self.command(client)
        if client == "hfjs" or command is None or not shutil.which("valgrind"):
            return None
        once, twice = (_callgrind(command, workload, warm_up, number) for number in (count, 2 * count))
        return None if once is None or twice is None else (twice - once) / count

    def _started(self, client: str, without: tuple[str, ...]) -> Driver | None:
        command = self.command(client, without)
        if command is None:
            self.problems[client] = "it is not installed"
            return None
        try:
            driver = Driver(command)
        except NoAnswerError as error:
            self.problems[client] = str(error)
            return None
        if driver.problem:
            self.problems[client] = driver.problem
        return driver


def _callgrind(command: list[str], workload: str, warm_up: int, count: int) -> int | None:
    # The first order warms up, so that what is done once is in both runs.
    orders = "".join(json.dumps({"workload": workload, "count": number}) + "\n" for number in (warm_up, count))
    tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    environment = {**ENVIRONMENT, "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        [*tool, *command], input=orders, capture_output=True, text=True, cwd=HERE, env=environment, check=False
    )
    found = COLLECTED.search(done.stderr)
    return int(found[1]) if found and "problem" not in done.stdout.splitlines()[-1] else None


def hfjs_directory(*, install: bool) -> Path | None:
    """Where @huggingface/inference is installed, or None."""
    if not shutil.which("node"):
        return None
    place = cache() / f"hfjs-{HFJS}"
    package = place / "node_modules" / "@huggingface" / "inference" / "package.json"
    if not package.exists() and install and shutil.which("npm"):
        place.mkdir(exist_ok=True)
        package_name = f"@huggingface/inference@{HFJS}"
        subprocess.run(
            ["npm", "install", "--prefix", place, "--no-audit", package_name], capture_output=True, check=False
        )
    return place if package.exists() else None


def process_cpu(command: list[str]) -> float | None:
    """CPU seconds of a process from its beginning to its end; None where it fails."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=HERE, env=ENVIRONMENT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime if process.returncode == 0 else None
