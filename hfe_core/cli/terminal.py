"""Standard output, whatever it is."""

from __future__ import annotations

import sys

__all__ = ["is_terminal", "write_line"]


def is_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout.isatty()


def write_line(text: str, end: str = "\n") -> None:
    """Write to standard output, at once; what its encoding cannot carry is escaped."""
    stream = sys.stdout
    try:
        stream.write(text + end)
    except UnicodeEncodeError:
        encoding = stream.encoding or "utf-8"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + end)
    stream.flush()
