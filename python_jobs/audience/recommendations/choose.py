"""Which candidates are recommended, in which order, and what would show that they are wrong."""

import json
from typing import Any

import numpy as np
import pandas as pd

from python_jobs.audience.recommendations.candidates import CANDIDATES, Spec
from python_jobs.audience.recommendations.current import MONTH, Tables, in_order
from python_jobs.audience.recommendations.estimate import Range, probability
from python_jobs.audience.recommendations.layout import tuples
from python_jobs.audience.recommendations.proposed import (
    crowds_campaign,
    flagged,
    likeness,
    setup_of,
    spoken_against,
)
from python_jobs.audience.recommendations.targeting import GROWN_UP, OLDEST, problems
from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import Bools, Floats, floats

SURPRISE = 0.1
"""chance to see so few purchases although the expectation is right"""

CHOSEN = (*CANDIDATES, "confidence", "falsified_by", "falsified_after_days", "rank")


def choose(found: pd.DataFrame, tables: Tables, parameters: Parameters) -> pd.DataFrame:
    """Choose among candidates and rank them by gain x confidence, per account and table.

    Left out is what gains too little or too unsurely, what cannot be judged in time, what the
    Marketing API would refuse, what breaks a constraint of the account, what a detector would flag
    and what a finding there is speaks against. Then, from the highest rank down: no ad set in two
    recommendations, no new ad set modelled on one that is paused or in a country that is dropped,
    no two alike, no campaign with more ad sets than it brings through learning, no more rows and no
    more new budgets than the limits allow.

    Args:
        found: Columns as in `CANDIDATES`.
        tables: As `current.Tables` says.
        parameters: All settings.

    Returns:
        Columns as in `CHOSEN`.

    """
    gain = Range(*(floats(found, f"gain_30d{end}") for end in ("", "_low", "_high")))
    judged = found.assign(confidence=probability(gain)).reset_index(drop=True)
    judged = _falsified(judged, tables, parameters)
    judged = judged[judged["account_id"].isin(in_order(tables))]
    judged = judged[_is_worth_it(judged, tables, parameters)].reset_index(drop=True)
    judged = judged[_is_allowed(judged, tables)].reset_index(drop=True)
    judged = judged[~spoken_against(judged, tables)].reset_index(drop=True)
    judged = judged[~flagged(judged, tables, parameters)]
    judged = judged.assign(score=judged["gain_30d"] * judged["confidence"])
    judged["first_adset"] = judged["adset_ids"].map(lambda ids: min(ids, default=""))
    judged = judged.sort_values(
        ["score", "recommendation_type", "first_adset"], ascending=[False, True, True]
    ).reset_index(drop=True)

    of_adsets = judged[judged["table"] == "adset"].reset_index(drop=True)
    of_adsets = _each_ad_set_once(of_adsets)
    of_adsets = _first(of_adsets, parameters)
    new = judged[judged["table"] == "audience"].reset_index(drop=True)
    new = new[~_contradicts(new, of_adsets, tables)]
    new = _each_set_up_once(new)
    new = new[~crowds_campaign(new, tables, parameters)]
    new = _within_money(new, tables, parameters)
    new = _first(new, parameters)
    together = pd.concat([new, of_adsets], ignore_index=True)
    together["rank"] = together.groupby(["account_id", "table"]).cumcount() + 1
    return together[list(CHOSEN)]


def _is_worth_it(found: pd.DataFrame, tables: Tables, parameters: Parameters) -> Bools:
    """Gain enough, surely enough, and to be judged in time."""
    settings = parameters.recommendations
    evidence = tables["adset_evidence"]
    revenue = (MONTH * evidence["current_spend"] * evidence["roas"]).groupby(evidence["account_id"])
    of_account = found["account_id"].map(revenue.sum())
    least = settings.limits.min_gain_share * floats(found.assign(revenue=of_account), "revenue")
    gain = floats(found, "gain_30d")
    days = floats(found, "falsified_after_days")
    return np.asarray(
        (gain > 0)
        & (gain >= least)
        & (floats(found, "confidence") >= settings.limits.min_confidence)
        & (days <= settings.falsification.longest_days)
    )


def _is_allowed(found: pd.DataFrame, tables: Tables) -> Bools:
    """Taken by the Marketing API, and within what the account keeps to."""
    setups = tables["adset_setups"].drop_duplicates("campaign_id").set_index("campaign_id")
    audiences = tables["custom_audiences"]
    lookalikes = set(audiences.loc[audiences["audience_type"] == "lookalike", "audience_id"])
    constraints = tables["recommendation_constraints"]
    allowed = []
    for row in tuples(found):
        spec: Any = row.targeting
        categories = (
            setups["special_ad_categories"].get(row.campaign_id) if row.campaign_id else None
        )
        allowed.append(
            spec is None
            or (
                not problems(
                    spec, special_ad_categories=list(categories or ()), lookalikes=lookalikes
                )
                and _keeps(row, constraints[constraints["account_id"] == row.account_id], tables)
            )
        )
    return np.array(allowed, dtype=bool)


def _keeps(row: Any, constraints: pd.DataFrame, tables: Tables) -> bool:
    """Say whether a set-up keeps to the constraints of its account."""
    spec: Spec = row.targeting
    required = constraints.set_index("constraint_kind")["required_value"]
    countries = set(spec["geo_locations"].get("countries", []))
    kept = True
    if "geo" in required:
        kept &= countries <= set(json.loads(required["geo"]))
    if "age" in required:
        bounds = json.loads(required["age"])
        ages = spec.get("age_range", [spec.get("age_min", GROWN_UP), spec.get("age_max", OLDEST)])
        kept &= bounds["age_min"] <= ages[0] and ages[1] <= bounds["age_max"]
    if setup_of(row, tables)["funnel"] == "prospecting":
        asked = set(constraints.loc[constraints["constraint_kind"] == "exclusion", "scope_id"])
        named = {
            item["id"]
            for side in ("custom_audiences", "excluded_custom_audiences")
            for item in spec.get(side, [])
        }
        kept &= asked <= named
    return bool(kept)


def _each_ad_set_once(found: pd.DataFrame) -> pd.DataFrame:
    """Keep of rows in order of rank those that touch no ad set of a kept row before them.

    In each pass a row is kept that comes first for all of its ad sets; those that share an ad set
    with one are out.
    """
    touched = pd.DataFrame({"place": found.index, "adset_id": found["adset_ids"]}).explode(
        "adset_id"
    )
    kept: list[int] = []
    while len(touched):
        first = touched.groupby("adset_id")["place"].transform("min") == touched["place"]
        wins = first.groupby(touched["place"]).transform("all")
        taken = touched.loc[wins, "adset_id"]
        kept += touched.loc[wins, "place"].unique().tolist()
        out = touched.loc[touched["adset_id"].isin(taken), "place"]
        touched = touched[~touched["place"].isin(out)]
    return found.loc[sorted(kept)].reset_index(drop=True)


def _each_set_up_once(found: pd.DataFrame) -> pd.DataFrame:
    """Keep the first of new ad sets that are set up alike."""
    like = [
        likeness([row.targeting, row.audience_to_create], row.optimization_goal, row.promoted_event)  # type: ignore[arg-type]
        for row in tuples(found)
    ]
    keys = found[["account_id"]].assign(like=like)
    return found[~keys.duplicated()]


def _contradicts(new: pd.DataFrame, of_adsets: pd.DataFrame, tables: Tables) -> Bools:
    """Say which new ad sets are modelled on paused ones alone, or are for dropped countries."""
    is_pause = of_adsets["recommendation_type"] == "pause"
    ended = set(of_adsets.loc[is_pause, "adset_ids"].explode())
    countries = tables["adset_setups"].set_index("adset_id")["countries"]
    dropped = {
        (row.account_id, country)
        for row in tuples(of_adsets[of_adsets["targeting"].notna()])
        for adset_id in row.adset_ids
        for country in countries[adset_id] or ()
        if country not in row.targeting["geo_locations"].get("countries", [country])
    }
    return np.array(
        [
            set(row.adset_ids) <= ended
            or any(
                (row.account_id, country) in dropped
                for country in row.targeting["geo_locations"].get("countries", [])
            )
            for row in tuples(new)
        ],
        dtype=bool,
    )


def _within_money(found: pd.DataFrame, tables: Tables, parameters: Parameters) -> pd.DataFrame:
    """Keep new ad sets, best first, as long as their budgets together are within the limit."""
    share = parameters.recommendations.budgets.largest_share_together
    total = account_totals(tables)
    spent = found.groupby("account_id")["daily_budget"].cumsum()
    return found[spent <= share * found["account_id"].map(total).astype(float) + 0.005]


def account_totals(tables: Tables) -> "pd.Series[float]":
    """Return the budgets per day that decisions give an account."""
    decisions = tables["decisions"]
    return decisions.groupby("account_id")["recommended_budget"].sum()


def _first(found: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Keep as many rows of an account as the limits allow, raises of budgets on their own."""
    limits = parameters.recommendations.limits
    limit_of = {"audience": limits.audience_rows, "adset": limits.adset_rows}
    is_raise = found["recommendation_type"] == "scale"
    limit = found["table"].map(limit_of).where(~is_raise, limits.scale_rows)
    place = found.groupby(["account_id", "table", is_raise.rename("is_raise")]).cumcount()
    return found[place < limit]


def _falsified(found: pd.DataFrame, tables: Tables, parameters: Parameters) -> pd.DataFrame:
    """Add after how many days a row is judged, and by how few purchases it was wrong.

    The day is the first, not before the attribution window is over, by which `purchases_due` are
    due at the expected cost. While an ad set learns its purchases are dearer than the mean of 30
    days: with a sold a day afterwards, L days of learning and the share p that it takes,
    a (D - p min(D, L)) are due by day D, so that N are by the smaller of N / (a (1 - p)) and
    N / a + p L. Of N due fewer than the 10 % quantile of a Poisson count come once in ten times or
    less. Of what is paused it is the account that is looked at.
    """
    settings = parameters.recommendations.falsification
    is_pause = (found["daily_budget"] == 0).to_numpy()
    spend = floats(found, "expected_revenue_30d") / floats(found, "expected_roas") / MONTH
    mean = np.where(is_pause, _sold_a_day(found, tables), spend / floats(found, "expected_cpa"))
    length = np.nan_to_num(floats(found, "learning_days"))
    share = np.nan_to_num(floats(found, "learning_share"))
    afterwards = mean / (1 - share * length / MONTH)
    window = np.fmax(_attribution_days(found, tables), settings.least_days)
    with np.errstate(divide="ignore", invalid="ignore"):
        wanted = settings.purchases_due / afterwards
        enough = np.minimum(wanted / (1 - share), wanted + share * length)
        days = np.fmax(np.ceil(enough), window)
    due = afterwards * (days - share * np.minimum(days, length))
    least = poisson_quantile(np.nan_to_num(due, posinf=0.0), SURPRISE)
    words = [
        f"Within {day:.0f} days the account sells {count:.0f} purchases less at the same spend: "
        "all that Meta counts for it, so that nobody else made them."
        if pause
        else f"Fewer than {few} purchases in the {day:.0f} days after it, counted {wait:.0f} days "
        f"later: {count:.1f} are due{' while it learns' if learns else ''}, and so few come by "
        "chance once in ten times at most."
        for count, day, few, wait, pause, learns in zip(
            due, days, least, window, is_pause, share * length > 0, strict=True
        )
    ]
    return found.assign(falsified_after_days=days, falsified_by=words)


def _sold_a_day(found: pd.DataFrame, tables: Tables) -> Floats:
    """Purchases a day of the ad sets of a row at today's spend."""
    evidence = tables["adset_evidence"].set_index("adset_id")
    sold = evidence["current_spend"] / evidence["expected_cpa"]
    of_row = found["adset_ids"].explode().map(sold).astype(float).groupby(level=0).sum()
    return np.asarray(of_row.reindex(found.index), dtype=np.float64)


def _attribution_days(found: pd.DataFrame, tables: Tables) -> Floats:
    """Longest attribution window of the ad sets of a row; NaN where none is known."""
    settings = tables["adset_setups"].set_index("adset_id")["attribution_setting"]
    windows = settings.str.extractall(r"(\d+)d_")[0].astype(float).groupby(level=0).max()
    of_row = found["adset_ids"].explode().map(windows).astype(float).groupby(level=0).max()
    return np.asarray(of_row.reindex(found.index), dtype=np.float64)


def poisson_quantile(mean: Floats, chance: float) -> "np.ndarray[Any, np.dtype[np.intp]]":
    """Return the smallest k of which k or fewer come with a chance of at least `chance`."""
    counts = np.arange(int(mean.max(initial=0)) + 2)
    log_factorials = np.concatenate([[0.0], np.cumsum(np.log(counts[1:]))])
    logs = np.log(np.maximum(mean, 1e-12))[:, None]
    shares = np.exp(counts * logs - mean[:, None] - log_factorials)
    return np.asarray((np.cumsum(shares, axis=1) < chance).sum(axis=1), dtype=np.intp)
