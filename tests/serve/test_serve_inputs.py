"""Decoding of what engines get."""

from __future__ import annotations

import array
import base64
import struct
from collections.abc import Callable

import pytest

from hfe_core.serve import (
    EngineError,
    EngineRequest,
    Waveform,
    check_parameters,
    decode_audio,
    decode_bytes,
    decode_image,
    decode_texts,
)


def test_decodes_bytes_base64_and_data_urls() -> None:
    encoded = base64.b64encode(b"abc").decode()
    for value in (b"abc", encoded, f"data:image/png;base64,{encoded}", f"{encoded[:2]}\n{encoded[2:]}"):
        assert decode_bytes(value) == b"abc"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("http://example.org/cat.png", "fetches no addresses"),
        ("data:image/png,abc", "data:image/png;base64,"),
        ("no base64!" * 1000, "a string of 10000 characters that is not base64"),
        (None, "got null"),
        ({"image": "x"}, "got an object with the keys ['image']"),
        (b"", "empty"),
        ("", "empty"),
    ],
)
def test_refuses_other_media(value: object, words: str) -> None:
    with pytest.raises(EngineError) as caught:
        decode_bytes(value)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 200


def test_decodes_images(png: bytes) -> None:
    image = decode_image(base64.b64encode(png).decode())
    assert (image.size, image.mode) == ((40, 32), "RGB")
    with pytest.raises(EngineError, match="4 bytes that are not an image Pillow can read"):
        decode_image(b"abcd")


def test_decodes_texts() -> None:
    assert decode_texts("a") == (["a"], False)
    assert decode_texts(["a", "b"]) == (["a", "b"], True)
    assert decode_texts([]) == ([], True)
    for wrong in (None, 3, True, {"a": 1}, ["a", None], b"x"):
        with pytest.raises(EngineError, match="inputs: a string or a list of strings is needed, got"):
            decode_texts(wrong)


def test_refuses_unknown_parameters() -> None:
    request = EngineRequest("fill-mask", "x", {"topk": 1})
    with pytest.raises(EngineError, match="unknown parameter 'topk': fill-mask takes top_k here"):
        check_parameters(request, ["top_k"])
    with pytest.raises(EngineError, match="fill-mask takes no parameters here"):
        check_parameters(request)
    check_parameters(request, ["topk"])


def riff(
    code: int, bits: int, frames: bytes, *, channels: int = 1, rate: int = 8000, extensible: bool = False
) -> bytes:
    frame = channels * bits // 8
    header = struct.pack("<HHIIHH", 0xFFFE if extensible else code, channels, rate, rate * frame, frame, bits)
    if extensible:
        header += struct.pack("<HHIH14x", 22, bits, 0, code)
    # An odd chunk before, and a size that a pipe could not know: both occur in the wild.
    chunks = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    chunks += b"fmt " + struct.pack("<I", len(header)) + header + b"data\xff\xff\xff\xff" + frames
    return b"RIFF\xff\xff\xff\xffWAVE" + chunks


@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize(
    ("code", "bits", "frames"),
    [
        (1, 8, bytes([128, 192, 64])),
        (1, 16, struct.pack("<3h", 0, 16384, -16384)),
        (1, 24, b"\0\0\0\0\0\x40\0\0\xc0"),
        (1, 32, struct.pack("<3i", 0, 1 << 30, -(1 << 30))),
        (3, 32, struct.pack("<3f", 0, 0.5, -0.5)),
        (3, 64, struct.pack("<3d", 0, 0.5, -0.5)),
    ],
)
def test_decodes_wav_of_every_plain_kind(code: int, bits: int, frames: bytes, extensible: bool) -> None:
    sound = decode_audio(riff(code, bits, frames, extensible=extensible))
    assert (sound.rate, list(sound.samples)) == (8000, [0.0, 0.5, -0.5])


def test_mixes_channels() -> None:
    sound = decode_audio(riff(1, 16, struct.pack("<4h", 16384, 0, -16384, -16384), channels=2))
    assert list(sound.samples) == [0.25, -0.5]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"fLaC....", "WAV is needed here, got 8 bytes of FLAC"),
        (b"....ftypM4A ", "MP4/M4A"),
        (b"RIFF....WAVE", "without a complete 'fmt ' and 'data' part"),
        (riff(2, 4, b""), "WAV with format 2 and 4 bits"),
        (riff(1, 16, b"", channels=0), "0 channels"),
    ],
)
def test_refuses_other_sounds(data: bytes, words: str) -> None:
    with pytest.raises(EngineError) as caught:
        decode_audio(data)
    assert words in str(caught.value)


@pytest.mark.parametrize("rate", [4000, 6000, 8000, 16000, 44100])
def test_resamples(wav: bytes, rate: int) -> None:
    sound = decode_audio(wav).resampled(rate)
    assert abs(len(sound.samples) - rate) <= 1
    # A tone of 440 Hz crosses zero upwards 440 times a second, at whatever rate.
    crossings = sum(one < 0 <= other for one, other in zip(sound.samples, sound.samples[1:], strict=False))
    assert 438 <= crossings <= 442


def test_writes_pcm(make_wav_file: Callable[..., bytes]) -> None:
    samples = [0, 1000, -1000, 32767, -32767]
    sound = decode_audio(make_wav_file(16000, samples))
    assert all(abs(a - b) <= 1 for a, b in zip(array.array("h", sound.pcm16()), samples, strict=True))
    assert repr(Waveform(10, array.array("f", [0.0] * 25))) == "Waveform(rate=10, seconds=2.50)"
