"""Inputs that broke something once, by target."""

from __future__ import annotations

__all__ = ["FOUND"]

FOUND: dict[str, tuple[bytes, ...]] = {
    # Broken chunks are refused a byte earlier or later, in other words, by how they are cut.
    "http": (b"\xffHTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n3;xunked\r\n\r\n3;\nT1\r\n\r\n\r\n",),
}
