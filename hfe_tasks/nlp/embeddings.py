"""embeddings: texts as vectors, by the OpenAI dialect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, cast

import attrs

from hfe_core import EncodeError, Payload, Response, Task, integer, merge_parameters, one_of, optional_text, text
from hfe_tasks._results import text_or_list
from hfe_tasks.nlp._vectors import Embeddings, EmbeddingsUsage, vectors_of

__all__ = [
    "EMBEDDINGS",
    "Embeddings",
    "EmbeddingsUsage",
    "decode_embeddings",
    "decode_embeddings_batch",
    "encode_embeddings",
    "encode_embeddings_batch",
]


def encode_embeddings(
    inputs: str | Sequence[str],
    *,
    dimensions: int | None = None,
    encoding_format: Literal["base64", "float"] | None = "base64",
    model: str | None = None,
    user: str | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Turn a text, or each text of a list, into a vector, by the OpenAI dialect that TEI, vLLM and llama.cpp speak.

    The endpoint's URL is given without ``/v1``: the call goes to ``/v1/embeddings`` below it.

    Args:
        inputs: A text or a list of texts.
        dimensions: How many numbers a vector has, for models that can shorten theirs.
        encoding_format: How the numbers travel: ``"base64"`` takes a quarter of the bytes and a small part of the time;
            ``"float"`` is for servers that refuse that. None sends nothing. Either answer is read. Default: base64.
        model: The model, for servers that have several; TEI ignores it.
        user: Who asks, for the server's records.
        parameters: Further keys of the body, by their wire names, unchecked.

    Returns:
        A vector for each text.
    """
    body = merge_parameters(
        parameters,
        dimensions=integer("dimensions", dimensions, minimum=1),
        encoding_format=one_of("encoding_format", encoding_format, ("base64", "float")),
        model=optional_text("model", model),
        user=optional_text("user", user),
    )
    if "input" in body:
        raise EncodeError("parameters.input", "is not for parameters; give inputs")
    return Payload(path="v1/embeddings", body={"input": text_or_list(inputs), **body})


def encode_embeddings_batch(payloads: Sequence[Payload]) -> Payload:
    """Several texts in one request; lists of texts go one by one.

    Raises:
        EncodeError: The input of one of them is a list.
    """
    bodies = [cast("dict[str, object]", payload.body) for payload in payloads]
    return attrs.evolve(payloads[0], body={**bodies[0], "input": [text("inputs", body["input"]) for body in bodies]})


def decode_embeddings(response: Response) -> Embeddings:
    """The vectors: ``{"data": [{"embedding": ..., "index": ...}, ...]}``, each a str of base64 or a list of numbers."""
    return vectors_of(response)


def decode_embeddings_batch(response: Response) -> list[Embeddings]:
    """The vectors of several texts, one value each; what the request took is known of all together only."""
    found = vectors_of(response)
    return [Embeddings((vector,), found.model) for vector in found.vectors]


EMBEDDINGS = Task(
    name="embeddings",
    domain="nlp",
    encode=encode_embeddings,
    decode=decode_embeddings,
    encode_many=encode_embeddings_batch,
    decode_many=decode_embeddings_batch,
    example={"inputs": ["How do I reset my password?", "I forgot my login."]},
)
