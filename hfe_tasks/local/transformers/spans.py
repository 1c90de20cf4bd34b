"""Question answering by a model with a span head, which version 5 of transformers has no pipeline for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import attrs

from hfe_core.serve import EngineError, EngineRequest, Runner, check_parameters
from hfe_tasks.local.transformers.loading import checked_model, load_model, load_part, torch

__all__ = ["load"]

_NUMBERS = {"top_k": 1, "doc_stride": 128, "max_answer_len": 15, "max_seq_len": 384, "max_question_len": 64}
_FLAGS = {"handle_impossible_answer": False, "align_to_words": True}


def load(_task: str, model: str | None) -> Runner:
    """The runner of question-answering; signature as of ``Engine.load``.

    Inputs are ``{"question", "context"}``, each a string or a list of strings. A long context is read in overlapping
    windows. Parameters: ``top_k`` (1), ``doc_stride`` (tokens of overlap, 128), ``max_answer_len`` (tokens, 15),
    ``max_seq_len`` (tokens, 384), ``handle_impossible_answer`` (false), ``align_to_words`` (true), and ``max_question_len``,
    which changes nothing, as in version 4 with a fast tokenizer.
    """
    where = checked_model(model)
    tokenizer = load_part("AutoTokenizer", where)
    if not tokenizer.is_fast:
        raise EngineError("question-answering needs a model with a fast tokenizer (tokenizer.json)")
    reader = _Reader(load_model("AutoModelForQuestionAnswering", where), tokenizer, torch())

    def run(request: EngineRequest) -> object:
        check_parameters(request, [*_NUMBERS, *_FLAGS, "topk"])
        options = _options(request)
        pairs, many = _pairs(request.inputs)
        answers = [reader.answers(question, context, options) for question, context in pairs]
        shaped: list[object] = [found[0] if options["top_k"] == 1 and found else found for found in answers]
        return shaped if many else shaped[0]

    return run


def _options(request: EngineRequest) -> dict[str, int]:
    given = {"top_k" if key == "topk" else key: value for key, value in request.parameters.items()}
    for name in _NUMBERS.keys() & given:
        value, least = given[name], 0 if name == "doc_stride" else 1
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise EngineError(f"{name}: a whole number from {least} is needed")
    for name in _FLAGS.keys() & given:
        if not isinstance(given[name], bool):
            raise EngineError(f"{name}: true or false is needed")
    return cast("dict[str, int]", {**_NUMBERS, **_FLAGS, **given})


def _pairs(inputs: object) -> tuple[list[tuple[str, str]], bool]:
    fields = cast("dict[str, object]", inputs) if isinstance(inputs, dict) else {}
    questions, contexts = fields.get("question"), fields.get("context")
    many = isinstance(questions, list) or isinstance(contexts, list)
    asked = cast("list[object]", questions) if isinstance(questions, list) else [questions]
    told = cast("list[object]", contexts) if isinstance(contexts, list) else [contexts]
    if len(told) == 1:
        told = told * len(asked)
    pairs = [
        (one, other) for one, other in zip(asked, told, strict=False) if isinstance(one, str) and isinstance(other, str)
    ]
    if len(asked) != len(told) or len(pairs) != len(asked):
        raise EngineError('inputs: {"question": string, "context": string} is needed, or lists of equal lengths')
    if any(not one.strip() or not other.strip() for one, other in pairs):
        raise EngineError("inputs: question and context must not be empty")
    return pairs, many


@attrs.frozen
class _Reader:
    model: Any
    tokenizer: Any
    torch: Any

    def answers(self, question: str, context: str, options: dict[str, int]) -> list[dict[str, object]]:
        """The best spans of the context, best first, each text once."""
        spans = sorted(self._spans(question, context, options), key=lambda span: span[0], reverse=True)
        found: dict[str, dict[str, object]] = {}
        for score, start, end in spans:
            answer = context[start:end]
            found.setdefault(answer.lower().strip(), {"score": score, "start": start, "end": end, "answer": answer})
        return list(found.values())[: options["top_k"]]

    def _spans(self, question: str, context: str, options: dict[str, int]) -> Iterator[tuple[float, int, int]]:
        """Score, first and last character of the likely spans in each window."""
        encoded = self._encoded(question, context, options)
        mapped = encoded.encodings
        tensors = {name: encoded[name] for name in self.tokenizer.model_input_names if name in encoded}
        with self.torch.no_grad():
            output = self.model(**tensors)
        for at, window in enumerate(mapped):
            inside = self.torch.tensor([part == 1 for part in window.sequence_ids])
            # The first token stands for "no answer" and keeps its share of the probability, as in training.
            kept = inside.clone()
            kept[0] = True
            start = output.start_logits[at].float().masked_fill(~kept, -1e4).softmax(-1)
            end = output.end_logits[at].float().masked_fill(~kept, -1e4).softmax(-1)
            if options["handle_impossible_answer"]:
                yield float(start[0] * end[0]), 0, 0
            yield from self._best(start * inside, end * inside, window, options)

    def _encoded(self, question: str, context: str, options: dict[str, int]) -> Any:
        limit = min(options["max_seq_len"], self.tokenizer.model_max_length)
        asked = len(self.tokenizer(question)["input_ids"])
        room = limit - asked - 4
        if room < 8:
            raise EngineError(f"inputs.question: {asked} tokens leave no room for the context in {limit}")
        return self.tokenizer(
            question,
            context,
            truncation="only_second",
            max_length=limit,
            stride=min(options["doc_stride"], room // 2),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            padding=True,
            return_tensors="pt",
        )

    def _best(self, start: Any, end: Any, window: Any, options: dict[str, int]) -> Iterator[tuple[float, int, int]]:
        products = self.torch.triu(start[:, None] * end[None, :])
        products = products - self.torch.triu(products, diagonal=options["max_answer_len"])
        flat = products.flatten()
        scores, places = flat.topk(min(options["top_k"] * 4, flat.numel()))
        for score, place in zip(scores.tolist(), places.tolist(), strict=True):
            first, last = divmod(place, len(start))
            if score > 0:
                yield score, *_characters(window, first, last, bool(options["align_to_words"]))


def _characters(window: Any, first: int, last: int, align: bool) -> tuple[int, int]:
    words = (window.word_ids[first], window.word_ids[last])
    if align and None not in words:
        return window.word_to_chars(words[0], 1)[0], window.word_to_chars(words[1], 1)[1]
    return window.offsets[first][0], window.offsets[last][1]
