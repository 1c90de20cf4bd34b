"""Driving an exchange: waiting and sending, while the exchange decides."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import cast

from hfe_core.errors import HfeError, TransportError
from hfe_core.exchange import Exchange
from hfe_core.transport import ResponseStream, Transport, transport_error
from hfe_core.values import Response, Send

__all__ = ["open_stream", "perform"]


def perform(transport: Transport, steps: Exchange, left: threading.Event | None = None) -> Response:
    """The good answer of an exchange, or its error.

    Args:
        transport: What sends.
        steps: The exchange, not begun.
        left: Set where nobody waits for the answer any more; it is then not sent, or not sent again.
    """
    send = next(steps)
    while True:
        if left is None:
            if send.delay:
                time.sleep(send.delay)
        elif left.wait(send.delay) if send.delay else left.is_set():
            raise TransportError("map was left before this call was made")
        reply: Response | TransportError
        try:
            reply = transport.send(send)
        except Exception as error:  # noqa: BLE001 - a third party's transport may raise anything
            reply = transport_error(error)
        try:
            send = steps.send(reply)
        except StopIteration as stop:
            return cast("Response", stop.value)


def open_stream(transport: Transport, steps: Exchange, begin: Callable[[ResponseStream], None]) -> ResponseStream:
    """The open answer of an exchange, or its error.

    Args:
        transport: What sends.
        steps: The exchange, not begun.
        begin: Reads a good answer as far as it may still be asked for again; its TransportError is the attempt's.
    """
    send = next(steps)
    while True:
        if send.delay:
            time.sleep(send.delay)
        reply, stream, refusal = _attempt(transport, send, begin)
        try:
            send = steps.send(reply)
        except StopIteration:
            break
    if refusal is not None:
        raise refusal
    assert stream is not None
    return stream


def _attempt(
    transport: Transport, send: Send, begin: Callable[[ResponseStream], None]
) -> tuple[Response | TransportError, ResponseStream | None, HfeError | None]:
    """What the exchange is told, the stream where it has begun, and why a good answer is refused all the same."""
    stream: ResponseStream | None = None
    try:
        stream = transport.open(send)
        if 200 <= stream.response.status <= 299:
            begin(stream)
    except BaseException as error:
        if stream is not None:
            stream.close()
        if isinstance(error, HfeError) and not isinstance(error, TransportError) and stream is not None:
            return stream.response, None, error
        if isinstance(error, Exception):  # a third party's transport may raise anything
            return transport_error(error), None, None
        raise
    return stream.response, stream, None
