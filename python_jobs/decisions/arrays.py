"""Columns as arrays: what is missing, infinite or of no meaning is NaN."""

from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.intp]
Rows = TypeVar("Rows", bound=Any)
"""a dataclass of arrays"""


def floats(frame: pd.DataFrame, column: str) -> Floats:
    """Return a numeric column with every null and infinity as NaN."""
    values: Floats = frame[column].to_numpy(dtype="float64", na_value=np.nan)
    infinite = np.isinf(values)
    if infinite.any():
        values = np.where(infinite, np.nan, values)
    return values


def texts(frame: pd.DataFrame, column: str) -> pa.Array:
    """Return a text column as Arrow strings with nulls."""
    values = pa.array(frame[column], type=pa.string(), from_pandas=True)
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def taken(values: Rows, order: Codes) -> Rows:
    """Return a dataclass of one value per row with its rows in another order."""
    return replace(
        values, **{field.name: getattr(values, field.name)[order] for field in fields(values)}
    )


def logarithm(values: Floats) -> Floats:
    """Take the natural logarithm; NaN where a value is not above 0."""
    return np.log(np.where(values > 0, values, np.nan))


def known_or(values: Floats, otherwise: float) -> Floats:
    """Put a number where a value is NaN; numpy's nan_to_num asks for infinity as well."""
    return np.where(np.isnan(values), otherwise, values)


def equals(column: pd.Series, text: str) -> Bools:
    """Compare a text column; null equals nothing."""
    equal: Bools = column.eq(text).to_numpy(dtype=bool, na_value=False)
    return equal


def normal_cdf(values: Floats) -> Floats:
    """Return the standard normal distribution function, within 8e-8.

    Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17.
    """
    t = 1 / (1 + 0.2316419 * np.abs(values))
    polynomial = t * (
        0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)))
    )
    tail = np.exp(-values * values / 2) / np.sqrt(2 * np.pi) * polynomial
    return np.asarray(np.where(values >= 0, 1 - tail, tail), dtype=np.float64)
