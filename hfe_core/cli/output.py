"""Where outputs go: tables for people, JSON for programs, bytes for files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, cast

import attrs
import click

from hfe_core._json import JsonValue
from hfe_core.cli.digest import digest
from hfe_core.cli.failures import one_line, printable, say
from hfe_core.cli.jsonable import Binary, binary, dumps, jsonable
from hfe_core.cli.keeping import Keeper, save
from hfe_core.cli.terminal import is_terminal, write_line

__all__ = ["Output", "format_option", "output_options"]

Format = Literal["table", "json"]


def format_option() -> click.Option:
    """The option ``--format``."""
    return click.Option(
        ["--format"],
        type=click.Choice(["table", "json"]),
        help="Default: table on a terminal, json elsewhere.",
    )


def output_options() -> list[click.Option]:
    """The options that say where an output goes."""
    return [
        format_option(),
        click.Option(
            ["--output"],
            metavar="FILE",
            help="Write the result to a file: sound and images as they are, those inside a result, or in the lines of "
            "--batch, beside it.",
        ),
    ]


@attrs.frozen(kw_only=True)
class Output:
    """How a command shows results.

    Attributes:
        asked: The format that was asked for, or None.
        path: The file that the result goes to, or None for standard output.
    """

    asked: Format | None = None
    path: Path | None = None

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Output:
        """What the output options say.

        Raises:
            click.UsageError: The file's folder does not exist.
        """
        given = cast("str | None", values.get("output"))
        path = Path(given) if given is not None else None
        if path is not None and (path.is_dir() or not path.parent.is_dir()):
            raise click.UsageError(f"--output: {given!r} cannot be written: no such folder, or a folder itself")
        return cls(asked=cast("Format | None", values.get("format")), path=path)

    @property
    def format(self) -> Format:
        """``"table"`` or ``"json"``."""
        return self.asked or ("table" if is_terminal() else "json")

    def refuse_terminal(self) -> None:
        """Refuse bytes that would go to a terminal; called before a call whose result will be binary.

        Raises:
            click.UsageError: They would.
        """
        if self.path is None and self.asked != "json" and is_terminal():
            raise click.UsageError("the result is binary and is not written to a terminal: give --output FILE")

    def show(self, value: object) -> None:
        """Write one result."""
        found = binary(value)
        if found is not None and not (self.asked == "json" and self.path is None):
            self._bytes(found)
        elif self.path is not None:
            save(self.path, (dumps(jsonable(value, Keeper(self.path)), indent=2) + "\n").encode())
        else:
            keeper = Keeper(None)
            self.data(jsonable(value if self.format == "json" else digest(value), keeper))
            keeper.tell("JSON" if self.format == "json" else "table")

    def data(self, value: JsonValue, columns: Sequence[str] = ()) -> None:
        """Write JSON: as it is, or as a table.

        Args:
            value: The value.
            columns: The columns of the table. Default: all.
        """
        if self.format == "json":
            write_line(dumps(value, indent=2 if is_terminal() else None))
        else:
            from hfe_core.cli.tables import show_table

            show_table(value, columns)

    def events(self) -> Callable[[object], bool]:
        """A writer of a stream's events, one at a time; it tells whether its line is still open."""
        return _write_event_json if self.format == "json" else _write_event_text

    def _bytes(self, found: Binary) -> None:
        if self.path is not None:
            save(self.path, found.data)
            say(f"{self.path}: {found.content_type}, {len(found.data)} bytes")
            if self.asked == "json":
                described: dict[str, JsonValue] = {"content_type": found.content_type, "size": len(found.data)}
                write_line(dumps({**described, "path": str(self.path)}))
            return
        self.refuse_terminal()
        stream = sys.stdout.buffer
        stream.write(found.data)
        stream.flush()


def _write_event_json(event: object) -> bool:
    write_line(dumps(jsonable(event)))
    return False


def _write_event_text(event: object) -> bool:
    """A token's text, or a chunk's content, as it comes; a text as it is; anything else as JSON on a line of its own."""
    token: object = getattr(event, "token", None)
    text = event if isinstance(event, str) else getattr(token, "text", getattr(event, "content", None))
    if not isinstance(text, str):
        write_line(one_line(dumps(jsonable(event))))
        return False
    if not getattr(token, "special", False):
        write_line(printable(text), end="")
    return True
