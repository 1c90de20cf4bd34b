"""Where bytes go: into files, those inside results beside the result's own."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from mimetypes import guess_extension
from pathlib import Path

from hfe_core.cli.failures import Failure, say
from hfe_core.cli.jsonable import Binary
from hfe_core.cli.terminal import write_line

__all__ = ["Keeper", "line_writer", "save"]

_ENDINGS = {
    "audio/flac": ".flac",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "audio/wave": ".wav",
    "audio/webm": ".webm",
    "audio/x-flac": ".flac",
    "image/webp": ".webp",
}
"""Of media types that Python's table lacks, or knows by another name, in some versions."""


class Keeper:
    """Writes the files inside results beside the result: of ``x.json`` they are ``x-1.png``, ``x-2.png`` and so on.

    Args:
        path: Where the result goes; None for standard output, which leaves the files out and counts them.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._count = 0

    def __call__(self, found: Binary) -> Path | None:
        """Write one file and say where; None where it is left out."""
        self._count += 1
        if self._path is None:
            return None
        content_type = found.content_type.partition(";")[0].strip().lower()
        ending = _ENDINGS.get(content_type) or guess_extension(content_type, strict=False) or ".bin"
        target = self._path.with_name(f"{self._path.stem}-{self._count}{ending}")
        save(target, found.data)
        return target

    def tell(self, form: str = "JSON") -> None:
        """Say how many files were left out, if any were.

        Args:
            form: What they are left out of.
        """
        if self._path is None and self._count:
            files = "1 file is" if self._count == 1 else f"{self._count} files are"
            say(f"{files} left out of the {form}: give --output FILE")


def save(path: Path, data: bytes) -> None:
    """Write a file.

    Raises:
        Failure: It cannot be written.
    """
    with _writing(path):
        path.write_bytes(data)


@contextmanager
def line_writer(path: Path | None) -> Generator[Callable[[str], None], None, None]:
    """Writes lines to a file, each at once, or to standard output for None.

    Raises:
        Failure: The file cannot be written.
    """
    if path is None:
        yield write_line
        return
    with _writing(path):
        # Unbuffered, so that closing the file has nothing left to fail at.
        file = path.open("wb", buffering=0)

    def write(line: str) -> None:
        data = memoryview(f"{line}\n".encode())
        with _writing(path):
            while data:
                data = data[file.write(data) :]

    with file:
        yield write


@contextmanager
def _writing(path: Path) -> Generator[None, None, None]:
    try:
        yield
    except OSError as error:
        raise Failure(f"cannot write {str(path)!r}: {error.strerror}") from error
