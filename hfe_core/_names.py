"""Names and texts as people read them."""

from __future__ import annotations

import re

__all__ = ["canonical", "shorten", "type_name"]


def canonical(name: str) -> str:
    """The name of a distribution as installers compare it: ``Hfe_Geo`` and ``hfe-geo`` are one."""
    return re.sub(r"[-_.]+", "-", name).lower()


def type_name(kind: object) -> str:
    """The name of a type as an error text wants it: without modules."""
    args = getattr(kind, "__args__", None)
    if args is None:
        return getattr(kind, "__name__", str(kind))
    origin = getattr(kind, "__origin__", None)
    inner = [type_name(arg) for arg in args]
    return f"{type_name(origin)}[{', '.join(inner)}]" if origin is not None else " | ".join(inner)


def shorten(text: str, limit: int = 300) -> str:
    """The text on one line, cut in its middle to about ``limit`` characters: servers echo whole inputs in errors."""
    if len(text) > 4 * limit:
        text = f"{text[: 2 * limit]} … {text[-2 * limit :]}"
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return f"{line[: limit * 2 // 3]} … {line[-limit // 4 :]}"
