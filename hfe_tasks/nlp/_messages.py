"""Conversations, as language models take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict, cast

from hfe_core import EncodeError, text

__all__ = ["ChatMessage", "prompt"]


class ChatMessage(TypedDict):
    """One message of a conversation.

    Attributes:
        role: ``"system"``, ``"user"`` or ``"assistant"``.
        content: The words.
    """

    role: str
    content: str


def prompt(inputs: str | Sequence[ChatMessage]) -> object:
    """The checked prompt: a text, or the list of messages.

    Raises:
        EncodeError: It is neither.
    """
    if isinstance(inputs, str):
        return text("inputs", inputs)
    if not isinstance(inputs, Sequence) or isinstance(inputs, bytes | bytearray):
        raise EncodeError("inputs", f"expected a str or a list of messages, not {type(inputs).__name__}")
    for index, message in enumerate(inputs):
        if not (isinstance(message, Mapping) and {"role", "content"} <= message.keys()):
            raise EncodeError(
                f"inputs[{index}]",
                'expected a message {"role": ..., "content": ...}; several prompts go through client.map',
            )
        text(f"inputs[{index}].role", message["role"])
        # Models that take more than text have lists of parts here.
        if not isinstance(cast("object", message["content"]), list):
            text(f"inputs[{index}].content", message["content"])
    if not inputs:
        raise EncodeError("inputs", "expected at least one message")
    return list(inputs)
