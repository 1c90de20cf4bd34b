"""The cv tasks as methods."""

from __future__ import annotations

from hfe_core import TaskMethod
from hfe_tasks.cv.image_classification import IMAGE_CLASSIFICATION
from hfe_tasks.cv.image_segmentation import IMAGE_SEGMENTATION
from hfe_tasks.cv.image_to_image import IMAGE_TO_IMAGE
from hfe_tasks.cv.image_to_text import IMAGE_TO_TEXT
from hfe_tasks.cv.object_detection import OBJECT_DETECTION
from hfe_tasks.cv.text_to_image import TEXT_TO_IMAGE
from hfe_tasks.cv.zero_shot_image_classification import ZERO_SHOT_IMAGE_CLASSIFICATION

__all__ = ["CvTasks"]


class CvTasks:
    """Methods of the cv tasks, for a client to mix in."""

    image_classification = TaskMethod(IMAGE_CLASSIFICATION)
    image_segmentation = TaskMethod(IMAGE_SEGMENTATION)
    image_to_image = TaskMethod(IMAGE_TO_IMAGE)
    image_to_text = TaskMethod(IMAGE_TO_TEXT)
    object_detection = TaskMethod(OBJECT_DETECTION)
    text_to_image = TaskMethod(TEXT_TO_IMAGE)
    zero_shot_image_classification = TaskMethod(ZERO_SHOT_IMAGE_CLASSIFICATION)
