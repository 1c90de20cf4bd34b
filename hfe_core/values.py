"""The values that a call is made of, from the endpoint to the answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlsplit

import attrs

from hfe_core.retry import Retry
from hfe_core.token import Token, resolve_token

if TYPE_CHECKING:
    from hfe_core.media import Media
    from hfe_core.payload import Payload

__all__ = ["Endpoint", "Event", "Options", "Request", "Response", "Send"]

_URL_SAFE = "/:?#[]@!$&'()*+,;=%~"


def _is_header_text(value: str) -> bool:
    return all(character == "\t" or " " <= character <= "~" or "\xa0" <= character <= "\xff" for character in value)


def _headers(value: Mapping[str, str] | None) -> Mapping[str, str]:
    headers: dict[str, str] = {}
    for name, text in (value or {}).items():
        if not (
            isinstance(name, str)
            and name.isascii()
            and name.isprintable()
            and name
            and not set(name) & set(' :"(),/;<=>?@[\\]{}')
        ):
            raise ValueError("headers: a header name is made of ASCII letters, digits and hyphens")
        if not (isinstance(text, str) and _is_header_text(text)):
            raise ValueError(f"headers[{name!r}]: a value is a str without control characters")
        headers[name.lower()] = text
    return headers


def _masked(headers: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{name!r}: ***" for name in headers) + "}"


def _positive(_: object, attribute: attrs.Attribute[Any], value: float | None) -> None:
    if value is not None and not value > 0:
        raise ValueError(f"{attribute.name}: seconds greater than 0, or None for no limit, not {value!r}")


def _checked_url(url: str) -> str:
    if not isinstance(url, str):
        raise TypeError(f"endpoint_url: a str such as 'https://…', not {type(url).__name__}")
    url = url.strip()
    problem = ""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"endpoint_url: not a URL: {error}") from None
    if not url.isprintable() or " " in url:
        problem = "it holds spaces or control characters"
    elif parts.scheme.lower() not in {"http", "https"} or not parts.hostname or port == 0:
        problem = f"it is {url[:60]!r}"
    elif parts.username is not None or parts.password is not None:
        problem = "it holds a user name or password; give access_token or options.headers instead"
    elif "#" in url:
        problem = "it has a fragment (#…)"
    if problem:
        raise ValueError(f"endpoint_url: expected a URL that begins with http:// or https://, but {problem}")
    return url


def _computed(compute: Callable[[Any], str]) -> str:
    """A field worked out once from the others."""
    made: str = attrs.field(init=False, repr=False, eq=False, default=attrs.Factory(compute, takes_self=True))
    return made


@attrs.frozen
class Endpoint:
    """Where to send, and as whom. Pickled without its token.

    Attributes:
        url: The endpoint's own URL, http or https. It is used as given: path and query stay.
        token: The token to send, or None.

    Raises:
        ValueError: The URL is not an http(s) URL with a host, or it holds a password or a fragment.
    """

    url: str = attrs.field(converter=_checked_url)
    token: Token | None = None
    _base: str = _computed(lambda self: quote(self.url.partition("?")[0], safe=_URL_SAFE))
    _query: str = _computed(lambda self: quote(self.url.partition("?")[2], safe=_URL_SAFE))

    @classmethod
    def of(cls, url: str, access_token: str | Token | Literal[False] | None = None) -> Endpoint:
        """An endpoint with the token that :func:`~hfe_core.token.resolve_token` finds for its URL."""
        return cls(url, resolve_token(_checked_url(url), access_token))

    @property
    def host(self) -> str:
        """Host, and port where the URL names one."""
        return urlsplit(self.url).netloc

    def at(self, path: str = "", query: str = "") -> str:
        """The URL of a path below the endpoint, with the endpoint's own query and then ``query``, quoted."""
        base = self._base.rstrip("/") + "/" + quote(path.lstrip("/"), safe=_URL_SAFE) if path else self._base
        joined = "&".join(part for part in (self._query, query) if part)
        return f"{base}?{joined}" if joined else base

    def __reduce__(self) -> tuple[object, ...]:
        return Endpoint, (self.url,)


@attrs.frozen(kw_only=True)
class Options:
    """How calls are made. Immutable; ``client.with_options(timeout=5)`` gives a client with other ones.

    Attributes:
        timeout: Seconds for one attempt, from connecting to the last byte of the answer; of a stream, to its head and
            then from piece to piece. None for no limit.
        deadline: Seconds for all attempts of a call and the waits between them. None for no limit.
        retry: When to send again.
        headers: Further request headers; never shown in a repr.
        max_body: Bytes of an answer, decompressed, beyond which it is refused.
        max_event: Bytes of one event of a stream beyond which it is refused.
        concurrency: How many calls ``map`` keeps in flight.
        batch_size: How many inputs ``map`` sends in one request, for tasks that the server takes lists for.
        wait_for_model: 2023 option: let the server hold the request until the model is loaded instead of answering 503.
        use_cache: 2023 option: False asks for a fresh answer.
        dont_load_model: 2023 option: answer 503 rather than load the model.
        use_gpu: 2023 option: travels in JSON bodies only, as it always did.
        retry_on_error: 2023 option: False switches off the wait for a loading model.
        ca_bundle: A PEM file of certificate authorities that replaces the system's, or None.
    """

    timeout: float | None = attrs.field(default=120.0, validator=_positive)
    deadline: float | None = attrs.field(default=900.0, validator=_positive)
    retry: Retry = attrs.field(factory=Retry, validator=attrs.validators.instance_of(Retry))
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str], converter=_headers, repr=_masked)
    max_body: int = attrs.field(default=1 << 30, validator=attrs.validators.ge(1))
    max_event: int = attrs.field(default=16 << 20, validator=attrs.validators.ge(1))
    concurrency: int = attrs.field(default=8, validator=attrs.validators.ge(1))
    batch_size: int = attrs.field(default=1, validator=attrs.validators.ge(1))
    wait_for_model: bool | None = None
    use_cache: bool | None = None
    dont_load_model: bool | None = None
    use_gpu: bool | None = None
    retry_on_error: bool | None = None
    ca_bundle: str | None = attrs.field(default=None, converter=attrs.converters.optional(os.fspath))


@attrs.frozen(kw_only=True)
class Request:
    """One HTTP request, complete but for the token, which the transport adds.

    Attributes:
        method: ``"POST"`` and the like.
        url: The whole URL, quoted.
        headers: Names in lower case; never the token.
        body: The bytes, or a :class:`~hfe_core.media.Media` that is read while sending.
        token: Sent as ``Authorization: Bearer``, or None.
        payload: What the request carries, for the decoder.
        max_body: Bytes of an answer beyond which it is refused.
        stream: The answer is read as it comes.
    """

    method: str
    url: str
    headers: Mapping[str, str] = attrs.field(repr=_masked)
    body: bytes | Media = attrs.field(repr=lambda body: f"<{len(body)} bytes>")
    token: Token | None
    payload: Payload = attrs.field(repr=False)
    max_body: int = 1 << 30
    stream: bool = False


@attrs.frozen
class Send:
    """What the exchange asks of a client: wait, then send.

    Attributes:
        request: The request to send.
        delay: Seconds to wait before.
        timeout: Seconds that the attempt may take, or None.
        attempt: Its number, from 1.
    """

    request: Request
    delay: float = 0.0
    timeout: float | None = None
    attempt: int = 1


@attrs.frozen
class Response:
    """A complete answer.

    Attributes:
        status: The HTTP status.
        headers: Names in lower case; a header that came several times is joined by ``", "``.
        body: The bytes, decompressed; empty for the head of a stream.
        request: What was asked.
        elapsed: Seconds that this attempt took.
        attempt: Its number, from 1.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = attrs.field(repr=lambda body: f"<{len(body)} bytes>")
    request: Request = attrs.field(repr=False)
    elapsed: float = 0.0
    attempt: int = 1

    @property
    def payload(self) -> Payload:
        """What was asked, as the encoder said it."""
        return self.request.payload

    @property
    def content_type(self) -> str:
        """The media type without its parameters, in lower case; empty if the server sent none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The charset that the content type names, or None."""
        for part in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = part.partition("=")
            if name.strip().lower() == "charset":
                return value.strip().strip("\"'") or None
        return None

    @property
    def request_id(self) -> str | None:
        """The server's name for this exchange (``x-request-id`` and its relatives), or None."""
        for name in ("x-request-id", "x-amzn-requestid", "x-amz-cf-id", "request-id"):
            if name in self.headers:
                return self.headers[name]
        return None


@attrs.frozen(kw_only=True)
class Event:
    """What happened to a call; no payload, no secret.

    Attributes:
        kind: ``"sent"`` after each attempt, ``"retry"`` before a wait, ``"end"`` after the last attempt.
        task: The task's name, or None for ``request``.
        host: Host and port of the endpoint.
        attempt: Number of the attempt, from 1.
        status: The HTTP status, or None if no answer came.
        error: Name of the error class, or None.
        elapsed: Seconds: of this attempt for ``"sent"``, of the whole call otherwise.
        delay: Seconds about to be waited, for ``"retry"``.
        sent_bytes: Size of the request's body.
        received_bytes: Size of the answer's body; 0 for a stream.
    """

    kind: Literal["sent", "retry", "end"]
    task: str | None
    host: str
    attempt: int
    status: int | None = None
    error: str | None = None
    elapsed: float = 0.0
    delay: float = 0.0
    sent_bytes: int = 0
    received_bytes: int = 0
