"""What servers say when they refuse: one reader for every shape of error body, and the typed error it becomes."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit

import attrs

from hfe_core._json import JsonValue, decoded_text, loads
from hfe_core._names import shorten
from hfe_core.errors import (
    BadRequest,
    EndpointNotReady,
    EndpointPaused,
    Forbidden,
    Gone,
    NotFound,
    PayloadTooLarge,
    RateLimited,
    ServerError,
    StatusError,
    Unauthorized,
    Unprocessable,
)
from hfe_core.values import Response

__all__ = [
    "ERROR_KEYS",
    "error_message",
    "estimated_time",
    "retry_after",
    "says_loading",
    "status_error",
    "status_error_class",
]

ERROR_KEYS = frozenset({"error", "warnings", "error_type", "estimated_time", "message", "code"})
"""What an object holds that says an error, and nothing else."""

_MESSAGE_KEYS = (
    "error",
    "detail",
    "message",
    "errors",
    "error_message",
    "error_description",
    "errormessage",
    "title",
    "reason",
    "description",
)
_DEEPEST = 8
_PHRASES = frozenset(status.phrase.lower() for status in HTTPStatus)
# Compiled where a server refuses: a first call that succeeds has no time for them.
_TAG = r"<[^<>]{0,500}>"
_UNSEEN = r"(?is)<(script|style)\b.{0,5000}?</\1>"
_TITLE = r"(?i)<(title|h1)\b[^<>]{0,200}>([^<]{1,500})</\1"
_XML_MESSAGES = tuple(
    rf"(?i)<(?:\w+:)?({name})\b[^<>]{{0,200}}>([^<]{{1,2000}})</"
    for name in ("message|msg|faultstring", "detail|error|code")
)
_CUT_MESSAGE = r'(?is)"(error|detail|message|error_message|msg|title)"\s*+:\s*+\[?+\s*+"((?:[^"\\]++|\\.)*+)'
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
_LARGEST = 64 << 20  # servers echo whole inputs in their errors
_LARGEST_PAGE = 8_000
_EXCERPT = 200


def error_message(value: JsonValue) -> str:
    """The words in a decoded error body.

    Read: ``{"error": str | list | object}`` (default container, community containers, OpenAI dialect), ``{"detail":
    str | [{"loc", "msg"}]}`` (FastAPI), ``{"message": ...}``, ``{"errors": ...}``, ``title`` and ``detail`` of a
    problem, keys in any case, and the ``warnings`` beside an error. Empty if there are none.
    """
    return _message(value, 0)


def _message(value: JsonValue, depth: int) -> str:
    if isinstance(value, str):
        return value
    if depth > _DEEPEST:
        return ""
    if isinstance(value, list):
        return ", ".join(filter(None, (_message(item, depth + 1) for item in value)))
    if not isinstance(value, dict):
        return ""
    if isinstance(value.get("msg"), str):
        location = value.get("loc")
        where = ".".join(map(str, location)) if isinstance(location, list) else ""
        return f"{where}: {value['msg']}" if where else str(value["msg"])
    fields = {key.lower(): value[key] for key in reversed(value)}
    found = [(key, words) for key in _MESSAGE_KEYS if (words := _message(fields.get(key), depth + 1))]
    if not found:
        return _fields(value, depth) if depth else ""
    # Some frameworks say "Bad Request" under "error" and the reason under "message".
    message = next((words for key, words in found if words.lower() not in _PHRASES and key != "title"), found[0][1])
    warnings = _message(fields.get("warnings"), depth + 1)
    return f"{message} ({warnings})" if warnings else message


def _fields(value: dict[str, JsonValue], depth: int) -> str:
    """What is wrong with each field, as ``{"name": ["is empty"]}`` says it."""
    if not all(isinstance(part, list) for part in value.values()):
        return ""
    words = ((key, _message(part, depth + 1)) for key, part in value.items())
    return ", ".join(f"{key}: {problem}" for key, problem in words if problem)


def _read(response: Response) -> tuple[JsonValue, str]:
    """The decoded body (None unless JSON) and its message."""
    body = response.body
    head = body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    value: JsonValue = None
    if head in {b"{", b"[", b'"'} or body[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in body[:4]:
        try:
            value = loads(body, response.request.limits.max_depth)
        except ValueError:
            value = None
        else:
            if (message := error_message(value)) or isinstance(value, str):
                return value, message
    text = decoded_text(body, None if b"\0" in body else "utf-8") or decoded_text(body, response.charset)
    text = (body[:_LARGEST].decode("utf-8", "replace") if text is None else text).removeprefix("\ufeff").strip()
    if value is None and head in {b"{", b"["}:
        return _cut(text)
    if text[:1] == "<":
        return value, _page(text[:_LARGEST_PAGE])
    return value, text


def _cut(text: str) -> tuple[JsonValue, str]:
    """What can be read of JSON whose end is missing, or that is none: servers echo inputs, and large bodies are cut."""
    try:
        value = loads(text)
    except ValueError:
        pass
    else:
        return value, error_message(value) or text
    if (found := re.search(_CUT_MESSAGE, text)) is None:
        return None, text
    words = found.group(2)
    for end in range(len(words), max(-1, len(words) - 8), -1):
        try:
            return None, str(loads(f'"{words[:end]}"')) or text
        except ValueError:
            continue
    return None, words or text


def _page(text: str) -> str:
    """The words of a web page or of XML."""
    is_page = re.match(r"<(!doctype\s+html|html|head|body|p|h1|div|center)\b", text, re.IGNORECASE) is not None
    patterns = (_TITLE,) if is_page else (*_XML_MESSAGES, _TITLE)
    title = next(filter(None, (re.search(pattern, text) for pattern in patterns)), None)
    words = title.group(2) if title else re.sub(_TAG, " ", re.sub(_UNSEEN, " ", text))
    from html import unescape

    return " ".join(unescape(words).split())


def _printable(text: str) -> str:
    """The text without what would drive a terminal; of what is no text at all, an excerpt."""
    controls = len(re.findall(_CONTROL, text[:2000]))
    if controls == 0 and re.search(_CONTROL, text) is None:
        return text
    if 10 * controls > len(text[:2000]):
        text = shorten(text, _EXCERPT)
    return re.sub(_CONTROL, lambda found: f"\\x{ord(found.group()):02x}", text)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a ``Retry-After`` header asks for, given as seconds or as an HTTP date; None if absent or senseless."""
    value = headers.get("retry-after", "").strip()
    if not value.isascii() or len(value) > _LONGEST_MOMENT:
        return None
    if re.match(r"[-+]?\d", value) and (number := re.fullmatch(_NUMBER, value.partition(",")[0].strip())):
        seconds = float(number.group())
    else:
        try:
            from email.utils import parsedate_to_datetime

            moment = parsedate_to_datetime(value)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            seconds = max(0.0, (moment - datetime.now(UTC)).total_seconds())
        except (ValueError, TypeError, OverflowError, LookupError, AttributeError):
            return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


_NUMBER = r"[+-]?\d+(\.\d*)?"
_LONGEST_MOMENT = 100


def estimated_time(value: JsonValue) -> float | None:
    """The ``estimated_time`` in a decoded error body, in seconds; None if absent or senseless."""
    if not isinstance(value, dict):
        return None
    seconds = value.get("estimated_time")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    return float(seconds) if 0 <= seconds <= sys.float_info.max else None


# Not as a part of a model's name.
_PAUSED = r"(?i)(?<![\w/.-])paused(?![\w/-])"
_LOADING = (
    "loading",
    "initializ",
    "initialis",
    "starting",
    "scaling",
    "scaled to",
    "waking",
    "warming",
    "not ready",
    "no capacity",
)


_FAILED = r"(?i)\b(failed|failure|could not|cannot|error)\b"


def says_loading(error: StatusError) -> bool:
    """Whether a 503 says that the model will come by waiting, rather than that something is broken or paused."""
    if not isinstance(error, EndpointNotReady) or isinstance(error, EndpointPaused):
        return False
    words = error.message.lower()
    return error.estimated_time is not None or (
        any(hint in words for hint in _LOADING) and not re.search(_FAILED, words)
    )


_BY_STATUS: dict[int, type[StatusError]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    410: Gone,
    413: PayloadTooLarge,
    422: Unprocessable,
    429: RateLimited,
    503: EndpointNotReady,
}


def status_error_class(status: int) -> type[StatusError]:
    """The error class of an HTTP status: the named ones, :class:`ServerError` for other 5xx, else the base."""
    return _BY_STATUS.get(status) or (ServerError if 500 <= status <= 599 else StatusError)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase if status >= 400 else ""
    except ValueError:
        return ""


def status_error(response: Response, status: int | None = None) -> StatusError:
    """The typed error of an answer, with the server's words and without the token, should a server echo it.

    Args:
        response: The answer.
        status: Stands for the answer's own status, for errors that came with 200.
    """
    headers, request_id = dict(response.headers), response.request_id
    if (token := response.request.token) is not None:
        # Before reading, too: what a token does to the JSON around it may cut it in two.
        response = attrs.evolve(response, body=token.redact_bytes(response.body))
        headers = {name: token.redact(text) for name, text in headers.items()}
        request_id = None if request_id is None else token.redact(request_id)
    value, message = _read(response)
    message = message if token is None else token.redact(message)
    code = response.status if status is None else status
    message = _printable(message) or _phrase(code)
    asked = f"{response.request.method} {urlsplit(response.request.url).path or '/'}" if code in {404, 405} else ""
    is_paused = code in {400, 503} and re.search(_PAUSED, message) is not None
    error = (EndpointPaused if is_paused else status_error_class(code))(
        code, message, headers=headers, body=response.body, request_id=request_id, asked=asked
    )
    if isinstance(error, RateLimited | EndpointNotReady):
        error.retry_after = retry_after(response.headers)
    if isinstance(error, EndpointNotReady):
        error.estimated_time = estimated_time(value)
    return error
