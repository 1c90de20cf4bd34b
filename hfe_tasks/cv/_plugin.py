"""The plugin of the cv tasks: their names and places; a module is imported when its task is first used."""

from __future__ import annotations

from collections.abc import Iterable

from hfe_core import TaskRef, hookimpl

__all__ = ["hfe_register_tasks"]


@hookimpl
def hfe_register_tasks() -> Iterable[TaskRef]:
    """The tasks of this domain."""
    return [
        TaskRef("image-classification", "hfe_tasks.cv.image_classification:IMAGE_CLASSIFICATION"),
        TaskRef("image-segmentation", "hfe_tasks.cv.image_segmentation:IMAGE_SEGMENTATION"),
        TaskRef("image-to-image", "hfe_tasks.cv.image_to_image:IMAGE_TO_IMAGE"),
        TaskRef("image-to-text", "hfe_tasks.cv.image_to_text:IMAGE_TO_TEXT"),
        TaskRef("object-detection", "hfe_tasks.cv.object_detection:OBJECT_DETECTION"),
        TaskRef("text-to-image", "hfe_tasks.cv.text_to_image:TEXT_TO_IMAGE"),
        TaskRef(
            "zero-shot-image-classification",
            "hfe_tasks.cv.zero_shot_image_classification:ZERO_SHOT_IMAGE_CLASSIFICATION",
        ),
    ]
