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
from tests.tasks.case import Case, same
from tests.tasks.cases import CASES, FILES
from tests.tasks.wire import call_of, successes

OPTIONS = Options(timeout=20, retry=Retry(attempts=1), concurrency=2)


def content(content_type: str | None, body: bytes) -> object:
    """A body by what it says: JSON by value."""
    if content_type is None or content_type.startswith("application/json"):
        try:
            return json.dumps(json.loads(body), sort_keys=True)
        except ValueError:
            pass
    return body


def replay(*recordings: Recording, accept: str = "*/*") -> Callable[[Seen, socket.socket], None]:
    """Answer byte for byte what was recorded for the same method, path, media type and body; 599 for anything else."""
    table = {}
    for recording in recordings:
        content_type = recording.request_headers.get("content-type", "application/json")
        media_type = content_type.partition("; charset")[0]
        key = (recording.method, recording.path, media_type, content(content_type, recording.request_body))
        table.setdefault(key, recording)

    def answer(seen: Seen, connection: socket.socket) -> None:
        assert seen.headers["accept"] == accept
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


def is_sent_as_it_was(case: Case, recording: Recording) -> bool:
    """Not so: base64 without parameters, which travels as the data itself, data of the neutral type, and further keys."""
    body = recording.request_json()
    if body is None:
        return recording.request_headers.get("content-type") not in {None, "application/octet-stream"}
    if body.keys() - {"inputs", "parameters"}:
        return "messages" in body
    return bool(recording.parameters) or not isinstance(case.item(recording.inputs), bytes)


ONE = [
    (case, recording)
    for case, server, file in FILES
    for recording in [
        each
        for each in successes(case, server, file)
        if each.name not in case.inexpressible and not case.is_many(each.inputs) and is_sent_as_it_was(case, each)
    ][:2]
]
"""Two calls of each recorded file."""


@pytest.mark.parametrize(("case", "recording"), ONE, ids=str)
def test_one_input(server: HttpServer, case: Case, recording: Recording):
    server.answers(replay(recording, accept=case.accept))
    arguments = call_of(case, recording)
    name = case.task.name
    url = server.url + recording.path.removesuffix(case.task.encode(**arguments).path)

    with HfInferenceEndpoint(url, access_token=False, options=OPTIONS) as endpoint:
        output = getattr(endpoint, name.replace("-", "_"))(**arguments)
        by_name = endpoint.run(name, **arguments)

    async def call() -> object:
        async with AsyncHfInferenceEndpoint(url, access_token=False, options=OPTIONS) as endpoint:
            return await getattr(endpoint, name.replace("-", "_"))(**arguments)

    for given in (output, by_name, asyncio.run(call())):
        assert same(case.write(given, recording), recording.json() if recording.is_json else recording.body)
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
    case = next(each for each in CASES if each.task is task)
    items = [case.item(item) for item in recording.inputs]
    url = server.url + recording.path

    with HfInferenceEndpoint(url, access_token=False, options=OPTIONS) as endpoint:
        outcomes = list(endpoint.with_options(batch_size=len(items)).map(task, items, **arguments))

    async def collect() -> list[Any]:
        async with AsyncHfInferenceEndpoint(url, access_token=False, options=OPTIONS) as endpoint:
            patient = endpoint.with_options(batch_size=len(items))
            return [outcome async for outcome in patient.map(task, items, **arguments)]

    for each in (outcomes, asyncio.run(collect())):
        assert [outcome.index for outcome in each] == list(range(len(items)))
        assert same(case.write([outcome.output for outcome in each], recording), recording.json())
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
    assert [outcome.output for outcome in outcomes] == [task.decode(one.response)] * 2
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
