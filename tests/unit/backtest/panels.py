"""Small panels, made up."""

import numpy as np
import pandas as pd

from python_jobs.backtest.panel import Panel, make_panel
from python_jobs.decisions.bench_data import random_holders

FIRST = pd.Timestamp("2026-03-02")


def frames(mornings=4, holders=3, seed=0, **columns):
    """Panel, folds and response of one account: mornings a week apart, the last half kept out."""
    some = random_holders(mornings * holders, 1, seed)
    number = np.arange(len(some))
    day, place = number // holders, number % holders
    ids = pd.Series(place).map("s{}".format).astype(object)
    panel = some.assign(
        account_id="1",
        decision_date=FIRST + pd.to_timedelta(7 * day, "D"),
        budget_level="adset",
        budget_entity_id=ids,
        adset_id=ids,
        next_7d_budget=some["current_budget"],
        next_7d_spend=7 * some["current_budget"],
        next_7d_purchases=10.0,
        next_7d_purchase_value=14 * some["current_budget"],
        next_7d_impressions=1000.0,
        next_7d_clicks=10.0,
        is_mature=True,
        next_7d_incident_days=0.0,
        next_7d_event_days=0.0,
    ).assign(**columns)
    half = mornings // 2
    folds = pd.DataFrame(
        {
            "account_id": ["1", "1"],
            "fold": [1.0, 2.0],
            "role": ["choice", "kept_out"],
            "test_from": [FIRST, FIRST + pd.Timedelta(days=7 * half)],
            "test_to": [
                FIRST + pd.Timedelta(days=7 * half - 1),
                FIRST + pd.Timedelta(days=7 * mornings - 1),
            ],
            "may_adopt": True,
        }
    )
    response = pd.DataFrame(
        [
            {
                "account_id": "1",
                "fold": fold,
                "budget_level": "adset",
                "budget_entity_id": f"s{index}",
                "audience_type": "broad",
                "elasticity": 0.5,
                "type_deviation": 0.0,
                "own_deviation": 0.0,
                "shopify_correction": 1.0,
                "incrementality": 1.0,
            }
            for fold in (1.0, 2.0)
            for index in range(holders)
        ]
    )
    return panel, folds, response


def small_panel(mornings=4, holders=3, seed=0, change_response=None, **columns) -> Panel:
    """Make a panel; `columns` replace those of the table, `change_response` those of a response."""
    panel, folds, response = frames(mornings, holders, seed, **columns)
    response = response.assign(**(change_response or {}))
    return make_panel(panel, folds, response, lowest=0.0, highest=1.0, limited_below=0.92)
