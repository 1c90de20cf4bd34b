"""JSON of any server: as deep as is allowed, in any encoding, and never anything but a value or an HfeError."""

from __future__ import annotations

import codecs
import json
import math
import subprocess
import sys
import time

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfe_core import DecodeError, Decoder, Payload, Response, StatusError
from hfe_core._json import loads, too_deep
from hfe_core.decoding import json_value
from hfe_core.options import Limits
from hfe_core.testing import Reply, response_for

JSON = "application/json"


def answer(body: bytes, content_type: str = JSON, *, max_depth: int = 200, status: int = 200) -> Response:
    response = response_for(Payload(), Reply(body, status=status, headers={"content-type": content_type}))
    return attrs.evolve(response, request=attrs.evolve(response.request, limits=Limits(max_depth=max_depth)))


def nested(depth: int, opening: str = "[", closing: str = "]") -> str:
    return opening * depth + "1" + closing * depth


@attrs.frozen
class Tree:
    name: str
    rest: object = None


class TestDepth:
    @pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a\\"[":"]]]","b" : ', "}]")])
    def test_as_deep_as_the_limit_and_no_deeper(self, opening, closing):
        each = opening.count("[") + opening.count("{") - opening.count('"[')
        good, bad = (answer(nested(depth, opening, closing).encode()) for depth in (200 // each, 200 // each + 1))
        assert json_value(good) == json.loads(good.body)
        with pytest.raises(DecodeError, match=r"^the JSON is nested deeper than options\.max_depth = 200"):
            json_value(bad)

    @pytest.mark.parametrize("limit", [1, 7, 500])
    def test_the_limit_is_the_one_of_the_request(self, limit):
        assert json_value(answer(nested(limit).encode(), max_depth=limit))
        with pytest.raises(DecodeError, match=f"max_depth = {limit} "):
            json_value(answer(nested(limit + 1).encode(), max_depth=limit))

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "utf-32-be"])
    def test_in_every_encoding(self, encoding):
        assert json_value(answer(nested(200).encode(encoding)))
        with pytest.raises(DecodeError, match="max_depth"):
            json_value(answer(nested(201).encode(encoding)))

    @pytest.mark.parametrize("body", [b"[", b'{"a":', b"[{", b'[{"a":[', b"[[],", b'["]",', b'{"]":['])
    @pytest.mark.parametrize("times", [100_000, 2_000_000])
    def test_brackets_without_end_are_refused_at_once(self, body, times):
        begun = time.perf_counter()
        with pytest.raises(DecodeError, match=r"max_depth|expected JSON"):
            json_value(answer(body * times))
        assert time.perf_counter() - begun < 20

    def test_ten_million_brackets_kill_no_interpreter_that_was_told_to_recurse(self):
        code = (
            "import sys; sys.setrecursionlimit(10**9)\n"
            "from hfe_core._json import loads\n"
            "for text in (b'['*10**7, b'{\"a\":'*10**6):\n"
            "    try: loads(text)\n"
            "    except ValueError as error: print(error)\n"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
        assert done.stdout == "the JSON is nested deeper than options.max_depth = 200\n" * 2

    def test_a_limit_beyond_what_python_reads_is_an_error_all_the_same(self):
        with pytest.raises(DecodeError, match="nested deeper than"):
            json_value(answer(nested(200_000).encode(), max_depth=1_000_000))

    def test_brackets_in_strings_do_not_count(self):
        text = json.dumps(["[" * 1000, "{" * 1000, '"[\\' * 1000, {"[" * 300: "]"}])
        assert json_value(answer(text.encode())) == json.loads(text)

    def test_closing_brackets_in_strings_do_not_make_room(self):
        text = '["]]]]]]",' * 201 + "1" + "]" * 201
        with pytest.raises(DecodeError, match="max_depth"):
            json_value(answer(text.encode()))

    def test_typed_answers_are_held_to_it_too(self):
        tree = Decoder(Tree)
        good = json.dumps({"name": "a", "rest": json.loads(nested(199))}).encode()
        assert tree(answer(good)).name == "a"
        deep = b'{"name": "a", "rest": ' + nested(200).encode() + b"}"
        for body in (deep, deep.replace(b"rest", b"more")):
            assert tree.quick(answer(body)) is None
            with pytest.raises(DecodeError, match="max_depth"):
                tree(answer(body))

    def test_a_web_page_full_of_brackets_is_a_web_page(self):
        page = b"<html><script>" + b"{" * 1000
        with pytest.raises(DecodeError, match="this is a web page"):
            json_value(answer(page, "text/html"))

    @given(
        st.recursive(
            st.none() | st.text(st.sampled_from('[]{}"\\a,'), max_size=6),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text('[]{}"\\', max_size=3), inner, max_size=2)
            ),
            max_leaves=30,
        ),
        st.integers(1, 8),
    )
    def test_depth_is_that_of_the_value(self, value, limit):
        def depth(value: object) -> int:
            if isinstance(value, dict):
                return 1 + max(map(depth, value.values()), default=0)
            return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0

        text = json.dumps(value)
        for form in (text, text.encode(), json.dumps([value] * 2000), json.dumps([value] * 2000).encode()):
            assert too_deep(form, limit) == (depth(value) + (len(form) > len(text)) > limit)


@pytest.mark.parametrize(
    ("body", "content_type", "value"),
    [
        (b'{"a": NaN, "b": -Infinity}', JSON, None),
        (b"\xef\xbb\xbf[1]", JSON, [1]),
        ('["ü€😀"]'.encode("utf-16"), JSON, ["ü€😀"]),
        ('["ü€😀"]'.encode("utf-32-le"), "text/plain", ["ü€😀"]),
        ('["ü"]'.encode("latin-1"), "application/json; charset=iso-8859-1", ["ü"]),
        ('["ü"]'.encode("latin-1"), 'application/json; charset="LATIN1"', ["ü"]),
        ('["ü"]'.encode(), "application/json; charset=latin-1", ["ü"]),
        ('["日本"]'.encode("shift_jis"), "text/plain;charset=Shift_JIS", ["日本"]),
        ('["日本"]'.encode("iso-2022-jp"), "application/json; charset=iso-2022-jp", ["日本"]),
        (b'["a"]', "text/plain", ["a"]),
        (b'["a"]', "", ["a"]),
        (b'{"a": 1, "a": 2}', JSON, {"a": 2}),
        (b'["\\ud800"]', JSON, ["\ud800"]),
        (b'["\xed\xa0\x80"]', JSON, ["\ud800"]),
        ('["\u2028\u2029\x7f"]'.encode(), JSON, ["\u2028\u2029\x7f"]),
        (b"[" + b"9" * 4000 + b"]", JSON, [int("9" * 4000)]),
        (b"[1e400, -1e400, 1e-400]", JSON, [math.inf, -math.inf, 0.0]),
        (b" \r\n\t[] \n", JSON, []),
        (b'"text"', JSON, "text"),
        (b"null", JSON, None),
    ],
)
def test_what_servers_write_is_read(body, content_type, value):
    found = json_value(answer(body, content_type))
    assert found == value or (isinstance(found, dict) and math.isnan(found["a"]))


NO_CHARSETS = [
    "base64",
    "hex",
    "rot13",
    "zlib",
    "bz2",
    "idna",
    "punycode",
    "unicode_escape",
    "raw-unicode-escape",
    "undefined",
]


@pytest.mark.parametrize(
    "charset", [*NO_CHARSETS, "nope", "", "x" * 50_000, "..", "../../etc/passwd", "utf-8\0", "ü", "' or 1"]
)
def test_charsets_that_are_none_are_passed_over(charset):
    assert json_value(answer('["ü"]'.encode(), f"application/json; charset={charset}")) == ["ü"]
    with pytest.raises(DecodeError, match="expected JSON"):
        json_value(answer(b'["\xfc", "\\N{x} \\777"]', f"application/json; charset={charset}"))


def test_no_charset_of_python_escapes():
    for name in sorted({*codecs.__all__, *__import__("encodings.aliases").aliases.aliases.values()}):
        try:
            json_value(answer(b'["\xfc\xe9\xff+AGE-\\q\\N{x}"]', f"application/json; charset={name}"))
        except DecodeError:
            continue


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b"[1,2",
        b"[1,]",
        b"'a'",
        b"\x00",
        b"\xff\xfe",
        b"\x1f\x8b\x08\x00",
        b'["\n"]',
        b"[" + b"1" * 5000 + b"]",
        b"nul",
    ],
)
def test_what_is_no_json_is_a_decode_error_with_an_excerpt(body):
    with pytest.raises(DecodeError) as caught:
        json_value(answer(body))
    assert caught.value.path == "$"
    assert len(str(caught.value)) < 700
    assert caught.value.excerpt or not body


def test_more_than_the_memory_holds_is_an_error(monkeypatch):
    def no_memory(_: str) -> None:
        raise MemoryError

    monkeypatch.setattr(json, "loads", no_memory)
    with pytest.raises(ValueError, match="more memory than there is"):
        loads(b"[]")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"error": "why", "request_id": "1", "path": "/"}, "why"),
        ({"error": {"message": "why", "type": "t"}}, "why"),
        ({"error": ["why", "too"]}, "why, too"),
        ({"object": "error", "message": "why", "type": "t", "code": 40303}, "why"),
    ],
)
def test_a_success_that_says_an_error_is_that_error(value, message):
    with pytest.raises(StatusError) as caught:
        Decoder(Tree)(answer(json.dumps(value).encode()))
    assert (caught.value.status, caught.value.message) == (200, message)


def test_an_error_beside_what_was_expected_is_a_field_that_is_not_known():
    assert Decoder(Tree)(answer(b'{"name": "a", "error": "x"}')) == Tree("a")
