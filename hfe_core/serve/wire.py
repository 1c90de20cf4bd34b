"""The default container's protocol from the server's side: bodies to inputs and parameters, answers to bytes."""

from __future__ import annotations

import base64
import io
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, cast

import attrs

from hfe_core._names import shorten
from hfe_core.serve.engine import EngineError

__all__ = ["MEDIA_TYPES", "Call", "check_accept", "decode_call", "decode_object", "encode_answer", "encode_error"]

_JSON_TYPES = ("application/json", "application/json; charset=UTF-8")
_IMAGES = ("png", "jpeg", "jpg", "tiff", "bmp", "gif", "webp", "x-image")
_SOUNDS = (
    *("x-flac", "flac", "mpeg", "x-mpeg-3", "wave", "wav", "x-wav", "ogg", "x-audio", "webm", "webm;codecs=opus"),
    *("AMR", "amr", "AMR-WB", "AMR-WB+", "m4a", "x-m4a"),
)
MEDIA_TYPES: tuple[str, ...] = (
    *_JSON_TYPES,
    *("text/csv", "text/plain"),
    *(f"image/{name}" for name in _IMAGES),
    *(f"audio/{name}" for name in _SOUNDS),
)
"""The content types that the container knows. It compares them letter by letter, and so does the local endpoint."""


@attrs.frozen
class Call:
    """The decoded body of one request: what the caller sent, before any engine is involved."""

    inputs: object
    parameters: dict[str, object]
    stream: bool = False


def decode_call(content_type: str, body: bytes, query: Iterable[tuple[str, str]]) -> Call:
    """Decode a request.

    Args:
        content_type: The header, empty where it is missing; it must be one of :data:`MEDIA_TYPES`.
        body: JSON with ``inputs``, or the bytes of an image or a sound.
        query: The pairs of the query string, which become the parameters where the body has none: digits an int,
            ``true`` and ``false`` a bool, all else a string.

    Raises:
        EngineError: In the container's words where it has some.
    """
    if content_type not in MEDIA_TYPES:
        raise EngineError(_unsupported("Content", "content", content_type))
    if content_type.startswith(("image/", "audio/")):
        return Call(body, _from_query(query))
    if content_type not in _JSON_TYPES:
        raise EngineError(f"a body of {content_type} cannot be decoded; send application/json, an image or a sound")
    document = _parse(body)
    if not isinstance(document, dict) or "inputs" not in document:
        raise EngineError(f"Body needs to provide a inputs key, received: {shorten(repr(body[:1000]))}")
    fields = cast("dict[str, object]", document)
    stream = fields.get("stream", False)
    if not isinstance(stream, bool):
        raise EngineError("stream: true or false is needed")
    if "parameters" not in fields:
        return Call(fields["inputs"], _from_query(query), stream)
    parameters = fields["parameters"]
    if not isinstance(parameters, dict):
        raise EngineError("parameters: an object is needed; leave the key out where there are none")
    return Call(fields["inputs"], cast("dict[str, object]", parameters), stream)


def decode_object(content_type: str, body: bytes) -> dict[str, object]:
    """Decode a request whose body is a JSON object of its own kind.

    Raises:
        EngineError: It is not.
    """
    if content_type not in _JSON_TYPES:
        raise EngineError(_unsupported("Content", "content", content_type, _JSON_TYPES))
    document = _parse(body)
    if not isinstance(document, dict):
        raise EngineError("the body must be a JSON object")
    return cast("dict[str, object]", document)


def check_accept(accept: str | None, stream: bool = False) -> str:
    """The content type to answer with.

    Args:
        accept: The header, or None where it is missing.
        stream: Events are asked for, which also allows ``text/event-stream``.

    Raises:
        EngineError: It is none of :data:`MEDIA_TYPES` (compared letter by letter), or one that no answer can have.
    """
    if accept is None or accept == "*/*":
        return _JSON_TYPES[0]
    if stream and accept == "text/event-stream":
        return accept
    if accept not in MEDIA_TYPES:
        raise EngineError(_unsupported("Accept", "accept", accept))
    if accept.startswith("audio/"):
        raise EngineError("Audio serialization not implemented")
    if accept.startswith("text/"):
        raise EngineError(f"no answer can be sent as {accept}; ask for application/json")
    return accept


def encode_answer(answer: object, media_type: str = _JSON_TYPES[0]) -> bytes:
    """The answer as bytes: compact JSON in UTF-8 with null for NaN and infinity, or the image that was asked for.

    Args:
        answer: What an engine returned; see :data:`hfe_core.serve.engine.Runner`.
        media_type: What :func:`check_accept` gave.

    Raises:
        EngineError: It is no image and one was asked for, or it holds what JSON cannot.
    """
    if media_type.startswith("image/"):
        if not _is_image(answer):
            raise EngineError(f"Can only serialize PIL.Image.Image, got {type(answer)}")
        return _image_bytes(answer, media_type.partition("/")[2].upper())
    try:
        try:
            text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain)
        except ValueError:  # NaN or infinity somewhere: rare, so only then is the whole answer walked
            text = json.dumps(_without_nan(answer), ensure_ascii=False, separators=(",", ":"))
        return text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise EngineError(f"the engine's answer is not JSON: {shorten(str(error))}") from error


def encode_error(error: BaseException) -> bytes:
    """``{"error": text}`` for any exception, cut to a length that is worth reading."""
    text = shorten(str(error), 1000)
    if not isinstance(error, EngineError):
        name = type(error).__name__
        text = f"{name}: {text}" if text and isinstance(error, (KeyError, ImportError)) else text or name
    return json.dumps({"error": text}, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _unsupported(title: str, kind: str, got: str, known: Iterable[str] = MEDIA_TYPES) -> str:
    return f'{title} type "{got[:200]}" not supported. Supported {kind} types are: {", ".join(known)}'


def _parse(body: bytes) -> object:
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise EngineError(f"the body is not UTF-8: {error.reason} at byte {error.start}") from None
    except RecursionError:
        raise EngineError("the body is not usable JSON: it is nested too deeply") from None
    except ValueError as error:
        raise EngineError(f"the body is not JSON: {shorten(str(error))}") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _from_query(query: Iterable[tuple[str, str]]) -> dict[str, object]:
    return {key: _from_text(value) for key, value in query}


def _from_text(value: str) -> int | bool | str:
    if value.isascii() and value.isdigit() and len(value) < 100:
        return int(value)
    return {"true": True, "false": False}.get(value.lower(), value)


def _plain(value: object) -> object:
    """For what :mod:`json` does not know: arrays and scalars of numpy and torch, images, mappings, iterables of few."""
    to_list = getattr(value, "tolist", None)
    if callable(to_list):
        return to_list()
    if _is_image(value):
        return base64.b64encode(_image_bytes(value, "PNG")).decode("ascii")
    if isinstance(value, Mapping):
        return dict(cast("Mapping[Any, object]", value))
    raise TypeError(f"Type is not JSON serializable: {type(value).__name__}")


def _without_nan(value: object) -> object:
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in cast("dict[Any, object]", value).items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in cast("list[object]", value)]
    return _without_nan(_plain(value))


def _is_image(value: object) -> bool:
    return hasattr(value, "save") and hasattr(value, "mode") and hasattr(value, "size")


def _image_bytes(image: Any, kind: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format=kind)
    return buffer.getvalue()
