"""Server-sent events: the WHATWG text as a table, and pieces cut anywhere."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfe_core import DecodeError, EventParser, ServerSentEvent


def parse(*pieces: bytes, flush: bool = False) -> list[ServerSentEvent]:
    parser = EventParser()
    events = [event for piece in pieces for event in parser.feed(piece)]
    return events + (list(parser.flush()) if flush else [])


@pytest.mark.parametrize(
    ("text", "data"),
    [
        (b"data: a\n\n", ["a"]),
        (b"data:a\n\n", ["a"]),
        (b"data:  a\n\n", [" a"]),
        (b"data: a\r\rdata: b\r\r", ["a", "b"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b"data\n\n", [""]),
        (b"data: \n\n", [""]),
        (b"data\ndata\n\n", ["\n"]),
        (b": comment\n\ndata: a\n\n", ["a"]),
        (b"\n\n\n", []),
        (b"event: x\n\n", []),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b"data: a\xef\xbb\xbf\n\n", ["a\ufeff"]),
        (b"unknown: 1\ndata: a\n\n", ["a"]),
        (b"Data: a\n\n", []),
        (b" data: a\n\n", []),
        (b"retry: 10\ndata: a\n\n", ["a"]),
        (b"data: a:b\n\n", ["a:b"]),
        ("data: a\u2028b\n\n".encode(), ["a\u2028b"]),
        (b"data: a\x0bb\x0cc\x1cd\x85\n\n", ["a\x0bb\x0cc\x1cd\ufffd"]),
        (b"data: \xff\n\n", ["\ufffd"]),
        (b"data: a", []),
        (b"data: a\n", []),
    ],
)
def test_the_rules_of_the_event_stream_text(text, data):
    assert [event.data for event in parse(text)] == data
    assert [event.data for event in parse(*(text[i : i + 1] for i in range(len(text))))] == data


def test_type_and_id():
    first, second, third = parse(b"event: e\nid: 1\ndata: a\n\ndata: b\n\nid\nevent:\ndata: c\n\n")
    assert (first.event, first.id) == ("e", "1")
    assert (second.event, second.id) == ("message", "1")
    assert (third.event, third.id) == ("message", "")


def test_an_id_with_a_null_byte_is_ignored():
    assert parse(b"id: a\x00b\ndata: x\n\n")[0].id == ""


@pytest.mark.parametrize("text", [b"data: a", b"data: a\n", b"data: a\r", b"data: a\r\n"])
def test_the_last_event_without_its_blank_line_is_given_at_the_end(text):
    assert [event.data for event in parse(text, flush=True)] == ["a"]


@given(
    st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])), max_size=5),
    st.sampled_from(["\n", "\r", "\r\n"]),
    st.data(),
)
def test_wherever_the_bytes_are_cut_the_events_are_the_same(texts, newline, data):
    stream = "".join(f"data: {text}{newline}{newline}" for text in texts).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert [event.data for event in parse(*pieces)] == texts


@given(st.lists(st.binary(max_size=30), max_size=6))
def test_any_bytes_make_events_or_none(pieces):
    assert all(isinstance(event.data, str) for event in parse(*pieces, flush=True))


@pytest.mark.parametrize(
    "pieces",
    [[b"data: " + b"x" * 2000], [b"data: " + b"x" * 600 + b"\n"] * 3, [b"x" * 700, b"x" * 700], [b"d" * 300] * 5],
)
def test_an_event_has_a_limit(pieces):
    parser = EventParser(max_event=1000)
    with pytest.raises(DecodeError, match="at most 1000 bytes"):
        for piece in pieces:
            list(parser.feed(piece))


@pytest.mark.parametrize("data", ["[DONE]", " [DONE]", "[DONE] "])
def test_done(data):
    assert ServerSentEvent(data).is_done


def test_json_of_an_event():
    assert ServerSentEvent('{"a": NaN}').json().keys() == {"a"}
    with pytest.raises(DecodeError, match="expected JSON in an event"):
        ServerSentEvent("{").json()
    with pytest.raises(DecodeError):
        ServerSentEvent("[" * 200_000).json()
    assert json.dumps(ServerSentEvent('"\\ud800"').json())
