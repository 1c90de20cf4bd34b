"""The audio tasks as methods."""

from __future__ import annotations

from hfe_core import TaskMethod
from hfe_tasks.audio.audio_classification import AUDIO_CLASSIFICATION
from hfe_tasks.audio.audio_to_audio import AUDIO_TO_AUDIO
from hfe_tasks.audio.automatic_speech_recognition import AUTOMATIC_SPEECH_RECOGNITION
from hfe_tasks.audio.text_to_speech import TEXT_TO_SPEECH

__all__ = ["AudioTasks"]


class AudioTasks:
    """Methods of the audio tasks, for a client to mix in."""

    audio_classification = TaskMethod(AUDIO_CLASSIFICATION)
    audio_to_audio = TaskMethod(AUDIO_TO_AUDIO)
    automatic_speech_recognition = TaskMethod(AUTOMATIC_SPEECH_RECOGNITION)
    text_to_speech = TaskMethod(TEXT_TO_SPEECH)
