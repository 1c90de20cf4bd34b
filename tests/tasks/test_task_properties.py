"""Each task, given anything: what its signature allows encodes, what its servers answer decodes, all else is a DecodeError."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hfe_tasks
from hfe_core import DecodeError, EncodeError, Options, Payload, StatusError
from hfe_core.payload import stack
from hfe_core.prepare import Preparer
from hfe_core.sse import ServerSentEvent
from hfe_core.testing import Reply, response_for
from hfe_core.values import Endpoint
from hfe_tasks import (
    AUTOMATIC_SPEECH_RECOGNITION,
    FEATURE_EXTRACTION,
    FILL_MASK,
    IMAGE_CLASSIFICATION,
    QUESTION_ANSWERING,
    TABULAR_CLASSIFICATION,
    TEXT_CLASSIFICATION,
    TEXT_GENERATION,
    TEXT_GENERATION_STREAM,
    TEXT_TO_SPEECH,
    VISUAL_QUESTION_ANSWERING,
)

PREPARER = Preparer(Endpoint("https://endpoint.test"), Options())


def examples(share: int) -> settings:
    """So many per cent of what the profile in force says."""
    return settings(max_examples=max(1, settings.default.max_examples * share // 100))


TEXT = st.text(max_size=12)
INT = st.integers(1, 10**6) | st.just(10**30)
NUMBER = st.floats(0, 1e9) | st.integers(0, 10**9)
FLAG = st.booleans()
# What JSON can carry; names that no task has as a keyword.
VALUES = st.recursive(
    st.none() | FLAG | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
MAPPING = st.dictionaries(TEXT, VALUES, max_size=3)
OTHERS = st.dictionaries(TEXT.map("x-".__add__), VALUES, max_size=3)
IMAGE = st.sampled_from([b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"nothing known"]) | st.binary(
    min_size=1, max_size=8
).map(b"BM".__add__)
SOUND = st.sampled_from([b"fLaC", b"OggS", b"ID3", b"RIFF....WAVE", b"nothing known"])
APPLY = st.sampled_from(["sigmoid", "softmax", "none"])
MESSAGES = st.lists(st.fixed_dictionaries({"role": TEXT, "content": TEXT}), min_size=1, max_size=3)
TABLE = st.integers(0, 3).flatmap(
    lambda rows: st.dictionaries(
        TEXT,
        st.lists(st.none() | TEXT | st.integers() | st.floats(), min_size=rows, max_size=rows),
        min_size=1,
        max_size=3,
    )
)


def arguments(inputs: st.SearchStrategy[Any], **keywords: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    optional = {name: st.none() | values for name, values in {**keywords, "parameters": OTHERS}.items()}
    return st.fixed_dictionaries({"inputs": inputs}, optional=optional)


GENERATION = {
    "do_sample": FLAG,
    "max_new_tokens": INT | st.just(0),
    "max_time": NUMBER,
    "repetition_penalty": NUMBER,
    "return_full_text": FLAG,
    "seed": INT | st.just(0),
    "stop": st.lists(TEXT, min_size=1, max_size=2),
    "temperature": NUMBER,
    "top_k": INT,
    "top_p": st.floats(0, 1),
    "truncate": INT,
    "num_return_sequences": INT,
}

ARGUMENTS = {
    "AUTOMATIC_SPEECH_RECOGNITION": arguments(
        SOUND,
        return_timestamps=FLAG | st.sampled_from(["word", "char"]),
        chunk_length_s=NUMBER,
        stride_length_s=NUMBER,
        generate_kwargs=MAPPING,
        generation_parameters=MAPPING,
    ),
    "FEATURE_EXTRACTION": arguments(TEXT | st.lists(TEXT, max_size=3), normalize=FLAG, truncate=FLAG, prompt_name=TEXT),
    "FILL_MASK": arguments(TEXT, top_k=INT, targets=TEXT | st.lists(TEXT, min_size=1, max_size=3)),
    "IMAGE_CLASSIFICATION": arguments(IMAGE, top_k=INT, function_to_apply=APPLY),
    "QUESTION_ANSWERING": arguments(
        st.fixed_dictionaries({"question": TEXT, "context": TEXT}),
        top_k=INT,
        doc_stride=INT | st.just(0),
        max_answer_len=INT,
        max_seq_len=INT,
        max_question_len=INT,
        handle_impossible_answer=FLAG,
        align_to_words=FLAG,
    ),
    "TABULAR_CLASSIFICATION": arguments(st.fixed_dictionaries({"data": TABLE})),
    "TEXT_CLASSIFICATION": arguments(TEXT, top_k=INT, function_to_apply=APPLY),
    "TEXT_GENERATION": arguments(TEXT | MESSAGES, **GENERATION),
    "TEXT_GENERATION_STREAM": arguments(TEXT | MESSAGES, **GENERATION),
    "TEXT_TO_SPEECH": arguments(TEXT, forward_params=MAPPING, generate_kwargs=MAPPING),
    "VISUAL_QUESTION_ANSWERING": arguments(st.fixed_dictionaries({"image": IMAGE, "question": TEXT}), top_k=INT),
}
TASKS = [name for name in ARGUMENTS if name != "TEXT_GENERATION_STREAM"]


def task_of(name: str) -> Any:
    return getattr(hfe_tasks, name)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_the_strategies_know_every_parameter(name):
    task = task_of(name)
    drawn: set[str] = set()

    @given(ARGUMENTS[name])
    @examples(100)
    def collect(given_arguments):
        drawn.update(given_arguments)

    collect()
    assert drawn == set(task.signature.parameters)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_what_the_signature_allows_encodes(name):
    task = task_of(name)

    @given(ARGUMENTS[name])
    @examples(60)
    def check(given_arguments):
        payload = task.encode(**given_arguments)
        assert payload == task.encode(**given_arguments)
        request = PREPARER.request(payload)
        expected = {
            key: value
            for key, value in given_arguments.items()
            if key not in {"inputs", "parameters"} and value is not None
        }
        expected |= given_arguments.get("parameters") or {}
        assert set(payload.parameters) == set(expected)
        if request.headers["content-type"] == "application/json":
            assert isinstance(request.body, bytes)
            sent = json.loads(request.body)
            assert sent.get("parameters", {}) == expected
            assert ("parameters" in sent) == bool(expected)
            assert set(sent) <= {"inputs", "parameters", "stream"}
        else:
            assert not expected
            assert request.body == given_arguments["inputs"]

    check()


ANY_NUMBER = st.integers() | st.floats()
SCORE = st.none() | ANY_NUMBER.filter(lambda value: abs(value) < 10**300 if isinstance(value, int) else True)
LABEL = st.fixed_dictionaries({"label": TEXT, "score": SCORE}, optional={"unknown": VALUES})
FILL = st.fixed_dictionaries({"score": SCORE, "token": st.integers(), "token_str": TEXT, "sequence": TEXT})
SPAN = st.fixed_dictionaries({"score": SCORE, "start": st.integers(), "end": st.integers(), "answer": TEXT})
SEEN = st.fixed_dictionaries({"answer": TEXT}, optional={"score": SCORE})
WRITTEN = st.fixed_dictionaries({"generated_text": TEXT | MESSAGES}, optional={"details": st.none() | MAPPING})
CHUNK = st.fixed_dictionaries(
    {"text": TEXT},
    optional={"timestamp": st.lists(st.none() | st.floats(0, 1e6), min_size=2, max_size=2), "language": TEXT},
)
SAMPLES = st.integers(1, 3).flatmap(
    lambda length: st.lists(st.lists(SCORE, min_size=length, max_size=length), min_size=1, max_size=2)
)
SOUNDED = st.fixed_dictionaries(
    {"audio": SAMPLES | SAMPLES.map(lambda channels: [channels]), "sampling_rate": st.integers(1, 96000)}
)
VECTOR = st.lists(st.none() | ANY_NUMBER, min_size=1, max_size=3)
EMBEDDING = VECTOR | st.lists(VECTOR, min_size=1, max_size=2) | st.lists(st.lists(VECTOR, max_size=2), max_size=2)


def rows(least: int, row: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(row, min_size=least, max_size=3)


ANSWERS = {
    "AUTOMATIC_SPEECH_RECOGNITION": st.fixed_dictionaries({"text": TEXT}, optional={"chunks": rows(0, CHUNK)}),
    "FEATURE_EXTRACTION": EMBEDDING | st.fixed_dictionaries({"embeddings": EMBEDDING}),
    "FILL_MASK": rows(0, FILL) | rows(1, rows(1, FILL)),
    "IMAGE_CLASSIFICATION": rows(0, LABEL) | LABEL | st.tuples(rows(1, LABEL)),
    "QUESTION_ANSWERING": SPAN | rows(1, SPAN),
    "TABULAR_CLASSIFICATION": st.lists(TEXT, min_size=2, max_size=2) | st.lists(ANY_NUMBER, min_size=2, max_size=2),
    "TEXT_CLASSIFICATION": rows(0, LABEL) | LABEL | st.tuples(rows(1, LABEL)),
    "TEXT_GENERATION": rows(1, WRITTEN) | st.fixed_dictionaries({"generated_text": TEXT}),
    "TEXT_TO_SPEECH": SOUNDED,
    "VISUAL_QUESTION_ANSWERING": SEEN | rows(1, SEEN),
}
CALLS = {
    "AUTOMATIC_SPEECH_RECOGNITION": AUTOMATIC_SPEECH_RECOGNITION(b"fLaC"),
    "FEATURE_EXTRACTION": FEATURE_EXTRACTION("a"),
    "FILL_MASK": FILL_MASK("a"),
    "IMAGE_CLASSIFICATION": IMAGE_CLASSIFICATION(b"GIF89a"),
    "QUESTION_ANSWERING": QUESTION_ANSWERING({"question": "q", "context": "c"}),
    "TABULAR_CLASSIFICATION": TABULAR_CLASSIFICATION({"data": {"a": [1, 2]}}),
    "TEXT_CLASSIFICATION": TEXT_CLASSIFICATION("a"),
    "TEXT_GENERATION": TEXT_GENERATION("a"),
    "TEXT_TO_SPEECH": TEXT_TO_SPEECH("a"),
    "VISUAL_QUESTION_ANSWERING": VISUAL_QUESTION_ANSWERING({"image": b"GIF89a", "question": "q"}),
}
PAYLOADS = {name: call.payload for name, call in CALLS.items()}
PAIRS = {
    name: (task_of(name).encode_many or stack)([payload, payload])
    for name, payload in PAYLOADS.items()
    if task_of(name).decode_many is not None and name != "AUTOMATIC_SPEECH_RECOGNITION"  # it takes no lists
}


def reply(payload: Payload, body: object, content_type: str = "application/json"):
    encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
    return response_for(payload, Reply(encoded, headers={"content-type": content_type}))


@pytest.mark.parametrize("name", TASKS)
def test_what_the_servers_answer_decodes(name):
    task = task_of(name)

    @given(ANSWERS[name])
    @examples(60)
    def check(answer):
        task.decode(reply(PAYLOADS[name], answer))

    check()


@pytest.mark.parametrize("name", PAIRS)
def test_what_the_servers_answer_to_two_inputs_decodes(name):
    task = task_of(name)
    lists = {
        "FILL_MASK": rows(0, FILL) | rows(1, rows(1, FILL)),
        "QUESTION_ANSWERING": SPAN | rows(1, SPAN),
        "TEXT_GENERATION": rows(1, WRITTEN),
        "TEXT_TO_SPEECH": SOUNDED,
        "FEATURE_EXTRACTION": VECTOR,
        "VISUAL_QUESTION_ANSWERING": rows(1, SEEN),
    }
    each = lists.get(name, rows(1, LABEL))
    whole = st.tuples(each, each)

    @given(whole)
    @examples(60)
    def check(answer):
        outputs = list(task.decode_many(reply(PAIRS[name], answer)))
        assert len(outputs) == 2

    check()


NAMES = st.sampled_from(
    [
        "label",
        "score",
        "token",
        "token_str",
        "sequence",
        "answer",
        "start",
        "end",
        "generated_text",
        "generated_token_ids",
        "details",
        "text",
        "chunks",
        "timestamp",
        "audio",
        "sampling_rate",
        "embeddings",
        "error",
        "message",
        "role",
        "content",
        "warnings",
        "detail",
        "x",
    ]
)
ANYTHING = st.recursive(
    st.none()
    | FLAG
    | st.integers(-2, 2)
    | st.just(10**400)
    | st.floats()
    | st.text(st.characters(codec=None), max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=15,
)


@pytest.mark.parametrize("name", TASKS)
def test_anything_else_is_a_decode_error(name):
    task = task_of(name)
    mutated = ANYTHING | ANSWERS[name].flatmap(lambda answer: st.sampled_from(_mutations(answer)))

    @given(mutated)
    @examples(100)
    def check(answer):
        for payload, decode in ((PAYLOADS[name], task.decode), (PAIRS.get(name), task.decode_many)):
            if payload is None or decode is None:
                continue
            try:
                decode(reply(payload, answer))
            except DecodeError as error:
                assert error.path.startswith("$")
                assert len(str(error)) < 600
            except StatusError as error:
                assert error.status == 200
                assert isinstance(answer, dict)
                assert answer["error"]

    check()


@pytest.mark.parametrize("name", TASKS)
def test_any_bytes_are_a_decode_error_or_a_value(name):
    task = task_of(name)
    types = [
        "application/json",
        "text/plain",
        "text/html",
        "audio/flac",
        "application/octet-stream",
        "",
        "application/json; charset=latin-9",
    ]

    @given(
        st.binary(max_size=20) | st.sampled_from([b"[" * 200_000, b'{"a":' * 50_000, b"9" * 5000]),
        st.sampled_from(types),
    )
    @examples(60)
    def check(body, content_type):
        try:
            task.decode(reply(PAYLOADS[name], body, content_type))
        except DecodeError as error:
            assert error.path.startswith("$")
            assert len(str(error)) < 800

    check()


@given(ANYTHING | st.text(max_size=20))
@examples(150)
def test_any_event_is_a_decode_error_or_a_value(data):
    event = ServerSentEvent(data if isinstance(data, str) else json.dumps(data))
    try:
        TEXT_GENERATION_STREAM.decode(event)
    except DecodeError as error:
        assert error.path.startswith("$")


WRONG = (
    None, True, 1, -1, 0, 1.5, float("nan"), float("inf"), 10**400, -(10**5000), "", "text", "\ud800", b"", b"bytes", [], [None], ["a", 1],
    {}, {"a": 1}, {1: 2}, {"a": object()}, {"question": 1, "context": "a"}, {"image": "a", "question": "a"},
    {"data": {"a": [1], "b": []}}, {"data": [1]}, {"data": {"a": "text"}}, {"data": {1: []}}, {"data": {"a": [10**5000]}},
    [{"role": 1, "content": "a"}], [{"role": "a"}], object(), {1, 2}, iter(()), range(3), complex(1), Ellipsis, int,
)  # fmt: skip


@pytest.mark.parametrize("name", ARGUMENTS)
def test_wrong_arguments_are_an_encode_error_that_names_them(name):
    task = task_of(name)
    good = PAYLOADS[name.removesuffix("_STREAM")].inputs
    for parameter in task.signature.parameters:
        for wrong in WRONG:
            given_arguments = {"inputs": good, parameter: wrong}
            try:
                PREPARER.request(task.encode(**given_arguments))
            except EncodeError as error:
                assert error.parameter, (parameter, wrong)
                first = error.parameter.replace("[", ".").split(".")[0]
                assert first in {parameter, "parameters"}, (parameter, type(wrong), error)
                assert str(error).startswith(error.parameter)
                assert len(str(error)) < 400


def _mutations(value: Any) -> list[Any]:
    """The value with one part missing, or of another type, or one level deeper or higher."""
    found: list[Any] = [[value], {"x": value}, [value, value], [value, None]]
    if isinstance(value, dict):
        for name in value:
            found.append({other: part for other, part in value.items() if other != name})
            found += [{**value, name: part} for part in (None, [], {}, "1", 1.5, True, [value[name]])]
            found += [{**value, name: part} for part in _mutations(value[name])[4:]]
    if isinstance(value, list | tuple):
        for index, item in enumerate(value):
            found.append(item)
            found += [[*value[:index], part, *value[index + 1 :]] for part in (None, [], {}, "1", True, [item])]
            found += [[*value[:index], part, *value[index + 1 :]] for part in _mutations(item)[4:]]
    return found
