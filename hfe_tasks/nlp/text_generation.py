"""text-generation: the continuation of a text, whole or token by token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from hfe_core import (
    Decoder,
    EventDecoder,
    JsonValue,
    Payload,
    Response,
    StreamTask,
    Task,
    flag,
    integer,
    json_value,
    merge_parameters,
    number,
    streamed,
    texts,
    unexpected,
)
from hfe_tasks._alternatives import best_of
from hfe_tasks._answers import check_one, items, unnested
from hfe_tasks.nlp._generated import chat_of, is_chat, spoken
from hfe_tasks.nlp._messages import ChatMessage, is_conversation, prompt

__all__ = [
    "TEXT_GENERATION",
    "TEXT_GENERATION_STREAM",
    "ChatMessage",
    "TextGenerationOutput",
    "TextGenerationPrefillToken",
    "TextGenerationStreamDetails",
    "TextGenerationStreamOutput",
    "TextGenerationStreamToken",
    "decode_text_generation",
    "decode_text_generation_batch",
    "decode_text_generation_event",
    "encode_text_generation",
]


@attrs.frozen
class TextGenerationOutput:
    """A generated text.

    Attributes:
        generated_text: The text; the prompt comes first unless ``return_full_text`` is False. Of a conversation, the
            last message's words. Empty where the server gives token ids only.
        messages: The whole conversation, where the input was one and the server gives it back.
        generated_token_ids: Ids instead of text, for ``return_tensors``.
        details: What TGI adds with ``details``: finish reason, tokens, seed; as it came.
        alternatives: The further texts, where ``num_return_sequences`` asked for more than one.
    """

    generated_text: str = ""
    messages: tuple[ChatMessage, ...] = ()
    generated_token_ids: tuple[int, ...] = ()
    details: Mapping[str, object] | None = None
    alternatives: tuple[TextGenerationOutput, ...] = ()


@attrs.frozen
class TextGenerationStreamToken:
    """One token of a stream.

    Attributes:
        id: Its id in the model's vocabulary.
        text: Its text.
        logprob: Its log probability; None if the server gives none.
        special: Whether it is a special token, such as the end of the text.
    """

    id: int
    text: str
    logprob: float | None = None
    special: bool = False


@attrs.frozen
class TextGenerationPrefillToken:
    """One token of the prompt.

    Attributes:
        id: Its id in the model's vocabulary.
        text: Its text.
        logprob: Its log probability; None of the first token.
    """

    id: int
    text: str
    logprob: float | None = None


@attrs.frozen
class TextGenerationStreamDetails:
    """What TGI says with the last token.

    Attributes:
        finish_reason: ``"length"``, ``"eos_token"`` or ``"stop_sequence"``.
        generated_tokens: How many tokens were generated.
        seed: The seed of the random choice, if there was one.
        input_length: How many tokens the prompt had, where the server says it.
        prefill: The tokens of the prompt, where ``decoder_input_details`` asked for them.
        tokens: The generated tokens, where the server repeats them (TGI of 2023).
        best_of_sequences: The further texts, where ``best_of`` asked for more than one; as they came.
    """

    finish_reason: str
    generated_tokens: int
    seed: int | None = None
    input_length: int | None = None
    prefill: tuple[TextGenerationPrefillToken, ...] | None = None
    tokens: tuple[TextGenerationStreamToken, ...] | None = None
    best_of_sequences: tuple[Mapping[str, object], ...] | None = None


@attrs.frozen
class TextGenerationStreamOutput:
    """One event of a stream (TGI 1 to 3).

    Attributes:
        token: The new token.
        generated_text: The whole text, with the last token only.
        details: Why it ended, with the last token only.
        index: The token's place, from 1, where the server says it.
        top_tokens: The likeliest tokens for this place, where ``top_n_tokens`` asked for them.
    """

    token: TextGenerationStreamToken
    generated_text: str | None = None
    details: TextGenerationStreamDetails | None = None
    index: int | None = None
    top_tokens: tuple[TextGenerationStreamToken, ...] | None = None


def encode_text_generation(
    inputs: str | Sequence[ChatMessage],
    *,
    do_sample: bool | None = None,
    max_new_tokens: int | None = None,
    max_time: float | None = None,
    num_return_sequences: int | None = None,
    repetition_penalty: float | None = None,
    return_full_text: bool | None = None,
    seed: int | None = None,
    stop: Sequence[str] | None = None,
    temperature: float | None = None,
    top_k: int | None = None,
    top_p: float | None = None,
    truncate: int | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Continue a text.

    Args:
        inputs: The prompt; for a chat model of the default container, also a list of messages, each ``{"role": ...,
            "content": ...}``.
        do_sample: Whether tokens are drawn by chance; False takes the likeliest. Default: the model's own.
        max_new_tokens: How many tokens at most. The serverless API of 2023 allowed 0 to 250. Default: the model's own.
        max_time: Seconds after which to stop. The serverless API allowed 0 to 120. Default: no limit.
        num_return_sequences: How many texts, at least 1. Default: 1.
        repetition_penalty: Above 1 makes repetition less likely; at least 0. The serverless API of 2023 allowed up to 100.
            Default: none.
        return_full_text: Whether the prompt comes first. Default: True; TGI: False.
        seed: For the random choice (TGI).
        stop: Texts at which to stop (TGI).
        temperature: Above 1 makes unlikely tokens likelier; at least 0. The serverless API of 2023 allowed up to 100.
            Default: 1.0.
        top_k: Choose among so many of the likeliest tokens, at least 1. Default: the model's own.
        top_p: Choose among the likeliest tokens whose probabilities add up to this, 0 to 1. Default: the model's own.
        truncate: Cut the prompt to so many of its last tokens (TGI).
        parameters: Further parameters, by their wire names.

    Returns:
        The text; further ones are in its ``alternatives``. As a stream: its tokens as soon as they are there, the last
        one with ``generated_text`` and ``details``.
    """
    return Payload(
        inputs=prompt(inputs),
        parameters=merge_parameters(
            parameters,
            do_sample=flag("do_sample", do_sample),
            max_new_tokens=integer("max_new_tokens", max_new_tokens, minimum=0),
            max_time=number("max_time", max_time, minimum=0),
            num_return_sequences=integer("num_return_sequences", num_return_sequences, minimum=1),
            repetition_penalty=number("repetition_penalty", repetition_penalty, minimum=0),
            return_full_text=flag("return_full_text", return_full_text),
            seed=integer("seed", seed, minimum=0),
            stop=texts("stop", [stop] if isinstance(stop, str) else stop),
            temperature=number("temperature", temperature, minimum=0),
            top_k=integer("top_k", top_k, minimum=1),
            top_p=number("top_p", top_p, minimum=0, maximum=1),
            truncate=integer("truncate", truncate, minimum=1),
        ),
    )


def decode_text_generation(response: Response) -> TextGenerationOutput:
    """The text of one prompt: ``[{…}]``, or an object (TGI)."""
    check_one(response, 1 if is_conversation(response.payload.inputs) else None)
    found = _TEXTS.quick(response)
    if found:
        return best_of([TextGenerationOutput(each.generated_text, details=each.details) for each in found])
    return _best(json_value(response), response, "$")


def decode_text_generation_batch(response: Response) -> list[TextGenerationOutput]:
    """The texts of several prompts, a list for each (transformers 4.51), also for a list of one prompt."""
    return [_best(item, response, path) for item, path in items(json_value(response), response)]


def _best(value: JsonValue, response: Response, path: str) -> TextGenerationOutput:
    if isinstance(value, dict):
        return _one(value, response, path)
    value, path = unnested(value, path)
    if not isinstance(value, list) or not value:
        unexpected(value, "a list of generated texts", response, path=path)
    return best_of([_one(item, response, f"{path}[{index}]") for index, item in enumerate(value)])


@attrs.frozen
class _Text:
    generated_text: str
    details: dict[str, object] | None = None


@attrs.frozen
class _Tokens:
    generated_token_ids: list[int]


_TEXT, _TEXTS, _TOKENS = Decoder(_Text), Decoder(list[_Text]), Decoder(_Tokens)


def _one(value: JsonValue, response: Response, path: str) -> TextGenerationOutput:
    if not isinstance(value, dict):
        unexpected(value, "an object", response, path=path)
    if is_chat(value):
        messages = chat_of(value, response, path)
        return TextGenerationOutput(spoken(messages), messages=messages)
    if "generated_token_ids" in value and "generated_text" not in value:
        tokens = _TOKENS.value(value, response, path=path)
        return TextGenerationOutput(generated_token_ids=tuple(tokens.generated_token_ids))
    found = _TEXT.value(value, response, path=path)
    return TextGenerationOutput(found.generated_text, details=found.details)


decode_text_generation_event = EventDecoder(TextGenerationStreamOutput)
"""One event of TGI."""


def _is_whole(events: Sequence[TextGenerationStreamOutput]) -> bool:
    return any(event.generated_text is not None or event.details is not None for event in reversed(events))


TEXT_GENERATION = Task(
    name="text-generation",
    domain="nlp",
    encode=encode_text_generation,
    decode=decode_text_generation,
    decode_many=decode_text_generation_batch,
    example={"inputs": "Once upon a time", "max_new_tokens": 20},
)

TEXT_GENERATION_STREAM = StreamTask(
    name="text-generation",
    domain="nlp",
    encode=streamed(encode_text_generation),
    decode=decode_text_generation_event,
    ends=_is_whole,
    example={"inputs": "Once upon a time", "max_new_tokens": 20},
)
