"""One connection of asyncio, seen from a conversation: bytes in, bytes out, and how it ended."""

from __future__ import annotations

import asyncio
import contextlib
import select
import ssl

__all__ = ["Wire"]

_HIGH = 1 << 18
"""Bytes that may wait for the conversation before the server is made to wait."""


class Wire(asyncio.Protocol):
    """Stands between asyncio's transport and the connection that the pool keeps.

    The pool's own protocol is told of the end only, so that it never sees an answer. Bytes that come while nothing was
    asked end the connection: an answer that nobody asked for is never the next call's, and takes no memory.

    Args:
        kept: What the pool keeps of this connection.
        transport: The connection itself.
    """

    def __init__(self, kept: asyncio.Protocol, transport: asyncio.Transport) -> None:
        self._kept = kept
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[None] | None = None
        self._paused = False
        self._full = False
        self._asked = False
        self._poll: select.poll | None = None
        self._tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        self.transport = transport
        self.received: list[bytes] = []
        self._size = 0
        self.ended = False
        self.clean = False
        self.is_revoked = False

    def begin(self) -> None:
        """From now on an answer is expected."""
        self._asked = True

    def finish(self) -> None:
        """No further byte is expected."""
        self._asked = False

    def is_quiet(self) -> bool:
        """Whether a kept connection is open and the server has sent nothing since the last answer."""
        if self.ended or self._asked or self.received or self.transport.is_closing():
            return False
        if self._poll is None:
            descriptor = self.transport.get_extra_info("socket").fileno()
            if not hasattr(select, "poll"):
                return not select.select([descriptor], [], [], 0)[0]
            self._poll = select.poll()
            self._poll.register(descriptor, select.POLLIN)
        return not self._poll.poll(0)

    def write(self, data: bytes | memoryview) -> None:
        """Send; a connection that was lost says so in :attr:`ended`."""
        if not (self.ended or self.transport.is_closing()):
            self.transport.write(data)

    @property
    def sent_whole(self) -> bool:
        """Whether nothing that was written still waits."""
        return self.transport.get_write_buffer_size() == 0

    @property
    def is_full(self) -> bool:
        """Whether what was written should go out before there is more."""
        return self._full and not self.ended

    async def changed(self) -> None:
        """Wait until something came, the connection ended, or there is room to write again."""
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def take(self) -> bytes:
        """What came; empty if nothing did."""
        if not self.received:
            return b""
        data = self.received[0] if len(self.received) == 1 else b"".join(self.received)
        self.received.clear()
        self._size = 0
        if self._paused:
            self._paused = False
            with contextlib.suppress(RuntimeError):
                self.transport.resume_reading()
        return data

    def abort(self) -> None:
        """End the connection at once, without waiting for bytes that are not yet sent."""
        self._asked = False
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """As asyncio has it."""
        if not self._asked:
            self.transport.abort()
            return
        self.received.append(data)
        self._size += len(data)
        if self._size >= _HIGH and not self._paused:
            self._paused = True
            with contextlib.suppress(RuntimeError):
                self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        """As asyncio has it; TLS that ends without its close_notify may have been cut by anyone."""
        self.clean = self._tls is None or _was_closed(self._tls)
        self.ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """As asyncio has it."""
        if exc is not None and not self.ended and self._asked and self._tls is None:
            self._rescue()
        self.ended = True
        self._wake()
        self._kept.connection_lost(exc)

    def pause_writing(self) -> None:
        """As asyncio has it."""
        self._full = True

    def resume_writing(self) -> None:
        """As asyncio has it."""
        self._full = False
        self._wake()

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _rescue(self) -> None:
        """Take what had arrived before a write failed: a server that refuses an upload answers, and then hangs up."""
        # Not every loop lends its sockets.
        with (
            contextlib.suppress(OSError, TypeError, AttributeError),
            self.transport.get_extra_info("socket").dup() as duplicate,
        ):
            while self._size < _HIGH and (data := duplicate.recv(_HIGH)):
                self.received.append(data)
                self._size += len(data)


def _was_closed(tls: ssl.SSLObject) -> bool:
    try:
        return tls.read(1) == b""
    except ssl.SSLError:
        return False
