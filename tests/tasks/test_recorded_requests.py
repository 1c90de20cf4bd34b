"""Called with the arguments of a recorded request, a task sends what that server accepted."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlsplit

import attrs
import pytest

from hfe_core import Media, Options, Payload, sniff_content_type
from hfe_core.payload import stack
from hfe_core.prepare import Preparer
from hfe_core.values import Endpoint, Request
from hfe_tasks import QUESTION_ANSWERING, VISUAL_QUESTION_ANSWERING
from tests.recordings import COMMUNITY, TOOLKIT, Recording, get, load
from tests.tasks.wire import TASK_OF, is_many, same

MEDIA_TASKS = {"automatic-speech-recognition", "image-classification"}

ACCEPTED_MEDIA = {
    "image/png", "image/jpeg", "image/jpg", "image/tiff", "image/bmp", "image/gif", "image/webp", "image/x-image",
    "audio/x-flac", "audio/flac", "audio/mpeg", "audio/x-mpeg-3", "audio/wave", "audio/wav", "audio/x-wav",
    "audio/ogg", "audio/x-audio", "audio/webm", "audio/webm;codecs=opus", "audio/AMR", "audio/amr", "audio/AMR-WB",
    "audio/AMR-WB+", "audio/m4a", "audio/x-m4a",
}  # fmt: skip
"""Content types that huggingface-inference-toolkit 0.5.6 takes; it compares the whole header."""

INEXPRESSIBLE = {
    f"{TOOLKIT}/automatic-speech-recognition_whisper/s7_json_url_no_params": "an address; hfe sends the sound itself",
    f"{TOOLKIT}/automatic-speech-recognition_whisper/s8_json_list_urls": "addresses; hfe sends the sound itself",
    f"{TOOLKIT}/image-classification/s8_inputs_dict_inputs": "a second spelling of the same input",
    f"{TOOLKIT}/question-answering/s7_two_questions_one_context": "one context; hfe sends as many as questions",
    f"{TOOLKIT}/text-to-speech/s5_text_inputs_key": "a second spelling of the same input",
    f"{TOOLKIT}/text-to-audio_musicgen/s5_text_inputs_key": "a second spelling of the same input",
    f"{TOOLKIT}/visual-question-answering/e53_raw_image_query_question": "a second spelling of the same input",
    f"{TOOLKIT}/visual-question-answering_blip/s6_question_list": "one image; hfe sends as many as questions",
    f"{COMMUNITY}/question-answering/c09_bare_inputs_no_wrapper": "without the key `inputs`",
    f"{COMMUNITY}/tabular-classification_docker-sklearn/c09_bare_inputs_no_wrapper": "without the key `inputs`",
    f"{COMMUNITY}/text-classification_docker-sklearn/s2_raw_string_json": "without the key `inputs`",
    f"{COMMUNITY}/text-classification_docker-sklearn/s4_number_body": "no text at all",
    f"{COMMUNITY}/text-generation/s3_raw": "without the key `inputs`",
    f"{COMMUNITY}/text-to-speech/s3_plain_text": "without the key `inputs`",
    **{
        f"{COMMUNITY}/{task}/{case}": "no JSON; the server takes any bytes for a text"
        for task, case in (
            ("feature-extraction_docker-sentence_transformers", "e02_bad_json"),
            ("feature-extraction_docker-sentence_transformers", "e03_empty_body"),
            ("text-classification_docker-sklearn", "e02_bad_json"),
            ("text-classification_docker-sklearn", "e03_empty_body"),
            ("text-to-speech", "e03_empty_body"),
        )
    },
    **{
        f"{TOOLKIT}/{task}/e10_inputs_empty_list": "no input; hfe sends nothing for nothing"
        for task in (
            "fill-mask",
            "image-classification",
            "text-to-speech",
            "visual-question-answering",
            "visual-question-answering_blip",
        )
    },
}
"""Accepted requests that hfe cannot make, by name, and why."""

ENCODED = 176


def successes() -> list[Recording]:
    return [
        recording
        for key in TASK_OF
        for recording in load(*key)
        if recording.status == 200 and recording.method == "POST" and recording.name not in INEXPRESSIBLE
    ]


def encode(recording: Recording, item: object, parameters: dict[str, object]) -> Payload:
    """The call that a user would write for this input."""
    task = TASK_OF[recording.server, recording.task]
    if task.name in MEDIA_TASKS and isinstance(item, str):
        item = base64.b64decode(item, validate=True)
    if task is VISUAL_QUESTION_ANSWERING and isinstance(item, dict):
        item = {**item, "image": base64.b64decode(item["image"], validate=True)}
    named = {
        name: value
        for name, value in parameters.items()
        if name in task.signature.parameters and value is not None and not (name == "top_k" and isinstance(value, str))
    }
    others = {name: value for name, value in parameters.items() if name not in named}
    return task.encode(item, **named, **({"parameters": others} if others else {}))


def request_for(recording: Recording) -> Request:
    """What hfe sends."""
    task = TASK_OF[recording.server, recording.task]
    body = recording.request_json()
    if body is None:
        content_type = recording.request_headers.get("content-type")
        given = Media(recording.request_body, content_type) if content_type else recording.request_body
        payload = encode(recording, given, {})
    elif task is QUESTION_ANSWERING and is_many(recording):
        raise AssertionError(f"{recording.name}: lists that are not parallel")
    elif is_many(recording):
        payload = (task.encode_many or stack)(
            [encode(recording, item, recording.parameters) for item in body["inputs"]]
        )
    else:
        payload = encode(recording, body["inputs"], recording.parameters)
    options = Options(**(body or {}).get("options", {}))
    return Preparer(Endpoint(f"https://endpoint.test{recording.path}"), options).request(payload)


def check(request: Request, recording: Recording) -> None:
    sent = recording.request_json()
    parts = urlsplit(request.url)
    assert request.method == recording.method
    assert parts.path + (f"?{parts.query}" if parts.query else "") == recording.path
    assert request.headers["accept"] == "*/*"
    content_type = request.headers["content-type"]
    body = request.body if isinstance(request.body, bytes) else request.body.read()
    if sent is None:
        assert body == recording.request_body
        said = recording.request_headers.get("content-type", "application/octet-stream")
        # Data of no said type gets the one that it shows, since the default container refuses the neutral one.
        assert content_type == said if said != "application/octet-stream" else sniff_content_type(body)
    elif content_type == "application/json":
        assert same(
            json.loads(body), {name: value for name, value in sent.items() if value != {} and value is not None}
        )
    else:  # base64 without parameters: the same data travels as it is
        assert body == base64.b64decode(sent["inputs"])
        assert content_type in ACCEPTED_MEDIA
        assert not sent.get("parameters")


@pytest.mark.parametrize(("server", "task"), TASK_OF)
def test_what_is_sent_is_what_was_accepted(server, task):
    for recording in successes():
        if (recording.server, recording.task) == (server, task):
            try:
                check(request_for(recording), recording)
            except Exception as error:
                error.add_note(recording.name)
                raise


def test_every_accepted_request_is_made():
    assert len(successes()) == ENCODED
    names = {recording.name for key in TASK_OF for recording in load(*key)}
    assert set(INEXPRESSIBLE) <= names


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
    recording
    for task in ("automatic-speech-recognition", "automatic-speech-recognition_whisper", "image-classification")
    for recording in load(TOOLKIT, task)
    if recording.request_json() is None and recording.status == 200 and recording.method == "POST"
]


@pytest.mark.parametrize("recording", RAW, ids=lambda recording: f"{recording.task}-{recording.case}")
def test_the_content_type_that_is_recognised_is_one_that_the_server_takes(recording, tmp_path):
    """Bytes without a word of what they are, or a file with a name that says nothing."""
    task = TASK_OF[recording.server, recording.task]
    path = tmp_path / "recording.bin"
    path.write_bytes(recording.request_body)
    for given in (recording.request_body, path):
        media = task.encode(given).inputs
        assert isinstance(media, Media)
        assert media.content_type in ACCEPTED_MEDIA
        assert media.content_type.split("/")[0] == recording.request_headers["content-type"].split("/")[0]


def test_raw_recordings_are_found():
    assert len(RAW) == 22


def test_the_options_of_2023_travel_as_they_were_recorded():
    recording = get(TOOLKIT, "fill-mask", "e20_extra_top_level_keys")
    request = request_for(recording)
    assert isinstance(request.body, bytes)
    assert json.loads(request.body)["options"] == {"wait_for_model": True, "use_cache": False}
