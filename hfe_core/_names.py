"""Names as people and installers read them."""

from __future__ import annotations

import re

__all__ = ["canonical", "type_name"]


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
