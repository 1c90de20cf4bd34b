"""What the default container answers where a model continues a text or a conversation."""

from __future__ import annotations

from typing import cast

import attrs

from hfe_core import Decoder, JsonValue, Response
from hfe_tasks.nlp._messages import ChatMessage

__all__ = ["chat_of", "is_chat", "spoken"]


@attrs.frozen
class _Chat:
    generated_text: list[dict[str, object]]


_CHAT = Decoder(_Chat)


def is_chat(value: JsonValue) -> bool:
    """Whether the answer gives a conversation back: a list of messages where else the text stands."""
    return isinstance(value, dict) and isinstance(value.get("generated_text"), list)


def chat_of(value: JsonValue, response: Response, path: str) -> tuple[ChatMessage, ...]:
    """The messages in such an answer.

    Raises:
        DecodeError: They are none.
    """
    return tuple(cast("list[ChatMessage]", _CHAT.value(value, response, path=path).generated_text))


def spoken(messages: tuple[ChatMessage, ...]) -> str:
    """The words of the last message: its content, or what its parts of text say."""
    content: object = messages[-1].get("content") if messages else ""
    if not isinstance(content, list):
        return content if isinstance(content, str) else ""
    parts = (cast("dict[str, object]", part) for part in cast("list[object]", content) if isinstance(part, dict))
    return "".join(words for part in parts if isinstance(words := part.get("text"), str))
