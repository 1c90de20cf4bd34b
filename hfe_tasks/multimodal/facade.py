"""The multimodal tasks as methods."""

from __future__ import annotations

from hfe_core import TaskMethod
from hfe_tasks.multimodal.document_question_answering import DOCUMENT_QUESTION_ANSWERING
from hfe_tasks.multimodal.visual_question_answering import VISUAL_QUESTION_ANSWERING

__all__ = ["MultimodalTasks"]


class MultimodalTasks:
    """Methods of the multimodal tasks, for a client to mix in."""

    document_question_answering = TaskMethod(DOCUMENT_QUESTION_ANSWERING)
    visual_question_answering = TaskMethod(VISUAL_QUESTION_ANSWERING)
