"""Budget holders as `allocation.decision_inputs` has them, made up: for the benchmark and tests."""

from typing import Any

import numpy as np
import pandas as pd

ONE_HOLDER: dict[str, Any] = {
    # identity and settings
    "decision_date": pd.Timestamp("2026-03-02"),
    "data_through": pd.Timestamp("2026-03-01"),
    "account_id": "1001",
    "account_name": "Shop",
    "budget_level": "adset",
    "budget_entity_id": "501",
    "budget_entity_name": "Broad | Women",
    "campaign_id": "301",
    "campaign_name": "Prospecting",
    "adset_id": "501",
    "currency": "USD",
    "objective": "OUTCOME_SALES",
    "optimization_goal": "OFFSITE_CONVERSIONS",
    "goal": "purchases",
    "comparison_pool": "purchases, 7d_click_1d_view",
    "budget_group": None,
    "has_value": True,
    "value_per_result": np.nan,
    "attribution_setting": "7d_click_1d_view",
    "audience_type": "broad",
    "status": "active",
    "bid_strategy": "LOWEST_COST_WITHOUT_CAP",
    "buying_type": "AUCTION",
    "is_budget_scheduled": False,
    "budget_type": "daily",
    "current_budget": 100.0,
    "current_budget_source": "object",
    "account_budget_target": np.nan,
    "minimum_budget": 1.0,
    # evidence
    "projected_roas": 2.0,
    "projected_roas_low": 1.7,
    "projected_roas_high": 2.35,
    "roas_sd": 0.126,
    "prior_roas": 2.0,
    "evidence_weight": 0.8,
    "evidence_purchases": 60.0,
    "expected_purchases": 60.0,
    "marginal_roas": 1.5,
    "elasticity": 0.75,
    "curvature": 0.5,
    "current_spend": 98.0,
    "reference_spend": 95.0,
    "delivery_ceiling": np.nan,
    "shopify_correction": 1.0,
    "shopify_correction_source": "none",
    "incrementality": 1.0,
    "click_index": 1.0,
    "roas_recent": 2.0,
    "roas_base": 2.0,
    "roas_long": 2.0,
    "spend_recent": 294.0,
    "spend_base": 686.0,
    "spend_long": 2744.0,
    "purchases_recent": 8.0,
    "purchases_base": 18.0,
    "purchases_long": 75.0,
    "weekend_index": 1.0,
    "account_projected_roas": 2.0,
    "roas_index": 1.0,
    "roas_index_low": 0.85,
    "roas_index_high": 1.18,
    "budget_share": 0.1,
    "delivery_room": np.nan,
    # features
    **{f"spend_{days}d": 98.0 * days for days in (1, 3, 7, 14, 28)},
    **{f"impressions_{days}d": 9000.0 * days for days in (1, 3, 7, 14, 28)},
    **{f"link_clicks_{days}d": 110.0 * days for days in (1, 3, 7, 14, 28)},
    **{f"purchases_{days}d": 2.6 * days for days in (1, 3, 7, 14, 28)},
    **{f"purchase_value_{days}d": 190.0 * days for days in (1, 3, 7, 14, 28)},
    "ctr_7d": 0.0122,
    "ctr_28d": 0.0122,
    "cpm_7d": 10.9,
    "cpm_28d": 10.9,
    "cpa_7d": 37.7,
    "cpa_28d": 37.7,
    "cvr_28d": 0.0236,
    "aov_28d": 73.0,
    "roas_matured_7d": 2.0,
    "roas_matured_28d": 2.0,
    "roas_trend": 1.0,
    "ctr_trend": 1.0,
    "cpm_trend": 1.0,
    "spend_trend": 1.0,
    "roas_volatility_14d": 0.3,
    "spend_volatility_14d": 0.05,
    "frequency_7d_low": 1.4,
    "frequency_7d_high": 1.9,
    "ctr_against_first_weeks": 1.0,
    "budget_utilization_7d": 0.98,
    "age_days": 90.0,
    "days_observed": 90.0,
    "days_since_budget_change": 30.0,
    "days_since_significant_edit": 60.0,
    "conversions_7d": 18.0,
    "learning_status": "out of learning",
    "active_ads": 4.0,
    "newest_ad_age_days": 20.0,
    "best_ad_spend_share_7d": 0.4,
    "account_cpa_28d": 37.7,
    "account_ctr_7d": 0.0122,
    "account_cpm_7d": 10.9,
    "account_aov_28d": 73.0,
    "campaign_roas_matured_28d": 2.0,
    "spending_days_7d": 7.0,
    "spending_days_28d": 28.0,
    "weekday": 1.0,
    "is_weekend": False,
    "month": 3.0,
    "quarter": 1.0,
    "is_event": False,
    "event_name": None,
    "own_event": None,
    "own_event_kind": None,
    "days_since_promo": np.nan,
    "event_largest_step": np.nan,
    "ordinary_budget": 100.0,
    "tracking_in_doubt_since": pd.NaT,
    "incident_days": np.nan,
    "share_of_usual_purchases": np.nan,
    "run_id": "run",
}
"""Ordinary in everything: no rule should want to move it."""


def random_holders(count: int, accounts: int, seed: int = 0) -> pd.DataFrame:  # noqa: PLR0915
    """Make holders that differ in everything that decisions look at, spread evenly over accounts.

    Figures agree where they must: roas_index with projected_roas, spend with budget.
    """
    random = np.random.default_rng(seed)
    accounts = min(accounts, count)
    account = np.arange(count) % accounts
    column: dict[str, Any] = {}
    budget = np.round(np.exp(random.normal(4, 1, count)), 2)
    utilization = np.minimum(random.beta(20, 1, count), 1)
    limited = random.random(count) < 0.2
    utilization = np.where(limited, utilization * random.uniform(0.4, 0.9, count), utilization)
    spend = budget * utilization
    roas_sd = random.uniform(0.05, 0.5, count)
    roas = np.exp(random.normal(0.7, 0.35, count))
    elasticity = random.uniform(0.5, 0.85, count)
    aov = random.uniform(30, 120, count)
    account_spend = np.bincount(account, spend, accounts)
    account_roas = np.bincount(account, spend * roas, accounts) / account_spend
    index = roas / account_roas[account]
    interval = np.exp(1.2816 * roas_sd)

    column["account_id"] = np.char.add("1", np.char.zfill(account.astype(str), 6))
    number = np.char.zfill(np.arange(count).astype(str), 8)
    column["budget_entity_id"] = column["adset_id"] = np.char.add("5", number)
    column["budget_entity_name"] = np.char.add("Ad set ", number)
    column["campaign_id"] = np.char.add("3", np.char.zfill((np.arange(count) // 5).astype(str), 7))
    column["audience_type"] = random.choice(
        ["broad", "interest", "lookalike", "retargeting", "unknown"], count
    )
    column["current_budget"] = column["ordinary_budget"] = budget
    column["budget_share"] = budget / np.bincount(account, budget, accounts)[account]
    column["account_budget_target"] = np.bincount(account, budget, accounts)[account]
    column["projected_roas"] = roas
    column["projected_roas_low"], column["projected_roas_high"] = roas / interval, roas * interval
    column["roas_sd"] = roas_sd
    column["prior_roas"] = column["account_projected_roas"] = account_roas[account]
    column["marginal_roas"] = roas * elasticity
    column["elasticity"] = elasticity
    column["curvature"] = 1 - elasticity + random.uniform(0, 0.5, count)
    column["evidence_weight"] = 0.15 / (0.15 + roas_sd**2)
    column["evidence_purchases"] = column["expected_purchases"] = 1.3 / roas_sd**2
    column["current_spend"] = spend
    column["reference_spend"] = spend * random.uniform(0.8, 1.2, count)
    column["delivery_ceiling"] = np.where(limited, spend * 1.02, np.nan)
    column["delivery_room"] = column["delivery_ceiling"] / budget
    corrected = random.random(count) < 0.5
    column["shopify_correction"] = np.where(corrected, random.uniform(0.7, 1.3, count), 1.0)
    column["shopify_correction_source"] = np.where(corrected, "audience type", "none")
    column["click_index"] = np.exp(random.normal(0, 0.15, count))
    for window, spread in (("recent", 0.5), ("base", 0.3), ("long", 0.15)):
        column[f"roas_{window}"] = roas * np.exp(random.normal(0, spread, count))
    for window, days in (("recent", 3), ("base", 7), ("long", 28)):
        column[f"spend_{window}"] = spend * days
        column[f"purchases_{window}"] = np.round(spend * days * column[f"roas_{window}"] / aov)
    for days, window in ((1, "recent"), (3, "recent"), (7, "base"), (14, "long"), (28, "long")):
        column[f"spend_{days}d"] = spend * days
        column[f"purchase_value_{days}d"] = spend * days * column[f"roas_{window}"]
        column[f"purchases_{days}d"] = np.round(column[f"purchase_value_{days}d"] / aov)
        column[f"impressions_{days}d"] = spend * days * 90
        column[f"link_clicks_{days}d"] = spend * days * 1.1 * column["click_index"]
    column["weekend_index"] = np.exp(random.normal(0, 0.1, count))
    column["roas_index"] = index
    column["roas_index_low"], column["roas_index_high"] = index / interval, index * interval
    for name in ("roas_trend", "ctr_trend", "cpm_trend", "spend_trend", "ctr_against_first_weeks"):
        column[name] = np.exp(random.normal(0, 0.2, count))
    for name in ("roas_matured_7d", "roas_matured_28d"):
        column[name] = roas * np.exp(random.normal(0, 0.2, count))
    column["cpa_7d"] = aov / column["roas_base"]
    column["cpa_28d"] = aov / column["roas_long"]
    column["aov_28d"] = aov
    column["frequency_7d_low"] = random.uniform(1, 3, count)
    column["frequency_7d_high"] = column["frequency_7d_low"] * 1.5
    column["budget_utilization_7d"] = utilization
    column["age_days"] = column["days_observed"] = np.floor(random.exponential(120, count))
    column["days_since_budget_change"] = np.floor(random.exponential(20, count))
    column["days_since_significant_edit"] = np.floor(random.exponential(60, count))
    column["conversions_7d"] = column["purchases_7d"]
    column["learning_status"] = np.where(random.random(count) < 0.1, "learning", "out of learning")
    column["newest_ad_age_days"] = np.floor(random.exponential(30, count))
    frame = pd.DataFrame(
        {name: column.get(name, example) for name, example in ONE_HOLDER.items()},
        index=range(count),
    )
    return typed(frame)


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Give every column its type: numbers as float64, text as object, days as days."""
    for name, example in ONE_HOLDER.items():
        if isinstance(example, float):
            frame[name] = frame[name].astype("float64")
        elif isinstance(example, str) or example is None:
            frame[name] = frame[name].astype(object)
    return frame.copy()
