"""The plugin's own tests: contract, wire, and true answers of the handler over HTTP."""

from __future__ import annotations

import io
import json
import math
import threading
import wave
from array import array
from collections.abc import Callable, Iterator

import pytest
from handler import EndpointHandler
from hfe_sound_events import __version__
from hfe_sound_events.tasks import SOUND_EVENTS, SOUND_EVENTS_STREAM, SoundEvent, SoundTasks
from server import SoundServer

from hfe_core import BadRequest, Client, EncodeError, Media, StreamBroken
from hfe_core.testing import FakeTransport, Reply, check_task

Fake = Callable[..., tuple[Client, FakeTransport]]
RATE = 8000


class Endpoint(SoundTasks, Client):
    """A client with this plugin's tasks as methods."""


def recording(*parts: tuple[float, float]) -> bytes:
    """A WAV file of 400 Hz tones: seconds and amplitude (0 to 1) of each part."""
    samples = array("h")
    for seconds, amplitude in parts:
        samples.extend(
            round(32767 * amplitude * math.sin(2 * math.pi * 400 * at / RATE)) for at in range(round(seconds * RATE))
        )
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return target.getvalue()


TWO_SOUNDS = recording((0.2, 0), (0.4, 0.5), (0.3, 0), (0.2, 0.05), (0.1, 0))
EVENTS = [SoundEvent(0.2, 0.6, -9.0), SoundEvent(0.9, 1.1, -29.0)]


@pytest.fixture(scope="module")
def server() -> Iterator[SoundServer]:
    with SoundServer() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def endpoint(server: SoundServer) -> Iterator[Endpoint]:
    with Endpoint(server.url, access_token=False) as client:
        yield client


def test_contract_of_the_task() -> None:
    answer = [{"start": 0.2, "end": 0.6, "level": -9.0, "since_v2": 1}]
    assert check_task(SOUND_EVENTS, arguments={"inputs": TWO_SOUNDS}, answer=answer) == EVENTS[:1]


def test_contract_of_the_stream() -> None:
    arguments = {"inputs": TWO_SOUNDS, "threshold": -30}
    assert (
        check_task(SOUND_EVENTS_STREAM, arguments=arguments, answer={"start": 0.2, "end": 0.6, "level": -9})
        == EVENTS[0]
    )


def test_without_parameters_the_sound_is_the_body(hfe_fake: Fake) -> None:
    client, sent = hfe_fake(Reply([]))
    assert client.run(SOUND_EVENTS, TWO_SOUNDS) == []
    assert sent.requests[0].body == TWO_SOUNDS
    assert sent.requests[0].headers["content-type"] == "audio/wav"


def test_with_parameters_it_is_base64_in_json(hfe_fake: Fake) -> None:
    client, sent = hfe_fake(Reply([]))
    client.run(SOUND_EVENTS, TWO_SOUNDS, threshold=-30, parameters={"channel": 0})
    body = sent.requests[0].body
    assert isinstance(body, bytes)
    assert json.loads(body) == {
        "inputs": Media.of(TWO_SOUNDS).base64(),
        "parameters": {"threshold": -30, "channel": 0},
    }


def test_the_hook_marks_this_plugins_requests_only(hfe_fake: Fake) -> None:
    client, sent = hfe_fake(Reply([]))
    client.run("sound-events", TWO_SOUNDS)
    client.request({"inputs": "other"})
    assert [request.headers.get("x-sound-events-client") for request in sent.requests] == [__version__, None]


@pytest.mark.parametrize(
    ("arguments", "parameter"),
    [
        ({"inputs": "door.wav"}, "inputs"),
        ({"inputs": b""}, "inputs"),
        ({"inputs": TWO_SOUNDS, "threshold": 3}, "threshold"),
        ({"inputs": TWO_SOUNDS, "min_silence": -1}, "min_silence"),
        ({"inputs": TWO_SOUNDS, "threshold": -3, "parameters": {"threshold": -4}}, "threshold"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, object], parameter: str) -> None:
    with pytest.raises(EncodeError) as caught:
        SOUND_EVENTS.encode(**arguments)  # type: ignore[arg-type]
    assert caught.value.parameter == parameter


def test_a_cut_stream_is_noticed_and_keeps_what_came(hfe_fake: Fake) -> None:
    client, _ = hfe_fake(Reply.events({"start": 0.2, "end": 0.6, "level": -9.0}))
    stream = client.stream(SOUND_EVENTS_STREAM, TWO_SOUNDS)
    assert next(stream) == EVENTS[0]
    with pytest.raises(StreamBroken) as caught:
        next(stream)
    assert caught.value.received == (EVENTS[0],)


def test_handler_as_the_container_calls_it() -> None:
    handler = EndpointHandler("/repository")
    raw = handler({"inputs": TWO_SOUNDS})
    assert raw == [{"start": 0.2, "end": 0.6, "level": -9.0}, {"start": 0.9, "end": 1.1, "level": -29.0}]
    assert handler({"inputs": Media.of(TWO_SOUNDS).base64(), "parameters": {}}) == raw
    assert handler({"inputs": recording((0.5, 0))}) == []
    assert len(handler({"inputs": TWO_SOUNDS, "parameters": {"min_silence": 0.5}})) == 1


def test_true_answers_over_http(endpoint: Endpoint, server: SoundServer) -> None:
    assert endpoint.sound_events(TWO_SOUNDS) == EVENTS
    assert endpoint.sound_events(inputs=TWO_SOUNDS, threshold=-20) == EVENTS[:1]
    assert server.clients[-1] == __version__


def test_true_stream_over_http(endpoint: Endpoint) -> None:
    assert list(endpoint.sound_events_stream(TWO_SOUNDS, min_silence=0.05)) == EVENTS
    assert list(endpoint.sound_events_stream(recording((0.1, 0)))) == []


def test_what_is_no_wav_is_refused_by_the_handler(endpoint: Endpoint) -> None:
    with pytest.raises(BadRequest, match="expected a WAV file"):
        endpoint.sound_events(b"OggS but not really")
    with pytest.raises(BadRequest, match="expected a WAV file"):
        list(endpoint.sound_events_stream(b"OggS but not really"))
