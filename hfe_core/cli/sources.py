"""Values from a command line: ``@path`` is a file, ``@-`` standard input, ``@@`` a literal at sign."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, cast

import click

from hfe_core._json import JsonValue, loads
from hfe_core.errors import EncodeError
from hfe_core.schema import Schema, alternatives

__all__ = ["STDIN", "Sources", "is_media", "with_media"]

STDIN = "-"


class Sources:
    """Reads what the values of one command name; standard input at most once."""

    def __init__(self) -> None:
        self._stdin_used = False

    def text(self, value: str, name: str) -> str:
        """The text itself, or that of the file behind ``@``, UTF-8, without its last line break.

        Args:
            value: As it stands on the command line.
            name: The flag, for errors.

        Raises:
            click.UsageError: The file cannot be read or is not UTF-8.
        """
        if not value.startswith("@"):
            return value
        if value.startswith("@@"):
            return value[1:]
        path = value[1:]
        try:
            data = self.stdin(name) if path == STDIN else Path(path).read_bytes()
        except OSError as error:
            raise click.UsageError(
                f"{name}: cannot read the file {path!r}: {error.strerror}; for a text that begins with @ write @@"
            ) from None
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise click.UsageError(f"{name}: the file {path!r} is not text in UTF-8") from None
        return text.removesuffix("\n").removesuffix("\r")

    def json(self, value: str, name: str, schema: Schema) -> object:
        """The JSON value of a text or a file, its media read by :func:`with_media`.

        Raises:
            click.UsageError: It is not JSON.
        """
        text = self.text(value, name)
        try:
            found = loads(text)
        except (ValueError, RecursionError) as error:
            raise click.UsageError(f"{name}: not JSON ({error})") from None
        return with_media(found, schema, name)

    def media(self, value: str, name: str) -> bytes | Path:
        """Binary data by ``@path``: the path, or the bytes of standard input.

        Raises:
            click.UsageError: It is no ``@path``, or there is no such file.
        """
        if value == f"@{STDIN}":
            return self.stdin(name)
        problem = _media_problem(value)
        if problem:
            raise click.UsageError(f"{name}: {problem}")
        return Path(value[1:])

    def stdin(self, name: str) -> bytes:
        """All of standard input; raises as :meth:`stdin_stream`."""
        return self.stdin_stream(name).read()

    def stdin_stream(self, name: str) -> IO[bytes]:
        """Standard input, to be read as it comes.

        Raises:
            click.UsageError: It was read before.
        """
        if self._stdin_used:
            raise click.UsageError(f"{name}: standard input can be read only once")
        self._stdin_used = True
        return sys.stdin.buffer


def with_media(value: JsonValue, schema: Schema, name: str = "inputs") -> object:
    """A JSON value, its ``"@path"`` replaced by files where the schema wants binary data, and only there.

    Raises:
        EncodeError: Binary data is not given as ``@path``, or there is no such file.
    """
    kinds = alternatives(schema)
    if isinstance(value, str):
        if not any(is_media(kind) for kind in kinds) or (not value.startswith("@") and len(kinds) > 1):
            return value
        problem = _media_problem(value)
        if problem:
            raise EncodeError(name, problem)
        return Path(value[1:])
    for kind in kinds:
        if isinstance(value, dict) and kind.get("type") == "object":
            fields = cast("dict[str, Schema]", kind.get("properties", {}))
            rest = cast("Schema", kind.get("additionalProperties", {}))
            return {key: with_media(item, fields.get(key, rest), f"{name}.{key}") for key, item in value.items()}
        if isinstance(value, list) and kind.get("type") == "array":
            each = cast("Schema", kind.get("items", {}))
            return [with_media(item, each, f"{name}[{index}]") for index, item in enumerate(value)]
    return value


def _media_problem(value: str) -> str:
    if not value.startswith("@"):
        return "binary data is given as a file: @path"
    return "" if Path(value[1:]).is_file() else f"no file at {value[1:]!r}"


def is_media(schema: Schema) -> bool:
    """Whether this part of a schema stands for binary data."""
    return "contentEncoding" in schema
