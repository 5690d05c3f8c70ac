"""Columns of a candidate: what could be set up next, before any is chosen."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

Spec = dict[str, Any]
"""a targeting spec, or another object of the Marketing API"""

CANDIDATES: Mapping[str, str] = {
    "account_id": "object",
    # 'audience' for new ad sets, 'adset' for changes to those there are
    "table": "object",
    # short id: 'new_lookalike', 'open_placements', ...
    "recommendation_type": "object",
    # list: ad sets it touches; of a new one those it is modelled on
    "adset_ids": "object",
    "campaign_id": "object",
    # proposed, as the account writes names
    "name": "object",
    # Spec: the whole of it, of a change as it should be after it; None where it stays
    "targeting": "object",
    # Spec for POST act_.../customaudiences; None where all it needs is there
    "audience_to_create": "object",
    "optimization_goal": "object",
    "promoted_event": "object",
    "bid_strategy": "object",
    # account currency
    "bid_amount": "float64",
    "creative_type": "object",
    # list: names of the audiences it excludes
    "exclusions": "object",
    # account currency a day; NaN where its campaign holds the budget, 0 where it is to be paused
    "daily_budget": "float64",
    "expected_roas": "float64",
    # ends of 80 % intervals
    "expected_roas_low": "float64",
    "expected_roas_high": "float64",
    "expected_cpa": "float64",
    "expected_cpa_low": "float64",
    "expected_cpa_high": "float64",
    "expected_revenue_30d": "float64",
    # less what the same money returns where the account would put its next unit
    "gain_30d": "float64",
    "gain_30d_low": "float64",
    "gain_30d_high": "float64",
    # days after it in which it learns, and the share of its purchases that this takes meanwhile;
    # NaN where it does not learn anew
    "learning_days": "float64",
    "learning_share": "float64",
    "evidence_purchases": "float64",
    # list: of an ad set the changes of its one edit, a sentence each; None for new ones
    "changes": "object",
    # sentences
    "evidence": "object",
    "reason": "object",
    "setup_steps": "object",
}
"""by name the dtype; one row per candidate"""


def candidates(rows: pd.DataFrame) -> pd.DataFrame:
    """Give rows the columns of `CANDIDATES`; what they leave out is None, of numbers NaN."""
    made = rows.reindex(columns=list(CANDIDATES)).astype(dict(CANDIDATES))
    others = [name for name, dtype in CANDIDATES.items() if dtype == "object"]
    made[others] = made[others].where(made[others].notna(), None)
    return made
