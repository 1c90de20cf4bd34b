"""Sentiment of a text by VADER: a lexicon and rules, no model. English."""

from __future__ import annotations

import importlib
from typing import Any

from hfe_core.serve import Engine, EngineError, EngineRequest, Runner, check_parameters, decode_texts

__all__ = ["ENGINE"]

_POLAR = 0.05
"""VADER's authors call a text neutral while its compound score stays within plus and minus this."""


def _load(_task: str, _model: str | None) -> Runner:
    analyzer: Any = importlib.import_module("vaderSentiment.vaderSentiment").SentimentIntensityAnalyzer()

    def run(request: EngineRequest) -> object:
        check_parameters(request, ["top_k"])
        texts, many = decode_texts(request.inputs)
        ranked = [_ranked(analyzer.polarity_scores(text)) for text in texts]
        if "top_k" not in request.parameters:
            return [labels[0] for labels in ranked]
        top_k = request.parameters["top_k"]
        if top_k is not None and (not isinstance(top_k, int) or isinstance(top_k, bool) or top_k < 1):
            raise EngineError("top_k: a number from 1 is needed, or null for all three labels")
        kept = [labels[:top_k] for labels in ranked]
        return kept if many else kept[0]

    return run


def _ranked(scores: dict[str, float]) -> list[dict[str, object]]:
    """Three labels, best first, with scores that add up to 1.

    The compound score decides the label and how sure it is, from 0.5 at the threshold to 1; the shares of positive,
    neutral and negative words divide the rest between the other two labels.
    """
    compound = scores["compound"]
    strength = abs(compound)
    if strength < _POLAR:
        best, score = "NEUTRAL", 1 - 0.5 * strength / _POLAR
    else:
        best = "POSITIVE" if compound > 0 else "NEGATIVE"
        score = 0.5 + 0.5 * (strength - _POLAR) / (1 - _POLAR)
    shares = {"POSITIVE": scores["pos"], "NEUTRAL": scores["neu"], "NEGATIVE": scores["neg"]}
    del shares[best]
    whole = sum(shares.values())
    result: dict[str, float] = {best: score}
    for label, share in shares.items():
        result[label] = (1 - score) * (share / whole if whole else 0.5)
    ranked = sorted(result.items(), key=lambda pair: pair[1], reverse=True)
    return [{"label": label, "score": round(value, 6)} for label, value in ranked]


ENGINE = Engine(
    name="vader",
    tasks=("text-classification",),
    licence="MIT",
    summary="English sentiment by a word list and rules, not a trained model: POSITIVE, NEUTRAL, NEGATIVE.",
    load=_load,
    requires=("vaderSentiment",),
    install='pip install "hfe[local]"',
)
"""Rule-based sentiment. The default answer is the best label, as of a pipeline; ``top_k`` gives more, null all."""
