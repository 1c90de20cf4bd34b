"""Every task's answers and events, with the optional libraries and without them: the same values and the same errors."""

from __future__ import annotations

import copy
from array import array
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hfe_tasks
from hfe_core import DecodeError, Payload
from hfe_core.testing import fake_client
from tests.tasks.case import Case
from tests.tasks.cases import CASES, FILES
from tests.tasks.mutations import NUMBERS, Pick, changed, each_change, mangled, other
from tests.tasks.one_path import text
from tests.tasks.paths import LIBRARIES, SECRET, Asked, Found, Interpreters
from tests.tasks.right_answers import EVENTS, KINDS, STREAMS, bases, examples
from tests.tasks.test_fast_events import CALL, ODD
from tests.tasks.wire import response, successes

pytestmark = pytest.mark.skipif(not LIBRARIES, reason="msgspec is an extra, orjson and simdjson are optional")

FEWER = settings(max_examples=max(10, settings.default.max_examples // 6))  # type: ignore[union-attr]
JSON = {"content-type": "application/json"}
BY_JSON = {
    "one": (
        *("AUDIO_TO_AUDIO", "DOCUMENT_QUESTION_ANSWERING", "IMAGE_TO_IMAGE", "IMAGE_TO_TEXT", "TABULAR_CLASSIFICATION"),
        *("TEXT_TO_IMAGE", "TEXT_TO_SPEECH", "VISUAL_QUESTION_ANSWERING", "ZERO_SHOT_CLASSIFICATION"),
    ),
    "many": (
        *("AUDIO_CLASSIFICATION", "AUTOMATIC_SPEECH_RECOGNITION", "CONVERSATIONAL", "DOCUMENT_QUESTION_ANSWERING"),
        *("FILL_MASK", "IMAGE_CLASSIFICATION", "IMAGE_TO_IMAGE"),
        *("IMAGE_TO_TEXT", "QUESTION_ANSWERING", "TEXT_GENERATION", "TEXT_TO_SPEECH", "TOKEN_CLASSIFICATION"),
        *("VISUAL_QUESTION_ANSWERING", "ZERO_SHOT_CLASSIFICATION", "ZERO_SHOT_IMAGE_CLASSIFICATION"),
    ),
}
"""Tasks whose usual answers msgspec does not read: no attrs class, several forms, or lists where one thing is sought."""
needs_msgspec = pytest.mark.skipif("msgspec" not in LIBRARIES, reason="msgspec is an extra")


@pytest.fixture(scope="module")
def ask() -> Iterator[Interpreters]:
    with Interpreters() as running:
        yield running


def same(found: dict[str, Found]) -> Found:
    """What they all found, after a check that it is the same, and that none has read with what it lacks."""
    usual = found["everything"]
    for name, each in found.items():
        assert each[:2] == usual[:2], name
        assert each.is_value or "hfe_core.errors." in each.text, "an error that is not one of hfe"
        lacks = LIBRARIES if name == "without all" else [name.removeprefix("without ")]
        assert not each.by & set(lacks), name
    return usual


HEADERS = (
    *[JSON] * 8,
    {"content-type": "application/json; charset=latin-1", "x-request-id": "r1"},
    {"content-type": "text/plain; charset=utf-16", "x-request-id": SECRET},
    {"content-type": "text/html"},
    {},
)
DEPTHS = (*[200] * 11, 1, 2, 3, 4, 5, 6, 200, 20_000)
TOKENS = (False, False, False, True)


def picking(draw: st.DrawFn) -> Pick:
    return lambda several: several[draw(st.integers(0, len(several) - 1))]


@st.composite
def answers(draw: st.DrawFn, case: Case, kind: str) -> Asked:
    payload, body = draw(bases(case, kind))
    return answer(picking(draw), Asked(kind, str(case), payload, body, JSON))


def answer(pick: Pick, asked: Asked) -> Asked:
    """The answer changed."""
    body = mangled(pick, changed(pick, asked.body))
    return asked._replace(body=body, headers=pick(HEADERS), max_depth=pick(DEPTHS), has_token=pick(TOKENS))


@pytest.mark.parametrize(("case", "kind"), KINDS, ids=str)
def test_answers(ask: Interpreters, case: Case, kind: str):
    @FEWER
    @given(answers(case, kind))
    def check(asked: Asked) -> None:
        same(ask(asked))

    check()


@pytest.mark.parametrize(("case", "kind"), KINDS, ids=str)
def test_one_change_after_another(ask: Interpreters, case: Case, kind: str):
    """What chance may miss."""
    for payload, body in examples(case, kind)[:1]:
        asked = Asked(kind, str(case), payload, body, JSON)
        for max_depth in range(1, 8):
            same(ask(asked._replace(max_depth=max_depth)))
        for number, changed_body in enumerate(each_change(body)):
            same(ask(asked._replace(body=changed_body, max_depth=DEPTHS[-1 - number % 2])))


VECTORS = (
    *(
        b"[[1, 2], [3, 4]]",
        b"[[1, [2]], [3, 4]]",
        b"[[1, 2], [[3], 4]]",
        b"[[1, 2], [3]]",
        b"[[], []]",
        b"[[]]",
        b"[1]",
    ),
    *(
        b"[[[1, 2]], [[3, 4]]]",
        b'[["[", 1], [1, 1]]',
        b"[[1, 2], 3]",
        b"[[1, 2], {}]",
        b"[[1, 2], [true, 1]]",
        b"[[01]]",
    ),
    *(b"[[1, 2], [3, %b]]" % number for number in NUMBERS),
)


@pytest.mark.parametrize("form", [b"%b", b'{"embeddings": %b}', b"%b]", b"%b\x00"], ids=ascii)
def test_large_vectors(ask: Interpreters, form: bytes):
    for body in VECTORS:
        same(ask(Asked("one", "FEATURE_EXTRACTION", Payload(inputs="a"), form % body + b" " * (1 << 16), JSON)))


ANY = [body for case in CASES for _, body in examples(case, "one")[:2]]


@given(st.data())
def test_calls_without_a_task(ask: Interpreters, data: st.DataObject):
    pick = picking(data.draw)
    same(ask(answer(pick, Asked("request", "", Payload(), pick(ANY), JSON))))


FORMS = (b"data:%b\n\n", b"data: %b\n\n", b": ping\n\ndata: %b\n\n", b"id: 1\r\ndata: %b\r\n\r\n")
ENDS = (b"", b"data: [DONE]\n\n", b"data:[DONE]\n\n", b"data: [DONE]", b"event: error\ndata: {}\n\n")
STREAM = {"content-type": "text/event-stream"}


def stream(pick: Pick, constant: str) -> Asked:
    """A run of events, with some that are changed among them, in pieces."""
    usual = pick(EVENTS[constant])
    found = [usual] * pick((0, 1, 2, 7, 8, 25))
    for _ in range(pick((1, 1, 1, 0, 2, 3))):
        event = changed(pick, pick((usual, usual, pick(EVENTS[constant]))))
        odd = pick((event, event, mangled(pick, event), other(pick), pick(ODD).encode()))
        found.insert(pick(range(len(found) + 1)), odd)
    form = pick(FORMS)
    body = b"".join([form % event for event in found]) + pick(ENDS)
    places = tuple(pick(range(len(body) + 1)) for _ in range(pick((0, 0, 1, 2))))
    return Asked("stream", constant, STREAMS[constant], body, STREAM, pick(DEPTHS), pick(TOKENS), places)


@pytest.mark.parametrize("constant", STREAMS)
def test_streams(ask: Interpreters, constant: str):
    @given(st.data())
    def check(data: st.DataObject) -> None:
        same(ask(stream(picking(data.draw), constant)))

    check()


@pytest.mark.parametrize(("case", "server", "file"), FILES, ids=str)
def test_recorded_answers(ask: Interpreters, case: Case, server: str, file: str):
    """As they are, of whatever size and type."""
    for each in successes(case, server, file):
        kind = "many" if case.is_many(each.inputs) else "one"
        assert same(ask(Asked(kind, str(case), response(each).payload, each.body, each.headers))).is_value


@pytest.mark.parametrize("constant", STREAMS)
def test_one_changed_event_after_another(ask: Interpreters, constant: str):
    usual = EVENTS[constant][0]
    for number, event in enumerate(each_change(usual)):
        body = b"".join([b"data: %b\n\n" % each for each in [*[usual] * 9, event, *[usual] * 9]])
        same(ask(Asked("stream", constant, STREAMS[constant], body, STREAM, DEPTHS[-1 - number % 2])))


@needs_msgspec
def test_an_integer_of_too_many_digits_where_nobody_looks(ask: Interpreters):
    body = b'[{"label": "a", "score": 1, "x": %b}]' % (b"9" * 4301)
    same(ask(Asked("one", "TEXT_CLASSIFICATION", Payload(inputs="a"), body, JSON)))


class TestWhatReadsThem:
    """Without these, the tests above could compare the standard library with itself."""

    def test_all_tasks_are_here(self):
        client, _ = fake_client()
        registered = [task for task in client.registry.tasks() if client.registry.owner(task) == "hfe"]
        cases = [case.task for case in CASES] + [getattr(hfe_tasks, name) for name in STREAMS]
        assert sorted(map(repr, registered)) == sorted(map(repr, cases))
        assert {case for case, kind in KINDS if kind == "many"} == {case for case in CASES if case.task.decode_many}

    @needs_msgspec
    @pytest.mark.parametrize(("case", "kind"), KINDS, ids=str)
    def test_msgspec_reads_answers(self, ask: Interpreters, case: Case, kind: str):
        fast: set[bool] = set()
        for payload, body in examples(case, kind):
            asked = Asked(kind, str(case), payload, body, JSON)
            same(ask(asked))  # which may be the first small answer of its kind, for which msgspec is not loaded
            found = ask(asked)
            if same(found).is_value:
                fast.add(found["everything"].by == {"msgspec"})
                assert found["without msgspec"].by in ({"json"}, {"orjson"})
        assert (True in fast) is (str(case) not in BY_JSON[kind])

    @needs_msgspec
    @pytest.mark.parametrize("constant", STREAMS)
    def test_msgspec_reads_events(self, ask: Interpreters, constant: str):
        for event in EVENTS[constant]:
            body = b"".join([b"data: %b\n\n" % event] * 20) + b"data: [DONE]\n\n"
            found = ask(Asked("stream", constant, STREAMS[constant], body, STREAM))
            assert same(found).is_value
            assert found["without msgspec"].by == {"json"}
            assert found["everything"].by == ({"json"} if event.decode() == CALL else {"msgspec"})

    @pytest.mark.skipif("orjson" not in LIBRARIES, reason="orjson is optional")
    @pytest.mark.parametrize(("case", "kind"), KINDS, ids=str)
    def test_orjson_reads_large_answers(self, ask: Interpreters, case: Case, kind: str):
        name = "without msgspec" if "msgspec" in LIBRARIES else "everything"
        by: set[frozenset[str]] = set()
        for payload, body in examples(case, kind):
            found = ask(Asked(kind, str(case), payload, body + b" " * (1 << 14), JSON))
            by |= {found[name].by} if same(found).is_value else set()
        assert frozenset({"orjson"}) in by

    @pytest.mark.skipif(not {"msgspec", "simdjson"} <= {*LIBRARIES}, reason="simdjson is optional")
    def test_simdjson_reads_large_vectors(self, ask: Interpreters):
        body = b"[[0.1, 2, -0.0], [1e-3, 4, 18446744073709551615]]" + b" " * (1 << 16)
        found = ask(Asked("one", "FEATURE_EXTRACTION", Payload(inputs=["a", "b"]), body, JSON))
        assert same(found).is_value
        assert {name: each.by for name, each in found.items() if each.by != {"simdjson"}} == {
            "without simdjson": {"msgspec"},
            "without all": {"json"},
        }

    def test_what_differs_is_seen(self):
        pairs: list[tuple[object, object]] = [
            (1, 1.0), (1, True), (0.0, -0.0), (None, float("nan")), ((1,), [1]), ({"a": 1}, {"a": 1.0}), ("\ud800", "?"),
            (hfe_tasks.Answer("a", 1.0, 2, 3), hfe_tasks.Answer("a", 1, 2, 3)), ([0.1] * 9, [0.1] * 8 + [0.2]),
            (DecodeError("a", path="$"), DecodeError("a", path="$[0]")), (b"a", "a"), (array("f", [1]), array("d", [1])),
        ]  # fmt: skip
        assert all(text(left) != text(right) for left, right in pairs)
        assert all(text(left) == text(copy.deepcopy(left)) for left, _ in pairs)
        with pytest.raises(AssertionError):
            same({"everything": Found("1", True, frozenset()), "without all": Found("1.0", True, frozenset())})
        with pytest.raises(AssertionError):
            same(
                {"everything": Found("1", True, frozenset()), "without orjson": Found("1", True, frozenset({"orjson"}))}
            )
