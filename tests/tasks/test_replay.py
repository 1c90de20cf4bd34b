"""Whole calls over real HTTP against a server that answers from the recordings, with both clients."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

from hfe_core import BadRequest, Options, Retry, Task
from hfe_tasks import (
    FEATURE_EXTRACTION,
    FILL_MASK,
    IMAGE_CLASSIFICATION,
    TEXT_CLASSIFICATION,
    TEXT_GENERATION,
    TEXT_TO_SPEECH,
    VISUAL_QUESTION_ANSWERING,
    AsyncHfInferenceEndpoint,
    HfInferenceEndpoint,
)
from tests.http_server import HttpServer, Seen, http
from tests.recordings import COMMUNITY, TOOLKIT, Recording, get, load
from tests.tasks.test_recorded_requests import encode
from tests.tasks.wire import TASK_OF, decode, is_many, same, to_json

OPTIONS = Options(timeout=20, retry=Retry(attempts=1), concurrency=2)


def content(content_type: str | None, body: bytes) -> object:
    """A body by what it says: JSON by value."""
    if content_type is None or content_type.startswith("application/json"):
        try:
            return json.dumps(json.loads(body), sort_keys=True)
        except ValueError:
            pass
    return body


def replay(*recordings: Recording) -> Callable[[Seen, socket.socket], None]:
    """Answer byte for byte what was recorded for the same method, path, media type and body; 599 for anything else."""
    table = {}
    for recording in recordings:
        content_type = recording.request_headers.get("content-type", "application/json")
        media_type = content_type.partition("; charset")[0]
        key = (recording.method, recording.path, media_type, content(content_type, recording.request_body))
        table.setdefault(key, recording)

    def answer(seen: Seen, connection: socket.socket) -> None:
        assert seen.headers["accept"] == "*/*"
        content_type = seen.headers.get("content-type")
        found = table.get((seen.method, seen.target, content_type, content(content_type, seen.body)))
        if found is None:
            connection.sendall(http({"error": f"not recorded: {seen.method} {seen.target} {content_type}"}, 599))
            return
        headers = {
            name.replace("-", "_"): value
            for name, value in found.headers.items()
            if name not in {"content-length", "transfer-encoding", "connection"}
        }
        connection.sendall(http(found.raw_body, found.status, **headers))

    return answer


ONE = [
    *((TOOLKIT, "fill-mask", case) for case in ("c05_accept_star", "c04_predict_path", "s3_top_k2", "s6_target_string")),
    *((TOOLKIT, "text-classification", case) for case in ("s1_single", "s3_single_top_k_null", "s4_fn_none")),
    *((TOOLKIT, "text-classification_multi-label", case) for case in ("s7_query_param_top_k", "e52_top_k_string")),
    *((TOOLKIT, "_protocol_text-classification", case) for case in ("s06_unicode_escapes", "s09_big_body_1mb")),
    *((TOOLKIT, "question-answering", case) for case in ("s1_single", "s2_top_k2", "e56_extra_key_in_inputs")),
    *((TOOLKIT, "text-generation", case) for case in ("s4_num_return_sequences", "s7_return_tensors", "s10_chat_new_only")),
    *((TOOLKIT, "conversational", case) for case in ("c05_accept_star", "s2_chat_params", "s6_plain_text")),
    *((TOOLKIT, "feature-extraction", case) for case in ("s1_single", "s2_list")),
    *((TOOLKIT, "sentence-embeddings", case) for case in ("s5_unicode", "s3_list_one")),
    *((TOOLKIT, "automatic-speech-recognition", case) for case in ("s1_raw_audio_ogg", "s1_raw_audio_AMR_upper", "s3_timestamps_word")),
    *((TOOLKIT, "automatic-speech-recognition_whisper", case) for case in ("s1_raw_audio_mpeg", "s3_timestamps_true")),
    *((TOOLKIT, "text-to-audio_musicgen", case) for case in ("s1_single", "s4_forward_params_sample")),
    *((TOOLKIT, "image-classification", case) for case in ("s1_raw_image_jpeg", "s1_raw_image_webp", "s5_fn_sigmoid")),
    *((TOOLKIT, "visual-question-answering", case) for case in ("s1_b64", "e08_unknown_parameter")),
    *((TOOLKIT, "visual-question-answering_blip", case) for case in ("s8_top_k_1",)),
    *((COMMUNITY, "question-answering", case) for case in ("s1", "c03_post_any_path")),
    *((COMMUNITY, "text-generation", case) for case in ("s2_params", "e07_inputs_empty_string")),
    *((COMMUNITY, "automatic-speech-recognition", case) for case in ("s1_raw_wav", "s1_raw_flac")),
    *((COMMUNITY, "text-to-speech", case) for case in ("c04_accept_star",)),
    *((COMMUNITY, "feature-extraction_docker-sentence_transformers", case) for case in ("c06_gzip", "s4_gzip_response")),
    *((COMMUNITY, "text-classification_docker-sklearn", case) for case in ("s1",)),
    *((COMMUNITY, "tabular-classification_docker-sklearn", case) for case in ("s3_reordered_columns",)),
]  # fmt: skip


def call_for(recording: Recording) -> tuple[Task[..., Any], dict[str, Any]]:
    """The task and the arguments that the recording's request means."""
    task = TASK_OF[recording.server, recording.task]
    body = recording.request_json()
    inputs: object = recording.request_body if body is None else body["inputs"]
    payload = encode(recording, inputs, recording.parameters)  # the arguments are those of the encoding tests
    arguments: dict[str, Any] = {"inputs": payload.inputs}
    if payload.parameters:
        arguments["parameters"] = payload.parameters
    return task, arguments


@pytest.mark.parametrize(("server_name", "task_name", "case"), ONE)
def test_one_input(server: HttpServer, server_name, task_name, case):
    recording = get(server_name, task_name, case)
    server.answers(replay(recording))
    task, arguments = call_for(recording)
    url = server.url + recording.path

    with HfInferenceEndpoint(url, access_token=False, options=OPTIONS) as endpoint:
        output = getattr(endpoint, task.name.replace("-", "_"))(**arguments)
        by_name = endpoint.run(task.name, **arguments)

    async def call() -> object:
        async with AsyncHfInferenceEndpoint(url, access_token=False, options=OPTIONS) as endpoint:
            return await getattr(endpoint, task.name.replace("-", "_"))(**arguments)

    for given in (output, by_name, asyncio.run(call())):
        if not recording.is_json:
            assert given.data == recording.body
        elif task is FEATURE_EXTRACTION and is_many(recording):
            wire = recording.json()
            assert same(given.values, wire["embeddings"] if isinstance(wire, dict) else wire)
        else:
            assert same(to_json(given, recording), recording.json())
    assert len(server.seen) == 3


PARIS = "Paris is the capital of France."
BERLIN = "My name is Wolfgang and I live in Berlin"
CHAT = [{"role": "system", "content": "You are nice."}, {"role": "user", "content": "Hello, how are you?"}]
IMAGE = get(TOOLKIT, "image-classification", "s6_list_top_k1")
PAIRS = get(TOOLKIT, "visual-question-answering_blip", "s4_list")

MANY: dict[str, tuple[Task[..., Any], Recording, dict[str, Any]]] = {
    "text-classification": (TEXT_CLASSIFICATION, get(TOOLKIT, "text-classification", "s2_list"), {}),
    "text-classification-top-k": (
        TEXT_CLASSIFICATION,
        get(TOOLKIT, "text-classification_multi-label", "s3_list_top_k1"),
        {"top_k": 1},
    ),
    "fill-mask-of-two-masks": (FILL_MASK, get(TOOLKIT, "fill-mask", "s7_list_two_masks"), {}),
    "chats": (TEXT_GENERATION, get(TOOLKIT, "text-generation", "s10_chat_batch"), {"max_new_tokens": 3}),
    "texts": (
        TEXT_GENERATION,
        get(TOOLKIT, "text-generation", "s4_list_num_return_sequences"),
        {"num_return_sequences": 2, "do_sample": True, "max_new_tokens": 3},
    ),
    "tokens": (FEATURE_EXTRACTION, get(TOOLKIT, "feature-extraction", "s2_list"), {}),
    "embeddings": (FEATURE_EXTRACTION, get(TOOLKIT, "sentence-embeddings", "s2_list"), {}),
    "embeddings-gzip": (
        FEATURE_EXTRACTION,
        get(COMMUNITY, "feature-extraction_docker-sentence_transformers", "s4_gzip_response"),
        {},
    ),
    "sounds": (TEXT_TO_SPEECH, get(TOOLKIT, "text-to-audio_musicgen", "s2_list"), {}),
    "images": (IMAGE_CLASSIFICATION, IMAGE, {"top_k": 1}),
    "questions-about-images": (VISUAL_QUESTION_ANSWERING, PAIRS, {}),
}


@pytest.mark.parametrize("name", MANY)
def test_a_batch_in_one_request(server: HttpServer, name):
    task, recording, arguments = MANY[name]
    server.answers(replay(recording))
    assert recording.parameters == arguments
    assert isinstance(recording.inputs, list)
    items = [encode(recording, item, {}).inputs for item in recording.inputs]
    url = server.url + recording.path

    with HfInferenceEndpoint(url, access_token=False, options=OPTIONS) as endpoint:
        outcomes = list(endpoint.with_options(batch_size=len(items)).map(task, items, **arguments))

    async def collect() -> list[Any]:
        async with AsyncHfInferenceEndpoint(url, access_token=False, options=OPTIONS) as endpoint:
            patient = endpoint.with_options(batch_size=len(items))
            return [outcome async for outcome in patient.map(task, items, **arguments)]

    for each in (outcomes, asyncio.run(collect())):
        assert [outcome.index for outcome in each] == list(range(len(items)))
        assert same(to_json([outcome.output for outcome in each], recording), recording.json())
    assert len(server.seen) == 2, "one request for each client"


@pytest.mark.parametrize(
    ("task", "file", "single", "many"),
    [
        (TEXT_CLASSIFICATION, "text-classification_docker-sklearn", "s1", "e06_inputs_list"),
        (TEXT_TO_SPEECH, "text-to-speech", "c04_accept_star", "e06_inputs_list"),
    ],
    ids=["text-classification", "text-to-speech"],
)
def test_a_server_that_takes_no_lists_gets_the_inputs_one_by_one(server: HttpServer, task, file, single, many):
    """The community containers answer 400 to a list."""
    refused, one = get(COMMUNITY, file, many), get(COMMUNITY, file, single)
    assert refused.status == 400
    assert isinstance(refused.inputs, list)
    server.answers(replay(refused, one))
    with HfInferenceEndpoint(server.url + "/", access_token=False, options=OPTIONS) as endpoint:
        outcomes = list(endpoint.with_options(batch_size=2).map(task, refused.inputs))
    assert [outcome.output for outcome in outcomes] == [decode(one)] * 2
    assert len(server.seen) == 3


def test_a_refusal_over_http(server: HttpServer):
    recording = get(TOOLKIT, "text-generation", "e60_tgi_stop")
    server.answers(replay(recording))
    inputs = recording.inputs

    async def call() -> None:
        async with AsyncHfInferenceEndpoint(server.url + "/", access_token=False, options=OPTIONS) as endpoint:
            await endpoint.text_generation(inputs=str(inputs), stop=["e"])

    with HfInferenceEndpoint(server.url + "/", access_token=False, options=OPTIONS) as endpoint:
        with pytest.raises(BadRequest) as sync:
            endpoint.text_generation(inputs=str(inputs), stop=["e"])
        with pytest.raises(BadRequest) as of_async:
            asyncio.run(call())
    assert sync.value.message == of_async.value.message == recording.json()["error"]


def test_the_replay_refuses_what_was_not_recorded(server: HttpServer):
    server.answers(replay(*load(TOOLKIT, "fill-mask")))
    with HfInferenceEndpoint(server.url + "/", access_token=False, options=OPTIONS) as endpoint:
        with pytest.raises(Exception, match="not recorded"):
            endpoint.fill_mask(inputs="something else [MASK]")
        assert endpoint.fill_mask(inputs="Paris is the [MASK] of France.", top_k=2)[0].token_str == "pyth"
