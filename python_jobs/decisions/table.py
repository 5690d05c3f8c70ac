"""Rows read as arrays: each column once, however often and under however many settings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from python_jobs.decisions.arrays import Bools, Codes, Floats, logarithm

Rows = Codes | slice


@dataclass(frozen=True)
class Texts:
    """A column of text as numbers."""

    code: npt.NDArray[np.int32]
    """per row: position in `distinct`, -1 where not known"""
    distinct: list[str]
    """in order"""

    def __getitem__(self, rows: Rows) -> "Texts":
        """Return some rows."""
        return Texts(self.code[rows], self.distinct)

    def looked_up(self, values: Mapping[str, float], otherwise: float) -> Any:
        """Return each text's value, another one where it has none or the text is not known."""
        return np.array([*(values.get(text, otherwise) for text in self.distinct), otherwise])[
            self.code
        ]

    def among(self, texts: Iterable[object]) -> Bools:
        """Say which are one of these; what is not known is none of them."""
        wanted = set(texts)
        return np.array([*(text in wanted for text in self.distinct), False])[self.code]


class Table:
    """The rows of a frame. Tables made from this one share what was read of it."""

    def __init__(
        self,
        columns: pd.DataFrame | Mapping[str, Any],
        base: "Table | None" = None,
        rows: Rows | None = None,
    ) -> None:
        """Take a frame, which must not change any more; `at` and `with_columns` make the others."""
        self._columns, self._base, self._rows = columns, base, rows
        self._own = frozenset(columns)  # to ask a frame takes longer than to compare a column
        self._known: dict[tuple[Any, ...], Any] = {}
        if base is None:
            self._count = len(columns)
        elif isinstance(rows, slice):
            self._count = len(range(len(base))[rows])
        else:
            self._count = len(base) if rows is None else len(rows)

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._count

    def at(self, rows: Rows) -> "Table":
        """Return some rows, or all in another order."""
        if isinstance(rows, slice) and rows.indices(len(self)) == (0, len(self), 1):
            return self
        return Table({}, self, rows)

    def with_columns(self, columns: Mapping[str, Any]) -> "Table":
        """Add columns, arrays (rows,), or put them in place of those of the same name."""
        return Table(columns, self)

    def column(self, name: str) -> Any:
        """Return a column as it is: a numpy array where numpy has its type, else one of pandas."""
        return self._once(_as_it_is, name)

    def numbers(self, name: str) -> npt.NDArray[Any]:
        """Return a column of numbers or booleans, NaN where not known."""
        numbers: npt.NDArray[Any] = self._once(_numbers, name)
        return numbers

    def floats(self, name: str) -> Floats:
        """Return a column of numbers, NaN where not known or infinite."""
        floats: Floats = self._once(_floats, name)
        return floats

    def logarithms(self, name: str) -> Floats:
        """Return natural logarithms of a column of numbers, NaN where one is not above 0."""
        logarithms: Floats = self._once(_logarithms, name)
        return logarithms

    def missing(self, name: str) -> Bools:
        """Say where a column's value is not known."""
        missing: Bools = self._once(_missing, name)
        return missing

    def texts(self, name: str) -> Texts:
        """Return a column of text as numbers."""
        texts: Texts = self._once(_texts, name)
        return texts

    def is_one_of(self, name: str, *texts: object) -> Bools:
        """Say where a column of text is one of these; what is not known is none of them."""
        found: Bools = self._once(_is_one_of, name, texts)
        return found

    def frame(self, names: Iterable[str]) -> pd.DataFrame:
        """Return columns as a frame with the index 0, 1, 2, ..."""
        columns = {name: self.column(name) for name in names}
        # with its type said, since text in objects would become pandas' own
        series = {name: pd.Series(c, dtype=c.dtype, copy=False) for name, c in columns.items()}
        return pd.DataFrame(series, copy=False)

    def names(self) -> list[str]:
        """Return the names of all columns, added ones last."""
        before = self._base.names() if self._base is not None else []
        return list(dict.fromkeys([*before, *self._columns]))

    def raw(self, name: str) -> Any:
        """Return a column of the table's own as it was given."""
        return self._columns[name]

    def _once(self, read: Callable[..., Any], name: str, *more: Any) -> Any:
        """Read a column of the table's own, or take the rows of what its base has read."""
        table = self
        while name not in table._own and table._base is not None and table._rows is None:
            table = table._base
        key = read, name, *more
        if key not in table._known:
            base = None if name in table._own else table._base
            table._known[key] = (
                read(table, name, *more)
                if base is None
                else base._once(read, name, *more)[table._rows]
            )
        return table._known[key]


def _as_it_is(table: Table, name: str) -> Any:
    values = table.raw(name)
    if isinstance(values, pd.Series):
        values = values.array
    return values.to_numpy() if isinstance(values, pd.arrays.NumpyExtensionArray) else values


def _numbers(table: Table, name: str) -> npt.NDArray[Any]:
    values = table.column(name)
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiub":
        return values
    return pd.Series(values).to_numpy(dtype=np.float64, na_value=np.nan)


def _floats(table: Table, name: str) -> Floats:
    values = table.numbers(name).astype(np.float64, copy=False)
    infinite = np.isinf(values)
    return np.where(infinite, np.nan, values) if infinite.any() else values


def _logarithms(table: Table, name: str) -> Floats:
    return logarithm(table.floats(name))


def _missing(table: Table, name: str) -> Bools:
    return np.asarray(pd.isna(table.column(name)))


def _texts(table: Table, name: str) -> Texts:
    code, distinct = pd.factorize(table.column(name), sort=True)
    return Texts(code.astype(np.int32), list(distinct))


def _is_one_of(table: Table, name: str, texts: tuple[object, ...]) -> Bools:
    return table.texts(name).among(texts)
