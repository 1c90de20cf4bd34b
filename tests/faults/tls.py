"""Certificates of the suite's own authority, good and bad."""

from __future__ import annotations

import datetime
import functools
import ssl
import warnings

import trustme

__all__ = ["bundle", "context"]


@functools.cache
def _authority(name: str) -> trustme.CA:
    return trustme.CA(organization_name=name)


def bundle() -> bytes:
    """What a client trusts."""
    return _authority("good").cert_pem.bytes()


@functools.cache
def context(kind: str) -> ssl.SSLContext:
    """A server's context.

    Args:
        kind: ``"good"``, ``"untrusted"``, ``"expired"``, ``"future"``, ``"wrong-host"``, ``"tls1.0"``, ``"tls1.2"``,
            or ``"wants-certificate"`` for a server that asks for the client's.
    """
    authority = _authority("untrusted" if kind == "untrusted" else "good")
    names = ["example.com"] if kind == "wrong-host" else ["127.0.0.1", "localhost", "::1"]
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    not_after = now - day if kind == "expired" else None
    not_before = {"expired": now - 9 * day, "future": now + day}.get(kind)
    certificate = authority.issue_cert(*names, not_before=not_before, not_after=not_after)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if kind == "tls1.0":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            made.minimum_version = made.maximum_version = ssl.TLSVersion.TLSv1
        made.set_ciphers("ALL:@SECLEVEL=0")
    elif kind == "tls1.2":
        made.maximum_version = ssl.TLSVersion.TLSv1_2
    elif kind == "wants-certificate":
        made.verify_mode = ssl.CERT_REQUIRED
    certificate.configure_cert(made)
    return made
