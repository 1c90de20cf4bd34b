"""Tasks whose one call takes a text or a list of texts: their inputs, and a result for each text, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hfe_core import (
    DecodeError,
    Decoder,
    EncodeError,
    JsonValue,
    Payload,
    Response,
    json_value,
    stack,
    text,
)
from hfe_tasks._alternatives import BestDecoder, HasAlternatives, best_of
from hfe_tasks._answers import input_count, items

__all__ = ["Results", "each_best", "parts", "stack_texts", "text_or_list"]

R = TypeVar("R")
V = TypeVar("V", bound=HasAlternatives)


class Results(tuple[R, ...]):
    """A tuple of results, one for each input."""

    __slots__ = ()

    @property
    def _only(self) -> R:
        if len(self) != 1:
            raise ValueError(f"there are {len(self)} results, not one: take them by index, or in a loop")
        return self[0]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self)!r})"


def text_or_list(inputs: str | Sequence[str]) -> str | list[str]:
    """The inputs, checked to be a str or a sequence of str, which becomes a list.

    Raises:
        EncodeError: They are neither.
    """
    if isinstance(inputs, str):
        return text("inputs", inputs)
    if not isinstance(inputs, Sequence) or isinstance(inputs, bytes | bytearray):
        raise EncodeError("inputs", f"expected a str or a list of str, not {type(inputs).__name__}")
    return [text(f"inputs[{index}]", item) for index, item in enumerate(inputs)]


def stack_texts(payloads: Sequence[Payload]) -> Payload:
    """Several texts in one request; lists of texts go one by one, since servers take no lists of lists.

    Raises:
        EncodeError: The input of one of them is a list.
    """
    for payload in payloads:
        text("inputs", payload.inputs)
    return stack(payloads)


def parts(value: JsonValue, response: Response) -> list[tuple[JsonValue, str]]:
    """What an answer says of each input, and where: all of it for one, its items for a list.

    A bare object is taken for the answer to a list of one, too.

    Raises:
        DecodeError: It is not a list of as many items as there are inputs.
    """
    inputs = response.payload.inputs
    count = input_count(inputs)
    if not isinstance(inputs, list) or (count == 1 and isinstance(value, dict)):
        return [(value, "$")]
    several = items(value, response)
    if len(several) != count:
        raise DecodeError(
            f"expected {count} results for {count} inputs, got {len(several)}", request_id=response.request_id
        )
    return several


def each_best(flat: Decoder[list[V]], best: BestDecoder[V], response: Response) -> list[V]:
    """The best result for each input, with its alternatives.

    Read: an object or a list of them, best first, for one input; a list of such for a list.

    Args:
        flat: Decodes a list of results, tried first.
        best: Decodes what is said of one input.
        response: The answer.
    """
    inputs = response.payload.inputs
    count = input_count(inputs)
    if found := flat.quick(response):
        if not isinstance(inputs, list):
            return [best_of(found)]
        if len(found) == count:
            return found
    return [best.value(part, response, path) for part, path in parts(json_value(response), response)]
