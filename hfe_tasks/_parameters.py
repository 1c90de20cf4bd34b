"""Checks that tasks of several domains share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hfe_core import EncodeError, text, texts

__all__ = ["check_fields", "hypothesis", "labels", "mapping", "strings"]


def check_fields(parameter: str, value: Mapping[str, object], /, **needed: str) -> None:
    """Check that the value is a mapping with the needed fields.

    Args:
        parameter: The name to blame.
        value: The mapping.
        needed: The fields, each with how its value is written in the error, such as ``"..."``.

    Raises:
        EncodeError: It is none, or a field is missing.
    """
    if not isinstance(value, Mapping):
        form = ", ".join(f'"{name}": {shown}' for name, shown in needed.items())
        raise EncodeError(parameter, f"expected {{{form}}}, not {type(value).__name__}")
    if missing := needed.keys() - value.keys():
        raise EncodeError(f"{parameter}.{min(missing)}", "is missing")


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


def strings(parameter: str, value: Sequence[str]) -> list[str]:
    """The value, checked to be a list of str, which may be empty.

    Raises:
        EncodeError: It is not.
    """
    if not isinstance(value, Sequence) or isinstance(value, str | bytes | bytearray):
        raise EncodeError(parameter, f"expected a list of str, not {type(value).__name__}")
    return [text(f"{parameter}[{index}]", item) for index, item in enumerate(value)]


def hypothesis(template: str | None) -> str | None:
    """The ``hypothesis_template``, checked to be None or a sentence with a place for a label.

    Raises:
        EncodeError: It is not.
    """
    if template is not None and "{" not in text("hypothesis_template", template):
        raise EncodeError("hypothesis_template", "expected a sentence with {} where a label goes")
    return template
