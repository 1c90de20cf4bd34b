"""The targets under hypothesis: random bytes, and real answers cut, doubled and with their nodes swapped."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.corpus import DICTIONARY, corpus
from tests.fuzz.found import FOUND
from tests.fuzz.targets import TARGETS

ODD = (
    None,
    True,
    -1,
    0.5,
    10**400,
    float("nan"),
    float("-inf"),
    "",
    "x",
    "\ud800",
    "\u2028",
    [],
    [[]],
    {},
    {"error": "x"},
)
PREFIXES = {"answers": 2, "refusals": 2, "events": 1, "compression": 1, "http": 1}
"""Bytes with which a target chooses."""


@st.composite
def mutated(draw: st.DrawFn, target: str) -> bytes:
    """A real answer, changed a little."""
    data = draw(st.sampled_from(corpus(target)))
    size = PREFIXES.get(target, 0)
    head, body = data[:size], data[size:]
    if draw(st.booleans()):
        body = _with_other_nodes(draw, body)
    for _ in range(draw(st.integers(0, 3))):
        start, end = sorted((draw(st.integers(0, len(body))), draw(st.integers(0, len(body)))))
        middle = draw(st.sampled_from([b"", body[start:end] * 2, *DICTIONARY]) | st.binary(max_size=4))
        body = draw(
            st.sampled_from([body[:start] + middle + body[end:], body[:start] + middle + body[start:], body[:end]])
        )
    return head + body


def _with_other_nodes(draw: st.DrawFn, body: bytes) -> bytes:
    """JSON with some of its nodes replaced by each other, or by odd ones."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return body
    root = {"$": value}
    places: list[tuple[Any, Any]] = []
    stack: list[Any] = [root]
    while stack and len(places) < 200:
        node = stack.pop()
        for key in node if isinstance(node, dict) else range(len(node)):
            places.append((node, key))
            if isinstance(node[key], dict | list):
                stack.append(node[key])
    for _ in range(draw(st.integers(1, 3))):
        parent, key = draw(st.sampled_from(places))
        other, place = draw(st.sampled_from(places))
        new = draw(
            st.sampled_from([other[place], *ODD]) if len(json.dumps(other[place])) < 500 else st.sampled_from(ODD)
        )
        new = json.loads(json.dumps(new))
        if draw(st.booleans()) and parent is not root:
            if isinstance(parent, dict):
                parent[draw(st.sampled_from(["error", "label", "score", "x"]))] = new
            else:
                parent.append(new)
        else:
            parent[key] = new
        if len(json.dumps(root)) > 100_000:
            break
    return json.dumps(root["$"]).encode()


@pytest.mark.parametrize("target", TARGETS)
def test_whatever_comes(target):
    quick = settings.default.max_examples <= 100

    @settings(max_examples=150 if quick else settings.default.max_examples)
    @given(mutated(target) | st.binary(max_size=200))
    def check(data):
        TARGETS[target](data)

    check()


@pytest.mark.parametrize("target", TARGETS)
def test_what_real_servers_send_and_what_was_found_once(target):
    for data in (*corpus(target), *FOUND.get(target, ())):
        TARGETS[target](data)
