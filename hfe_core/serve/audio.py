"""Sound without packages: WAV to mono samples, and resampling that is good enough for speech recognition."""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator
from itertools import accumulate

import attrs

from hfe_core.serve.engine import EngineError
from hfe_core.serve.inputs import decode_bytes

__all__ = ["Waveform", "decode_audio"]

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE


@attrs.frozen(repr=False, eq=False)
class Waveform:
    """Mono sound.

    Attributes:
        rate: Samples a second.
        samples: ``array("f")`` of samples between -1.0 and 1.0.
    """

    rate: int
    samples: array[float]

    def __repr__(self) -> str:
        return f"Waveform(rate={self.rate}, seconds={len(self.samples) / self.rate:.2f})"

    def resampled(self, rate: int) -> Waveform:
        """The same sound at another rate (samples a second): averaging downwards, linear interpolation upwards."""
        if rate == self.rate or not self.samples:
            return attrs.evolve(self, rate=rate)
        step = self.rate / rate
        count = max(1, int(len(self.samples) / step))
        return Waveform(rate, array("f", self._averaged(step, count) if step > 1 else self._between(step, count)))

    def _averaged(self, step: float, count: int) -> Iterator[float]:
        sums = array("d", accumulate(self.samples, initial=0.0))
        last = len(sums) - 1
        for index in range(count):
            start = int(index * step)
            stop = min(last, max(start + 1, int((index + 1) * step)))
            yield (sums[stop] - sums[start]) / (stop - start)

    def _between(self, step: float, count: int) -> Iterator[float]:
        samples, last = self.samples, len(self.samples) - 1
        for index in range(count):
            place = index * step
            left = min(int(place), last)
            right = min(left + 1, last)
            yield samples[left] + (samples[right] - samples[left]) * (place - left)

    def pcm16(self) -> bytes:
        """The samples as signed 16-bit little-endian integers."""
        pcm = array("h", (int(max(-1.0, min(1.0, sample)) * 32767) for sample in self.samples))
        return _little(pcm).tobytes()


def decode_audio(value: object, what: str = "inputs") -> Waveform:
    """The sound of a WAV file in a raw body, a base64 string or a ``data:`` URL, channels mixed to one.

    Args:
        value: bytes or a string; see :func:`hfe_core.serve.decode_bytes`.
        what: How the error calls it.

    Raises:
        EngineError: No WAV, or a compressed or broken one. PCM of 8 to 32 bits and floats of 32 and 64 bits are read.
    """
    data = decode_bytes(value, what)
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise EngineError(
            f"{what}: WAV is needed here, got {len(data)} bytes of {_kind(data)}; "
            "convert it, as with: ffmpeg -i FILE -ac 1 -ar 16000 out.wav"
        )
    chunks = _chunks(data)
    header, sound = chunks.get(b"fmt "), chunks.get(b"data")
    if header is None or len(header) < 16 or sound is None:
        raise EngineError(f"{what}: a WAV file without a complete 'fmt ' and 'data' part")
    code, channels, rate, _, _, bits = struct.unpack("<HHIIHH", header[:16])
    if code == _EXTENSIBLE and len(header) >= 26:
        (code,) = struct.unpack("<H", header[24:26])
    if not channels or not rate:
        raise EngineError(f"{what}: a WAV file with {channels} channels at {rate} Hz")
    samples = _samples(code, bits, sound, what)
    if channels > 1:
        whole = range(0, len(samples) - channels + 1, channels)
        samples = array("f", (sum(samples[at : at + channels]) / channels for at in whole))
    return Waveform(rate, samples)


def _chunks(data: bytes) -> dict[bytes, bytes]:
    """The parts of a RIFF file. A size beyond the end, as writers to a pipe leave it, means the rest of the file."""
    chunks: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        chunks.setdefault(data[at : at + 4], data[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
    return chunks


def _samples(code: int, bits: int, sound: bytes, what: str) -> array[float]:
    width = bits // 8
    whole = sound[: len(sound) - len(sound) % width] if width else b""
    if code == _FLOAT and bits in (32, 64):
        return array("f", _little(array("f" if bits == 32 else "d", whole)))
    if code == _PCM and bits == 8:
        return array("f", ((byte - 128) / 128 for byte in whole))
    if code == _PCM and bits in (16, 32):
        scale = 1.0 / (1 << (bits - 1))
        return array("f", (sample * scale for sample in _little(array("h" if bits == 16 else "i", whole))))
    if code == _PCM and bits == 24:
        triples = (whole[at : at + 3] for at in range(0, len(whole), 3))
        return array("f", (int.from_bytes(three, "little", signed=True) / 8388608 for three in triples))
    raise EngineError(f"{what}: WAV with format {code} and {bits} bits; uncompressed PCM or float samples are needed")


def _little(values: array[float] | array[int]) -> array[float] | array[int]:
    """Swaps between the machine's order and the file's little-endian order; in place."""
    if sys.byteorder == "big":
        values.byteswap()
    return values


def _kind(data: bytes) -> str:
    signatures = {b"fLaC": "FLAC", b"OggS": "Ogg", b"ID3": "MP3", b"\xff\xfb": "MP3", b"\x1aE\xdf\xa3": "WebM"}
    for signature, name in signatures.items():
        if data.startswith(signature):
            return name
    return "MP4/M4A" if data[4:8] == b"ftyp" else "an unknown format"
