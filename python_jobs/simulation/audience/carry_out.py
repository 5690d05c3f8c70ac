"""What recommended changes truly earn: the account's next 28 days with them.

Small on purpose. Assumed, beside what `World` assumes of budgets, learning, capacity and fatigue:

- A new ad set is as good as the account's ad sets of its kind are in the middle, at their usual
  spend, times what its format does; where there are none, as the kind is in this account's shop.
  Its public is its own: it takes nothing from other ad sets. Its people have seen as many ads as
  those of its kind. It starts in learning.
- Excluding buyers gives a prospecting ad set back the 5 % of spend that went to them, and restarts
  learning. It changes nothing else, and nothing in retargeting.
- Merged ad sets have their curves and publics together and lose what they share; nothing is won but
  what learning took.
- A paused ad leaves its share of delivery to the others of its ad set.
- Revenue is what ads cause, not what Meta claims; repeat orders are not in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta

import numpy as np

from python_jobs.simulation.ad_sets import AdSets
from python_jobs.simulation.audience.build import AudienceCustomer, make_ad_sets, world_settings
from python_jobs.simulation.audience.plants import BUYERS_WASTE, alive
from python_jobs.simulation.audience.spec import (
    PROSPECTING,
    AdPlan,
    AdSetPlan,
    CampaignPlan,
    Draft,
    Kind,
    draw_plan,
)
from python_jobs.simulation.audience.truth import overlap
from python_jobs.simulation.curves import Floats
from python_jobs.simulation.world import World

DAYS = 28


@dataclass(frozen=True)
class NewAdSet:
    """An ad set with ads of one format. `budget` is daily, in currency units."""

    kind: Kind
    budget: float
    creative_type: str


@dataclass(frozen=True)
class ExcludeBuyers:
    """Buyers excluded from an ad set."""

    adset_id: str


@dataclass(frozen=True)
class Merge:
    """Ad sets put together into the first of them, with all their budgets."""

    adset_ids: tuple[str, ...]


@dataclass(frozen=True)
class PauseAd:
    """An ad switched off."""

    ad_id: str


@dataclass(frozen=True)
class SetBudget:
    """A daily budget of an ad set, or of the campaign that holds it; 0 pauses."""

    entity_id: str
    budget: float


Change = NewAdSet | ExcludeBuyers | Merge | PauseAd | SetBudget


def carry_out(account: AudienceCustomer, changes: Sequence[Change]) -> float:
    """Return the revenue that ads truly cause in the 28 days after the records, with `changes`.

    Without any it is that of the account left alone. All are made on the first morning.

    Raises:
        ValueError: an id is unknown, or what has no budget of its own shall get one or be merged.

    """
    changed = _Changed(account)
    for change in changes:
        changed.make(change)
    new = [change for change in changes if isinstance(change, NewAdSet)]
    return changed.revenue() + sum(_revenue_of_new(account, change) for change in new)


class _Changed:
    """The account's world on the morning after the records, as changes leave it."""

    def __init__(self, account: AudienceCustomer) -> None:
        self.account = account
        self.world = account.world.fork()
        a = account.world.ad_sets
        arrays = {f.name: getattr(a, f.name) for f in fields(AdSets)}
        copies = {name: values.copy() for name, values in arrays.items() if values is not None}
        self.world.ad_sets = replace(a, **copies)
        self.budgets = account.customer.history.budgets[-1].copy()
        self.paused = np.zeros(len(account.customer.ads), dtype=bool)

    def make(self, change: Change) -> None:
        if isinstance(change, SetBudget):
            self.budgets[self._holder(change.entity_id)] = change.budget
        elif isinstance(change, PauseAd):
            self._pause(change.ad_id)
        elif isinstance(change, Merge):
            self._merge([self._ad_set(key) for key in change.adset_ids])
        elif isinstance(change, ExcludeBuyers):
            place = self._ad_set(change.adset_id)
            plan = self.account.draft.ad_sets[place]
            if plan.kind in PROSPECTING and not plan.excludes_buyers:
                self.world.ad_sets.roas[place] /= 1.0 - BUYERS_WASTE
                edits = (*self.world.settings.other_edits, (self.world.number, place))
                self.world.settings = replace(self.world.settings, other_edits=edits)

    def revenue(self) -> float:
        return _run(self.world, self.budgets)

    def _ad_set(self, key: str) -> int:
        ids = self.account.customer.account.ad_set_ids
        if key not in ids:
            raise ValueError(f"{key} is no ad set of this account")
        return ids.index(key)

    def _holder(self, key: str) -> int:
        names, ad_sets = self.account.customer.account, self.world.ad_sets
        if key in names.campaign_ids:
            campaign = names.campaign_ids.index(key)
            own = bool(names.campaign_holds_budget[campaign])
            place = int(np.flatnonzero(ad_sets.campaign == campaign)[0])
        else:
            place = self._ad_set(key)
            own = not names.campaign_holds_budget[ad_sets.campaign[place]]
        if not own:
            raise ValueError(f"{key} has no budget of its own")
        return int(ad_sets.holder[place])

    def _pause(self, key: str) -> None:
        ads, ids = self.account.customer.ads, self.account.customer.account.ad_ids
        if key not in ids:
            raise ValueError(f"{key} is no ad of this account")
        ad = ids.index(key)
        place = ads.ad_set[ad]
        mine = (ads.ad_set == place) & (ads.last_day >= self.world.number) & ~self.paused
        self.paused[ad] = True
        left = mine & ~self.paused
        shown, click = np.exp(ads.pull), ads.click_factor
        bought = click * ads.purchase_factor
        if not left.any():
            self.world.ad_sets.capacity[place] = 0.0
            return
        for values, factor in (
            (self.world.ad_sets.link_ctr, click),
            (self.world.ad_sets.roas, bought),
        ):
            before = np.average(factor[mine], weights=shown[mine])
            values[place] *= np.average(factor[left], weights=shown[left]) / before

    def _merge(self, places: list[int]) -> None:
        names, a = self.account.customer.account, self.world.ad_sets
        holders = [self._holder(names.ad_set_ids[place]) for place in places]
        plans = self.account.draft.ad_sets
        first = places[0]
        weight = a.base_spend[places]
        for values in (a.roas, a.elasticity, a.cpm, a.link_ctr, a.order_value):
            values[first] = np.average(values[places], weights=weight)
        for place in places[1:]:
            a.pool[first] += (1.0 - overlap(plans[first], plans[place])) * a.pool[place]
        for values in (a.base_spend, a.capacity):
            values[first] = values[places].sum()
        self.budgets[holders[0]] = self.budgets[holders].sum()
        self.budgets[holders[1:]] = 0.0


def _run(world: World, budgets: Floats) -> float:
    """Return the revenue that is expected of the coming days, without the luck of any of them."""
    earned = 0.0
    for _ in range(DAYS):
        earned += float(world.expected_revenue(budgets, typical=True).sum())
        world.step(budgets)
    return earned


def _revenue_of_new(account: AudienceCustomer, change: NewAdSet) -> float:
    """Return what a new ad set earns in a world of its own."""
    draft = account.draft
    alike = [plan for plan in alive(draft) if plan.kind == change.kind]
    plan = draw_plan(account.spec, change.kind, 0, draft.rng(40))
    if alike:
        for name in ("roas", "elasticity", "cpm", "link_ctr", "order_value", "pool", "budget"):
            setattr(plan, name, float(np.median([getattr(other, name) for other in alike])))
    else:
        plan.budget = change.budget
    plan.ads = [AdPlan(change.creative_type, age=0)]
    plan.campaign, plan.room = 0, _room(alike, plan)
    alone = Draft(
        replace(account.spec, first_day=account.as_of - timedelta(days=1)),
        campaigns=[CampaignPlan("New")],
        ad_sets=[plan],
        click_effect=draft.click_effect,
        buy_effect=draft.buy_effect,
        interactions=draft.interactions,
    )
    # it starts on the second day, in learning, and by then has the exposure that is usual
    ad_sets = replace(make_ad_sets(alone), first_day=np.array([1]))
    world = World(world_settings(alone), ad_sets)
    budgets = np.array([change.budget])
    world.step(budgets)
    return _run(world, budgets)


def _room(alike: list[AdSetPlan], plan: AdSetPlan) -> float:
    return float(np.median([other.room for other in alike])) if alike else plan.room
