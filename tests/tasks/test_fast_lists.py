"""Long lists by columns, by msgspec with missing fields filled in, and by orjson: the same as by cattrs and json."""

from __future__ import annotations

import importlib.util
import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfe_core import Decoder, _json
from hfe_core._columns import columnwise
from hfe_core._lists import ListReader
from hfe_core._structure import _converter
from hfe_tasks import Classification, DetectedObject, MaskFill, TokenClassificationOutput
from tests.tasks.test_fast_decoding import DOCUMENTS, SCALARS, equal, outcome

KINDS: tuple[Any, ...] = (TokenClassificationOutput, DetectedObject, Classification, MaskFill)
ITEMS: dict[str, list[dict[str, object]]] = {
    "TokenClassificationOutput": [
        {"entity_group": "PER", "score": 0.5, "word": "a", "start": 1, "end": 2},
        {"entity": "B-PER", "score": 0.5, "index": 1, "word": "a", "start": None, "end": None},
        {"word": "a", "score": 0.25, "entity_group": '{"entity_group": []}', "more": [{"entity_group": 1}]},
    ],
    "DetectedObject": [
        {"score": 0.5, "label": "cat", "box": {"xmin": 1, "ymin": 2, "xmax": 3.5, "ymax": -4}},
        {"score": 0.5, "label": "[[{", "box": {"xmin": 1, "ymin": 2, "xmax": 3, "ymax": 4}, "mask": {"box": {}}},
    ],
    "Classification": [{"label": "a", "score": 1e-3}, {"score": 0.00012345678901234567, "label": "b"}],
    "MaskFill": [{"score": 0.5, "token": 7, "token_str": "a", "sequence": "b"}],
}


@st.composite
def lists(draw: st.DrawFn) -> tuple[Any, list[object]]:
    """Many items of one shape, some of them changed in a field."""
    kind = draw(st.sampled_from(KINDS))
    usual = draw(st.sampled_from(ITEMS[kind.__name__]))
    found: list[object] = [dict(usual) for _ in range(draw(st.integers(1, 30)))]
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(found) - 1))
        keys = st.sampled_from([*usual, *(field.name for field in attrs.fields(kind)), "other"])
        change = draw(st.sampled_from(["set", "drop", "replace"]))
        changed = dict(usual)
        if change == "set":
            changed[draw(keys)] = draw(SCALARS | DOCUMENTS | st.just({"xmin": 1, "ymin": 2, "xmax": 3}))
        elif change == "drop":
            changed.pop(draw(keys), None)
        found[place] = draw(DOCUMENTS) if change == "replace" else changed
    return kind, found


@given(lists())
def test_columns_are_what_cattrs_makes(case):
    kind, items = case
    found = columnwise(list[kind])(items)  # type: ignore[misc]
    if found is not None:
        assert equal(found, _converter(detailed=False).structure(items, list[kind]))


def test_columns_take_the_usual_answers():
    for kind in KINDS:
        for usual in ITEMS[kind.__name__]:
            assert columnwise(list[kind])([usual] * 8) is not None
            assert columnwise(list[kind])([usual]) is not None
        assert columnwise(list[kind])([]) is None


def test_columns_do_not_take_a_field_for_an_unknown_one():
    items = [{"word": "a", "score": 1.0, "other": 1}, {"word": "b", "score": 0.5, "entity": "B-PER"}]
    assert columnwise(list[TokenClassificationOutput])(items) is None  # type: ignore[misc]


@attrs.frozen
class Checked:
    count: int = attrs.field(validator=attrs.validators.ge(3))


@attrs.frozen(cache_hash=True)
class Hashed:
    count: int
    name: str


@attrs.frozen
class Derived(Classification):
    more: int = 0


@attrs.frozen
class Prepared:
    count: int

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "count", self.count + 1)


@attrs.define(slots=False)
class Open:
    count: int
    name: str


@pytest.mark.parametrize("kind", [Checked, Hashed, Derived, Prepared, Open])
def test_classes_whose_objects_are_more_than_their_fields_are_left_to_their_own_init(kind):
    assert columnwise(list[kind]) is None


needs_msgspec = pytest.mark.skipif(importlib.util.find_spec("msgspec") is None, reason="msgspec is an extra")


@needs_msgspec
@given(
    lists(),
    st.booleans(),
    st.sampled_from([None, b"NaN", b"\\ud800", b"\xff", b'"', b"9" * 30, b"[" * 300, b"{"]),
    st.data(),
)
def test_with_msgspec_and_without(case, compact, wrong, data):
    kind, items = case
    separators = (",", ":") if compact else None
    body = json.dumps(items * 30, separators=separators).encode()
    if wrong is not None:
        place = data.draw(st.integers(0, len(body)))
        body = body[:place] + wrong + body[place + data.draw(st.integers(0, 1)) :]
    fast, slow = Decoder[Any](list[kind]), Decoder[Any](list[kind])
    slow._prepare()
    slow._fast = None
    assert equal(outcome(fast, body), outcome(slow, body))


DEEP = b"[" * 150 + b"]" * 150
ENTITY = json.dumps(ITEMS["TokenClassificationOutput"][0]).encode()


@needs_msgspec
@pytest.mark.parametrize(
    ("item", "last"),
    [
        (ENTITY, ENTITY),
        (ENTITY, ENTITY[:-1] + b', "more": {"x": {}}}'),
        (ENTITY, ENTITY.replace(b"PER", b"{PER")),
        (ENTITY, ENTITY.replace(b"PER", b'{\\"entity\\": 1,')),
        (ENTITY, ENTITY[:-1] + b', "more": [%b, {"x": %b}]}' % (DEEP, DEEP)),
        (ENTITY, ENTITY[:-1] + b', "more": %b1%b}' % (b'{"x":' * 300, b"}" * 300)),
        (
            b'{"score":1,"word":"a","entity":"b"}',
            b'{"score":1,"word":"a","entity":"b","x":%b1%b}' % (b'{"":' * 300, b"}" * 300),
        ),
        (ENTITY, b"{}"),
        (ENTITY, b"{"),
    ],
    ids=["usual", "objects", "brace", "quoted", "lists", "deep", "deep-among-small", "empty", "cut"],
)
@pytest.mark.parametrize("count", [1, 20, 400])
def test_a_last_item_of_another_form(item, last, count):
    body = b"[%b, %b]" % (b", ".join([item] * count), last)
    decoders = [Decoder[Any](list[TokenClassificationOutput]) for _ in range(2)]
    for decoder in decoders:
        decoder._prepare()
    decoders[1]._fast = None
    fast, slow = [outcome(decoder, body) for decoder in decoders]
    assert equal(fast, slow)


@needs_msgspec
def test_what_is_made_to_grow_is_decoded_as_it_is():
    decoder = Decoder(list[TokenClassificationOutput])
    decoder._prepare()
    assert decoder._fast is not None
    seen: list[int] = []
    read = decoder._fast.decode
    assert isinstance(read, ListReader)
    decode = read._decode
    read._decode = lambda body: seen.append(len(body)) or decode(body)
    body = b"[" + b",".join([b'{"word":"","score":0}'] * 2000) + b"]"
    assert len(read(body, 200) or ()) == 2000
    assert seen == [len(body)]


@needs_msgspec
def test_how_deep_objects_may_nest():
    decoder = Decoder(list[DetectedObject])
    decoder._prepare()
    assert decoder._fast is not None
    body = json.dumps(ITEMS["DetectedObject"][:1] * 50).encode()
    assert decoder._fast.decode(body, 3)
    assert decoder._fast.decode(body, 2) is None
    assert decoder._fast.decode(body.replace(b'"cat"', b'"[{"', 1), 3)


NUMBERS = st.sampled_from(
    ["-0", "-0.0", "1e999", "0.00012345678901234567", "9" * 18, "9" * 19, "-" + "9" * 20, str(2**63), str(2**64), "1E5"]
)


@pytest.mark.skipif(importlib.util.find_spec("orjson") is None, reason="orjson is optional")
@given(st.lists(DOCUMENTS, min_size=1, max_size=5), NUMBERS, st.binary(max_size=1), st.data())
def test_large_texts_are_read_by_orjson_as_by_json(documents, number, wrong, data):
    text = json.dumps({"a": documents, "b": "x" * 100}, ensure_ascii=data.draw(st.booleans()))
    body = bytearray(text.replace('"x', number + ', "c": "x', 1).encode("utf-8", "surrogatepass"))
    place = data.draw(st.integers(0, len(body)))
    body[place : place + len(wrong)] = wrong

    def read(large: int) -> tuple[object, ...]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_json, "_LARGE", large)
            try:
                return ("value", _json.loads(bytes(body)))
            except ValueError as error:
                return ("error", type(error), str(error))

    assert equal(read(0), read(1 << 30))
