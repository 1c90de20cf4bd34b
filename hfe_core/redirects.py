"""Redirects: followed where method, body and secrets stay what they are and where they are; pure."""

from __future__ import annotations

from urllib.parse import quote, urljoin, urlsplit

import attrs

from hfe_core.errors import StatusError
from hfe_core.server_errors import status_error
from hfe_core.values import Request, Response

__all__ = ["MAX_REDIRECTS", "redirect_error", "redirected"]

MAX_REDIRECTS = 5
"""How many redirects one attempt follows."""

_STATUSES = frozenset({301, 302, 303, 307, 308})
_URL_SAFE = "/:?#[]@!$&'()*+,;=%~"
_PORTS = {"http": 80, "https": 443}


def redirected(response: Response) -> Request | None:
    """The request that a redirect asks for, or None where it is not followed.

    307 and 308 are followed, other ones for GET and HEAD, and all only to the same scheme, host and port: neither the token nor
    a header nor the input of the model goes anywhere else.
    """
    request = response.request
    keeps_method = response.status in {307, 308} or request.method in {"GET", "HEAD"}
    if response.status not in _STATUSES or not keeps_method:
        return None
    target = _target(response)
    if target is None or _origin(target) != _origin(request.url):
        return None
    parts = urlsplit(target)
    here = urlsplit(request.url)
    url = f"{here.scheme}://{here.netloc}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")
    return attrs.evolve(request, url=url)


def redirect_error(response: Response) -> StatusError:
    """The error of a redirect that is not followed; it says where to, without query and fragment."""
    error = status_error(response)
    if response.status not in _STATUSES:
        return error
    target = _target(response)
    if target is None:
        words = "the server redirects, and does not say where to"
    else:
        scheme, netloc, path, _, _ = urlsplit(target)
        words = f"the server redirects to {scheme}://{netloc.rpartition('@')[2]}{path}"
        if _origin(target) != _origin(response.request.url):
            words += (
                ", another origin, where neither token nor input are sent; if it is yours, give that URL to the client"
            )
        elif redirected(response) is None:
            words += f", which would drop the body of a {response.request.method}"
        else:
            words += f", one redirect after another ({MAX_REDIRECTS} were followed)"
    if (token := response.request.token) is not None:
        words = token.redact(words)
    return StatusError(
        error.status, words, headers=error.headers, body=error.body, request_id=error.request_id, asked=error.asked
    )


def _target(response: Response) -> str | None:
    location = response.headers.get("location", "").strip()
    if not location:
        return None
    try:
        target = urljoin(response.request.url, quote(location, safe=_URL_SAFE))
        parts = urlsplit(target)
        is_address = parts.scheme in _PORTS and parts.hostname is not None and parts.port != 0
    except ValueError:
        return None
    return target if is_address else None


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme)
