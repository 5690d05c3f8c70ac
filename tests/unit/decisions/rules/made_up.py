"""Rows by the thousand: mixtures of the hand-made cases, and holders as accounts have them."""

import numpy as np
import pandas as pd
from cases import CASES, LIKE_ITS_ACCOUNT, frame
from hypothesis import strategies as st

_CHANGES = [changes for case in CASES.values() for changes in ({}, case.decides, *case.misses)]

mixed_rows = st.lists(
    st.lists(st.sampled_from(_CHANGES), min_size=1, max_size=4), min_size=1, max_size=40
).map(
    lambda rows: frame(
        *(
            LIKE_ITS_ACCOUNT
            | {key: value for changes in row for key, value in changes.items()}
            | {"budget_entity_id": str(number)}
            for number, row in enumerate(rows)
        )
    )
)
"""frames of up to 40 rows, each near the thresholds of a few rules at once"""


def typical_holders(count, seed=1):
    """Draw holders of accounts with ROAS 2.5 and cost per purchase of 30.

    ln(ROAS) and ln(marginal ROAS) spread by .35 as is usual, 3 to 600 expected purchases, a quarter
    that cannot spend more, purchases by chance, clicks and prices that move by 7 to 9 % in a week.
    """
    draw = np.random.default_rng(seed)

    def spread(sd, mean=0.0):
        return np.exp(draw.normal(mean, sd, count))

    def some(share, value, otherwise):
        return np.where(draw.random(count) < share, value, otherwise)

    roas, cpa, cpm, ctr = 2.5, 30.0, 12.0, 0.012
    aov, cpc = roas * cpa, cpm / ctr / 1000
    quality = draw.normal(size=count)
    index = np.exp(0.35 * quality)
    marginal = np.exp(0.35 * (0.8 * quality + 0.6 * draw.normal(size=count)))
    expected = np.exp(draw.uniform(np.log(3), np.log(600), count))
    interval = np.exp(1.2816 * np.sqrt(1.3 / (9 + expected / 1.5)))
    spend = expected * cpa * 0.35 * spread(0.2)
    budget = spend / 28 * spread(0.05)
    own_aov = aov * spread(0.2)
    purchases = draw.poisson(spend * roas * index / spread(0.1) / own_aov).astype(float)
    last_14 = draw.binomial(purchases.astype(int), 0.5).astype(float)
    clicks = spend / (cpc * spread(0.25))
    own_cpm = cpm * spread(0.25)
    impressions = spend / own_cpm * 1000
    sold = np.where(purchases > 0, purchases, np.nan)
    texts = {
        "own_event_kind": draw.choice(
            [None, "promo", "stockout", "outage"], count, p=[0.94, 0.02, 0.02, 0.02]
        ),
        "status": some(0.02, "paused", "active"),
        "bid_strategy": some(0.1, "COST_CAP", "LOWEST_COST_WITHOUT_CAP"),
        "buying_type": some(0.02, "RESERVED", "AUCTION"),
        "budget_type": some(0.02, "lifetime", "daily"),
        "learning_status": draw.choice(
            ["learning", "out of learning", "learning limited"], count, p=[0.04, 0.88, 0.08]
        ),
    }
    columns = {
        "decision_date": "2026-05-06",
        "account_id": "1",
        "budget_level": "adset",
        "budget_entity_id": np.arange(count).astype(str),
        **{name: values.astype(object) for name, values in texts.items()},
        "current_budget": some(0.005, np.nan, budget),
        "account_budget_target": some(0.1, 900.0, 1000.0),
        "budget_share": budget / 1000,
        "projected_roas": roas * index,
        "account_projected_roas": roas,
        "roas_index": index,
        "roas_index_low": index / interval,
        "roas_index_high": index * interval,
        "marginal_index": marginal,
        "marginal_index_high": marginal * interval,
        "expected_purchases": expected,
        "click_index": some(0.02, np.nan, spread(0.07)),
        "current_spend": spend / 28 * spread(0.15),
        "reference_spend": spend / 28,
        "delivery_room": some(
            0.25, draw.uniform(0.7, 1.05, count), some(0.3, 1.05 + spread(0.3), np.nan)
        ),
        "delivery_ceiling": some(0.3, spend / 28, np.nan),
        "weekend_index": spread(0.06),
        "roas_recent": roas * index * draw.gamma(1.5, 1 / 1.5, count),
        "roas_base": roas * index * draw.gamma(4, 1 / 4, count),
        "roas_long": roas * index * draw.gamma(12, 1 / 12, count),
        "spend_3d": some(0.01, 0.0, spend * 3 / 28),
        "spend_28d": spend,
        "purchases_14d": last_14,
        "purchases_28d": purchases,
        "purchase_value_28d": purchases * own_aov,
        "conversions_7d": draw.binomial(last_14.astype(int), 0.5).astype(float),
        "link_clicks_14d": clicks / 2,
        "link_clicks_28d": clicks,
        "impressions_7d": impressions / 4 * spread(0.2),
        "impressions_28d": impressions,
        "cpa_28d": spend / sold,
        "account_cpa_28d": cpa,
        "cvr_28d": purchases / clicks,
        "aov_28d": np.where(purchases > 0, own_aov, np.nan),
        "account_aov_28d": aov,
        "ctr_7d": clicks / impressions * spread(0.07),
        "ctr_28d": clicks / impressions,
        "account_ctr_7d": ctr,
        "cpm_7d": own_cpm * spread(0.09),
        "cpm_28d": own_cpm,
        "account_cpm_7d": cpm,
        "frequency_7d_high": some(0.3, np.nan, spread(0.4, mean=1)),
        "ctr_against_first_weeks": spread(0.25, mean=-0.08) - 1,
        "spend_volatility_14d": spread(0.4, mean=-1.6),
        "spending_days_28d": some(0.02, 2.0, 28.0),
        "days_observed": draw.integers(10, 300, count).astype(float),
        "age_days": draw.integers(3, 300, count).astype(float),
        "days_since_budget_change": some(0.3, np.nan, draw.integers(0, 30, count)),
        "days_since_significant_edit": some(0.9, np.nan, draw.integers(0, 60, count)),
        "weekday": draw.integers(1, 8, count).astype(float),
        "month": draw.integers(1, 13, count).astype(float),
        "has_value": draw.random(count) >= 0.02,
        "is_budget_scheduled": draw.random(count) < 0.02,
        "is_event": draw.random(count) < 0.15,
        "incident_days": some(0.02, 1.0, np.nan),
        "days_since_promo": some(0.9, np.nan, draw.integers(0, 20, count)),
        "is_test": some(0.05, 1.0, 0.0),
        "target_cpa": some(0.5, 20.0, np.nan),
    }
    assert set(columns) == set(LIKE_ITS_ACCOUNT)
    return pd.DataFrame(columns)
