"""Sound as servers send it: a file's bytes, or samples as numbers."""

from __future__ import annotations

import base64
import html
import math
import os
import sys
import wave
from array import array
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from hfe_core.errors import EncodeError
from hfe_core.media import Media
from hfe_core.payload import integer

if TYPE_CHECKING:
    import numpy.typing

__all__ = ["Audio"]


@attrs.frozen(eq=True, repr=False)
class Audio:
    """A piece of sound.

    Attributes:
        file: The encoded file that the server sent; None where it sent samples.
        samples: The samples that the server sent, one sequence for each channel, from -1 to 1; empty where it sent a
            file.
        sampling_rate: Samples per second; None where the server sent a file and does not say it.
    """

    file: Media | None = None
    samples: tuple[Sequence[float], ...] = ()
    sampling_rate: int | None = None

    @classmethod
    def of_samples(cls, samples: numpy.typing.ArrayLike, sampling_rate: int) -> Audio:
        """Sound from numbers, such as a recording in a numpy array, for a task to take; needs numpy.

        Args:
            samples: ``[time]`` or ``[channels][time]``; floats from -1 to 1, or integers that fill their type.
            sampling_rate: Samples per second.

        Raises:
            EncodeError: The samples are no such array, or there are none, or the rate is not from 1 to 2³² - 1.
        """
        import numpy

        array = numpy.asarray(samples)
        if array.ndim not in {1, 2} or array.size == 0 or array.dtype.kind not in "fiu":
            raise EncodeError(
                "samples", f"expected numbers [time] or [channels][time], not {array.dtype} {array.shape}"
            )
        if array.ndim == 2 and array.shape[0] > max(array.shape[1], _MOST_CHANNELS):
            raise EncodeError(
                "samples", f"expected [channels][time], not {array.shape[0]} channels; give its transpose, .T"
            )
        if array.dtype.kind in "iu":
            limits = numpy.iinfo(array.dtype)
            middle = 0 if array.dtype.kind == "i" else (limits.max + 1) // 2
            array = (array.astype(numpy.float64) - middle) / (limits.max + 1 - middle)
        rate = integer("sampling_rate", sampling_rate, minimum=1)
        if rate is None or rate >= 1 << 32:
            raise EncodeError("sampling_rate", f"expected samples per second, not {sampling_rate!r:.40}")
        channels: list[list[float]] = numpy.atleast_2d(array).tolist()
        return cls(samples=tuple(channels), sampling_rate=rate)

    def to_numpy(self) -> numpy.typing.NDArray[Any]:
        """The samples as a float32 array ``[channels][time]``; needs numpy.

        Of a file only WAV of 8, 16 or 32 bits can be read without other libraries.

        Raises:
            ValueError: The sound is a file of another kind; ``data`` has its bytes.
        """
        import numpy

        if self.file is None:
            return numpy.array(self.samples, dtype=numpy.float32)
        try:
            with wave.open(BytesIO(self.data)) as file:
                width, channels, frames = file.getsampwidth(), file.getnchannels(), file.readframes(file.getnframes())
        except (wave.Error, EOFError) as error:
            raise ValueError(f"{self.content_type} is read by a sound library, from .data ({error})") from None
        if width not in {1, 2, 4}:
            raise ValueError(f"WAV of {8 * width} bits is read by a sound library, from .data")
        kind = {1: "u1", 2: "<i2", 4: "<i4"}[width]
        whole = frames[: len(frames) - len(frames) % (width * channels)]
        samples = numpy.frombuffer(whole, dtype=kind).reshape(-1, channels).T.astype(numpy.float64)
        scaled = (samples - 128) / 128 if width == 1 else samples / (1 << (8 * width - 1))
        return numpy.asarray(scaled, dtype=numpy.float32)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        data = base64.b64encode(self.data).decode("ascii")
        return f'<audio controls src="data:{html.escape(self.content_type, quote=True)};base64,{data}"></audio>'

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
        if self.file is not None or not self.sampling_rate:
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


_MOST_CHANNELS = 32


def _pcm16(sample: float) -> int:
    if math.isnan(sample):
        return 0
    return round(max(-1.0, min(1.0, sample)) * 32767)
