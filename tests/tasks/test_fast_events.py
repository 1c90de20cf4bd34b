"""With msgspec and without it, a stream has the same events and breaks off with the same error."""

from __future__ import annotations

import importlib.util
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfe_core import DecodeError, EventDecoder, HfeError, Payload, ServerSentEvent, StreamTask
from hfe_core._events import EventReader
from hfe_core._received import Received
from hfe_core.testing import Reply, response_for
from hfe_tasks import CHAT_COMPLETION_STREAM, TEXT_GENERATION_STREAM
from tests.tasks.test_fast_decoding import DOCUMENTS, SCALARS, Everything, equal

pytestmark = pytest.mark.skipif(importlib.util.find_spec("msgspec") is None, reason="msgspec is an extra")

TGI = '{"index":1,"token":{"id":1,"text":" a","logprob":-0.5,"special":false},"generated_text":null,"details":null}'
CHUNK = (
    '{"object":"chat.completion.chunk","id":"","created":1,"model":"m","choices":[{"index":0,"delta":'
    '{"role":"assistant","content":"a","tool_calls":null},"logprobs":null,"finish_reason":null}],"usage":null}'
)
OPENAI = '{"id":"1","choices":[{"delta":{"content":"a"},"index":0}]}'
EMPTY = '{"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}'
CALL = (
    '{"choices": [{"index": 0, "delta": {"content": null, "tool_calls": [{"index": 0, "id": 7, "function":'
    ' {"name": "f", "arguments": {"a": 1}}}]}}]}'
)
LAST = (
    '{"token":{"id":2,"text":"b","logprob":null,"special":true},"generated_text":"ab","details":{"finish_reason":'
    '"length","generated_tokens":2,"seed":1,"best_of_sequences":[{"token":{"id":1},"index":2,"details":{"x":[]}}]}}'
)
GOOD = (TGI, CHUNK, OPENAI, EMPTY, CALL, LAST)
ODD = (
    "[DONE]",
    "",
    "{",
    "[" * 300,
    '{"error":"no"}',
    '{"detail":"no"}',
    '{"choices":[],"error":{"message":"no"}}',
    '{"object":"error","message":"no"}',
    TGI.replace("-0.5", "NaN"),
    TGI.replace("-0.5", "null"),
    TGI.replace(" a", "\\ud800"),
    TGI.replace('"id":1', '"id":' + "9" * 30),
    TGI.replace('"id":1', '"id":1.0'),
    TGI[:-1] + ',"more":' + "[" * 300 + "]" * 300 + "}",
    TGI[:-1] + ',"top_tokens":[{"id":3,"text":"c"}]}',
    CHUNK.replace(',"tool_calls":null', ',"tool_calls":nullx'),
    CHUNK.replace('"a"', '"a,\\"tool_calls\\":null"'),
    CHUNK.replace('"a","tool_calls":null', '"a,"tool_calls":null"'),
    CHUNK.replace('"delta"', '"x\\"delta"'),
    CHUNK.replace('"content":"a"', '"content":"a","content":"b","refusal":"c"'),
)
KINDS: tuple[StreamTask[..., Any], ...] = (
    CHAT_COMPLETION_STREAM,
    TEXT_GENERATION_STREAM,
    StreamTask(name="all", encode=TEXT_GENERATION_STREAM.encode, decode=EventDecoder(Everything)),
)


def slow(task: StreamTask[..., Any]) -> StreamTask[..., Any]:
    """The same task without msgspec."""
    decoder = pickle.loads(pickle.dumps(task.decode))
    decoder._decoder._prepare()
    decoder._decoder._fast = None
    return StreamTask(name=task.name, encode=task.encode, decode=decoder, ends=task.ends)


SLOW = {task.name + str(index): slow(task) for index, task in enumerate(KINDS)}
FAST = {task.name + str(index): task for index, task in enumerate(KINDS)}


def outcome(task: StreamTask[..., Any], pieces: list[bytes]) -> list[object]:
    """The events, and how the stream ends."""
    head = response_for(Payload(inputs="x"), Reply(b"", headers={"content-type": "text/event-stream"}))
    reader = EventReader(
        task("x") if task.name != "chat-completion" else task([{"role": "user", "content": "x"}]), head
    )
    found: list[object] = []
    try:
        for piece in pieces:
            found.extend(reader.feed(piece))
        found.extend(reader.finish())
    except HfeError as error:
        found.append((type(error).__name__, str(error), getattr(error, "received", None)))
    return [*found, reader.done, list(reader.received)]


DATA = st.sampled_from(GOOD) | st.sampled_from(GOOD) | st.sampled_from(ODD) | DOCUMENTS.map(json.dumps)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """An event that a server or the way changed in one place."""
    text = bytearray(draw(st.sampled_from(GOOD)).encode())
    place = draw(st.integers(0, len(text) - 1))
    text[place : place + draw(st.integers(0, 3))] = draw(
        st.binary(max_size=2).filter(lambda value: b"\n" not in value and b"\r" not in value)
        | st.sampled_from([b"NaN", b"\\ud800", b"\xff", b"[]", b"null", b'"', b',"tool_calls":null', b"\xe2\x82\xac"])
        | SCALARS.map(lambda value: json.dumps(value).encode())
    )
    return bytes(text)


@given(
    st.sampled_from(sorted(FAST)),
    st.sampled_from(GOOD),
    st.integers(0, 12),
    st.lists(mutated() | DATA.map(str.encode), max_size=4),
    st.sampled_from([b"data:%b\n\n", b"data: %b\n\n", b": ping\n\ndata: %b\n\n", b"id: 1\r\ndata: %b\r\n\r\n"]),
    st.data(),
)
def test_runs_of_events(name, usual, count, others, form, data):
    events = [usual.encode()] * count
    for other in others:
        events.insert(data.draw(st.integers(0, len(events))), other)
    stream = b"".join(form % event for event in events)
    places = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=3)))
    pieces = [stream[a:b] for a, b in zip([0, *places], [*places, len(stream)], strict=True)]
    fast, plain = outcome(FAST[name], pieces), outcome(SLOW[name], [stream])
    assert len(fast) == len(plain)
    assert all(map(equal, fast, plain)), (fast, plain)


@pytest.mark.parametrize("name", sorted(FAST))
@pytest.mark.parametrize("odd", [*ODD, *GOOD], ids=lambda text: ascii(text)[:40])
def test_an_odd_event_among_many(name, odd):
    usual = TGI if name.startswith("text") else OPENAI if name.startswith("chat") else '{"text":"a"}'
    stream = b"".join(b"data:%b\n\n" % text.encode() for text in (*[usual] * 12, odd, *[usual] * 12))
    fast, plain = outcome(FAST[name], [stream]), outcome(SLOW[name], [stream])
    assert len(fast) == len(plain)
    assert all(map(equal, fast, plain))


def test_many_events_are_decoded_at_once():
    decoder = CHAT_COMPLETION_STREAM.decode
    assert isinstance(decoder, EventDecoder)
    run = b"\n\n".join([b"data: " + CHUNK.encode()] * 20)
    found = decoder.run(run, 200)
    assert found == [decoder(ServerSentEvent(CHUNK))] * 20
    assert decoder.run(b"\n\n".join([run, b"data: [DONE]"]), 200) is None


@pytest.mark.parametrize("place", [0, 1, 5, 19, 20])
def test_nothing_follows_done(place):
    events = [CHUNK] * 20
    events.insert(place, "[DONE]")
    stream = b"".join(b"data: %b\n\n" % event.encode() for event in events)
    found = outcome(CHAT_COMPLETION_STREAM, [stream])
    assert found == [*[decode(CHUNK)] * place, True, [decode(CHUNK)] * place]


def decode(text: str) -> Any:
    return CHAT_COMPLETION_STREAM.decode(ServerSentEvent(text))


def test_what_was_received_is_a_sequence():
    received = Received[int](lambda run: [*map(int, run.split())])
    assert not received
    for event in (1, 2):
        received.append(event)
    received.append_run(b"3 4 5", 3)
    received.append(6)
    assert len(received) == 6
    assert list(received) == [1, 2, 3, 4, 5, 6]
    assert list(reversed(received)) == [6, 5, 4, 3, 2, 1]
    assert (received[-1], received[0], received[3], received[1:3]) == (6, 1, 4, (2, 3))
    received.append_run(b"7 8", 2)
    assert received[-1] == 8
    received.drop(3)
    assert [*received] == [1, 2, 3, 4, 5]
    with pytest.raises(IndexError):
        received[5]


def test_a_decoder_of_events_is_a_value():
    decoder = EventDecoder(Everything, no_lists=("many",))
    assert pickle.loads(pickle.dumps(decoder)) == decoder
    assert hash(decoder) == hash(EventDecoder(Everything, no_lists=("many",)))
    assert decoder != EventDecoder(Everything)
    assert decoder.kind is Everything
    with pytest.raises(DecodeError, match="expected the field 'text'"):
        decoder(ServerSentEvent("{}"))
