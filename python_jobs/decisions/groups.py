"""The customer's groups of budgets: what their settings say of each holder."""

import numpy as np
import pandas as pd

from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import Bools, Floats

COLUMNS = ("is_test", "target_cpa")
"""Whether a holder is a test (1 or 0), and the largest cost of a purchase; NaN without one."""


def of_group(holders: pd.DataFrame, parameters: Parameters, setting: str) -> Floats:
    """Return a number from the settings of each holder's group; NaN where there is none."""
    numbers = {name: getattr(group, setting) for name, group in parameters.groups.items()}
    found = holders["budget_group"].map(numbers)
    return found.to_numpy(dtype=np.float64, na_value=np.nan)


def in_group(holders: pd.DataFrame, parameters: Parameters, setting: str) -> Bools:
    """Say whether each holder's group has a setting switched on, or at all."""
    names = [name for name, group in parameters.groups.items() if getattr(group, setting)]
    return holders["budget_group"].isin(names).to_numpy(dtype=bool)


def judged_as_tests(holders: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Add what rules for tests read: COLUMNS."""
    cost = parameters.targets.target_cpa
    own = of_group(holders, parameters, "target_cpa")
    is_test = in_group(holders, parameters, "test")
    target_cpa = np.where(np.isnan(own), np.nan if cost is None else cost, own)
    added = dict(zip(COLUMNS, (is_test.astype(np.float64), target_cpa), strict=True))
    return holders.assign(**added)
