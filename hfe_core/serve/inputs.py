"""Decoding helpers for engines: texts, parameters, bytes and images, with errors that name what would be right."""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Iterable, Sequence
from typing import Any, cast

from hfe_core.serve.engine import EngineError, EngineRequest

__all__ = ["check_parameters", "decode_bytes", "decode_image", "decode_texts"]


def check_parameters(request: EngineRequest, known: Iterable[str] = ()) -> None:
    """Refuse parameters that an engine does not know.

    Args:
        request: The request to check.
        known: The names of the parameters that the engine takes; by default none.

    Raises:
        EngineError: A parameter has another name.
    """
    names = sorted(known)
    unknown = sorted(set(request.parameters) - set(names))
    if unknown:
        takes = "takes " + ", ".join(names) if names else "takes no parameters"
        listed = ", ".join(repr(name[:60]) for name in unknown[:5])
        raise EngineError(f"unknown parameter {listed}: {request.task} {takes} here")


def decode_texts(inputs: object, what: str = "inputs") -> tuple[list[str], bool]:
    """The texts of an input that is one string or a list of strings.

    Args:
        inputs: The input.
        what: How the error calls it.

    Returns:
        The texts, and whether they came as a list.

    Raises:
        EngineError: It is anything else.
    """
    given = inputs
    if isinstance(inputs, str):
        return [inputs], False
    if isinstance(inputs, list):
        items = cast("list[object]", inputs)
        texts = [item for item in items if isinstance(item, str)]
        if len(texts) == len(items):
            return texts, True
    raise EngineError(f"{what}: a string or a list of strings is needed, got {describe(given)}")


def decode_bytes(value: object, what: str = "inputs") -> bytes:
    """The bytes of an image or a sound, from a raw body, a base64 string or a ``data:`` URL.

    Args:
        value: bytes, or a string. White space in base64 is ignored.
        what: How the error calls it.

    Raises:
        EngineError: It is neither, or not base64, or empty, or an address to fetch: the local endpoint fetches nothing.
    """
    if isinstance(value, bytes):
        data = value
    elif isinstance(value, str):
        data = _from_text(value, what)
    else:
        raise EngineError(f"{what}: a raw body, a base64 string or a data: URL is needed, got {describe(value)}")
    if not data:
        raise EngineError(f"{what}: empty")
    return data


def _from_text(value: str, what: str) -> bytes:
    if value.startswith(("http://", "https://")):
        raise EngineError(f"{what}: the local endpoint fetches no addresses; send the bytes, or base64")
    if value.startswith("data:"):
        head, comma, value = value.partition(",")
        if not comma or not head.endswith(";base64"):
            raise EngineError(f"{what}: a data: URL must be of the form data:image/png;base64,...")
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        raise EngineError(f"{what}: a string of {len(value)} characters that is not base64") from None


def decode_image(value: object, what: str = "inputs") -> Any:
    """The image in a raw body, a base64 string or a ``data:`` URL, as a ``PIL.Image.Image`` in RGB.

    Args:
        value: bytes or a string; see :func:`decode_bytes`.
        what: How the error calls it.

    Raises:
        EngineError: No image, or one that Pillow cannot read, or Pillow is not installed.
    """
    data = decode_bytes(value, what)
    try:
        from PIL import Image
    except ImportError:
        raise EngineError("images need Pillow: pip install pillow") from None
    try:
        return Image.open(io.BytesIO(data)).convert("RGB")
    except Exception as error:
        # Pillow raises half a dozen unrelated classes for broken images, and its text holds an object's address.
        raise EngineError(f"{what}: {len(data)} bytes that are not an image Pillow can read") from error


def describe(value: object) -> str:
    """A value in a few words for an error: its JSON type and size, never its content."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return f"a string of {len(value)} characters"
    if isinstance(value, bytes):
        return f"a raw body of {len(value)} bytes"
    if isinstance(value, dict):
        keys = [str(key)[:30] for key in list(cast("dict[object, object]", value))[:8]]
        return f"an object with the keys {keys}" if keys else "an empty object"
    if isinstance(value, Sequence):
        items = cast("Sequence[object]", value)
        return f"a list of {len(items)}, the first being {describe(items[0])}" if items else "an empty list"
    return type(value).__name__
