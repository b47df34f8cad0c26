"""Tables between stages: CSV files that end with an empty line.

A job that reads a table cannot know how many rows it should have. Every program that reads CSV
skips an empty line at the end, but a table that was cut, at the end of a line or inside one, does
not have it.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from auva.errors import InputError, suggest
from auva.files import atomic_path

if TYPE_CHECKING:
    import pandas as pd


class Column(NamedTuple):
    """What the cells of a column may be.

    Attributes
    ----------
    kind : type
        `int`, `float` or `str`.
    low, high : float
        Range of a number, both included.
    empty : bool
        Whether a cell may be empty: NaN for a number, "" for a text. Whole numbers never are.
    words : tuple of str
        The only texts, if there are any here.
    """

    kind: type
    low: float = -np.inf
    high: float = np.inf
    empty: bool = False
    words: tuple[str, ...] = ()


def whole(low: int = 0, high: int = 2**53) -> Column:
    """Return a column of whole numbers without empty cells."""
    return Column(int, low, high)


def real(low: float = -np.inf, high: float = np.inf, *, empty: bool = False) -> Column:
    """Return a column of finite numbers."""
    return Column(float, low, high, empty)


def text(*words: str, empty: bool = False) -> Column:
    """Return a column of texts, of the given ones if there are any."""
    return Column(str, empty=empty, words=words)


@contextmanager
def table_writer(
    path: str | Path, columns: Sequence[str], *, counted: bool = False
) -> Iterator[Callable[..., None]]:
    """Yield a function that writes one row: `row(*cells)`; the table is whole or not at all.

    A table whose readers know which rows there must be (`counted`) needs no empty line.
    """
    with (
        atomic_path(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as stream,
    ):
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow(columns)
        yield lambda *cells: rows.writerow(cells)
        stream.write("" if counted else "\n")


def write_table(
    path: str | Path,
    columns: Sequence[str],
    table: "pd.DataFrame",
    float_format: str | None = "%.6g",
) -> None:
    """Write the named columns of `table`, whole or not at all."""
    with (
        atomic_path(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as stream,
    ):
        shown = table[list(columns)]
        shown.to_csv(stream, index=False, float_format=float_format, lineterminator="\n")
        stream.write("\n")


def read_table(
    path: str | Path,
    what: str,
    columns: Mapping[str, Column] | Callable[[Sequence[str]], Mapping[str, Column]],
    others: Column | None = None,
    *,
    counted: bool = False,
) -> "pd.DataFrame":
    """Read a table that `table_writer` or `write_table` wrote, and check every cell.

    Parameters
    ----------
    path : path
        The table.
    what : str
        What it is, for messages: "frame manifest".
    columns : mapping or callable
        Its columns in their order, or a function that gets them from its header.
    others : Column, optional
        What further columns hold; without it there are none.
    counted : bool
        The caller knows which rows there must be, so that a table that a person has edited needs
        no empty line at its end.

    Returns
    -------
    pandas.DataFrame
        Columns of int64, of float64 (NaN where empty) and of str.

    Raises
    ------
    InputError
        If it cannot be read, was cut, has other columns, or a cell does not belong there.
    """
    data = _content(Path(path), what, counted)
    try:
        header = next(
            csv.reader(io.StringIO(data.partition(b"\n")[0].decode("utf-8", "replace"))), []
        )
    except csv.Error as error:
        raise InputError(f"cannot be read as a {what} ({error})", path, 1) from error
    columns = columns(header) if callable(columns) else columns
    table = _parse(data, header, path, what, columns, others)
    for name in table:
        column = columns.get(str(name)) or others
        assert column is not None
        table[name] = _cells(table[name], str(name), column, path)
    return table


def check_numbered(numbers: NDArray[np.int64], path: str | Path, first: int = 1) -> None:
    """Refuse a column that does not count `first`, `first` + 1, … (`frame`, without a gap)."""
    wrong = np.flatnonzero(numbers != np.arange(first, first + len(numbers)))
    if len(wrong):
        row = int(wrong[0])
        cause = f"expected frame {row + first}, found {numbers[row]}"
        raise InputError(cause, path, row + 2)


def check_rising(values: NDArray[Any], name: str, path: str | Path, *, equal: bool = False) -> None:
    """Refuse a column whose values do not rise; `equal` neighbours may be allowed."""
    falls = np.diff(values) < 0 if equal else np.diff(values) <= 0
    if falls.any():
        row = int(np.argmax(falls)) + 1
        cause = f"{name} {values[row]:g} follows {values[row - 1]:g}"
        raise InputError(f"{cause}, but must {'not fall' if equal else 'rise'}", path, row + 2)


def check_count(found: int, wanted: int, where: str, path: str | Path) -> None:
    """Refuse a table of `found` frames where another file (`where`) has `wanted`."""
    if found != wanted:
        raise InputError(f"has {found} frames, but {where} has {wanted}", path)


def _content(path: Path, what: str, counted: bool) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError("no such file", path) from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path) from error
    if b"\0" in data:
        raise InputError(f"is damaged: a {what} holds no zero bytes", path)
    if counted and data.endswith(b"\n"):
        return data.rstrip(b"\r\n") + b"\n"
    if not data.endswith(b"\n\n"):
        cause = f"was truncated, or is not a {what} of auva: the empty line at its end is missing"
        raise InputError(cause, path)
    return data[:-1]


def _parse(
    data: bytes,
    header: Sequence[str],
    path: str | Path,
    what: str,
    columns: Mapping[str, Column],
    others: Column | None,
) -> "pd.DataFrame":
    import pandas as pd

    _check_header(header, path, what, columns, others)
    kinds = {name: columns.get(name) or others for name in header}
    texts = [name for name, column in kinds.items() if column and column.kind is str]
    try:
        table = pd.read_csv(
            io.BytesIO(data),
            dtype=dict.fromkeys(texts, str),
            keep_default_na=False,
            na_values={name: [""] for name in header if name not in texts},
            skip_blank_lines=False,
            low_memory=False,
        )
    except (ValueError, csv.Error) as error:  # pandas' own errors are ValueErrors
        raise InputError(f"cannot be read as a {what} ({error})", path) from error
    if not isinstance(table.index, pd.RangeIndex):
        raise InputError(f"has more cells in a row than the {len(header)} of its header", path, 2)
    return table


def _check_header(
    header: Sequence[str],
    path: str | Path,
    what: str,
    columns: Mapping[str, Column],
    others: Column | None,
) -> None:
    for name in columns:
        if name not in header:
            hint = suggest(name, header)
            raise InputError(f"is not a {what}: no column '{name}'{hint}", path, 1)
    if list(header[: len(columns)]) != list(columns) or len(set(header)) < len(header):
        raise InputError(f"is not a {what}: its columns are not {', '.join(columns)}", path, 1)
    if others is None and len(header) > len(columns):
        extra = header[len(columns)]
        raise InputError(f"is not a {what}: unknown column '{extra}'", path, 1)


def _cells(cells: "pd.Series", name: str, column: Column, path: str | Path) -> "pd.Series":
    """Return the cells of a column in their type, each of them checked."""
    import pandas as pd

    if column.kind is str:
        cells = cells.fillna("")  # a row that is too short
        known = cells.isin(column.words) if column.words else cells != ""
        wrong = ~(known | (column.empty & (cells == ""))).to_numpy(bool)
        wanted = f"one of {', '.join(column.words)}" if column.words else "a text"
        _refuse(wrong, cells, name, wanted, path)
        return cells
    if pd.api.types.is_bool_dtype(cells):  # "True" and "False" are not numbers
        cells = cells.astype(str)
    numbers = pd.to_numeric(cells, errors="coerce")
    values = numbers.to_numpy(np.float64)
    empty = cells.isna().to_numpy(bool)
    wrong = ~np.isfinite(values) & ~(empty & column.empty)
    with np.errstate(invalid="ignore"):
        wrong |= (values < column.low) | (values > column.high)
        if column.kind is int:
            wrong |= values != np.floor(values)
    _refuse(wrong, cells, name, _number_wanted(column), path)
    return numbers.astype(np.int64 if column.kind is int else np.float64)


def _refuse(
    wrong: NDArray[np.bool_], cells: "pd.Series", name: str, wanted: str, path: str | Path
) -> None:
    import pandas as pd

    if wrong.any():
        row = int(np.argmax(wrong))
        cell = cells.iloc[row]
        shown = "empty" if pd.isna(cell) or cell == "" else f"'{cell}'"
        raise InputError(f"{name} is {shown}, not {wanted}", path, row + 2)


def _number_wanted(column: Column) -> str:
    kind = "a whole number" if column.kind is int else "a number"
    if np.isfinite(column.low) and column.high < 2**53:
        return f"{kind} from {column.low:g} to {column.high:g}"
    return f"{kind} from {column.low:g} up" if np.isfinite(column.low) else kind
