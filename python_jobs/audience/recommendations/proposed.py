"""What detectors would say of a candidate once it is set up."""

import json
from typing import Any

import numpy as np
import pandas as pd

from python_jobs.audience.detectors.catalogue import DETECTORS
from python_jobs.audience.detectors.evaluate import Inputs, findings
from python_jobs.audience.recommendations.candidates import Spec
from python_jobs.audience.recommendations.current import MONTH, Tables
from python_jobs.audience.recommendations.layout import tuples
from python_jobs.audience.recommendations.targeting import (
    GROWN_UP,
    NEW_AUDIENCE,
    OLDEST,
    is_advantage,
)
from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import Bools, floats

PEOPLE_KNOWN = ("buyers", "visitors", "engagers", "list", "custom")
"""kinds of audiences of people who know the shop"""

MORE_MONEY = ("scale", "change_bid")
"""what spends more in an ad set there is"""

RESTARTS = (
    "exclude_buyers",
    "drop_placement",
    "drop_country",
    "widen_people",
    "wider_lookalike",
    "new_creative",
    "merge",
)
"""what restarts learning"""

LESS_MONEY = (
    "retargeting_over_credited",
    "frequency_too_high",
    "audience_too_broad",
    "wrong_optimization_event",
    "no_purchases",
    "spends_past_end",
)
CANNOT_SPEND = (
    "under_delivery",
    "bound_beside_underspender",
    "throttled_by_bid",
    "dead_but_active",
)
LEAVE_ALONE = ("edits_reset_learning",)
NOT_COMPARABLE = ("mixed_attribution",)
MORE_FOR_STRANGERS = ("retargeting_overfunded", "prospecting_underfunded")
"""detectors by what they ask for"""

AGAINST = {
    "scale": (*LESS_MONEY, *CANNOT_SPEND, *LEAVE_ALONE, *NOT_COMPARABLE),
    "change_bid": LESS_MONEY,
    "pause": ("on_off_switching", *NOT_COMPARABLE),
    **dict.fromkeys(RESTARTS, LEAVE_ALONE),
}
"""by type of recommendation the detectors whose findings on its ad sets or their campaign ask for
the opposite"""

PRIOR_PURCHASES = 3
"""at the account's cost, that a campaign's cost of a purchase counts, as detector inputs have it"""


def flagged(found: pd.DataFrame, tables: Tables, parameters: Parameters) -> Bools:
    """Say of which candidates a detector would speak.

    Each is given to the detectors of ad sets and of their pairs as a row of their inputs, in which
    only stands what it sets up: targeting, event, budget, bid, and what is expected of it.
    Detectors of days, clicks or edits know nothing of it and are silent.
    """
    is_flagged = np.zeros(len(found), dtype=bool)
    if len(found):
        detectors = [one for one in DETECTORS if one.level in ("adset", "adset_pair")]
        told = findings(inputs_of(found, tables), parameters, detectors)
        sides = told["entity_id"].str.split("+").str[0]
        is_flagged[sides.astype(int).to_numpy()] = True
    return is_flagged


def spoken_against(found: pd.DataFrame, tables: Tables) -> Bools:
    """Say which candidates do the opposite of what a finding there is asks for.

    Of new ad sets a campaign's detectors are asked with them in it (`crowds_campaign`).
    """
    told = tables["detector_findings"][["detector_id", "entity_id"]]
    against = pd.DataFrame(
        [(kind, detector) for kind, detectors in AGAINST.items() for detector in detectors],
        columns=["recommendation_type", "detector_id"],
    )
    # a new ad set is not the one that it is modelled on
    changed = found[found["table"] == "adset"].rename_axis("place").reset_index()
    columns = ["place", "recommendation_type", "entity_id"]
    touched = pd.concat(
        [
            changed.explode("adset_ids").rename(columns={"adset_ids": "entity_id"})[columns],
            changed.rename(columns={"campaign_id": "entity_id"})[columns],
        ]
    )
    opposed = touched.merge(against, on="recommendation_type").merge(
        told, on=["detector_id", "entity_id"]
    )
    too_warm = told.loc[told["detector_id"].isin(MORE_FOR_STRANGERS), "entity_id"]
    adds_money = (found["table"] == "audience") | found["recommendation_type"].isin(MORE_MONEY)
    funnels = tables["adset_setups"].set_index("adset_id")["funnel"]
    is_warm = [
        (
            setup_of(row, tables)["funnel"]
            if row.table == "audience"
            else funnels.get(row.adset_ids[0])
        )
        in ("retargeting", "buyers")
        for row in tuples(found)
    ]
    of_account = adds_money & found["account_id"].isin(too_warm) & np.array(is_warm, dtype=bool)
    return np.asarray(found.index.isin(opposed["place"]) | of_account, dtype=bool)


def crowds_campaign(found: pd.DataFrame, tables: Tables, parameters: Parameters) -> Bools:
    """Say of which new ad sets a detector of campaigns would speak once they are in theirs.

    They are in order of rank; each is there with those before it. Money and purchases that are
    expected of them are added to the campaign's own; how sure its cost of a purchase is stays.
    """
    place = np.arange(len(found))
    added = pd.DataFrame(
        {
            "campaign_id": found["campaign_id"].to_numpy(),
            "place": place,
            "more_adsets": 1.0,
            "more_budget": floats(found, "daily_budget"),
            "more_purchases": floats(found, "daily_budget") / floats(found, "expected_cpa"),
        }
    ).dropna(subset="campaign_id")
    together = added.groupby("campaign_id")[["more_adsets", "more_budget", "more_purchases"]]
    added = added.assign(**together.cumsum())
    campaigns = tables["detector_inputs_campaign"]
    rows = added.merge(campaigns, on="campaign_id")
    days = parameters.audience.evidence_days
    sold = floats(rows, "purchases_matured") + PRIOR_PURCHASES
    more_sold, more_spent = days * rows["more_purchases"], days * rows["more_budget"]
    rows = rows.assign(
        campaign_id=rows["place"].astype(str),
        running_adsets=rows["running_adsets"] + rows["more_adsets"],
        daily_budget=rows["daily_budget"] + rows["more_budget"],
        spend_30d=rows["spend_30d"] + MONTH * rows["more_budget"],
        purchases_matured=rows["purchases_matured"] + more_sold,
        cpa=(rows["cpa"] * sold + more_spent) / (sold + more_sold),
    )
    inputs: Inputs = {
        "adset": tables["detector_inputs_adset"].iloc[:0],
        "adset_pair": tables["detector_inputs_pair"].iloc[:0],
        "campaign": rows[campaigns.columns].reset_index(drop=True),
        "account": tables["detector_inputs_account"].iloc[:0],
    }
    told = findings(inputs, parameters, [one for one in DETECTORS if one.level == "campaign"])
    return np.isin(place, told["entity_id"].astype(int))


def inputs_of(found: pd.DataFrame, tables: Tables) -> Inputs:
    """Lay candidates out as rows of `detector_inputs_*`; ad set ids are their positions."""
    found = found.reset_index(drop=True)
    rows = pd.DataFrame(
        [setup_of(row, tables) for row in tuples(found)],
        columns=list(SETUP),
        index=found.index,
    )
    spend = floats(found, "expected_revenue_30d") / floats(found, "expected_roas") / MONTH
    budget = floats(found, "daily_budget")
    a_day = np.where(np.isnan(budget), spend, budget)
    accounts = tables["detector_inputs_adset"].drop_duplicates("account_id").set_index("account_id")
    of_account = {
        name: found["account_id"].map(accounts[name])
        for name in (
            "account_name currency run_id account_purchases account_cpa account_goal account_spends"
        ).split()
    }
    reach = np.log(floats(found, "expected_roas_high") / floats(found, "expected_roas"))
    for_purchases = found["promoted_event"].isin(["PURCHASE"]) | found["promoted_event"].isna()
    rows = rows.assign(
        **of_account,
        account_id=found["account_id"],
        adset_id=found.index.astype(str),
        adset_name=found["name"],
        campaign_id=found["campaign_id"],
        campaign_name=found["campaign_id"],
        is_active=(budget != 0).astype(float),
        is_advantage_campaign=0.0,
        goal=np.where(for_purchases, "purchases", found["promoted_event"]),
        is_for_purchases=for_purchases.astype(float),
        bid_amount=found["bid_amount"],
        campaign_has_budget=np.isnan(budget).astype(float),
        daily_budget=budget,
        setup_source="targeting",
        spend=28 * a_day,
        spend_14d=14 * a_day,
        spend_30d=MONTH * a_day,
        days_without_spend=0.0,
        purchases_matured=28 * a_day / floats(found, "expected_cpa"),
        expected_cpa=found["expected_cpa"],
        roas_log_error=reach,
    )
    adsets = rows.reindex(columns=tables["detector_inputs_adset"].columns)
    return {
        "adset": adsets,
        "adset_pair": _same_as_others(found, adsets, tables),
        "campaign": tables["detector_inputs_campaign"].iloc[:0],
        "account": tables["detector_inputs_account"].iloc[:0],
    }


SETUP = (
    "audience_type funnel excludes_buyers people_chosen is_cut country_count countries "
    "locale_count platform_count platforms audiences lookalike_percent seed_people "
    "longest_window_days audience_size_high"
).split()
"""columns of detectors' inputs that the targeting says"""


def setup_of(row: Any, tables: Tables) -> dict[str, Any]:
    """Read the columns `SETUP` off a candidate; nothing where its targeting stays as it is."""
    spec: Spec | None = row.targeting
    if spec is None:
        return {}
    kinds, facts = _kinds(tables), _facts(tables)
    if row.audience_to_create:
        made = _to_create(row.audience_to_create, facts, tables)
        kinds, facts = {**kinds, NEW_AUDIENCE: made["kind"]}, {**facts, NEW_AUDIENCE: made}
    included = [item["id"] for item in spec.get("custom_audiences", [])]
    excluded = [item["id"] for item in spec.get("excluded_custom_audiences", [])]
    known = [facts[key] for key in included if key in facts]
    audience_type = _type_of(spec, [kinds.get(key, "custom") for key in included])
    kinds_excluded = [kinds.get(key, "custom") for key in excluded]
    ages = spec.get("age_range") if is_advantage(spec) else None
    low, high = ages or (spec.get("age_min", GROWN_UP), spec.get("age_max", OLDEST))
    genders = spec.get("genders", [])
    countries = spec["geo_locations"].get("countries", [])
    platforms = spec.get("publisher_platforms", [])
    is_lookalike = audience_type == "lookalike"
    return {
        "audience_type": audience_type,
        "funnel": _funnel_of(audience_type),
        "excludes_buyers": 1.0
        if "buyers" in kinds_excluded
        else np.nan
        if "custom" in kinds_excluded
        else 0.0,
        "people_chosen": f"{low} to {high}",
        "is_cut": float(low > GROWN_UP or high < OLDEST or len(genders) == 1),
        "country_count": float(len(countries)),
        "countries": ", ".join(countries),
        "locale_count": float(len(spec.get("locales", []))),
        "platform_count": float(len(platforms)),
        "platforms": ", ".join(platforms),
        "audiences": ", ".join(str(fact["name"]) for fact in known),
        "lookalike_percent": _most(fact["percent"] for fact in known) if is_lookalike else np.nan,
        "seed_people": _least(fact["seed"] for fact in known),
        "longest_window_days": _most(fact["days"] for fact in known),
        "audience_size_high": sum(fact["people"] for fact in known)
        if included and len(known) == len(included)
        else np.nan,
    }


def _type_of(spec: Spec, kinds: list[str]) -> str:
    """Read the type of audience off a spec, as `adset_setups` has it."""
    if "lookalike" in kinds:
        return "lookalike"
    if kinds:
        return kinds[0] if len(set(kinds)) == 1 else "custom"
    return "interest" if spec.get("flexible_spec") else "broad"


def _funnel_of(audience_type: str) -> str:
    if audience_type == "buyers":
        return "buyers"
    return "retargeting" if audience_type in PEOPLE_KNOWN else "prospecting"


def _kinds(tables: Tables) -> dict[str, str]:
    audiences = tables["custom_audiences"]
    return dict(zip(audiences["audience_id"], audiences["audience_type"], strict=True))


def _facts(tables: Tables) -> dict[str, dict[str, Any]]:
    """Facts of the account's custom audiences, by id."""
    audiences = tables["custom_audiences"]
    people = audiences.drop_duplicates("audience_name").set_index("audience_name")["size_high"]
    seeds = [
        _least(people.get(name, np.nan) for name in origins.split(", "))
        if isinstance(origins, str)
        else np.nan
        for origins in audiences["lookalike_origin"]
    ]
    return {
        row.audience_id: {
            "name": row.audience_name,
            "people": row.size_high,
            "days": row.retention_days,
            "percent": row.lookalike_percent,
            "seed": seed,
        }
        for row, seed in zip(tuples(audiences), seeds, strict=True)
    }


def _to_create(request: Spec, facts: dict[str, dict[str, Any]], tables: Tables) -> dict[str, Any]:
    """Say of an audience that is to be made what is known of those there are."""
    fact = {
        "kind": "custom",
        "name": request["name"],
        "people": np.nan,
        "days": float(request.get("retention_days", np.nan)),
        "percent": np.nan,
        "seed": np.nan,
    }
    if request["subtype"] != "LOOKALIKE":
        return fact
    made_of = json.loads(request["lookalike_spec"])
    share = made_of["ratio"] - made_of.get("starting_ratio", 0)
    people = tables["country_people"].set_index("country")["people"]
    origin = facts.get(request["origin_audience_id"], {})
    return {
        **fact,
        "kind": "lookalike",
        "people": share * people.get(made_of["country"], np.nan),
        "percent": 100 * made_of["ratio"],
        "seed": origin.get("people", np.nan),
    }


def _least(values: Any) -> float:
    return float(pd.Series(list(values), dtype=float).min())


def _most(values: Any) -> float:
    return float(pd.Series(list(values), dtype=float).max())


def likeness(spec: Spec | None, goal: object, event: object) -> str:
    """Return a text that is equal for set-ups that are the same; names and order do not count."""
    return json.dumps([goal, event, _plain(spec)], sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        has_id = "id" in value
        return {key: _plain(part) for key, part in value.items() if not (has_id and key == "name")}
    if isinstance(value, list):
        return sorted((_plain(part) for part in value), key=json.dumps)
    return value


def _same_as_others(found: pd.DataFrame, adsets: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Pairs of a candidate and an ad set that is on and set up alike, and that it leaves alone."""
    setups = tables["adset_setups"]
    there = setups[setups["is_active"]].merge(
        tables["stg_meta__adsets"].dropna(subset="targeting")[["adset_id", "targeting"]],
        on="adset_id",
    )
    alike = [
        likeness(json.loads(row.targeting), row.optimization_goal, row.promoted_event)
        for row in tuples(there)
    ]
    # where no ad set says its targeting this is empty, and would be a column of numbers
    there = there.assign(like=pd.Series(alike, index=there.index, dtype="str"))
    mine = found[["account_id", "adset_ids"]].assign(
        adset_id=adsets["adset_id"],
        adset_name=adsets["adset_name"],
        like=[
            likeness(row.targeting, row.optimization_goal, row.promoted_event)
            for row in tuples(found)
        ],
    )
    pairs = mine[found["targeting"].notna()].merge(
        there[["account_id", "adset_id", "adset_name", "like"]],
        on=["account_id", "like"],
        suffixes=("", "_of_other"),
    )
    touched = [
        other in ids
        for other, ids in zip(pairs["adset_id_of_other"], pairs["adset_ids"], strict=True)
    ]
    pairs = pairs[~np.array(touched, dtype=bool)]
    rows = pd.DataFrame(
        {
            "account_id": pairs["account_id"],
            "pair_id": pairs["adset_id"] + "+" + pairs["adset_id_of_other"],
            "adset_id": pairs["adset_id"],
            "other_adset_id": pairs["adset_id_of_other"],
            "adset_name": pairs["adset_name"],
            "other_adset_name": pairs["adset_name_of_other"],
            "is_same": 1.0,
        }
    )
    return rows.reindex(columns=tables["detector_inputs_pair"].columns).reset_index(drop=True)
