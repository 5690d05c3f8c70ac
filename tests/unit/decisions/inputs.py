"""Budget holders as `allocation.decision_inputs` has them, made up, and settings to decide with."""

from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from python_jobs.config.schema import Parameters
from python_jobs.decisions.bench_data import ONE_HOLDER, random_holders, typed

__all__ = ["ANY_CHANGE", "ONE_HOLDER", "holders", "no_modifiers", "random_holders", "settings"]

DEFAULTS = Path(__file__).parents[3] / "config" / "default"

ANY_CHANGE: dict[str, Any] = {"round_to": None, "min_change_pct": 0, "max_changes_per_run": None}
"""Settings of `effort` under which a budget changes to the cent."""


def holders(*changes: dict[str, Any], **of_all: Any) -> pd.DataFrame:
    """Make one holder per dict of columns that differ from the ordinary one; ids 501, 502, ..."""
    rows = [
        ONE_HOLDER
        | {"budget_entity_id": str(501 + number), "adset_id": str(501 + number)}
        | of_all
        | change
        for number, change in enumerate(changes)
    ]
    given = [*of_all, *(name for change in changes for name in change)]
    for row in rows:
        if "ordinary_budget" not in given:
            row["ordinary_budget"] = row["current_budget"]
    return typed(pd.DataFrame(rows, columns=list(ONE_HOLDER)))


def settings(**changes: dict[str, Any]) -> Parameters:
    """Return the default settings with keys changed: `effort={"round_to": 5}`."""
    sections: dict[str, Any] = {}
    for file in sorted(DEFAULTS.glob("*.yaml")):
        if file.stem != "search_space":
            sections |= yaml.safe_load(file.read_text())
    for section, keys in changes.items():
        sections[section] = sections[section] | keys
    return Parameters.model_validate(sections)


def no_modifiers() -> dict[str, dict[str, Any]]:
    """Return changes for `settings` that switch all modifiers off."""
    return {
        section: {"enabled": False}
        for section in (
            "gradient_config",
            "trend_config",
            "health_score_config",
            "budget_relative_config",
            "sample_size_config",
            "time_weighted_smoothing",
        )
    }
