"""Between the client and the wire: trust in certificates, and the proxy on the way. Shared by both transports."""

from __future__ import annotations

import base64
import os
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, cast
from urllib.parse import unquote, urlsplit

from hfe_core.errors import ConnectError
from hfe_core.transport import SecretHeader

__all__ = ["Proxy", "proxy_for", "tls_context"]


class Proxy(NamedTuple):
    """A proxy without its password, which is only in ``authorization``.

    Attributes:
        url: Scheme, host and port.
        authorization: A ``Proxy-Authorization`` value that does not show itself, or None.
    """

    url: str
    authorization: SecretHeader | None = None


def proxy_for(url: str) -> Proxy | None:
    """The proxy that the environment names for this URL.

    Read are ``HTTPS_PROXY`` or ``HTTP_PROXY`` by the URL's scheme, then ``ALL_PROXY``, in either case, and ``NO_PROXY``;
    as the standard library reads them, without the settings of macOS and Windows.

    Raises:
        ConnectError: It is no http(s) proxy.
    """
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    import urllib.request

    # Public and documented by its module's text; typeshed does not know it.
    is_bypassed = cast("Callable[[str, Mapping[str, str]], bool]", vars(urllib.request)["proxy_bypass_environment"])
    parts = urlsplit(url)
    proxies = urllib.request.getproxies_environment()
    given = proxies.get(parts.scheme) or proxies.get("all")
    if not given or is_bypassed(parts.netloc, proxies):
        return None
    try:
        proxy = urlsplit(given if "://" in given else "http://" + given)
        host, port = proxy.hostname, proxy.port
    except ValueError:
        host, port, proxy = None, None, urlsplit("")
    if proxy.scheme not in {"http", "https"} or not host:
        # Not shown, nor left to a traceback with locals: it may hold a password.
        del given, proxies, proxy
        raise ConnectError(
            f"the environment names a proxy for {parts.scheme} that is no http:// or https:// URL", unanswered=False
        )
    authorization = None
    if proxy.username is not None:
        secret = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
        authorization = SecretHeader("Basic " + base64.b64encode(secret.encode()).decode())
    name = f"[{host}]" if ":" in host else host
    return Proxy(f"{proxy.scheme}://{name}:{port or (443 if proxy.scheme == 'https' else 80)}", authorization)


def tls_context(ca_bundle: str | None) -> ssl.SSLContext:
    """A context that verifies certificates and names, TLS 1.2 at least; slow (10 ms and more), so made once.

    Args:
        ca_bundle: A PEM file or a directory; None for the system's authorities, or those of ``SSL_CERT_FILE`` and
            ``SSL_CERT_DIR``.

    Raises:
        ConnectError: The bundle cannot be read.
    """
    problem = ""
    try:
        if ca_bundle is None:
            context = ssl.create_default_context()
        elif Path(ca_bundle).is_dir():
            context = ssl.create_default_context(capath=ca_bundle)
        else:
            context = ssl.create_default_context(cafile=ca_bundle)
    except OSError as error:
        problem = str(error)
    else:
        context.set_alpn_protocols(["http/1.1"])
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context
    raise ConnectError(f"ca_bundle: no certificates can be read from {ca_bundle!r:.200} ({problem})", unanswered=False)
