"""Errors carry data, pickle, and read every shape of error body."""

import html
import inspect
import json
import math
import pickle
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import attrs
import pytest

from hfe_core import Client, Payload, Token, errors
from hfe_core.errors import (
    ConnectError,
    DecodeError,
    EncodeError,
    EndpointPaused,
    HfeError,
    PluginError,
    RequestTimeout,
    StatusError,
    StreamBroken,
    UnknownTaskError,
)
from hfe_core.server_errors import error_message, retry_after, says_loading, status_error, status_error_class
from hfe_core.testing import FakeTransport, Reply, response_for

EXAMPLES = [
    HfeError("x"),
    UnknownTaskError("fil-mask", close=["fill-mask"], broken=["hfe-x 1.0 (ImportError)"]),
    EncodeError("top_k", "expected an int"),
    DecodeError("expected str", path="$[0].label", excerpt="1", request_id="r"),
    PluginError("x", distributions=["hfe-a", "hfe-b"]),
    ConnectError("x"),
    RequestTimeout("x", phase="read"),
    StreamBroken("x", received=[1, 2]),
    *(status_error_class(status)(status, "m", headers={"a": "b"}, body=b"c") for status in range(400, 506)),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_errors_pickle_with_their_data(error):
    error.attempts = 3
    error.add_note("a note")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), vars(again)) == (str(error), vars(error))
    assert isinstance(again, HfeError)


def test_the_tree_at_the_top_is_the_tree():
    drawn = errors.__doc__ or ""
    for name, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, HfeError):
            assert name in drawn
            assert name in errors.__all__


def test_builtin_relatives():
    assert isinstance(EXAMPLES[1], LookupError)
    assert isinstance(EncodeError("a", "b"), ValueError)
    assert isinstance(RequestTimeout("x", phase="read"), TimeoutError)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": "a"}, "a"),
        ({"error": ["a", "b"]}, "a, b"),
        ({"error": {"message": "a", "type": "t", "code": 400}}, "a"),
        ({"error": {"error": {"detail": ["a", {"message": "b"}]}}}, "a, b"),
        ({"error": "unknown error", "warnings": ["w1", "w2"]}, "unknown error (w1, w2)"),
        ({"error": "a", "error_type": "overloaded"}, "a"),
        ({"error": True, "message": "a"}, "a"),
        ({"error": "invalid_request", "error_description": "a"}, "invalid_request"),
        ({"error": "Bad Request", "message": "a", "statusCode": 400}, "a"),
        ({"status": 500, "error": "Internal Server Error", "path": "/"}, "Internal Server Error"),
        ({"detail": "a"}, "a"),
        ({"detail": {"reason": "a"}}, "a"),
        (
            {"detail": [{"type": "missing", "loc": ["body", "model"], "msg": "Field required"}]},
            "body.model: Field required",
        ),
        ({"detail": [{"loc": ["body", 0], "msg": "x"}, {"msg": "y"}]}, "body.0: x, y"),
        ({"errors": [{"message": "a"}, "b"]}, "a, b"),
        ({"errors": {"name": ["is empty", "is short"]}}, "name: is empty, is short"),
        ({"title": "Invalid", "errors": {"name": ["is empty"]}}, "name: is empty"),
        ({"message": "a"}, "a"),
        ({"Message": "a", "__type": "ValidationException"}, "a"),
        ({"object": "error", "message": "a", "type": "t", "code": 40303}, "a"),
        ({"type": "about:blank", "title": "t", "status": 400, "detail": "a"}, "a"),
        ({"type": "about:blank", "title": "a", "status": 400}, "a"),
        ("a", "a"),
        ([{"error": "a"}], "a"),
        ({}, ""),
        ({"error": None}, ""),
        ({"error": {"code": 3}}, ""),
        (None, ""),
        (3, ""),
    ],
)
def test_messages_of_every_shape(body, message):
    assert error_message(body) == message


XML = b"<?xml version='1.0'?>\n<Error><Code>AccessDenied</Code><Message>Access &amp; Denied</Message></Error>"


def refusal(body: bytes, status: int = 502, content_type: str = "", token: str | None = None, **headers: str):
    response = response_for(Payload(), Reply(body, status=status, headers={"content-type": content_type, **headers}))
    request = attrs.evolve(response.request, token=None if token is None else Token(token))
    return status_error(attrs.evolve(response, request=request))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"Not Found", "Not Found"),
        (b" \r\nNot\nFound\r\n", "Not\nFound"),
        (b"<html><head><title>502 Bad\nGateway</title></head></html>", "502 Bad Gateway"),
        (b"<!DOCTYPE html><html><head><title></title></head><body><h1>A &amp; B</h1>", "A & B"),
        (b"<html><style>p{}</style><script>1<2</script><p>some <b>words</b></p>", "some words"),
        (b"<p>some <b>words</b></p>", "some words"),
        (XML, "Access & Denied"),
        (b'{"error": "cut', "cut"),
        (b'{"error": "cut \\u00', "cut "),
        (b'{"error": "cut \\', "cut "),
        (b'{"error": "\\u00e4\\"\\n', 'ä"\n'),
        (b'{"error": {"message": "cut", "code": 4', "cut"),
        (b'{"error": ["a", "cut', "a"),
        (b'{"detail": [{"type": "missing", "loc": ["body", "inputs"], "msg": "Field req', "Field req"),
        (b'{"error": "a"} trailing', "a"),
        (b'{"other": "cut', '{"other": "cut'),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"", "Bad Gateway"),
        (b" \n", "Bad Gateway"),
        (b"<html></html>", "Bad Gateway"),
        (b'""', "Bad Gateway"),
        (b"[" * 100_000, "[" * 100_000),
        (b'{"error":' * 100_000, '{"error":' * 100_000),
        ('{"error": "ü"}'.encode(), "ü"),
        (b'{"error": "\xfc"}', "\ufffd"),
        (b'\xef\xbb\xbf{"error": "bom"}', "bom"),
        ('{"error": "ü"}'.encode("utf-16"), "ü"),
        (b'{"no": "words"}', '{"no": "words"}'),
        (
            b"red \x1b[31m and a bell \x07, and more that can be read",
            "red \\x1b[31m and a bell \\x07, and more that can be read",
        ),
    ],
)
def test_messages_of_any_body(body, message):
    error = refusal(body)
    assert error.message == message
    assert len(str(error)) < 500


def test_a_charset_is_taken_where_the_bytes_are_no_utf_8():
    assert refusal('{"error": "ü"}'.encode("latin-1"), content_type="application/json; charset=latin-1").message == "ü"
    assert refusal("grüß".encode("latin-1"), content_type="text/plain; charset=iso-8859-1").message == "grüß"
    assert refusal("grüß".encode(), content_type="text/plain; charset=iso-8859-1").message == "grüß"
    assert refusal(b"gr\xfc", content_type="text/plain; charset=base64").message == "gr\ufffd"


@pytest.mark.parametrize(
    "body", [bytes(range(256)) * 4000, b"\x1f\x8b\x08" + b"\x00" * 100_000, b"\x89PNG\r\n\x1a\n\0\0\0"]
)
def test_of_what_is_no_text_an_excerpt_is_shown(body):
    error = refusal(body)
    assert 0 < len(error.message) < 1000
    assert all(character.isprintable() or character.isspace() for character in str(error))
    assert error.body == body


@pytest.mark.parametrize(
    ("status", "message"), [(404, "Not Found"), (503, "Service Unavailable"), (599, ""), (200, "")]
)
def test_without_words_the_status_speaks(status, message):
    assert refusal(b"", status).message == message


@pytest.mark.parametrize(
    "body",
    [b"<" * 1_000_000, b"<script>" * 125_000, b"<title" * 160_000, b'{"error": "' + b"\\" * 999_999, b"<p>" * 300_000],
)
def test_a_hostile_body_takes_no_long_time(body):
    begun = time.process_time()
    assert refusal(body).message
    assert time.process_time() - begun < 5


TOKEN = 'hf_a/b+c"d\\e<f'


@pytest.mark.parametrize(
    "form",
    [
        TOKEN,
        quote(TOKEN),
        quote(TOKEN, safe=""),
        quote(TOKEN, safe="").lower(),
        json.dumps(TOKEN)[1:-1],
        json.dumps(TOKEN)[1:-1].replace("/", "\\/").replace("+", "\\u002B"),
        html.escape(TOKEN),
        html.escape(TOKEN).replace("/", "&#x2F;").replace("+", "&#43;"),
    ],
)
def test_a_token_that_a_server_echoes_is_not_shown_in_any_form(form):
    for body in (
        f'{{"error": "you sent {form} "}}',
        f"you sent {form} ",
        f"<h1>you sent {form} </h1>",
        f'{{"error": "{form} cut',
    ):
        error = refusal(body.encode(), 401, token=TOKEN, **{"x-echo": form, "x-request-id": form})
        for shown in (
            str(error),
            error.message,
            repr(error.headers),
            str(error.request_id),
            error.body.decode(),
            repr(vars(error)),
        ):
            assert form not in shown
            assert "b+c" not in shown
            assert "***" in shown
        assert TOKEN.encode() not in pickle.dumps(error)


def test_a_token_that_an_event_echoes_is_not_shown():
    replies = [
        Reply(headers={"content-type": kind}, pieces=(b"data: you sent hf_token\n\n",))
        for kind in ("text/event-stream", "text/plain")
    ]
    client = Client("https://endpoint.test", access_token="hf_token", transport=FakeTransport(*replies))
    for _ in replies:
        with pytest.raises(DecodeError) as caught:
            list(client.stream("text-generation", "x"))
        assert "you sent ***" in str(caught.value)
        assert b"hf_token" not in pickle.dumps(caught.value)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("5", 5.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("0", 0.0),
        ("5, 10", 5.0),
        ("99999999999", 99999999999.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0.0),
        ("Sun Nov  6 08:49:37 1994", 0.0),
        ("-1", None),
        ("-0.5", None),
        ("nan", None),
        ("inf", None),
        ("1e3", None),
        ("1_0", None),
        ("9" * 400, None),
        ("\u0663", None),
        ("5s", None),
        ("soon", None),
        ("", None),
        ("Mon, 32 Foo 99", None),
        ("31 Dec 9999999 23:59:59 GMT", None),
        ("x" * 60_000, None),
    ],
)
def test_retry_after(value, seconds):
    assert retry_after({"retry-after": value}) == seconds
    assert refusal(b"", 503, **{"retry-after": value}).retry_after == seconds


@pytest.mark.parametrize(
    "form", ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y", "%d %b %Y %H:%M:%S"]
)
def test_retry_after_a_moment_in_every_form_of_http_is_in_universal_time(form):
    moment = (datetime.now(UTC) + timedelta(seconds=100)).strftime(form)
    assert 80 < retry_after({"retry-after": moment}) <= 100


def test_no_retry_after():
    assert retry_after({}) is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (20.0, 20.0),
        (0, 0.0),
        (-1, None),
        (True, None),
        ("20", None),
        (None, None),
        (math.nan, None),
        (math.inf, None),
        (10**400, None),
    ],
)
def test_estimated_time(value, seconds):
    body = json.dumps({"error": "Model x is currently loading", "estimated_time": value}).encode()
    assert refusal(body, 503).estimated_time == seconds


@pytest.mark.parametrize(
    ("status", "words", "state"),
    [
        (503, "Model x/y is currently loading", "loading"),
        (503, "Model x/paused-bert is currently loading", "loading"),
        (503, "The endpoint is scaled to zero", "loading"),
        (503, "Endpoint is initializing", "loading"),
        (503, "The endpoint is paused, ask a maintainer to restart it", "paused"),
        (503, "Endpoint is in state 'paused'", "paused"),
        (400, "Bad Request: the endpoint is paused, ask a maintainer to restart it", "paused"),
        (503, "Service Unavailable", None),
        (500, "Model x is currently loading", None),
        (404, "Model x does not exist", None),
    ],
)
def test_loading_and_paused_are_told_apart(status, words, state):
    error = refusal(json.dumps({"error": words}).encode(), status)
    assert (says_loading(error), isinstance(error, EndpointPaused)) == (state == "loading", state == "paused")


@pytest.mark.parametrize(
    ("status", "name"),
    [(404, "NotFound"), (418, "StatusError"), (500, "ServerError"), (599, "ServerError"), (200, "StatusError")],
)
def test_classes_by_status(status, name):
    kind = status_error_class(status)
    assert kind.__name__ == name
    assert issubclass(kind, StatusError)
