"""A custom handler for Inference Endpoints: the file ``handler.py`` of a model repository.

The container calls it with ``{"inputs": bytes}`` for a raw sound file, and with the whole body for JSON, in which hfe
sends a sound in base64 beside its parameters. This one needs no model: it measures how loud the sound is.
"""

from __future__ import annotations

import base64
import io
import math
import sys
import wave
from array import array
from collections.abc import Iterator, Mapping
from typing import Any

WINDOW = 0.02
"""Seconds over which loudness is measured."""


class EndpointHandler:
    """Finds the parts of a recording that are louder than a threshold.

    Args:
        path: The folder of the model repository, as the container gives it; not used here.
    """

    def __init__(self, path: str = "") -> None:
        self.path = path

    def __call__(self, data: Mapping[str, Any]) -> list[dict[str, float]]:
        """All events of one recording."""
        return list(self.events(data))

    def events(self, data: Mapping[str, Any]) -> Iterator[dict[str, float]]:
        """The events of one recording, each as soon as it is over.

        Args:
            data: ``inputs`` (a WAV file, as bytes or in base64) and ``parameters`` (``threshold``, ``min_silence``).

        Raises:
            ValueError: The sound cannot be read; the container answers 400 with these words.
        """
        parameters = data.get("parameters") or {}
        floor = 10 ** (parameters.get("threshold", -40.0) / 20)
        patience = round(parameters.get("min_silence", 0.1) / WINDOW)
        power: list[float] = []
        start = quiet = 0
        for index, square in enumerate(_powers(data["inputs"])):
            if square >= floor * floor:
                start = start if power else index
                power.append(square)
                quiet = 0
            elif power:
                power.append(square)
                quiet += 1
                if quiet > patience:
                    yield _event(start, power, quiet)
                    power, quiet = [], 0
        if power:
            yield _event(start, power, quiet)


def _event(start: int, power: list[float], quiet: int) -> dict[str, float]:
    loud = power[: len(power) - quiet]
    level = 10 * math.log10(sum(loud) / len(loud))
    return {
        "start": round(start * WINDOW, 3),
        "end": round((start + len(loud)) * WINDOW, 3),
        "level": round(level, 1),
    }


def _powers(sound: bytes | str) -> Iterator[float]:
    """The mean square of each window, 1.0 at full scale."""
    content = base64.b64decode(sound, validate=True) if isinstance(sound, str) else sound
    try:
        with wave.open(io.BytesIO(content)) as file:
            if file.getsampwidth() != 2:
                raise ValueError("expected a WAV file of 16 bits")
            frames = max(1, round(file.getframerate() * WINDOW))
            while piece := file.readframes(frames):
                samples = array("h", piece)
                if sys.byteorder == "big":
                    samples.byteswap()
                yield sum(sample * sample for sample in samples) / len(samples) / 32768**2
    except (wave.Error, EOFError) as error:
        raise ValueError(f"expected a WAV file ({error})") from error
