"""Templates filled in for the rows of a finding."""

from string import Formatter
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from python_jobs.decisions.rules.condition import Parameter

UNKNOWN = "unknown"
CURRENCY = "currency"
"""the unit that stands for the row's own"""

Texts = NDArray[np.object_]


def sentences(template: str, rows: pd.DataFrame, parameters: object) -> Texts:
    """Fill a template for all rows.

    What is not known reads 'unknown'; a part behind a semicolon that holds such is left out.
    """
    first, *others = template.removesuffix(".").split("; ")
    written, _ = _part(first, rows, parameters)
    for other in others:
        texts, is_known = _part(other, rows, parameters)
        written += np.where(is_known, "; " + texts, "")
    written += "."
    return written


def _part(template: str, rows: pd.DataFrame, parameters: object) -> tuple[Texts, NDArray[np.bool_]]:
    """One part of a template and whether all that it names is known."""
    written = np.full(len(rows), "", dtype=object)
    is_known = np.ones(len(rows), dtype=bool)
    for literal, field, _, _ in Formatter().parse(template):
        written += literal
        if field is not None:
            texts, known = _texts(field, rows, parameters)
            written += np.where(known, texts, UNKNOWN)
            is_known &= known
    return written, is_known


def _texts(field: str, rows: pd.DataFrame, parameters: object) -> tuple[Texts, NDArray[np.bool_]]:
    """One field as text and whether it is known."""
    name, _, kind = field.partition("|")
    values: pd.Series[Any] = (
        pd.Series(Parameter(name).value(parameters), index=rows.index)
        if "." in name
        else rows[name]
    )
    texts: pd.Series[Any] = values
    if kind == "day":
        texts = pd.to_datetime(values).dt.strftime("%Y-%m-%d")
    elif kind == "words":
        texts = values.str.replace("_", " ")
    elif kind == "yes":
        texts = values.map({0.0: "no", 1.0: "yes"})
    elif kind == "%":
        texts = values.mul(100).map("{:.0f} %".format)
    elif kind:
        decimals, _, unit = kind.partition(" ")
        texts = values.map(f"{{:,.{decimals}f}}".format)
        if unit == CURRENCY:
            texts = texts + (" " + rows[CURRENCY].astype("string")).fillna("").astype(object)
        elif unit:
            texts = texts + np.where(texts == "1", f" {unit.removesuffix('s')}", f" {unit}")
    return texts.astype(object).to_numpy(), values.notna().to_numpy()
