"""sentence-similarity: how close some sentences are to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict, cast

import attrs

from hfe_core import (
    Decoder,
    EncodeError,
    Payload,
    Response,
    Task,
    json_value,
    merge_parameters,
    text,
    texts,
    unexpected,
)
from hfe_tasks._parameters import check_fields

__all__ = [
    "SENTENCE_SIMILARITY",
    "SentenceSimilarityInput",
    "decode_sentence_similarity",
    "encode_sentence_similarity",
]


class SentenceSimilarityInput(TypedDict):
    """A sentence, and those to compare with it.

    Attributes:
        source_sentence: The sentence.
        sentences: Those to compare with it, at least one.
    """

    source_sentence: str
    sentences: Sequence[str]


@attrs.frozen
class _Similarities:
    similarities: list[float]


_OBJECT, _LIST = Decoder(_Similarities), Decoder(list[float])


def encode_sentence_similarity(
    inputs: SentenceSimilarityInput,
    *,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Tell how close some sentences are to one.

    Args:
        inputs: ``{"source_sentence": ..., "sentences": [...]}``.
        parameters: Further parameters, by their wire names. The default container ignores them
            (huggingface-inference-toolkit 0.5.6), the community container refuses them (api-inference-community 0.0.37).

    Returns:
        A similarity for each sentence, in their order: a cosine, from -1 to 1 but for the last digits of rounding.
    """
    check_fields("inputs", inputs, source_sentence="...", sentences="[...]")
    sentences = inputs["sentences"]
    several = texts("inputs.sentences", [sentences] if isinstance(sentences, str) else sentences)
    if several is None:
        raise EncodeError("inputs.sentences", "expected a list of str, not None")
    return Payload(
        inputs={
            **inputs,
            "source_sentence": text("inputs.source_sentence", inputs["source_sentence"]),
            "sentences": several,
        },
        parameters=merge_parameters(parameters),
    )


def decode_sentence_similarity(response: Response) -> list[float]:
    """A number for each sentence: ``{"similarities": [...]}`` (default container), or the list (community containers)."""
    found, path = _LIST.quick(response), "$"
    if found is None:
        value = json_value(response)
        if isinstance(value, dict):
            found, path = _OBJECT.value(value, response).similarities, "$.similarities"
        else:
            found = _LIST.value(value, response)
    count = _count(response.payload.inputs)
    if count not in {None, len(found)}:
        unexpected(found, f"{count} numbers, one for each sentence", response, path=path)
    return found


def _count(inputs: object) -> int | None:
    sentences = cast("Mapping[str, object]", inputs).get("sentences") if isinstance(inputs, Mapping) else None
    if isinstance(sentences, str):
        return 1
    return len(cast("list[object]", sentences)) if isinstance(sentences, list) else None


SENTENCE_SIMILARITY = Task(
    name="sentence-similarity",
    domain="nlp",
    encode=encode_sentence_similarity,
    decode=decode_sentence_similarity,
    example={
        "inputs": {
            "source_sentence": "That is a happy person",
            "sentences": ["That is a happy dog", "That is a very happy person", "Today is a sunny day"],
        }
    },
)
