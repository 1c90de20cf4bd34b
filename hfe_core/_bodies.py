"""JSON whose media are read, and put into base64, while it is sent: in constant memory, anew for each attempt."""

from __future__ import annotations

import io
from binascii import b2a_base64
from collections.abc import Generator
from typing import IO, TYPE_CHECKING, cast

import attrs

from hfe_core.errors import EncodeError

if TYPE_CHECKING:
    from hfe_core.media import Media

__all__ = ["JsonBody"]

_STEP = 3 << 16
"""Bytes that are encoded at once at most; they make 256 KiB of base64."""


@attrs.frozen(repr=False)
class JsonBody:
    """A JSON text with media in it; a :class:`~hfe_core.values.Body`.

    Attributes:
        texts: The JSON around the media, one part more than there are media.
        media: What stands between them, as JSON strings of base64.
        sizes: How many bytes each of them had when its length was told; neither more nor fewer are sent.
    """

    texts: tuple[bytes, ...]
    media: tuple[Media, ...]
    sizes: tuple[int, ...]

    def __len__(self) -> int:
        return sum(map(len, self.texts)) + sum((size + 2) // 3 * 4 for size in self.sizes)

    def open(self) -> IO[bytes]:
        """A new binary file over the JSON, at its beginning.

        Raises:
            EncodeError: A file is gone, or has another size by now.
        """
        for medium, size in zip(self.media, self.sizes, strict=True):
            if len(medium) != size:
                raise EncodeError("inputs", "the file has changed since its size was told")
        return cast("IO[bytes]", _Reader(self))

    def __repr__(self) -> str:
        return f"<JsonBody with {len(self.media)} media>"


class _Reader(io.BufferedIOBase):
    """The body as a file; a read gives what is at hand, which may be less than is asked for."""

    def __init__(self, body: JsonBody) -> None:
        self._step = _STEP
        self._rest = memoryview(b"")
        self._pieces = self._made(body)

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            return b"".join((self._rest, *self._pieces))
        # As much as makes one piece, which is then handed on without a copy.
        self._step = max(3, min(_STEP, size // 4 * 3))
        if not self._rest:
            piece = next(self._pieces, b"")
            if len(piece) <= size:
                return piece
            self._rest = memoryview(piece)
        found, self._rest = self._rest[:size], self._rest[size:]
        return bytes(found)

    def close(self) -> None:
        self._pieces.close()
        super().close()

    def _made(self, body: JsonBody) -> Generator[bytes, None, None]:
        for text, medium, size in zip(body.texts, body.media, body.sizes, strict=False):
            yield text
            left = size
            with medium.open() as file:
                while left:
                    data = file.read(min(self._step, left))
                    if not data:
                        raise EncodeError("inputs", "the file became shorter while it was sent")
                    left -= len(data)
                    yield b2a_base64(data, newline=False)
        yield body.texts[-1]
