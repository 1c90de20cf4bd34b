"""The entry points of installed distributions: as ``importlib.metadata`` finds them, at a fraction of its cost.

Directories of the path are listed, and only files are read that name the group. What is not a plain directory of
distributions (archives, eggs, importers of their own) is left to ``importlib.metadata``, for the whole path.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.machinery import PathFinder
from typing import Any, NamedTuple

__all__ = ["OWN_DISTRIBUTION", "Installed", "entry_points", "plugins"]

OWN_DISTRIBUTION = "hfe"

_SUFFIXES = (".dist-info", ".egg-info")
_SEPARATORS = re.compile(r"[_.]+")
_HEAD = 1 << 13


class Installed(NamedTuple):
    """An entry point.

    Attributes:
        name: Its name.
        value: ``"module"`` or ``"module:attribute"``.
        distribution: The name of the distribution that it is of.
        version: The distribution's version, or None.
    """

    name: str
    value: str
    distribution: str
    version: str | None

    def load(self) -> object:
        """What it stands for; imports its module."""
        module, _, attributes = self.value.partition(":")
        if not all(map(str.isidentifier, f"{module}.{attributes or module}".split("."))):
            from importlib import metadata

            loaded: object = metadata.EntryPoint(self.name, self.value, "").load()
            return loaded
        found: object = import_module(module)
        for attribute in attributes.split(".") if attributes else ():
            found = getattr(found, attribute)
        return found


class _OddLayoutError(Exception):
    """The path has what is not a plain directory of distributions."""


def plugins() -> list[Installed]:
    """The plugins of hfe, its own first, in an order that does not depend on the file system."""
    found = entry_points("hfe")
    return sorted(found, key=lambda point: (point.distribution != OWN_DISTRIBUTION, point.distribution, point.name))


def entry_points(group: str) -> list[Installed]:
    """All entry points of a group, in the order of the path; of distributions with one name, the first counts."""
    finders = [finder for finder in sys.meta_path if hasattr(finder, "find_distributions")]
    if finders != [PathFinder]:
        return _asked(group)
    try:
        return list(_listed(group))
    except _OddLayoutError:
        return _asked(group)


def _asked(group: str) -> list[Installed]:
    from importlib import metadata

    found: list[Installed] = []
    for point in metadata.entry_points(group=group):
        name, version = ("", None) if point.dist is None else _told(point.dist, "")
        found.append(Installed(point.name, point.value, name, version))
    return found


def _listed(group: str) -> Iterator[Installed]:
    seen: set[str] = set()
    mark = f"{group}]".encode()
    for place in sys.path:
        root = place or "."
        for directory in _distributions(place):
            name = directory[:-10].partition("-")[0]
            key = name.lower() if "." not in name and "__" not in name else _SEPARATORS.sub("_", name).lower()
            if key in seen:
                continue
            seen.add(key)
            path = f"{root}/{directory}/entry_points.txt"
            # Most have none, and to be refused costs three times as much as to ask.
            if os.access(path, os.R_OK) and mark in (text := _read(path)):
                pairs = _pairs(text.decode("utf-8", "replace"), group)
                owner, version = _described(f"{root}/{directory}", name) if pairs else ("", None)
                for point, value in pairs:
                    yield Installed(point, value, owner, version)


def _distributions(place: object) -> list[str]:
    """The directories of the distributions in one place of the path."""
    if not isinstance(place, str) or place.lower().endswith(".egg"):
        raise _OddLayoutError
    try:
        names = os.listdir(place or ".")  # noqa: PTH208 - pathlib is five times as slow
    except NotADirectoryError:
        raise _OddLayoutError from None
    except OSError:
        return []
    found = [name for name in names if name.endswith(_SUFFIXES)]
    # All at once: those in capitals, which importlib.metadata finds, too.
    every = "/".join([*names, ""]).lower()
    if sum(every.count(f"{suffix}/") for suffix in _SUFFIXES) != len(found):
        raise _OddLayoutError
    return found


def _read(path: str, most: int = sys.maxsize) -> bytes:
    """The beginning of a file, or nothing where there is no such file."""
    found = b""
    try:
        # A file object would take twice the time.
        file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        try:
            while len(found) < most and (piece := os.read(file, _HEAD)):
                found += piece
                if len(piece) < _HEAD:
                    break
        finally:
            os.close(file)
    except OSError:
        return b""
    return found


def _pairs(text: str, group: str) -> list[tuple[str, str]]:
    """Names and values in one section; a line that is no pair has an empty value."""
    found: list[tuple[str, str]] = []
    section: str | None = None
    for line in map(str.strip, text.splitlines()):
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            section = line.strip("[]")
        elif section == group:
            name, _, value = line.partition("=")
            found.append((name.strip(), value.strip()))
    return found


def _described(directory: str, name: str) -> tuple[str, str | None]:
    """Name and version that a distribution gives itself."""
    head = _read(f"{directory}/METADATA", _HEAD) or _read(f"{directory}/PKG-INFO", _HEAD)
    fields: dict[str, str] = {}
    for line in head.decode("utf-8", "replace").splitlines()[:-1]:
        field, colon, value = line.partition(":")
        if not colon or line[0].isspace():
            break
        fields.setdefault(field.lower(), value.strip())
        if "name" in fields and "version" in fields:
            return fields["name"], fields["version"]
    from importlib import metadata
    from pathlib import Path

    return _told(metadata.Distribution.at(Path(directory)), name)


def _told(distribution: Any, name: str) -> tuple[str, str | None]:
    """As ``importlib.metadata`` reads them; a distribution without metadata has the name of its directory, at most."""
    fields = distribution.metadata
    return fields.get("Name") or name, fields.get("Version")
