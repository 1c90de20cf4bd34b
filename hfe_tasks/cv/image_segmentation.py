"""image-segmentation: the parts of an image, pixel by pixel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias, get_args

import attrs

from hfe_core import (
    BinaryInput,
    Decoder,
    Image,
    Media,
    Payload,
    Response,
    Task,
    json_value,
    merge_parameters,
    number,
    one_of,
)
from hfe_tasks._answers import unnested
from hfe_tasks._images import image_value

__all__ = [
    "IMAGE_SEGMENTATION",
    "ImageSegment",
    "SegmentationSubtask",
    "decode_image_segmentation",
    "decode_image_segmentation_batch",
    "encode_image_segmentation",
]

SegmentationSubtask: TypeAlias = Literal["semantic", "instance", "panoptic"]
"""What the parts of an image are: kinds of things, single things, or both."""


@attrs.frozen
class ImageSegment:
    """A part of an image.

    Attributes:
        label: What it is, as the model's configuration names it.
        mask: Which pixels it has: a PNG of one channel and of the image's size, 255 where it is and 0 elsewhere.
        score: How much the model believes it, 0 to 1; None where the server gives none, as for semantic segmentation
            (huggingface-inference-toolkit 0.5.6).
    """

    label: str
    mask: Image
    score: float | None = None


@attrs.frozen
class _Segment:
    label: str
    mask: str
    score: float | None = None


_FLAT = Decoder(list[_Segment])
_NESTED = Decoder(list[list[_Segment]])


def encode_image_segmentation(
    inputs: BinaryInput,
    *,
    subtask: SegmentationSubtask | None = None,
    threshold: float | None = None,
    mask_threshold: float | None = None,
    overlap_mask_area_threshold: float | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Divide an image into its parts.

    Args:
        inputs: The image: bytes of a file, ``pathlib.Path``, an open binary file, a Pillow image, or an ``Image`` that
            another task gave.
        subtask: What the parts are: each thing (``"instance"``), each kind of thing (``"semantic"``), or things and the
            background's kinds (``"panoptic"``). Default: the first that the model can do of panoptic, instance, semantic;
            one that it cannot do is refused by the server.
        threshold: The score that a part must exceed to be reported, 0 to 1. Default: 0.9.
        mask_threshold: The probability above which a pixel belongs to a part, 0 to 1. Default: 0.5.
        overlap_mask_area_threshold: The share of a part's pixels that must remain once parts with higher scores have
            taken theirs, 0 to 1; otherwise it is left out. Default: 0.5.
        parameters: Further parameters, by their wire names.

    Returns:
        The parts; an empty list where none is found. With parameters the image travels as base64 in JSON, without them
        as it is. Defaults are those of transformers 4.51; semantic segmentation ignores the thresholds.
    """
    thresholds = {
        "threshold": threshold,
        "mask_threshold": mask_threshold,
        "overlap_mask_area_threshold": overlap_mask_area_threshold,
    }
    return Payload(
        inputs=Media.of(inputs, kind="image"),
        parameters=merge_parameters(
            parameters,
            subtask=one_of("subtask", subtask, get_args(SegmentationSubtask)),
            **{name: number(name, value, minimum=0, maximum=1) for name, value in thresholds.items()},
        ),
    )


def decode_image_segmentation(response: Response) -> list[ImageSegment]:
    """The parts of one image: ``[{…}, …]`` (transformers 4.51), or that inside a list of one."""
    found = _FLAT.quick(response)
    path = "$"
    if found is None:
        value, path = unnested(json_value(response))
        found = _FLAT.value(value, response, path=path)
    return _segments(found, response, path)


def decode_image_segmentation_batch(response: Response) -> list[list[ImageSegment]]:
    """The parts of several images, a list for each, also for one image (transformers 4.51)."""
    return [_segments(found, response, f"$[{index}]") for index, found in enumerate(_NESTED(response))]


def _segments(found: Iterable[_Segment], response: Response, path: str) -> list[ImageSegment]:
    return [
        ImageSegment(each.label, image_value(each.mask, response, f"{path}[{index}].mask"), each.score)
        for index, each in enumerate(found)
    ]


IMAGE_SEGMENTATION = Task(
    name="image-segmentation",
    domain="cv",
    encode=encode_image_segmentation,
    decode=decode_image_segmentation,
    decode_many=decode_image_segmentation_batch,
)
