"""The body of a request, piece by piece, without blocking the loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import IO

from hfe_core._http.request_head import PIECE
from hfe_core.errors import TransportError
from hfe_core.transport import bare
from hfe_core.values import Body

__all__ = ["pieces_of"]


async def pieces_of(body: bytes | Body) -> AsyncGenerator[bytes | memoryview, None]:
    """The body from its beginning, exactly as many bytes as it says it has; files are read by threads.

    Raises:
        TransportError: It cannot be read, or has become shorter.
    """
    if isinstance(body, bytes):
        view = memoryview(body)
        for start in range(0, len(view), PIECE):
            yield view[start : start + PIECE]
        return
    loop = asyncio.get_running_loop()
    left = len(body)
    problem: Exception | None = None
    file = None
    try:
        file = await loop.run_in_executor(None, body.open)
        while left:
            piece = await loop.run_in_executor(None, file.read, min(left, PIECE))
            if not piece:
                break
            left -= len(piece)
            yield piece
    except Exception as error:  # noqa: BLE001 - a caller's file object may raise anything
        problem = error
    finally:
        if file is not None:
            _close(loop, file)
    if problem is not None:
        raise TransportError(f"the request's body cannot be read ({type(problem).__name__})") from bare(problem)
    if left:
        raise TransportError(f"the request's body became shorter by {left} bytes while it was sent")


def _close(loop: asyncio.AbstractEventLoop, file: IO[bytes]) -> None:
    """Close by a thread: it waits for a read that is still under way."""

    def close() -> None:
        with contextlib.suppress(Exception):
            file.close()

    try:
        loop.run_in_executor(None, close)
    except RuntimeError:  # the loop is about to end
        close()
