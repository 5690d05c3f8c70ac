"""Rows of `decision_inputs` in order, their accounts by number, and what each account may spend."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from python_jobs.decisions.arrays import Codes, Floats, floats, texts, with_columns

KEY = ("account_id", "comparison_pool", "budget_level", "budget_entity_id")


def sorted_holders(inputs: pd.DataFrame) -> pd.DataFrame:
    """Sort by account, what is compared with each other, level and id, and number the rows."""
    order = pc.sort_indices(
        pa.table({name: texts(inputs, name) for name in KEY}),
        sort_keys=[(name, "ascending") for name in KEY],
    ).to_numpy()
    if (order[1:] > order[:-1]).all():
        return inputs.reset_index(drop=True)
    return inputs.take(order).reset_index(drop=True)


def on_ordinary_budgets(holders: pd.DataFrame) -> pd.DataFrame:
    """Let a decision after an event start from the budgets before it.

    Neither rest nor learning stand against what an event changes, or against going back. What can
    be spent while it is on grows with the account's total.

    Returns:
        The holders with `budget_today`, the budget in force; `current_budget` is the one to start
        from.

    """
    today = floats(holders, "current_budget")
    ordinary, step = floats(holders, "ordinary_budget"), floats(holders, "event_largest_step")
    on = step >= 0
    goes_back = ~on & (ordinary >= 0) & (ordinary != today)
    columns: dict[str, Any] = {"budget_today": today}
    if (on | goes_back).any():
        account = account_numbers(holders)
        total = totals(holders, account)
        usual = np.bincount(account, np.nan_to_num(ordinary), len(total))
        grown = np.divide(total, usual, out=np.ones(len(total)), where=usual > 0)[account]
        ceiling = floats(holders, "delivery_ceiling") * np.where(on, np.maximum(grown, 1), 1)
        budget = np.where(goes_back, ordinary, today)
        changed = on | goes_back
        columns |= {
            "current_budget": budget,
            "delivery_ceiling": ceiling,
            "delivery_room": np.divide(
                ceiling, budget, out=np.full(len(budget), np.nan), where=budget > 0
            ),
            "days_since_budget_change": np.where(
                changed, np.nan, floats(holders, "days_since_budget_change")
            ),
            "days_since_significant_edit": np.where(
                changed, np.nan, floats(holders, "days_since_significant_edit")
            ),
            "learning_status": holders["learning_status"].where(~changed, "out of learning"),
        }
    return with_columns(holders, columns)


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
