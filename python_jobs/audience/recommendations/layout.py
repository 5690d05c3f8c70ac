"""Candidates of ad sets laid out in rows, and the words that they share."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from python_jobs.audience.recommendations.candidates import Spec
from python_jobs.audience.recommendations.edits import Row, roas_of
from python_jobs.audience.recommendations.estimate import Range
from python_jobs.decisions.arrays import Bools, Floats, floats


def own_budget(now: pd.DataFrame) -> Floats:
    """Return the budget that decisions give an ad set; NaN where its campaign holds it."""
    budget = floats(now, "recommended_budget")
    is_held = now["campaign_has_budget"].to_numpy(dtype=bool)
    return np.where(is_held, np.nan, np.round(budget, 2))


def candidate_rows(
    now: pd.DataFrame,
    recommendation_type: str | Sequence[str],
    gain: Range,
    spend: Floats,
    *,
    revenue: Range | None = None,
    **columns: Any,
) -> pd.DataFrame:
    """Lay out candidates of ad sets.

    Args:
        now: The ad sets, as in `current.ad_sets`.
        recommendation_type: One, or one per row.
        gain: Of 30 days.
        spend: Of 30 days, after it.
        revenue: Of 30 days, after it; without it that of today and the gain.
        columns: Columns of `CANDIDATES` in place of the ad sets' own.

    """
    after = revenue or Range(
        *(
            floats(now, "roas") * floats(now, "spend_30d") + end
            for end in _with_roas(now, gain).ends
        )
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        roas = Range(
            *(np.maximum(end, 0) / np.where(spend > 0, spend, np.nan) for end in after.ends)
        )
        order_value = floats(now, "roas") * floats(now, "expected_cpa")
        cpa = Range(*(order_value / end for end in (roas.best, roas.high, roas.low)))
    return pd.DataFrame(
        {
            "account_id": now["account_id"],
            "table": "adset",
            "recommendation_type": recommendation_type,
            "adset_ids": [[adset_id] for adset_id in now["adset_id"]],
            "campaign_id": now["campaign_id"],
            "name": now["adset_name"],
            "targeting": None,
            "audience_to_create": None,
            "optimization_goal": now["optimization_goal"],
            "promoted_event": now["promoted_event"],
            "bid_strategy": now["bid_strategy"],
            "bid_amount": now["bid_amount"],
            "daily_budget": own_budget(now),
            "expected_roas": roas.best,
            "expected_roas_low": roas.low,
            "expected_roas_high": roas.high,
            "expected_cpa": cpa.best,
            "expected_cpa_low": cpa.low,
            "expected_cpa_high": cpa.high,
            "expected_revenue_30d": after.best,
            "gain_30d": gain.best,
            "gain_30d_low": gain.low,
            "gain_30d_high": gain.high,
            "evidence_purchases": now["evidence_purchases"],
            **columns,
        }
    )


def _with_roas(now: pd.DataFrame, gain: Range) -> Range:
    """Widen a gain by what is not known of the revenue that it comes on top of."""
    revenue = roas_of(now)
    spend = floats(now, "spend_30d")
    down = np.hypot(gain.best - gain.low, spend * (revenue.best - revenue.low))
    up = np.hypot(gain.high - gain.best, spend * (revenue.high - revenue.best))
    return Range(gain.best, gain.best - down, gain.best + up)


def tuples(frame: pd.DataFrame) -> list[Row]:
    """Give rows as named tuples."""
    return list(frame.itertuples())


def money(amount: float, currency: object) -> str:
    """Write an amount with its currency, where that is known."""
    return f"{amount:,.2f}" + (f" {currency}" if isinstance(currency, str) else "")


def money_of(row: Row, column: str) -> str:
    """Write a column of an ad set that is money."""
    return money(getattr(row, column), row.currency)


def rows_of(gain: Range, where: Bools) -> Range:
    """Give the rows of a range where something holds."""
    return Range(*(end[where] for end in gain.ends))


def excluded_names(spec: Spec | None) -> list[str]:
    """Return the names of the audiences that a spec excludes, or their ids."""
    audiences = (spec or {}).get("excluded_custom_audiences", [])
    return [audience.get("name") or audience["id"] for audience in audiences]


def steps_of(
    row: Row, changes: Sequence[str], *, as_one_edit: bool = False, with_budget: bool = True
) -> str:
    """Say how a change is made in Ads Manager."""
    steps = [f'Open ad set "{row.adset_name}" in campaign "{row.campaign_name}".', *changes]
    if with_budget and not row.campaign_has_budget and np.isfinite(row.recommended_budget):
        budget = money_of(row, "recommended_budget")
        steps.append(f"Set its budget to {budget} a day, as decided this morning.")
    if as_one_edit:
        steps.append("Publish all of it as one edit, and leave it alone until it is judged.")
    return numbered(steps)


def numbered(steps: Sequence[str]) -> str:
    """Put steps into one text."""
    return " ".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))
