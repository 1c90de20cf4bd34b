"""Sound as servers send it: a file's bytes, or samples as numbers."""

from __future__ import annotations

import math
import os
import sys
import wave
from array import array
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import attrs

from hfe_core.media import Media

__all__ = ["Audio"]


@attrs.frozen(eq=True, repr=False)
class Audio:
    """A piece of sound.

    Attributes:
        file: The encoded file that the server sent; None where it sent samples.
        samples: The samples that the server sent, one sequence for each channel, from -1 to 1; empty where it sent a
            file.
        sampling_rate: Samples per second; None where the server sent a file.
    """

    file: Media | None = None
    samples: tuple[Sequence[float], ...] = ()
    sampling_rate: int | None = None

    @property
    def data(self) -> bytes:
        """The bytes of a sound file: the server's, or the samples as 16-bit PCM in WAV, clipped to -1 … 1."""
        return self.file.read() if self.file is not None else self._wav()

    @property
    def content_type(self) -> str:
        """The media type of :attr:`data`."""
        return self.file.content_type if self.file is not None else "audio/wav"

    @property
    def duration(self) -> float | None:
        """Seconds; None where the server sent a file."""
        if not self.sampling_rate:
            return None
        return len(self.samples[0]) / self.sampling_rate if self.samples else 0.0

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write :attr:`data` to a file and give its path. The bytes are not converted to what the ending says."""
        target = Path(path)
        target.write_bytes(self.data)
        return target

    def _wav(self) -> bytes:
        frames = array("h", (_pcm16(sample) for frame in zip(*self.samples, strict=True) for sample in frame))
        if sys.byteorder == "big":
            frames.byteswap()
        target = BytesIO()
        with wave.open(target, "wb") as file:
            file.setnchannels(max(1, len(self.samples)))
            file.setsampwidth(2)
            file.setframerate(self.sampling_rate or 1)
            file.writeframes(frames.tobytes())
        return target.getvalue()

    def __repr__(self) -> str:
        if self.file is not None:
            return f"<Audio {self.file.content_type}, {len(self.file)} bytes>"
        return f"<Audio {self.duration or 0:.2f} s at {self.sampling_rate} Hz, {len(self.samples)} channel(s)>"


def _pcm16(sample: float) -> int:
    if math.isnan(sample):
        return 0
    return round(max(-1.0, min(1.0, sample)) * 32767)
