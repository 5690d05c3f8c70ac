"""What recommended changes truly earn: the account's next 28 days with them.

Small on purpose. Assumed, beside what `World` assumes of budgets, learning, capacity and fatigue:

- A new ad set is drawn as the account's are: its ROAS lies around the mean of its kind by as much
  as those of its kind lie around each other, at their usual spend, times what its format does;
  where there are none, around what the kind is in this account's shop. Its public is its own: it
  takes nothing from other ad sets. It starts in learning.
- Excluding buyers gives a prospecting ad set back the 5 % of spend that went to them, and restarts
  learning. It changes nothing else, and nothing in retargeting.
- Merged ad sets have their curves and publics together and lose what they share; nothing is won but
  what learning took.
- A paused ad leaves its share of delivery to the others of its ad set; new ones take theirs, and
  are as good as ads of their format, a little more or less.
- A part that is taken out of an ad set's targeting (countries, placements) leaves what the other
  parts return; people let in (ages, genders) buy as they do elsewhere. A wider lookalike has more
  people, who buy alike. Each restarts learning.
- A cap raised lets the budget be spent. Bought for purchases, an ad set returns again what planting
  another event took.
- Revenue is what ads cause, not what Meta claims; repeat orders are not in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta

import numpy as np

from python_jobs.simulation.ad_sets import AdSets
from python_jobs.simulation.audience.build import AudienceCustomer, make_ad_sets, world_settings
from python_jobs.simulation.audience.cells import NETWORK, reaches
from python_jobs.simulation.audience.plants import BUYERS_WASTE, WRONG_EVENT_SELLS, alive
from python_jobs.simulation.audience.spec import (
    DRAFT,
    PROSPECTING,
    SPREAD_OF,
    AdPlan,
    AdSetPlan,
    CampaignPlan,
    Draft,
    Kind,
    draw_plan,
)
from python_jobs.simulation.audience.truth import of_cells, overlap
from python_jobs.simulation.curves import Floats
from python_jobs.simulation.customer import Kind as CellKind
from python_jobs.simulation.world import World

DAYS = 28


@dataclass(frozen=True)
class NewAdSet:
    """An ad set with ads of one format, or of the usual ones; `budget` is daily, in currency units.

    `number` tells those of one account apart: each is a draw of its own.
    """

    kind: Kind
    budget: float
    creative_type: str | None
    number: int = 0


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


@dataclass(frozen=True)
class EditTargeting:
    """Countries, ages, genders and platforms of an ad set as they are after one edit.

    `percent` is that of its lookalike; what is None stays, and no genders are all.
    """

    adset_id: str
    countries: tuple[str, ...] | None = None
    age: tuple[int, int] | None = None
    genders: tuple[int, ...] | None = None
    without_network: bool = False
    percent: int | None = None


@dataclass(frozen=True)
class AddAds:
    """New ads of one format in an ad set."""

    adset_id: str
    creative_type: str
    count: int


@dataclass(frozen=True)
class RaiseCap:
    """A bid cap that lets the budget be spent."""

    adset_id: str


@dataclass(frozen=True)
class BuyPurchases:
    """An ad set set up anew for purchases."""

    adset_id: str


Change = (
    NewAdSet
    | ExcludeBuyers
    | Merge
    | PauseAd
    | SetBudget
    | EditTargeting
    | AddAds
    | RaiseCap
    | BuyPurchases
)


@dataclass(frozen=True)
class Outcome:
    """What 28 days bring, in currency units: caused revenue, and spend."""

    revenue: Floats  # by ad set of the account
    spend: Floats
    new_revenue: Floats  # by new ad set, in the order of changes
    new_spend: Floats

    @property
    def all_revenue(self) -> float:
        """That of all ad sets, new ones included."""
        return float(self.revenue.sum() + self.new_revenue.sum())

    @property
    def all_spend(self) -> float:
        """That of all ad sets, new ones included."""
        return float(self.spend.sum() + self.new_spend.sum())


def carry_out(account: AudienceCustomer, changes: Sequence[Change]) -> Outcome:
    """Return what ads truly earn and spend in the 28 days after the records, with `changes`.

    Without any it is that of the account left alone. All are made on the first morning.

    Raises:
        ValueError: an id is unknown, or what has no budget of its own shall get one or be merged.

    """
    changed = _Changed(account)
    for change in changes:
        changed.make(change)
    revenue, spend = _run(changed.world, changed.budgets)
    new = [_run_new(account, change) for change in changes if isinstance(change, NewAdSet)]
    sums = np.array([[earned.sum(), spent.sum()] for earned, spent in new]).reshape(-1, 2)
    return Outcome(revenue, spend, sums[:, 0], sums[:, 1])


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
                self._restart(place)
        elif isinstance(change, EditTargeting):
            self._edit(self._ad_set(change.adset_id), change)
        elif isinstance(change, AddAds):
            self._add_ads(self._ad_set(change.adset_id), change)
        elif isinstance(change, RaiseCap):
            place = self._ad_set(change.adset_id)
            a = self.world.ad_sets
            a.capacity[place] = max(a.capacity[place], self.budgets[a.holder[place]])
        elif isinstance(change, BuyPurchases):
            place = self._ad_set(change.adset_id)
            if self.account.draft.ad_sets[place].goal != "OFFSITE_CONVERSIONS":
                self.world.ad_sets.roas[place] /= WRONG_EVENT_SELLS
                self._restart(place)

    def _restart(self, place: int) -> None:
        edits = (*self.world.settings.other_edits, (self.world.number, place))
        self.world.settings = replace(self.world.settings, other_edits=edits)

    def _edit(self, place: int, change: EditTargeting) -> None:
        plan, a = self.account.draft.ad_sets[place], self.world.ad_sets
        if change.countries is not None:
            kept = [label[0] in change.countries for label in self._labels("country")]
            a.roas[place] *= self._kept(place, "country", kept)
        if change.without_network:
            kept = [label[0] != NETWORK for label in self._labels("placement")]
            a.roas[place] *= self._kept(place, "placement", kept)
        if change.age is not None or change.genders is not None:
            age, genders = change.age or plan.age, change.genders
            wider = replace(plan, age=age, genders=plan.genders if genders is None else genders)
            a.roas[place] *= self._reached(wider) / self._reached(plan)
        if change.percent is not None:
            a.pool[place] *= change.percent / (plan.percent or change.percent)
        self._restart(place)

    def _labels(self, kind: CellKind) -> tuple[tuple[str, ...], ...]:
        return self.account.customer.cells[kind].labels

    def _kept(self, place: int, kind: CellKind, kept: list[bool]) -> float:
        """ROAS of some parts of an ad set over that of the whole; 1 where none would be left."""
        spend, bought = of_cells(self.account, kind, place)
        where = np.array(kept)
        left = spend[where].sum()
        return float(bought[where].sum() / left) if left > 0 else 1.0

    def _reached(self, plan: AdSetPlan) -> float:
        """Purchases per spend of the people a plan reaches, as ad sets for all have them."""
        plans = self.account.draft.ad_sets
        open_ = [p for p, other in enumerate(plans) if not other.genders and other.age == (18, 65)]
        sums = [of_cells(self.account, "age_gender", p) for p in open_]
        spend = np.sum([spent for spent, _ in sums], axis=0)
        bought = np.sum([sold for _, sold in sums], axis=0)
        inside = [reaches(plan, *label) for label in self._labels("age_gender")]
        return float(bought[inside].sum() / spend[inside].sum()) if open_ else 1.0

    def _add_ads(self, place: int, change: AddAds) -> None:
        """Mix new ads in, each a draw of its own."""
        draft, ads = self.account.draft, self.account.customer.ads
        rng = np.random.default_rng([draft.spec.seed, DRAFT, 41, place])
        new = np.arange(change.count)
        shown = np.exp(0.15 * rng.standard_normal(len(new)))
        format_, kind = change.creative_type, draft.ad_sets[place].kind
        click = np.exp(draft.click_effect[format_] + 0.06 * rng.standard_normal(len(new)))
        buy = np.exp(draft.bought(format_, kind) + 0.05 * rng.standard_normal(len(new)))
        mine = (ads.ad_set == place) & (ads.last_day >= self.world.number) & ~self.paused
        weight = np.exp(ads.pull[mine])
        for values, old, fresh in (
            (self.world.ad_sets.link_ctr, ads.click_factor[mine], click),
            (
                self.world.ad_sets.roas,
                (ads.click_factor * ads.purchase_factor)[mine],
                click * buy,
            ),
        ):
            before = np.average(old, weights=weight)
            after = np.average(np.r_[old, fresh], weights=np.r_[weight, shown])
            values[place] *= after / before
        self._restart(place)

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


def _run(world: World, budgets: Floats) -> tuple[Floats, Floats]:
    """Return by ad set the revenue expected of the coming days, without their luck, and spend."""
    earned, spent = np.zeros(len(world.ad_sets)), np.zeros(len(world.ad_sets))
    for _ in range(DAYS):
        earned += world.expected_revenue(budgets, typical=True)
        spent += world.step(budgets).spend
    return earned, spent


def _run_new(account: AudienceCustomer, change: NewAdSet) -> tuple[Floats, Floats]:
    """Return what a new ad set earns and spends in a world of its own."""
    draft = account.draft
    rng = np.random.default_rng([draft.spec.seed, DRAFT, 40, change.number])
    plan = draw_plan(account.spec, change.kind, 0, rng)
    luck = float(np.exp(SPREAD_OF[change.kind] * np.clip(rng.standard_normal(), -1.8, 1.8)))
    alike = [other for other in alive(draft) if other.kind == change.kind]
    plan.budget = change.budget
    if alike:
        for name in ("roas", "budget", "pool"):
            values = [getattr(other, name) for other in alike]
            setattr(plan, name, float(np.exp(np.mean(np.log(values)))))
    plan.roas *= luck
    if change.creative_type is not None:
        plan.ads = [AdPlan(change.creative_type, age=0)]
    plan.campaign = 0
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
