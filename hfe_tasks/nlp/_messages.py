"""Conversations, as language models take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict, cast

from hfe_core import EncodeError, text

__all__ = ["ChatContentPart", "ChatImageUrl", "ChatMessage", "conversation", "is_conversation", "prompt"]


class ChatImageUrl(TypedDict):
    """Where an image, a sound or a video is.

    Attributes:
        url: Its address, or the data itself: ``"data:image/png;base64,..."``.
        detail: How closely a model looks at an image: ``"low"``, ``"high"`` or ``"auto"``.
    """

    url: str
    detail: NotRequired[str]


class ChatContentPart(TypedDict):
    """A part of a message, for models that take more than text.

    Attributes:
        type: ``"text"``, ``"image_url"``, or what else the server knows.
        text: The words, for ``"text"``.
        image_url: The image, for ``"image_url"``.
        audio_url: The sound, for ``"audio_url"`` (vLLM).
        video_url: The video, for ``"video_url"`` (vLLM).
        input_audio: The sound, for ``"input_audio"``: ``{"data": base64, "format": "wav"}``.
    """

    type: str
    text: NotRequired[str]
    image_url: NotRequired[ChatImageUrl]
    audio_url: NotRequired[ChatImageUrl]
    video_url: NotRequired[ChatImageUrl]
    input_audio: NotRequired[Mapping[str, str]]


class ChatMessage(TypedDict):
    """One message of a conversation.

    Attributes:
        role: ``"system"``, ``"user"``, ``"assistant"`` or ``"tool"``.
        content: The words, or a list of parts; None where an assistant only calls tools.
        name: Who speaks, among several of one role.
        tool_calls: The calls that an assistant made: ``{"id": ..., "type": "function", "function": {"name": ...,
            "arguments": ...}}``.
        tool_call_id: The call that a tool's message answers.
    """

    role: str
    content: str | Sequence[ChatContentPart] | None
    name: NotRequired[str]
    tool_calls: NotRequired[Sequence[Mapping[str, object]]]
    tool_call_id: NotRequired[str]


def is_conversation(inputs: object) -> bool:
    """Whether inputs are the messages of one conversation, and not several inputs."""
    messages = cast("list[object]", inputs) if isinstance(inputs, list) else []
    return bool(messages) and all(isinstance(message, Mapping) for message in messages)


def prompt(inputs: str | Sequence[ChatMessage]) -> object:
    """The checked prompt: a text, or the list of messages.

    Raises:
        EncodeError: It is neither.
    """
    if isinstance(inputs, str):
        return text("inputs", inputs)
    messages = _messages(inputs, "a str or a list of messages", "; several prompts go through client.map")
    for index, message in enumerate(messages):
        if message.get("content") is None:
            raise EncodeError(f"inputs[{index}].content", "expected a str, not None")
    return messages


def conversation(inputs: Sequence[ChatMessage]) -> list[ChatMessage]:
    """The checked messages.

    Raises:
        EncodeError: They are none, or one of them is no message.
    """
    return _messages(inputs, "a list of messages", "")


def _messages(inputs: Sequence[ChatMessage], expected: str, hint: str) -> list[ChatMessage]:
    if not isinstance(inputs, Sequence) or isinstance(inputs, str | bytes | bytearray):
        raise EncodeError("inputs", f"expected {expected}, not {type(inputs).__name__}")
    for index, message in enumerate(inputs):
        needed = {"role"} if isinstance(message, Mapping) and "tool_calls" in message else {"role", "content"}
        if not (isinstance(message, Mapping) and needed <= message.keys()):
            raise EncodeError(f"inputs[{index}]", f'expected a message {{"role": ..., "content": ...}}{hint}')
        _check(f"inputs[{index}]", cast("Mapping[str, object]", message))
    if not inputs:
        raise EncodeError("inputs", "expected at least one message")
    return list(inputs)


def _check(place: str, message: Mapping[str, object]) -> None:
    text(f"{place}.role", message["role"])
    for name in ("name", "tool_call_id"):
        if message.get(name) is not None:
            text(f"{place}.{name}", message[name])
    content, calls = message.get("content"), message.get("tool_calls")
    if isinstance(content, list | tuple):
        for index, part in enumerate(cast("Sequence[object]", content)):
            _check_part(f"{place}.content[{index}]", part)
    elif content is not None:
        text(f"{place}.content", content)
    if calls is not None and not isinstance(calls, list | tuple):
        raise EncodeError(f"{place}.tool_calls", f"expected a list of calls, not {type(calls).__name__}")


def _check_part(place: str, part: object) -> None:
    fields = cast("Mapping[str, object]", part) if isinstance(part, Mapping) else None
    if fields is None or not isinstance(fields.get("type"), str):
        raise EncodeError(place, 'expected a part such as {"type": "text", "text": ...}')
    if fields["type"] == "text":
        text(f"{place}.text", fields.get("text"))
    if fields["type"] == "image_url":
        image = fields.get("image_url")
        url = cast("Mapping[str, object]", image).get("url") if isinstance(image, Mapping) else image
        text(f"{place}.image_url.url", url)
