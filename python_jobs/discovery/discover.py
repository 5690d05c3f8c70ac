"""From past mornings to patterns that a buyer can read, each with the rule it would be."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from python_jobs.decisions.arrays import Bools
from python_jobs.decisions.rules.catalogue import FALLBACK, RULES
from python_jobs.decisions.rules.rows import Rows
from python_jobs.decisions.table import Table
from python_jobs.discovery.importance import Parts, importance
from python_jobs.discovery.patterns import (
    Bound,
    Condition,
    Lift,
    Weeks,
    chosen_transform,
    grown,
    holds,
    lift,
    nodes,
    q_values,
    split_weeks,
    stability,
)
from python_jobs.discovery.targets import NAMES, Target, make_target

FALSE_DISCOVERIES = 0.1
"""share of the patterns reported that may be false"""
MOST_FEATURES = 15
"""that trees may split by, the most important first"""
SAME = 0.8
"""two conditions that hold together for so much of what either holds for are one pattern"""
NEAR = 0.3
"""a rule that matches with such an overlap is named as near"""

PATTERNS = (
    "pattern_id target condition rows_learned rows_tested holders purchases "
    "lift lift_low lift_high p_value q_value stability is_found "
    "nearest_rule nearest_rule_overlap declaration"
).split()
IMPORTANCE = ["target", "transform", "feature", "feature_group", "importance", "importance_error"]


def feature_importance(panel: pd.DataFrame, columns: Sequence[str], seed: int = 0) -> pd.DataFrame:
    """Tell for every target what each feature is worth, on weeks that patterns are learned from.

    Args:
        panel: `backtest.backtest_panel` with the columns that rules read, in any order.
        columns: Numbers among them that patterns may speak of, as known on the morning.
        seed: Of what is random; the same seed tells the same.

    Returns:
        Columns `IMPORTANCE`, one row per target and feature that varies.

    """
    told = []
    for name in NAMES:
        target, features, weeks = _learned(panel, columns, name)
        if not weeks.enough:
            continue
        middle = np.quantile(weeks.number[weeks.learned], 2 / 3)
        parts = Parts(weeks.number < middle, weeks.learned & (weeks.number > middle))
        # many ad sets are enough rows of two weeks, of which neither could judge the other
        if not (parts.learned.any() and parts.judged.any()):
            continue
        transform, _ = chosen_transform(target, features, weeks)
        of_target = importance(target, features, parts, transform, seed)
        told.append(of_target.assign(target=name, transform=transform))
    return pd.concat(told, ignore_index=True)[IMPORTANCE] if told else _no_rows(IMPORTANCE)


def discover(panel: pd.DataFrame, told: pd.DataFrame, matched: Mapping[str, Bools]) -> pd.DataFrame:
    """Grow a tree for every target and test its nodes on later weeks.

    Args:
        panel: As `feature_importance` takes it.
        told: What that returned.
        matched: Which rows each of today's rules matches, as `rule_matches` says.

    Returns:
        Columns `PATTERNS`, one row per pattern tested, the surest first.

    """
    found = [
        row
        for name, of_target in told.groupby("target")
        for row in _tested(panel, str(name), of_target)
    ]
    if not found:
        return _no_rows(PATTERNS)
    rows = pd.DataFrame(found)
    rows["q_value"] = q_values(rows["p_value"].to_numpy(np.float64))
    rows["is_found"] = rows["q_value"] <= FALSE_DISCOVERIES
    nearest = [_nearest(matched, holds(bounds, panel)) for bounds in rows["bounds"]]
    rows["nearest_rule"] = [rule for rule, _ in nearest]
    rows["nearest_rule_overlap"] = [overlap for _, overlap in nearest]
    rows = rows.sort_values(["q_value", "p_value", "condition"]).reset_index(drop=True)
    rows["pattern_id"] = [f"pattern_{number}" for number in range(1, len(rows) + 1)]
    rows["declaration"] = [
        declaration(*told_of)
        for told_of in zip(
            rows["pattern_id"], rows["bounds"], rows["lift"], rows["target"], strict=True
        )
    ]
    return rows[PATTERNS]


def _learned(
    panel: pd.DataFrame, columns: Sequence[str], name: str
) -> tuple[Target, pd.DataFrame, Weeks]:
    """Return a target, the features of its rows that vary, and its weeks."""
    target = make_target(panel, name)
    of_target = panel.iloc[target.rows]
    weeks = split_weeks(of_target["decision_date"].to_numpy())
    features = of_target[list(columns)].astype(np.float64).reset_index(drop=True)
    return target, features.loc[:, features[weeks.learned].std() > 0], weeks


def _tested(panel: pd.DataFrame, name: str, told: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the patterns of one target, each with its test."""
    useful = told[told["importance"] > 0].sort_values("importance", ascending=False, kind="stable")
    leading = useful["feature"].head(MOST_FEATURES).tolist() or told["feature"].tolist()
    target, features, weeks = _learned(panel, leading, name)
    tree = grown(target, features, weeks.learned, told["transform"].iloc[0])
    holder = pd.factorize(panel["budget_entity_id"].iloc[target.rows])[0]
    found = []
    for bounds, above in _distinct(nodes(tree, list(features.columns)), features, weeks.learned):
        inside, parent = holds(bounds, features), holds(above, features)
        outcome = lift(target, inside, weeks.tested, holder)
        # a condition more must tell more: within what holds without it
        within = lift(target, inside, weeks.tested & parent, holder)
        if outcome and within:
            found.append(_row(name, bounds, inside, outcome, weeks))
            found[-1]["p_value"] = max(outcome.p_value, within.p_value)
            found[-1]["stability"] = stability(target, inside, weeks, outcome.ratio)
    return found


def _no_rows(columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})


def _row(
    name: str, bounds: Condition, inside: Bools, outcome: Lift, weeks: Weeks
) -> dict[str, Any]:
    return {
        "target": name,
        "bounds": bounds,
        "condition": condition_text(bounds),
        "rows_learned": int((inside & weeks.learned).sum()),
        "rows_tested": int((inside & weeks.tested).sum()),
        "holders": outcome.holders,
        "purchases": outcome.purchases,
        "lift": outcome.ratio,
        "lift_low": outcome.low,
        "lift_high": outcome.high,
        "p_value": outcome.p_value,
    }


def _distinct(
    conditions: Sequence[tuple[Condition, Condition]], features: pd.DataFrame, learned: Bools
) -> list[tuple[Condition, Condition]]:
    """Leave out conditions that hold where a shorter one does, or where it does not."""
    inside = [holds(bounds, features)[learned] for bounds, _ in conditions]
    # of a condition and its opposite the rarer one is the pattern
    order = sorted(range(len(inside)), key=lambda at: (len(conditions[at][0]), inside[at].sum()))
    kept: list[int] = []
    for at in order:
        if not any(
            max(_overlap(inside[at], inside[o]), _overlap(inside[at], ~inside[o])) >= SAME
            for o in kept
        ):
            kept.append(at)
    return [conditions[at] for at in kept]


def _overlap(one: Bools, other: Bools) -> float:
    """Return the Jaccard index of two sets of rows."""
    return float((one & other).sum() / max((one | other).sum(), 1))


def rule_matches(panel: pd.DataFrame, parameters: object) -> dict[str, Bools]:
    """Return for which rows (rows,) each rule's condition holds; the fallback is none."""
    rows = Rows(Table(panel), parameters)
    return {rule.rule_id: rows.holds(rule.condition) for rule in RULES if rule is not FALLBACK}


def _nearest(matched: Mapping[str, Bools], inside: Bools) -> tuple[str | None, float]:
    """Return the rule that matches most alike, none where it is below `NEAR`, and the overlap."""
    overlaps = {rule: _overlap(inside, rows) for rule, rows in matched.items()}
    rule = max(overlaps, key=overlaps.__getitem__, default="")
    overlap = overlaps.get(rule, 0.0)
    return (rule if overlap >= NEAR else None), overlap


def condition_text(bounds: Sequence[Bound]) -> str:
    """How a pattern reads, as the rules' own conditions do."""
    return " and ".join(f"{each.column} {each.operator} {each.threshold:.4g}" for each in bounds)


def declaration(name: str, bounds: Sequence[Bound], ratio: float, target: str) -> str:
    """Write the rule that a pattern would be, to be pasted into `python_jobs/decisions/rules`."""
    comparisons = "".join(
        f'        Column("{each.column}") {each.operator} {each.threshold:.4g},\n'
        for each in bounds
    )
    return (
        f'Rule(\n    rule_id="{name}",\n    rule_class="efficiency",\n    priority=499,\n'
        f"    condition=all_of(\n{comparisons}    ),\n"
        f'    bound="{"no_cut" if ratio > 1 else "no_raise"}",\n'
        f'    decision_path="{name}",\n'
        f'    rationale="In past weeks {NAMES[target]} was {ratio:.2f} times the others\'.",\n)'
    )
