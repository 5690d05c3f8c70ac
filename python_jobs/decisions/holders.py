"""Rows of `decision_inputs` in order, their accounts by number, and what each account may spend."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from python_jobs.decisions.arrays import Codes, Floats, floats, texts

KEY = ("account_id", "budget_level", "budget_entity_id")


def sorted_holders(inputs: pd.DataFrame) -> pd.DataFrame:
    """Sort by account, level and id and number the rows."""
    order = pc.sort_indices(
        pa.table({name: texts(inputs, name) for name in KEY}),
        sort_keys=[(name, "ascending") for name in KEY],
    ).to_numpy()
    if (order[1:] > order[:-1]).all():
        return inputs.reset_index(drop=True)
    return inputs.take(order).reset_index(drop=True)


def account_numbers(holders: pd.DataFrame) -> Codes:
    """Return each holder's number of its account: 0, 1, 2, ... in order."""
    return pd.factorize(holders["account_id"], use_na_sentinel=False)[0]


def totals(holders: pd.DataFrame, account: Codes) -> Floats:
    """Return each account's total per day: today's budgets where none is given."""
    given = floats(holders, "account_budget_target")
    today = np.nan_to_num(np.maximum(floats(holders, "current_budget"), 0))
    first = np.searchsorted(account, np.arange(account.max(initial=-1) + 1))
    today_total = np.bincount(account, today, len(first))
    return np.where(given[first] >= 0, given[first], today_total)
