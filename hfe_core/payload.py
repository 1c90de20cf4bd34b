"""What a task says to a server, before any address is known."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import Enum
from typing import Final, Generic, ParamSpec, cast

import attrs

from hfe_core.errors import EncodeError

__all__ = [
    "NOTHING",
    "Nothing",
    "Payload",
    "flag",
    "integer",
    "merge_parameters",
    "number",
    "one_of",
    "optional_text",
    "stack",
    "streamed",
    "text",
    "texts",
]


P = ParamSpec("P")


class Nothing(Enum):
    """The type of :data:`NOTHING`."""

    NOTHING = "nothing"

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Final = Nothing.NOTHING
"""Stands where None would be a value of its own."""


@attrs.frozen(kw_only=True)
class Payload:
    """The content of one request.

    Attributes:
        inputs: The task's input: JSON-able, or a :class:`~hfe_core.media.Media`, alone or inside a mapping or list.
        parameters: The parameters that are sent; never with a null for "not given".
        fields: Further keys of the JSON body, beside ``inputs`` and ``parameters``.
        body: The whole body instead of ``inputs``, ``parameters`` and ``fields``: JSON-able, or a Media.
        query: Added to the URL.
        path: Below the endpoint's URL; empty for the endpoint itself.
        method: The HTTP method.
        accept: The ``Accept`` header. The default container compares it as a whole: ``*/*`` or one type.
        stream: The answer is an event stream.
    """

    inputs: object = NOTHING
    parameters: Mapping[str, object] = attrs.field(factory=dict[str, object])
    fields: Mapping[str, object] = attrs.field(factory=dict[str, object])
    body: object = NOTHING
    query: Mapping[str, str | int | float | bool] = attrs.field(factory=dict[str, "str | int | float | bool"])
    path: str = ""
    method: str = "POST"
    accept: str = "*/*"
    stream: bool = False


def merge_parameters(others: Mapping[str, object] | None, /, **given: object) -> dict[str, object]:
    """The parameters to send: those of ``given`` that are not None, and all of ``others``, None included.

    Raises:
        EncodeError: A name stands in both, or ``others`` is not a mapping with names.
    """
    merged = {name: value for name, value in given.items() if value is not None}
    if others is None:
        return merged
    if not isinstance(others, Mapping):
        raise EncodeError("parameters", f"expected a mapping of names to values, not {type(others).__name__}")
    for name, value in others.items():
        if not isinstance(name, str):
            raise EncodeError("parameters", f"names are str, not {name!r}")
        if name in merged:
            raise EncodeError(name, "given as a keyword and in parameters; give it once")
        merged[name] = value
    return merged


def stack(payloads: Sequence[Payload]) -> Payload:
    """One payload whose ``inputs`` is the list of all inputs; the rest is that of the first."""
    return attrs.evolve(payloads[0], inputs=[payload.inputs for payload in payloads])


class _Streamed(Generic[P]):
    """An encoder that asks for an event stream; a value of its own, so that tasks with it pickle and compare."""

    def __init__(self, encode: Callable[P, Payload]) -> None:
        self.__wrapped__ = encode
        self.__doc__ = encode.__doc__
        self.__name__ = getattr(encode, "__name__", "encode")

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Payload:
        payload = self.__wrapped__(*args, **kwargs)
        body = payload.body
        if isinstance(body, dict):
            return attrs.evolve(payload, body={**cast("dict[str, object]", body), "stream": True}, stream=True)
        return attrs.evolve(payload, fields={**payload.fields, "stream": True}, stream=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Streamed) and other.__wrapped__ == self.__wrapped__

    def __hash__(self) -> int:
        return hash((_Streamed, self.__wrapped__))


def streamed(encode: Callable[P, Payload]) -> Callable[P, Payload]:
    """The same encoder, asking for an event stream by ``"stream": true`` beside the inputs, or in its ``body``.

    Args:
        encode: An encoder whose server can stream; signature and docstring stay.
    """
    return _Streamed(encode)


def text(parameter: str, value: object) -> str:
    """The value, checked to be a str that UTF-8 can carry.

    Raises:
        EncodeError: It is not.
    """
    if not isinstance(value, str):
        raise EncodeError(parameter, f"expected a str, not {_named(value)}")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise EncodeError(
                parameter, f"a lone surrogate ({value[error.start]!a}) at index {error.start} cannot be sent"
            ) from None
    return value


def optional_text(parameter: str, value: str | None) -> str | None:
    """The value, checked to be None or a str that UTF-8 can carry.

    Raises:
        EncodeError: It is not.
    """
    return None if value is None else text(parameter, value)


def integer(parameter: str, value: int | None, minimum: int | None = None) -> int | None:
    """The value, checked to be None or an int (not a bool) of at least ``minimum``.

    Raises:
        EncodeError: It is not.
    """
    if value is None:
        return None
    try:
        plain = operator.index(value)
    except TypeError:
        plain = None
    if plain is None or isinstance(value, bool):
        raise EncodeError(parameter, f"expected an int, not {_named(value)}")
    if minimum is not None and plain < minimum:
        raise EncodeError(parameter, f"expected at least {minimum}, not {_named(plain)}")
    return plain


def number(
    parameter: str, value: float | None, minimum: float | None = None, maximum: float | None = None
) -> float | None:
    """The value, checked to be None or a finite number (not a bool) from ``minimum`` to ``maximum``.

    Raises:
        EncodeError: It is not.
    """
    if value is None:
        return None
    if isinstance(value, bool | str | bytes | bytearray):
        raise EncodeError(parameter, f"expected a number, not {_named(value)}")
    try:
        as_float = float(value)
    except (TypeError, ValueError):
        raise EncodeError(parameter, f"expected a number, not {_named(value)}") from None
    except OverflowError:
        as_float = math.inf
    plain = value if type(value) in {int, float} else as_float
    if not math.isfinite(as_float):
        raise EncodeError(parameter, f"expected a finite number, not {_named(plain)}")
    if minimum is not None and plain < minimum:
        raise EncodeError(parameter, f"expected at least {minimum}, not {_named(plain)}")
    if maximum is not None and plain > maximum:
        raise EncodeError(parameter, f"expected at most {maximum}, not {_named(plain)}")
    return plain


def flag(parameter: str, value: bool | None) -> bool | None:
    """The value, checked to be None or a bool.

    Raises:
        EncodeError: It is not.
    """
    if value is not None and not isinstance(value, bool):
        raise EncodeError(parameter, f"expected True or False, not {_named(value)}")
    return value


def one_of(parameter: str, value: object, allowed: Collection[object]) -> object:
    """The value, checked to be None or one of ``allowed``.

    Raises:
        EncodeError: It is not.
    """
    if value is None or any(value is item or (type(value) is type(item) and value == item) for item in allowed):
        return value
    raise EncodeError(parameter, f"expected one of {', '.join(map(repr, allowed))}, not {_named(value)}")


def texts(parameter: str, value: Iterable[str] | str | None) -> list[str] | str | None:
    """The value, checked to be None, a str, or a non-empty sequence of str, which becomes a list.

    Raises:
        EncodeError: It is not.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return text(parameter, value)
    if not isinstance(value, Iterable) or isinstance(value, bytes | bytearray | Mapping):
        raise EncodeError(parameter, f"expected a str or a list of str, not {_named(cast('object', value))}")
    checked = [text(f"{parameter}[{index}]", item) for index, item in enumerate(value)]
    if not checked:
        raise EncodeError(parameter, "expected at least one str")
    return checked


def _named(value: object) -> str:
    """The value for an error text: short ones as they are, long ones by their type."""
    if isinstance(value, int) and value.bit_length() > 200:
        return "an int of many digits"
    shown = repr(value) if isinstance(value, str | int | float | bool | None) else ""
    return shown if shown and len(shown) <= 60 else type(value).__name__
