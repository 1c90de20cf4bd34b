"""Media in and out: bytes with a content type, from whatever the user holds."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Callable, Mapping
from io import BytesIO, TextIOBase
from pathlib import Path
from typing import IO, Any, Literal, Protocol, TypeAlias, TypeVar, cast, runtime_checkable

import attrs

from hfe_core._names import shorten
from hfe_core._sniffing import as_taken, sniff_content_type
from hfe_core.errors import EncodeError

__all__ = ["BinaryInput", "HasMedia", "Media", "PilImage", "sniff_content_type"]

T = TypeVar("T")

_LARGEST_FILE = 2 << 30
_PIECE = 1 << 20


@runtime_checkable
class PilImage(Protocol):
    """What hfe needs of a ``PIL.Image.Image``; Pillow itself is not imported."""

    @property
    def mode(self) -> str:
        """The pixel format, such as ``"RGB"``."""
        ...

    def save(self, fp: IO[bytes], format: str | None = None) -> None:
        """Write the image to a binary file."""
        ...


class HasMedia(Protocol):
    """Anything that knows its bytes and what they are, such as :class:`~hfe_core.audio.Audio`."""

    @property
    def data(self) -> bytes:
        """The bytes."""
        ...

    @property
    def content_type(self) -> str:
        """Their media type."""
        ...


@attrs.frozen
class Media:
    """Binary data and what it is.

    Attributes:
        source: The bytes, or the path of a file that is read when it is sent.
        content_type: Its media type, in the exact spelling that the default container accepts.
    """

    source: bytes | Path = attrs.field(
        repr=lambda source: repr(source) if isinstance(source, Path) else f"<{len(source)} bytes>"
    )
    content_type: str = "application/octet-stream"

    @classmethod
    def of(
        cls,
        value: BinaryInput,
        *,
        kind: Literal["image", "audio"] | None = None,
        content_type: str | None = None,
        parameter: str = "inputs",
    ) -> Media:
        """The media in a user's value.

        Args:
            value: Bytes, ``pathlib.Path``, an open binary file, a Pillow image (sent as PNG), a Media, or anything else
                with ``data`` and ``content_type``.
            kind: What is expected; it decides the content type of what cannot be recognised, gives those that the
                default container knows by another name that name, and an image where audio is expected is refused.
            content_type: Says what it is instead of looking.
            parameter: The name to blame.

        Raises:
            EncodeError: The value is a str (which is text, never a path), text-mode, empty, unreadable, or the wrong
                kind.
        """
        if (media := _as_media(value)) is not None:
            return _known(media, kind, content_type, parameter)
        name = ""
        source: bytes | Path
        if isinstance(value, bytes | bytearray | memoryview):
            source = _bytes(value, parameter)
        elif isinstance(value, str):
            raise EncodeError(parameter, "a str is text; for a file give pathlib.Path(...), for data give bytes")
        elif isinstance(value, os.PathLike):
            source = _existing_file(Path(os.fsdecode(value)), parameter)
            name = source.name
        elif isinstance(value, PilImage):
            source = _png(value, parameter)
        elif hasattr(value, "read"):
            source = _read(cast("IO[bytes]", value), parameter)
            name = str(getattr(value, "name", ""))
        else:
            raise EncodeError(parameter, f"expected {_WANTED[kind]}, not {type(value).__name__}")
        if content_type is None:
            found = sniff_content_type(_head(source, parameter), name)
            content_type = _for_kind(found, kind, parameter)
        return cls(source, content_type)

    def __len__(self) -> int:
        return len(self.source) if isinstance(self.source, bytes) else _of_file(self.source, Path.stat).st_size

    def open(self) -> IO[bytes]:
        """A new binary file over the data, at its beginning.

        Raises:
            EncodeError: There is no such file any more, or it cannot be read.
        """
        return BytesIO(self.source) if isinstance(self.source, bytes) else _of_file(self.source, _opened)

    def read(self) -> bytes:
        """All of the data.

        Raises:
            EncodeError: There is no such file any more, or it cannot be read.
        """
        return self.source if isinstance(self.source, bytes) else _of_file(self.source, Path.read_bytes)

    def base64(self) -> str:
        """The data in base64, standard alphabet, padded, without a ``data:`` prefix, as the servers want it."""
        return base64.b64encode(self.read()).decode("ascii")

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the data to a file and give its path."""
        target = Path(path)
        target.write_bytes(self.read())
        return target


BinaryInput: TypeAlias = bytes | bytearray | memoryview | os.PathLike[str] | IO[bytes] | PilImage | Media | HasMedia
"""What stands for binary data: never a ``str``, so that text that a user typed can name no file."""


def _as_media(value: object) -> Media | None:
    if isinstance(value, Media):
        return value
    content_type: object = getattr(value, "content_type", None)
    if not isinstance(content_type, str):
        return None
    data: object = getattr(value, "data", None)
    return Media(data, content_type) if isinstance(data, bytes) else None


_WANTED: dict[str | None, str] = {
    None: "bytes, pathlib.Path, an open binary file or a PIL image",
    "image": "bytes, pathlib.Path, an open binary file, a PIL image or an Image",
    "audio": "bytes, pathlib.Path, an open binary file or an Audio (of samples: Audio.of_samples(array, rate))",
}


def _known(media: Media, kind: Literal["image", "audio"] | None, content_type: str | None, parameter: str) -> Media:
    """Media that says what it is, checked, and named as the default container names it where a kind is expected."""
    if isinstance(media.source, Path):
        _existing_file(media.source, parameter)
    head = _head(media.source, parameter)
    if content_type is None and kind is not None:
        content_type = _for_kind(as_taken(media.content_type) or sniff_content_type(head), kind, parameter)
    return media if content_type in {None, media.content_type} else attrs.evolve(media, content_type=content_type)


def _existing_file(path: Path, parameter: str) -> Path:
    shown = shorten(repr(str(path)), 200)
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise EncodeError(parameter, f"no file at {shown}") from None
    except OSError as error:
        raise EncodeError(parameter, f"the file {shown} cannot be read: {error.strerror}") from error
    if stat.S_ISDIR(mode):
        raise EncodeError(parameter, f"{shown} is a directory, not a file")
    if not stat.S_ISREG(mode):
        raise EncodeError(parameter, f"{shown} is no regular file, and has no size to send; give its bytes")
    return path


def _opened(path: Path) -> IO[bytes]:
    return path.open("rb")


def _of_file(path: Path, act: Callable[[Path], T], parameter: str = "inputs") -> T:
    try:
        return act(path)
    except (OSError, ValueError) as error:
        raise EncodeError(parameter, f"the file cannot be read: {error}") from error


def _bytes(data: bytes | bytearray | memoryview, parameter: str) -> bytes:
    try:
        return bytes(data)
    except ValueError as error:
        raise EncodeError(parameter, f"the data cannot be read: {error}") from error


def _png(image: PilImage, parameter: str) -> bytes:
    target = BytesIO()
    try:
        image.save(target, format="PNG")
    except Exception as error:
        raise EncodeError(
            parameter, f"an image of mode {image.mode} cannot be sent as PNG ({error}); give image.convert('RGB')"
        ) from error
    return target.getvalue()


def _read(file: IO[bytes], parameter: str) -> bytes:
    if isinstance(file, TextIOBase):
        raise EncodeError(parameter, "the file is open in text mode; open it with 'rb'")
    if getattr(file, "closed", False) is True:
        raise EncodeError(parameter, "the file is closed")
    # One that never ends, such as /dev/zero, is not read for ever.
    found = BytesIO()
    while found.tell() <= _LARGEST_FILE:
        piece = _piece(file, parameter)
        if not piece:
            return found.getvalue()
        found.write(piece)
    raise EncodeError(parameter, "the file has no end within 2 GiB; give pathlib.Path(...), which is read while sent")


def _piece(file: IO[bytes], parameter: str) -> bytes:
    try:
        piece: object = file.read(_PIECE)
    except Exception as error:
        raise EncodeError(parameter, f"the file cannot be read: {error}") from error
    if isinstance(piece, str):
        raise EncodeError(parameter, "the file is open in text mode; open it with 'rb'")
    if not isinstance(piece, bytes | bytearray | memoryview):
        raise EncodeError(parameter, f"the file cannot be read: it gives {type(piece).__name__}, not bytes")
    return bytes(piece)


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(64)


def _head(source: bytes | Path, parameter: str) -> bytes:
    head = source[:64] if isinstance(source, bytes) else _of_file(source, _first_bytes, parameter)
    if not head:
        raise EncodeError(parameter, "it is empty")
    return head


def _for_kind(found: str | None, kind: Literal["image", "audio"] | None, parameter: str) -> str:
    if kind is None:
        return found or "application/octet-stream"
    if kind == "audio" and found in {"video/mp4", "video/webm"}:
        return {"video/mp4": "audio/m4a", "video/webm": "audio/webm"}[found]
    if found is None or found.startswith("video/"):
        return f"{kind}/x-{kind}"
    if not found.startswith(kind + "/"):
        raise EncodeError(parameter, f"expected {kind}, but this is {found}")
    return found


def replace_media(value: object) -> object:
    """For JSON encoders: the base64 of a Media, and the plain values in numpy scalars and arrays.

    Raises:
        TypeError: JSON has nothing for this type.
    """
    if isinstance(value, Media):
        return value.base64()
    if hasattr(value, "tolist"):
        return cast("Any", value).tolist()
    if isinstance(value, Mapping):
        return dict(cast("Mapping[object, object]", value))
    raise TypeError(f"{type(value).__name__} has no JSON form")
