"""The cv tasks as methods."""

from __future__ import annotations

from hfe_core import TaskMethod
from hfe_tasks.cv.image_classification import IMAGE_CLASSIFICATION

__all__ = ["CvTasks"]


class CvTasks:
    """Methods of the cv tasks, for a client to mix in."""

    image_classification = TaskMethod(IMAGE_CLASSIFICATION)
