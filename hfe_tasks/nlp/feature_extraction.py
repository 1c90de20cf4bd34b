"""feature-extraction: texts as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

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

if TYPE_CHECKING:
    import numpy.typing

__all__ = [
    "FEATURE_EXTRACTION",
    "Features",
    "NestedFloats",
    "decode_feature_extraction",
    "decode_feature_extraction_batch",
    "encode_feature_extraction",
]

NestedFloats: TypeAlias = "list[float | NestedFloats | None]"
"""Lists of numbers, nested; None where the server computed NaN (which the default container writes as null)."""

_DEEPEST = 4


@attrs.frozen(repr=False)
class Features:
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
        import numpy

        return numpy.array(self.values, dtype=numpy.float32)

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
    return Features(cast("NestedFloats", _nested(response)[0]))


def decode_feature_extraction_batch(response: Response) -> list[Features]:
    """The numbers of several texts, one value each."""
    items, path = _nested(response)
    parts: list[Features] = []
    for index, part in enumerate(items):
        if not isinstance(part, list):
            unexpected(part, "a list for each input", response, path=f"{path}[{index}]")
        parts.append(Features(cast("NestedFloats", part)))
    return parts


def _nested(response: Response) -> tuple[list[JsonValue], str]:
    """The checked lists, and where in the answer they stand."""
    value = json_value(response)
    path = "$"
    if isinstance(value, dict) and "embeddings" in value:
        value, path = value["embeddings"], "$.embeddings"
    if not isinstance(value, list):
        unexpected(value, "nested lists of numbers", response, path=path)
    _check(value, path, 1, response)
    return value, path


def _check(items: list[JsonValue], path: str, depth: int, response: Response) -> None:
    """Lists of numbers only, or of lists only, at most four deep."""
    if not items or all(type(item) is float for item in items):
        return
    if isinstance(items[0], list):
        if depth == _DEEPEST:
            unexpected(items[0], f"numbers at most {_DEEPEST} lists deep", response, path=f"{path}[0]")
        for index, item in enumerate(items):
            if not isinstance(item, list):
                unexpected(item, "a list", response, path=f"{path}[{index}]")
            _check(item, f"{path}[{index}]", depth + 1, response)
        return
    for index, item in enumerate(items):
        if item is not None and type(item) is not float and type(item) is not int:
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
