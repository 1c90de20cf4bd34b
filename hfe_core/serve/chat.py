"""The chat of the OpenAI dialect, answered by an engine that streams texts."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncGenerator, Callable
from typing import cast

import attrs

from hfe_core.serve.engine import EngineError, StreamEnd, TokenEvent
from hfe_core.serve.wire import decode_object, encode_answer

__all__ = ["DONE", "ChatCall", "completion", "decode_chat", "encode_chunks"]

DONE = b"data: [DONE]\n\n"
"""What ends a stream."""

_REASONS = {"length": "length", "eos_token": "stop", "stop_sequence": "stop"}
_NO_PARAMETERS = ("messages", "model", "stream", "stream_options", "max_tokens", "max_completion_tokens")
_NEUTRAL: dict[str, tuple[object, ...]] = {
    "frequency_penalty": (0,),
    "logprobs": (False,),
    "n": (1,),
    "presence_penalty": (0,),
    "tools": ([],),
}
"""What says nothing more than its absence; any other value is for the engine to know or to refuse."""


@attrs.frozen
class ChatCall:
    """The decoded body of one request.

    Attributes:
        messages: The conversation.
        parameters: For the engine of text-generation, by its names.
        stream: Chunks are asked for.
        model: What the caller calls the model; it is given back.
    """

    messages: list[object]
    parameters: dict[str, object]
    stream: bool = False
    model: str = ""


def decode_chat(content_type: str, body: bytes) -> ChatCall:
    """Decode a request.

    Raises:
        EngineError: It is none.
    """
    fields = {name: value for name, value in decode_object(content_type, body).items() if value is not None}
    messages, stream, model = fields.get("messages"), fields.get("stream", False), fields.get("model", "")
    if not isinstance(messages, list) or not messages:
        raise EngineError("messages: a list of messages is needed")
    if not isinstance(stream, bool):
        raise EngineError("stream: true or false is needed")
    parameters = {
        name: value
        for name, value in fields.items()
        if name not in _NO_PARAMETERS and value not in _NEUTRAL.get(name, ())
    }
    if isinstance(parameters.get("stop"), str):
        parameters["stop"] = [parameters["stop"]]
    for name in ("max_tokens", "max_completion_tokens"):
        if name in fields:
            parameters["max_new_tokens"] = fields[name]
    if "temperature" in parameters and "do_sample" not in parameters:
        parameters["do_sample"] = parameters["temperature"] != 0
        if not parameters["do_sample"]:
            del parameters["temperature"]
    conversation = [_plain(at, message) for at, message in enumerate(cast("list[object]", messages))]
    return ChatCall(conversation, parameters, stream, str(model))


def _plain(at: int, message: object) -> object:
    """The message with its content as one text, where it is parts of text, which few templates take."""
    fields = _fields(message)
    if not isinstance(fields.get("role"), str):
        raise EngineError(f'messages[{at}]: {{"role": string, "content": string}} is needed')
    content = fields.get("content")
    if not isinstance(content, list):
        return fields
    parts = [_fields(part) for part in cast("list[object]", content)]
    texts = [text for part in parts if part.get("type") == "text" and isinstance(text := part.get("text"), str)]
    return {**fields, "content": "".join(texts)} if len(texts) == len(parts) else fields


def _fields(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def encode_chunks(model: str) -> Callable[[int, TokenEvent], bytes]:
    """The encoder of one answer's chunks; the role comes with the first, the reason with the last."""
    frame = _frame("chat.completion.chunk", model)

    def encode(index: int, event: TokenEvent) -> bytes:
        delta: dict[str, object] = {"role": "assistant"} if index == 1 else {}
        if event.text and not event.special:
            delta["content"] = event.text
        return b"data: " + encode_answer({**frame, "choices": [_choice("delta", delta, event.end)]}) + b"\n\n"

    return encode


async def completion(events: AsyncGenerator[TokenEvent, None], model: str) -> bytes:
    """The whole answer. It says no usage, as an engine does not count the prompt's tokens."""
    end: StreamEnd | None = None
    try:
        async for event in events:
            end = event.end
    finally:
        await events.aclose()
    message = {"role": "assistant", "content": end.generated_text if end is not None else ""}
    return encode_answer({**_frame("chat.completion", model), "choices": [_choice("message", message, end)]})


def _frame(kind: str, model: str) -> dict[str, object]:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": model}


def _choice(name: str, said: object, end: StreamEnd | None) -> dict[str, object]:
    return {"index": 0, name: said, "finish_reason": None if end is None else _REASONS[end.finish_reason]}
