"""One request and its answer on one connection."""

from __future__ import annotations

import asyncio
import contextlib

from hfe_core._aiohttp.pool import Leased
from hfe_core._aiohttp.upload import pieces_of
from hfe_core._http.head import Head, HeadReader
from hfe_core._http.request_head import PIECE, SecretBytes, is_surely_read
from hfe_core.errors import TransportError
from hfe_core.values import Body

__all__ = ["Conversation"]


class Conversation:
    """Asks on a connection, and reads the answer.

    Args:
        leased: The connection.
        method: Of the request.
        max_head: Bytes that the answer's head may take.
    """

    __slots__ = ("_body", "_head", "_leased", "_reader", "_sent", "_wire")

    def __init__(self, leased: Leased, method: str, max_head: int) -> None:
        self._leased = leased
        self._wire = leased.wire
        self._reader = HeadReader(method, max_head)
        self._head: Head | None = None
        self._sent = True
        self._body: bytes | Body = b""

    async def ask(self, head: SecretBytes, body: bytes | Body) -> Head:
        """Send, and read the head of the answer, which may come before all is sent.

        Raises:
            TransportError: The connection ended before, or what came is no answer.
        """
        self._body = body
        if isinstance(body, bytes) and len(body) <= PIECE:
            self._wire.write(SecretBytes(head + body) if body else head)
        else:
            self._wire.write(head)
            await self._upload(body)
        while (answer := self._listen()) is None:
            if self._wire.ended:
                self._check_revoked()
                raise self._reader.end()
            await self._wire.changed()
        return answer

    async def read(self) -> bytes:
        """The next bytes of the body as they travelled; empty at its end, when the connection was given back.

        Raises:
            TransportError: The body was cut, or its framing is wrong.
        """
        head, wire = self._head, self._wire
        assert head is not None
        body = head.body
        if body.problem is not None:
            raise body.problem
        # What came with the head waits in the reader.
        data, self._reader.rest = self._reader.rest, b""
        while True:
            data = data or wire.take()
            if data:
                data = body.feed(data)
                if data:
                    return data
            elif body.is_complete:
                break
            elif wire.ended:
                self._check_revoked()
                if not (wire.clean or body.is_explicit):
                    raise TransportError("the answer was cut short (the connection was lost)", cut=True)
                body.end()
                break
            elif not wire.received:
                await wire.changed()
        self._end(head)
        return b""

    def drop(self) -> None:
        """End the connection, unless it has been given back."""
        self._leased.drop()

    def _check_revoked(self) -> None:
        if self._wire.is_revoked:
            raise TransportError("the client was closed during the call")

    def _end(self, head: Head) -> None:
        body = head.body
        is_clean = body.is_complete and body.is_explicit and not body.rest and not self._wire.received
        if (
            is_clean
            and head.keeps
            and is_surely_read(self._body, head.status)
            and self._sent
            and self._wire.sent_whole
            and not self._wire.ended
        ):
            self._leased.give_back()
        else:
            self._leased.drop()

    def _listen(self) -> Head | None:
        """The final head if it is there."""
        if self._head is None and (data := self._wire.take()):
            self._head = self._reader.feed(data)
        return self._head

    async def _upload(self, body: bytes | Body) -> None:
        """Send the body, until it is sent or answered."""
        wire = self._wire
        self._sent = False
        async with contextlib.aclosing(pieces_of(body)) as pieces:
            async for piece in pieces:
                wire.write(piece)
                # Two turns of the loop, so that what the server said is read before a further write can fail.
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                while self._listen() is None and wire.is_full:
                    await wire.changed()
                if self._head is not None or wire.ended:
                    return
        self._sent = True
