"""Vectors and nested numbers: every form of servers, the same with and without the fast paths."""

from __future__ import annotations

import base64
import importlib
import json
import math
import pickle
import struct
from array import array
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hfe_core import DecodeError, EncodeError, HfeError, Options, Response
from hfe_core.prepare import Preparer
from hfe_core.testing import Reply, check_task, fake_client, response_for
from hfe_core.values import Endpoint
from hfe_tasks import EMBEDDINGS, FEATURE_EXTRACTION, Embeddings, EmbeddingsUsage, Features
from hfe_tasks.nlp import _numbers, _vectors

PREPARER = Preparer(Endpoint("https://endpoint.test"), Options())


def packed(*numbers: float) -> str:
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


def openai(*rows: object, **others: object) -> dict[str, object]:
    """As OpenAI, TEI and vLLM write it."""
    data = [{"object": "embedding", "index": index, "embedding": row} for index, row in enumerate(rows)]
    return {"object": "list", "data": data, "model": "m", "usage": {"prompt_tokens": 4, "total_tokens": 4}, **others}


def answered(answer: object, inputs: str | list[str] = "a") -> Response:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return response_for(EMBEDDINGS(inputs).payload, Reply(body, headers={"content-type": "application/json"}))


def numbers_of(body: bytes, limit: int = 200) -> Response:
    payload = FEATURE_EXTRACTION("a").payload
    given_limits = Preparer(Endpoint("https://h"), Options(max_depth=limit)).request(payload)
    return Response(200, {"content-type": "application/json"}, body, given_limits)


def sent(**arguments: Any) -> Any:
    return json.loads(PREPARER.request(EMBEDDINGS(**arguments).payload).body)


class TestRequests:
    def test_base64_is_asked_for(self):
        request = PREPARER.request(EMBEDDINGS(["a", "b"], model="m", dimensions=2).payload)
        assert request.url == "https://endpoint.test/v1/embeddings"
        assert json.loads(request.body) == {
            "input": ["a", "b"],
            "dimensions": 2,
            "encoding_format": "base64",
            "model": "m",
        }

    def test_or_numbers_or_nothing(self):
        assert sent(inputs="a", encoding_format="float") == {"input": "a", "encoding_format": "float"}
        assert sent(inputs="a", encoding_format=None, parameters={"truncate": True}) == {"input": "a", "truncate": True}

    @pytest.mark.parametrize(
        ("wrong", "parameter"),
        [
            ({"inputs": 1}, "inputs"),
            ({"inputs": ["a", 1]}, "inputs[1]"),
            ({"dimensions": 0}, "dimensions"),
            ({"encoding_format": "int8"}, "encoding_format"),
            ({"model": 1}, "model"),
            ({"user": b"a"}, "user"),
            ({"parameters": {"input": "a"}}, "parameters.input"),
            ({"parameters": {"model": "a"}, "model": "b"}, "model"),
        ],
    )
    def test_wrong_arguments(self, wrong, parameter):
        with pytest.raises(EncodeError) as caught:
            EMBEDDINGS(**{"inputs": "a", **wrong})
        assert caught.value.parameter == parameter

    def test_several_travel_together(self):
        answer = openai(packed(0.5), packed(1.0))
        client, transport = fake_client(Reply(answer))
        outcomes = list(client.with_options(batch_size=2).map(EMBEDDINGS, ["a", "b"], model="m"))
        assert [outcome.output.tolist() for outcome in outcomes] == [[[0.5]], [[1.0]]]
        assert json.loads(transport.requests[0].body)["input"] == ["a", "b"]
        many = EMBEDDINGS.encode_many
        assert many is not None
        with pytest.raises(EncodeError, match="inputs"):
            many([EMBEDDINGS("a").payload, EMBEDDINGS(["b"]).payload])

    def test_the_contract(self):
        found = check_task(EMBEDDINGS, answer=openai(packed(1), packed(2)))
        assert len(found) == 2


class TestVectors:
    @pytest.mark.parametrize("rows", [(packed(0.5, -1), packed(0.25, 2)), ([0.5, -1], [0.25, 2])])
    def test_either_form(self, rows):
        found = EMBEDDINGS.decode(answered(openai(*rows), ["a", "b"]))
        assert found == Embeddings(
            (array("f", [0.5, -1]), array("f", [0.25, 2])), "m", EmbeddingsUsage(prompt_tokens=4, total_tokens=4)
        )
        assert found.tolist() == [[0.5, -1.0], [0.25, 2.0]]
        assert (len(found), found[1].tolist(), repr(found)) == (2, [0.25, 2.0], "<Embeddings 2 x 2>")
        assert pickle.loads(pickle.dumps(found)) == found

    def test_in_the_order_of_the_texts(self):
        answer = openai([1.0], [2.0])
        answer["data"].reverse()
        assert EMBEDDINGS.decode(answered(answer, ["a", "b"])).tolist() == [[1.0], [2.0]]
        for item in answer["data"]:
            del item["index"]
        assert EMBEDDINGS.decode(answered(answer, ["a", "b"])).tolist() == [[2.0], [1.0]]

    def test_numpy(self):
        numpy = pytest.importorskip("numpy")
        found = EMBEDDINGS.decode(answered(openai(packed(0.5, 1), packed(2, 3)), ["a", "b"]))
        rows = found.to_numpy()
        assert (rows.dtype, rows.shape, rows.tolist()) == (numpy.float32, (2, 2), [[0.5, 1], [2, 3]])
        rows[0, 0] = 7
        assert found[0][0] == 0.5
        assert numpy.asarray(found, dtype="float64").dtype == numpy.float64
        ragged = EMBEDDINGS.decode(answered(openai([1.0], [1.0, 2.0]), ["a", "b"]))
        assert repr(ragged) == "<Embeddings 2 x 1 or 2>"
        with pytest.raises(ValueError, match="differ in length"):
            ragged.to_numpy()

    def test_null_is_nan(self):
        (row,) = EMBEDDINGS.decode(answered(openai([None, 1]))).vectors
        assert math.isnan(row[0])
        assert row[1] == 1.0

    @pytest.mark.parametrize(
        ("answer", "path"),
        [
            ([], "$"),
            ({"object": "list"}, "$"),
            ({"data": {}}, "$.data"),
            ({"data": [[0.5]]}, "$.data[0]"),
            (openai("AAA"), "$.data[0].embedding"),
            (openai("AAAA"), "$.data[0].embedding"),
            (openai("?"), "$.data[0].embedding"),
            (openai([True]), "$.data[0].embedding"),
            (openai([[0.5]]), "$.data[0].embedding"),
            (openai([10**400]), "$.data[0].embedding"),
            (openai(None), "$.data[0].embedding"),
            (openai([0.5], [0.5]), "$.data"),
            (openai(), "$.data"),
            (openai(packed(1), usage=[]), "$.usage"),
        ],
    )
    def test_places_of_mistakes(self, answer, path):
        with pytest.raises(DecodeError) as caught:
            EMBEDDINGS.decode(answered(answer))
        assert caught.value.path == path

    def test_an_error_is_told(self):
        with pytest.raises(HfeError, match="too long"):
            EMBEDDINGS.decode(answered({"error": "too long", "error_type": "Validation"}))


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**63, 2**64, -(2**63) - 1, 10**30, 10**400, -0.0, 5e-324, 1e300, 3.5e38])
    | st.floats()
    | st.text(st.characters(codec=None), max_size=2)
)
ROWS = st.lists(st.lists(st.floats() | st.integers() | st.none(), max_size=3), max_size=3)
NESTED = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=8)
PLAIN = ROWS | st.lists(ROWS, max_size=2) | NESTED
ODD = (
    b"[[1e400]]", b"[[-0]]", b"[[1.7976931348623159e308]]", b"[[" + b"9" * 5000 + b"]]", b" [ [1] ]\n", b"\xef\xbb\xbf[[1]]",
    b"[[1],]", b"[[01]]", b"[[1]] 2", b'{"embeddings":[[1]],"embeddings":[[2]]}', b'{"embeddings":[1],"a":"\xff"}',
    b'{"embeddings":"[1]"}', b"[[[1]],[2]]", b"[[[[[1]]]]]", b"[" * 300, b"[[1.0,[2]]]", b'["[1]"]', b"[[1]]".decode().encode("utf-16"),
)  # fmt: skip


def outcome(act: Any, response: Response) -> object:
    """The value to the last digit, or the error in words."""
    try:
        value = act(response)
        return repr(value.values) if isinstance(value, Features) else repr((value.tolist(), value.model, value.usage))
    except HfeError as error:
        return type(error), str(error)


def nothing(*_: object) -> None:
    """What a fast path says where its library is not there."""


class TestBothPaths:
    def plain(self, decode: Any, response: Response) -> object:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("hfe_tasks.nlp.feature_extraction.quick_lists", nothing)
            patch.setattr("hfe_tasks.nlp.feature_extraction.quick_array", nothing)
            patch.setattr(_vectors, "_quick", nothing)
            return outcome(decode, response)

    @settings(deadline=None)
    @given(PLAIN.map(lambda value: json.dumps(value).encode()) | st.sampled_from(ODD), st.sampled_from([200, 4, 2]))
    def test_nested_numbers(self, body, limit):
        for text in (body, b'{"embeddings": %b}' % body):
            response = numbers_of(text, limit)
            assert outcome(FEATURE_EXTRACTION.decode, response) == self.plain(FEATURE_EXTRACTION.decode, response)

    @settings(deadline=None)
    @given(
        st.lists(
            st.fixed_dictionaries(
                {"embedding": st.text("AB9+/= \n", max_size=9) | st.lists(SCALARS, max_size=2) | NESTED},
                optional={"index": st.none() | st.integers(0, 2) | st.just(1.0), "x": NESTED},
            ),
            max_size=3,
        ),
        st.sampled_from([None, "m", 1]),
    )
    @example([{"embedding": "AACAPw=="}], None)
    @example([{"embedding": "AACAPw"}], None)
    @example([{"embedding": "AACAP x="}], None)
    def test_vectors(self, data, model):
        response = answered({"data": data, "model": model}, ["a"] * len(data))
        assert outcome(EMBEDDINGS.decode, response) == self.plain(EMBEDDINGS.decode, response)


class TestArrays:
    @pytest.fixture
    def numpy(self) -> Any:
        return pytest.importorskip("numpy")

    @settings(deadline=None)
    @given(PLAIN)
    def test_lists_become_what_numpy_makes_of_them(self, values):
        numpy = pytest.importorskip("numpy")

        def made(make: Any) -> object:
            try:
                with numpy.errstate(over="ignore"):
                    found = make()
                return found.dtype, found.shape, found.tobytes()
            except (TypeError, ValueError, OverflowError) as error:
                return type(error)

        assert isinstance(values, list) is False or made(lambda: Features(values).to_numpy()) == made(
            lambda: numpy.array(values, dtype=numpy.float32)
        )

    def test_simdjson(self, numpy, monkeypatch):
        pytest.importorskip("simdjson")
        monkeypatch.setattr(_numbers, "_WORTH_IT", 0)
        response = numbers_of(b"[[1, 0.1, -0], [2.5, 1e-5, 18446744073709551615]]")
        found = FEATURE_EXTRACTION.decode(response)
        assert isinstance(_numbers.quick_array(response), numpy.ndarray)
        expected = Features(json.loads(response.body))
        assert found.to_numpy().tobytes() == expected.to_numpy().tobytes()
        assert repr(found.values) == repr(expected.values)
        assert found == expected
        assert pickle.loads(pickle.dumps(found)) == expected
        wrong = (b"[[1,[2]]]", b"[[1],[2,3]]", b"[[1,null]]", b"[[NaN]]", b"[[1e39]]", b"[[true]]", b"[]", b"[[]")
        for body in wrong:
            assert _numbers.quick_array(numbers_of(body)) is None, body
        for body in ODD:
            array_of_it = _numbers.quick_array(numbers_of(body))
            assert array_of_it is None or array_of_it.tolist() == json.loads(body)

    def test_an_array_of_ones_own(self, numpy, monkeypatch):
        """What simdjson gives, by a stand-in: lists come from the answer, and each array is a new one."""
        response = numbers_of(b"[[1, 0.5], [2, null]]")
        rows = numpy.array([[1, 0.5], [2, 3]], dtype=numpy.float32)
        monkeypatch.setattr("hfe_tasks.nlp.feature_extraction.quick_array", lambda _: rows)
        found = FEATURE_EXTRACTION.decode(response)
        found.to_numpy()[0] = 9
        assert found.to_numpy().tolist() == [[1, 0.5], [2, 3]]
        assert found.values == [[1, 0.5], [2, None]]
        assert (found.depth, len(found), repr(found)) == (2, 2, "<Features 2 x 2>")
        with pytest.raises(AttributeError, match="shape"):
            found.shape  # noqa: B018

    def test_without_the_libraries(self, monkeypatch):
        def missing(name: str) -> None:
            raise ImportError(name)

        _numbers._decoder.cache_clear()
        monkeypatch.setattr(importlib, "import_module", missing)
        assert _numbers.quick_lists(numbers_of(b"[1]")) is None
        assert FEATURE_EXTRACTION.decode(numbers_of(b"[1, 2.5]")).values == [1, 2.5]
        _numbers._decoder.cache_clear()
