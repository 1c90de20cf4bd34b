"""Every success that a real server answered decodes to a typed value that still holds all of it."""

from __future__ import annotations

import pytest

from hfe_core.testing import fake_client
from hfe_tasks import FEATURE_EXTRACTION, QUESTION_ANSWERING
from tests.recordings import COMMUNITY, TOOLKIT, files, get, load
from tests.tasks.case import Case, same
from tests.tasks.cases import CASES, FILES, case_of
from tests.tasks.wire import decode, successes


@pytest.mark.parametrize(("case", "server", "file"), FILES, ids=str)
def test_nothing_is_lost(case: Case, server: str, file: str):
    compared = 0
    for recording in successes(case, server, file):
        written = case.write(decode(case, recording), recording)
        assert same(written, recording.json() if recording.is_json else recording.body), recording.name
        compared += 1
    assert compared == case.recordings[server, file]


@pytest.mark.parametrize(("server", "file"), files(), ids=str)
def test_request_gives_every_answer_as_it_is(server: str, file: str):
    """Of tasks that hfe has no name for, too, and of handlers of one's own."""
    for recording in load(server, file):
        content_type = recording.headers.get("content-type", "")
        if recording.status != 200 or content_type.startswith("text/event-stream"):
            continue
        client, transport = fake_client(recording.reply)
        given = recording.request_body if recording.method == "POST" else None
        answer = client.request(
            given, method=recording.method, content_type=recording.request_headers.get("content-type")
        )
        assert same(answer, recording.json() if recording.is_json else recording.body), recording.name
        body = transport.requests[0].body
        assert (body if isinstance(body, bytes) else body.open().read()) == recording.request_body, recording.name


def test_reasons_are_for_recordings_that_are_there():
    names = {recording.name for _, server, file in FILES for recording in load(server, file)}
    for case in CASES:
        assert set(case.undecodable) | set(case.inexpressible) <= names, case


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
    ("server", "task", "name"),
    [
        (TOOLKIT, "feature-extraction", "s2_list"),
        (TOOLKIT, "sentence-embeddings", "s2_list"),
        (COMMUNITY, "feature-extraction_docker-sentence_transformers", "s4_gzip_response"),
    ],
)
def test_a_list_of_texts_gives_the_same_numbers_whole_and_apart(server, task, name):
    recording = get(server, task, name)
    whole = FEATURE_EXTRACTION.decode(recording.response)
    apart = decode(case_of("FEATURE_EXTRACTION"), recording)
    assert [features.values for features in apart] == whole.values
