"""Tables in the forms that users hold them in, made columns of text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Protocol, TypeAlias, TypeGuard, cast

from hfe_core import EncodeError, text

__all__ = ["ArrowTable", "Cell", "DataFrameLike", "Table", "is_table", "table_columns"]


class DataFrameLike(Protocol):
    """What hfe needs of a pandas or polars DataFrame; neither is imported."""

    @property
    def columns(self) -> Iterable[Any]:
        """The names of the columns."""
        ...

    def __getitem__(self, key: str, /) -> Iterable[Any]:
        """The cells of a column."""
        ...


class ArrowTable(Protocol):
    """What hfe needs of a ``pyarrow.Table``, or a record batch; pyarrow is not imported."""

    def to_pydict(self) -> Mapping[Any, Iterable[Any]]:
        """The cells by column."""
        ...


Cell: TypeAlias = str | int | float | None
Table: TypeAlias = Mapping[str, Iterable[Cell]] | DataFrameLike | ArrowTable
"""Columns by name, all of the same length: a mapping, a pandas or polars DataFrame, or a pyarrow Table."""


def is_table(value: object) -> TypeGuard[Table]:
    """Whether the value has the form of a table: its cells and their numbers are not looked at."""
    return isinstance(value, Mapping) or _is_arrow(value) or _is_frame(value)


def table_columns(parameter: str, table: Table) -> dict[str, list[str | None]]:
    """The columns of a table with its cells as text, None kept.

    NaN becomes ``"nan"``; among the text of a data frame's column, where pandas means a missing cell by it, None.

    Args:
        parameter: The name to blame.
        table: The table.

    Raises:
        EncodeError: It is none, has no columns or two of one name, its columns differ in length, or a cell is neither
            text nor a number.
    """
    columns: dict[str, list[str | None]] = {}
    for name, cells in _read(parameter, table):
        if not isinstance(cast("object", name), str):
            raise EncodeError(parameter, f"names of columns are str, not {name!r:.60}")
        columns[text(parameter, name)] = _cells(f"{parameter}.{name}", cells)
    if not columns:
        raise EncodeError(parameter, "expected at least one column")
    lengths = {name: len(cells) for name, cells in columns.items()}
    if len(set(lengths.values())) > 1:
        raise EncodeError(parameter, f"columns differ in length: {lengths!s:.200}")
    return columns


def _is_arrow(value: object) -> TypeGuard[ArrowTable]:
    return callable(getattr(value, "to_pydict", None))


def _is_frame(value: object) -> TypeGuard[DataFrameLike]:
    kind = type(value)
    return (
        kind is not type and not hasattr(kind, "collect") and hasattr(kind, "__getitem__") and hasattr(value, "columns")
    )


def _read(parameter: str, table: Table) -> list[tuple[str, Iterable[object]]]:
    """The columns as they are; a pyarrow Table has ``columns``, too, which are no names."""
    if isinstance(table, Mapping):
        return list(table.items())
    if not (_is_arrow(table) or _is_frame(table)):
        hint = "; collect it first" if hasattr(table, "collect") else ""
        raise EncodeError(parameter, f"expected a table, such as {{column: cells}}, not {type(table).__name__}{hint}")
    try:
        if _is_arrow(table):
            read = list(table.to_pydict().items())
            if len(read) == getattr(table, "num_columns", len(read)):
                return read
        else:
            frame = cast("DataFrameLike", table)
            names = list(frame.columns)
            if len(set(names)) == len(names):
                return [(name, frame[name]) for name in names]
    except Exception as error:
        raise EncodeError(parameter, f"the table cannot be read ({type(error).__name__}: {error!s:.100})") from error
    raise EncodeError(parameter, "two columns have the same name")


def _cells(parameter: str, cells: Iterable[object]) -> list[str | None]:
    if isinstance(cells, str | bytes | Mapping | AbstractSet) or not isinstance(cells, Iterable):
        hint = '; give the data frame itself, or df.to_dict("list")' if isinstance(cells, Mapping) else ""
        raise EncodeError(parameter, f"expected a list of cells, not {type(cast('object', cells)).__name__}{hint}")
    try:
        given = list(cells)
    except Exception as error:
        raise EncodeError(parameter, f"the column cannot be read ({type(error).__name__})") from error
    if hasattr(cells, "dtype") and any(isinstance(cell, str) for cell in given):
        given = [None if isinstance(cell, float) and cell != cell else cell for cell in given]  # noqa: PLR0124
    return [_cell(f"{parameter}[{index}]", cell) for index, cell in enumerate(given)]


def _cell(parameter: str, cell: object) -> str | None:
    plain = cell if isinstance(cell, str) else _plain(cell)
    if isinstance(plain, str):
        return text(parameter, plain)
    if plain is None and not hasattr(cell, "item"):
        return None
    if isinstance(plain, int | float):
        try:
            return str(plain)
        except ValueError as error:
            raise EncodeError(parameter, f"a number of too many digits ({error})") from None
    name = type(cell).__name__
    if name in {"NAType", "NaTType"} or plain is None:
        raise EncodeError(parameter, f"a missing value ({cell}); fill it, or leave the row out")
    raise EncodeError(parameter, f"expected a str, a number or None, not {name}")


def _plain(cell: object) -> object:
    """The value in a scalar of numpy or pyarrow."""
    untyped: Any = cell
    if hasattr(cell, "item") and getattr(cell, "ndim", 0) == 0:
        return untyped.item()
    return untyped.as_py() if hasattr(cell, "as_py") else untyped
