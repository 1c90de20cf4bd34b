"""Speech by NanoTTS, the SVOX Pico voices of six languages in one small package."""

from __future__ import annotations

import importlib
import sys
from array import array
from typing import Any

from hfe_core.serve import Engine, EngineError, EngineRequest, Runner, check_parameters, decode_texts

__all__ = ["ENGINE"]

_RATE = 16000
_LONGEST = 5000
"""Characters of one text: some six minutes of speech. The synthesis takes ever longer for longer texts."""
_VOICES = ("en-US", "en-GB", "de-DE", "es-ES", "fr-FR", "it-IT")
_RANGES = {"speed": (0.2, 5.0), "pitch": (0.5, 2.0), "volume": (0.0, 5.0)}


def _load(_task: str, _model: str | None) -> Runner:
    voice_box: Any = importlib.import_module("py_nanotts").NanoTTS()

    def speak(text: str, options: dict[str, object]) -> dict[str, object]:
        if not text.strip():
            raise EngineError("inputs: a text with something to say is needed")
        if len(text) > _LONGEST:
            raise EngineError(f"inputs: a text of {len(text)} characters; this engine takes {_LONGEST}, so split it")
        pcm = array("h", voice_box.speak(text.replace("\0", " "), **options))
        if sys.byteorder == "big":
            pcm.byteswap()
        # Six digits keep every 16-bit sample apart and halve the JSON.
        return {"audio": [[round(sample / 32768, 6) for sample in pcm]], "sampling_rate": _RATE}

    def run(request: EngineRequest) -> object:
        options = _options(request)
        texts, many = decode_texts(request.inputs)
        spoken = [speak(text, options) for text in texts]
        return spoken if many else spoken[0]

    return run


def _options(request: EngineRequest) -> dict[str, object]:
    check_parameters(request, ["voice", *_RANGES])
    options: dict[str, object] = {"voice": _VOICES[0], **request.parameters}
    if options["voice"] not in _VOICES:
        raise EngineError(f"voice: one of {', '.join(_VOICES)} is needed")
    for name, (low, high) in _RANGES.items():
        value = options.get(name, 1.0)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise EngineError(f"{name}: a number from {low} to {high} is needed, 1 being normal")
        if name in options:
            options[name] = float(value)
    return options


ENGINE = Engine(
    name="nanotts",
    tasks=("text-to-speech",),
    licence="Apache-2.0",
    summary="SVOX Pico voices (en-US, en-GB, de-DE, es-ES, fr-FR, it-IT), 16 kHz; clear and robotic.",
    load=_load,
    requires=("py_nanotts",),
    install='pip install "hfe[local]"',
)
"""Text-to-speech. Parameters: ``voice`` (``en-US``), and ``speed``, ``pitch``, ``volume`` as factors."""
