"""Checks that the audio tasks share."""

from __future__ import annotations

from collections.abc import Mapping

from hfe_core import EncodeError

__all__ = ["mapping"]


def mapping(parameter: str, value: Mapping[str, object] | None) -> dict[str, object] | None:
    """The value, checked to be None or a mapping of names to values.

    Raises:
        EncodeError: It is not.
    """
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise EncodeError(parameter, f"expected a mapping of names to values, not {type(value).__name__}")
    for name in value:
        if not isinstance(name, str):
            raise EncodeError(parameter, f"names are str, not {name!r}")
    return dict(value)
