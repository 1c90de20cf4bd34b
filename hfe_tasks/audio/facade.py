"""The audio tasks as methods."""

from __future__ import annotations

from hfe_core import TaskMethod
from hfe_tasks.audio.automatic_speech_recognition import AUTOMATIC_SPEECH_RECOGNITION
from hfe_tasks.audio.text_to_speech import TEXT_TO_SPEECH

__all__ = ["AudioTasks"]


class AudioTasks:
    """Methods of the audio tasks, for a client to mix in."""

    automatic_speech_recognition = TaskMethod(AUTOMATIC_SPEECH_RECOGNITION)
    text_to_speech = TaskMethod(TEXT_TO_SPEECH)
