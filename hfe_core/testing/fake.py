"""A transport that answers from a script."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import TypeAlias

import attrs

from hfe_core.client import Client
from hfe_core.errors import HfeError, TransportError
from hfe_core.media import Media
from hfe_core.options import Options
from hfe_core.payload import Payload
from hfe_core.prepare import Preparer
from hfe_core.retry import Retry
from hfe_core.transport import AsyncResponseStream, ResponseStream
from hfe_core.values import Endpoint, Request, Response, Send

__all__ = ["AsyncFakeTransport", "FakeTransport", "Reply", "fake_client", "response_for"]


@attrs.frozen
class Reply:
    """One scripted answer.

    Attributes:
        body: Bytes as they are, a Media with its content type, or anything JSON-able.
        status: The HTTP status.
        headers: Its headers; a content type is added to JSON and media.
        pieces: The body in pieces instead, for a stream; one of them may be an error to raise.
    """

    body: object = b""
    status: int = 200
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str])
    pieces: tuple[bytes | TransportError, ...] = ()

    @classmethod
    def events(cls, *events: object, done: bool = False) -> Reply:
        """An event stream of these JSON-able values, one piece each.

        Args:
            events: The values.
            done: End with ``[DONE]``.
        """
        pieces = [b"data:" + json.dumps(event).encode() + b"\n\n" for event in events]
        if done:
            pieces.append(b"data: [DONE]\n\n")
        return cls(headers={"content-type": "text/event-stream"}, pieces=tuple(pieces))

    def response(self, send: Send, *, stream: bool = False) -> Response:
        """The answer to this request."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        if isinstance(self.body, Media):
            body = self.body.read()
            headers.setdefault("content-type", self.body.content_type)
        elif isinstance(self.body, bytes):
            body = self.body or b"".join(piece for piece in self.pieces if isinstance(piece, bytes))
        else:
            body = json.dumps(self.body).encode()
            headers.setdefault("content-type", "application/json")
        if stream and 200 <= self.status <= 299:
            body = b""
        return Response(self.status, headers, body, send.request, attempt=send.attempt)


Script: TypeAlias = "Reply | TransportError | Callable[[Request], Reply | TransportError]"


class FakeTransport:
    """Answers requests from a script, and keeps them.

    Args:
        script: Answers in order: a :class:`Reply`, an error to raise, or a function from the request to one of them. The
            last one stands for all further requests.
    """

    def __init__(self, *script: Script) -> None:
        self._script = list(script) or [Reply(body=None)]
        self.sends: list[Send] = []

    @property
    def requests(self) -> list[Request]:
        """The requests that were sent, repeated ones included."""
        return [send.request for send in self.sends]

    def send(self, send: Send, /) -> Response:
        """Answer from the script."""
        return self._next(send).response(send)

    def open(self, send: Send, /) -> ResponseStream:
        """Answer from the script, in pieces."""
        reply = self._next(send)
        response = reply.response(send, stream=True)
        return ResponseStream(response, iter(_pieces(reply, send)), lambda: None)

    def close(self) -> None:
        """Nothing to free."""

    def _next(self, send: Send) -> Reply:
        self.sends.append(send)
        entry = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        reply = entry(send.request) if callable(entry) else entry
        if isinstance(reply, TransportError):
            raise reply
        return reply


class AsyncFakeTransport:
    """As :class:`FakeTransport`, for an AsyncClient.

    Args:
        script: As for :class:`FakeTransport`.
    """

    def __init__(self, *script: Script) -> None:
        self._fake = FakeTransport(*script)

    @property
    def requests(self) -> list[Request]:
        """The requests that were sent, repeated ones included."""
        return self._fake.requests

    async def send(self, send: Send, /) -> Response:
        """Answer from the script."""
        return self._fake.send(send)

    async def open(self, send: Send, /) -> AsyncResponseStream:
        """Answer from the script, in pieces."""
        stream = self._fake.open(send)

        async def pieces() -> AsyncIterator[bytes]:
            for piece in stream.pieces:
                yield piece

        async def close() -> None:
            stream.close()

        return AsyncResponseStream(stream.response, pieces(), close)

    async def close(self) -> None:
        """Nothing to free."""


def _pieces(reply: Reply, send: Send) -> Iterable[bytes]:
    for piece in reply.pieces or (reply.response(send).body,):
        if isinstance(piece, HfeError):
            raise piece
        yield piece


def fake_client(*script: Script, options: Options | None = None) -> tuple[Client, FakeTransport]:
    """A client that answers from a script without waiting between attempts, and its transport.

    Args:
        script: As for :class:`FakeTransport`.
        options: Other options than the default ones without pauses.
    """
    transport = FakeTransport(*script)
    patient = options or Options(retry=Retry(backoff=0, jitter=0))
    return Client("https://endpoint.test", access_token=False, options=patient, transport=transport), transport


def response_for(payload: Payload, reply: Reply) -> Response:
    """The response that a decoder gets for this payload and answer."""
    request = Preparer(Endpoint("https://endpoint.test"), Options()).request(payload)
    return reply.response(Send(request))
