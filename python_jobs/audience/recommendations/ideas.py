"""New audiences that an account's own data speak for, before anybody reckons what they return.

Each is modelled on an ad set that sells (`Account.models`): its targeting without placements, with
the people changed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from python_jobs.audience.recommendations.accounts import Account
from python_jobs.audience.recommendations.candidates import Spec
from python_jobs.audience.recommendations.expected import WARM
from python_jobs.audience.recommendations.targeting import (
    NEW_AUDIENCE,
    in_countries,
    lookalike,
    of_audience,
)
from python_jobs.decisions.arrays import equals, floats

COLD = ("broad", "interest", "lookalike")

SEEDS = ("buyers", "list", "visitors", "engagers")
"""what a lookalike is made after, the best first: buyers are most like buyers"""

KNOWN_PEOPLE = ("visitors", "engagers", "list", "buyers")

Row = pd.Series
"""of an ad set or audience, as in `Account`"""


@dataclass(frozen=True)
class Idea:
    """A new ad set, before anybody reckoned what it returns."""

    account: Account
    recommendation_type: str
    audience_type: str
    model: Row
    """ad set that it is modelled on"""
    targeting: Spec
    countries: tuple[str, ...]
    reason: str
    label: str = ""
    """the new audience as names say it; empty where it is the model's"""
    audience_to_create: Spec | None = None
    people: float = np.nan
    """in the audience, where that is small"""


def _new_lookalike(account: Account) -> Iterator[Idea]:
    """Find the best audience of which no lookalike is used."""
    audiences = account.audiences
    used = audiences[
        (audiences["audience_type"] == "lookalike") & (audiences["including_adsets"] > 0)
    ]
    origins = used["lookalike_origin"]
    runs_some = (account.running["audience_type"] == "lookalike").any()
    if origins.isna().any() or (runs_some and used.empty):
        return  # of what it runs lookalikes nobody knows
    seeds = audiences[
        audiences["audience_type"].isin(SEEDS if used.empty else SEEDS[:1])
        & (audiences["size_low"] >= account.parameters.detectors.audiences.seed_people)
        & ~audiences["audience_name"].isin(origins)
    ]
    seeds = seeds.assign(order=seeds["audience_type"].map(SEEDS.index)).sort_values(
        ["order", "size_low", "audience_id"], ascending=[True, False, True]
    )
    for seed in _rows(seeds.head(1)):
        for model in _rows(account.models("lookalike", "interest", "broad").head(1)):
            for country in account.countries[:1]:
                reason = (
                    f"No ad set reaches people like those in {_quoted(seed['audience_name'])} "
                    f"({seed['size_low']:,.0f} people or more)."
                )
                yield from _of_lookalike(
                    account, "new_lookalike", model, seed=seed, country=country, reason=reason
                )


def _wider_lookalike(account: Account) -> Iterator[Idea]:
    """Find the next step outwards from lookalikes that pay, made after enough people."""
    models = account.models("lookalike")
    models = models[
        (models["countries"].str.len() == 1) & (models["included_audience_ids"].str.len() == 1)
    ]
    models = models.assign(country=models["countries"].str[0], origin=_origins(account, models))
    widest = models.groupby(["origin", "country"])["lookalike_percent"].transform("max")
    pays = models[
        (models["lookalike_percent"] == widest) & (models["roas_low"] > account.clearing_roas)
    ]
    for model in _rows(pays.drop_duplicates(["origin", "country"])):
        beyond = round(model["lookalike_percent"])
        seeds = _seeds(account, model["origin"])
        few = seeds["size_high"] < account.parameters.detectors.audiences.seed_people
        for seed in _rows(seeds[~few]):
            reason = (
                f"{_name(model)} pays at {beyond} %: {_sold(model)}. The next people outwards are "
                f"the most like those in {_quoted(seed['audience_name'])} whom nobody reaches yet."
            )
            yield from _of_lookalike(
                account,
                "wider_lookalike",
                model,
                seed=seed,
                country=model["country"],
                reason=reason,
                beyond=beyond,
            )


def _new_broad(account: Account) -> Iterator[Idea]:
    """Find where all ad sets choose their people, so that nobody else sees an ad."""
    for model in _rows(account.models(*COLD).head(1)):
        countries = tuple(model["countries"] or ())
        if not countries or any(account.reaches(("broad", "advantage"), c) for c in countries):
            continue
        reason = (
            f"All ad sets in {' and '.join(countries)} choose their people; Meta finds buyers "
            f"among others too. {_name(model)}, the surest, shows what sells: {_sold(model)}."
        )
        yield Idea(
            account,
            "new_broad",
            "broad",
            model,
            account.base(model),
            countries,
            reason,
            label="Broad",
        )


def _new_country(account: Account) -> Iterator[Idea]:
    """Find countries that do no worse than the account, and are not shown there what sells."""
    settings, leads = account.parameters.advantages, account.leads
    returns = floats(leads, "purchases") >= settings.min_purchases
    returns &= floats(leads, "log_effect") >= 0
    orders = floats(leads, "orders") >= settings.min_purchases
    orders &= floats(leads, "orders_share") >= (1 + settings.least_lead) * floats(
        leads, "spend_share"
    )
    worse = equals(leads["verdict"], "disadvantage")
    chosen = (returns | orders) & ~worse & leads.index.isin(account.countries)
    for lead in _rows(leads.assign(returns=returns)[chosen].reset_index(names="country")):
        country = lead["country"]
        why = (
            f"{country} returns {np.exp(lead['log_effect']):.2f} times what the account does on "
            f"{lead['purchases']:.0f} purchases"
            if lead["returns"]
            else f"{country} has {100 * lead['orders_share']:.0f} % of the shop's orders and "
            f"{100 * lead['spend_share']:.0f} % of the spend"
        )
        models = account.models(*COLD).drop_duplicates("audience_type")
        elsewhere = [not account.reaches((kind,), country) for kind in models["audience_type"]]
        for model in _rows(models[elsewhere]):
            kind = model["audience_type"]
            reason = (
                f"{why}, and no ad set of the type {kind} reaches it. {_name(model)} shows what "
                f"sells: {_sold(model)}."
            )
            if kind == "lookalike":
                for seed in _rows(_seeds(account, _origins(account, model.to_frame().T).iloc[0])):
                    yield from _of_lookalike(
                        account, "new_country", model, seed=seed, country=country, reason=reason
                    )
                continue
            spec = in_countries(account.base(model), [country])
            if kind == "interest":
                if "flexible_spec" not in model["spec"]:
                    continue  # of names nobody knows which
                spec["flexible_spec"] = model["spec"]["flexible_spec"]
            yield Idea(account, "new_country", kind, model, spec, (country,), reason)


def _new_retargeting(account: Account) -> Iterator[Idea]:
    """Find people who know the shop and whom no ad set reaches."""
    audiences, settings = account.audiences, account.parameters.detectors.audiences
    warm = account.models(*WARM)
    models = account.models(*COLD) if warm.empty else warm
    recent = ~(audiences["retention_days"] > settings.max_retention_days)
    free = audiences[
        audiences["audience_type"].isin(KNOWN_PEOPLE)
        & (audiences["size_low"] >= settings.narrow_warm)
        & (recent | (audiences["audience_type"] == "buyers"))
        & ~audiences["audience_type"].isin(account.running["audience_type"])
    ].sort_values(["size_low", "audience_id"], ascending=[False, True])
    if (account.running["audience_type"] == "custom").any():
        return  # some are reached, nobody knows which
    for pool in _rows(free.drop_duplicates("audience_type")):
        for model in _rows(models.head(1)):
            buyers = pool["audience_type"] == "buyers"
            spec = of_audience(account.base(model), pool["audience_id"], pool["audience_name"])
            if buyers:
                spec.pop("excluded_custom_audiences", None)
            reason = (
                f"No ad set reaches {_quoted(pool['audience_name'])} ({pool['size_low']:,.0f} "
                f"people or more), who {'have bought before' if buyers else 'know the shop'}."
            )
            yield Idea(
                account,
                "repeat_buyers" if buyers else "new_retargeting",
                pool["audience_type"],
                model,
                spec,
                tuple(model["countries"] or ()),
                reason,
                label=str(pool["audience_name"]),
                people=float(pool["size_low"]),
            )


FINDERS: tuple[Callable[[Account], Iterator[Idea]], ...] = (
    _new_lookalike,
    _wider_lookalike,
    _new_broad,
    _new_country,
    _new_retargeting,
)


def _of_lookalike(
    account: Account,
    recommendation_type: str,
    model: Row,
    *,
    seed: Row,
    country: str,
    reason: str,
    beyond: int = 0,
) -> Iterator[Idea]:
    """Make the lookalike of a seed that begins where another ends, if it would hold enough."""
    percent = _percent(account, country, beyond)
    if percent is None:
        return
    name = str(seed["audience_name"])
    made = lookalike(seed["audience_id"], name, country, percent, beyond)
    yield Idea(
        account,
        recommendation_type,
        "lookalike",
        model,
        of_audience(in_countries(account.base(model), [country]), NEW_AUDIENCE, made["name"]),
        (country,),
        reason,
        label=f"LAL {f'{beyond}-' if beyond else ''}{percent}% {name}",
        audience_to_create=made,
    )


def _percent(account: Account, country: str, beyond: int) -> int | None:
    """Give the next usual per cent of a country that adds enough people, as far as is known."""
    people = account.people.get(country, np.nan) / 100
    least = account.parameters.detectors.audiences.narrow_cold
    steps = account.parameters.recommendations.audiences.lookalike_percents
    enough = [step for step in steps if step > beyond and not (step - beyond) * people < least]
    return enough[0] if enough else None


def _origins(account: Account, models: pd.DataFrame) -> "pd.Series[str]":
    """Give what the lookalike of each ad set is made after; null where nobody knows."""
    origins = account.audiences.set_index("audience_id")["lookalike_origin"]
    return models["included_audience_ids"].str[0].map(origins)


def _seeds(account: Account, name: object) -> pd.DataFrame:
    """Give the audience of a name that a lookalike is made after; none of several or unknown."""
    return account.audiences[account.audiences["audience_name"] == name].head(1)


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """Give the few rows that ideas are made of, one by one."""
    return (frame.loc[label] for label in frame.index)


def _quoted(name: object) -> str:
    return f'"{name}"'


def _name(adset: Row) -> str:
    return _quoted(adset["adset_name"])


def _sold(adset: Row) -> str:
    return (
        f"{adset['purchases_matured_long']:.0f} purchases in its last "
        f"{adset['spending_days_long']:.0f} days, ROAS {adset['roas']:.2f} "
        f"({adset['roas_low']:.2f} to {adset['roas_high']:.2f})"
    )
