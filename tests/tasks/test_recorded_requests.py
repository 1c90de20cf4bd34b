"""Called with the arguments of a recorded request, a task sends what that server accepted."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlsplit

import attrs
import pytest

from hfe_core import Media, Options, sniff_content_type
from hfe_core.payload import stack
from hfe_core.prepare import Preparer
from hfe_core.values import Endpoint, Request
from hfe_tasks import QUESTION_ANSWERING
from tests.recordings import TOOLKIT, Recording, get, load
from tests.tasks.case import Case, same
from tests.tasks.cases import CASES, case_of
from tests.tasks.wire import call_of, encode, successes

ACCEPTED_MEDIA = {
    "image/png", "image/jpeg", "image/jpg", "image/tiff", "image/bmp", "image/gif", "image/webp", "image/x-image",
    "audio/x-flac", "audio/flac", "audio/mpeg", "audio/x-mpeg-3", "audio/wave", "audio/wav", "audio/x-wav",
    "audio/ogg", "audio/x-audio", "audio/webm", "audio/webm;codecs=opus", "audio/AMR", "audio/amr", "audio/AMR-WB",
    "audio/AMR-WB+", "audio/m4a", "audio/x-m4a",
}  # fmt: skip
"""Content types that huggingface-inference-toolkit 0.5.6 takes; it compares the whole header."""


def request_for(case: Case, recording: Recording) -> Request:
    """What hfe sends."""
    body = recording.request_json() or {}
    if case.is_many(recording.inputs):
        payload = (case.task.encode_many or stack)(
            [encode(case, item, recording.parameters) for item in case.apart(body["inputs"])]
        )
    else:
        payload = case.task.encode(**call_of(case, recording))
    options = Options(**body.get("options", {}))
    return Preparer(Endpoint(f"https://endpoint.test{recording.path.removesuffix(payload.path)}"), options).request(
        payload
    )


def check(case: Case, recording: Recording) -> None:
    request = request_for(case, recording)
    sent = recording.request_json()
    parts = urlsplit(request.url)
    assert request.method == recording.method
    assert parts.path + (f"?{parts.query}" if parts.query else "") == recording.path
    assert request.headers["accept"] in {case.accept, "*/*"}
    content_type = request.headers["content-type"]
    body = request.body if isinstance(request.body, bytes) else request.body.open().read()
    if sent is None:
        assert body == recording.request_body
        said = recording.request_headers.get("content-type", "application/octet-stream")
        # Data of no said type gets the one that it shows, since the default container refuses the neutral one.
        assert content_type == said if said != "application/octet-stream" else sniff_content_type(body)
    elif content_type == "application/json":
        assert same(meant(json.loads(body)), meant(sent))
    else:  # base64 without parameters: the same data travels as it is
        assert body == base64.b64decode(sent["inputs"])
        assert content_type in ACCEPTED_MEDIA
        assert not sent.get("parameters")


def meant(body: dict[str, Any]) -> dict[str, Any]:
    """A body without what means nothing: empty objects and nulls at its top."""
    return {name: value for name, value in body.items() if value != {} and value is not None}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_sent_is_what_was_accepted(case: Case):
    checked = 0
    for recording in (each for file in case.recordings for each in successes(case, *file)):
        if recording.name in case.inexpressible:
            continue
        try:
            check(case, recording)
        except Exception as error:
            error.add_note(recording.name)
            raise
        checked += 1
    assert checked == case.encoded


def test_several_questions_travel_as_parallel_lists():
    payloads = [
        QUESTION_ANSWERING.encode({"question": question, "context": context})
        for question, context in (("Who?", "Wolfgang is here."), ("Where?", "Here."))
    ]
    assert QUESTION_ANSWERING.encode_many is not None
    merged = QUESTION_ANSWERING.encode_many(payloads)
    assert merged.inputs == {"question": ["Who?", "Where?"], "context": ["Wolfgang is here.", "Here."]}
    extra = attrs.evolve(payloads[1], inputs={**payloads[1].inputs, "foo": 1})
    assert QUESTION_ANSWERING.encode_many([payloads[0], extra]).inputs["foo"] == [None, 1]


RAW = [
    (case, recording)
    for case in CASES
    for file in case.recordings
    if file[0] == TOOLKIT
    for recording in load(*file)
    if recording.request_json() is None and recording.status == 200 and recording.method == "POST"
    if recording.name not in case.inexpressible
]


@pytest.mark.parametrize(("case", "recording"), RAW, ids=str)
def test_the_content_type_that_is_recognised_is_one_that_the_server_takes(case: Case, recording: Recording, tmp_path):
    """Bytes without a word of what they are, or a file with a name that says nothing."""
    path = tmp_path / "recording.bin"
    path.write_bytes(recording.request_body)
    for given in (recording.request_body, path):
        media = case.task.encode(given, **{name: value for name, value in case.call.items() if name != "inputs"}).inputs
        assert isinstance(media, Media)
        assert media.content_type in ACCEPTED_MEDIA
        assert media.content_type.split("/")[0] == recording.request_headers["content-type"].split("/")[0]


def test_raw_recordings_are_found():
    assert len(RAW) >= 22


def test_the_options_of_2023_travel_as_they_were_recorded():
    recording = get(TOOLKIT, "fill-mask", "e20_extra_top_level_keys")
    request = request_for(case_of("FILL_MASK"), recording)
    assert isinstance(request.body, bytes)
    assert json.loads(request.body)["options"] == {"wait_for_model": True, "use_cache": False}
