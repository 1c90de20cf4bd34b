"""What binary data is: by its first bytes, by the ending of a name, and as the default container spells it."""

from __future__ import annotations

from pathlib import Path

__all__ = ["as_taken", "sniff_content_type"]


def as_taken(content_type: str) -> str | None:
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
