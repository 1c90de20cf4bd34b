"""The multimodal tasks as methods."""

from __future__ import annotations

import hfe_tasks
from hfe_core import TaskMethod

__all__ = ["MultimodalTasks"]


class MultimodalTasks:
    """Methods of the multimodal tasks, for a client to mix in."""

    document_question_answering = TaskMethod(lambda: hfe_tasks.DOCUMENT_QUESTION_ANSWERING)
    visual_question_answering = TaskMethod(lambda: hfe_tasks.VISUAL_QUESTION_ANSWERING)
