"""text-classification: labels for a text, such as its sentiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict, cast

import attrs

from hfe_core import EncodeError, Payload, Task, text
from hfe_tasks._classification import (
    FunctionToApply,
    classification_parameters,
    decode_classification_batch,
    decode_classifications,
)
from hfe_tasks._parameters import check_fields

__all__ = ["TEXT_CLASSIFICATION", "TextPair", "encode_text_classification", "encode_text_classification_batch"]


class TextPair(TypedDict):
    """Two texts, for models that tell how they relate, such as whether one follows from the other.

    Attributes:
        text: The first text.
        text_pair: The second text.
    """

    text: str
    text_pair: str


def encode_text_classification(
    inputs: str | TextPair,
    *,
    top_k: int | None = None,
    function_to_apply: FunctionToApply | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Classify a text, or a pair of texts.

    Args:
        inputs: The text, or ``{"text": ..., "text_pair": ...}``, which the default container takes.
        top_k: How many labels, at least 1. Default: the default container gives the best one, the serverless API and
            the community containers give all. ``parameters={"top_k": None}`` asks the default container for all.
        function_to_apply: What makes scores of the model's numbers: ``"softmax"``, ``"sigmoid"`` or ``"none"``.
            Default: the model's own.
        parameters: Further parameters, by their wire names.

    Returns:
        The labels, best first.
    """
    return Payload(
        inputs=text("inputs", inputs) if isinstance(inputs, str) else _pair(inputs),
        parameters=classification_parameters(parameters, top_k, function_to_apply),
    )


def _pair(inputs: TextPair) -> list[object]:
    """The default container takes a pair in a list only (huggingface-inference-toolkit 0.5.6)."""
    if not isinstance(inputs, Mapping):
        raise EncodeError("inputs", f"expected a str or a pair of texts, not {type(cast('object', inputs)).__name__}")
    check_fields("inputs", inputs, text="...", text_pair="...")
    first, second = text("inputs.text", inputs["text"]), text("inputs.text_pair", inputs["text_pair"])
    return [{**inputs, "text": first, "text_pair": second}]


def encode_text_classification_batch(payloads: Sequence[Payload]) -> Payload:
    """Several texts in one request, pairs among them."""
    inputs: list[object] = []
    for payload in payloads:
        given = payload.inputs
        inputs += cast("list[object]", given) if isinstance(given, list) else [given]
    return attrs.evolve(payloads[0], inputs=inputs)


TEXT_CLASSIFICATION = Task(
    name="text-classification",
    domain="nlp",
    encode=encode_text_classification,
    decode=decode_classifications,
    encode_many=encode_text_classification_batch,
    decode_many=decode_classification_batch,
    example={"inputs": "I love this client, it just works."},
)
