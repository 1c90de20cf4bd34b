"""Interpreters that lack some of the optional libraries, and say what they make of an answer."""

from __future__ import annotations

import pickle
import subprocess
import sys
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, Self

__all__ = ["LIBRARIES", "SECRET", "Asked", "Found", "Interpreters"]

LIBRARIES = tuple(name for name in ("msgspec", "orjson", "simdjson") if find_spec(name))
"""What is installed here of what reads answers faster."""
SECRET = "hf_" + "secret" * 5


class Asked(NamedTuple):
    """An answer, and what it is the answer to.

    Attributes:
        kind: ``"one"``, ``"many"``, ``"stream"``, or ``"request"`` for a call without a task.
        task: The name of the task's value in ``hfe_tasks``.
        payload: What was asked.
        body: The answer.
        headers: Its headers.
        max_depth: How deep it may nest.
        has_token: Whether the call has an access token, :data:`SECRET`.
        places: Where the body of a stream is cut into pieces.
    """

    kind: str
    task: str
    payload: Any
    body: bytes
    headers: dict[str, str]
    max_depth: int = 200
    has_token: bool = False
    places: tuple[int, ...] = ()


class Found(NamedTuple):
    """What came of it.

    Attributes:
        text: The value, to the exact type and the last digit, or the error with all that is on it.
        is_value: Whether it is a value, of a stream to its end.
        by: What has read JSON: the libraries, and ``"json"`` of the standard library.
    """

    text: str
    is_value: bool
    by: frozenset[str]


class Interpreters:
    """One with everything, one without each of the libraries, and one without all of them.

    A library is missing from the start of the process, as where it is not installed: nothing of hfe is patched for that,
    and nothing is cached that was made with it.
    """

    def __init__(self) -> None:
        self._running = ExitStack()
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        lacking = {"everything": ()} | {f"without {name}": (name,) for name in LIBRARIES}
        if len(LIBRARIES) > 1:
            lacking["without all"] = LIBRARIES
        for name, missing in lacking.items():
            self._children[name] = self._running.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.tasks.one_path", *missing],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    cwd=Path(__file__).parents[2],
                )
            )
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children.values():
            assert child.stdin is not None
            child.stdin.close()
        self._running.close()

    def __call__(self, asked: Asked) -> dict[str, Found]:
        """What each of them makes of an answer."""
        message = pickle.dumps(tuple(asked))
        for child in self._children.values():
            assert child.stdin is not None
            child.stdin.write(message)
            child.stdin.flush()
        return {name: Found(*pickle.load(child.stdout)) for name, child in self._children.items() if child.stdout}
