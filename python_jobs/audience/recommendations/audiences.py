"""New audiences and what they would return: candidates of the table `audience_recommendations`.

What one would return is told by all ad sets of its kind (`expected`), not by the one that it is
modelled on, whose luck does not go over to another.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from python_jobs.audience.recommendations.accounts import Tables, accounts_of, adsets_of
from python_jobs.audience.recommendations.candidates import candidates
from python_jobs.audience.recommendations.expected import (
    WARM,
    WEEK,
    expect,
    learning_budget,
    levels,
)
from python_jobs.audience.recommendations.ideas import FINDERS, Idea
from python_jobs.audience.recommendations.layout import money
from python_jobs.audience.recommendations.naming import proposed_name
from python_jobs.audience.recommendations.targeting import problems
from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import Floats, floats

READS = (
    "adset_setups",
    "adset_evidence",
    "stg_meta__adsets",
    "custom_audiences",
    "order_countries",
    "creative_fit",
    "competitive_advantages",
    "recommendation_constraints",
    "opportunity_sizes",
    "budget_allocations",
    "country_people",
)
"""models that candidates are made of"""


def new_audiences(tables: Tables, parameters: Parameters) -> pd.DataFrame:
    """Find new audiences and say what each would return.

    Args:
        tables: Those of `READS`.
        parameters: All settings.

    Returns:
        Candidates with the columns of `CANDIDATES`, table 'audience', one per new ad set. None of
        an account that sells nothing, has no clearing marginal ROAS, or too little money to bring a
        new ad set near the end of learning.

    """
    adsets = adsets_of(tables)
    known = levels(adsets[adsets["goal"] == "purchases"], parameters)
    ideas = [
        idea
        for account in accounts_of(tables, adsets, parameters)
        for find in FINDERS
        for idea in find(account)
        if not problems(idea.targeting)
    ]
    if not ideas or known.empty:
        return candidates(pd.DataFrame())
    return candidates(_valued(ideas, known, tables, parameters))


# ---- what it would return


def _valued(
    ideas: list[Idea], known: pd.DataFrame, tables: Tables, parameters: Parameters
) -> pd.DataFrame:
    """Give ideas budget, creative and expectations; those with too little money leave."""
    rows = pd.DataFrame(
        {
            "account_id": [idea.account.account_id for idea in ideas],
            "audience_type": [idea.audience_type for idea in ideas],
            "idea": ideas,
            "clearing_roas": [idea.account.clearing_roas for idea in ideas],
        }
    ).merge(known, on=["account_id", "audience_type"])
    rows = rows.merge(creative_choice(tables["creative_fit"], parameters), how="left")
    rows["effect_variance"] = rows["effect_variance"].fillna(0.0) + [
        _country(idea, "variance") for idea in rows["idea"]
    ]
    rows["log_effect"] = rows["log_effect"].fillna(0.0) + [
        _country(idea, "log_effect") for idea in rows["idea"]
    ]
    total = tables["budget_allocations"].groupby("account_id")["current_budget"].sum()
    rows["daily_budget"] = _budgets(rows, total, parameters)
    rows = rows.dropna(subset="daily_budget").reset_index(drop=True)
    expected = expect(
        rows,
        floats(rows, "daily_budget"),
        log_effect=floats(rows, "log_effect"),
        effect_variance=floats(rows, "effect_variance"),
        clearing_roas=floats(rows, "clearing_roas"),
        parameters=parameters,
    )
    worded = pd.DataFrame(
        [_worded(row, parameters) for row in rows.join(expected).to_dict("records")],
        index=rows.index,
    )
    named = ["account_id", "creative_type", "daily_budget"]
    return (
        rows[named]
        .join(expected)
        .join(worded)
        .assign(table="audience", evidence_purchases=rows["purchases"])
    )


def _country(idea: Idea, column: str) -> float:
    """Return what its country does, of new countries alone: kinds are told where they run."""
    if idea.recommendation_type != "new_country":
        return 0.0
    return float(idea.account.leads[column][idea.countries[0]])


def _budgets(rows: pd.DataFrame, total: pd.Series, parameters: Parameters) -> Floats:
    """Give budgets that end learning in a week, as far as money and audience go; else NaN."""
    settings = parameters.recommendations.budgets
    wanted = learning_budget(rows, parameters)
    most = settings.largest_share_each * rows["account_id"].map(total).to_numpy(dtype=float)
    people = np.array([idea.people for idea in rows["idea"]])
    prices = np.array([_price(idea) for idea in rows["idea"]])
    shown = parameters.opportunity.frequency_warm * people / WEEK
    budget = np.fmin(np.fmin(wanted, most), shown * prices / 1000)
    whole = np.where(budget >= 10, np.floor(budget), np.floor(100 * budget) / 100)
    return np.where(budget >= settings.least_learning_share * wanted, whole, np.nan)


def _price(idea: Idea) -> float:
    """Cost of 1000 impressions of people who know the shop, else of those of its model."""
    rows = idea.account.running
    warm = rows.loc[rows["audience_type"].isin(WARM), "cpm_28d"].dropna()
    return float(warm.median() if len(warm) else idea.model["cpm_28d"])


def creative_choice(cells: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Choose the type of creative that surely sells most per impression in each audience type.

    Args:
        cells: `audience.creative_fit`.
        parameters: All settings.

    Returns:
        One row per account and audience type: creative_type, log_effect (on purchases per
        impression, against the mix that the audience is shown), effect_variance, and ads (of that
        type that it was shown; 0 is a pair never tried).

    """
    of_types = cells[cells["audience_type"].isna()]
    pairs = cells[cells["audience_type"].notna()].merge(
        of_types[["account_id", "measure", "creative_type", "effect_sd"]],
        on=["account_id", "measure", "creative_type"],
        suffixes=("", "_of_type"),
    )
    pairs = pairs.assign(
        log_effect=np.log(pairs["expected_rate"].astype(float)),
        effect_variance=pairs["effect_sd"] ** 2 + pairs["effect_sd_of_type"] ** 2,
        # clicks count against impressions, purchases against clicks
        shown=pairs["exposure"].where(pairs["measure"].str.endswith("per_impression"), 0.0),
    )
    keys = ["account_id", "audience_type"]
    rows = pairs.groupby([*keys, "creative_type"], as_index=False).agg(
        log_effect=("log_effect", "sum"),
        effect_variance=("effect_variance", "sum"),
        shown=("shown", "sum"),
        ads=("ads", "max"),
    )
    weight = rows["shown"].where(rows.groupby(keys)["shown"].transform("sum") > 0, 1.0)
    sums = rows.assign(weight=weight, weighted=weight * rows["log_effect"]).groupby(keys)
    usual = sums["weighted"].transform("sum") / sums["weight"].transform("sum")
    rows["log_effect"] -= usual
    # sure to be good before perhaps the best
    rows["sure"] = rows["log_effect"] - np.sqrt(rows["effect_variance"])
    best = rows.sort_values(["sure", "creative_type"], ascending=[False, True])
    return best.drop_duplicates(keys).drop(columns=["shown", "sure"])


# ---- in words


def _worded(row: Mapping[Any, Any], parameters: Parameters) -> dict[str, Any]:
    idea: Idea = row["idea"]
    model, account = idea.model, idea.account
    has_own = bool(model["campaign_has_budget"])
    name = proposed_name(
        str(model["adset_name"]),
        [str(other) for other in account.running["adset_name"].dropna()],
        label=idea.label,
        countries=idea.countries,
        before=tuple(model["countries"] or ()),
    )
    excluded = [
        str(item.get("name") or item["id"])
        for item in idea.targeting.get("excluded_custom_audiences", [])
    ]
    return {
        "recommendation_type": idea.recommendation_type,
        "adset_ids": [model["adset_id"]],
        "campaign_id": None if has_own else model["campaign_id"],
        "name": name,
        "targeting": idea.targeting,
        "audience_to_create": idea.audience_to_create,
        "optimization_goal": model["optimization_goal"],
        "promoted_event": model["promoted_event"],
        "bid_strategy": "LOWEST_COST_WITHOUT_CAP",
        "exclusions": excluded,
        "evidence": _evidence(row),
        "reason": idea.reason,
        "setup_steps": _steps(row, idea, name, excluded, parameters),
    }


def _evidence(row: Mapping[Any, Any]) -> str:
    kind, adsets = row["audience_type"], int(row["adsets"])
    spread = 100 * float(np.expm1(np.sqrt(row["spread"])))
    currency = row["idea"].model["currency"]
    usual, budget = (money(row[name], currency) for name in ("usual_spend", "daily_budget"))
    told = (
        f"{adsets} {kind} ad set{'s' if adsets > 1 else ''} of the account with "
        f"{row['purchases']:.0f} purchases in the long window return {row['roas']:.2f} at "
        f"{usual} a day"
        if adsets
        else f"The account never tried {kind} ad sets; as it returns on the whole, they return "
        f"{row['roas']:.2f} at {usual} a day"
    )
    return (
        f"{told}; ad sets of one kind differ by {spread:.0f} % either way. A new one at "
        f"{budget} a day is expected to return {row['expected_roas']:.2f} "
        f"({row['expected_roas_low']:.2f} to {row['expected_roas_high']:.2f}) in its first 30 "
        f"days, the account's next unit of money {row['clearing_roas']:.2f} elsewhere."
        f"{_untried(row)}"
    )


def _untried(row: Mapping[Any, Any]) -> str:
    """Say that a pair of creative and audience would be the first of its kind."""
    if row["ads"] != 0:
        return ""
    times = np.exp(row["log_effect"] - _country(row["idea"], "log_effect"))
    return (
        f" No {row['creative_type']} ad was shown to audiences of the type {row['audience_type']} "
        f"yet: by what both do elsewhere it sells {times:.2f} times as much an impression as the "
        "ads there."
    )


def _steps(
    row: Mapping[Any, Any],
    idea: Idea,
    name: str,
    excluded: list[str],
    parameters: Parameters,
) -> str:
    made = idea.audience_to_create
    campaign = idea.model["campaign_name"] or idea.model["campaign_id"]
    steps = []
    if made:
        steps.append(f'Create the audience "{made["name"]}".')
    if idea.model["campaign_has_budget"]:
        steps.append(
            f'Create a campaign with the objective of "{campaign}" and budgets on ad sets: that '
            "campaign holds its own budget, which would give a new ad set what it likes."
        )
        place = "In it"
    else:
        place = f'In the campaign "{campaign}"'
    steps.append(
        f'{place} create the ad set "{name}" with this targeting, automatic placements, '
        f"{money(row['daily_budget'], idea.model['currency'])} a day, no bid cap"
        + (f", without {' and '.join(excluded)}." if excluded else ".")
    )
    creative = row["creative_type"]
    ads = parameters.recommendations.changes.ads_to_start
    steps.append(
        f"Give it {ads} ads, "
        + (f"of type {creative}" if isinstance(creative, str) else "the best of the account")
        + f'; "{idea.model["adset_name"]}" shows the optimization and attribution to copy.'
    )
    steps.append("Leave it alone until learning ends.")
    return " ".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
