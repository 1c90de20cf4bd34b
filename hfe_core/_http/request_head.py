"""The head of a request as it travels: pure, shared by both transports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hfe_core.transport import SecretHeader
from hfe_core.values import Body, Request

__all__ = ["PIECE", "SecretBytes", "is_surely_read", "request_head", "request_pieces"]

PIECE = 1 << 18
"""Bytes of a body that are handed over at once."""
_SMALL = 1 << 16

_BODILESS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "TRACE"})


class SecretBytes(bytes):
    """Bytes that may hold a token; they do not show themselves in a repr, and so in no traceback's locals."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} bytes>"


def request_head(
    request: Request, target: str, common: str, proxy_authorization: SecretHeader | None = None
) -> SecretBytes:
    """The request line and the headers, up to the blank line; no secret is in a variable on the way.

    Args:
        request: The request.
        target: What stands in the request line.
        common: Header lines that all requests of a connection have.
        proxy_authorization: For a proxy that forwards the request.
    """
    token = request.token
    lines = [f"{request.method} {target} HTTP/1.1\r\n{common}"]
    if (length := len(request.body)) or request.method not in _BODILESS:
        lines.append(f"content-length: {length}\r\n")
    for name, value in request.headers.items():
        if name != "authorization" or token is None:
            lines.append(SecretHeader(f"{name}: {value}\r\n"))
    if token is not None:
        lines.append(SecretHeader(f"authorization: Bearer {token.reveal()}\r\n"))
    if proxy_authorization is not None:
        lines.append(SecretHeader(f"proxy-authorization: {proxy_authorization}\r\n"))
    lines.append("\r\n")
    return SecretBytes("".join(lines).encode("latin-1"))


def is_surely_read(body: bytes | Iterable[bytes] | Body, status: int) -> bool:
    """Whether a server that answers so has taken in the whole body.

    What refuses an upload may have done so before it was all there, and read the rest without a look.
    """
    return status < 400 or (isinstance(body, bytes) and len(body) <= _SMALL)


def request_pieces(head: bytes, body: bytes | Iterable[bytes]) -> Iterator[memoryview]:
    """All that travels, in pieces between which the server may be listened to."""
    yield memoryview(head)
    if isinstance(body, bytes):
        view = memoryview(body)
        for start in range(0, len(view), PIECE):
            yield view[start : start + PIECE]
    else:
        for piece in body:
            yield memoryview(piece)
