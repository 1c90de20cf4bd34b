"""text-classification: labels for a text, such as its sentiment."""

from __future__ import annotations

from collections.abc import Mapping

from hfe_core import Payload, Task, text
from hfe_tasks._classification import (
    FunctionToApply,
    classification_parameters,
    decode_classification_batch,
    decode_classifications,
)

__all__ = ["TEXT_CLASSIFICATION", "encode_text_classification"]


def encode_text_classification(
    inputs: str,
    *,
    top_k: int | None = None,
    function_to_apply: FunctionToApply | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Classify a text.

    Args:
        inputs: The text.
        top_k: How many labels, at least 1. Default: the default container gives the best one, the serverless API and
            the community containers give all. ``parameters={"top_k": None}`` asks the default container for all.
        function_to_apply: What makes scores of the model's numbers: ``"softmax"``, ``"sigmoid"`` or ``"none"``.
            Default: the model's own.
        parameters: Further parameters, by their wire names.

    Returns:
        The labels, best first.
    """
    return Payload(
        inputs=text("inputs", inputs),
        parameters=classification_parameters(parameters, top_k, function_to_apply),
    )


TEXT_CLASSIFICATION = Task(
    name="text-classification",
    domain="nlp",
    encode=encode_text_classification,
    decode=decode_classifications,
    decode_many=decode_classification_batch,
    example={"inputs": "I love this client, it just works."},
)
