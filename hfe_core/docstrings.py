"""Reading Google-style docstrings: what an encoder says of each of its parameters."""

from __future__ import annotations

import inspect
import re

__all__ = ["described", "plain"]

_ROLE = re.compile(r":[a-z:]+:`~?([^`]+)`")
_ENTRY = re.compile(r"(?P<name>\*{0,2}\w+)(?: *\([^)]*\))?:(?: +|$)(?P<text>.*)")


def described(doc: str, section: str = "Args") -> dict[str, str]:
    """The names in one section of a docstring, and what it says of each, as plain text on one line.

    Args:
        doc: A docstring, indented or not.
        section: The section's title: ``"Args"``, ``"Attributes"``.

    Returns:
        Name to description, in the docstring's order; empty where there is no such section.
    """
    found: dict[str, list[str]] = {}
    inside = False
    name = ""
    depth = 0
    for line in inspect.cleandoc(doc).splitlines():
        indent = len(line) - len(line.lstrip())
        if line.strip() and not indent:
            inside = line.strip() == f"{section}:"
            depth = 0
            continue
        if not inside or not line.strip():
            continue
        depth = depth or indent
        entry = _ENTRY.fullmatch(line.strip()) if indent == depth else None
        if entry:
            name = entry["name"].lstrip("*")
            found[name] = [entry["text"]]
        elif name:
            found[name].append(line.strip())
    return {name: plain(" ".join(parts)) for name, parts in found.items()}


def plain(text: str) -> str:
    """Text without the marks of reStructuredText: roles and double backquotes."""
    return _ROLE.sub(r"\1", text).replace("``", "").strip()
