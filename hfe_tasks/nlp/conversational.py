"""conversational: the next words of a conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import attrs

from hfe_core import (
    Decoder,
    EncodeError,
    JsonValue,
    Payload,
    Response,
    Task,
    flag,
    integer,
    json_value,
    merge_parameters,
    number,
    stack,
    text,
    unexpected,
)
from hfe_tasks._alternatives import best_of
from hfe_tasks._answers import items, unnested
from hfe_tasks._parameters import strings
from hfe_tasks.nlp._generated import chat_of, is_chat, spoken
from hfe_tasks.nlp._messages import ChatMessage, conversation

__all__ = [
    "CONVERSATIONAL",
    "Conversation",
    "ConversationInput",
    "ConversationalOutput",
    "decode_conversational",
    "decode_conversational_batch",
    "encode_conversational",
    "encode_conversational_batch",
]


class ConversationInput(TypedDict):
    """A conversation as the serverless API of 2023 and the community containers take it.

    Attributes:
        text: What the user says now.
        past_user_inputs: What the user said before, oldest first.
        generated_responses: What the model answered to it, as many.
    """

    text: str
    past_user_inputs: NotRequired[Sequence[str]]
    generated_responses: NotRequired[Sequence[str]]


@attrs.frozen
class Conversation:
    """A conversation, its last turn included.

    Attributes:
        past_user_inputs: What the user said, oldest first.
        generated_responses: What the model answered to it.
    """

    past_user_inputs: tuple[str, ...]
    generated_responses: tuple[str, ...]


@attrs.frozen
class ConversationalOutput:
    """What the model says.

    Attributes:
        generated_text: Its words. Empty where it says none, or the server gives no text of the last message.
        conversation: The whole conversation, where the input was ``{"text": ...}``: its fields are those of the next
            input.
        messages: The whole conversation, where the input was a list of messages and the server gives it back.
        warnings: What the server warns of (serverless API of 2023).
        generated_token_ids: Ids instead of words, for ``parameters={"return_tensors": True}``.
        alternatives: The further answers, where ``num_return_sequences`` asked for more than one.
    """

    generated_text: str = ""
    conversation: Conversation | None = None
    messages: tuple[ChatMessage, ...] = ()
    warnings: tuple[str, ...] = ()
    generated_token_ids: tuple[int, ...] = ()
    alternatives: tuple[ConversationalOutput, ...] = ()


def encode_conversational(
    inputs: ConversationInput | Sequence[ChatMessage],
    *,
    do_sample: bool | None = None,
    max_length: int | None = None,
    max_new_tokens: int | None = None,
    max_time: float | None = None,
    min_length: int | None = None,
    num_return_sequences: int | None = None,
    repetition_penalty: float | None = None,
    return_full_text: bool | None = None,
    temperature: float | None = None,
    top_k: int | None = None,
    top_p: float | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Continue a conversation.

    Args:
        inputs: For the default container a list of messages, each ``{"role": ..., "content": ...}``. For the serverless
            API of 2023 and the community containers ``{"text": ..., "past_user_inputs": [...], "generated_responses":
            [...]}``; the lists are empty where the conversation begins, and may then be left out.
        do_sample: Whether tokens are drawn by chance; False takes the likeliest. Default: the model's own.
        max_length: The longest conversation, answer included, in tokens, at least 1. Default: the model's own.
        max_new_tokens: The longest answer, in tokens. Default: the model's own.
        max_time: Seconds after which to stop. The serverless API allowed 0 to 120. Default: no limit.
        min_length: The shortest answer, in tokens. Default: the model's own.
        num_return_sequences: How many answers, at least 1. Default: 1.
        repetition_penalty: Above 1 makes repetition less likely; at least 0. The serverless API of 2023 allowed up to 100.
            Default: none.
        return_full_text: Whether the whole list of messages comes back, or the new words only. Default: True.
        temperature: Above 1 makes unlikely tokens likelier; at least 0. The serverless API of 2023 allowed up to 100.
            Default: 1.0.
        top_k: Choose among so many of the likeliest tokens, at least 1. Default: the model's own.
        top_p: Choose among the likeliest tokens whose probabilities add up to this, 0 to 1. Default: the model's own.
        parameters: Further parameters, by their wire names.

    Returns:
        The answer, with the conversation as the server gives it back; further ones are in its ``alternatives``.
    """
    given: object = _legacy(inputs) if isinstance(inputs, Mapping) else conversation(inputs)
    return Payload(
        inputs=given,
        parameters=merge_parameters(
            parameters,
            do_sample=flag("do_sample", do_sample),
            max_length=integer("max_length", max_length, minimum=1),
            max_new_tokens=integer("max_new_tokens", max_new_tokens, minimum=0),
            max_time=number("max_time", max_time, minimum=0),
            min_length=integer("min_length", min_length, minimum=0),
            num_return_sequences=integer("num_return_sequences", num_return_sequences, minimum=1),
            repetition_penalty=number("repetition_penalty", repetition_penalty, minimum=0),
            return_full_text=flag("return_full_text", return_full_text),
            temperature=number("temperature", temperature, minimum=0),
            top_k=integer("top_k", top_k, minimum=1),
            top_p=number("top_p", top_p, minimum=0, maximum=1),
        ),
    )


def _legacy(inputs: ConversationInput) -> dict[str, object]:
    """The community container misses lists that are left out."""
    if "text" not in inputs:
        raise EncodeError("inputs.text", "is missing; for the default container give a list of messages")
    return {
        **inputs,
        "text": text("inputs.text", inputs["text"]),
        "past_user_inputs": strings("inputs.past_user_inputs", inputs.get("past_user_inputs", ())),
        "generated_responses": strings("inputs.generated_responses", inputs.get("generated_responses", ())),
    }


def encode_conversational_batch(payloads: Sequence[Payload]) -> Payload:
    """Several conversations as the default container takes them: a list of lists of messages.

    Raises:
        EncodeError: One of them is no list of messages; servers take no list of those.
    """
    for payload in payloads:
        if not isinstance(payload.inputs, list):
            raise EncodeError("inputs", "several conversations travel together only as lists of messages")
    return stack(payloads)


@attrs.frozen
class _Text:
    generated_text: str
    conversation: Conversation | None = None
    warnings: tuple[str, ...] | None = None


@attrs.frozen
class _Tokens:
    generated_token_ids: tuple[int, ...]


_TEXT, _TOKENS = Decoder(_Text), Decoder(_Tokens)


def decode_conversational(response: Response) -> ConversationalOutput:
    """The answer in one conversation: an object (community containers), or a list (default container)."""
    if (one := _TEXT.quick(response)) is not None:
        return _output(one)
    return _best(json_value(response), response, "$")


def decode_conversational_batch(response: Response) -> list[ConversationalOutput]:
    """The answers in several conversations, a list for each (transformers 4.51)."""
    return [_best(item, response, path) for item, path in items(json_value(response), response)]


def _best(value: JsonValue, response: Response, path: str) -> ConversationalOutput:
    value, path = unnested(value, path)
    if not isinstance(value, list):
        return _one(value, response, path)
    if not value:
        unexpected(value, "at least one answer", response, path=path)
    return best_of([_one(item, response, f"{path}[{index}]") for index, item in enumerate(value)])


def _one(value: JsonValue, response: Response, path: str) -> ConversationalOutput:
    if is_chat(value):
        messages = chat_of(value, response, path)
        return ConversationalOutput(spoken(messages), messages=messages)
    if isinstance(value, dict) and "generated_token_ids" in value and "generated_text" not in value:
        return ConversationalOutput(generated_token_ids=_TOKENS.value(value, response, path=path).generated_token_ids)
    return _output(_TEXT.value(value, response, path=path))


def _output(found: _Text) -> ConversationalOutput:
    return ConversationalOutput(found.generated_text, found.conversation, warnings=found.warnings or ())


CONVERSATIONAL = Task(
    name="conversational",
    domain="nlp",
    encode=encode_conversational,
    decode=decode_conversational,
    encode_many=encode_conversational_batch,
    decode_many=decode_conversational_batch,
    example={
        "inputs": [
            {"role": "system", "content": "You are a friendly assistant."},
            {"role": "user", "content": "Hello, how are you?"},
        ]
    },
)
