"""Numbers as text and templates filled in, for a million rows a second."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from python_jobs.decisions.arrays import Bools, Codes, Floats

MEMORY = pa.system_memory_pool()
"""One block of rows reuses that of the one before it; Arrow's own gives it back in between, and
memory that is new costs as much time as what is written there."""

UNKNOWN = "unknown"
LARGEST = 1e15
"""Above it a number has no hundredths in floating point; nothing real is that large."""

TABLED = {0: 10_000, 1: 10_000, 2: 100_000}
"""By decimals: numbers, in units of the last one, whose texts are looked up."""

ONE_DIGIT = pa.array(["", *(f".{number}" for number in range(1, 10))])
TWO_DIGITS = pa.array([f".{number:02d}" for number in range(100)])
THREE_DIGITS = pa.array([f",{number:03d}" for number in range(1000)])


@dataclass(frozen=True)
class Number:
    """Numbers from 0 on, as 12,346 or 12.3 or 12,345.68; `unknown` where missing or below 0."""

    values: Floats
    decimals: int
    noun: str = ""
    """what is counted: 1 day, 2 days"""

    def text(self, rows: Codes) -> pa.StringArray:
        """Write them for some rows."""
        return _text(self.values[rows], self.decimals, self.noun)


@dataclass(frozen=True)
class Money:
    """Amounts with cents where the currency has them."""

    values: Floats
    cents: Bools

    def text(self, rows: Codes) -> pa.StringArray:
        """Write them for some rows."""
        cents = self.cents[rows]
        if cents.all():
            return _text(self.values[rows], 2, "")
        whole = _text(self.values[rows], 0, "")
        return pc.if_else(pa.array(cents), _text(self.values[rows], 2, ""), whole)


@dataclass(frozen=True)
class Words:
    """Texts, few of them different."""

    codes: Codes
    texts: pa.StringArray

    def text(self, rows: Codes) -> pa.StringArray:
        """Write them for some rows."""
        return looked_up(self.texts, self.codes[rows])


Field: TypeAlias = Number | Money | Words | str
"""what stands for a name in a template; a str is the same in all rows"""


def looked_up(texts: pa.StringArray, rows: npt.NDArray[np.integer]) -> pa.StringArray:
    """Take texts by their positions."""
    return pc.take(texts, pa.array(rows), memory_pool=MEMORY)


def words(values: pa.StringArray, missing: str = UNKNOWN) -> Words | str:
    """Prepare a column of texts."""
    encoded = values.fill_null(missing).dictionary_encode()
    if len(encoded.dictionary) == 1:
        return str(encoded.dictionary[0])
    return Words(encoded.indices.to_numpy(), encoded.dictionary)


def filled(
    templates: Sequence[str], rows: Sequence[Codes], fields: Mapping[str, Field]
) -> list[pa.StringArray]:
    """Put fields in the place of `{name}`: each template for some rows.

    Each field is written once, for all rows whose templates have it.

    Args:
        templates: Literal text and names of fields.
        rows: Positions of the rows of each template.
        fields: Their values for all rows.

    """
    parts_with: dict[str, list[int]] = {}
    for part, template in enumerate(templates):
        for name in dict.fromkeys(name for _, name in _parsed(template) if name is not None):
            parts_with.setdefault(name, []).append(part)
    texts: list[dict[str, pa.StringArray]] = [{} for _ in templates]
    for name, parts in parts_with.items():
        field = fields[name]
        if isinstance(field, str):
            continue
        written = field.text(np.concatenate([rows[part] for part in parts]))
        start = 0
        for part in parts:
            texts[part][name] = written.slice(start, len(rows[part]))
            start += len(rows[part])
    return [
        _fill(template, len(of_part), fields, text)
        for template, of_part, text in zip(templates, rows, texts, strict=True)
    ]


def _fill(
    template: str, count: int, fields: Mapping[str, Field], texts: Mapping[str, pa.StringArray]
) -> pa.StringArray:
    pieces: list[pa.StringArray | str] = []
    constant = ""
    for literal, name in _parsed(template):
        constant += literal
        if name is None:
            continue
        field = fields[name]
        if isinstance(field, str):
            constant += field
            continue
        pieces += [constant, texts[name]]
        constant = ""
    return _join(*pieces, constant) if pieces else pa.repeat(constant, count)


@cache
def _parsed(template: str) -> list[tuple[str, str | None]]:
    return [(literal, name) for literal, name, _, _ in Formatter().parse(template)]


def _text(values: Floats, decimals: int, noun: str) -> pa.StringArray:
    scaled = np.rint(np.where(values >= 0, np.minimum(values, LARGEST), np.nan) * 10**decimals)
    in_table = scaled <= TABLED[decimals]
    table = _table(decimals, noun)
    if in_table.all():
        return looked_up(table, scaled.astype(np.int32))
    text = table.take(pa.array(np.where(in_table, scaled, 0).astype(np.int32)))
    others = scaled[~in_table]
    written = _written(np.nan_to_num(others).astype(np.int64), decimals, noun)
    written = pc.if_else(pa.array(np.isnan(others)), pa.scalar(UNKNOWN), written)
    return pc.replace_with_mask(text, pa.array(~in_table), written)


@cache
def _table(decimals: int, noun: str) -> pa.StringArray:
    return _written(np.arange(TABLED[decimals] + 1), decimals, noun)


def _written(scaled: npt.NDArray[np.int64], decimals: int, noun: str) -> pa.StringArray:
    """Write numbers given in units of their last decimal."""
    head, tail = np.divmod(scaled, 10**decimals)
    text = _grouped(head)
    if decimals:
        digits = ONE_DIGIT if decimals == 1 else TWO_DIGITS
        text = _join(text, digits.take(pa.array(tail)))
    if noun:
        plural = pc.if_else(pa.array(scaled == 1), pa.scalar(""), pa.scalar("s"))
        text = _join(text, f" {noun}", plural)
    return text


def _grouped(numbers: npt.NDArray[np.int64]) -> pa.StringArray:
    """Write integers from 0 on with a comma before every third digit."""
    if not (numbers >= 1000).any():
        return pc.cast(pa.array(numbers), pa.string())
    head, tail = np.divmod(numbers, 1000)
    long = _join(_grouped(head), THREE_DIGITS.take(pa.array(tail)))
    short = pc.cast(pa.array(tail), pa.string())
    return pc.if_else(pa.array(numbers >= 1000), long, short)


def _join(*pieces: pa.StringArray | str) -> pa.StringArray:
    return pc.binary_join_element_wise(*pieces, "", memory_pool=MEMORY)
