"""Errors carry data, pickle, and read every shape of error body."""

import inspect
import pickle

import pytest

from hfe_core import Payload, errors
from hfe_core.errors import (
    ConnectError,
    DecodeError,
    EncodeError,
    HfeError,
    PluginError,
    RequestTimeout,
    StatusError,
    StreamBroken,
    UnknownTaskError,
    status_error_class,
)
from hfe_core.server_errors import error_message, status_error
from hfe_core.testing import Reply, response_for

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
        ({"error": "unknown error", "warnings": ["w1", "w2"]}, "unknown error (w1, w2)"),
        ({"error": "a", "error_type": "overloaded"}, "a"),
        ({"detail": "a"}, "a"),
        (
            {"detail": [{"type": "missing", "loc": ["body", "model"], "msg": "Field required"}]},
            "body.model: Field required",
        ),
        ({"message": "a"}, "a"),
        ("a", "a"),
        ([{"error": "a"}], "a"),
        ({}, ""),
        (None, ""),
        (3, ""),
    ],
)
def test_messages_of_every_shape(body, message):
    assert error_message(body) == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"Not Found", "Not Found"),
        (b"<html><head><title>502 Bad\nGateway</title></head></html>", "502 Bad Gateway"),
        (b"<p>some <b>words</b></p>", "some words"),
        (b'{"error": "cut', '{"error": "cut'),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"", ""),
        (b"[" * 100_000, "[" * 100_000),
        ('{"error": "ü"}'.encode(), "ü"),
        (b'\xef\xbb\xbf{"error": "bom"}', "bom"),
        (b'{"no": "words"}', '{"no": "words"}'),
    ],
)
def test_messages_of_any_body(body, message):
    error = status_error(response_for(Payload(), Reply(body, status=502)))
    assert error.message == message
    assert len(str(error)) < 500


@pytest.mark.parametrize(
    ("status", "name"),
    [(404, "NotFound"), (418, "StatusError"), (500, "ServerError"), (599, "ServerError"), (200, "StatusError")],
)
def test_classes_by_status(status, name):
    kind = status_error_class(status)
    assert kind.__name__ == name
    assert issubclass(kind, StatusError)
