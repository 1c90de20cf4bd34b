"""Media in and out: bytes with a content type, from whatever the user holds."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Literal, Protocol, TypeAlias, cast, runtime_checkable

import attrs

from hfe_core.errors import EncodeError

__all__ = ["BinaryInput", "HasMedia", "Media", "PilImage", "sniff_content_type"]


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
            source = bytes(value)
        elif isinstance(value, str):
            raise EncodeError(parameter, "a str is text; for a file give pathlib.Path(...), for data give bytes")
        elif isinstance(value, os.PathLike):
            source = _existing_file(Path(value), parameter)
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
        return len(self.source) if isinstance(self.source, bytes) else self.source.stat().st_size

    def open(self) -> IO[bytes]:
        """A new binary file over the data, at its beginning."""
        return BytesIO(self.source) if isinstance(self.source, bytes) else self.source.open("rb")

    def read(self) -> bytes:
        """All of the data."""
        return self.source if isinstance(self.source, bytes) else self.source.read_bytes()

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
        content_type = _for_kind(_taken(media.content_type) or sniff_content_type(head), kind, parameter)
    return media if content_type in {None, media.content_type} else attrs.evolve(media, content_type=content_type)


def _existing_file(path: Path, parameter: str) -> Path:
    if not path.is_file():
        raise EncodeError(parameter, f"no file at {str(path)!r}")
    return path


def _png(image: PilImage, parameter: str) -> bytes:
    target = BytesIO()
    try:
        image.save(target, format="PNG")
    except (OSError, ValueError, KeyError) as error:
        raise EncodeError(
            parameter, f"an image of mode {image.mode} cannot be sent as PNG ({error}); give image.convert('RGB')"
        ) from error
    return target.getvalue()


def _read(file: IO[bytes], parameter: str) -> bytes:
    try:
        data: object = file.read()
    except (OSError, ValueError) as error:
        raise EncodeError(parameter, f"the file cannot be read: {error}") from error
    if not isinstance(data, bytes | bytearray | memoryview):
        raise EncodeError(parameter, "the file is open in text mode; open it with 'rb'")
    return bytes(data)


def _head(source: bytes | Path, parameter: str) -> bytes:
    if isinstance(source, bytes):
        head = source[:64]
    else:
        try:
            with source.open("rb") as file:
                head = file.read(64)
        except OSError as error:
            raise EncodeError(parameter, f"the file cannot be read: {error}") from error
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


def _taken(content_type: str) -> str | None:
    """A content type as huggingface-inference-toolkit 0.5.6 takes it; None for the neutral ones, which say nothing."""
    if content_type in _TAKEN:
        return content_type
    plain = content_type.replace(" ", "").replace('"', "").lower()
    if plain in {"", "application/octet-stream", "binary/octet-stream"}:
        return None
    if plain == "audio/webm;codecs=opus":
        return plain
    bare = plain.partition(";")[0]
    return _SPELLING.get(bare, bare)


_TAKEN = frozenset({"audio/AMR", "audio/AMR-WB", "audio/AMR-WB+"})
_SPELLING = {
    "audio/aac": "audio/m4a",
    "audio/amr-wb": "audio/AMR-WB",
    "audio/amr-wb+": "audio/AMR-WB+",
    "audio/mp3": "audio/mpeg",
    "audio/mp4": "audio/m4a",
    "audio/opus": "audio/ogg",
    "audio/vnd.wave": "audio/wav",
    "audio/x-aac": "audio/m4a",
    "audio/x-mp3": "audio/mpeg",
    "audio/x-mpeg": "audio/mpeg",
    "image/pjpeg": "image/jpeg",
    "image/tif": "image/tiff",
    "image/x-ms-bmp": "image/bmp",
    "image/x-png": "image/png",
}

# The spellings are those of huggingface-inference-toolkit 0.5.6, which compares the whole header.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"#!AMR-WB", "audio/AMR-WB"),
    (b"#!AMR", "audio/AMR"),
    (b"\x1aE\xdf\xa3", "video/webm"),
)
_SUFFIX = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".bmp": "image/bmp",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".m4a": "audio/m4a",
    ".amr": "audio/AMR",
    ".webm": "video/webm",
    ".mp4": "video/mp4",
}


def sniff_content_type(head: bytes, name: str = "") -> str | None:
    """What a file is, from its first bytes (64 are enough), else from the ending of its name; None if unknown."""
    if head[:4] == b"RIFF" and head[8:12] in {b"WEBP", b"WAVE"}:
        return "image/webp" if head[8:12] == b"WEBP" else "audio/wav"
    if head[4:8] == b"ftyp":
        return "audio/m4a" if head[8:11] == b"M4A" else None if _is_image_brand(head[8:12]) else "video/mp4"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:
        return "audio/mpeg"
    for magic, content_type in _MAGIC:
        if head.startswith(magic):
            return content_type
    return _SUFFIX.get(Path(name).suffix.lower())


def _is_image_brand(brand: bytes) -> bool:
    return brand in {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"}


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
