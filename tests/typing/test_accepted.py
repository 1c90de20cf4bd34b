"""No spelling of a built-in task is left out of what the type checkers are asked."""

import re
from pathlib import Path

import pytest

import hfe_tasks
from hfe_core import StreamTask, Task

ASKED = re.sub(r"\(\s+", "(", (Path(__file__).parent / "accepted.py").read_text())
NAMES = [name for name in hfe_tasks.__all__ if isinstance(getattr(hfe_tasks, name), Task | StreamTask)]


@pytest.mark.parametrize("name", NAMES)
def test_every_spelling_is_asked(name: str) -> None:
    task: Task[..., object] | StreamTask[..., object] = getattr(hfe_tasks, name)
    verb = "stream" if isinstance(task, StreamTask) else "run"
    method = name.lower()
    waiting = "" if isinstance(task, StreamTask) else "await "
    for spelling in (f"client.{verb}({name}, ", f'(endpoint.{verb}("{task.name}"', f"(endpoint.{method}("):
        assert spelling in ASKED, spelling
    for spelling in (f'({waiting}endpoint.{verb}("{task.name}"', f"({waiting}endpoint.{method}("):
        assert ASKED.count(spelling) >= (1 if waiting else 2), spelling
