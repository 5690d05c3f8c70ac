"""What recommendations know of the ad sets there are: one frame of setup, returns and budget."""

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd

from python_jobs.audience.recommendations.accounts import exclusions
from python_jobs.audience.recommendations.candidates import Spec
from python_jobs.audience.recommendations.targeting import (
    ADVANTAGE_AGE,
    GROWN_UP,
    OLDEST,
    is_advantage,
    of_ages,
    renewed,
)
from python_jobs.decisions.arrays import Bools, floats, logarithm
from python_jobs.decisions.value import INTERVAL

Tables = Mapping[str, pd.DataFrame]
"""by name of the model its rows, as `decisions.relations.frame` gives them"""

READS = (
    "adset_setups",
    "adset_evidence",
    "stg_meta__adsets",
    "custom_audiences",
    "int_adset_audiences",
    "country_people",
    "detector_inputs_adset",
    "detector_inputs_pair",
    "detector_inputs_campaign",
    "detector_inputs_account",
    "detector_findings",
    "creative_fit",
    "ad_verdicts",
    "data_incidents",
    "opportunity_sizes",
    "recommendation_constraints",
    "decisions",
    "unit_returns",
)
"""models that changes of ad sets are made of, and that candidates are held against"""

HELD = (
    "learning cooldown pinned excluded tracking outage budget_schedule reserved not_active"
).split()
"""what holds a budget so that its ad sets are left alone, as decisions name it"""

OF_HOLDER = ("action", "current_budget", "recommended_budget")

MONTH, WEEK = 30, 7
"""days"""


def ad_sets(tables: Tables) -> pd.DataFrame:
    """Return the ad sets that are on, spend and may be changed, one row each.

    Not among them: Advantage+ sales campaigns, tests, what a decision holds (learning, a person's
    word, an outage), accounts whose tracking is in doubt, and accounts not bought for purchases.

    Returns:
        Columns of `setups`, of `adset` and of `evidence`, and: targeting (Spec or None), spend_30d
        (30 days at today's spend), clearing_roas, marginal_log_error, curvature, action,
        recommended_budget, current_budget (a day; its own, NaN where the campaign holds it).

    """
    setups = tables["adset_setups"]
    inputs = tables["detector_inputs_adset"]
    inputs = inputs.rename(columns={"spend_30d": "window_spend_30d"})
    facts = inputs[["adset_id", *inputs.columns.difference(setups.columns)]]
    evidence = tables["adset_evidence"]
    returns = evidence[["adset_id", *evidence.columns.difference([*setups, *facts])]]
    now = setups.merge(facts, on="adset_id").merge(returns, on="adset_id")
    now = now.merge(_holders(tables), on="holder_id", how="left")
    now = now.merge(_marginals(tables), on="adset_id", how="left")
    now["clearing_roas"] = now["clearing_roas"].fillna(
        now.groupby("account_id")["clearing_roas"].transform("median")
    )
    targetings = (
        tables["stg_meta__adsets"].dropna(subset="targeting").set_index("adset_id")["targeting"]
    )
    now["special_categories"] = now["special_ad_categories"].map(
        lambda categories: len(categories or ())
    )
    specs = now["adset_id"].map(targetings)
    now["targeting"] = pd.Series(
        [_as_of_today(json.loads(text)) if isinstance(text, str) else None for text in specs],
        index=now.index,
        dtype=object,
    )
    # what is not bought for purchases has no estimates
    now["current_spend"] = now["current_spend"].fillna(now["window_spend_30d"] / MONTH)
    now["spend_30d"] = MONTH * now["current_spend"]
    to_exclude = {account: _to_exclude(tables, account) for account in now["account_id"].unique()}
    now["to_exclude"] = now["account_id"].map(to_exclude.get)
    return now[_may_change(now, tables)].reset_index(drop=True)


def _as_of_today(spec: Spec) -> Spec:
    """Return a spec as it must be to be published again: ages that are a wish stand apart."""
    new = renewed(spec)
    ages = new.get("age_min", GROWN_UP), new.get("age_max", OLDEST)
    is_wish = is_advantage(new) and (ages[0] > ADVANTAGE_AGE or ages[1] < OLDEST)
    return of_ages(new, *ages) if is_wish and "age_range" not in new else new


def _holders(tables: Tables) -> pd.DataFrame:
    decisions = tables["decisions"]
    is_held = decisions["lower_limit"] == decisions["upper_limit"]
    return pd.DataFrame(
        {
            "holder_id": decisions["budget_entity_id"],
            "held_by": decisions["upper_limit_name"].where(is_held),
            **{name: decisions[name] for name in OF_HOLDER},
        }
    )


def _marginals(tables: Tables) -> pd.DataFrame:
    rows = tables["opportunity_sizes"]
    rows = rows[rows["entity_level"] == "adset"]
    reach = logarithm(floats(rows, "marginal_roas_high") / floats(rows, "marginal_roas"))
    sizes = pd.DataFrame(
        {
            "adset_id": rows["entity_id"],
            "clearing_roas": rows["clearing_marginal_roas"],
            "marginal_log_error": reach / INTERVAL,
            **{name: rows[name] for name in ("spend_to", "spend_by_return")},
        }
    )
    returns = tables["unit_returns"]
    # past mornings of the backtest stand beside today's
    is_today = returns["decision_date"].isin(tables["decisions"]["decision_date"])
    is_adset = returns["unit_level"] == "adset"
    curvatures = returns.loc[is_today & is_adset, ["unit_id", "curvature"]]
    # as opportunity_sizes has it
    curvatures = curvatures.assign(curvature=curvatures["curvature"].clip(0.1, 10))
    return sizes.merge(
        curvatures.rename(columns={"unit_id": "adset_id"}), on="adset_id", how="left"
    )


def _to_exclude(tables: Tables, account_id: str) -> dict[str, str]:
    constraints, audiences = tables["recommendation_constraints"], tables["custom_audiences"]
    return exclusions(
        constraints[constraints["account_id"] == account_id],
        audiences[audiences["account_id"] == account_id],
    )


def _may_change(now: pd.DataFrame, tables: Tables) -> Bools:
    ads = tables["ad_verdicts"]
    left_alone = (
        now["held_by"].isin(HELD)
        | (now["action"] == "review_tracking")
        | now["is_advantage_campaign"]
        | now["adset_id"].isin(ads.loc[ads["is_test"], "adset_id"])
    )
    runs = now["is_active"] & (now["current_spend"] > 0) & now["account_id"].isin(in_order(tables))
    known = np.isfinite(floats(now, "clearing_roas"))
    return np.asarray(runs & ~left_alone & known, dtype=bool)


def in_order(tables: Tables) -> set[str]:
    """Return the accounts that are bought for purchases and whose tracking is not in doubt."""
    incidents, adsets = tables["data_incidents"], tables["detector_inputs_adset"]
    in_doubt = incidents.loc[incidents["is_open"] & incidents["is_acted_on"], "account_id"]
    for_purchases = adsets.loc[adsets["account_goal"] == "purchases", "account_id"]
    return set(for_purchases) - set(in_doubt)


def told(tables: Tables, now: pd.DataFrame, *detectors: str) -> Bools:
    """Say of which ad sets one of these detectors has a finding, itself or its campaign."""
    findings = tables["detector_findings"]
    found = findings.loc[findings["detector_id"].isin(detectors), "entity_id"]
    return np.asarray(now["adset_id"].isin(found) | now["campaign_id"].isin(found), dtype=bool)


def least_purchases(tables: Tables, now: pd.DataFrame) -> Bools:
    """Say which ad sets have the purchases that recommendations need at least."""
    constraints = tables["recommendation_constraints"]
    needed = constraints[constraints["constraint_kind"] == "minimum_evidence"]
    least = now["account_id"].map(
        needed.set_index("account_id")["required_value"].astype(float), na_action="ignore"
    )
    return np.asarray(now["evidence_purchases"] >= least, dtype=bool)
