"""Rows of published tables, made by hand, and the columns that their contracts promise."""

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

MODELS = Path(__file__).parents[3] / "models" / "results"
MORNING = date(2026, 3, 10)
AD_SET, CAMPAIGN = "120222130000000001", "120221130000000009"
DECIDED = {
    "decision_date": MORNING,
    "data_through": date(2026, 3, 9),
    "valid_until": date(2026, 3, 13),
    "account_id": "482170935516604",
    "budget_level": "adset",
    "budget_entity_id": AD_SET,
    "budget_entity_name": "Broad",
    "campaign_id": CAMPAIGN,
    "adset_id": AD_SET,
    "budget_type": "daily",
    "currency": "USD",
    "current_budget": Decimal("180.00"),
    "current_budget_source": "object",
    "recommended_budget": Decimal("216.50"),
    "budget_change_pct": 20.2777,
    "action": "increase",
    "rule_id": "long_stable",
    "reason": "Raised.",
    "run_id": "now",
}
HELD = DECIDED | {
    "budget_entity_id": "120222130000000002",
    "budget_entity_name": "Held",
    "recommended_budget": Decimal("180.00"),
}
RECOMMENDED = {
    "account_id": "482170935516604",
    "rank": 1,
    "recommendation_type": "pause",
    "adset_ids": [AD_SET],
    "campaign_id": CAMPAIGN,
    "name": "Broad",
    "currency": "USD",
    "daily_budget": Decimal("0.00"),
    "gain_30d": Decimal("10.00"),
    "confidence": 0.9,
    "reason": "It returns less.",
    "setup_steps": "1. Switch it off.",
    "falsified_by": "Fewer sales.",
    "changes": ["Switch it off."],
    "run_id": "now",
}


@cache
def columns_of(table: str) -> str:
    """Columns of a table with their types, from its contract."""
    [model] = yaml.safe_load((MODELS / f"{table}.yml").read_text())["models"]
    return ", ".join(f"{column['name']} {column['data_type']}" for column in model["columns"])
