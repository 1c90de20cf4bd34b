"""Tokens as the model generates them: a thread generates, the iterator hands out."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from hfe_core.serve import FinishReason, StreamEnd, TokenEvent
from hfe_tasks.local.transformers.loading import torch

__all__ = ["stream_tokens"]


def stream_tokens(
    model: Any, tokenizer: Any, encoded: Any, options: Mapping[str, object], seed: int | None
) -> Iterator[TokenEvent]:
    """Generate from a prompt, token by token.

    Args:
        model: A causal language model.
        tokenizer: Its tokenizer.
        encoded: The prompt's tensors.
        options: Options of ``generate``.
        seed: Seed of the sampling, or None.

    Yields:
        One event a token, a token late, as only its successor shows that it is not the last. Closing the iterator stops
        the generation.

    Raises:
        Exception: Whatever ``generate`` raises, from the iterator.
    """
    feed = _Feed(torch())
    worker = threading.Thread(
        target=_generate, args=(feed, model, encoded, options, seed), name="hfe-generate", daemon=True
    )
    worker.start()
    try:
        yield from _events(feed, model, tokenizer, options, seed)
    finally:
        feed.stopped.set()
        worker.join()


def _generate(feed: _Feed, model: Any, encoded: Any, options: Mapping[str, object], seed: int | None) -> None:
    try:
        if seed is not None:
            feed.torch.manual_seed(seed)
        with feed.torch.no_grad():
            model.generate(
                **encoded, **options, streamer=feed, logits_processor=[feed.watch], stopping_criteria=[feed.stop_all]
            )
        feed.items.put(None)
    except BaseException as error:  # noqa: BLE001  it is raised by the iterator
        feed.items.put(error)


@attrs.define
class _Feed:
    """What ``generate`` talks to: a streamer, a logits processor and a stopping criterion in one."""

    torch: Any
    items: queue.SimpleQueue[Any] = attrs.field(factory=queue.SimpleQueue[Any])
    stopped: threading.Event = attrs.field(factory=threading.Event)
    _scores: Any = None
    _prompt_seen: bool = False

    def put(self, ids: Any) -> None:
        """The streamer's half: first the prompt, then each token."""
        if not self._prompt_seen:
            self._prompt_seen = True
            return
        token = int(ids.reshape(-1)[0])
        logprob = (
            self.torch.log_softmax(self._scores[0].float(), dim=-1)[token].item() if self._scores is not None else 0.0
        )
        self.items.put((token, logprob))

    def end(self) -> None:
        """The streamer's end; the thread tells it, with its error where there is one."""

    def watch(self, _ids: Any, scores: Any) -> Any:
        """The logits processor: keeps the scores that the next token is chosen from."""
        self._scores = scores
        return scores

    def stop_all(self, ids: Any, *_: object, **__: object) -> Any:
        """The stopping criterion: one flag for each sequence."""
        return self.torch.full((ids.shape[0],), self.stopped.is_set(), dtype=self.torch.bool, device=ids.device)


def _events(
    feed: _Feed, model: Any, tokenizer: Any, options: Mapping[str, object], seed: int | None
) -> Iterator[TokenEvent]:
    pieces = _Pieces(tokenizer)
    special = set(tokenizer.all_special_ids)
    held: TokenEvent | None = None
    while (item := feed.items.get()) is not None:
        if isinstance(item, BaseException):
            raise item
        if held is not None:
            yield held
        token, logprob = item
        held = TokenEvent(pieces.add(token), token, logprob, token in special)
    if held is None:
        held = TokenEvent("", special=True)
    text = tokenizer.decode(pieces.ids, skip_special_tokens=True)
    reason = _reason(model, held.id, text, options)
    yield attrs.evolve(held, text=held.text + pieces.rest(), end=StreamEnd(text, reason, len(pieces.ids), seed))


def _reason(model: Any, last: int, text: str, options: Mapping[str, object]) -> FinishReason:
    ends: Any = model.generation_config.eos_token_id
    if last in (ends if isinstance(ends, list) else [ends]):
        return "eos_token"
    stops: Any = options.get("stop_strings") or []
    return "stop_sequence" if any(stop in text for stop in stops) else "length"


class _Pieces:
    """Turns token ids into the text that each adds; a character that spans tokens comes with its last one."""

    def __init__(self, tokenizer: Any) -> None:
        self.ids: list[int] = []
        self._tokenizer = tokenizer
        self._start = 0
        self._read = 0

    def add(self, token: int) -> str:
        """The text that is complete with this token."""
        self.ids.append(token)
        before = self._decode(self.ids[self._start : self._read])
        after = self._decode(self.ids[self._start :])
        if after.endswith("�") or len(after) <= len(before):
            return ""
        self._start, self._read = self._read, len(self.ids)
        return after[len(before) :]

    def rest(self) -> str:
        """What the end of the stream cuts off within a character."""
        if self._read == len(self.ids):
            return ""
        return self._decode(self.ids[self._start :])[len(self._decode(self.ids[self._start : self._read])) :]

    def _decode(self, ids: list[int]) -> str:
        return str(self._tokenizer.decode(ids, skip_special_tokens=True))
