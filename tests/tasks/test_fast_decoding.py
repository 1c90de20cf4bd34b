"""With msgspec and without it, a Decoder gives the same values and refuses the same answers."""

from __future__ import annotations

import importlib.util
import json
import math
from collections.abc import Mapping
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hfe_core import Decoder, HfeError, Payload, Response
from hfe_core.testing import Reply, response_for
from hfe_tasks import (
    Answer,
    AutomaticSpeechRecognitionOutput,
    Classification,
    MaskFill,
    TextGenerationStreamOutput,
    VisualAnswer,
)

pytestmark = pytest.mark.skipif(importlib.util.find_spec("msgspec") is None, reason="msgspec is an extra")


@attrs.frozen
class Everything:
    text: str
    count: int = 0
    share: float = 0.0
    flag: bool = False
    maybe: int | None = None
    pair: tuple[float | None, str] = (None, "")
    many: tuple[int, ...] = ()
    named: dict[str, float] = attrs.field(factory=dict)
    mapped: Mapping[str, int] = attrs.field(factory=dict)
    anything: object = None
    exact: int | float = 0
    maybe_exact: int | float | None = None
    inner: Classification | None = None
    listed: list[Classification] = attrs.field(factory=list)


KINDS: tuple[Any, ...] = (
    list[Classification],
    Classification,
    list[list[MaskFill]],
    Answer,
    list[Answer],
    VisualAnswer,
    AutomaticSpeechRecognitionOutput,
    TextGenerationStreamOutput,
    Everything,
    list[Everything],
    list[float],
    list[float | None],
    tuple[int, str],
    str,
    float,
    int | None,
    dict[str, list[float]],
    list[dict[str, object]],
)
NAMES = sorted(
    {field.name for kind in (Everything, Answer, MaskFill, Classification) for field in attrs.fields(kind)}
    | {"chunks", "timestamp", "token", "details", "error", "unknown"}
)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.integers()
    | st.sampled_from([2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**30, 10**400, 1.0, -0.0, 1e308])
    | st.floats(width=64)
    | st.text(st.characters(codec=None), max_size=4)
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=12,
)


def shaped(kind: Any) -> st.SearchStrategy[object]:
    """JSON of the kind's shape, now and then with a field too many, too few, or of another type."""
    if kind in {Everything, Classification, Answer, MaskFill, VisualAnswer}:
        fields = {field.name: _of(field.type) for field in attrs.fields(attrs.resolve_types(kind))}
        needed = {name: fields[name] for name in fields if getattr(attrs.fields(kind), name).default is attrs.NOTHING}
        others = {name: value for name, value in fields.items() if name not in needed}
        good = st.fixed_dictionaries(needed, optional={**others, "unknown": DOCUMENTS})
        return good | st.fixed_dictionaries({}, optional={**fields, "unknown": DOCUMENTS})
    return DOCUMENTS


def _of(kind: Any) -> st.SearchStrategy[object]:
    text = str(kind)
    if kind is str:
        return st.text(max_size=4) | SCALARS
    if kind is int:
        return st.integers() | st.sampled_from([1.0, 1e3, 1.5, 10**30]) | SCALARS
    if kind is float:
        return st.floats() | st.integers() | st.none() | SCALARS
    if text.startswith(("tuple", "list")):
        return st.lists(SCALARS, max_size=3) | st.lists(st.integers(), max_size=3)
    if "dict" in text or "Mapping" in text:
        return st.dictionaries(st.text(max_size=2), st.integers() | st.floats(), max_size=3)
    return SCALARS


def answer(body: bytes) -> Response:
    return response_for(Payload(inputs="x"), Reply(body, headers={"content-type": "application/json"}))


def outcome(decoder: Decoder[Any], body: bytes) -> tuple[object, ...]:
    try:
        return ("value", decoder(answer(body)))
    except HfeError as error:
        return ("error", type(error), str(error))


FAST = {str(kind): Decoder[Any](kind) for kind in KINDS}
SLOW = {str(kind): Decoder[Any](kind) for kind in KINDS}
for _decoder in (*FAST.values(), *SLOW.values()):
    _decoder._prepare()
for _decoder in SLOW.values():
    _decoder._fast = None


def equal(left: object, right: object) -> bool:
    """As ==, with NaN equal to itself, -0.0 apart from 0.0, and 1 apart from 1.0 and True."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float) and isinstance(right, float):
        return (math.isnan(left) and math.isnan(right)) or (
            left == right and math.copysign(1, left) == math.copysign(1, right)
        )
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    if attrs.has(type(left)):
        return all(equal(getattr(left, name), getattr(right, name)) for name in attrs.fields_dict(type(left)))
    return left == right


def check(kind: Any, body: bytes) -> None:
    fast, slow = outcome(FAST[str(kind)], body), outcome(SLOW[str(kind)], body)
    assert equal(fast, slow), (kind, body, fast, slow)


def test_the_fast_path_is_there():
    assert {name for name, decoder in FAST.items() if decoder._fast is None} == {str(dict[str, list[float]])}
    assert all(decoder._fast is None for decoder in SLOW.values())


@given(st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(st.just(kind), shaped(kind))))
def test_documents(case):
    kind, document = case
    check(kind, json.dumps(document).encode())


@given(st.sampled_from(KINDS), DOCUMENTS)
def test_any_json(kind, document):
    check(kind, json.dumps(document).encode())
    check(kind, json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass"))


@given(st.sampled_from(KINDS), DOCUMENTS, st.data())
def test_broken_bytes(kind, document, data):
    body = bytearray(json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    place = data.draw(st.integers(0, len(body)))
    body[place : place + data.draw(st.integers(0, 2))] = data.draw(
        st.binary(max_size=2)
        | st.sampled_from([b"\xff", b"\x00", b'"', b"\\", b"\\u", b"}", b",", b"NaN", b"-", b"1e999"])
    )
    check(kind, bytes(body))


ONE = list[Classification]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (ONE, b'[{"label":"a","score":NaN}]'),
        (ONE, b'[{"label":"a","score":-Infinity}]'),
        (ONE, b'[{"label":"a","score":null}]'),
        (ONE, b'[{"label":"a","score":1}]'),
        (ONE, b'[{"label":"a","score":true}]'),
        (ONE, b'[{"label":"a","score":"1"}]'),
        (ONE, b'[{"label":"a","score":1e999}]'),
        (ONE, b'[{"label":"a","score":' + b"9" * 400 + b"}]"),
        (ONE, b'[{"label":"\\ud800","score":1.0}]'),
        (ONE, b'[{"label":"\\ud83d\\ude42","score":1.0}]'),
        (ONE, b'[{"label":"\xed\xa0\x80","score":1.0}]'),
        (ONE, b'[{"label":"a","score":1.0,"more":[1,{"x":NaN}]}]'),
        (ONE, b'[{"label":"a","score":1.0,"more":"\xff"}]'),
        (ONE, b'[{"label":"a","score":1.0,"\xff":1}]'),
        (ONE, b'[{"label":"a","score":1.0,"more":"\x01"}]'),
        (ONE, b'[{"label":"a"}]'),
        (ONE, b'[{"label":"a","label":"b","score":"x","score":2}]'),
        (ONE, b"\xef\xbb\xbf[]"),
        (ONE, "[]".encode("utf-16")),
        (ONE, b"[" * 100_000),
        (ONE, b"[] x"),
        (ONE, b""),
        (Everything, b'{"text":"a","count":1.0}'),
        (Everything, b'{"text":"a","count":1e3}'),
        (Everything, b'{"text":"a","count":1.5}'),
        (Everything, b'{"text":"a","count":123456789012345678901234567890}'),
        (Everything, b'{"text":"a","count":null}'),
        (Everything, b'{"text":"a","pair":[null,"b"]}'),
        (Everything, b'{"text":"a","pair":[1]}'),
        (Everything, b'{"text":"a","inner":null,"maybe":null}'),
        (Everything, b'{"error":"no"}'),
        (Everything, b'{"text":"a","error":"no"}'),
    ],
    ids=lambda value: ascii(value)[:60] if isinstance(value, bytes) else getattr(value, "__name__", "list"),
)
def test_by_hand(kind, body):
    check(kind, body)


@attrs.frozen
class Lenient:
    message: str = ""
    error: str = ""


@attrs.frozen
class Worked:
    first: int
    second: list[int] = attrs.Factory(lambda self: [self.first], takes_self=True)


@attrs.frozen
class Numbered:
    names: dict[int, str]


@attrs.frozen
class Checked:
    count: int = attrs.field(validator=attrs.validators.ge(3))


@attrs.frozen
class Converted:
    name: str = attrs.field(converter=str.upper)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (Lenient, b'{"error":"no"}'),
        (Lenient | None, b'{"error":"no","message":"why"}'),
        (dict[str, str], b'{"error":"no"}'),
        (dict[str, str], b'{"errors":"no"}'),
        (object, b'{"error":"no"}'),
        (Worked, b'{"first":1}'),
        (Numbered, b'{"names":{"1":"a"}}'),
        (dict[int, str], b'{"1":"a"}'),
        (Checked, b'{"count":1}'),
        (Checked, b'{"count":3}'),
        (list[Converted], b'[{"name":"a"}]'),
    ],
)
def test_types_that_msgspec_takes_otherwise(kind, body):
    fast, slow = Decoder[Any](kind), Decoder[Any](kind)
    slow._prepare()
    slow._fast = None
    assert equal(outcome(fast, body), outcome(slow, body))


@given(st.floats(), st.integers())
@example(0.1 + 0.2, 2**53 + 1)
def test_numbers_to_the_last_digit(share, count):
    body = json.dumps({"text": "a", "share": share, "count": count, "named": {"a": count}}).encode()
    check(Everything, body)
