"""Every built-in task keeps the contract that plugins' tasks are held to."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import find, settings

import hfe_tasks
from hfe_core import Media, StreamTask, Task
from hfe_core.testing import Reply, check_task
from tests.recordings import TOOLKIT, get
from tests.tasks.case import Case
from tests.tasks.cases import CASES
from tests.tasks.wire import successes

TOKEN = {"id": 5, "text": " a", "logprob": -0.5, "special": False}


def test_every_task_has_a_case():
    tasks = {name for name in hfe_tasks.__all__ if isinstance(getattr(hfe_tasks, name), Task)}
    assert tasks == {case.constant for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_contract(case: Case):
    if case.answer is not None:
        answer = find(case.answer, lambda _: True, settings=settings(database=None, derandomize=True))
        check_task(case.task, arguments=dict(case.call), answer=answer)
        return
    recording = next(each for file in case.recordings for each in successes(case, *file) if not each.is_json)
    check_task(case.task, arguments=dict(case.call), answer=Media(recording.body, recording.headers["content-type"]))


def test_the_contract_of_a_stream():
    answer = {"token": TOKEN, "generated_text": None, "details": None}
    assert check_task(hfe_tasks.TEXT_GENERATION_STREAM, answer=answer)


def test_the_contract_with_an_answer_that_is_a_file():
    assert check_task(hfe_tasks.TEXT_TO_SPEECH, answer=Media(b"fLaC\0", "audio/flac")).data == b"fLaC\0"


def test_the_contract_with_a_recorded_answer():
    recording = get(TOOLKIT, "fill-mask", "s3_top_k2")
    output = check_task(hfe_tasks.FILL_MASK, answer=Reply(recording.body, headers=recording.headers))
    assert [fill.token_str for fill in output] == ["pyth", "l"]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_task_s_module_exports_all_that_is_public_in_it(case: Case):
    module = inspect.getmodule(case.task.encode)
    own = {name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__}
    assert {name for name in own if not name.startswith("_")} <= set(module.__all__)


TASKS = [task for name in hfe_tasks.__all__ if isinstance(task := getattr(hfe_tasks, name), Task | StreamTask)]


@pytest.mark.parametrize("task", TASKS, ids=repr)
def test_the_examples_encode(task: Task[..., object] | StreamTask[..., object]):
    if task.example:
        task(**task.example)
