"""How calls are made, as a value."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from hfe_core.errors import EncodeError
from hfe_core.retry import Retry

__all__ = ["Limits", "Options", "masked", "public"]

_FRAMING = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that say how a message is cut; a wrong one makes a server read half a request as a whole one."""


def _is_header_text(value: str) -> bool:
    return all(character == "\t" or " " <= character <= "~" or "\xa0" <= character <= "\xff" for character in value)


def _headers(value: Mapping[str, str] | None) -> Mapping[str, str]:
    if value is not None and not isinstance(value, Mapping):
        raise TypeError(f"headers: a mapping of names to values, not {type(value).__name__}")
    headers: dict[str, str] = {}
    for name, text in (value or {}).items():
        if not (
            isinstance(name, str)
            and name.isascii()
            and name.isprintable()
            and name
            and not set(name) & set(' :"(),/;<=>?@[\\]{}')
        ):
            raise EncodeError("headers", "a header name is made of ASCII letters, digits and hyphens")
        if not (isinstance(text, str) and _is_header_text(text)):
            raise EncodeError(f"headers[{name!r}]", "a value is a str without control characters")
        if name.lower() in _FRAMING:
            raise EncodeError(f"headers[{name!r}]", "hfe sets it for each request")
        headers[name.lower()] = text
    return headers


def masked(headers: Mapping[str, str]) -> str:
    """The names of headers, for a repr."""
    return "{" + ", ".join(f"{name!r}: ***" for name in headers) + "}"


_SECRETIVE = ("auth", "cookie", "credential", "key", "secret", "signature", "token")


def public(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that may be written down: none whose name says that it holds a secret."""
    return {name: value for name, value in headers.items() if not any(word in name for word in _SECRETIVE)}


def _seconds(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is not None and not (is_number and value > 0):
        raise EncodeError(attribute.name, f"seconds greater than 0, or None for no limit, not {value!r:.60}")


def _count(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise EncodeError(attribute.name, f"an int of at least 1, not {value!r:.60}")


def _flag(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    if value is not None and not isinstance(value, bool):
        raise EncodeError(attribute.name, f"True, False or None, not {value!r:.60}")


def _path(value: str | os.PathLike[str] | None) -> str | None:
    return None if value is None else os.fspath(value)


def _existing(_: object, attribute: attrs.Attribute[Any], value: str | None) -> None:
    if value is not None and not Path(value).exists():
        raise EncodeError(attribute.name, f"there is no file {value!r:.200}")


@attrs.frozen(kw_only=True)
class Limits:
    """How much of an answer is taken; held while reading, in bounded memory.

    What goes beyond ends in :class:`~hfe_core.errors.AnswerTooLarge`, nesting in
    :class:`~hfe_core.errors.DecodeError`; an error's body is cut, so that its status survives.

    Attributes:
        max_head: Bytes of the status line and the headers together.
        max_body: Bytes of the body, as it travels and decompressed.
        max_decompressed: Bytes of a compressed body once decompressed, where ``max_body`` is not smaller.
        max_error_body: Bytes that are read of the body of an answer that is no success, decompressed.
        max_line: Bytes of one line of an event stream.
        max_event: Bytes of one event of a stream.
        max_depth: How deep JSON may nest.
    """

    max_head: int = attrs.field(default=64 << 10, validator=_count)
    max_body: int = attrs.field(default=256 << 20, validator=_count)
    max_decompressed: int = attrs.field(default=64 << 20, validator=_count)
    max_error_body: int = attrs.field(default=1 << 20, validator=_count)
    max_line: int = attrs.field(default=8 << 20, validator=_count)
    max_event: int = attrs.field(default=16 << 20, validator=_count)
    max_depth: int = attrs.field(default=200, validator=_count)


@attrs.frozen(kw_only=True)
class Options(Limits):
    """How calls are made. Immutable; ``client.with_options(timeout=5)`` gives a client with other ones.

    The limits of :class:`Limits` are options, too.

    Attributes:
        timeout: Seconds for one attempt, from connecting to the last byte of the answer; of a stream, to its head and
            then for each of its lines. None for no limit.
        deadline: Seconds for all attempts of a call and the waits between them; of a stream that has begun, for each
            event. None for no limit.
        retry: When to send again.
        headers: Further request headers; never shown in a repr.
        concurrency: How many calls ``map`` keeps in flight.
        batch_size: How many inputs ``map`` sends in one request, for tasks that the server takes lists for.
        wait_for_model: 2023 option: let the server hold the request until the model is loaded instead of answering 503.
        use_cache: 2023 option: False asks for a fresh answer.
        dont_load_model: 2023 option: answer 503 rather than load the model.
        use_gpu: 2023 option: travels in JSON bodies only, as it always did.
        retry_on_error: 2023 option: False switches off the wait for a loading model.
        scale_up_timeout: Seconds that the proxy of an Inference Endpoint may hold a request while an endpoint that was
            scaled to zero comes back (``X-Scale-Up-Timeout``), instead of answering 503; ``timeout`` should be longer.
            None to leave it to the proxy.
        ca_bundle: A PEM file, or a directory of them, of certificate authorities that replaces the system's, or None
            for the system's (and ``SSL_CERT_FILE``).
    """

    timeout: float | None = attrs.field(default=120.0, validator=_seconds)
    deadline: float | None = attrs.field(default=900.0, validator=_seconds)
    retry: Retry = attrs.field(factory=Retry, validator=attrs.validators.instance_of(Retry))
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str], converter=_headers, repr=masked)
    concurrency: int = attrs.field(default=8, validator=_count)
    batch_size: int = attrs.field(default=1, validator=_count)
    wait_for_model: bool | None = attrs.field(default=None, validator=_flag)
    use_cache: bool | None = attrs.field(default=None, validator=_flag)
    dont_load_model: bool | None = attrs.field(default=None, validator=_flag)
    use_gpu: bool | None = attrs.field(default=None, validator=_flag)
    retry_on_error: bool | None = attrs.field(default=None, validator=_flag)
    scale_up_timeout: float | None = attrs.field(default=None, validator=_seconds)
    ca_bundle: str | None = attrs.field(default=None, converter=_path, validator=_existing)
