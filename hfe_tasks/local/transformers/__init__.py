"""Any model of transformers, versions 4 and 5, from a directory or id that the user names."""

from __future__ import annotations

import importlib

from hfe_core.serve import Engine, Runner

__all__ = ["ENGINE"]

_HERE = "hfe_tasks.local.transformers"
_PIPELINES = f"{_HERE}.pipelines:load"
_SEQ2SEQ = f"{_HERE}.seq2seq:load"

_LOADERS = {
    "text-classification": _PIPELINES,
    "token-classification": _PIPELINES,
    "fill-mask": _PIPELINES,
    "feature-extraction": _PIPELINES,
    "zero-shot-classification": _PIPELINES,
    "question-answering": f"{_HERE}.spans:load",
    "table-question-answering": _PIPELINES,
    "summarization": _SEQ2SEQ,
    "translation": _SEQ2SEQ,
    "text2text-generation": _SEQ2SEQ,
    "chat-completion": f"{_HERE}.generation:load",
    "text-generation": f"{_HERE}.generation:load",
    "conversational": f"{_HERE}.generation:load",
    "image-classification": _PIPELINES,
    "image-segmentation": _PIPELINES,
    "image-feature-extraction": _PIPELINES,
    "object-detection": _PIPELINES,
    "depth-estimation": _PIPELINES,
    "image-to-image": f"{_HERE}.images:load_image_to_image",
    "image-to-text": f"{_HERE}.images:load_caption",
    "image-text-to-text": _PIPELINES,
    "visual-question-answering": f"{_HERE}.images:load_question",
    "document-question-answering": _PIPELINES,
    "zero-shot-image-classification": _PIPELINES,
    "zero-shot-object-detection": _PIPELINES,
    "audio-classification": _PIPELINES,
    "automatic-speech-recognition": _PIPELINES,
    "zero-shot-audio-classification": _PIPELINES,
    "text-to-speech": _PIPELINES,
}


def _load(task: str, model: str | None) -> Runner:
    module, _, name = _LOADERS[task].partition(":")
    loader = getattr(importlib.import_module(module), name)
    runner: Runner = loader(task, model)
    return runner


ENGINE = Engine(
    name="transformers",
    tasks=tuple(_LOADERS),
    licence="Apache-2.0; the model's own",
    summary="A model directory or id of the user, run by transformers and torch on the CPU.",
    load=_load,
    requires=("transformers", "torch"),
    install="pip install transformers torch pillow pandas",
    needs_model=True,
    streams=("chat-completion", "text-generation"),
)
"""Serves ``hfe serve --task TASK --model DIR``; parameters are those of the pipelines."""
