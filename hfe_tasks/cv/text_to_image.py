"""text-to-image: a picture of what a text describes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from hfe_core import EncodeError, Payload, Task, integer, merge_parameters, number, optional_text, text
from hfe_tasks._images import decode_image
from hfe_tasks._parameters import check_fields

__all__ = ["TEXT_TO_IMAGE", "TargetSize", "encode_text_to_image"]


class TargetSize(TypedDict):
    """The size of a picture.

    Attributes:
        width: In pixels, at least 1.
        height: In pixels, at least 1.
    """

    width: int
    height: int


def encode_text_to_image(
    inputs: str,
    *,
    negative_prompt: str | None = None,
    height: int | None = None,
    width: int | None = None,
    num_inference_steps: int | None = None,
    guidance_scale: float | None = None,
    seed: int | None = None,
    target_size: TargetSize | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Draw a picture.

    Args:
        inputs: What the picture shows.
        negative_prompt: What the picture does not show.
        height: In pixels, at least 1; Stable Diffusion wants a multiple of 8. Default: the model's own.
        width: In pixels, at least 1. The default container draws squares only: give both, and the same as ``height``
            (huggingface-inference-toolkit 0.5.6). Default: the model's own.
        num_inference_steps: Steps of denoising: more take longer and look better. Default: the model's own.
        guidance_scale: How closely the picture follows the text; 1 or less ignores ``negative_prompt`` (Stable
            Diffusion). Default: the model's own.
        seed: The same seed gives the same picture. Default: another one each time.
        target_size: ``{"width": ..., "height": ...}`` in place of ``width`` and ``height`` (default
            container; both the same).
        parameters: Further parameters, by their wire names.

    Returns:
        The picture, asked for as PNG.
    """
    # Without an image type in Accept the default container answers with base64 in JSON.
    return Payload(
        inputs=text("inputs", inputs),
        parameters=merge_parameters(
            parameters,
            negative_prompt=optional_text("negative_prompt", negative_prompt),
            height=integer("height", height, minimum=1),
            width=integer("width", width, minimum=1),
            num_inference_steps=integer("num_inference_steps", num_inference_steps, minimum=0),
            guidance_scale=number("guidance_scale", guidance_scale),
            seed=integer("seed", seed),
            target_size=None if target_size is None else _size(target_size),
        ),
        accept="image/png",
    )


def _size(value: TargetSize) -> dict[str, int | None]:
    check_fields("target_size", value, width="...", height="...")
    if value.keys() != {"width", "height"}:
        raise EncodeError("target_size", "has other keys than width and height")
    return {
        "width": _pixels("target_size.width", value["width"]),
        "height": _pixels("target_size.height", value["height"]),
    }


def _pixels(parameter: str, value: int) -> int:
    checked = integer(parameter, value, minimum=1)
    if checked is None:
        raise EncodeError(parameter, "expected an int, not None")
    return checked


TEXT_TO_IMAGE = Task(
    name="text-to-image",
    domain="cv",
    encode=encode_text_to_image,
    decode=decode_image,
    example={"inputs": "A tiger in the snow, oil on canvas."},
)
