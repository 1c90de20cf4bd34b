"""image-to-image: a picture made from another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from hfe_core import (
    BinaryInput,
    Image,
    Media,
    Payload,
    Response,
    Task,
    flag,
    integer,
    json_value,
    merge_parameters,
    number,
    optional_text,
    stack,
)
from hfe_tasks._answers import items
from hfe_tasks._images import decode_image, image_value

__all__ = [
    "IMAGE_TO_IMAGE",
    "decode_image_to_image_batch",
    "encode_image_to_image",
    "encode_image_to_image_batch",
]


def encode_image_to_image(
    inputs: BinaryInput,
    *,
    prompt: str | None = None,
    negative_prompt: str | None = None,
    strength: float | None = None,
    height: int | None = None,
    width: int | None = None,
    num_inference_steps: int | None = None,
    guidance_scale: float | None = None,
    guess_mode: bool | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Make a picture from another one: redraw, upscale or restore it.

    Args:
        inputs: The image: bytes of a file, ``pathlib.Path``, an open binary file, a Pillow image, or an ``Image`` that
            another task gave.
        prompt: What the new picture shows. Models that take no text, such as Swin2SR, ignore it and all other
            parameters.
        negative_prompt: What the new picture does not show.
        strength: How far the new picture may go from the given one: 0 keeps it, 1 makes a new one. Default: the
            model's own.
        height: Of the new picture, in pixels, at least 1. Default: that of the given one.
        width: Of the new picture, in pixels, at least 1. Default: that of the given one.
        num_inference_steps: Steps of denoising: more take longer and look better. Default: the model's own.
        guidance_scale: How closely the picture follows the prompt. Default: the model's own.
        guess_mode: Whether a ControlNet works without a prompt, best with a ``guidance_scale`` of 3 to 5. Default:
            False.
        parameters: Further parameters, by their wire names.

    Returns:
        The picture, asked for as PNG. With parameters the given one travels as base64 in JSON, without them as it is.
    """
    # Without an image type in Accept the default container answers with base64 in JSON.
    return Payload(
        inputs=Media.of(inputs, kind="image"),
        parameters=merge_parameters(
            parameters,
            prompt=optional_text("prompt", prompt),
            negative_prompt=optional_text("negative_prompt", negative_prompt),
            strength=number("strength", strength, minimum=0, maximum=1),
            height=integer("height", height, minimum=1),
            width=integer("width", width, minimum=1),
            num_inference_steps=integer("num_inference_steps", num_inference_steps, minimum=0),
            guidance_scale=number("guidance_scale", guidance_scale),
            guess_mode=flag("guess_mode", guess_mode),
        ),
        accept="image/png",
    )


def encode_image_to_image_batch(payloads: Sequence[Payload]) -> Payload:
    """Several images in one request, answered in JSON: the default container makes no image file of a list."""
    return attrs.evolve(stack(payloads), accept="*/*")


def decode_image_to_image_batch(response: Response) -> list[Image]:
    """The pictures made of several images: a list of base64 (huggingface-inference-toolkit 0.5.6)."""
    return [image_value(item, response, path) for item, path in items(json_value(response), response)]


IMAGE_TO_IMAGE = Task(
    name="image-to-image",
    domain="cv",
    encode=encode_image_to_image,
    decode=decode_image,
    encode_many=encode_image_to_image_batch,
    decode_many=decode_image_to_image_batch,
)
