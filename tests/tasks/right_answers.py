"""Answers and events that are right, with what they are the answers to."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from hypothesis import strategies as st

import hfe_tasks
from hfe_core import Payload, stack
from tests.tasks.case import Case
from tests.tasks.cases import CASES
from tests.tasks.mutations import parse, written
from tests.tasks.test_embeddings import openai, packed
from tests.tasks.test_fast_events import GOOD
from tests.tasks.wire import response, successes

__all__ = ["EVENTS", "KINDS", "STREAMS", "bases", "examples"]

KINDS = [(case, kind) for case in CASES for kind in ("one", "many") if kind == "one" or case.task.decode_many]
"""Each task by each of its decoders."""
STREAMS: dict[str, dict[str, object]] = {
    "CHAT_COMPLETION_STREAM": {"inputs": [{"role": "user", "content": "x"}]},
    "TEXT_GENERATION_STREAM": {"inputs": "x"},
}
EVENTS = {
    "CHAT_COMPLETION_STREAM": [text.encode() for text in GOOD if "choices" in text],
    "TEXT_GENERATION_STREAM": [text.encode() for text in GOOD if "choices" not in text],
}

LARGEST = 12_000
"""Bytes of the recorded answers that are changed, but for tasks that have larger ones only."""

Base = tuple[Payload, bytes]


def dumped(value: object) -> bytes:
    return json.dumps(value).encode()


def shortened(node: Any) -> Any:
    """The tree with no more than six items in a list."""
    if isinstance(node, tuple):
        return node[0], shortened(node[1])
    return type(node)(map(shortened, node[:6])) if isinstance(node, list) else node


@cache
def examples(case: Case, kind: str) -> list[Base]:
    """Answers of a task that are right, each of another form, with what they are the answers to."""
    found: dict[str, Base] = {}
    each = [each for server, file in case.recordings for each in successes(case, server, file) if each.is_json]
    for recording in sorted(each, key=lambda recording: len(recording.body)):
        if case.is_many(recording.inputs) == (kind == "many") and (len(recording.body) < LARGEST or not found):
            body = written(shortened(parse(recording.body)))
            found.setdefault("".join(filter(str.isalpha, body.decode()))[:200], (response(recording).payload, body))
    several = list(found.values())
    if case.task is hfe_tasks.EMBEDDINGS:
        rows: list[list[object]] = [[packed(0.5, -1)] * 9, [[0.5, 3]] * 9, [packed(0.5)], [[1.5, None]]]
        several += [(case.task.encode(["a"] * len(row)), dumped(openai(*row))) for row in rows]
    elif kind == "many":
        several += [batch(case, 9, written(unlisted(parse(body)))) for _, body in examples(case, "one")[:2]]
    return several


def unlisted(node: Any) -> Any:
    return node[0] if type(node) is list and len(node) == 1 else node


def batch(case: Case, count: int, answer: bytes) -> Base:
    """The answer for each of so many inputs."""
    payload = case.task.encode(**case.call)
    return (case.task.encode_many or stack)([payload] * count), written([answer] * count)


def bases(case: Case, kind: str) -> st.SearchStrategy[Base]:
    """Examples, and now and then any answer that a server may give."""
    found: list[st.SearchStrategy[Base]] = [st.sampled_from(examples(case, kind))] * 3
    if kind == "many" and case.each is not None:
        found.append(case.each.map(lambda answer: batch(case, 2, dumped(answer))))
    if kind == "one" and case.answer is not None:
        payload = case.task.encode(**case.call)
        found.append(case.answer.map(lambda answer: (payload, dumped(answer))))
    return st.one_of(found)
