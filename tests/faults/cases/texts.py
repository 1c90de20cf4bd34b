"""Charsets, and JSON as servers really write it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

from hfe_core import DecodeError, StatusError
from tests.faults.answers import (
    http,
)
from tests.faults.case import PROBE, Case, Either, Fails, request, run

JSON_BODY = b'{"ok": true}'


VALUE = {"ok": True}


NO_JSON = Fails(DecodeError, attempts=1)


def _json(name: str, body: bytes, expect: object, content_type: str = "application/json", call=None) -> Case:
    return Case(
        name, script=[http(body, content_type=content_type)], calls=call or request(), expect=expect, requests=1
    )


def _is(value: float) -> Callable[[object], bool]:
    return lambda actual: isinstance(actual, float) and (actual == value or (math.isnan(value) and math.isnan(actual)))


BYTES = "application/octet-stream"
PAGE = b"<!DOCTYPE html><html><title>Sign in</title></html>"
UNNAMED = [
    # What request() makes of answers that do not say, or say wrongly, what they are.
    Case("JSON without a type", script=[http(JSON_BODY, content_type="")], expect=VALUE),
    Case("a list of JSON called text", script=[http(b"[1, NaN]", content_type="text/plain")], expect=lambda got: got[0] == 1),
    Case("text that begins like JSON", script=[http(b"[1] a note", content_type="text/plain")], expect=b"[1] a note"),
    Case("bytes that begin like JSON", script=[http(b"{\x00\x01", content_type=BYTES)], expect=b"{\x00\x01"),
    Case("bytes that are JSON", script=[http(JSON_BODY, content_type=BYTES)], expect=JSON_BODY),
    Case("nothing without a type", script=[http(b"", content_type="")], expect=b""),
    *(
        Case(f"an error with 200, called {kind or 'nothing'}", script=[http(b'{"error": "out of memory"}', content_type=kind)],
             expect=Fails(StatusError, "out of memory", status=200, attempts=1))
        for kind in ("", "text/plain", BYTES)
    ),
    *(
        Case(f"a page with 200, called {kind or 'nothing'}", script=[http(PAGE, content_type=kind)],
             expect=Fails(DecodeError, "web page", status=200, attempts=1))
        for kind in ("", "text/html", "text/plain", BYTES)
    ),
    Case("a page that was asked for", script=[http(PAGE, content_type="text/html")],
         calls=request(None, method="GET", accept="text/html"), expect=PAGE),
]  # fmt: skip

CASES = [
    *UNNAMED,
    # Charsets
    _json("latin-1 that is named", '"é"'.encode("latin-1"), "é", "application/json; charset=latin-1"),
    _json("latin-1 that is named in quotes", '"é"'.encode("latin-1"), "é", 'application/json; charset="ISO-8859-1"'),
    _json("windows-1252 that is named", '"€"'.encode("cp1252"), "€", "application/json; charset=windows-1252"),
    _json("latin-1 that is not named", '"é"'.encode("latin-1"), NO_JSON),
    _json("UTF-8 that is called latin-1", '"é"'.encode(), Either("é", "Ã©"), "application/json; charset=latin-1"),
    _json("UTF-8 with a mark", b"\xef\xbb\xbf" + '"é"'.encode(), "é"),
    _json("UTF-8 with a mark, and named", b"\xef\xbb\xbf" + '"é"'.encode(), "é", "application/json; charset=utf-8"),
    _json("UTF-16 with a mark", '"é"'.encode("utf-16"), "é"),
    _json("UTF-16 that is named", '"é"'.encode("utf-16"), "é", "application/json; charset=utf-16"),
    _json("UTF-16 without a mark that is named", '"é"'.encode("utf-16-be"), "é", "application/json; charset=utf-16be"),
    _json("UTF-32", '"é"'.encode("utf-32"), "é"),
    _json("a charset that does not exist", '"é"'.encode(), Either("é", NO_JSON), "application/json; charset=klingon"),
    *(
        _json(f"a charset of {charset!r:.40}", b'"a"', Either("a", NO_JSON), f"application/json; charset={charset}")
        for charset in (
            "rot13",
            "hex",
            "zlib",
            "bz2",
            "idna",
            "punycode",
            "undefined",
            "unicode_escape",
            "raw_unicode_escape",
            "utf-7",
            "",
            "utf\xad8",
            "a" * 9000,
            "../../etc/passwd",
            "mbcs",
            "utf-8-sig",
            "base64",
        )
    ),
    _json("bytes that are no UTF-8", b'"\xff\xfe\xfd"', NO_JSON),
    _json("UTF-8 that is too long", b'"\xc0\xaf"', NO_JSON),
    _json("a surrogate in UTF-8", b'"\xed\xa0\x80"', Either(NO_JSON, lambda value: isinstance(value, str))),
    _json("a code point that is cut", '"é"'.encode()[:-2], NO_JSON),
    # JSON
    *(
        _json(f"JSON that is {text!r}", text.encode(), value)
        for text, value in [
            ("null", None),
            ("true", True),
            ("1", 1),
            ('"x"', "x"),
            ("[]", []),
            (" \n{}\r\n", {}),
            ("-0.0", -0.0),
            ("1e400", math.inf),
        ]
    ),
    _json("NaN", b"NaN", _is(math.nan)),
    _json("Infinity", b"Infinity", _is(math.inf)),
    _json("-Infinity", b"-Infinity", _is(-math.inf)),
    _json("keys twice", b'{"a": 1, "a": 2}', {"a": 2}),
    _json(
        "U+2028 and its like",
        json.dumps("\u2028\u2029\x85\x00", ensure_ascii=False).replace("\\u0000", "\\u0000").encode(),
        "\u2028\u2029\x85\x00",
    ),
    _json("a lone surrogate", rb'"\ud83d"', "\ud83d"),
    _json("a lone surrogate in an error", rb'{"error": "\ud83d"}', Fails(StatusError, status=200)),
    _json("a pair of surrogates", rb'"\ud83d\ude00"', "😀"),
    _json("a control character", b'"a\x01b"', NO_JSON),
    _json("JSON that is cut", b'{"ok": tr', NO_JSON),
    _json("JSON and something behind it", b'{"ok": true}x', NO_JSON),
    _json("two texts of JSON", b'{"ok": true}\n{"ok": true}', NO_JSON),
    _json("quotes of Python", b"{'ok': True}", NO_JSON),
    _json("a comma too many", b"[1, 2,]", NO_JSON),
    _json("nothing", b"", Either(b"", Fails(DecodeError, "empty"))),
    _json("nothing for a task", b"", Fails(DecodeError, "empty"), call=run(PROBE, "x")),
    _json("blanks", b" \r\n ", Fails(DecodeError, "empty")),
    _json("a page", b"<html><title>Login</title></html>", Fails(DecodeError, "web page"), "text/html", run(PROBE, "x")),
    _json("a page that says it is JSON", b"<!doctype html><title>Login</title>", Fails(DecodeError, "web page")),
    _json("an error with 200", b'{"error": "out of memory"}', Fails(StatusError, "out of memory", status=200)),
    _json(
        "an error object with 200",
        b'{"error": {"message": "out of memory", "code": 5}}',
        Fails(StatusError, "out of memory", status=200),
    ),
    _json("an error that is null", b'{"error": null, "ok": true}', {"error": None, "ok": True}),
    _json("JSON that is called text", JSON_BODY, VALUE, "text/plain", run(PROBE, "x")),
    _json("JSON that is called bytes", JSON_BODY, VALUE, "application/octet-stream", run(PROBE, "x")),
    _json("JSON that is called a page", JSON_BODY, VALUE, "text/html", run(PROBE, "x")),
    _json("JSON that is called nothing", JSON_BODY, VALUE, "", run(PROBE, "x")),
    _json("JSON of another name", JSON_BODY, VALUE, "Application/Problem+JSON; a=b"),
    _json("a type that is no type", JSON_BODY, VALUE, ";;;=;charset=;", run(PROBE, "x")),
    _json("an int of 4000 digits", b"9" * 4000, 10**4000 - 1, call=request(then=int)),
    _json("an int of 5000 digits", b"9" * 5000, NO_JSON),
    _json("an int of a million digits", b"[" + b"9" * 1_000_000 + b"]", NO_JSON),
    _json("a float of a million digits", b"0." + b"1" * 1_000_000, _is(1 / 9)),
    _json("an exponent of a million digits", b"1e" + b"9" * 1_000_000, _is(math.inf)),
]
