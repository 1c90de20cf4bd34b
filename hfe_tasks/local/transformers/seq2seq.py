"""Summarization, translation and text-to-text generation, which version 5 of transformers has no pipelines for."""

from __future__ import annotations

from typing import Any, cast

from hfe_core.serve import EngineError, EngineRequest, Runner, decode_texts
from hfe_tasks.local.transformers.loading import checked_model, load_model, load_part, torch

__all__ = ["KEYS", "generate_options", "load"]

KEYS = {
    "summarization": "summary_text",
    "translation": "translation_text",
    "text2text-generation": "generated_text",
}
"""Task to the key of its answers."""


def load(task: str, model: str | None) -> Runner:
    """The runner of a task in :data:`KEYS`; signature as of ``Engine.load``.

    Parameters are the options of ``generate``, directly or under ``generate_kwargs`` or ``generation_parameters``;
    ``truncation`` and ``clean_up_tokenization_spaces``; and for translation ``src_lang`` and ``tgt_lang``.
    """
    where = checked_model(model)
    tokenizer = load_part("AutoTokenizer", where)
    network = load_model("AutoModelForSeq2SeqLM", where)
    pytorch = torch()
    presets: Any = getattr(network.config, "task_specific_params", None) or {}

    def run(request: EngineRequest) -> object:
        texts, many = decode_texts(request.inputs)
        options = {**presets.get(task, {}), **generate_options(request)}
        prefix = options.pop("prefix", None) or getattr(network.config, "prefix", None) or ""
        truncation = options.pop("truncation", False)
        clean = options.pop("clean_up_tokenization_spaces", None)
        if task == "translation":
            options.update(_languages(tokenizer, options.pop("src_lang", None), options.pop("tgt_lang", None)))
        answers: list[list[dict[str, object]]] = []
        for text in texts:
            encoded = tokenizer(prefix + text, return_tensors="pt", truncation=truncation)
            encoded.pop("token_type_ids", None)
            with pytorch.no_grad():
                rows = network.generate(**encoded, **options)
            words = tokenizer.batch_decode(rows, skip_special_tokens=True, clean_up_tokenization_spaces=clean)
            answers.append([{KEYS[task]: one} for one in words])
        if not many:
            return answers[0]
        return [one[0] for one in answers] if all(len(one) == 1 for one in answers) else answers

    return run


def generate_options(request: EngineRequest) -> dict[str, Any]:
    """The parameters as options of ``generate``: those in the two customary sub-objects and those beside them."""
    options = dict(request.parameters)
    for name in ("generate_kwargs", "generation_parameters"):
        nested = options.pop(name, {})
        if not isinstance(nested, dict):
            raise EngineError(f"{name}: an object is needed")
        options.update(cast("dict[str, object]", nested))
    return options


def _languages(tokenizer: Any, source: object, target: object) -> dict[str, object]:
    """Set the source language and force the target's token, for the models that know languages (NLLB, M2M100, mBART)."""
    multilingual = hasattr(tokenizer, "src_lang")
    if not multilingual:
        if source or target:
            raise EngineError("src_lang, tgt_lang: this model translates one pair of languages only; leave them out")
        return {}
    if not source or not target:
        raise EngineError("src_lang and tgt_lang are needed by this multilingual model, as eng_Latn and fra_Latn")
    number = (
        tokenizer.get_lang_id(target) if hasattr(tokenizer, "get_lang_id") else tokenizer.convert_tokens_to_ids(target)
    )
    if number is None or number == tokenizer.unk_token_id:
        raise EngineError(f"tgt_lang: this model does not know {str(target)[:40]!r}")
    tokenizer.src_lang = source
    return {"forced_bos_token_id": number}
