"""The audio tasks as methods."""

from __future__ import annotations

import hfe_tasks
from hfe_core import TaskMethod

__all__ = ["AudioTasks"]


class AudioTasks:
    """Methods of the audio tasks, for a client to mix in."""

    audio_classification = TaskMethod(lambda: hfe_tasks.AUDIO_CLASSIFICATION)
    audio_to_audio = TaskMethod(lambda: hfe_tasks.AUDIO_TO_AUDIO)
    automatic_speech_recognition = TaskMethod(lambda: hfe_tasks.AUTOMATIC_SPEECH_RECOGNITION)
    text_to_speech = TaskMethod(lambda: hfe_tasks.TEXT_TO_SPEECH)
