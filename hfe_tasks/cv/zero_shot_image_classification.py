"""zero-shot-image-classification: which of some labels, given with the image, fits it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict, cast

from hfe_core import BinaryInput, EncodeError, Media, Payload, Task, merge_parameters
from hfe_tasks._classification import decode_classification_batch, decode_classifications
from hfe_tasks._parameters import hypothesis, labels

__all__ = [
    "ZERO_SHOT_IMAGE_CLASSIFICATION",
    "ZeroShotImageInput",
    "encode_zero_shot_image_classification",
]


class ZeroShotImageInput(TypedDict):
    """An image, as the serverless API of 2023 took it.

    Attributes:
        image: Bytes of a file, ``pathlib.Path``, an open binary file, a Pillow image, or an ``Image`` that another task
            gave.
    """

    image: BinaryInput


def encode_zero_shot_image_classification(
    inputs: BinaryInput | ZeroShotImageInput,
    *,
    candidate_labels: Sequence[str],
    hypothesis_template: str | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Say how well each of some labels fits an image.

    Args:
        inputs: The image: bytes of a file, ``pathlib.Path``, an open binary file, a Pillow image, or an ``Image`` that
            another task gave. ``{"image": ...}`` makes the same request.
        candidate_labels: The labels, one at least: a list, since servers read a str letter by letter.
        hypothesis_template: The sentence that a label is put into, with ``{}`` for it. Default: ``"This is a photo of
            {}."`` (transformers 4.51).
        parameters: Further parameters, by their wire names.

    Returns:
        All labels, best first, scored among each other.
    """
    return Payload(
        inputs=_image(inputs),
        parameters=merge_parameters(
            parameters,
            candidate_labels=labels("candidate_labels", candidate_labels),
            hypothesis_template=hypothesis(hypothesis_template),
        ),
    )


def _image(inputs: BinaryInput | ZeroShotImageInput) -> Media:
    if not isinstance(inputs, Mapping):
        return Media.of(inputs, kind="image")
    given = cast("Mapping[object, BinaryInput]", inputs)
    if "image" not in given:
        raise EncodeError("inputs.image", "is missing")
    if len(given) > 1:
        raise EncodeError("inputs", "has other keys than image; candidate_labels is an argument of its own")
    return Media.of(given["image"], kind="image", parameter="inputs.image")


ZERO_SHOT_IMAGE_CLASSIFICATION = Task(
    name="zero-shot-image-classification",
    domain="cv",
    encode=encode_zero_shot_image_classification,
    decode=decode_classifications,
    decode_many=decode_classification_batch,
)
