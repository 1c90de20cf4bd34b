"""What a worker process watches about itself: memory, logs, and what is left behind."""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.faults.case import TOKEN

__all__ = ["Log", "Memory", "descriptors", "limit_memory", "locals_of", "settled"]

_ADDRESS_SPACE = 2 << 30
"""What the process may map beyond what it has when warm: the hard stop before the machine suffers."""


class Log(logging.Handler):
    """Keeps every line."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.noise: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record)
        self.lines.append(f"{record.name}: {line} {record.args!r}")
        if record.levelno >= logging.ERROR:
            self.noise.append(f"logged by {record.name}: {line}")


class Memory:
    """By how many KiB the process grows, as /proc says, leaving out what the suite itself takes between stop and go."""

    def __init__(self) -> None:
        self.grown = 0
        self._from = 0

    def go(self) -> None:
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")
            self._from = self._read("VmRSS:")

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            if self._from:
                self.grown = max(self.grown, self._read("VmHWM:") - self._from)

    @staticmethod
    def _read(name: str) -> int:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name))


def limit_memory() -> None:
    """From now on, a bomb ends in MemoryError."""
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        size = pages * resource.getpagesize() + _ADDRESS_SPACE
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def descriptors() -> set[str]:
    """What is open."""
    found: set[str] = set()
    directory = Path("/proc/self/fd")
    for entry in list(directory.iterdir()) if directory.is_dir() else ():
        with contextlib.suppress(OSError):
            found.add(f"{entry.name} {entry.readlink()}")
    return found


def settled(look: Callable[[], Any], seconds: float = 1.0) -> Any:
    """What is left when things have had time to end."""
    end = time.monotonic() + seconds
    while (left := look()) and time.monotonic() < end:
        time.sleep(0.01)
    return left


def locals_of(error: BaseException) -> Iterator[str]:
    """What a traceback with locals shows, of the error, its causes and contexts, without the suite's own frames."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        waiting += [current.__cause__, current.__context__]
        for frame, _ in traceback.walk_tb(current.__traceback__):
            if f"{os.sep}tests{os.sep}" in frame.f_code.co_filename:
                continue
            for name, value in frame.f_locals.items():
                yield f"{frame.f_code.co_filename}:{frame.f_code.co_name}: {name} = {_shown(value)}"


def _shown(value: object) -> str:
    """The repr, but of megabytes of bytes, whose repr takes its time, only whether the token is in them."""
    if isinstance(value, bytes | bytearray) and type(value) in {bytes, bytearray} and len(value) > 1000:
        return f"<{len(value)} bytes> {TOKEN if TOKEN.encode() in value else ''}"
    if isinstance(value, list) and type(value) is list:
        return str([_shown(each) for each in value])
    try:
        return repr(value)
    except Exception as problem:
        return f"<its repr fails: {problem!r}>"
