"""object-detection: what is in an image, and where."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from hfe_core import BinaryInput, Decoder, Media, Payload, Response, Task, json_value, merge_parameters, number
from hfe_tasks._answers import unnested

__all__ = [
    "OBJECT_DETECTION",
    "BoundingBox",
    "DetectedObject",
    "decode_object_detection",
    "decode_object_detection_batch",
    "encode_object_detection",
]


@attrs.frozen
class BoundingBox:
    """A rectangle in an image, in pixels from its upper left corner.

    A model may place it partly outside of the image: numbers may be negative, or beyond the image's size. The default
    container gives whole numbers; others are kept as the server wrote them.

    Attributes:
        xmin: The left edge.
        ymin: The upper edge.
        xmax: The right edge.
        ymax: The lower edge.
    """

    xmin: int | float
    ymin: int | float
    xmax: int | float
    ymax: int | float


@attrs.frozen
class DetectedObject:
    """A thing in an image.

    Attributes:
        label: What it is, as the model's configuration names it.
        score: How much the model believes it, 0 to 1; NaN if the model computed NaN.
        box: Where it is.
    """

    label: str
    score: float
    box: BoundingBox


_FLAT = Decoder(list[DetectedObject])
_NESTED = Decoder(list[list[DetectedObject]])


def encode_object_detection(
    inputs: BinaryInput,
    *,
    threshold: float | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Find things in an image.

    Args:
        inputs: The image: bytes of a file, ``pathlib.Path``, an open binary file, a Pillow image, or an ``Image`` that
            another task gave.
        threshold: The score that a thing must exceed to be reported, at least 0. Default: 0.5 (transformers 4.51).
        parameters: Further parameters, by their wire names.

    Returns:
        The things, in no order of score; an empty list where none is found. With parameters the image travels as base64
        in JSON, without them as it is.
    """
    return Payload(
        inputs=Media.of(inputs, kind="image"),
        parameters=merge_parameters(parameters, threshold=number("threshold", threshold, minimum=0)),
    )


def decode_object_detection(response: Response) -> list[DetectedObject]:
    """The things in one image: ``[{…}, …]`` (transformers 4.51), or that inside a list of one."""
    found = _FLAT.quick(response)
    if found is not None:
        return found
    value, path = unnested(json_value(response))
    return _FLAT.value(value, response, path=path)


def decode_object_detection_batch(response: Response) -> list[list[DetectedObject]]:
    """The things in several images, a list for each, also for one image (transformers 4.51)."""
    return _NESTED(response)


OBJECT_DETECTION = Task(
    name="object-detection",
    domain="cv",
    encode=encode_object_detection,
    decode=decode_object_detection,
    decode_many=decode_object_detection_batch,
)
