"""A body as it arrives, in one piece at the end and in memory once."""

from __future__ import annotations

import io

__all__ = ["Gathered"]


class Gathered:
    """Pieces: a single one is handed on as it is, several are written into one buffer, which becomes the body."""

    __slots__ = ("_first", "_more")

    def __init__(self) -> None:
        self._first = b""
        self._more: io.BytesIO | None = None

    def add(self, piece: bytes) -> None:
        """Take the next piece."""
        if self._more is not None:
            self._more.write(piece)
        elif self._first:
            self._more = io.BytesIO()
            self._more.write(self._first)
            self._more.write(piece)
            self._first = b""
        else:
            self._first = piece

    def whole(self) -> bytes:
        """All that came."""
        return self._first if self._more is None else self._more.getvalue()

    def clear(self) -> None:
        """Forget all of it."""
        self._first, self._more = b"", None
