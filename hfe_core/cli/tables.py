"""JSON as tables on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import cast

from hfe_core._json import JsonValue
from hfe_core.cli.failures import printable
from hfe_core.cli.jsonable import dumps
from hfe_core.cli.terminal import is_terminal, write_line

__all__ = ["show_table"]

_WIDEST = 10_000
_CELL = 300
_SHOWN_NUMBERS = 6

_Row = dict[str, JsonValue]


def show_table(value: JsonValue, columns: Sequence[str] = ()) -> None:
    """Write a value for people: a list of objects as a table, an object as a list of its fields, a text as it is.

    Args:
        value: The value.
        columns: The columns of a table. Default: all that are not empty.
    """
    rows = _rows(value)
    if rows is not None:
        names = list(columns) or [name for name in rows[0] if any(_is_something(row.get(name)) for row in rows)]
        _table(names, [[_cell(row.get(name)) for name in names] for row in rows])
    elif isinstance(value, dict):
        fields = {name: item for name, item in value.items() if _is_something(item)}
        if len(fields) == 1:
            show_table(next(iter(fields.values())))
        else:
            _table([], [[name, _cell(item)] for name, item in fields.items()])
    elif isinstance(value, list) and not _is_numeric(value):
        for item in value:
            write_line(_cell(item))
    else:
        write_line(printable(value) if isinstance(value, str) else _cell(value))


def _rows(value: JsonValue) -> list[_Row] | None:
    """The rows of a table: a list of objects, or an object with further ones of its kind inside it."""
    if isinstance(value, list):
        return cast("list[_Row]", value) if value and all(isinstance(item, dict) for item in value) else None
    if not isinstance(value, dict):
        return None
    for name, item in value.items():
        others = _rows(item) if isinstance(item, list) else None
        if others and others[0].keys() == value.keys():
            return [{**value, name: None}, *({**other, name: None} for other in others)]
    return None


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if not rows:
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=bool(names), pad_edge=False, padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(Text(name), overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    width = None if is_terminal() else _WIDEST
    console = Console(file=sys.stdout, width=width, highlight=False)
    with console.capture() as capture:
        console.print(table)
    for line in capture.get().splitlines():
        write_line(line.rstrip())


def _is_something(value: JsonValue) -> bool:
    return value is not None and value not in ("", [], {})


def _is_numeric(value: JsonValue) -> bool:
    while isinstance(value, list) and value:
        value = value[0]
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cell(value: JsonValue) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list) and _is_numeric(value):
        return _numbers(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return printable(", ".join(cast("list[str]", value)))
    text = printable(dumps(value))
    return text if len(text) <= _CELL else text[: _CELL - 1] + "…"


def _numbers(value: JsonValue) -> str:
    """The shape of nested numbers and the first of them."""
    lengths: list[str] = []
    first: list[JsonValue] = []
    while isinstance(value, list) and value:
        lengths.append(str(len(value)))
        first, value = value, value[0]
    shown = " ".join(_cell(number) for number in first[:_SHOWN_NUMBERS])
    more = " …" if len(first) > _SHOWN_NUMBERS or len(lengths) > 1 else ""
    return f"{shown}{more}" if not more else f"{' x '.join(lengths)} numbers: {shown}{more}"
