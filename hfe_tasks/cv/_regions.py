"""What the tasks share that find parts of an image."""

from __future__ import annotations

from hfe_core import JsonValue

__all__ = ["of_one_image"]


def of_one_image(value: JsonValue) -> tuple[JsonValue, str]:
    """The parts of one image and where in the answer they stand: the list itself, or the one list inside it."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        return value[0], "$[0]"
    return value, "$"
