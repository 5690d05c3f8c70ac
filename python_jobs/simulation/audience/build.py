"""Runs an account of the audience side forward: `make_customer(AudienceSpec(...))`.

The world, its days, ads and shop are those of the budget side; what is added are plans that say
how ad sets, ads and breakdowns differ, edits, and buyers who come back.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from python_jobs.simulation.account import Account, ApiObject, make_account
from python_jobs.simulation.ad_sets import AdSets, budget_holders
from python_jobs.simulation.ads import ALL_FORMATS, FOREVER, Ads
from python_jobs.simulation.audience.buyers import return_and_ship
from python_jobs.simulation.audience.cells import make_cells
from python_jobs.simulation.audience.plants import put_in
from python_jobs.simulation.audience.spec import (
    WARM,
    AdPlan,
    AdSetPlan,
    AudienceSpec,
    Draft,
    draw_draft,
)
from python_jobs.simulation.audience.targeting import make_audiences, make_targeting, name_of
from python_jobs.simulation.clock import meta_time
from python_jobs.simulation.curves import Floats
from python_jobs.simulation.customer import Customer, record_customer
from python_jobs.simulation.history import History
from python_jobs.simulation.objects_writer import ATTRIBUTION, minor_units
from python_jobs.simulation.purchases import CLICK_1D
from python_jobs.simulation.settings import AUDIENCES, WorldSettings
from python_jobs.simulation.shop import ShopSettings
from python_jobs.simulation.world import World

CONCEPTS = ("Rain test", "Founder story", "Unboxing", "Three layers", "Summit", "Voices")
ONE_DAY_CLICK = [{"event_type": "CLICK_THROUGH", "window_days": 1}]


@dataclass(frozen=True)
class AudienceCustomer:
    """An account of the audience side: what was recorded, and the plans that it came from."""

    spec: AudienceSpec
    draft: Draft
    customer: Customer
    world: World  # as it stands after the last day

    @property
    def as_of(self) -> date:
        """The morning after the last day."""
        return self.spec.first_day + timedelta(days=self.spec.days)


def make_customer(spec: AudienceSpec) -> AudienceCustomer:
    """Draw, plant and run an account.

    Raises:
        ValueError: a plant has an unknown kind, or finds no ad set left that it could change.

    """
    draft = draw_draft(spec)
    put_in(draft, spec.plants)
    ad_sets, ads = make_ad_sets(draft), make_ads(draft)
    settings = world_settings(draft)
    world = World(settings, ad_sets)
    history = History.of([world.step(budgets) for budgets in daily_budgets(draft, ad_sets)])
    history = _short_windows(draft, history)
    cells = make_cells(draft)
    purchases_a_day = sum(plan.budget / draft.cpa(plan) for plan in draft.ad_sets)
    customer = record_customer(
        spec.seed,
        ad_sets,
        history,
        ads=ads,
        account=_account(draft, ad_sets, ads),
        shop=ShopSettings(
            seed=spec.seed,
            organic_orders=0.25 * purchases_a_day,
            earlier_orders=0.15 * purchases_a_day,
            earlier_days=200,
            order_value=spec.order_value,
        ),
    )
    repeats = np.array([plan.repeats for plan in draft.ad_sets])
    orders = return_and_ship(customer, repeats, cells["country"])
    return AudienceCustomer(spec, draft, replace(customer, orders=orders, cells=cells), world)


def world_settings(draft: Draft) -> WorldSettings:
    """Return a calm account: what is planted shall not drift away while it runs."""
    days = draft.spec.days
    return WorldSettings(
        seed=draft.spec.seed,
        ad_sets=len(draft.ad_sets),
        first_day=draft.spec.first_day,
        order_value=draft.spec.order_value,
        spend_noise=0.03,
        demand_pull=0.05,
        weekday_spread=0.05,
        season=0.0,
        day_shock=0.08,
        ad_set_shock=0.08,
        drift=0.002,
        jump_rate=0.0,
        other_edits=tuple(
            (days - ago, place) for place, plan in enumerate(draft.ad_sets) for ago in plan.resets
        ),
    )


def make_ad_sets(draft: Draft) -> AdSets:
    """Return the plans as the world takes them."""
    plans, days = draft.ad_sets, draft.spec.days

    def each(name: str) -> Floats:
        return np.array([getattr(plan, name) for plan in plans], dtype=np.float64)

    campaign = np.array([plan.campaign for plan in plans])
    budget, cpm, pool, turnover = each("budget"), each("cpm"), each("pool"), each("turnover")
    mix = np.array([draft.mix(plan) for plan in plans])
    launched = np.array([plan.launched or 0 for plan in plans])
    new = launched > 0
    most = np.array([plan.most_spend or np.inf for plan in plans])
    last = [FOREVER if p.delivered_until is None else days - p.delivered_until - 1 for p in plans]
    return AdSets(
        campaign=campaign,
        holder=budget_holders(campaign, np.array([c.holds_budget for c in draft.campaigns])),
        audience=np.array([_world_audience(plan) for plan in plans]),
        base_spend=budget,
        roas=each("roas") * mix[:, 1],
        elasticity=each("elasticity"),
        capacity=np.minimum(budget * each("room"), most),
        cpm=cpm,
        link_ctr=each("link_ctr") * mix[:, 0],
        order_value=each("order_value"),
        pool=pool,
        turnover=turnover,
        # as many exposures as delivery at this budget keeps up; a new one has none
        start_exposure=np.where(new, 0.0, budget / cpm * 1000.0 / (turnover * pool)),
        fatigue_exponent=np.full(len(plans), 0.43),
        over_claim=each("over_claim"),
        view_share=each("view_share"),
        first_day=np.where(new, days - launched, 0),
        last_day=np.array(last),
        least_spend=np.array([plan.least_spend or 0.0 for plan in plans]),
        returning=each("returning"),
    )


def _world_audience(plan: AdSetPlan) -> int:
    if plan.kind in WARM:
        return AUDIENCES.index("retargeting")
    return AUDIENCES.index("broad" if plan.kind == "advantage" else plan.kind)


def make_ads(draft: Draft) -> Ads:
    """Return all ads; each ad has a creative of its own."""
    days = draft.spec.days
    pairs = [
        (place, slot, plan, ad)
        for place, plan in enumerate(draft.ad_sets)
        for slot, ad in enumerate(plan.ads)
    ]
    earliest = [max(0, days - plan.launched) if plan.launched else 0 for _, _, plan, _ in pairs]
    first = [days - ad.age if ad.age < days else 0 for _, _, _, ad in pairs]
    talent = [ad.click_talent + draft.click_effect[ad.format] for _, _, _, ad in pairs]
    bought = [ad.buy_talent + draft.bought(ad.format, plan.kind) for _, _, plan, ad in pairs]
    return Ads(
        ad_set=np.array([place for place, *_ in pairs]),
        slot=np.array([slot for _, slot, _, _ in pairs]),
        creative=np.arange(len(pairs)),
        creative_format=np.array([ALL_FORMATS.index(ad.format) for *_, ad in pairs]),
        first_day=np.maximum(first, earliest),
        last_day=np.array([_last_day(ad, days) for *_, ad in pairs]),
        pull=np.array([ad.pull for *_, ad in pairs]),
        click_factor=np.exp(talent),
        purchase_factor=np.exp(bought),
    )


def _last_day(ad: AdPlan, days: int) -> int:
    return FOREVER if ad.retired is None else days - ad.retired - 1


def daily_budgets(draft: Draft, ad_sets: AdSets) -> Floats:
    """Budget of each holder on each day. Shape (days, holders)."""
    days = draft.spec.days
    factors = np.ones((days, len(draft.ad_sets)))
    for place, plan in enumerate(draft.ad_sets):
        factors[:, place] = plan.start_factor
        for ago, factor in plan.steps:
            factors[days - ago :, place] = factor
    wanted = factors * ad_sets.base_spend
    held = np.zeros((days, ad_sets.holders))
    for place, holder in enumerate(ad_sets.holder.tolist()):
        held[:, holder] += wanted[:, place]
    return held.round(2)


def _short_windows(draft: Draft, history: History) -> History:
    """Take back what Meta does not credit to ad sets with a one-day click window."""
    short = np.array([plan.click_window == 1 for plan in draft.ad_sets])
    bought = history.purchases
    lost = short[bought.ad_set] & (bought.window != CLICK_1D)
    return replace(history, purchases=replace(bought, credited=bought.credited & ~lost))


def _account(draft: Draft, ad_sets: AdSets, ads: Ads) -> Account:
    ids, audiences = make_audiences(draft)
    concepts = draft.rng(20).permutation(len(ads)) % len(CONCEPTS)
    creatives = tuple(
        f"{CONCEPTS[concept]} | {ALL_FORMATS[kind]}"
        for concept, kind in zip(concepts.tolist(), ads.creative_format.tolist(), strict=True)
    )
    usual = make_account(
        ad_sets,
        ads,
        name="Simulated shop",
        campaign_names=tuple(campaign.name for campaign in draft.campaigns),
        ad_set_names=tuple(name_of(plan) for plan in draft.ad_sets),
        targetings=tuple(make_targeting(plan, ids) for plan in draft.ad_sets),
        creative_names=creatives,
    )
    holds = np.array([campaign.holds_budget for campaign in draft.campaigns])
    fields = {
        **dict(zip(usual.campaign_ids, _campaign_fields(draft), strict=True)),
        **{key: _ad_set_fields(draft, place) for place, key in enumerate(usual.ad_set_ids)},
        **dict(zip(usual.ad_ids, _ad_fields(draft), strict=True)),
    }
    return replace(usual, campaign_holds_budget=holds, custom_audiences=audiences, fields=fields)


def _campaign_fields(draft: Draft) -> list[ApiObject]:
    advantage: ApiObject = {"smart_promotion_type": "AUTOMATED_SHOPPING_ADS"}
    return [advantage if campaign.advantage else {} for campaign in draft.campaigns]


def _day(draft: Draft, ago: int) -> date:
    return draft.spec.first_day + timedelta(days=draft.spec.days - ago)


def _ad_set_fields(draft: Draft, place: int) -> ApiObject:
    plan = draft.ad_sets[place]
    made = _day(draft, plan.launched or draft.spec.days + 20 + 7 * place % 100)
    created = meta_time(made)
    fields: ApiObject = {
        "created_time": created,
        "start_time": created,
        "optimization_goal": plan.goal,
        "attribution_spec": ATTRIBUTION if plan.click_window > 1 else ONE_DAY_CLICK,
    }
    if plan.ended is not None:
        fields["end_time"] = meta_time(_day(draft, plan.ended))
    if plan.bid_cap is not None:
        fields["bid_strategy"] = "LOWEST_COST_WITH_BID_CAP"
        fields["bid_amount"] = round(plan.bid_cap * 100)
    if plan.least_spend is not None:
        fields["daily_min_spend_target"] = minor_units(plan.least_spend)
    if plan.most_spend is not None:
        fields["daily_spend_cap"] = minor_units(plan.most_spend)
    return fields


def _ad_fields(draft: Draft) -> list[ApiObject]:
    return [
        {"created_time": meta_time(_day(draft, ad.age))}
        for plan in draft.ad_sets
        for ad in plan.ads
    ]
