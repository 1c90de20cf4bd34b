"""image-to-text: what an image shows or says, in words."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from hfe_core import BinaryInput, Media, Payload, Response, Task, integer, json_value, merge_parameters
from hfe_tasks._alternatives import BestDecoder
from hfe_tasks._parameters import mapping

__all__ = [
    "IMAGE_TO_TEXT",
    "ImageToTextOutput",
    "decode_image_to_text",
    "decode_image_to_text_batch",
    "encode_image_to_text",
]


@attrs.frozen
class ImageToTextOutput:
    """A text about an image, or from it.

    Attributes:
        generated_text: The text.
        alternatives: The further ones, where ``num_return_sequences`` in ``generate_kwargs`` asked for them.
    """

    generated_text: str
    alternatives: tuple[ImageToTextOutput, ...] = ()


_TEXT = BestDecoder(ImageToTextOutput)


def encode_image_to_text(
    inputs: BinaryInput,
    *,
    max_new_tokens: int | None = None,
    generate_kwargs: Mapping[str, object] | None = None,
    generation_parameters: Mapping[str, object] | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Describe an image, or read what is written in it.

    Args:
        inputs: The image: bytes of a file, ``pathlib.Path``, an open binary file, a Pillow image, or an ``Image`` that
            another task gave.
        max_new_tokens: The longest text, in tokens; not here and in ``generate_kwargs``, too. Default: the model's own.
        generate_kwargs: Parameters of the generation, such as ``{"do_sample": True}``.
        generation_parameters: Parameters of the generation, such as ``{"do_sample": True}``: ``generate_kwargs`` under the
            name that newer containers use.
        parameters: Further parameters, by their wire names; the default container refuses unknown ones.

    Returns:
        The text. With parameters the image travels as base64 in JSON, without them as it is.
    """
    return Payload(
        inputs=Media.of(inputs, kind="image"),
        parameters=merge_parameters(
            parameters,
            max_new_tokens=integer("max_new_tokens", max_new_tokens, minimum=0),
            generate_kwargs=mapping("generate_kwargs", generate_kwargs),
            generation_parameters=mapping("generation_parameters", generation_parameters),
        ),
    )


def decode_image_to_text(response: Response) -> ImageToTextOutput:
    """The text of one image: ``[{"generated_text": …}]``, with several where several were asked for, or an object."""
    return _TEXT(response)


def decode_image_to_text_batch(response: Response) -> list[ImageToTextOutput]:
    """The texts of several images: a list for each, also for one (transformers 4.51)."""
    return _TEXT.values(json_value(response), response)


IMAGE_TO_TEXT = Task(
    name="image-to-text",
    domain="cv",
    encode=encode_image_to_text,
    decode=decode_image_to_text,
    decode_many=decode_image_to_text_batch,
)
