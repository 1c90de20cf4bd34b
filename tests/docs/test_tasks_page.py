"""The page of all tasks says what is registered."""

from __future__ import annotations

import inspect

import hfe_tasks
from hfe_core import StreamTask, Task
from tests.docs.generated import check_page

ALL = [task for name in hfe_tasks.__all__ if isinstance(task := getattr(hfe_tasks, name), Task | StreamTask)]


def row(task: Task[..., object] | StreamTask[..., object]) -> str:
    method = task.name.replace("-", "_") + ("_stream" if isinstance(task, StreamTask) else "")
    assert hasattr(hfe_tasks.HfInferenceEndpoint, method)
    inputs = inspect.signature(task.encode).parameters["inputs"].annotation
    output = inspect.signature(task.decode).return_annotation
    each = "events of " if isinstance(task, StreamTask) else ""
    return " | ".join((task.domain, f"`{method}`", _code(inputs), each + _code(output)))


def _code(annotation: str) -> str:
    return "`" + annotation.replace("|", r"\|") + "`"


def test_the_page_names_every_task():
    rows = sorted(map(row, ALL))
    check_page(
        "tasks.md",
        "\n".join(
            ["| domain | method | inputs | output |", "| --- | --- | --- | --- |", *(f"| {each} |" for each in rows)]
        )
        + "\n",
    )
