"""The vectors of texts, from an answer in OpenAI's form: as float32 in base64, or as lists of numbers."""

from __future__ import annotations

import re
import sys
from array import array
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import attrs

from hfe_core import DecodeError, Decoder, Response, json_value, unexpected
from hfe_tasks._answers import from_base64, input_count

if TYPE_CHECKING:
    import numpy.typing

__all__ = ["Embeddings", "EmbeddingsUsage", "vectors_of"]


@attrs.frozen
class EmbeddingsUsage:
    """What a request took.

    Attributes:
        prompt_tokens: How many tokens the texts had.
        total_tokens: The same.
    """

    prompt_tokens: int | None = None
    total_tokens: int | None = None


@attrs.frozen(repr=False)
class Embeddings:
    """A vector for each text, in their order.

    Attributes:
        vectors: The vectors: arrays of float32 of the standard library, whichever way they travelled.
        model: The model's name, where the server says it.
        usage: What the request took, where the server says it.
    """

    vectors: tuple[array[float], ...]
    model: str | None = None
    usage: EmbeddingsUsage | None = None

    def tolist(self) -> list[list[float]]:
        """The numbers as lists, one for each text."""
        return [vector.tolist() for vector in self.vectors]

    def to_numpy(self) -> numpy.typing.NDArray[Any]:
        """The numbers as a float32 array, a row for each text; needs numpy.

        Raises:
            ValueError: The vectors differ in length.
        """
        import numpy

        lengths = set(map(len, self.vectors))
        if len(lengths) > 1:
            raise ValueError("the vectors differ in length, which no array holds")
        rows = numpy.empty((len(self.vectors), *lengths), numpy.float32)
        for index, vector in enumerate(self.vectors):
            rows[index] = numpy.frombuffer(vector, numpy.float32)
        return rows

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> numpy.typing.NDArray[Any]:
        return self.to_numpy() if dtype is None else self.to_numpy().astype(dtype)

    def __len__(self) -> int:
        return len(self.vectors)

    def __getitem__(self, index: int) -> array[float]:
        return self.vectors[index]

    def __repr__(self) -> str:
        lengths = " or ".join(map(str, sorted(set(map(len, self.vectors)))))
        return f"<Embeddings {len(self.vectors)} x {lengths or 0}>"


@attrs.frozen
class _Base64Item:
    embedding: bytes
    index: int | None = None


@attrs.frozen
class _NumbersItem:
    embedding: list[float]
    index: int | None = None


@attrs.frozen
class Embedding:
    embedding: object
    index: int | None = None


@attrs.frozen
class _Base64Answer:
    data: list[_Base64Item]
    model: str | None = None
    usage: EmbeddingsUsage | None = None


@attrs.frozen
class _NumbersAnswer:
    data: list[_NumbersItem]
    model: str | None = None
    usage: EmbeddingsUsage | None = None


@attrs.frozen
class EmbeddingsAnswer:
    data: list[Embedding]
    model: str | None = None
    usage: EmbeddingsUsage | None = None


_BASE64 = Decoder(_Base64Answer)
_NUMBERS = Decoder(_NumbersAnswer)
_ANY = Decoder(EmbeddingsAnswer)
_FIRST = 1 << 12
_IN_BASE64 = re.compile(rb'"embedding"\s*:\s*"')
_NUMBER = frozenset({float, int, type(None)})


def vectors_of(response: Response) -> Embeddings:
    """The vectors of an answer.

    Raises:
        DecodeError: It is none, or does not have one vector for each text.
    """
    answer: _Base64Answer | _NumbersAnswer | EmbeddingsAnswer
    found = _quick(response)
    if found is None:
        answer = _ANY.value(json_value(response), response)
        vectors = [
            _vector(item.embedding, response, f"$.data[{index}].embedding") for index, item in enumerate(answer.data)
        ]
    else:
        answer, vectors = found
    body: object = response.payload.body
    count = input_count(cast("dict[str, object]", body).get("input") if isinstance(body, dict) else None)
    if len(vectors) != count:
        raise DecodeError(
            f"expected {count} embeddings for {count} inputs, got {len(vectors)}",
            path="$.data",
            request_id=response.request_id,
        )
    order = [item.index for item in answer.data]
    if set(order) == set(range(count)):
        vectors = [vector for _, vector in sorted(zip(order, vectors, strict=True), key=_place)]
    return Embeddings(tuple(vectors), answer.model, answer.usage)


def _place(pair: tuple[int | None, array[float]]) -> int:
    return pair[0] or 0


def _quick(response: Response) -> tuple[_Base64Answer | _NumbersAnswer, list[array[float]]] | None:
    """Where msgspec is installed and takes the answer as it is."""
    try:
        # A server that knows no base64 answers with numbers, whatever it is asked for.
        if _IN_BASE64.search(response.body, 0, _FIRST) is not None:
            packed = _BASE64.quick(response)
            return None if packed is None else (packed, [_unpacked(item.embedding) for item in packed.data])
        numbers = _NUMBERS.quick(response)
        return None if numbers is None else (numbers, [array("f", item.embedding) for item in numbers.data])
    except (ValueError, OverflowError):
        return None


def _vector(value: object, response: Response, path: str) -> array[float]:
    given, expected = value, "a list of numbers, or float32 numbers in base64"
    found: array[float] | None = None
    if isinstance(value, str) and (data := from_base64(value)) is not None:
        with suppress(ValueError):
            found = _unpacked(data)
    elif isinstance(value, list):
        numbers = cast("list[float | None]", value)
        if set(map(type, numbers)) <= _NUMBER:
            expected = "numbers within a double"
            with suppress(OverflowError):
                found = array("f", [float("nan") if number is None else number for number in numbers])
    if found is None:
        unexpected(given, expected, response, path=path)
    return found


def _unpacked(data: bytes) -> array[float]:
    """Float32 numbers, little endian.

    Raises:
        ValueError: They are cut.
    """
    numbers = array("f")
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
