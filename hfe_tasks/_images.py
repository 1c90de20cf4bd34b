"""Pictures in answers, in every form that the servers give them."""

from __future__ import annotations

from hfe_core import DecodeError, Image, JsonValue, Response, json_value, sniff_content_type, unexpected
from hfe_tasks._answers import from_base64

__all__ = ["decode_image", "image_value"]


def decode_image(response: Response) -> Image:
    """The picture: bytes of a file, or them in base64, as a JSON string, alone or in a list of one, or as plain text.

    Raises:
        DecodeError: It is neither.
    """
    found = sniff_content_type(response.body[:64]) or ""
    if found.startswith("image/") or response.content_type.startswith("image/"):
        return _file(response, found)
    if response.content_type == "text/plain" and not response.body.lstrip().startswith((b'"', b"[", b"{", b"<")):
        return image_value(response.body.decode("ascii", "replace"), response)
    value = json_value(response)
    if isinstance(value, list) and len(value) == 1:
        return image_value(value[0], response, "$[0]")
    return image_value(value, response)


def _file(response: Response, found: str) -> Image:
    if not response.body:
        raise DecodeError("expected an image, but the answer is empty", request_id=response.request_id)
    said = response.content_type
    return Image(response.body, said if said.startswith("image/") else found)


def image_value(value: JsonValue, response: Response, path: str = "$") -> Image:
    """The picture in a JSON string of base64, with a ``data:`` prefix or without.

    Args:
        value: The string.
        response: The answer that it is from.
        path: Where in the answer it stands.

    Raises:
        DecodeError: It is no such string.
    """
    if not isinstance(value, str):
        unexpected(value, "an image in base64", response, path=path)
    data = from_base64(value)
    found = sniff_content_type(data[:64]) if data else None
    if not data or not found or not found.startswith("image/"):
        unexpected(value, "an image in base64", response, path=path)
    return Image(data, found)
