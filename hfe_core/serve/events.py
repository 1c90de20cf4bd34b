"""Server-sent events of a text stream, in the layout of Text Generation Inference unless another is asked for."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable

from hfe_core.serve.engine import TokenEvent
from hfe_core.serve.wire import encode_answer, encode_error

__all__ = ["encode_event", "encode_events"]

_log = logging.getLogger(__name__)


def encode_event(index: int, event: TokenEvent) -> bytes:
    """One event as it goes over the wire.

    Args:
        index: The token's number in its stream, from 1.
        event: The token. With ``end`` the event carries ``generated_text`` and ``details``, otherwise null for both.
    """
    end = event.end
    details: object = None
    if end is not None:
        tokens = index if end.generated_tokens is None else end.generated_tokens
        details = {"finish_reason": end.finish_reason, "generated_tokens": tokens, "seed": end.seed}
    document = {
        "index": index,
        "token": {"id": event.id, "text": event.text, "logprob": event.logprob, "special": event.special},
        "generated_text": None if end is None else end.generated_text,
        "details": details,
    }
    return b"data:" + encode_answer(document) + b"\n\n"


async def encode_events(
    events: AsyncGenerator[TokenEvent, None],
    encode: Callable[[int, TokenEvent], bytes] = encode_event,
    last: bytes = b"",
) -> AsyncGenerator[bytes, None]:
    """A stream as bytes. An error after the first event ends it with ``data:{"error": text}``: the status is sent.

    Args:
        events: The tokens.
        encode: One event, with its number from 1, as it goes over the wire.
        last: What goes behind the last event.
    """
    index = 0
    try:
        async for event in events:
            index += 1
            yield encode(index, event)
        if last:
            yield last
    except Exception as error:
        if not index:
            raise
        _log.warning("a stream broke after %d events: %s", index, type(error).__name__)
        yield b"data:" + encode_error(error) + b"\n\n"
    finally:
        await events.aclose()
