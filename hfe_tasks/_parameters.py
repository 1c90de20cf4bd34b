"""Checks that tasks of several domains share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hfe_core import EncodeError, texts

__all__ = ["labels", "mapping"]


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


def labels(parameter: str, value: Sequence[str]) -> list[str]:
    """The value, checked to be a non-empty list of str: never a str, which servers would read letter by letter.

    Raises:
        EncodeError: It is not.
    """
    if isinstance(value, str):
        raise EncodeError(parameter, 'expected a list of str, not a str; for one label give ["label"]')
    checked = texts(parameter, value)
    if not isinstance(checked, list):
        raise EncodeError(parameter, "expected a list of str, not None")
    return checked
