"""Every success that a real server answered decodes to a typed value that still holds all of it."""

from __future__ import annotations

import pytest

from hfe_core import Audio
from hfe_core.testing import fake_client
from hfe_tasks import FEATURE_EXTRACTION, QUESTION_ANSWERING
from tests.recordings import COMMUNITY, TOOLKIT, Recording, get, load
from tests.tasks.wire import TASK_OF, decode, same, to_json

EXCLUDED = {
    f"{COMMUNITY}/question-answering/s2_warning": "has `warnings`, which stay with the response; tested by itself",
}
"""Not compared, by name, and why."""

DECODED = {
    (TOOLKIT, "_protocol_text-classification"): 5,
    (TOOLKIT, "automatic-speech-recognition"): 17,
    (TOOLKIT, "automatic-speech-recognition_whisper"): 17,
    (TOOLKIT, "conversational"): 5,
    (TOOLKIT, "feature-extraction"): 6,
    (TOOLKIT, "fill-mask"): 10,
    (TOOLKIT, "image-classification"): 13,
    (TOOLKIT, "question-answering"): 9,
    (TOOLKIT, "sentence-embeddings"): 9,
    (TOOLKIT, "text-classification"): 13,
    (TOOLKIT, "text-classification_multi-label"): 8,
    (TOOLKIT, "text-generation"): 11,
    (TOOLKIT, "text-to-audio_musicgen"): 9,
    (TOOLKIT, "text-to-speech"): 4,
    (TOOLKIT, "visual-question-answering"): 5,
    (TOOLKIT, "visual-question-answering_blip"): 7,
    (COMMUNITY, "automatic-speech-recognition"): 4,
    (COMMUNITY, "feature-extraction_docker-sentence_transformers"): 8,
    (COMMUNITY, "question-answering"): 6,
    (COMMUNITY, "tabular-classification_docker-sklearn"): 5,
    (COMMUNITY, "text-classification_docker-sklearn"): 9,
    (COMMUNITY, "text-generation"): 7,
    (COMMUNITY, "text-to-speech"): 12,
}
"""How many answers are compared: nothing is skipped in silence."""


def successes(server: str, task: str) -> list[Recording]:
    return [each for each in load(server, task) if each.status == 200 and each.method == "POST"]


@pytest.mark.parametrize(("server", "task"), TASK_OF)
def test_nothing_is_lost(server, task):
    compared = 0
    for recording in successes(server, task):
        if recording.name in EXCLUDED:
            continue
        value = decode(recording)
        if recording.is_json:
            assert same(to_json(value, recording), recording.json()), recording.name
        else:
            assert isinstance(value, Audio)
            assert value.data == recording.body, recording.name
            assert value.content_type == recording.headers["content-type"], recording.name
        compared += 1
    assert compared == DECODED[server, task]


def test_every_file_of_a_task_is_counted():
    assert set(DECODED) == set(TASK_OF)
    assert sum(DECODED.values()) == sum(len(successes(*key)) for key in TASK_OF) - len(EXCLUDED)


def test_the_comparison_sees_what_is_lost():
    recording = get(TOOLKIT, "question-answering", "s2_top_k2")
    wire = recording.json()
    assert same(wire, recording.json())
    assert not same(wire[:1], recording.json())
    assert not same([{**wire[0], "start": float(wire[0]["start"])}, wire[1]], recording.json())
    assert not same([{**wire[0], "more": None}, wire[1]], recording.json())
    assert not same([{"a": True}], [{"a": 1}])
    assert same([float("nan")], [None])
    assert not same([0.0], [None])


def test_warnings_stay_with_the_response():
    recording = get(COMMUNITY, "question-answering", "s2_warning")
    client, _ = fake_client(recording.reply)
    call = QUESTION_ANSWERING(inputs={"question": "warn", "context": "c"})
    result = client.exchange(call)
    assert result.output.answer == "42"
    assert recording.json()["warnings"] == ["be careful"]
    assert result.response.body == recording.body


@pytest.mark.parametrize(
    ("server", "task", "case"),
    [
        (TOOLKIT, "feature-extraction", "s2_list"),
        (TOOLKIT, "sentence-embeddings", "s2_list"),
        (COMMUNITY, "feature-extraction_docker-sentence_transformers", "s4_gzip_response"),
    ],
)
def test_a_list_of_texts_gives_the_same_numbers_whole_and_apart(server, task, case):
    recording = get(server, task, case)
    whole = FEATURE_EXTRACTION.decode(recording.response)
    assert [features.values for features in decode(recording)] == whole.values
