"""English speech recognition by PocketSphinx, with the acoustic model that its package brings."""

from __future__ import annotations

import importlib
from typing import Any

from hfe_core.serve import Engine, EngineError, EngineRequest, Runner, check_parameters, decode_audio

__all__ = ["ENGINE"]

_RATE = 16000
_FRAMES_A_SECOND = 100
_SILENCE = 0.001
"""The largest sample of a sound that holds nothing to hear, -60 dB."""


def _load(_task: str, _model: str | None) -> Runner:
    decoder: Any = importlib.import_module("pocketsphinx").Decoder(loglevel="FATAL")
    # The decoder adapts to what it hears; every request starts afresh, so that equal sounds give equal words.
    unadapted = decoder.get_cmn(False)

    def recognize(pcm: bytes, words: bool) -> dict[str, object]:
        decoder.set_cmn(unadapted)
        decoder.start_utt()
        try:
            decoder.process_raw(pcm, full_utt=True)
        finally:
            decoder.end_utt()
        hypothesis = decoder.hyp()
        answer: dict[str, object] = {"text": hypothesis.hypstr if hypothesis else ""}
        if words:
            answer["chunks"] = _words(decoder.seg()) if hypothesis else []
        return answer

    def run(request: EngineRequest) -> object:
        check_parameters(request, ["return_timestamps"])
        stamps = request.parameters.get("return_timestamps", False)
        if stamps not in (False, "word"):
            raise EngineError('return_timestamps: "word" is needed, or leave it out; this engine knows no segments')
        sound = decode_audio(request.inputs).resampled(_RATE)
        # Into silence the decoder hears words, and on an utterance without a single frame it fails.
        if len(sound.samples) < _RATE // 20 or max(map(abs, sound.samples)) < _SILENCE:
            return {"text": "", "chunks": []} if stamps else {"text": ""}
        return recognize(sound.pcm16(), bool(stamps))

    return run


def _words(segments: Any) -> list[dict[str, object]]:
    """The spoken words with their seconds; silences and noises, written ``<sil>`` or ``[NOISE]``, are left out."""
    chunks: list[dict[str, object]] = []
    for segment in segments:
        if not segment.word.startswith(("<", "[")):
            times = [segment.start_frame / _FRAMES_A_SECOND, (segment.end_frame + 1) / _FRAMES_A_SECOND]
            chunks.append({"text": segment.word.partition("(")[0], "timestamp": times})
    return chunks


ENGINE = Engine(
    name="pocketsphinx",
    tasks=("automatic-speech-recognition",),
    licence="BSD-2-Clause",
    summary="English speech to lower-case words; made for clear, short sentences. WAV only.",
    load=_load,
    requires=("pocketsphinx",),
    install='pip install "hfe[local]"',
)
"""Speech recognition of WAV in any rate. Parameter: ``return_timestamps="word"`` adds ``chunks``."""
