"""What is known of each account, as new audiences are made of it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from python_jobs.audience.recommendations.candidates import Spec
from python_jobs.audience.recommendations.targeting import (
    GROWN_UP,
    OLDEST,
    everyone,
    new_spec,
    open_placements,
    problems,
    renewed,
    without_audience,
)
from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import floats
from python_jobs.decisions.value import INTERVAL

Tables = Mapping[str, pd.DataFrame]
"""by name of the model its rows, as `decisions.relations.frame` gives them"""


@dataclass(frozen=True)
class Account:
    """What is known of one account."""

    account_id: str
    adsets: pd.DataFrame
    """ad sets with setup, evidence and `spec`, which is None where nobody knows it"""
    audiences: pd.DataFrame
    """rows of `custom_audiences`"""
    countries: tuple[str, ...]
    """that it keeps to, the one with most spend first"""
    leads: pd.DataFrame
    """by country: lead, log_effect, variance, orders_share, spend_share, orders"""
    people: Mapping[Any, float]
    """by country adults whom ads can reach, as far as known"""
    exclusions: dict[str, str]
    """id and name of the audiences that ads for strangers leave out"""
    clearing_roas: float
    parameters: Parameters

    @property
    def running(self) -> pd.DataFrame:
        """Ad sets that are on."""
        return self.adsets[self.adsets["is_active"]]

    def models(self, *kinds: str) -> pd.DataFrame:
        """Give ad sets that sell and whose targeting can be taken over, the surest first."""
        rows = self.running
        return rows[
            rows["audience_type"].isin(kinds)
            & (rows["goal"] == "purchases")
            & ~rows["is_advantage_campaign"]
            & rows["spec"].notna()
            & (rows["purchases_matured_long"] >= self.parameters.advantages.min_purchases)
            & (rows["roas"] > 0)
        ].sort_values(["roas_low", "adset_id"], ascending=[False, True])

    def reaches(self, kinds: tuple[str, ...], country: str) -> bool:
        """Say whether an ad set of these kinds is on in a country."""
        rows = self.running[self.running["audience_type"].isin(kinds)]
        return any(country in (countries or []) for countries in rows["countries"])

    def base(self, model: pd.Series) -> Spec:
        """Give the targeting of a new ad set for strangers: open, and without those left out."""
        return without_audience(open_placements(everyone(model["spec"])), self.exclusions)


def adsets_of(tables: Tables) -> pd.DataFrame:
    """Join setup and evidence, with the spec as today's API takes it."""
    evidence = tables["adset_evidence"].drop(columns=["account_id", "campaign_id"])
    adsets = tables["adset_setups"].merge(evidence, on="adset_id")
    adsets = adsets.merge(tables["stg_meta__adsets"][["adset_id", "targeting"]], how="left")
    specs = [_spec(row) for row in adsets.to_dict("records")]
    return adsets.assign(spec=pd.Series(specs, index=adsets.index, dtype=object))


def _spec(adset: Mapping[Any, Any]) -> Spec | None:
    """Give an ad set's targeting; of names what they say; None where it cannot be built on."""
    targeting, countries = adset["targeting"], adset["countries"]
    if adset["special_ad_categories"]:
        return None
    if isinstance(targeting, str):
        spec = renewed(json.loads(targeting))
    elif isinstance(countries, list) and countries:
        youngest, oldest = np.nan_to_num([adset["age_min"], adset["age_max"]], nan=0.0)
        ages = (int(youngest) or GROWN_UP, int(oldest) or OLDEST)
        spec = new_spec(countries, ages=ages, genders=adset["genders"] or ())
    else:
        return None
    return None if problems(spec) else spec


def accounts_of(tables: Tables, adsets: pd.DataFrame, parameters: Parameters) -> Iterator[Account]:
    """Give each account what is known of it; those whose clearing marginal ROAS is not, leave."""
    sizes = tables["opportunity_sizes"].query("entity_level == 'adset'")
    constraints = tables["recommendation_constraints"]
    for account_id, rows in adsets.groupby("account_id", sort=True):
        mine = {name: _of(table, account_id) for name, table in tables.items()}
        size = _of(sizes, account_id)
        spend, clearing = floats(size, "current_spend"), floats(size, "clearing_marginal_roas")
        known = ~np.isnan(clearing) & (spend > 0)
        if not known.any():
            continue
        kept = _of(constraints, account_id)
        geo = kept.loc[kept["constraint_kind"] == "geo", "required_value"]
        yield Account(
            account_id=str(account_id),
            adsets=rows,
            audiences=mine["custom_audiences"],
            countries=_by_spend(rows, json.loads(geo.iloc[0]) if len(geo) else []),
            leads=_leads(mine, parameters),
            people=tables["country_people"].set_index("country")["people"].to_dict(),
            exclusions=exclusions(kept, mine["custom_audiences"]),
            clearing_roas=float(np.average(clearing[known], weights=spend[known])),
            parameters=parameters,
        )


def _of(table: pd.DataFrame, account_id: object) -> pd.DataFrame:
    """Give an account's rows of a table that has the account in it."""
    return table[table["account_id"] == account_id] if "account_id" in table else table


def _by_spend(adsets: pd.DataFrame, allowed: list[str]) -> tuple[str, ...]:
    """Order countries by the spend of ad sets that reach them, shared evenly by each ad set's."""
    rows = adsets[["countries", "spend_all_days"]].explode("countries").dropna()
    rows["spend_all_days"] /= rows.groupby(level=0)["countries"].transform("size")
    spend = rows.groupby("countries")["spend_all_days"].sum().sort_values(ascending=False)
    return tuple(country for country in spend.index if country in allowed and len(country) == 2)


def exclusions(constraints: pd.DataFrame, audiences: pd.DataFrame) -> dict[str, str]:
    """Give what the account always leaves out, and its buyers, of several the usual audience."""
    required = constraints.loc[constraints["constraint_kind"] == "exclusion", "scope_id"]
    buyers = audiences[audiences["audience_type"] == "buyers"].sort_values(
        ["excluding_adsets", "size_high", "audience_id"], ascending=[False, False, True]
    )
    names = audiences.set_index("audience_id")["audience_name"]
    ids = dict.fromkeys([*required, *buyers["audience_id"].iloc[:1]])
    return {key: names.get(key) or key for key in ids}


def _leads(tables: Tables, parameters: Parameters) -> pd.DataFrame:
    """By country: its ROAS against the account's, and the shop's orders against its spend."""
    found = tables["competitive_advantages"].query("segment_kind == 'country'")
    found = found.set_index("segment")
    orders = tables["order_countries"].set_index("country")[["orders", "orders_share"]]
    leads = found[["verdict", "spend_share", "purchases"]].join(orders, how="outer")
    leads["log_effect"] = np.log1p(found["lead"])
    ends = np.log1p(found["lead_high"]) - np.log1p(found["lead_low"])
    leads["variance"] = (ends / (2 * INTERVAL)) ** 2
    return leads.fillna(
        {"log_effect": 0.0, "variance": parameters.creative.prior_deviation**2, "spend_share": 0.0}
    )
