"""What recommendations of an account are worth when they are carried out."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zlib import crc32

import duckdb
import numpy as np
import pandas as pd

from python_jobs.audience.recommendations.adsets import adset_candidates
from python_jobs.audience.recommendations.audiences import new_audiences
from python_jobs.audience.recommendations.choose import choose
from python_jobs.audience.recommendations.layout import tuples
from python_jobs.audience.recommendations.recommend import READS
from python_jobs.config.schema import Parameters
from python_jobs.decisions.relations import frame
from python_jobs.simulation.account import PURCHASERS
from python_jobs.simulation.audience.build import AudienceCustomer
from python_jobs.simulation.audience.carry_out import (
    DAYS,
    AddAds,
    BuyPurchases,
    Change,
    EditTargeting,
    ExcludeBuyers,
    Merge,
    NewAdSet,
    Outcome,
    PauseAd,
    RaiseCap,
    SetBudget,
    carry_out,
)
from python_jobs.simulation.audience.spec import DRAFT, Kind
from python_jobs.simulation.audience.targeting import audience_name
from python_jobs.simulation.audience.truth import usual_claims
from python_jobs.simulation.pipeline import CompiledProject

Tables = Mapping[str, pd.DataFrame]
Candidate = Any
"""a named tuple of `CANDIDATES`"""

MONTH = 30  # days that gains are told of
TOP = 5
DRAWS = 5  # of changes at random, whose mean is shown
POLICIES = ("recommended", "at random", "highest ROAS")
SOURCE_KINDS: Mapping[str, Kind] = {
    "Purchasers 180 days": "buyers",
    "Top 25 percent buyers": "list",
    "Add to cart 30 days": "cart",
    "Email list VIP": "list",
}


def read_tables(results: duckdb.DuckDBPyConnection, compiled: CompiledProject) -> Tables:
    """Return what recommendations are made of, by name."""
    schemas = {model.name: model.schema for model in compiled.models}
    schemas |= {seed.name: seed.schema for seed in compiled.seeds}
    schemas |= {name: schema for schema, name in compiled.inputs}
    return {name: frame(results.table(f'"{schemas[name]}"."{name}"')) for name in READS}


def judge_recommendations(
    account: AudienceCustomer, tables: Tables, parameters: Parameters
) -> dict[str, Any]:
    """Carry out what is recommended, each by itself and the five best together.

    The same number of changes drawn from all candidates, and those of the ad sets with the highest
    ROAS that Meta reports, stand beside them. Money is attributed revenue of 30 days, less what the
    money that is added returns elsewhere, as tables tell it: they are priced alike.

    Returns:
        'recommendations': one dict per recommendation: its type, `roas` (true), `low` and `high`
        (its interval), `gain`, `gain_low`, `gain_told`. 'policies': by name of `POLICIES` the gain
        of all changes together and their number; of what is recommended also the sums told.

    """
    found = pd.concat(
        [new_audiences(tables, parameters), adset_candidates(tables, parameters)],
        ignore_index=True,
    )
    if found.empty:
        return {"recommendations": [], "policies": {}}
    chosen = choose(found, tables, parameters)
    chosen = chosen.assign(score=chosen["gain_30d"] * chosen["confidence"])
    chosen = chosen.sort_values("score", ascending=False, kind="stable").reset_index(drop=True)
    judge = Judge(account, tables, parameters)
    each = [judge.one(row) for row in tuples(chosen)]
    top = tuples(chosen.head(TOP))
    if not top:
        return {"recommendations": [], "policies": {}}
    rng = np.random.default_rng([account.spec.seed, DRAFT, 42])
    drawn = [
        judge.gain(apart(found.sample(frac=1.0, random_state=rng), len(top))) for _ in range(DRAWS)
    ]
    by_roas = found.assign(raw=judge.raw_roas(found)).sort_values(
        "raw", ascending=False, kind="stable"
    )
    return {
        "recommendations": each,
        "policies": {
            "recommended": {
                "gain": judge.gain(top),
                "told": float(sum(row.gain_30d for row in top)),
                "low": float(sum(row.gain_30d_low for row in top)),
                "changes": len(top),
            },
            "at random": {"gain": float(np.mean(drawn)), "changes": len(top)},
            "highest ROAS": {"gain": judge.gain(apart(by_roas, len(top))), "changes": len(top)},
        },
    }


def apart(found: pd.DataFrame, count: int) -> list[Candidate]:
    """Return the first candidates of which no two touch the same ad set."""
    kept, touched = list[Candidate](), set[str]()
    for row in tuples(found):
        mine = set(row.adset_ids) if row.table == "adset" else set()
        if len(kept) < count and not mine & touched:
            kept.append(row)
            touched |= mine
    return kept


class Judge:
    """One account, left alone and with changes."""

    def __init__(self, account: AudienceCustomer, tables: Tables, parameters: Parameters) -> None:
        """Run the account without changes."""
        self.account = account
        self.tables = tables
        self.ads_to_add = parameters.recommendations.changes.ads_to_add
        self.usual = usual_claims(account)
        sizes = tables["opportunity_sizes"]
        of_adsets = sizes.loc[sizes["entity_level"] == "adset", "clearing_marginal_roas"]
        self.elsewhere = float(of_adsets.median())
        self.alone = carry_out(account, [])

    def gain(self, rows: Sequence[Candidate]) -> float:
        """Return what candidates earn together in 30 days."""
        changes = [change for row in rows for change in self.changes(row)]
        return self._gain(carry_out(self.account, changes))

    def _gain(self, outcome: Outcome) -> float:
        earned = self.usual * (outcome.all_revenue - self.alone.all_revenue)
        spent = outcome.all_spend - self.alone.all_spend
        return (earned - self.elsewhere * spent) * MONTH / DAYS

    def one(self, row: Candidate) -> dict[str, Any]:
        """Hold one recommendation against what it earns by itself."""
        outcome = carry_out(self.account, self.changes(row))
        if row.table == "audience":
            earned, spent = outcome.new_revenue.sum(), outcome.new_spend.sum()
        else:
            ids = self.account.customer.account.ad_set_ids
            places = [ids.index(key) for key in row.adset_ids]
            earned, spent = outcome.revenue[places].sum(), outcome.spend[places].sum()
        return {
            "type": row.recommendation_type,
            "table": row.table,
            # of what is paused nothing is expected
            "roas": float(self.usual * earned / spent) if row.daily_budget != 0 else None,
            "low": row.expected_roas_low,
            "high": row.expected_roas_high,
            "gain": self._gain(outcome),
            "gain_told": row.gain_30d,
            "gain_low": row.gain_30d_low,
            "gain_high": row.gain_30d_high,
        }

    def raw_roas(self, found: pd.DataFrame) -> "pd.Series[float]":
        """Return the ROAS by Meta of the ad sets that candidates touch or are modelled on."""
        evidence = self.tables["adset_evidence"].set_index("adset_id")
        sums = evidence[["purchase_value_reported", "spend"]].astype(float).fillna(0.0)
        touched = found["adset_ids"].explode().map(sums["purchase_value_reported"])
        spend = found["adset_ids"].explode().map(sums["spend"])
        return touched.groupby(level=0).sum() / spend.groupby(level=0).sum()

    def changes(self, row: Candidate) -> list[Change]:
        """Return what a candidate changes.

        Raises:
            ValueError: it is of a type that no simulated account can carry out.

        """
        if row.table == "audience":
            creative = row.creative_type if isinstance(row.creative_type, str) else None
            number = crc32(row.name.encode())  # the same draw whoever chooses it
            return [NewAdSet(self._kind(row), row.daily_budget, creative, number)]
        key = row.adset_ids[0]
        verdicts = self.tables["ad_verdicts"]
        poor = verdicts[(verdicts["adset_id"] == key) & (verdicts["verdict"] == "pause")]
        changes: dict[str, Callable[[], list[Change]]] = {
            "merge": lambda: [Merge(tuple(row.adset_ids))],
            "pause": lambda: [PauseAd(ad) for ad in self._ads(key)],
            "pause_ads": lambda: [PauseAd(ad) for ad in poor["ad_id"]],
            "change_bid": lambda: [RaiseCap(key)],
            "change_event": lambda: [BuyPurchases(key)],
            "new_creative": lambda: [AddAds(key, row.creative_type, self.ads_to_add)],
            "scale": lambda: [self._raise(row)],
        }
        if row.recommendation_type in changes:
            return changes[row.recommendation_type]()
        if isinstance(row.targeting, dict):
            return self._edits(key, row)
        raise ValueError(f"no simulated account can carry out {row.recommendation_type!r}")

    def _ads(self, adset_id: str) -> list[str]:
        names, ads = self.account.customer.account, self.account.customer.ads
        place = names.ad_set_ids.index(adset_id)
        running = (ads.ad_set == place) & (ads.last_day >= self.account.world.number)
        return [names.ad_ids[ad] for ad in np.flatnonzero(running)]

    def _raise(self, row: Candidate) -> SetBudget:
        """Raise the budget of an ad set, or of the campaign that holds it."""
        decisions = self.tables["decisions"].set_index("budget_entity_id")["recommended_budget"]
        holder = row.adset_ids[0] if row.adset_ids[0] in decisions.index else row.campaign_id
        return SetBudget(holder, float(decisions[holder]))

    def _kind(self, row: Candidate) -> Kind:
        spec = row.targeting
        # all audiences that are to be made are lookalikes
        if isinstance(row.audience_to_create, dict):
            return "lookalike"
        included = spec.get("custom_audiences", [])
        if not included:
            return "interest" if "flexible_spec" in spec else "broad"
        [name] = [
            str(audience["name"])
            for audience in self.account.customer.account.custom_audiences
            if audience["id"] == included[0]["id"]
        ]
        of_plans = {audience_name(plan): plan.kind for plan in self.account.draft.ad_sets}
        return of_plans.get(name) or SOURCE_KINDS[name]

    def _edits(self, adset_id: str, row: Candidate) -> list[Change]:
        """Return what a targeting spec changes about an ad set."""
        plan = self.account.draft.ad_sets[self.account.customer.account.ad_set_ids.index(adset_id)]
        spec, made = row.targeting, row.audience_to_create
        low, high = spec.get("age_range", (spec.get("age_min", 18), spec.get("age_max", 65)))
        countries = tuple(spec["geo_locations"].get("countries", ()))
        genders = tuple(spec.get("genders", ()))
        changes: list[Change] = [
            EditTargeting(
                adset_id,
                countries=countries if set(countries) != set(plan.countries) else None,
                age=(low, high) if (low, high) != plan.age else None,
                genders=genders if genders != plan.genders else None,
                without_network="audience_network"
                not in spec.get("publisher_platforms", ["audience_network"]),
                percent=_percent(made) if isinstance(made, dict) else None,
            )
        ]
        excluded = [audience["id"] for audience in spec.get("excluded_custom_audiences", [])]
        if PURCHASERS["id"] in excluded:
            changes.append(ExcludeBuyers(adset_id))
        return changes


def _percent(made: Mapping[str, Any]) -> int:
    """Per cent of a lookalike that is to be made."""
    ratio: float = json.loads(made["lookalike_spec"])["ratio"]
    return round(100 * ratio)
