"""Labels for sounds, and sounds for sounds: shapes beyond those recorded, wrong ones with their places, wrong arguments."""

from __future__ import annotations

import base64
import io
import json
import math
import wave

import pytest

from hfe_core import Audio, DecodeError, EncodeError, Media, Options, Payload, StatusError, Task
from hfe_core.testing import Reply, fake_client, response_for
from hfe_tasks import AUDIO_CLASSIFICATION, AUDIO_TO_AUDIO, AudioToAudioOutput, Classification
from tests.recordings import COMMUNITY, get

FLAC = b"fLaC\0"
FLAC64 = base64.b64encode(FLAC).decode()
LOW = {"label": "low", "blob": FLAC64, "content-type": "audio/flac"}
A_LOW = AudioToAudioOutput("low", Audio(file=Media(FLAC, "audio/flac")))
QUIET = {"label": "quiet", "score": 0.75}


def one(task: Task, answer: object):
    return task.decode(response_for(task.encode(FLAC), Reply(answer)))


def wrong(task: Task, answer: object) -> str:
    with pytest.raises(DecodeError) as caught:
        one(task, answer)
    return caught.value.path


class TestClassification:
    def test_shapes(self):
        for answer in ([QUIET], [[QUIET]], QUIET, [{"score": 0.75, "label": "quiet", "rank": 1}]):
            assert one(AUDIO_CLASSIFICATION, answer) == [Classification("quiet", 0.75)]
        assert math.isnan(one(AUDIO_CLASSIFICATION, [{**QUIET, "score": None}])[0].score)

    def test_places_of_mistakes(self):
        assert wrong(AUDIO_CLASSIFICATION, [QUIET, {"label": "loud"}]) == "$[1]"
        assert wrong(AUDIO_CLASSIFICATION, [[QUIET], [QUIET]]) == "$[0]"
        assert wrong(AUDIO_CLASSIFICATION, [{**QUIET, "score": "0.75"}]) == "$[0].score"
        assert wrong(AUDIO_CLASSIFICATION, {"text": "quiet"}) == "$"

    def test_labels_of_several_addresses(self):
        """Addresses can travel together where a plugin sends them, and only they."""
        response = response_for(Payload(inputs=["https://a", "https://b"]), Reply([[QUIET], [QUIET, QUIET]]))
        assert [len(labels) for labels in AUDIO_CLASSIFICATION.decode_many(response)] == [1, 2]

    @pytest.mark.parametrize(
        ("name", "value"),
        [("top_k", 0), ("top_k", 1.5), ("function_to_apply", "relu"), ("inputs", "a.wav"), ("inputs", b"GIF89a")],
    )
    def test_wrong_arguments(self, name, value):
        with pytest.raises(EncodeError) as caught:
            AUDIO_CLASSIFICATION.encode(**{"inputs": FLAC, name: value})
        assert caught.value.parameter == name


class TestAudioToAudio:
    @pytest.mark.parametrize(
        ("said", "data", "expected"),
        [
            ("audio/flac", FLAC, "audio/flac"),
            ("audio/mp3", b"ID3\4", "audio/mp3"),
            ("audio/x-own", b"????", "audio/x-own"),
            (None, FLAC, "audio/flac"),
            ("", b"OggS", "audio/ogg"),
            ("application/octet-stream", b"RIFF\0\0\0\0WAVE", "audio/wav"),
            ("application/ogg", b"OggS", "audio/ogg"),
            ("video/webm", b"\x1aE\xdf\xa3", "audio/webm"),
            (None, b"????", "audio/x-audio"),
        ],
    )
    def test_types(self, said, data, expected):
        blob = base64.b64encode(data).decode()
        for prefix in ("", "data:audio/x-wav;base64,"):
            (output,) = one(AUDIO_TO_AUDIO, [{"label": "a", "blob": prefix + blob, "content-type": said}])
            assert (output.blob.data, output.content_type, output.blob.content_type) == (data, expected, expected)

    def test_no_type(self):
        assert one(AUDIO_TO_AUDIO, [{"label": "low", "blob": FLAC64}]) == [A_LOW]
        assert one(AUDIO_TO_AUDIO, [{"label": "low", "blob": f"{FLAC64[:4]}\r\n{FLAC64[4:]}\n"}]) == [A_LOW]

    def test_how_many(self):
        assert one(AUDIO_TO_AUDIO, []) == []
        assert one(AUDIO_TO_AUDIO, LOW) == [A_LOW]
        assert one(AUDIO_TO_AUDIO, [LOW, {**LOW, "sampling_rate": 16000}]) == [A_LOW, A_LOW]

    def test_a_recorded_sound_is_one(self, tmp_path):
        recording = get(COMMUNITY, "audio-to-audio", "s3_accept_audio_wav")
        low, high = AUDIO_TO_AUDIO.decode(recording.response)
        assert (low.label, high.label) == ("low", "high")
        with wave.open(io.BytesIO(low.blob.data)) as file:
            assert (file.getnchannels(), file.getframerate()) == (1, 16000)
        assert low.blob.save(tmp_path / "low.wav").read_bytes() == low.blob.data

    def test_what_came_out_goes_in_again(self):
        output = AudioToAudioOutput("a", Audio(file=Media(b"ID3\4", "audio/mp3")))
        assert AUDIO_TO_AUDIO.encode(output.blob).inputs == Media(b"ID3\4", "audio/mpeg")

    @pytest.mark.parametrize(
        ("answer", "path"),
        [
            (None, "$"),
            ("fLaC", "$"),
            ({}, "$"),
            ([LOW, None], "$[1]"),
            ([[LOW]], "$[0]"),
            ([{"blob": FLAC64}], "$[0]"),
            ([{**LOW, "label": 1}], "$[0].label"),
            ([{**LOW, "blob": None}], "$[0].blob"),
            ([{**LOW, "blob": ""}], "$[0].blob"),
            ([{**LOW, "blob": "not base64"}], "$[0].blob"),
            ([{**LOW, "blob": "töne"}], "$[0].blob"),
            ([LOW, {**LOW, "content-type": 3}], "$[1].content-type"),
            ([{"label": "a", "blob": base64.b64encode(b"GIF89a").decode()}], "$[0].blob"),
        ],
    )
    def test_places_of_mistakes(self, answer, path):
        assert wrong(AUDIO_TO_AUDIO, answer) == path

    def test_an_error_that_came_with_200(self):
        with pytest.raises(StatusError, match="no sound left"):
            one(AUDIO_TO_AUDIO, {"error": "no sound left"})

    def test_the_sound_travels_as_it_is_and_any_answer_will_do(self):
        """The servers of this task take no JSON, and answer JSON whatever is asked for."""
        client, transport = fake_client(Reply([LOW]))
        assert client.run(AUDIO_TO_AUDIO, FLAC) == [A_LOW]
        (request,) = transport.requests
        assert (request.body, request.headers["content-type"]) == (FLAC, "audio/flac")
        assert request.headers["accept"] == "*/*"

    def test_parameters_travel_as_json(self):
        client, transport = fake_client(Reply([LOW]))
        client.run(AUDIO_TO_AUDIO, FLAC, parameters={"sources": 2})
        assert json.loads(transport.requests[0].body) == {"inputs": FLAC64, "parameters": {"sources": 2}}


@pytest.mark.parametrize(("task", "answer"), [(AUDIO_CLASSIFICATION, [QUIET]), (AUDIO_TO_AUDIO, [LOW])])
def test_recordings_go_one_by_one(task, answer):
    client, transport = fake_client(Reply(answer), options=Options(batch_size=3))
    outcomes = list(client.map(task, [FLAC, b"OggS", b"ID3\4"]))
    assert [outcome.output for outcome in outcomes] == [one(task, answer)] * 3
    assert sorted(request.headers["content-type"] for request in transport.requests) == [
        "audio/flac",
        "audio/mpeg",
        "audio/ogg",
    ]


def test_recordings_are_never_stacked():
    assert not AUDIO_CLASSIFICATION.takes_lists
