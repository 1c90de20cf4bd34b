"""What servers say when they refuse: one reader for every shape of error body, and the typed error it becomes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from hfe_core._json import JsonValue, loads
from hfe_core._names import shorten
from hfe_core.errors import EndpointNotReady, RateLimited, StatusError, status_error_class
from hfe_core.values import Response

__all__ = [
    "ERROR_KEYS",
    "error_message",
    "estimated_time",
    "retry_after",
    "says_loading",
    "says_paused",
    "status_error",
]

ERROR_KEYS = frozenset({"error", "warnings", "error_type", "estimated_time", "message", "code"})
"""What an object holds that says an error, and nothing else."""

_MESSAGE_KEYS = ("error", "detail", "message", "error_message", "title")
_LARGEST = 64 << 20  # servers echo whole inputs in their errors
_TAG = re.compile(r"<[^>]{0,500}>")
_TITLE = re.compile(r"<(title|h1)[^>]{0,200}>(.{1,500}?)</\1>", re.IGNORECASE | re.DOTALL)


def error_message(value: JsonValue) -> str:
    """The words in a decoded error body.

    Read: ``{"error": str | list | object}`` (default container, community containers, OpenAI dialect), ``{"detail":
    str | [{"loc", "msg"}]}`` (FastAPI), ``{"message": ...}``, and the ``warnings`` beside an error. Empty if there are
    none.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(filter(None, (error_message(item) for item in value)))
    if not isinstance(value, dict):
        return ""
    if isinstance(value.get("msg"), str):
        location = value.get("loc")
        where = ".".join(map(str, location)) if isinstance(location, list) else ""
        return f"{where}: {value['msg']}" if where else str(value["msg"])
    for key in _MESSAGE_KEYS:
        message = error_message(value.get(key))
        if message:
            warnings = error_message(value.get("warnings"))
            return f"{message} ({warnings})" if warnings else message
    return ""


def _read(response: Response) -> tuple[JsonValue, str]:
    """The decoded body (None unless JSON) and its message."""
    text = response.body[:_LARGEST].decode("utf-8-sig", "replace").strip()
    if text[:1] in {"{", "[", '"'}:
        try:
            value = loads(text)
        except (ValueError, RecursionError):
            return None, text
        return value, error_message(value) or text
    if text[:1] == "<":
        title = _TITLE.search(text[:10_000])
        return None, " ".join((title.group(2) if title else _TAG.sub(" ", text[:10_000])).split())
    return None, text


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a ``Retry-After`` header asks for, given as seconds or as an HTTP date; None if absent or senseless."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, TypeError, OverflowError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = max(0.0, (moment - datetime.now(UTC)).total_seconds())
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def estimated_time(value: JsonValue) -> float | None:
    """The ``estimated_time`` in a decoded error body, in seconds; None if absent or senseless."""
    if not isinstance(value, dict):
        return None
    seconds = value.get("estimated_time")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    return float(seconds) if 0 <= seconds < math.inf else None


def says_paused(error: StatusError) -> bool:
    """Whether a 503 says that the endpoint is paused: it comes back when somebody resumes it, not by waiting."""
    return isinstance(error, EndpointNotReady) and "paused" in error.message.lower()


def says_loading(error: StatusError) -> bool:
    """Whether a 503 says that the model will come by waiting, rather than that something is broken or paused."""
    if not isinstance(error, EndpointNotReady):
        return False
    if says_paused(error):
        return False
    words = error.message.lower()
    return error.estimated_time is not None or any(
        hint in words for hint in ("loading", "initializ", "starting", "scaling", "warming", "no capacity")
    )


def status_error(response: Response, status: int | None = None) -> StatusError:
    """The typed error of an answer, with the server's words and without the token, should a server echo it.

    Args:
        response: The answer.
        status: Stands for the answer's own status, for errors that came with 200.
    """
    value, message = _read(response)
    body = response.body
    headers = dict(response.headers)
    if (token := response.request.token) is not None:
        message = token.redact(message)
        body = token.redact_bytes(body)
        headers = {name: token.redact(text) for name, text in headers.items()}
    code = response.status if status is None else status
    if not message:
        message = shorten(body.decode("latin-1"), 200)
    asked = f"{response.request.method} {urlsplit(response.request.url).path or '/'}" if code in {404, 405} else ""
    error = status_error_class(code)(
        code, message, headers=headers, body=body, request_id=response.request_id, asked=asked
    )
    if isinstance(error, RateLimited | EndpointNotReady):
        error.retry_after = retry_after(response.headers)
    if isinstance(error, EndpointNotReady):
        error.estimated_time = estimated_time(value)
    return error
