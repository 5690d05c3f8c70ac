"""The customer's groups of budgets: what their settings say of each holder."""

from datetime import date

import numpy as np

from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import Bools, Codes, Floats
from python_jobs.decisions.table import Table

COLUMNS = ("is_test", "target_cpa")
"""Whether a holder is a test (1 or 0), and the largest cost of a purchase; NaN without one."""


def of_group(holders: Table, parameters: Parameters, setting: str) -> Floats:
    """Return a number from the settings of each holder's group; NaN where there is none."""
    if not parameters.groups:
        return np.full(len(holders), np.nan)
    numbers = [getattr(group, setting) for group in parameters.groups.values()]
    return np.array([*numbers, None], dtype=np.float64)[_group_numbers(holders, parameters)]


def in_group(holders: Table, parameters: Parameters, setting: str) -> Bools:
    """Say whether each holder's group has a setting switched on, or at all."""
    if not parameters.groups:
        return np.zeros(len(holders), dtype=bool)
    on = [bool(getattr(group, setting)) for group in parameters.groups.values()]
    return np.array([*on, False])[_group_numbers(holders, parameters)]


def left_out(holders: Table, parameters: Parameters) -> Bools:
    """Say of whose budgets none is changed on the morning decided for."""
    found = in_group(holders, parameters, "excluded")
    if not found.any():
        return found
    groups = parameters.groups.values()
    number = _group_numbers(holders, parameters)
    morning = np.asarray(holders.column("decision_date"), dtype="datetime64[D]")
    first = np.array([*(group.excluded_from or date.min for group in groups), date.max], "M8[D]")
    last = np.array([*(group.excluded_until or date.max for group in groups), date.min], "M8[D]")
    return found & (first[number] <= morning) & (morning <= last[number])


def judged_as_tests(holders: Table, parameters: Parameters) -> Table:
    """Add what rules for tests read: COLUMNS."""
    cost = parameters.targets.target_cpa
    own = of_group(holders, parameters, "target_cpa")
    is_test = in_group(holders, parameters, "test")
    target_cpa = np.where(np.isnan(own), np.nan if cost is None else cost, own)
    added = dict(zip(COLUMNS, (is_test.astype(np.float64), target_cpa), strict=True))
    return holders.with_columns(added)


def _group_numbers(holders: Table, parameters: Parameters) -> Codes:
    """Return the position of each holder's group in the settings; one past the last without."""
    names = parameters.groups
    positions = dict(zip(names, range(len(names)), strict=True))
    found = holders.texts("budget_group").looked_up(positions, len(names))
    return np.asarray(found, dtype=np.intp)
