"""The multimodal tasks as methods."""

from __future__ import annotations

from hfe_core import TaskMethod
from hfe_tasks.multimodal.visual_question_answering import VISUAL_QUESTION_ANSWERING

__all__ = ["MultimodalTasks"]


class MultimodalTasks:
    """Methods of the multimodal tasks, for a client to mix in."""

    visual_question_answering = TaskMethod(VISUAL_QUESTION_ANSWERING)
