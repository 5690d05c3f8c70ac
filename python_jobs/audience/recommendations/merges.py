"""Ad sets of one campaign put together, so that they end learning."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from python_jobs.audience.recommendations.candidates import Spec
from python_jobs.audience.recommendations.current import Tables, told
from python_jobs.audience.recommendations.edits import (
    Row,
    listed,
    percent,
    roas_of,
    still_to_exclude,
)
from python_jobs.audience.recommendations.estimate import Range, constant, estimate
from python_jobs.audience.recommendations.layout import (
    candidate_rows,
    excluded_names,
    money,
    numbered,
    own_budget,
    tuples,
)
from python_jobs.audience.recommendations.targeting import (
    PLACEMENTS,
    is_advantage,
    of_ages,
    of_genders,
    open_placements,
    without_audience,
)
from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import Floats, floats

TOLD_BY = (
    "too_many_ad_sets",
    "age_gender_split_by_hand",
    "duplicate_ad_sets",
    "learning_stuck",
    "budget_below_cpa",
)
"""detectors whose finding on an ad set or its campaign a merge mends"""

PUT_TOGETHER = {
    "age_min",
    "age_max",
    "age_range",
    "genders",
    "flexible_spec",
    "custom_audiences",
    "excluded_custom_audiences",
    *PLACEMENTS,
}
"""fields of a targeting spec in which merged ad sets may differ"""


def merge_candidates(now: pd.DataFrame, tables: Tables, parameters: Parameters) -> pd.DataFrame:
    """Return merges of ad sets alike in campaign, kind of audience, places, languages and event.

    Learning takes `penalty` x (1 - events a week / those that end it) of what an ad set would
    return, at least nothing; merged ad sets have their events together. None of them has ended it,
    so that the edit costs no more learning. The one with most purchases stays; others come to it
    until they have the events, those whose ROAS does not differ from its for certain.
    """
    settings = parameters.recommendations.changes
    needed = parameters.detectors.learning.events_a_week
    where = told(tables, now, *TOLD_BY) & (floats(now, "events_a_week") < needed)
    where &= np.array(
        [isinstance(spec, dict) and _can_merge(spec) for spec in now["targeting"]], dtype=bool
    )
    where &= (now["special_categories"] == 0).to_numpy()
    mine = now[where]
    mine = mine.assign(like=[_likeness(row) for row in tuples(mine)])
    mine = mine.sort_values(
        ["like", "evidence_purchases", "adset_id"], ascending=[True, False, True]
    )
    mine = _of_like_returns(mine, settings.merge_deviations)
    # those after the first that already brings the events stay out
    before = mine.groupby("like")["events_a_week"].cumsum() - mine["events_a_week"]
    mine = mine[(before < needed).to_numpy()]
    mine = mine[mine.groupby("like")["adset_id"].transform("size") >= 2].reset_index(drop=True)
    return _merged(mine, parameters) if len(mine) else pd.DataFrame()


def _of_like_returns(mine: pd.DataFrame, deviations: float) -> pd.DataFrame:
    """Part ad sets that are alike further, by ROAS; in each part the first has most purchases.

    Those whose ROAS does not differ from the first one's for certain are with it, the others are
    parted in the same way.
    """
    parts: list[pd.DataFrame] = []
    while len(mine):
        first = mine.groupby("like")[["adset_id", "roas", "roas_log_error"]].transform("first")
        apart = np.abs(np.log(floats(mine, "roas") / floats(first, "roas")))
        errors = np.hypot(floats(mine, "roas_log_error"), floats(first, "roas_log_error"))
        near = (apart <= deviations * errors) | (mine["adset_id"] == first["adset_id"]).to_numpy()
        parts.append(mine[near].assign(like=mine["like"][near] + f" {len(parts)}"))
        mine = mine[~near]
    return pd.concat(parts) if parts else mine


def _can_merge(spec: Spec) -> bool:
    """People chosen by one list of details or of audiences: of either more make more people."""
    details = spec.get("flexible_spec", [])
    return len(details) + bool(spec.get("custom_audiences")) <= 1


def _likeness(row: Row) -> str:
    """Equal for ad sets that can be merged."""
    kept = {name: value for name, value in row.targeting.items() if name not in PUT_TOGETHER}
    chosen = sorted({"flexible_spec", "custom_audiences"} & set(row.targeting))
    parts = (row.campaign_id, row.audience_type, row.optimization_goal, row.promoted_event)
    return json.dumps([*parts, chosen, _ordered(kept)], sort_keys=True)


def _ordered(value: Any) -> Any:
    """Put lists of a spec in order, for their order says nothing."""
    if isinstance(value, dict):
        return {name: _ordered(part) for name, part in value.items()}
    if isinstance(value, list):
        return sorted(
            (_ordered(part) for part in value), key=lambda part: json.dumps(part, sort_keys=True)
        )
    return value


def _merged(mine: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    learning = parameters.detectors.learning
    events, spend = floats(mine, "events_a_week"), floats(mine, "spend_30d")
    together = mine.groupby("like", sort=False)
    missing = np.maximum(1 - events / learning.events_a_week, 0)
    events_together = together["events_a_week"].transform("sum").to_numpy(dtype=float)
    still_missing = np.maximum(1 - events_together / learning.events_a_week, 0)

    def won(penalty: Floats, roas: Floats) -> Floats:
        return np.asarray(
            roas * spend * ((1 - penalty * still_missing) / (1 - penalty * missing) - 1)
        )

    penalty = constant(learning.penalty, learning.penalty_low, learning.penalty_high, like=spend)
    # the penalty is one for all, what is not known of their ROAS is each one's own
    by_penalty = estimate(lambda part: won(part, floats(mine, "roas")), penalty)
    by_roas = estimate(lambda part: won(penalty.best, part), roas_of(mine))
    revenue = estimate(lambda roas: roas * spend, roas_of(mine))

    def summed(values: Floats) -> Floats:
        sums = pd.Series(values).groupby(mine["like"], sort=False).sum()
        return np.asarray(sums, dtype=np.float64)

    def spread(range_: Range) -> tuple[Floats, Floats]:
        return (
            np.sqrt(summed((range_.best - range_.low) ** 2)),
            np.sqrt(summed((range_.high - range_.best) ** 2)),
        )

    best = summed(by_penalty.best)
    roas_down, roas_up = spread(by_roas)
    gain = Range(
        best,
        best - np.hypot(best - summed(by_penalty.low), roas_down),
        best + np.hypot(summed(by_penalty.high) - best, roas_up),
    )
    down, up = spread(revenue)
    total = summed(revenue.best)
    after = total + best
    keeper = together.head(1).reset_index(drop=True)
    is_held = np.isnan(own_budget(keeper))
    budget = np.where(is_held, np.nan, summed(np.nan_to_num(own_budget(mine))))
    groups = [rows for _, rows in together]
    specs = [put_together(list(rows["targeting"])) for rows in groups]
    more = [
        still_to_exclude(spec, rows["to_exclude"].iloc[0])
        if rows["funnel"].iloc[0] == "prospecting"
        else {}
        for spec, rows in zip(specs, groups, strict=True)
    ]
    specs = [without_audience(spec, names) for spec, names in zip(specs, more, strict=True)]
    says = [_says(rows, names) for rows, names in zip(groups, more, strict=True)]
    purchases = summed(spend / floats(mine, "expected_cpa"))
    rows = candidate_rows(
        keeper,
        "merge",
        gain,
        summed(spend),
        revenue=Range(
            after,
            after - np.hypot(down, gain.best - gain.low),
            after + np.hypot(up, gain.high - gain.best),
        ),
        adset_ids=[list(rows["adset_id"]) for rows in groups],
        targeting=specs,
        exclusions=[excluded_names(spec) for spec in specs],
        daily_budget=np.round(budget, 2),
        evidence_purchases=summed(floats(mine, "evidence_purchases")),
        changes=says,
        evidence=[
            f"{len(rows)} ad sets with {rows['events_a_week'].sum():.0f} events a week together, "
            f"none with the {learning.events_a_week:.0f} that end learning."
            for rows in groups
        ],
        reason=[
            f"{listed(rows['adset_name'])} are alike and have {_events(rows)} events a week; "
            f"learning ends with {learning.events_a_week:.0f}. Together they have "
            f"{rows['events_a_week'].sum():.0f}. Learning is taken to cost "
            f"{percent(learning.penalty)} ({percent(learning.penalty_low)} to "
            f"{percent(learning.penalty_high)}) at its start."
            for rows in groups
        ],
        setup_steps=[_steps(rows, say) for rows, say in zip(groups, says, strict=True)],
    )
    # revenue per purchase stays, so purchases rise as revenue does
    cost = summed(spend) / purchases * (total / after)
    return rows.assign(
        expected_cpa=cost,
        expected_cpa_low=cost * rows["expected_roas"] / rows["expected_roas_high"],
        expected_cpa_high=cost * rows["expected_roas"] / rows["expected_roas_low"],
    )


def _events(rows: pd.DataFrame) -> str:
    return ", ".join(f"{events:.0f}" for events in rows["events_a_week"])


def _says(rows: pd.DataFrame, more_excluded: Mapping[str, str]) -> list[str]:
    first, others = rows["adset_name"].iloc[0], listed(rows["adset_name"].iloc[1:])
    excluded = f", and exclude {listed(more_excluded.values())}" if more_excluded else ""
    return [
        f'Give "{first}" the targeting of all of them{excluded}.',
        f'Copy the ads of {others} into "{first}", as the posts that they are.',
        f"Switch off {others}.",
    ]


def _steps(rows: pd.DataFrame, says: list[str]) -> str:
    first = rows.iloc[0]
    budget = own_budget(rows).sum()
    steps = [f'Open ad set "{first["adset_name"]}" in campaign "{first["campaign_name"]}".', *says]
    if np.isfinite(budget):
        total = money(budget, first["currency"])
        steps.append(
            f"Set its budget to {total} a day, what all have together as decided this morning."
        )
    return numbered([*steps, "Leave it alone until it is judged."])


def put_together(specs: list[Spec]) -> Spec:
    """Return the targeting of ad sets merged into the first: everyone whom any of them reached.

    What any of them excluded stays excluded, unless another one reached it; placements are Meta's
    choice where they differ.
    """
    first = specs[0]
    spec = first
    ages = [_ages(one) for one in specs]
    spec = of_ages(spec, min(low for low, _ in ages), max(high for _, high in ages))
    genders = {tuple(sorted(one.get("genders", (1, 2)))) for one in specs}
    spec = of_genders(spec, list(*genders) if len(genders) == 1 else ())
    if spec.get("genders") == [1, 2]:
        spec = of_genders(spec, ())
    placements = {json.dumps({n: one.get(n) for n in PLACEMENTS}, sort_keys=True) for one in specs}
    if len(placements) > 1:
        spec = open_placements(spec)
    included = _union([one.get("custom_audiences", []) for one in specs])
    ids = {item["id"] for item in included}
    excluded = _union([one.get("excluded_custom_audiences", []) for one in specs])
    chosen = {
        "custom_audiences": included,
        "excluded_custom_audiences": [item for item in excluded if item["id"] not in ids],
        "flexible_spec": _details([one.get("flexible_spec", []) for one in specs]),
    }
    return {
        **{name: value for name, value in spec.items() if name not in chosen},
        **{name: value for name, value in chosen.items() if value},
    }


def _ages(spec: Spec) -> tuple[int, int]:
    wish = spec.get("age_range") if is_advantage(spec) else None
    low, high = wish or (spec.get("age_min", 18), spec.get("age_max", 65))
    return low, high


def _union(lists: list[list[Any]]) -> list[Any]:
    """Items of all lists, each once."""
    return list(
        {
            json.dumps(item.get("id", item) if isinstance(item, dict) else item): item
            for items in lists
            for item in items
        }.values()
    )


def _details(groups: list[list[Spec]]) -> list[Spec]:
    """One list of details of which any will do."""
    found = [group for groups_ in groups for group in groups_]
    names = dict.fromkeys(name for group in found for name in group)
    together = {name: _union([group.get(name, []) for group in found]) for name in names}
    return [together] if together else []
