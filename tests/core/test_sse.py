"""Server-sent events: the WHATWG text as a table, pieces cut anywhere, limits."""

from __future__ import annotations

import json
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfe_core import DecodeError, EventParser, ServerSentEvent
from hfe_core.errors import AnswerTooLarge
from hfe_core.options import Limits


def parse(*pieces: bytes, flush: bool = False, limits: Limits | None = None) -> list[ServerSentEvent]:
    parser = EventParser(limits or Limits())
    events = [event for piece in pieces for event in parser.feed(piece)]
    return events + (list(parser.flush()) if flush else [])


def cuts(text: bytes) -> list[list[bytes]]:
    """The text whole, byte by byte, and cut in two at every place."""
    halves = [[text[:place], text[place:]] for place in range(len(text) + 1)]
    return [[text], [text[i : i + 1] for i in range(len(text))], *halves]


E = ServerSentEvent
RULES = [
    # Lines end in LF, CR or CRLF.
    (b"data: a\n\n", [E("a")]),
    (b"data: a\r\rdata: b\r\r", [E("a"), E("b")]),
    (b"data: a\r\n\r\ndata: b\r\n\r\n", [E("a"), E("b")]),
    (b"data: a\r\n\ndata: b\n\r\ndata: c\r\n\r", [E("a"), E("b"), E("c")]),
    (b"data: a\n\rdata: b\r\n\n", [E("a"), E("b")]),
    (b"data: a\x0bb\x0cc\x1cd\n\n", [E("a\x0bb\x0cc\x1cd")]),
    ("data: a\u2028b\u2029c\u0085d\n\n".encode(), [E("a\u2028b\u2029c\u0085d")]),
    # One space is dropped; a line without a colon is a name.
    (b"data:a\n\n", [E("a")]),
    (b"data:  a\n\n", [E(" a")]),
    (b"data:\ta\n\n", [E("\ta")]),
    (b"data: a:b\n\n", [E("a:b")]),
    (b"data:: a\n\n", [E(": a")]),
    (b"data\n\n", [E("")]),
    (b"data: \n\n", [E("")]),
    (b"data\ndata\n\n", [E("\n")]),
    # Data lines are joined by LF.
    (b"data: a\ndata: b\n\n", [E("a\nb")]),
    (b"data: a\ndata:\ndata: b\n\n", [E("a\n\nb")]),
    (b"data: a\n\ndata: b\ndata: c\n\n", [E("a"), E("b\nc")]),
    # Comments and unknown names are nothing; names are compared exactly.
    (b": comment\n\ndata: a\n: within\ndata: b\n\n", [E("a\nb")]),
    (b":data: a\n\n", []),
    (b"unknown: 1\ndata: a\n\n", [E("a")]),
    (b"Data: a\n\n", []),
    (b" data: a\n\n", []),
    (b"dat: a\n\ndataa: b\n\n", []),
    # Without data no event; then the type is forgotten.
    (b"\n\n\n", []),
    (b"event: x\n\ndata: a\n\n", [E("a")]),
    (b"\n\ndata: a\n\n\n\n\ndata: b\n\n", [E("a"), E("b")]),
    # The type is that of one event, the id stays.
    (b"event: e\nid: 1\ndata: a\n\ndata: b\n\n", [E("a", "e", "1"), E("b", "message", "1")]),
    (b"event: e\nevent: f\ndata: a\n\n", [E("a", "f")]),
    (b"event:\ndata: a\n\n", [E("a")]),
    (b"id: 1\ndata: a\n\nid\ndata: b\n\n", [E("a", id="1"), E("b")]),
    (b"id: 1\n\ndata: a\n\n", [E("a", id="1")]),
    (b"id: 1\ndata: a\n\nid: 2\x00\ndata: b\n\n", [E("a", id="1"), E("b", id="1")]),
    # A byte order mark is one at the beginning only, and only one.
    (b"\xef\xbb\xbfdata: a\n\n", [E("a")]),
    (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n", [E("b")]),
    (b"\n\xef\xbb\xbfdata: a\n\n", []),
    (b"data: \xef\xbb\xbfa\n\n", [E("\ufeffa")]),
    (b"\xef\xbb", []),
    # UTF-8, with replacement.
    ("data: \u00e4\u20ac\U0001f600\n\n".encode(), [E("\u00e4\u20ac\U0001f600")]),
    (b"data: \xff\n\ndata: \xe2\x82\n\n", [E("\ufffd"), E("\ufffd")]),
    (b"data: \xed\xa0\x80\n\n", [E("\ufffd\ufffd\ufffd")]),
    (b"event: \xff\nid: \xff\ndata: a\x00\n\n", [E("a\x00", "\ufffd", "\ufffd")]),
    # What is not ended by a blank line is not dispatched.
    (b"data: a", []),
    (b"data: a\n", []),
    (b"data: a\r\n", []),
    # What servers do beside.
    (b"data:[DONE]\n\n", [E("[DONE]")]),
]


@pytest.mark.parametrize(("text", "events"), RULES)
def test_the_rules_of_the_event_stream_text(text, events):
    for pieces in cuts(text):
        assert parse(*pieces) == events


@pytest.mark.parametrize(
    ("text", "retry"),
    [
        (b"retry: 10\n\n", 10),
        (b"retry:0\n", 0),
        (b"retry: 007\n", 7),
        (b"retry: 10\nretry: 20\n", 20),
        (b"retry: 10\nretry: x\n", 10),
        (b"retry\n", None),
        (b"retry: -1\n", None),
        (b"retry: 1.5\n", None),
        (b"retry: +1\n", None),
        (b"retry:  1\n", None),
        ("retry: \u0663\n".encode(), None),
        (b"retry: " + b"9" * 10_000 + b"\n", None),
        (b"retry: 10", None),
    ],
)
def test_the_time_before_a_new_connection_is_made_of_digits(text, retry):
    for pieces in cuts(text) if len(text) < 100 else [[text]]:
        parser = EventParser()
        for piece in pieces:
            list(parser.feed(piece))
        assert parser.retry == retry


@pytest.mark.parametrize("text", [b"data: a", b"data: a\n", b"data: a\r", b"data: a\r\n", b"id: 1\ndata: a"])
def test_the_last_event_without_its_blank_line_is_given_at_the_end(text):
    for pieces in cuts(text):
        assert [event.data for event in parse(*pieces, flush=True)] == ["a"]


def test_nothing_is_left_over_of_a_stream_that_ended():
    parser = EventParser()
    assert list(parser.feed(b"data: a\n\nevent: x\n")) == [E("a")]
    assert list(parser.flush()) == []
    assert list(parser.flush()) == []


PARTS = st.sampled_from(
    [
        b"data",
        b"event",
        b"id",
        b"retry",
        b":",
        b" ",
        b"a",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"\xef\xbb\xbf",
        b"\xe2\x82\xac",
    ]
)


@given(st.lists(PARTS | st.binary(max_size=3), max_size=40).map(b"".join), st.data())
def test_wherever_the_bytes_are_cut_the_events_and_the_errors_are_the_same(stream, data):
    limits = data.draw(
        st.sampled_from([Limits(), Limits(max_line=12, max_event=20), Limits(max_line=20, max_event=12)])
    )
    places = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    cut = [stream[a:b] for a, b in zip([0, *places], [*places, len(stream)], strict=True)]
    outcomes = []
    for pieces in ([stream], cut, [bytes([byte]) for byte in stream]):
        parser = EventParser(limits)
        found: list[object] = []
        try:
            for piece in pieces:
                found.extend(parser.feed(piece))
            found.extend(parser.flush())
        except AnswerTooLarge as error:
            found.append((error.option, error.limit))
        outcomes.append(found)
    assert outcomes[0] == outcomes[1] == outcomes[2]


class TestLimits:
    LIMITS = Limits(max_line=100, max_event=250)

    @pytest.mark.parametrize(
        ("text", "option"),
        [
            (b"data: " + b"x" * 95, "max_line"),
            (b": " + b"x" * 99, "max_line"),
            (b"x" * 101 + b"\n\n", "max_line"),
            ((b"data: " + b"x" * 80 + b"\n") * 3, "max_event"),
            (b"event: " + b"x" * 80 + b"\nid: " + b"x" * 80 + b"\ndata: " + b"x" * 80, "max_event"),
            (b"event: " + b"x" * 80 + b"\n" + (b"event: " + b"x" * 80 + b"\n") * 3, "max_event"),
            (b"data\n" * 60, "max_event"),
        ],
    )
    def test_what_is_larger_is_refused_after_the_events_before_it(self, text, option):
        for pieces in cuts(b"data: a\n\ndata: b\n\n" + text):
            parser = EventParser(self.LIMITS)
            found = []
            with pytest.raises(AnswerTooLarge, match=f"options.{option} = ") as caught:
                for piece in pieces:
                    for event in parser.feed(piece):
                        found.append(event.data)
            assert caught.value.option == option
            assert found == ["a", "b"]

    @pytest.mark.parametrize(
        "text",
        [
            b"data: " + b"x" * 94 + b"\n\n",
            b": ping\n" * 1000,
            b"x: y\n" * 1000,
            b"data: a\n\n" * 1000,
            b"retry: 1\n" * 99,
        ],
    )
    def test_what_is_not_larger_is_taken_for_as_long_as_it_lasts(self, text):
        events = parse(text, limits=self.LIMITS)
        assert len(events) == text.count(b"data")
        assert parse(*(text[i : i + 1] for i in range(len(text))), limits=self.LIMITS) == events

    def test_a_line_without_end_in_small_pieces_takes_linear_time_and_no_more_memory_than_the_limit(self):
        parser = EventParser(Limits(max_line=2 << 20))
        piece = b"x" * 32
        tracemalloc.start()
        begun = time.perf_counter()
        with pytest.raises(AnswerTooLarge, match="max_line"):
            for _ in range(1 << 18):
                list(parser.feed(piece))
        took, (_, peak) = time.perf_counter() - begun, tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert took < 20  # quadratic: minutes
        assert peak < 8 << 20

    def test_many_short_lines_of_one_event_take_no_more_memory_than_their_bytes(self):
        parser = EventParser(Limits(max_event=1 << 20))
        lines = b"data: ab\n" * 5000
        tracemalloc.start()
        with pytest.raises(AnswerTooLarge, match="max_event"):
            for _ in range(1000):
                list(parser.feed(lines))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 6 << 20


@pytest.mark.parametrize("data", ["[DONE]", " [DONE]", "[DONE] "])
def test_done(data):
    assert ServerSentEvent(data).is_done


@pytest.mark.parametrize("data", ["", "DONE", "[done]", '"[DONE]"', "[DONE]" + " " * 200])
def test_not_done(data):
    assert not ServerSentEvent(data).is_done


def test_json_of_an_event():
    assert ServerSentEvent('{"a": NaN}').json().keys() == {"a"}
    with pytest.raises(DecodeError, match="expected JSON in an event"):
        ServerSentEvent("{").json()
    assert json.dumps(ServerSentEvent('"\\ud800"').json())


@pytest.mark.parametrize("brackets", [201, 100_000])
def test_json_of_an_event_nests_no_deeper_than_the_limit(brackets):
    with pytest.raises(DecodeError, match=r"nested deeper than options\.max_depth = 200"):
        ServerSentEvent("[" * brackets).json()


def test_the_events_of_a_stream_know_its_limit():
    deep, deeper = parse(b"data: [[[1]]]\n\ndata: [[[\ndata:[1]]]]\n\n", limits=Limits(max_depth=3))
    assert deep.json() == [[[1]]]
    with pytest.raises(DecodeError, match="max_depth = 3"):
        deeper.json()
    assert deep == ServerSentEvent("[[[1]]]")
