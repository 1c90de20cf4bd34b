"""What can be done with the outputs that are more than fields."""

from __future__ import annotations

import io
import math
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfe_core import Audio, Media
from hfe_tasks import TEXT_TO_SPEECH, Features
from tests.recordings import COMMUNITY, TOOLKIT, get
from tests.tasks.cases import case_of
from tests.tasks.wire import decode


def read(data: bytes) -> tuple[int, int, int, list[int]]:
    """Channels, bytes a sample, samples a second, and the samples, by the wave module."""
    with wave.open(io.BytesIO(data)) as file:
        frames = file.readframes(file.getnframes())
        samples = [int.from_bytes(frames[i : i + 2], "little", signed=True) for i in range(0, len(frames), 2)]
        return file.getnchannels(), file.getsampwidth(), file.getframerate(), samples


class TestAudio:
    def test_samples_become_a_wav_file(self, tmp_path):
        audio = Audio(samples=([0.0, 0.5, -0.5, 1.0, -1.0],), sampling_rate=16000)
        assert read(audio.data) == (1, 2, 16000, [0, 16384, -16384, 32767, -32767])
        assert audio.content_type == "audio/wav"
        assert audio.duration == 5 / 16000
        path = audio.save(tmp_path / "a.wav")
        assert path.read_bytes() == audio.data

    def test_stereo_is_interleaved(self):
        audio = Audio(samples=([0.0, 1.0], [-1.0, 0.0]), sampling_rate=8000)
        assert read(audio.data) == (2, 2, 8000, [0, -32767, 32767, 0])
        assert "2 channel" in repr(audio)

    def test_too_loud_and_not_a_number(self):
        audio = Audio(samples=([2.0, -math.inf, math.nan],), sampling_rate=8000)
        assert read(audio.data)[3] == [32767, -32767, 0]

    @pytest.mark.parametrize("samples", [(), ([],)])
    def test_silence_without_length(self, samples):
        audio = Audio(samples=samples, sampling_rate=8000)
        assert read(audio.data) == (1, 2, 8000, [])
        assert audio.duration == 0

    @given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), max_size=20), st.sampled_from([8000, 44100]))
    def test_any_samples_survive_to_sixteen_bits(self, frames, rate):
        left, right = [frame[0] for frame in frames], [frame[1] for frame in frames]
        channels, width, found, samples = read(Audio(samples=(left, right), sampling_rate=rate).data)
        assert (channels, width, found) == (2, 2, rate)
        assert len(samples) == 2 * len(frames)
        for index, (first, second) in enumerate(frames):
            assert abs(samples[2 * index] / 32767 - first) < 1 / 32767
            assert abs(samples[2 * index + 1] / 32767 - second) < 1 / 32767

    def test_a_file_stays_what_it_is(self, tmp_path):
        recording = get(COMMUNITY, "text-to-speech", "s2_accept_audio_ogg")
        audio = TEXT_TO_SPEECH.decode(recording.response)
        assert audio.content_type == "audio/ogg"
        assert audio.data == recording.body
        assert audio.duration is None
        assert audio.save(tmp_path / "a.ogg").read_bytes() == recording.body
        assert repr(audio) == f"<Audio audio/ogg, {len(recording.body)} bytes>"
        assert audio == Audio(file=Media(recording.body, "audio/ogg"))

    @pytest.mark.parametrize(
        ("task", "case"), [("text-to-speech", "c05_accept_star"), ("text-to-audio_musicgen", "s1_single")]
    )
    def test_recorded_samples_are_a_wav_file(self, task, case):
        recording = get(TOOLKIT, task, case)
        audio = decode(case_of("TEXT_TO_SPEECH"), recording)
        channels, _, rate, samples = read(audio.data)
        assert channels == 1
        assert rate == recording.json()["sampling_rate"]
        assert len(samples) == len(audio.samples[0]) > 100
        assert audio.duration == pytest.approx(len(samples) / rate)


class TestFeatures:
    def test_depths_of_the_servers(self):
        for server, task, case, depth in (
            (TOOLKIT, "feature-extraction", "s1_single", 3),
            (TOOLKIT, "sentence-embeddings", "s1_single", 1),
            (COMMUNITY, "feature-extraction_docker-sentence_transformers", "c07_no_content_type", 1),
        ):
            assert decode(case_of("FEATURE_EXTRACTION"), get(server, task, case)).depth == depth

    def test_numpy(self):
        numpy = pytest.importorskip("numpy")
        recording = get(TOOLKIT, "feature-extraction", "s1_single")
        features = decode(case_of("FEATURE_EXTRACTION"), recording)
        array = features.to_numpy()
        assert array.dtype == numpy.float32
        assert array.shape == (1, len(features[0]), len(features[0][0]))
        assert numpy.array_equal(numpy.asarray(features), array)
        assert numpy.asarray(features, dtype="float64").dtype == numpy.float64
        assert numpy.allclose(array, numpy.array(recording.json()))

    def test_null_is_nan_in_numpy(self):
        numpy = pytest.importorskip("numpy")
        assert numpy.isnan(Features([[None, 1.0]]).to_numpy()).tolist() == [[True, False]]

    def test_ragged_lists_have_no_array(self):
        pytest.importorskip("numpy")
        with pytest.raises(ValueError, match="inhomogeneous"):
            Features([[[0.5], [1.0]], [[0.5]]]).to_numpy()

    def test_repr_says_the_shape(self):
        assert repr(Features([[0.5, 1.0], [0.5, 1.0], [0.5, 1.0]])) == "<Features 3 x 2>"
        assert repr(Features([])) == "<Features 0>"

    def test_equality(self):
        assert Features([0.5]) == Features([0.5]) != Features([1.0])
