"""feature-extraction: texts as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import attrs

from hfe_core import (
    JsonValue,
    Payload,
    Response,
    Task,
    flag,
    json_value,
    merge_parameters,
    optional_text,
    unexpected,
)
from hfe_tasks._results import stack_texts, text_or_list
from hfe_tasks.nlp._numbers import DEEPEST, NestedFloats, array_of, quick_array, quick_lists

if TYPE_CHECKING:
    import numpy.typing

    from hfe_tasks.nlp._numbers import FloatArray

__all__ = [
    "FEATURE_EXTRACTION",
    "Features",
    "NestedFloats",
    "decode_feature_extraction",
    "decode_feature_extraction_batch",
    "encode_feature_extraction",
]


class _Held:
    """Numbers that were read into an array; the lists are made of the answer when they are asked for."""

    __slots__ = ("_answer", "_array")

    _answer: Response
    _array: FloatArray

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NestedFloats:
            if name != "values":
                raise AttributeError(name, name=name, obj=self)
            values, _ = _nested(self._answer)
            object.__setattr__(self, name, values)
            return values


@attrs.frozen(repr=False)
class Features(_Held):
    """The numbers that a model makes of a text, or of several.

    Servers differ in how deep they nest. Default container, feature-extraction: ``[1][tokens][dim]`` for a text,
    ``[n][1][tokens][dim]`` for a list, ragged in the tokens. Sentence-transformers containers: ``[dim]`` and
    ``[n][dim]``.

    Attributes:
        values: The numbers, nested as the server sent them.
    """

    values: NestedFloats

    @property
    def depth(self) -> int:
        """How many lists stand in each other: 1 for a single vector."""
        depth, level = 1, self.values
        while level and isinstance(level[0], list):
            depth, level = depth + 1, level[0]
        return depth

    def tolist(self) -> NestedFloats:
        """The nested lists."""
        return self.values

    def to_numpy(self) -> numpy.typing.NDArray[Any]:
        """The numbers as a float32 array of the same nesting; needs numpy.

        Raises:
            ValueError: Texts of different length make ragged lists, which no array holds.
        """
        held: FloatArray | None = getattr(self, "_array", None)
        return array_of(self.values) if held is None else held.copy()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> numpy.typing.NDArray[Any]:
        return self.to_numpy() if dtype is None else self.to_numpy().astype(dtype)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, index: int) -> float | NestedFloats | None:
        return self.values[index]

    def __repr__(self) -> str:
        lengths: list[str] = []
        level: float | NestedFloats | None = self.values
        while isinstance(level, list):
            lengths.append(str(len(level)))
            level = level[0] if level else None
        return f"<Features {' x '.join(lengths)}>"


def encode_feature_extraction(
    inputs: str | Sequence[str],
    *,
    normalize: bool | None = None,
    truncate: bool | None = None,
    prompt_name: str | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Turn a text, or each text of a list, into numbers.

    Args:
        inputs: A text or a list of texts.
        normalize: Scale vectors to length 1 (TEI; the default container ignores it).
        truncate: Cut texts that are too long for the model (TEI; the default container ignores it).
        prompt_name: The prompt of the model's configuration to put before each text (TEI).
        parameters: Further parameters, by their wire names.

    Returns:
        The numbers, nested as the server nests them.
    """
    given = {
        "normalize": flag("normalize", normalize),
        "truncate": flag("truncate", truncate),
        "prompt_name": optional_text("prompt_name", prompt_name),
    }
    return Payload(
        inputs=text_or_list(inputs),
        parameters=merge_parameters(parameters, **given),
        # TEI reads them beside the inputs and ignores parameters; the other servers do the opposite.
        fields=merge_parameters(None, **given),
    )


def decode_feature_extraction(response: Response) -> Features:
    """Nested numbers, or ``{"embeddings": ...}`` as the default container's sentence-embeddings answers."""
    array = quick_array(response)
    if array is None:
        nested, path = _nested(response)
        _check_count(len(nested), path, response)
        return Features(nested)
    _check_count(len(array), "$", response)
    held = Features.__new__(Features)
    object.__setattr__(held, "_array", array)
    object.__setattr__(held, "_answer", response)
    return held


def _check_count(count: int, path: str, response: Response) -> None:
    """As many results as there were texts; how the result of a single one is nested is the server's affair."""
    given = response.payload.inputs
    texts = len(cast("Sequence[object]", given)) if isinstance(given, list | tuple) else 1
    if texts > 1 and count != texts:
        unexpected(f"{count}", f"{texts} results, one for each text", response, path=path)


def decode_feature_extraction_batch(response: Response) -> list[Features]:
    """The numbers of several texts, one value each."""
    items, path = _nested(response)
    parts: list[Features] = []
    for index, part in enumerate(items):
        if not isinstance(part, list):
            unexpected(part, "a list for each input", response, path=f"{path}[{index}]")
        parts.append(Features(part))
    return parts


def _nested(response: Response) -> tuple[NestedFloats, str]:
    """The checked lists, and where in the answer they stand."""
    if (found := quick_lists(response)) is not None:
        return found
    value = json_value(response)
    path = "$"
    if isinstance(value, dict) and "embeddings" in value:
        value, path = value["embeddings"], "$.embeddings"
    if not isinstance(value, list):
        unexpected(value, "nested lists of numbers", response, path=path)
    _check(value, path, 1, response)
    return cast("NestedFloats", value), path


_NUMBERS = frozenset({float, int, type(None)})


def _check(items: list[JsonValue], path: str, depth: int, response: Response) -> None:
    """Lists of numbers only, or of lists only, at most four deep."""
    if set(map(type, items)) <= _NUMBERS:
        return
    if isinstance(items[0], list):
        if depth == DEEPEST:
            unexpected(items[0], f"numbers at most {DEEPEST} lists deep", response, path=f"{path}[0]")
        for index, item in enumerate(items):
            if not isinstance(item, list):
                unexpected(item, "a list", response, path=f"{path}[{index}]")
            _check(item, f"{path}[{index}]", depth + 1, response)
        return
    for index, item in enumerate(items):
        if type(item) not in _NUMBERS:
            unexpected(item, "a number", response, path=f"{path}[{index}]")


FEATURE_EXTRACTION = Task(
    name="feature-extraction",
    domain="nlp",
    encode=encode_feature_extraction,
    decode=decode_feature_extraction,
    encode_many=stack_texts,
    decode_many=decode_feature_extraction_batch,
    example={"inputs": "How do I reset my password?"},
)
