"""What rules make of rows, as frames."""

from typing import get_args

import pandas as pd

from python_jobs.decisions.rules.evaluate import evaluations, first_match
from python_jobs.decisions.rules.rule import Bound
from python_jobs.decisions.table import Table


def decided(rows: pd.DataFrame, parameters: object) -> pd.DataFrame:
    """Return which rule decides, under the rows' index."""
    found = first_match(Table(rows), parameters)
    bounds = pd.Series([get_args(Bound)[number] for number in found.bound], dtype=object)
    columns = {**found.texts(), "rule_factor": found.factor, "bound": bounds}
    return pd.DataFrame(columns).set_axis(rows.index)


def evaluated(rows: pd.DataFrame, parameters: object) -> pd.DataFrame:
    """Return what each rule says of each row."""
    return evaluations(Table(rows), parameters)
