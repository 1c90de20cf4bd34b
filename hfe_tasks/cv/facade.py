"""The cv tasks as methods."""

from __future__ import annotations

import hfe_tasks
from hfe_core import TaskMethod

__all__ = ["CvTasks"]


class CvTasks:
    """Methods of the cv tasks, for a client to mix in."""

    image_classification = TaskMethod(lambda: hfe_tasks.IMAGE_CLASSIFICATION)
    image_segmentation = TaskMethod(lambda: hfe_tasks.IMAGE_SEGMENTATION)
    image_to_image = TaskMethod(lambda: hfe_tasks.IMAGE_TO_IMAGE)
    image_to_text = TaskMethod(lambda: hfe_tasks.IMAGE_TO_TEXT)
    object_detection = TaskMethod(lambda: hfe_tasks.OBJECT_DETECTION)
    text_to_image = TaskMethod(lambda: hfe_tasks.TEXT_TO_IMAGE)
    zero_shot_image_classification = TaskMethod(lambda: hfe_tasks.ZERO_SHOT_IMAGE_CLASSIFICATION)
