"""Event streams for the scripts of cases, in the words of the servers that send them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any

from hfe_core import BadRequest, ServerError, StatusError
from tests.faults.answers import SSE, chunk
from tests.faults.case import stream

__all__ = ["DONE", "ONE", "SSE_ZIPPED", "STATUS", "TWO", "chatted", "delta", "flushed", "generated", "token"]

ONE, TWO = b"data: one\n\n", b"data: two\n\n"
DONE = b"data: [DONE]\n\n"
SSE_ZIPPED = SSE.replace(b"\r\n\r\n", b"\r\ncontent-encoding: gzip\r\n\r\n")
"""The head of a chunked event stream in gzip."""
STATUS = (StatusError, ServerError, BadRequest)
"""The error of a stream that says one: its code, where it has one, or that of its head."""


def token(text: str, last: bool = False, **more: Any) -> bytes:
    """An event of TGI."""
    event = {
        "token": {"id": 1, "text": text, "logprob": -0.5, "special": False},
        "generated_text": None,
        "details": None,
    }
    if last:
        event |= {"generated_text": "all", "details": {"finish_reason": "length", "generated_tokens": 2, "seed": None}}
    return b"data:" + json.dumps(event | more, ensure_ascii=False).encode() + b"\n\n"


def delta(content: str | None, reason: str | None = None, **more: Any) -> bytes:
    """A chunk of a chat completion."""
    choice = {"index": 0, "delta": {"content": content} if content is not None else {}, "finish_reason": reason}
    body = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(body | more, ensure_ascii=False).encode() + b"\n\n"


def generated(**settings: Any) -> Any:
    """The text-generation stream; its value is the texts of the tokens."""
    return stream("text-generation", "x", then=lambda event: event.token.text, **settings)


def chatted(**settings: Any) -> Any:
    """The chat-completion stream; its value is the contents."""
    messages = [{"role": "user", "content": "x"}]
    return stream("chat-completion", messages, then=lambda event: [c.delta.content for c in event.choices], **settings)


def flushed() -> Iterator[bytes]:
    """A gzip stream that is flushed behind each event."""
    made = zlib.compressobj(wbits=31)
    for event in (ONE, TWO):
        yield chunk(made.compress(event) + made.flush(zlib.Z_SYNC_FLUSH))
    yield chunk(made.compress(DONE) + made.flush()) + b"0\r\n\r\n"
