"""Each task, given anything: what its signature allows encodes, what its servers answer decodes, all else is a DecodeError."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hfe_core import NOTHING, DecodeError, EncodeError, Options, Payload, Response, StatusError
from hfe_core.prepare import Preparer
from hfe_core.sse import ServerSentEvent
from hfe_core.testing import Reply, response_for
from hfe_core.values import Endpoint
from hfe_tasks import TEXT_GENERATION_STREAM
from tests.tasks.case import FLAG, Case
from tests.tasks.cases import CASES, case_of

PREPARER = Preparer(Endpoint("https://endpoint.test"), Options())
JSON_CASES = [case for case in CASES if case.answer is not None]
PAIR_CASES = [case for case in CASES if case.each is not None]


def examples(share: int) -> settings:
    """So many per cent of what the profile in force says."""
    return settings(max_examples=max(1, settings.default.max_examples * share // 100))


def payload_of(case: Case) -> Payload:
    """What a call that is right says."""
    payload: Payload = case.task(**case.call).payload
    return payload


def pair_of(case: Case) -> Payload:
    """What two such calls in one request say."""
    payload: Payload = case.task.encode_many([payload_of(case)] * 2)
    return payload


def reply(payload: Payload, body: object, content_type: str = "application/json") -> Response:
    encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
    return response_for(payload, Reply(encoded, headers={"content-type": content_type}))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_strategies_know_every_parameter(case: Case):
    drawn: set[str] = set()

    @given(case.arguments)
    @examples(100)
    def collect(given_arguments):
        drawn.update(given_arguments)

    collect()
    assert drawn == set(case.task.signature.parameters)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_the_signature_allows_encodes(case: Case):
    @given(case.arguments)
    @examples(60)
    def check(given_arguments):
        payload = case.task.encode(**given_arguments)
        assert payload == case.task.encode(**given_arguments)
        request = PREPARER.request(payload)
        expected = {
            name: value
            for name, value in given_arguments.items()
            if name not in {"inputs", "parameters"} and value is not None
        }
        expected |= given_arguments.get("parameters") or {}
        sent = json.loads(request.body) if request.headers["content-type"] == "application/json" else {}
        if payload.body is not NOTHING:
            assert {name: sent[name] for name in expected} == expected
            return
        assert set(payload.parameters) == set(expected)
        assert sent.get("parameters", {}) == expected
        assert set(sent) <= {"inputs", "parameters", "stream", *case.beside}
        assert all(sent[name] == expected[name] for name in case.beside if name in sent)
        if request.headers["content-type"] != "application/json":
            assert not expected
            assert request.body == case.item(given_arguments["inputs"])

    check()


@pytest.mark.parametrize("case", JSON_CASES, ids=str)
def test_what_the_servers_answer_decodes(case: Case):
    payload = payload_of(case)

    @given(case.answer)
    @examples(60)
    def check(answer):
        case.task.decode(reply(payload, answer))

    check()


@pytest.mark.parametrize("case", PAIR_CASES, ids=str)
def test_what_the_servers_answer_to_two_inputs_decodes(case: Case):
    payload = pair_of(case)

    @given(st.tuples(case.each, case.each))
    @examples(60)
    def check(answer):
        assert len(list(case.task.decode_many(reply(payload, answer)))) == 2

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


@pytest.mark.parametrize("case", CASES, ids=str)
def test_anything_else_is_a_decode_error(case: Case):
    near = (
        st.nothing() if case.answer is None else case.answer.flatmap(lambda answer: st.sampled_from(_mutations(answer)))
    )
    ways: list[tuple[Payload, Callable[[Response], object]]] = [(payload_of(case), case.task.decode)]
    if case.each is not None:
        ways.append((pair_of(case), case.task.decode_many))

    @given(ANYTHING | near)
    @examples(100)
    def check(answer):
        for payload, decode in ways:
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


@pytest.mark.parametrize("case", CASES, ids=str)
def test_any_bytes_are_a_decode_error_or_a_value(case: Case):
    payload = payload_of(case)
    types = [
        "application/json",
        "text/plain",
        "text/html",
        "audio/flac",
        "image/png",
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
            case.task.decode(reply(payload, body, content_type))
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


def test_a_stream_takes_what_its_task_takes():
    @given(case_of("TEXT_GENERATION").arguments)
    @examples(60)
    def check(given_arguments):
        sent = json.loads(PREPARER.request(TEXT_GENERATION_STREAM.encode(**given_arguments)).body)
        plain = json.loads(PREPARER.request(case_of("TEXT_GENERATION").task.encode(**given_arguments)).body)
        assert sent == {**plain, "stream": True}

    check()


WRONG = (
    None, True, 1, -1, 0, 1.5, float("nan"), float("inf"), 10**400, -(10**5000), "", "text", "\ud800", b"", b"bytes", [], [None], ["a", 1],
    {}, {"a": 1}, {1: 2}, {"a": object()}, {"question": 1, "context": "a"}, {"image": "a", "question": "a"},
    {"data": {"a": [1], "b": []}}, {"data": [1]}, {"data": {"a": "text"}}, {"data": {1: []}}, {"data": {"a": [10**5000]}},
    [{"role": 1, "content": "a"}], [{"role": "a"}], object(), {1, 2}, iter(()), range(3), complex(1), Ellipsis, int,
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_wrong_arguments_are_an_encode_error_that_names_them(case: Case):
    for parameter in case.task.signature.parameters:
        for wrong in WRONG:
            try:
                PREPARER.request(case.task.encode(**{**case.call, parameter: wrong}))
            except EncodeError as error:
                assert error.parameter, (parameter, wrong)
                first = error.parameter.replace("[", ".").split(".")[0]
                # Where parameters travel flat in the body, their own names are the place.
                flat = set(wrong) if parameter == "parameters" and isinstance(wrong, dict) else set()
                assert first in {parameter, "parameters"} | flat, (parameter, type(wrong), error)
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
