"""Changes of an ad set's targeting, all of one ad set in a single edit.

Money is revenue of 30 days at today's spend. An edit restarts learning, whose cost is counted once
for all of them.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from python_jobs.audience.recommendations.candidates import Spec
from python_jobs.audience.recommendations.current import MONTH, WEEK, Tables, told
from python_jobs.audience.recommendations.estimate import Range, constant, estimate, lognormal
from python_jobs.audience.recommendations.targeting import (
    GROWN_UP,
    NEW_AUDIENCE,
    OLDEST,
    drop_platform,
    in_countries,
    lookalike,
    of_ages,
    of_audience,
    of_genders,
    open_placements,
    without_audience,
)
from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import Bools, Floats, floats

Row = Any
"""a named tuple of `current.ad_sets`"""


@dataclass(frozen=True)
class Edit:
    """One kind of change, over all ad sets. Arrays have one item per ad set."""

    edit_id: str
    applies: Bools
    gain: Range
    """before what learning costs; 0 where it does not apply"""
    change: Callable[[Spec, Row], Spec]
    says: Callable[[Row], str]
    """what to do, in a sentence"""
    why: Callable[[Row], str]


def learning_cost(now: pd.DataFrame, parameters: Parameters) -> Range:
    """Revenue lost when learning starts again.

    With E events a week of the N that end learning an ad set pays penalty x (1 - E / N) as it is,
    at least nothing. After an edit it pays all of the penalty until its events of a week are there
    again, or N: penalty x min(E / N, 1) x ROAS x spend of a week x min(N / E, 1) more.
    """
    learning = parameters.detectors.learning
    ratio = floats(now, "events_a_week") / learning.events_a_week
    spend = floats(now, "spend_30d") * WEEK / MONTH * np.fmin(ratio, 1 / ratio)
    return estimate(
        lambda penalty, roas: penalty * roas * spend,
        constant(learning.penalty, learning.penalty_low, learning.penalty_high, spend),
        roas_of(now),
    )


def learns_again(now: pd.DataFrame, parameters: Parameters) -> dict[str, Any]:
    """Return the columns `learning_days` and `learning_share` of an edit that restarts learning."""
    learning = parameters.detectors.learning
    ratio = floats(now, "events_a_week") / learning.events_a_week
    return {
        "learning_days": WEEK * np.fmin(1 / ratio, 1.0),
        "learning_share": learning.penalty * np.fmin(ratio, 1.0),
    }


def roas_of(now: pd.DataFrame) -> Range:
    """ROAS at today's spend, as decisions have it; its error holds that of the model, too."""
    return lognormal(floats(now, "roas"), floats(now, "roas_log_error"))


def marginal_of(now: pd.DataFrame) -> Range:
    """Marginal ROAS at today's spend, as `opportunity_sizes` has it."""
    return lognormal(floats(now, "marginal_roas"), floats(now, "marginal_log_error"))


def edits(now: pd.DataFrame, tables: Tables, parameters: Parameters) -> list[Edit]:
    """Return all kinds of edits; ad sets without a known targeting have none.

    Nor have those of special ad categories: law leaves little to choose there.
    """
    known = now["targeting"].notna().to_numpy() & (now["special_categories"] == 0).to_numpy()
    network = _drop_network(now, known, tables, parameters)
    return [
        _exclude_buyers(now, known, tables, parameters),
        _widen_people(now, known, tables),
        _drop_country(now, known, tables, parameters),
        _wider_lookalike(now, known, tables, parameters),
        network,
        _open_placements(now, known & ~network.applies, tables),
    ]


def _exclude_buyers(
    now: pd.DataFrame, known: Bools, tables: Tables, parameters: Parameters
) -> Edit:
    """Money that reached buyers buys strangers: share x spend x what the next unit returns.

    In retargeting nobody knows the share; it gains nothing by itself.
    """
    settings = parameters.detectors.audiences
    applies = known & told(tables, now, "buyers_not_excluded", "retargeting_reaches_buyers")
    applies &= now["to_exclude"].map(bool).to_numpy() & (floats(now, "excludes_buyers") == 0)
    spend = floats(now, "spend_30d")
    shares = settings.buyers_share, settings.buyers_share_low, settings.buyers_share_high
    gain = estimate(
        lambda share, marginal: share * spend * marginal,
        constant(*shares, like=spend),
        marginal_of(now),
    )

    return Edit(
        "exclude_buyers",
        applies,
        gain.where(applies & (now["funnel"] == "prospecting").to_numpy()),
        lambda spec, row: without_audience(spec, still_to_exclude(spec, row.to_exclude)),
        lambda row: f"Exclude {listed(still_to_exclude(row.targeting, row.to_exclude).values())}.",
        lambda row: (
            f"It excludes no buyers, whom {percent(shares[0])} of its money is taken to reach "
            f"({percent(shares[1])} to {percent(shares[2])}); with strangers the next unit returns "
            f"{row.marginal_roas:.2f}."
            if row.funnel == "prospecting"
            else "It excludes no buyers."
        ),
    )


def _widen_people(now: pd.DataFrame, known: Bools, tables: Tables) -> Edit:
    """Limits of age and gender off: those left out get the share of money that others give them.

    Both shares and the ratio of ROAS are those of the account's ad sets without limits.
    """
    applies = known & told(tables, now, "age_gender_cut_contradicted")
    inside = floats(now, "inside_purchases") / floats(now, "inside_roas")
    outside = floats(now, "outside_purchases") / floats(now, "outside_roas")
    share, spend = outside / (inside + outside), floats(now, "spend_30d")
    gain = estimate(
        lambda roas, ratio: share * spend * roas * (ratio - 1),
        roas_of(now),
        lognormal(floats(now, "cut_roas_ratio"), floats(now, "cut_log_error")),
    )
    bounds = _age_bounds(tables)

    def ages(row: Row) -> tuple[int, int]:
        return bounds.get(row.account_id, (GROWN_UP, OLDEST))

    return Edit(
        "widen_people",
        applies,
        gain.where(applies),
        lambda spec, row: of_ages(of_genders(spec, ()), *ages(row)),
        lambda row: f"Set ages to {ages(row)[0]} to {ages(row)[1]} and all genders.",
        lambda row: (
            f"It is for {row.people_chosen}; in ad sets for all, those it leaves out have ROAS "
            f"{row.outside_roas:.2f} and those it reaches {row.inside_roas:.2f}."
        ),
    )


def _age_bounds(tables: Tables) -> dict[str, tuple[int, int]]:
    constraints = tables["recommendation_constraints"]
    kept = constraints[constraints["constraint_kind"] == "age"]
    bounds = [json.loads(text) for text in kept["required_value"]]
    return {
        account: (bound["age_min"], bound["age_max"])
        for account, bound in zip(kept["account_id"], bounds, strict=True)
    }


def _moved_money(now: pd.DataFrame, parameters: Parameters) -> Range:
    """Return what money brings that goes to other people of the same ad set: its next unit.

    They may be unlike those reached so far, by `changed_audience_error`.
    """
    unlike = parameters.recommendations.changes.changed_audience_error
    return lognormal(
        floats(now, "marginal_roas"), np.hypot(floats(now, "marginal_log_error"), unlike)
    )


def _drop_country(now: pd.DataFrame, known: Bools, tables: Tables, parameters: Parameters) -> Edit:
    """Leave the poorest country to the others: spend there x (next unit - ROAS there)."""
    applies = known & told(tables, now, "mixed_countries")
    applies &= np.array(
        [
            isinstance(spec, dict) and _leaves_a_country(spec, country)
            for spec, country in zip(now["targeting"], now["worst_country"], strict=True)
        ],
        dtype=bool,
    )
    share = floats(now, "worst_country_spend_30d") / floats(now, "window_spend_30d")
    spend = np.fmin(share, 1) * floats(now, "spend_30d")
    correction = floats(now, "shopify_correction") * floats(now, "incrementality")
    gain = estimate(
        lambda moved, there: spend * (moved - there),
        _moved_money(now, parameters),
        lognormal(
            floats(now, "worst_country_roas") * correction, floats(now, "country_roas_log_error")
        ),
    )
    return Edit(
        "drop_country",
        applies,
        gain.where(applies),
        lambda spec, row: in_countries(
            spec,
            [name for name in spec["geo_locations"]["countries"] if name != row.worst_country],
        ),
        lambda row: f"Take {row.worst_country} out of its countries.",
        lambda row: (
            f"ROAS is {row.worst_country_roas:.2f} in {row.worst_country} and "
            f"{row.best_country_roas:.2f} in {row.best_country}, as Meta reports."
        ),
    )


def _leaves_a_country(spec: Spec, country: object) -> bool:
    places = spec.get("geo_locations", {})
    countries = places.get("countries", [])
    return (
        country in countries
        and len(countries) > 1
        and not set(places)
        - {
            "countries",
            "location_types",
        }
    )


def with_wider_lookalikes(
    now: pd.DataFrame, tables: Tables, parameters: Parameters
) -> pd.DataFrame:
    """Add what a wider lookalike would be: wider_percent, origin, frequency_after, clicks_after.

    People are met at random, so that frequency f over N people has f = x / (1 - exp(-x)) with x
    impressions for each of them; x falls as N grows. Clicks per impression go as (frequency + 1)
    to the power of minus `opportunity.fatigue_exponent`; no more come back than were lost since the
    first weeks.
    """
    percent = floats(now, "lookalike_percent")
    steps = parameters.recommendations.audiences.lookalike_percents
    wider = np.select([percent < step for step in steps], steps, np.nan)
    before = floats(now, "frequency_7d")
    after = _frequency(_exposure(before) * percent / wider)
    clicks = ((after + 1) / (before + 1)) ** -parameters.opportunity.fatigue_exponent
    kept = floats(now, "ctr_kept")
    lost = np.divide(1, kept, out=np.full_like(kept, np.inf), where=kept != 0)
    return now.assign(
        wider_percent=wider,
        origin=_origins(now, tables),
        frequency_after=after,
        clicks_after=np.fmin(clicks, lost),
    )


def _wider_lookalike(
    now: pd.DataFrame, known: Bools, tables: Tables, parameters: Parameters
) -> Edit:
    """More people see the ads less often and click more; the wider audience may be unlike."""
    applies = known & told(
        tables, now, "frequency_too_high", "audience_too_narrow", "tight_lookalike"
    )
    applies &= (now["audience_type"] == "lookalike").to_numpy()
    applies &= now["origin"].notna().to_numpy() & np.isfinite(floats(now, "wider_percent"))
    spend, clicks = floats(now, "spend_30d"), floats(now, "clicks_after")
    gain = estimate(
        lambda roas, likeness: spend * roas * (clicks * likeness - 1),
        roas_of(now),
        lognormal(np.ones_like(spend), parameters.recommendations.changes.changed_audience_error),
    )
    return Edit(
        "wider_lookalike",
        applies,
        gain.where(applies),
        lambda spec, row: of_audience(spec, NEW_AUDIENCE, request_of(row)["name"]),
        lambda row: f'Reach "{request_of(row)["name"]}" instead of {row.audiences}.',
        lambda row: (
            f"People see it {row.frequency_7d:.1f} times in 7 days, in the wider audience about "
            f"{row.frequency_after:.1f} times, for which {percent(row.clicks_after - 1)} more "
            "clicks are usual."
        ),
    )


def request_of(row: Row) -> Spec:
    """Return the request that makes a row's wider lookalike."""
    origin_id, origin_name = row.origin
    (country,) = row.targeting["geo_locations"]["countries"]
    return lookalike(origin_id, origin_name, country, int(row.wider_percent))


def _origins(now: pd.DataFrame, tables: Tables) -> "pd.Series[Any]":
    """Id and name of what an ad set's only lookalike is made after; None where not known."""
    used = tables["int_adset_audiences"]
    included = used[~used["is_excluded"]]
    alone = included[~included["adset_id"].duplicated(keep=False)]
    audiences = tables["custom_audiences"]
    origins = alone.merge(
        audiences[["audience_id", "lookalike_origin"]].dropna(), on="audience_id"
    ).merge(
        audiences[["audience_id", "audience_name"]].drop_duplicates("audience_name", keep=False),
        left_on="lookalike_origin",
        right_on="audience_name",
        suffixes=("", "_of"),
    )
    of_adset = dict(
        zip(
            origins["adset_id"],
            zip(origins["audience_id_of"], origins["lookalike_origin"], strict=True),
            strict=True,
        )
    )
    one_country = [
        isinstance(spec, dict) and len(spec["geo_locations"].get("countries", [])) == 1
        for spec in now["targeting"]
    ]
    found = [
        of_adset.get(adset_id) if alone else None
        for adset_id, alone in zip(now["adset_id"], one_country, strict=True)
    ]
    return pd.Series(found, index=now.index, dtype=object)


def _exposure(frequency: Floats) -> Floats:
    """Impressions per person of an audience that is seen so often by those reached.

    Solves f = x / (1 - exp(-x)) by fixed point, which converges for every f above 1.
    """
    exposure = frequency.copy()
    for _ in range(100):
        exposure = frequency * -np.expm1(-exposure)
    return exposure


def _frequency(exposure: Floats) -> Floats:
    return exposure / -np.expm1(-exposure)


def _drop_network(now: pd.DataFrame, known: Bools, tables: Tables, parameters: Parameters) -> Edit:
    """Leave Audience Network's money to the rest: spend there x (next unit - ROAS there)."""
    applies = known & told(tables, now, "placement_leak")
    applies &= np.array(
        [
            isinstance(spec, dict)
            and "audience_network" in spec.get("publisher_platforms", ["audience_network"])
            for spec in now["targeting"]
        ],
        dtype=bool,
    )
    spend = floats(now, "network_share") * floats(now, "spend_30d")
    gain = estimate(
        lambda moved, roas, ratio: spend * (moved - roas / ratio),
        _moved_money(now, parameters),
        roas_of(now),
        lognormal(
            np.where(applies, floats(now, "network_cpa_ratio"), np.nan),
            floats(now, "network_log_error"),
        ),
    )
    return Edit(
        "drop_placement",
        applies,
        gain.where(applies),
        lambda spec, _: drop_platform(spec, "audience_network"),
        lambda _: "Choose placements by hand, all but Audience Network.",
        lambda row: (
            f"Audience Network takes {percent(row.network_share)} of its money, and a purchase "
            f"there costs {row.network_cpa_ratio:.1f} times the ad set's."
        ),
    )


def _open_placements(now: pd.DataFrame, known: Bools, tables: Tables) -> Edit:
    """Placements left to Meta; what that gains nobody knows before, so it comes with other edits.

    An edit that left them switched off would be one that a detector flags.
    """
    applies = known & told(tables, now, "placements_switched_off")
    return Edit(
        "open_placements",
        applies,
        constant(0.0, 0.0, 0.0, like=floats(now, "spend_30d")),
        lambda spec, _: open_placements(spec),
        lambda _: "Choose Advantage+ placements.",
        lambda row: f"It is shown on {row.platforms} alone.",
    )


def still_to_exclude(spec: Spec, audiences: Mapping[str, str]) -> dict[str, str]:
    """Return those of some audiences, by id, that a spec neither excludes nor includes."""
    named = {
        item["id"]
        for side in ("custom_audiences", "excluded_custom_audiences")
        for item in spec.get(side, [])
    }
    return {key: name for key, name in audiences.items() if key not in named}


def listed(names: Iterable[str]) -> str:
    """Put names into a sentence."""
    return ", ".join(f'"{name}"' for name in names)


def percent(share: float) -> str:
    """Write a share in per cent."""
    return f"{100 * share:.0f} %"
