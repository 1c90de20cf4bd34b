"""What all classifiers share: a label with a score, and its encoder's parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias, get_args

import attrs

from hfe_core import DecodeError, Decoder, Response, integer, json_value, merge_parameters, one_of
from hfe_tasks._answers import check_one, input_count, unnested

__all__ = [
    "Classification",
    "FunctionToApply",
    "classification_parameters",
    "decode_classification_batch",
    "decode_classifications",
]

FunctionToApply: TypeAlias = Literal["sigmoid", "softmax", "none"]
"""What makes scores of a model's numbers."""


@attrs.frozen
class Classification:
    """One label that a classifier gives.

    Attributes:
        label: The label, as the model's configuration names it.
        score: How much the model believes it: a probability from 0 to 1 with softmax or sigmoid, any number with
            ``function_to_apply="none"``, NaN if the model computed NaN.
    """

    label: str
    score: float


_FLAT = Decoder(list[Classification])
_NESTED = Decoder(list[list[Classification]])
_ONE = Decoder(Classification)


def classification_parameters(
    parameters: Mapping[str, object] | None, top_k: int | None, function_to_apply: str | None
) -> dict[str, object]:
    """The checked parameters of a classifier."""
    return merge_parameters(
        parameters,
        top_k=integer("top_k", top_k, minimum=1),
        function_to_apply=one_of("function_to_apply", function_to_apply, get_args(FunctionToApply)),
    )


def decode_classifications(response: Response) -> list[Classification]:
    """The labels of one input.

    Read: ``[{…}]`` (default container), ``[[{…}]]`` (serverless API, community containers, ``return_all_scores``), and
    one bare object (default container, where ``top_k`` is no int).
    """
    check_one(response)
    if (labels := _FLAT.quick(response)) is not None:
        return labels
    value = json_value(response)
    if isinstance(value, dict):
        return [_ONE.value(value, response)]
    value, path = unnested(value)
    return _FLAT.value(value, response, path=path)


def decode_classification_batch(response: Response) -> Sequence[list[Classification]]:
    """The labels of several inputs: ``[{…}, …]`` with one label each, or ``[[{…}, …], …]``."""
    count = input_count(response.payload.inputs)
    if count == 1:
        return [decode_classifications(response)]
    value = json_value(response)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return _NESTED.value(value, response)
    flat = _FLAT.value(value, response)
    if len(flat) != count:
        raise DecodeError(
            f"expected {count} results for {count} inputs, got {len(flat)}", request_id=response.request_id
        )
    return [[label] for label in flat]
