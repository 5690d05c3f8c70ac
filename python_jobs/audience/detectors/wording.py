"""Templates filled in for the rows of a finding."""

from string import Formatter
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from python_jobs.decisions.rules.condition import Parameter

UNKNOWN = "unknown"


def sentences(template: str, rows: pd.DataFrame, parameters: object) -> NDArray[np.object_]:
    """Fill a template for all rows; what is not known reads 'unknown'."""
    written = np.full(len(rows), "", dtype=object)
    for literal, name, _, _ in Formatter().parse(template):
        written += literal
        if name is not None:
            written += _texts(name, rows, parameters)
    return written


def _texts(field: str, rows: pd.DataFrame, parameters: object) -> NDArray[np.object_]:
    name, _, kind = field.partition("|")
    values: pd.Series[Any] = (
        pd.Series(Parameter(name).value(parameters), index=rows.index)
        if "." in name
        else rows[name]
    )
    texts: pd.Series[Any] = values
    if kind == "day":
        texts = pd.to_datetime(values).dt.strftime("%Y-%m-%d")
    elif kind == "yes":
        texts = values.map({0.0: "no", 1.0: "yes"})
    elif kind == "%":
        texts = values.mul(100).map("{:.0f} %".format)
    elif kind:
        texts = values.map(f"{{:,.{kind}f}}".format)
    known: NDArray[np.object_] = texts.astype(object).where(values.notna(), UNKNOWN).to_numpy()
    return known
