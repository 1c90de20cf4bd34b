"""From a payload to the request that carries it: URL, headers, body. Pure."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

import attrs

from hfe_core._version import __version__
from hfe_core.errors import EncodeError, PluginError
from hfe_core.media import Media, replace_media
from hfe_core.options import Limits, Options
from hfe_core.payload import NOTHING, Nothing, Payload
from hfe_core.values import Body, Endpoint, Request

__all__ = ["Preparer", "encode_json", "is_heavy", "may_wait"]

USER_AGENT = f"hfe/{__version__}; python/{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"

LARGE = 1 << 18
"""Bytes of media from which on they are read, and put into base64, while they are sent."""

_REFUSED = (TypeError, ValueError, RecursionError, OSError)
_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=replace_media)
# Stands for large media. A str of the caller's cannot be it: it has a lone surrogate, which cannot be sent.
_PLACE = "\udc00"


class Preparer:
    """Makes the requests of one endpoint with one set of options.

    Args:
        endpoint: Where they go.
        options: How they are made.
    """

    def __init__(self, endpoint: Endpoint, options: Options) -> None:
        self._endpoint = endpoint
        self._headers = {"user-agent": USER_AGENT, **options.headers}
        if options.scale_up_timeout is not None:
            self._headers["x-scale-up-timeout"] = str(math.ceil(options.scale_up_timeout))
        self._limits = Limits(**{field.name: getattr(options, field.name) for field in attrs.fields(Limits)})
        self._legacy_json = _legacy_json(options)
        self._legacy_headers = _legacy_headers(options)

    def request(self, payload: Payload) -> Request:
        """The request for this payload.

        Inputs that are binary and have no parameters are the body itself, with their content type, since some servers
        take audio no other way; with parameters the body is JSON with the data in base64, so that none is lost.

        Raises:
            EncodeError: Something in the payload has no JSON form; the error names its path.
        """
        content = payload.body
        if content is NOTHING:
            if isinstance(payload.inputs, Media) and not payload.parameters and not payload.fields:
                content = payload.inputs
            else:
                content = self._json_content(payload)
        headers = dict(self._headers)
        headers["accept"] = _header("accept", payload.accept)
        body: bytes | Body
        if isinstance(content, Media):
            headers["content-type"] = _header("content_type", content.content_type)
            headers.update(self._legacy_headers)
            body = content if not isinstance(content.source, bytes) else content.source
        elif content is NOTHING or (content is None and payload.method in {"GET", "HEAD"}):
            body = b""
        else:
            headers["content-type"] = "application/json"
            body = json_body(self._with_legacy_options(content) if self._legacy_json else content)
        return Request(
            method=_method(payload.method),
            url=self._endpoint.at(payload.path, _query(payload.query) if payload.query else ""),
            headers=headers,
            body=body,
            token=self._endpoint.token,
            payload=payload,
            limits=self._limits,
            stream=payload.stream,
        )

    def _with_legacy_options(self, content: object) -> object:
        if not isinstance(content, dict):
            return content
        fields = cast("dict[str, object]", content)
        return {**fields, "options": fields.get("options", self._legacy_json)}

    @staticmethod
    def _json_content(payload: Payload) -> object:
        content: dict[str, object] = {}
        if payload.inputs is not NOTHING:
            content["inputs"] = payload.inputs
        # The default container takes base64 for sound only beside parameters, be they empty.
        if payload.parameters or isinstance(payload.inputs, Media):
            content["parameters"] = payload.parameters
        for name, value in payload.fields.items():
            if name in content:
                raise EncodeError(name, "given twice")
            content[name] = value
        return content or NOTHING


def may_wait(value: object, depth: int = 0) -> bool:
    """Whether encoding these arguments reads an open file, or compresses a picture."""
    if isinstance(value, dict):
        value = list(cast("dict[object, object]", value).values())
    if isinstance(value, list | tuple):
        if depth < 4:
            # No generator: every asynchronous call comes by.
            for item in cast("Sequence[object]", value):
                if not isinstance(item, str) and may_wait(item, depth + 1):
                    return True
        return False
    return not isinstance(value, str | bytes) and (hasattr(value, "read") or hasattr(value, "getbands"))


def is_heavy(payload: Payload) -> bool:
    """Whether making the request reads files or encodes more than a megabyte of media."""
    return _holds_much(payload.inputs) or _holds_much(payload.body)


def _holds_much(value: object) -> bool:
    if isinstance(value, str | Nothing):
        return False
    return any(isinstance(medium.source, Path) or len(medium) > 1 << 20 for medium in _media(value, 0))


def _media(value: object, depth: int) -> Iterator[Media]:
    if isinstance(value, Media):
        yield value
    elif depth < 3 and isinstance(value, dict | list):
        items = cast("dict[object, object] | list[object]", value)
        for item in items.values() if isinstance(items, dict) else items:
            if isinstance(item, Media | dict | list):
                yield from _media(cast("object", item), depth + 1)


def check_request(request: Request, endpoint: Endpoint) -> None:
    """Hold a request that plugins have changed to the rules of those that hfe makes.

    Raises:
        PluginError: It goes to another origin than the endpoint's, or has a header that cannot be sent.
    """
    if request.url != endpoint.origin and not request.url.startswith((endpoint.origin + "/", endpoint.origin + "?")):
        raise PluginError("a plugin's hfe_prepare changed the request's origin; that is for a transport to do")
    try:
        Options(headers=request.headers)
        _method(request.method)
    except ValueError as error:
        raise PluginError(f"a plugin's hfe_prepare made a request that cannot be sent: {error}") from None


def _method(value: str) -> str:
    if not (isinstance(value, str) and value.isascii() and value.isalpha()):
        raise EncodeError("method", f"expected a word such as 'POST', not {value!r:.60}")
    return value.upper()


def _header(parameter: str, value: str) -> str:
    if not (isinstance(value, str) and value.isascii() and value.isprintable()):
        raise EncodeError(parameter, "expected printable ASCII characters")
    return value


def _legacy_json(options: Options) -> dict[str, bool]:
    """The 2023 options as they travelled in a JSON body (@huggingface/inference 2.6.1)."""
    given = {
        "wait_for_model": options.wait_for_model,
        "use_cache": options.use_cache,
        "dont_load_model": options.dont_load_model,
        "use_gpu": options.use_gpu,
        "retry_on_error": options.retry_on_error,
    }
    return {name: value for name, value in given.items() if value is not None}


def _legacy_headers(options: Options) -> dict[str, str]:
    """The 2023 options as they travelled with a binary body (@huggingface/inference 2.6.1)."""
    headers: dict[str, str] = {}
    if options.wait_for_model:
        headers["x-wait-for-model"] = "true"
    if options.use_cache is False:
        headers["x-use-cache"] = "false"
    if options.dont_load_model:
        headers["x-load-model"] = "0"
    return headers


def _query(values: Mapping[str, object]) -> str:
    return urlencode({name: _plain(value) for name, value in values.items()})


def _plain(value: object) -> object:
    """Query values as huggingface-inference-toolkit reads them: digits, ``true`` and ``false``, anything else text."""
    return str(value).lower() if isinstance(value, bool) else value


def encode_json(value: object) -> bytes:
    """Compact JSON in UTF-8, with media in base64.

    Raises:
        EncodeError: A value has no JSON form, is NaN or infinite (which JSON lacks and strict servers refuse), is a
            lone surrogate, or contains itself; the error names its path.
    """
    try:
        return _JSON.encode(value).encode()
    except _REFUSED as error:
        path, problem = _blame(value, "", error)
        raise EncodeError(path or "body", problem) from None


class _LargeMedia(Exception):
    """There are media that are not put into memory."""


def _small_media(value: object) -> object:
    if isinstance(value, Media) and len(value) > LARGE:
        raise _LargeMedia
    return replace_media(value)


_SMALL_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_small_media)


def json_body(value: object) -> bytes | Body:
    """As :func:`encode_json`; with large media, what gives the same bytes while it is sent.

    Raises:
        EncodeError: As there.
    """
    try:
        return _SMALL_JSON.encode(value).encode()
    except (_LargeMedia, *_REFUSED) as error:
        if not isinstance(error, _LargeMedia):
            return encode_json(value)
    return _spliced(value)


def _spliced(value: object) -> bytes | Body:
    media: list[Media] = []
    sizes: list[int] = []

    def put_aside(value: object) -> object:
        if not isinstance(value, Media) or (size := len(value)) <= LARGE:
            return replace_media(value)
        media.append(value)
        sizes.append(size)
        return _PLACE

    encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=put_aside)
    try:
        texts = encoder.encode(value).split(_PLACE)
        if len(texts) == len(media) + 1:
            from hfe_core._bodies import JsonBody

            return JsonBody(tuple(text.encode() for text in texts), tuple(media), tuple(sizes))
    except _REFUSED:
        pass
    return encode_json(value)


def _blame(body: object, path: str, error: Exception, depth: int = 0) -> tuple[str, str]:
    """The path of the first part that cannot be encoded, and what is wrong with it."""
    if depth > 200:
        return path[:80], "nested too deep, or it contains itself"
    for child_path, child in _children(body, path):
        try:
            _JSON.encode(child).encode()
        except _REFUSED as inner:
            return _blame(child, child_path, inner, depth + 1)
    if isinstance(body, float) and not math.isfinite(body):
        return path, f"{body!r} has no JSON form; give a finite number or None"
    if isinstance(error, UnicodeEncodeError):
        return path, "a str with a lone surrogate cannot be sent"
    if isinstance(error, TypeError):
        return path, f"a {type(body).__name__} has no JSON form, or it has keys that are no str"
    return path, " ".join(str(error).split())[:200] or type(error).__name__


def _children(body: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(body, Mapping):
        for key, item in cast("Mapping[object, object]", body).items():
            child_path = f"{path}.{key!s:.60}" if path else f"{key!s:.60}"
            yield child_path, key if isinstance(key, str) else None
            yield child_path, item
    elif isinstance(body, list | tuple):
        for index, item in enumerate(cast("Sequence[object]", body)):
            yield f"{path}[{index}]", item
