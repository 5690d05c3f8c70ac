"""What patterns predict: what the next week earned over what was to be expected of it.

Every target is a pair of sums, observed over expected revenue. So a pattern's lift is a ratio of
two sums, in which a holder with one lucky purchase weighs no more than that purchase, and weeks in
which all of an account did well or badly are no pattern: what is expected of an account's holders
adds up to what the account observed in that week.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from python_jobs.decisions.arrays import Bools, Codes, Floats, floats

NAMES = {
    "roas": "next week's ROAS over the account's",
    "roas_decline": "next week's ROAS over its own of the last 28 days",
    "beyond_projection": "next week's revenue over what the decision projected for the spend",
}
DIGITS = 9
"""that count of any number, see `rounded`"""
WINSOR = 0.95
"""larger values count as this quantile of the weeks that are learned from"""


@dataclass(frozen=True)
class Target:
    """A target on the rows of the panel that have it."""

    name: str
    rows: Codes
    """their positions in the panel"""
    observed: Floats
    """corrected revenue of the next 7 days"""
    expected: Floats
    purchases: Floats
    """expected ones: what a row weighs"""


def make_target(panel: pd.DataFrame, name: str) -> Target:
    """Work out one of `NAMES` for the mature rows without incidents.

    Args:
        panel: `results.backtest_panel`, in any order.
        name: Which.

    """
    spend = floats(panel, "next_7d_spend")
    correction = np.nan_to_num(floats(panel, "shopify_correction"), nan=1.0)
    observed = floats(panel, "next_7d_purchase_value") * correction
    usable = (
        panel["is_mature"].to_numpy(bool)
        & (floats(panel, "next_7d_incident_days") == 0)
        & (spend > 0)
        & np.isfinite(observed)
    )
    if name == "roas":
        base = spend
    elif name == "roas_decline":
        base = spend * floats(panel, "roas_matured_28d")
    else:
        base = spend * floats(panel, "projected_roas")
    usable &= np.isfinite(base) & (base > 0)
    rows = np.flatnonzero(usable)
    week = week_codes(panel.iloc[rows])
    earned, due = np.bincount(week, observed[rows]), np.bincount(week, base[rows])
    expected = base[rows] * (earned / due)[week]
    order_value = floats(panel, "account_aov_28d")[rows]
    worth = (expected > 0) & (order_value > 0)
    return Target(
        name, rows[worth], observed[rows][worth], expected[worth], (expected / order_value)[worth]
    )


def week_codes(panel: pd.DataFrame) -> Codes:
    """Return each row's number of its account and morning: 0, 1, 2, ..."""
    return np.asarray(panel.groupby(["account_id", "decision_date"]).ngroup(), dtype=np.intp)


def rounded(values: Floats) -> Floats:
    """Round to `DIGITS` significant digits.

    The last digits of a sum depend on the order of adding, which is another in every build, and
    those of a logarithm on the processor; a tree that must choose between two splits of equal worth
    chooses by them.
    """
    with np.errstate(divide="ignore"):
        exponent = np.floor(np.log10(np.abs(values)))
    scale = 10.0 ** np.where(np.isfinite(exponent), DIGITS - 1 - exponent, 0.0)
    return np.round(values * scale) / scale


def _log(target: Target, learned: Bools) -> Floats:
    """One purchase more on both sides: a week without any is low, not minus infinity."""
    del learned
    one = target.expected / target.purchases
    return rounded(np.log((target.observed + one) / (target.expected + one)))


def _winsorized(target: Target, learned: Bools) -> Floats:
    ratio = target.observed / target.expected
    values: Floats = np.minimum(ratio, np.quantile(ratio[learned], WINSOR))
    return values


def _rank(target: Target, learned: Bools) -> Floats:
    ratio = target.observed / target.expected
    values: Floats = np.searchsorted(np.sort(ratio[learned]), ratio) / learned.sum()
    return values


TRANSFORMS: dict[str, Callable[[Target, Bools], Floats]] = {
    "log": _log,
    "winsorized": _winsorized,
    "rank": _rank,
}
"""revenue of a week has a heavy tail: a few large orders would decide where a tree splits"""


def deviance(target: Target, predicted: Floats, rows: Bools) -> float:
    """Return the mean Poisson deviance of revenue, in purchases, for predicted ratios (rows,).

    Args:
        target: Observed and expected revenue.
        predicted: Revenue over expected, for every row of the target.
        rows: Which rows count.

    """
    one = (target.expected / target.purchases)[rows]
    seen, due = target.observed[rows] / one, (predicted * target.expected)[rows] / one
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(seen > 0, seen * np.log(seen / due), 0.0)
    return float(2.0 * (logs - seen + due).sum() / target.purchases[rows].sum())
