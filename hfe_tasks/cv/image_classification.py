"""image-classification: labels for an image."""

from __future__ import annotations

from collections.abc import Mapping

from hfe_core import BinaryInput, Media, Payload, Task
from hfe_tasks._classification import (
    FunctionToApply,
    classification_parameters,
    decode_classification_batch,
    decode_classifications,
)

__all__ = ["IMAGE_CLASSIFICATION", "encode_image_classification"]


def encode_image_classification(
    inputs: BinaryInput,
    *,
    top_k: int | None = None,
    function_to_apply: FunctionToApply | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Classify an image.

    Args:
        inputs: The image: bytes of a file, ``pathlib.Path``, an open binary file, a Pillow image, or an ``Image`` that
            another task gave.
        top_k: How many labels, at least 1. Default: 5 (transformers 4.51).
        function_to_apply: What makes scores of the model's numbers: ``"softmax"``, ``"sigmoid"`` or ``"none"``.
            Default: the model's own.
        parameters: Further parameters, by their wire names.

    Returns:
        The labels, best first. With parameters the image travels as base64 in JSON, without them as it is.
    """
    return Payload(
        inputs=Media.of(inputs, kind="image"),
        parameters=classification_parameters(parameters, top_k, function_to_apply),
    )


IMAGE_CLASSIFICATION = Task(
    name="image-classification",
    domain="cv",
    encode=encode_image_classification,
    decode=decode_classifications,
    decode_many=decode_classification_batch,
)
