"""Every built-in task keeps the contract that plugins' tasks are held to."""

from __future__ import annotations

import pytest

import hfe_tasks
from hfe_core import Media, StreamTask, Task
from hfe_core.testing import Reply, check_task
from tests.recordings import TOOLKIT, get

TOKEN = {"id": 5, "text": " a", "logprob": -0.5, "special": False}

CASES = {
    "AUTOMATIC_SPEECH_RECOGNITION": ({"inputs": b"fLaC\0"}, {"text": "hello"}),
    "FEATURE_EXTRACTION": (None, [[[0.5, 1.0]]]),
    "FILL_MASK": (None, [{"score": 0.5, "token": 7, "token_str": "x", "sequence": "a x"}]),
    "IMAGE_CLASSIFICATION": ({"inputs": b"GIF89a", "top_k": 2}, [{"label": "a", "score": 0.5}]),
    "QUESTION_ANSWERING": (None, {"score": 0.5, "start": 11, "end": 19, "answer": "Wolfgang"}),
    "TABULAR_CLASSIFICATION": (None, ["setosa", "virginica"]),
    "TEXT_CLASSIFICATION": (None, [{"label": "a", "score": 0.5}]),
    "TEXT_GENERATION": (None, [{"generated_text": "Once upon a time there was"}]),
    "TEXT_GENERATION_STREAM": (None, {"token": TOKEN, "generated_text": None, "details": None}),
    "TEXT_TO_SPEECH": (None, {"audio": [[0.0, 0.5]], "sampling_rate": 16000}),
    "VISUAL_QUESTION_ANSWERING": ({"inputs": {"image": b"GIF89a", "question": "q"}}, [{"answer": "a", "score": 0.5}]),
}


def test_every_task_has_a_case():
    tasks = {name for name in hfe_tasks.__all__ if isinstance(getattr(hfe_tasks, name), Task | StreamTask)}
    assert tasks >= set(CASES)
    assert len(CASES) == 11


@pytest.mark.parametrize("name", CASES)
def test_the_contract(name):
    arguments, answer = CASES[name]
    output = check_task(getattr(hfe_tasks, name), arguments=arguments, answer=answer)
    assert output


def test_the_contract_with_an_answer_that_is_a_file():
    assert check_task(hfe_tasks.TEXT_TO_SPEECH, answer=Media(b"fLaC\0", "audio/flac")).data == b"fLaC\0"


def test_the_contract_with_a_recorded_answer():
    recording = get(TOOLKIT, "fill-mask", "s3_top_k2")
    output = check_task(hfe_tasks.FILL_MASK, answer=Reply(recording.body, headers=recording.headers))
    assert [fill.token_str for fill in output] == ["pyth", "l"]


@pytest.mark.parametrize("name", [name for name in CASES if CASES[name][0] is None])
def test_the_examples_encode(name):
    task = getattr(hfe_tasks, name)
    assert task(**task.example).payload.inputs == task.example["inputs"]
