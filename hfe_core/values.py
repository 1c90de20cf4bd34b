"""The values that a call is made of, from the endpoint to the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO, TYPE_CHECKING, Any, Literal, Protocol, cast
from urllib.parse import quote, unquote, urlsplit

import attrs

from hfe_core.errors import EncodeError
from hfe_core.options import Limits, masked, public
from hfe_core.token import Token, checked_token, resolve_token

if TYPE_CHECKING:
    from hfe_core.payload import Payload

__all__ = ["Body", "Endpoint", "Request", "Response", "Send", "without_query"]

_LONGEST_ID = 200
_URL_SAFE = "/:?#[]@!$&'()*+,;=%~"
_PATH_SAFE = "/:[]@!$&'()*+,;=%~"


def _checked_url(url: str) -> str:
    if not isinstance(url, str):
        raise TypeError(f"endpoint_url: a str such as 'https://…', not {type(url).__name__}")
    url = url.strip()
    problem = ""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise EncodeError("endpoint_url", f"not a URL: {error}") from None
    if not url.isprintable() or " " in url:
        problem = "it holds spaces or control characters"
    elif parts.scheme.lower() not in {"http", "https"} or not parts.hostname or port == 0:
        problem = f"it is {url[:60]!r}"
    elif parts.username is not None or parts.password is not None:
        problem = "it holds a user name or password; give access_token or options.headers instead"
    elif "#" in url:
        problem = "it has a fragment (#…)"
    if problem:
        raise EncodeError("endpoint_url", f"expected a URL that begins with http:// or https://, but {problem}")
    return url


def without_query(url: str) -> str:
    """A URL as it is shown: its query may hold a key."""
    shown, mark, _ = url.partition("?")
    return repr(shown + "?…" if mark else shown)


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

    url: str = attrs.field(converter=_checked_url, repr=without_query)
    token: Token | None = None
    _base: str = _computed(lambda self: quote(self.url.partition("?")[0], safe=_URL_SAFE))
    _query: str = _computed(lambda self: quote(self.url.partition("?")[2], safe=_URL_SAFE))
    _host: str = _computed(lambda self: urlsplit(str(self.url)).netloc)

    @classmethod
    def of(cls, url: str, access_token: str | Token | Literal[False] | None = None) -> Endpoint:
        """An endpoint with the token that :func:`~hfe_core.token.resolve_token` finds for its URL."""
        access_token = cast("Token", checked_token(access_token))
        return cls(url, resolve_token(_checked_url(url), access_token))

    @property
    def origin(self) -> str:
        """Scheme, host and port, quoted as in :meth:`at`: what a token may be sent to."""
        scheme, _, rest = self._base.partition("://")
        return f"{scheme}://{rest.partition('/')[0]}"

    @property
    def host(self) -> str:
        """Host, and port where the URL names one."""
        return self._host

    def at(self, path: str = "", query: str = "") -> str:
        """The URL of a path below the endpoint, with the endpoint's own query and then ``query``, quoted."""
        if not path and not query:
            return f"{self._base}?{self._query}" if self._query else self._base
        if ".." in unquote(path).replace("\\", "/").split("/"):
            raise EncodeError("path", "it leads above the endpoint's URL")
        base = self._base.rstrip("/") + "/" + quote(path.lstrip("/"), safe=_PATH_SAFE) if path else self._base
        joined = "&".join(part for part in (self._query, query) if part)
        return f"{base}?{joined}" if joined else base

    def __reduce__(self) -> tuple[object, ...]:
        return Endpoint, (self.url,)


class Body(Protocol):
    """Data that is read while it is sent; each attempt opens it anew."""

    def __len__(self) -> int:
        """How many bytes there are."""
        ...

    def open(self) -> IO[bytes]:
        """A new binary file over the data, at its beginning."""
        ...


def _size(body: bytes | Body) -> str:
    # A file may be gone by the time that an error is shown.
    return f"<{len(body)} bytes>" if isinstance(body, bytes) else "<a file>"


@attrs.frozen(kw_only=True)
class Request:
    """One HTTP request, complete but for the token, which the transport adds. Pickled without token and secret headers.

    Attributes:
        method: ``"POST"`` and the like.
        url: The whole URL, quoted.
        headers: Names in lower case; never the token.
        body: The bytes, or what gives them while sending.
        token: Sent as ``Authorization: Bearer``, or None.
        payload: What the request carries, for the decoder.
        limits: How much of an answer is taken.
        stream: The answer is read as it comes.
    """

    method: str
    url: str = attrs.field(repr=without_query)
    headers: Mapping[str, str] = attrs.field(repr=masked)
    body: bytes | Body = attrs.field(repr=_size)
    token: Token | None
    payload: Payload = attrs.field(repr=False)
    limits: Limits = attrs.field(default=Limits(), repr=False)
    stream: bool = False

    def __reduce__(self) -> tuple[object, ...]:
        fields = {field.name: getattr(self, field.name) for field in attrs.fields(Request)}
        return _request, ({**fields, "token": None, "headers": public(self.headers)},)


def _request(fields: dict[str, Any]) -> Request:
    return Request(**fields)


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
    headers: Mapping[str, str] = attrs.field(repr=masked)
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
                return self.headers[name][:_LONGEST_ID]
        return None
