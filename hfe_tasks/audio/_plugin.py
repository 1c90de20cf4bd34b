"""The plugin of the audio tasks: their names and places; a module is imported when its task is first used."""

from __future__ import annotations

from collections.abc import Iterable

from hfe_core import TaskRef, hookimpl

__all__ = ["hfe_register_tasks"]


@hookimpl
def hfe_register_tasks() -> Iterable[TaskRef]:
    """The tasks of this domain."""
    return [
        TaskRef("audio-classification", "hfe_tasks.audio.audio_classification:AUDIO_CLASSIFICATION"),
        TaskRef("audio-to-audio", "hfe_tasks.audio.audio_to_audio:AUDIO_TO_AUDIO"),
        TaskRef(
            "automatic-speech-recognition", "hfe_tasks.audio.automatic_speech_recognition:AUTOMATIC_SPEECH_RECOGNITION"
        ),
        TaskRef("text-to-speech", "hfe_tasks.audio.text_to_speech:TEXT_TO_SPEECH"),
    ]
