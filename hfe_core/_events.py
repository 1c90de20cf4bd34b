"""From the bytes of a stream to its typed events: pure, shared by both clients."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Generic, NoReturn, TypeVar, cast

import attrs

from hfe_core._decode import guarded, told
from hfe_core._json import JsonValue
from hfe_core._received import Received
from hfe_core.decoding import json_value
from hfe_core.errors import DecodeError, HfeError, StatusError, StreamBroken, TransportError
from hfe_core.event_decoder import EventDecoder
from hfe_core.server_errors import error_message, status_error
from hfe_core.sse import EVENT_END, EventParser, ServerSentEvent
from hfe_core.task import StreamCall
from hfe_core.values import Response

__all__ = ["EventReader", "looks_like_events", "refuse_other_than_stream"]

E = TypeVar("E")

_ERROR = b'"error"'
_DONE = b"[DONE]"

_KEEP_ALIVE = frozenset({"ping", "keepalive", "keep-alive", "heartbeat"})
"""Types of events that say only that the server is still there."""

_BEFORE = b"\xef\xbb\xbf\r\n"
_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")

_START = 1 << 16
"""Bytes of an answer without events that are kept, to say what it is instead."""


class EventReader(Generic[E]):
    """From the bytes of a stream to its typed events: pure, shared by both clients.

    Args:
        call: The stream's task and arguments.
        head: The answer's head.

    Raises:
        DecodeError: The answer is no event stream.
    """

    def __init__(self, call: StreamCall[E], head: Response) -> None:
        self._task = call.task
        self._head = head
        self._parser = EventParser(head.request.limits)
        decode = call.task.decode
        self._decoder = cast("EventDecoder[E]", decode) if isinstance(decode, EventDecoder) else None
        self._start = b""
        self.received = Received(self._again)
        self.done = False

    def feed(self, piece: bytes) -> Iterator[E]:
        """The events that a piece completes."""
        if not self.received and len(self._start) < _START:
            self._start += piece[:_START]
        return self._typed(self._parser.runs(piece))

    def finish(self) -> Iterator[E]:
        """The event that was left without its blank line, after the last piece.

        Raises:
            StreamBroken: The body ended before the stream did.
            StatusError, DecodeError: It holds no event, but an error or a page.
        """
        is_framed = "content-length" in self._head.headers or "transfer-encoding" in self._head.headers
        may_be_cut = self._parser.is_within_line and not is_framed
        last: list[E] = []
        try:
            last.extend(self._typed(self._parser.flush()))
        except DecodeError:
            if not may_be_cut:
                raise
        if not self.received and not last and not self.done and self._start.lstrip()[:1] in {b"{", b"[", b"<"}:
            refuse_other_than_stream(self._head, self._start)
        if may_be_cut and not self.done and (self._task.ends is None or not self._is_whole()):
            self.received.drop(len(last))
            self._raise("the stream ended within a line", None)
        yield from last
        if self._task.ends is not None and not self._is_whole():
            self._raise("the stream ended before its last event", None)
        if not self.received and not self.done:
            self._raise("the stream ended without an event", None)

    def broken(self, error: TransportError) -> None:
        """Raise StreamBroken for a body that was cut, unless the stream had said that it was complete."""
        if not self._is_whole():
            self._raise(f"the stream was cut: {error}", error)

    def not_begun(self, error: TransportError) -> None:
        """Raise what a body that was cut before its first event deserves: it may be asked for again."""
        if self._is_whole():
            return
        if error.cut:
            raise StreamBroken(f"the stream was cut: {error}") from error
        raise error

    def _is_whole(self) -> bool:
        """Whether the stream said that it was complete: by ``[DONE]``, or by the events that came."""
        if self.done or self._task.ends is None or not self.received:
            return self.done
        return guarded(self._task.name, partial(self._task.ends, self.received), self._head)

    def _raise(self, problem: str, cause: TransportError | None) -> NoReturn:
        error = StreamBroken(problem, received=tuple(self.received))
        raise told(error, self._head) from cause

    def _typed(self, runs: Iterator[ServerSentEvent | bytes]) -> Iterator[E]:
        for found in runs:
            if self.done:
                return
            if isinstance(found, ServerSentEvent):
                yield from self._one_by_one(iter((found,)))
                continue
            for run in self._parts(found):
                if self.done:
                    return
                values = self._at_once(run)
                if values is None:
                    yield from self._one_by_one(self._parser.split(run))
                else:
                    self.received.append_run(run, len(values))
                    yield from values

    def _parts(self, run: bytes) -> list[bytes]:
        """The stream's first event alone, since it is waited for, and so the last one, which is none."""
        begin, _, rest = run.partition(EVENT_END) if not self.received else (b"", b"", run)
        rest, _, end = rest.rpartition(EVENT_END) if rest.endswith(_DONE) else (rest, b"", b"")
        return [part for part in (begin, rest, end) if part]

    def _at_once(self, run: bytes) -> list[E] | None:
        """All values of a run; None where each event must be looked at."""
        if self._decoder is None or _ERROR in run:
            return None
        return self._decoder.run(run, self._head.request.limits.max_depth)

    def _again(self, run: bytes) -> list[E]:
        return self._at_once(run) or []

    def _one_by_one(self, events: Iterator[ServerSentEvent]) -> Iterator[E]:
        for event in events:
            if self.done:
                return
            if event.is_done:
                self.done = True
                return
            self._refuse_error(event)
            if self._task.ends is not None and event.event in _KEEP_ALIVE:
                continue
            value = guarded(self._task.name, partial(self._task.decode, event), self._head)
            self.received.append(value)
            yield value

    def _refuse_error(self, event: ServerSentEvent) -> None:
        if event.event != "error" and '"error"' not in event.data:
            return
        value: JsonValue
        try:
            value = event.json()
        except DecodeError:
            value = event.data
        # Some OpenAI-like servers say {"object": "error", "message": ...}.
        is_error = isinstance(value, dict) and (
            bool(value.get("error")) or (value.get("object") == "error" and "message" in value)
        )
        if event.event == "error" or is_error:
            body = event.data.encode("utf-8", "replace")
            error = status_error(attrs.evolve(self._head, body=body))
            error.message = error.message or error_message(value)
            raise told(error, self._head)


def looks_like_events(head: Response, begin: bytes) -> bool:
    """Whether an answer that does not say what it is begins as an event stream does."""
    return head.content_type in {"", "text/plain", "application/octet-stream"} and begin.lstrip(_BEFORE).startswith(
        _FIELDS
    )


def refuse_other_than_stream(head: Response, body: bytes) -> NoReturn:
    """Raise what an answer that is no event stream deserves.

    Raises:
        StatusError: It says ``{"error": ...}``.
        DecodeError: It says anything else.
    """
    answer = attrs.evolve(head, body=body)
    error: HfeError = DecodeError(
        f"expected an event stream (text/event-stream), the server answered {_described(head)};"
        " it may not stream: use client.run(...)",
        excerpt=repr(body[:100].decode("utf-8", "replace")),
        request_id=head.request_id,
    )
    try:
        json_value(answer)
    except StatusError as refusal:
        error = refusal
    except DecodeError:
        pass
    raise told(error, head)


def _described(head: Response) -> str:
    if head.content_type == "text/event-stream":
        return "something else under that name"
    return head.content_type or "without a type"
