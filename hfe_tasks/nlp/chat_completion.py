"""chat-completion: the next message of a conversation, whole or as it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from hfe_core import (
    Decoder,
    EncodeError,
    EventDecoder,
    Payload,
    Response,
    StreamTask,
    Task,
    flag,
    integer,
    json_value,
    merge_parameters,
    number,
    optional_text,
    streamed,
    text,
    texts,
)
from hfe_tasks.nlp._chat import (
    ChatChoice,
    ChatChunkChoice,
    ChatCompletion,
    ChatCompletionChunk,
    ChatDelta,
    ChatFunction,
    ChatFunctionDelta,
    ChatLogprob,
    ChatLogprobs,
    ChatReply,
    ChatToolCall,
    ChatToolCallDelta,
    ChatUsage,
)
from hfe_tasks.nlp._chat_wire import unified
from hfe_tasks.nlp._messages import ChatContentPart, ChatImageUrl, ChatMessage, conversation

__all__ = [
    "CHAT_COMPLETION",
    "CHAT_COMPLETION_STREAM",
    "ChatChoice",
    "ChatChunkChoice",
    "ChatCompletion",
    "ChatCompletionChunk",
    "ChatContentPart",
    "ChatDelta",
    "ChatFunction",
    "ChatFunctionDelta",
    "ChatImageUrl",
    "ChatLogprob",
    "ChatLogprobs",
    "ChatMessage",
    "ChatReply",
    "ChatToolCall",
    "ChatToolCallDelta",
    "ChatUsage",
    "decode_chat_completion",
    "decode_chat_completion_event",
    "encode_chat_completion",
]


def encode_chat_completion(
    inputs: Sequence[ChatMessage],
    *,
    frequency_penalty: float | None = None,
    logit_bias: Mapping[str, float] | Mapping[int, float] | None = None,
    logprobs: bool | None = None,
    max_completion_tokens: int | None = None,
    max_tokens: int | None = None,
    model: str | None = None,
    n: int | None = None,
    presence_penalty: float | None = None,
    response_format: Mapping[str, object] | None = None,
    seed: int | None = None,
    stop: Sequence[str] | None = None,
    stream_options: Mapping[str, object] | None = None,
    temperature: float | None = None,
    tool_choice: str | Mapping[str, object] | None = None,
    tool_prompt: str | None = None,
    tools: Sequence[Mapping[str, object]] | None = None,
    top_logprobs: int | None = None,
    top_p: float | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Continue a conversation, by the OpenAI dialect that TGI, vLLM, SGLang, llama.cpp and transformers serve speak.

    The endpoint's URL is given without ``/v1``: the call goes to ``/v1/chat/completions`` below it. Parameters that
    are not given are not sent; the defaults are the server's and its model's.

    Args:
        inputs: The messages so far, each ``{"role": ..., "content": ...}``; content is a text, or a list of parts for
            models that take images or sound.
        frequency_penalty: Makes tokens less likely the more often they occurred; -2 to 2. Default: 0.
        logit_bias: What to add to the logits of tokens, by their ids; -100 to 100 each. TGI ignores it.
        logprobs: Whether to say how likely the tokens were. Default: False.
        max_completion_tokens: How many tokens at most, by the newer name (vLLM, transformers 5).
        max_tokens: How many tokens at most. Default: the server's.
        model: The model, for servers that have several; transformers serve 5.23 needs it, TGI ignores it.
        n: How many answers. Default: 1. TGI and transformers serve 5.23 give one, whatever is asked for.
        presence_penalty: Makes tokens less likely if they occurred at all; -2 to 2. Default: 0.
        response_format: What the answer must look like: ``{"type": "json_object"}``, or ``{"type": "json_schema",
            "json_schema": {"name": ..., "schema": ...}}``.
        seed: For the random choice.
        stop: Texts at which to stop; OpenAI takes up to 4.
        stream_options: For streams only: ``{"include_usage": True}`` asks for a last chunk with the number of tokens.
        temperature: Above 1 makes unlikely tokens likelier, 0 takes the likeliest; at least 0, OpenAI allows up to 2.
        tool_choice: ``"auto"``, ``"none"``, ``"required"``, or the one to call: ``{"type": "function", "function":
            {"name": ...}}``.
        tool_prompt: What to say before the tools (TGI).
        tools: Functions that the model may ask to be called: ``{"type": "function", "function": {"name": ...,
            "description": ..., "parameters": JSON Schema}}``.
        top_logprobs: How many of the likeliest tokens to give at each place, with ``logprobs``; OpenAI allows up to 20,
            TGI up to 5.
        top_p: Choose among the likeliest tokens whose probabilities add up to this, 0 to 1. Default: 1.
        parameters: Further keys of the body, by their wire names, unchecked.

    Returns:
        The answer; its ``content`` is the words. As a stream: what is new, as soon as it is there.
    """
    body = merge_parameters(
        parameters,
        frequency_penalty=number("frequency_penalty", frequency_penalty, minimum=-2, maximum=2),
        logit_bias=None if logit_bias is None else _biases(logit_bias),
        logprobs=flag("logprobs", logprobs),
        max_completion_tokens=integer("max_completion_tokens", max_completion_tokens, minimum=1),
        max_tokens=integer("max_tokens", max_tokens, minimum=1),
        model=optional_text("model", model),
        n=integer("n", n, minimum=1),
        presence_penalty=number("presence_penalty", presence_penalty, minimum=-2, maximum=2),
        response_format=None if response_format is None else _object("response_format", response_format),
        seed=integer("seed", seed),
        stop=texts("stop", [stop] if isinstance(stop, str) else stop),
        stream_options=None if stream_options is None else _object("stream_options", stream_options),
        temperature=number("temperature", temperature, minimum=0),
        tool_choice=None if tool_choice is None else _choice(tool_choice),
        tool_prompt=optional_text("tool_prompt", tool_prompt),
        tools=None if tools is None else _tools(tools),
        top_logprobs=integer("top_logprobs", top_logprobs, minimum=0),
        top_p=number("top_p", top_p, minimum=0, maximum=1),
    )
    for name, instead in (("messages", "give inputs"), ("stream", "call the stream, or do not")):
        if name in body:
            raise EncodeError(f"parameters.{name}", f"is not for parameters; {instead}")
    return Payload(path="v1/chat/completions", body={"messages": conversation(inputs), **body})


def _object(parameter: str, value: object, others: str = "") -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise EncodeError(parameter, f"expected a mapping{others}, not {type(value).__name__}")
    return dict(cast("Mapping[str, object]", value))


def _biases(given: object) -> dict[str, object]:
    biases: dict[str, object] = {}
    for token, bias in _object("logit_bias", given).items():
        place = f"logit_bias.{token!s:.60}"
        if bias is None:
            raise EncodeError(place, "expected a number, not None")
        biases[str(token)] = number(place, cast("float", bias), minimum=-100, maximum=100)
    return biases


def _choice(given: object) -> object:
    return text("tool_choice", given) if isinstance(given, str) else _object("tool_choice", given, " or a str")


def _tools(given: object) -> list[dict[str, object]]:
    if not isinstance(given, Sequence) or isinstance(given, str | bytes | bytearray):
        raise EncodeError("tools", f"expected a list of tools, not {type(given).__name__}")
    return [_object(f"tools[{index}]", tool) for index, tool in enumerate(cast("Sequence[object]", given))]


_COMPLETION = Decoder(ChatCompletion)


def decode_chat_completion(response: Response) -> ChatCompletion:
    """The answer: an object with ``choices``."""
    found = _COMPLETION.quick(response)
    return _COMPLETION.value(unified(json_value(response)), response) if found is None else found


decode_chat_completion_event = EventDecoder(ChatCompletionChunk, unified, no_lists=("tool_calls",))
"""One chunk of the answer."""


def _is_whole(events: Sequence[ChatCompletionChunk]) -> bool:
    """Whether each answer that was begun has said why it ended; what follows that, such as the usage, may be missing."""
    choices = [choice for event in events for choice in event.choices]
    finished = {choice.index for choice in choices if choice.finish_reason is not None}
    return bool(finished) and finished == {choice.index for choice in choices}


_EXAMPLE = {"inputs": [{"role": "user", "content": "What is the capital of France?"}], "max_tokens": 50}

CHAT_COMPLETION = Task(
    name="chat-completion",
    domain="nlp",
    encode=encode_chat_completion,
    decode=decode_chat_completion,
    example=_EXAMPLE,
)

CHAT_COMPLETION_STREAM = StreamTask(
    name="chat-completion",
    domain="nlp",
    encode=streamed(encode_chat_completion),
    decode=decode_chat_completion_event,
    ends=_is_whole,
    example=_EXAMPLE,
)
