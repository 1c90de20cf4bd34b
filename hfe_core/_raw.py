"""Calls without a task: what goes out and comes back as it is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, cast

from hfe_core._decode import guarded
from hfe_core.decoding import json_value
from hfe_core.errors import DecodeError
from hfe_core.media import BinaryInput, Media
from hfe_core.payload import NOTHING, Payload
from hfe_core.sse import ServerSentEvent
from hfe_core.task import StreamTask
from hfe_core.values import Response

__all__ = ["RAW_STREAM", "raw_payload", "raw_value"]


def _whole_event(event: ServerSentEvent) -> ServerSentEvent:
    return event


RAW_STREAM: StreamTask[..., ServerSentEvent] = StreamTask(name="request", encode=Payload, decode=_whole_event)
"""What ``streaming_request`` runs."""


def raw_payload(
    body: object,
    *,
    path: str = "",
    method: str = "POST",
    query: Mapping[str, str | int | float | bool] | None = None,
    content_type: str | None = None,
    accept: str = "*/*",
    stream: bool = False,
) -> Payload:
    """The payload of a call without a task: JSON or bytes, as they are."""
    if body is None and content_type is None:
        content: object = NOTHING
    elif content_type is None and isinstance(body, str | Mapping | list | tuple | int | float | bool | None):
        content = cast("object", body)
        if stream and isinstance(body, Mapping) and "stream" not in body:
            content = {**cast("Mapping[str, object]", body), "stream": True}
    elif isinstance(body, str):
        content = Media(body.encode(), content_type or "text/plain")
    else:
        content = Media.of(cast("BinaryInput", body), content_type=content_type, parameter="body")
    return Payload(body=content, path=path, method=method, query=query or {}, accept=accept, stream=stream)


def raw_value(response: Response) -> Any:
    """The JSON of an answer that says it is JSON, or is text that is JSON; else its bytes.

    Raises:
        StatusError: It says ``{"error": ...}``, whatever it says that it is.
        DecodeError: It says that it is JSON, and is not; or it is a web page, which ``accept`` did not ask for.
    """
    return guarded("request", partial(_raw_value, response), response)


def _raw_value(response: Response) -> Any:
    kind = response.content_type
    if kind == "application/json" or kind.endswith("+json"):
        return json_value(response)
    begin = response.body[:512].lstrip().lower()
    if begin.startswith((b"<!doctype html", b"<html")) and "html" not in response.payload.accept:
        return json_value(response)
    is_text = not kind or kind.startswith("text/")
    if begin[:1] not in {b"{", b"["} or not (is_text or begin.startswith(b'{"error"')):
        return response.body
    try:
        return json_value(response)
    except DecodeError:
        return response.body
