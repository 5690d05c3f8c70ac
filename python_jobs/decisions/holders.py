"""Rows of `decision_inputs` in order, their accounts by number, and what each account may spend."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from python_jobs.decisions.arrays import Codes, Floats, texts
from python_jobs.decisions.table import Table

KEY = ("account_id", "comparison_pool", "budget_level", "budget_entity_id")


def sorted_holders(inputs: pd.DataFrame) -> tuple[Table, Codes]:
    """Sort by account, what is compared with each other, level and id.

    Returns:
        The rows, and where each stands in `inputs`.

    """
    order = pc.sort_indices(
        pa.table({name: texts(inputs, name) for name in KEY}),
        sort_keys=[(name, "ascending") for name in KEY],
    ).to_numpy()
    holders = Table(inputs)
    return (holders if (order[1:] > order[:-1]).all() else holders.at(order)), order


def on_ordinary_budgets(holders: Table) -> Table:
    """Let a decision after an event start from the budgets before it.

    Neither rest nor learning stand against what an event changes, or against going back. What can
    be spent while it is on grows with the account's total.

    Returns:
        The holders with `budget_today`, the budget in force; `current_budget` is the one to start
        from.

    """
    today = holders.floats("current_budget")
    ordinary, step = holders.floats("ordinary_budget"), holders.floats("event_largest_step")
    on = step >= 0
    goes_back = ~on & (ordinary >= 0) & (ordinary != today)
    columns: dict[str, Any] = {"budget_today": today}
    if (on | goes_back).any():
        account = account_numbers(holders)
        total = totals(holders, account)
        usual = np.bincount(account, np.nan_to_num(ordinary), len(total))
        grown = np.divide(total, usual, out=np.ones(len(total)), where=usual > 0)[account]
        ceiling = holders.floats("delivery_ceiling") * np.where(on, np.maximum(grown, 1), 1)
        budget = np.where(goes_back, ordinary, today)
        changed = on | goes_back
        # of a budget next to nothing it has no end
        with np.errstate(over="ignore"):
            room = np.divide(ceiling, budget, out=np.full(len(budget), np.nan), where=budget > 0)
        columns |= {
            "current_budget": budget,
            "delivery_ceiling": ceiling,
            "delivery_room": room,
            "days_since_budget_change": np.where(
                changed, np.nan, holders.floats("days_since_budget_change")
            ),
            "days_since_significant_edit": np.where(
                changed, np.nan, holders.floats("days_since_significant_edit")
            ),
            "learning_status": np.where(
                changed, "out of learning", holders.column("learning_status")
            ),
        }
    return holders.with_columns(columns)


def account_numbers(holders: Table) -> Codes:
    """Return each holder's number of its account: 0, 1, 2, ... in order."""
    number = pd.factorize(holders.column("account_id"), use_na_sentinel=False)[0]
    return np.asarray(number, dtype=np.intp)


def totals(holders: Table, account: Codes) -> Floats:
    """Return each account's total per day: today's budgets where none is given."""
    given = holders.floats("account_budget_target")
    today = np.fmax(holders.floats("current_budget"), 0)
    first = np.searchsorted(account, np.arange(account.max(initial=-1) + 1))
    today_total = np.bincount(account, today, len(first))
    return np.where(given[first] >= 0, given[first], today_total)
