"""Two ways to decide the same morning, side by side."""

import pandas as pd

HOLDER = ["budget_level", "budget_entity_id"]
DESCRIBING = ["account_id", "currency", "budget_entity_name", "current_budget"]
DECIDED = ["recommended_budget", "action", "rule_id", "binding_limit"]
"""a holder differs if one of these does"""
EXPECTED = ["expected_7d_revenue", "hold_7d_revenue"]
COLUMNS = [*HOLDER, *DESCRIBING, *DECIDED, *EXPECTED]


def compare_decisions(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Put what two builds decided for each holder into one row.

    Args:
        before: `COLUMNS` of `results.budget_allocations`, one row per holder.
        after: the same of the other build.

    Returns:
        One row per holder that either side has: HOLDER and DESCRIBING, the latter as in `after`
        where it has the holder; DECIDED and EXPECTED as `{column}_before` and `{column}_after`,
        null on a side that lacks the holder; `difference`, recommended after less before, currency
        units a day, null where a side lacks it; `differs`, whether anything of DECIDED does. By
        account, the largest difference first.

    """
    both = before[COLUMNS].merge(
        after[COLUMNS], on=HOLDER, how="outer", suffixes=("_before", "_after")
    )
    difference = both["recommended_budget_after"] - both["recommended_budget_before"]
    columns = {column: both[column] for column in HOLDER}
    for column in DESCRIBING:
        columns[column] = both[f"{column}_after"].combine_first(both[f"{column}_before"])
    for column in DECIDED + EXPECTED:
        for side in ("before", "after"):
            columns[f"{column}_{side}"] = both[f"{column}_{side}"]
    compared = pd.DataFrame(columns).assign(
        # floats differ by less than a cent where the cents are the same
        difference=difference.round(2),
        differs=_differ(both),
        size=difference.abs(),
    )
    return (
        compared.sort_values(
            ["account_id", "size", *HOLDER], ascending=[True, False, True, True], ignore_index=True
        )
    ).drop(columns="size")


def _differ(both: pd.DataFrame) -> pd.Series:
    differs = pd.Series(False, index=both.index)
    for column in DECIDED:
        before, after = both[f"{column}_before"], both[f"{column}_after"]
        same = (before == after).fillna(False) | (before.isna() & after.isna())
        differs |= ~same
    return differs
