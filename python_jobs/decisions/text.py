"""Numbers as text and templates filled in, for a million rows a second."""

import re
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from python_jobs.decisions.arrays import Bools, Floats

Text: TypeAlias = pa.StringArray | pa.StringScalar
"""one per row, or one for all rows"""

UNKNOWN = "unknown"
ONE_DIGIT = pa.array(["", *(f".{number}" for number in range(1, 10))])
TWO_DIGITS = pa.array([f".{number:02d}" for number in range(100)])
THREE_DIGITS = pa.array([f",{number:03d}" for number in range(1000)])
LARGEST = 1e15
"""Above it a number has no hundredths in floating point; nothing real is that large."""


def whole(values: Floats) -> pa.StringArray:
    """Write 12345.6 as 12,346."""
    return _unless_missing(_grouped(_scaled(values, 1)), values)


def tenths(values: Floats) -> pa.StringArray:
    """Write 12.34 as 12.3 and 12.04 as 12."""
    head, tail = np.divmod(_scaled(values, 10), 10)
    return _unless_missing(join(_grouped(head), ONE_DIGIT.take(pa.array(tail))), values)


def hundredths(values: Floats) -> pa.StringArray:
    """Write 12345.678 as 12,345.68."""
    head, tail = np.divmod(_scaled(values, 100), 100)
    return _unless_missing(join(_grouped(head), TWO_DIGITS.take(pa.array(tail))), values)


def signed_percent(factor: Floats) -> pa.StringArray:
    """Write a factor as a change: 1.123 as +12.3 %."""
    change = 100 * (factor - 1)
    sign = choose(change < 0, pa.scalar("-"), pa.scalar("+"))
    return join(sign, tenths(np.abs(change)), pa.scalar(" %"))


def counted(values: Floats, noun: str) -> pa.StringArray:
    """Write 1 as `1 day` and 2.7 as `3 days`."""
    return join(
        whole(values),
        pa.scalar(f" {noun}"),
        choose(np.rint(values) == 1, pa.scalar(""), pa.scalar("s")),
    )


def choose(where: Bools, then: Text, otherwise: Text) -> pa.StringArray:
    """Take one text where a condition holds, and another elsewhere."""
    return pc.if_else(pa.array(where), then, otherwise)


def join(*pieces: Text) -> pa.StringArray:
    """Write pieces one after another."""
    return pc.binary_join_element_wise(*pieces, pa.scalar(""))


def fill(template: str, fields: Mapping[str, Text]) -> pa.StringArray:
    """Put fields in the place of `{name}`."""
    parts = re.split(r"\{(\w+)\}", template)
    return join(
        *(fields[part] if position % 2 else pa.scalar(part) for position, part in enumerate(parts))
    )


def _grouped(numbers: npt.NDArray[np.int64]) -> pa.StringArray:
    """Write integers from 0 on with a comma before every third digit."""
    if not (numbers >= 1000).any():
        return pc.cast(pa.array(numbers), pa.string())
    head, tail = np.divmod(numbers, 1000)
    long = join(_grouped(head), THREE_DIGITS.take(pa.array(tail)))
    return choose(numbers >= 1000, long, pc.cast(pa.array(tail), pa.string()))


def _scaled(values: Floats, by: int) -> npt.NDArray[np.int64]:
    return np.rint(np.clip(np.nan_to_num(values), 0, LARGEST) * by).astype(np.int64)


def _unless_missing(text: pa.StringArray, values: Floats) -> pa.StringArray:
    missing = np.isnan(values)
    return choose(missing, pa.scalar(UNKNOWN), text) if missing.any() else text
