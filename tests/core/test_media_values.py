"""Sounds and pictures as values: files, arrays, notebooks."""

import base64
import io
import pickle
import wave
from pathlib import Path

import pytest

from hfe_core import Audio, EncodeError, Image, Media

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def wav(frames: bytes, *, width: int, channels: int = 1) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(8000)
        file.writeframes(frames)
    return target.getvalue()


class TestImage:
    IMAGE = Image(PIXEL, "image/png")

    def test_it_is_a_value(self, tmp_path):
        assert pickle.loads(pickle.dumps(self.IMAGE)) == self.IMAGE == Image(PIXEL)
        assert repr(self.IMAGE) == f"<Image image/png, {len(PIXEL)} bytes>"
        assert self.IMAGE.save(tmp_path / "x.png").read_bytes() == PIXEL

    def test_what_one_task_draws_another_sees(self):
        assert Media.of(self.IMAGE, kind="image") == Media(PIXEL, "image/png")
        with pytest.raises(EncodeError, match="expected audio, but this is image/png"):
            Media.of(self.IMAGE, kind="audio")

    @pytest.mark.parametrize("wrong", [Path("x.png"), "x.png", None, bytearray(PIXEL)])
    def test_it_holds_bytes_only(self, wrong):
        with pytest.raises(EncodeError, match=f"data: expected the bytes of an image file, not {type(wrong).__name__}"):
            Image(wrong)

    def test_pillow_and_numpy(self):
        pytest.importorskip("PIL")
        assert self.IMAGE.to_pil().size == (1, 1)
        pytest.importorskip("numpy")
        pixels = self.IMAGE.to_numpy()
        assert (pixels.shape, str(pixels.dtype)) == ((1, 1, 4), "uint8")
        with pytest.raises(OSError, match="cannot identify"):
            Image(b"x").to_pil()

    def test_a_notebook_shows_it(self):
        bundle = self.IMAGE._repr_mimebundle_()
        assert base64.b64decode(bundle["image/png"]) == PIXEL


class TestAudio:
    @pytest.fixture
    def numpy(self):
        return pytest.importorskip("numpy")

    def test_samples_of_numpy_travel_as_wav(self, numpy):
        for samples, expected in (
            (numpy.array([0.0, 0.5, -1.0], dtype="f4"), [[0.0, 0.5, -1.0]]),
            ([[0, 1], [-1, 0]], None),
            (numpy.array([0, 16384, -32768], dtype="i2"), [[0.0, 0.5, -1.0]]),
            (numpy.array([128, 192, 0], dtype="u1"), [[0.0, 0.5, -1.0]]),
        ):
            audio = Audio.of_samples(samples, 16000)
            if expected is not None:
                assert [list(channel) for channel in audio.samples] == expected
            media = Media.of(audio, kind="audio")
            with wave.open(media.open()) as file:
                assert (file.getframerate(), file.getsampwidth()) == (16000, 2)
                assert file.getnchannels() == len(audio.samples)

    @pytest.mark.parametrize(
        ("samples", "rate", "parameter"),
        [
            ([], 8000, "samples"),
            ([[[0.0]]], 8000, "samples"),
            (["a"], 8000, "samples"),
            (1.0, 8000, "samples"),
            ([[0.0]] * 100, 8000, "samples"),
            ([0.0], 0, "sampling_rate"),
            ([0.0], "16000", "sampling_rate"),
            ([0.0], 16000.5, "sampling_rate"),
            ([0.0], None, "sampling_rate"),
            ([0.0], 1 << 32, "sampling_rate"),
        ],
    )
    def test_what_is_no_sound(self, numpy, samples, rate, parameter):
        with pytest.raises(EncodeError) as caught:
            Audio.of_samples(samples, rate)
        assert caught.value.parameter == parameter

    def test_samples_as_an_array(self, numpy):
        array = Audio(samples=([0.0, 0.5], [1.0, -1.0]), sampling_rate=8000).to_numpy()
        assert (array.dtype, array.tolist()) == (numpy.float32, [[0.0, 0.5], [1.0, -1.0]])

    @pytest.mark.parametrize(
        ("frames", "width", "channels", "expected"),
        [
            (b"\x80\xc0\x00", 1, 1, [[0.0, 0.5, -1.0]]),
            (b"\0\0\0\x40\0\x80", 2, 1, [[0.0, 0.5, -1.0]]),
            (b"\0\0\0\x40\0\x80\0\0", 2, 2, [[0.0, -1.0], [0.5, 0.0]]),
            (b"\0\0\0\x40", 4, 1, [[0.5]]),
        ],
    )
    def test_wav_files_as_an_array(self, numpy, frames, width, channels, expected):
        audio = Audio(file=Media(wav(frames, width=width, channels=channels), "audio/wav"))
        assert audio.to_numpy().tolist() == expected

    @pytest.mark.parametrize("data", [b"fLaC", wav(b"\0\0\0", width=3)])
    def test_other_files_are_for_other_libraries(self, numpy, data):
        with pytest.raises(ValueError, match="sound library"):
            Audio(file=Media(data, "audio/flac")).to_numpy()

    def test_a_notebook_plays_it(self):
        shown = Audio(file=Media(b"fLaC", 'audio/"x"'))._repr_html_()
        assert shown == '<audio controls src="data:audio/&quot;x&quot;;base64,ZkxhQw=="></audio>'
