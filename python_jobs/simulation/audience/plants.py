"""Puts mistakes and effects into an account, each as strong as asked for.

Strength is the true effect over the detector's threshold (`thresholds.py`). Shares of a whole
cannot exceed it: where one ad carries an ad set, and so wherever a threshold is a share of ads'
purchases, strength is of the odds. Counts (edits, flips, ads) round to whole numbers.

Most plants change an ad set of its own. Two of the whole account undo each other if planted
together: 'retargeting_overfunded' and 'prospecting_underfunded' both set the share of retargeting.
Some bring others with them, as in life: an ad set below its CPA is stuck in learning, a starved one
does not spend its budget. `truth.py` tells of these as well.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from python_jobs.simulation.audience.reach import pool_of_frequency
from python_jobs.simulation.audience.spec import (
    AUDIENCE_TYPE,
    COLD_FORMATS,
    DRAFT,
    INTERESTS,
    TRACKED,
    WARM,
    AdPlan,
    AdSetPlan,
    CampaignPlan,
    Draft,
    Kind,
    Plant,
    draw_plan,
    equal_marginals,
    set_budget,
)
from python_jobs.simulation.audience.thresholds import THRESHOLDS as T

ABO_COLD: tuple[Kind, ...] = ("interest", "lookalike", "broad")
SELLS_NOTHING = 0.01  # ROAS
BUYERS_WASTE = 0.05  # of a prospecting ad set's spend goes to buyers: 3 to 7 % (audit rules)
WRONG_EVENT_SELLS = 0.7  # of what an ad set would return that is bought for purchases
# what formats do and who buys changes many ad sets: before all that depends on a CPA
FIRST = ("creative_audience_effect", "age_gender_cut_contradicted", "value_goal_unused")
# what sets shares of the account's spend, or compares with other ad sets, comes last
LAST = (
    "retargeting_overfunded",
    "prospecting_underfunded",
    "bound_beside_underspender",
    "segment_with_room",
    "audience_too_broad",
)
PUT: dict[str, Callable[[Draft, float], None]] = {}


def put_in(draft: Draft, plants: Iterable[Plant]) -> None:
    """Change a draft by each of `plants`.

    Raises:
        ValueError: a kind is unknown, or no ad set is left for it.

    """
    order = dict.fromkeys(FIRST, -1) | {kind: 1 + LAST.index(kind) for kind in LAST}
    for plant in sorted(plants, key=lambda plant: order.get(plant.kind, 0)):
        if plant.kind not in PUT:
            raise ValueError(f"nothing is planted by the name {plant.kind!r}: see PUT")
        before = set(draft.taken)
        PUT[plant.kind](draft, plant.strength)
        draft.planted.append((plant, tuple(sorted(draft.taken - before))))


def _plants(put: Callable[[Draft, float], None]) -> Callable[[Draft, float], None]:
    PUT[put.__name__.removeprefix("_put_")] = put
    return put


def _take(draft: Draft, *kinds: Kind, count: int = 1, with_own_budget: bool = True) -> list[int]:
    """Draw ad sets that no plant has changed yet; they count as changed now.

    Several are of one campaign, and in the account's order.
    """
    free = [
        place
        for place, plan in enumerate(draft.ad_sets)
        if place not in draft.taken
        and plan.kind in kinds
        and not (with_own_budget and draft.campaigns[plan.campaign].holds_budget)
    ]
    by_campaign: dict[int, list[int]] = {}
    for place in free:
        by_campaign.setdefault(draft.ad_sets[place].campaign, []).append(place)
    rng = np.random.default_rng([draft.spec.seed, DRAFT, 31, len(draft.taken)])
    large = [places for places in by_campaign.values() if len(places) >= count]
    if large:
        # where most are left most are taken
        sizes = np.array([len(places) for places in large], dtype=np.float64)
        places = large[int(rng.choice(len(large), p=sizes / sizes.sum()))]
        drawn: list[int] = sorted(rng.choice(places, count, replace=False).tolist())
        draft.taken.update(drawn)
        return drawn
    raise ValueError(f"no {count} ad sets of {', '.join(kinds)} are left for another plant")


def _take_plan(draft: Draft, *kinds: Kind, with_own_budget: bool = True) -> AdSetPlan:
    [place] = _take(draft, *kinds, with_own_budget=with_own_budget)
    return draft.ad_sets[place]


def _new_ad_set(draft: Draft, kind: Kind, campaign: int, number: int) -> AdSetPlan:
    rng = np.random.default_rng([draft.spec.seed, DRAFT, 30, len(draft.ad_sets)])
    plan = draw_plan(draft.spec, kind, number, rng)
    plan.campaign = campaign
    draft.taken.add(len(draft.ad_sets))
    draft.ad_sets.append(plan)
    set_budget(draft, plan, draft.spec.usual_events)
    return plan


def _new_campaign(draft: Draft, name: str, *, holds_budget: bool = False) -> int:
    draft.campaigns.append(CampaignPlan(name, holds_budget=holds_budget))
    return len(draft.campaigns) - 1


def _set_weekly_events(draft: Draft, plan: AdSetPlan, events: float) -> None:
    plan.budget = float(np.round(events / 7.0 * draft.cpa_of_meta(plan), 2))
    plan.start_factor, plan.steps = 1.0, ()


def _outsell_campaign(draft: Draft, plan: AdSetPlan) -> None:
    """Give an ad set the best next unit of its campaign, so that it holds back nobody better."""
    others = [
        draft.marginal(other)
        for other in draft.ad_sets
        if other.campaign == plan.campaign and other is not plan
    ]
    best = max(others, default=0.0)
    plan.roas *= max(1.0, 1.2 * best / draft.marginal(plan))


@_plants
def _put_too_many_ad_sets(draft: Draft, strength: float) -> None:
    campaign = _new_campaign(draft, "PRO | Interest tests")
    for number in range(6):
        plan = _new_ad_set(draft, "interest", campaign, 22 + number)
        _set_weekly_events(draft, plan, T.learning_events / strength)


@_plants
def _put_budget_below_cpa(draft: Draft, strength: float) -> None:
    plan = _take_plan(draft, *ABO_COLD)
    plan.budget = float(np.round(draft.cpa(plan) / strength, 2))
    plan.start_factor, plan.steps = 1.0, ()


@_plants
def _put_learning_stuck(draft: Draft, strength: float) -> None:
    _set_weekly_events(draft, _take_plan(draft, *ABO_COLD), T.learning_events / strength)


@_plants
def _put_edits_reset_learning(draft: Draft, strength: float) -> None:
    plan = _take_plan(draft, *ABO_COLD)
    count = round(T.edits_in_7_days * strength)
    days_ago = [10 - place for place in range(count)]
    factors = [1.0 if (count - place) % 2 else 1.35 for place in range(count)]
    plan.start_factor = 1.35 if factors[0] == 1.0 else 1.0
    plan.steps = tuple(zip(days_ago, factors, strict=True))


@_plants
def _put_no_purchases(draft: Draft, strength: float) -> None:
    plan = _take_plan(draft, *ABO_COLD)
    bound = max(T.zombie_cpas * draft.cpa(plan), T.zombie_spend)
    plan.budget = float(np.round(strength * bound / 14.0, 2))
    plan.roas *= 1e-6
    plan.start_factor, plan.steps = 1.0, ()


@_plants
def _put_frequency_too_high(draft: Draft, strength: float) -> None:
    """Show a small public the same ads: launched three weeks ago, its click rate falls since."""
    plan = _take_plan(draft, "lookalike", "interest")
    launched = 24
    plan.launched, plan.start_factor, plan.steps = launched, 1.0, ()
    for place, ad in enumerate(plan.ads):
        ad.age = min(ad.age, launched - place)
    impressions = plan.budget / plan.cpm * 1000.0
    plan.pool = pool_of_frequency(impressions, strength * T.frequency_cold)
    kept, exposures = 0.0, []
    for _ in range(launched):
        exposures.append(kept)
        kept = (1.0 - plan.turnover) * kept + impressions / plan.pool
    # so that it buys in the mean of its days what its plan says
    plan.roas /= float(np.mean((1.0 + np.array(exposures)) ** -0.43))


@_plants
def _put_audience_too_narrow(draft: Draft, strength: float) -> None:
    plan = _take_plan(draft, "lookalike")
    plan.countries, plan.percent = ("IE",), 10
    plan.detail = f"LAL 10% {plan.source}"
    plan.people = round(T.narrow_cold / strength)
    plan.pool = 0.6 * plan.people


@_plants
def _put_audience_too_broad(draft: Draft, strength: float) -> None:
    [place] = _take(draft, "broad")
    plan = draft.ad_sets[place]
    plan.countries, plan.age = ("US",), (18, 65)
    others = [other for other in alive(draft) if other is not plan]
    wanted = usual_marginal(draft, others) * np.exp(-strength * spread(draft, others))
    plan.roas *= float(wanted) / draft.marginal(plan)
    set_budget(draft, plan, draft.spec.usual_events)


@_plants
def _put_overlapping_audiences(draft: Draft, strength: float) -> None:
    first, second = (draft.ad_sets[place] for place in _take(draft, "interest", count=2))
    names = [*first.interests, *second.interests]
    pool = [*names, *_spare_interests(draft)]
    union = min(len(pool), 20)
    shared = min(round(union * T.overlap * strength), union - 1)
    alone = union - shared
    first.interests = tuple(pool[: shared + alone // 2])
    second.interests = (*pool[:shared], *pool[shared + alone // 2 : union])
    first.detail, second.detail = f"INT {first.interests[0]} stack", f"INT {names[3]} stack"
    second.countries, second.age = first.countries, first.age
    second.room = 0.72  # the one that Meta holds back
    _outsell_campaign(draft, second)


def _spare_interests(draft: Draft) -> list[str]:
    used = {name for plan in draft.ad_sets for name in plan.interests}
    return [name for name in reversed(INTERESTS) if name not in used]


@_plants
def _put_buyers_not_excluded(draft: Draft, strength: float) -> None:
    plan = _take_plan(draft, *ABO_COLD)
    plan.excludes_buyers = False
    plan.returning = 0.25
    plan.roas *= 1.0 - BUYERS_WASTE


@_plants
def _put_retargeting_reaches_buyers(draft: Draft, strength: float) -> None:
    plan = _take_plan(draft, "visitors", "engagers", with_own_budget=False)
    plan.excludes_buyers, plan.window = False, 180
    plan.detail = f"{plan.kind.capitalize()} 180d"
    plan.returning = 0.4


@_plants
def _put_wrong_optimization_event(draft: Draft, strength: float) -> None:
    plan = _take_plan(draft, *ABO_COLD)
    plan.goal = "LINK_CLICKS"
    plan.link_ctr *= 1.6
    plan.roas *= WRONG_EVENT_SELLS
    set_budget(draft, plan, draft.spec.usual_events)


@_plants
def _put_value_goal_unused(draft: Draft, strength: float) -> None:
    """Let a few ad sets sell another range, so that order values differ between ad sets."""
    count = max(1, len(draft.ad_sets) // 10)
    few = [draft.ad_sets[_take(draft, *ABO_COLD)[0]] for _ in range(count)]
    rest = [plan.order_value for plan in draft.ad_sets if not any(plan is p for p in few)]
    low, high = 1.0, 1000.0
    for _ in range(60):
        factor = (low * high) ** 0.5
        values = np.array([*rest, *(plan.order_value * factor for plan in few)])
        if values.std() / values.mean() < strength * T.order_value_variation:
            low = factor
        else:
            high = factor
    for plan in few:
        plan.order_value *= high


@_plants
def _put_mixed_countries(draft: Draft, strength: float) -> None:
    plan = _take_plan(draft, "broad", "interest")
    plan.countries, plan.country_gap = ("US", "CA"), T.country_roas * strength


@_plants
def _put_mixed_languages(draft: Draft, strength: float) -> None:
    _take_plan(draft, "broad", "interest").locales = (6, 23)  # English and Spanish


def _one_format(plan: AdSetPlan, count: int) -> list[AdPlan]:
    """Give a plan `count` running ads of one format, with nothing to tell them apart."""
    creative = plan.ads[0].format
    plan.ads = [AdPlan(creative, age=130 - 13 * place % 104) for place in range(count)]
    plan.ads[0].age = 200
    return plan.ads


@_plants
def _put_one_creative_carries(draft: Draft, strength: float) -> None:
    ads = _one_format(_take_plan(draft, *ABO_COLD), 3)
    ads[1].age, ads[2].age = 90, 30
    odds = strength * T.best_ad_share / (1.0 - T.best_ad_share)
    ads[0].pull = float(np.log(odds * 2.0))  # against two others


@_plants
def _put_stale_creatives(draft: Draft, strength: float) -> None:
    plan = _take_plan(draft, *ABO_COLD)
    newest = round(T.stale_days * strength)
    plan.ads = [ad for ad in plan.ads if ad.retired is None]
    for place, ad in enumerate(plan.ads):
        ad.age = max(ad.age, newest + 9 * place)
    plan.ads[-1].age = newest


@_plants
def _put_too_many_ads(draft: Draft, strength: float) -> None:
    plan = _take_plan(draft, *ABO_COLD)
    count = round(T.many_ads * strength)
    ads = _one_format(plan, count)
    for place, ad in enumerate(ads):
        ad.age = 30 + place
    ads[0].age = 200
    # the ad in the middle spends a CPA a week, less by the strength
    plan.budget = float(np.round(count * draft.cpa(plan) / strength / 7.0, 2))
    plan.start_factor, plan.steps = 1.0, ()


@_plants
def _put_false_winner(draft: Draft, strength: float) -> None:
    ads = _one_format(_take_plan(draft, *ABO_COLD), 4)
    for ad, age in zip(ads, (200, 120, 80, 32), strict=True):
        ad.age = age
    ads[0].pull = float(np.log(1.25 * T.winner_impressions))
    ads[0].buy_talent = float(np.log(1.0 - T.winner_shortfall * strength))


@_plants
def _put_bound_beside_underspender(draft: Draft, strength: float) -> None:
    _, second = (draft.ad_sets[place] for place in _take(draft, *ABO_COLD, count=2))
    others = [p for p in draft.ad_sets if p.campaign == second.campaign and p.room > 1.0]
    others = [plan for plan in others if plan is not second]
    best = max(draft.marginal(plan) for plan in others)
    second.roas *= min(1.0, 0.5 * best / draft.marginal(second))
    second.room = T.underspender / strength
    set_budget(draft, second, draft.spec.usual_events / second.room)


@_plants
def _put_under_delivery(draft: Draft, strength: float) -> None:
    plan = _take_plan(draft, *ABO_COLD)
    _outsell_campaign(draft, plan)
    plan.room = T.under_delivery / strength


@_plants
def _put_throttled_by_bid(draft: Draft, strength: float) -> None:
    plan = _take_plan(draft, *ABO_COLD)
    _outsell_campaign(draft, plan)
    plan.room = T.under_delivery / strength
    plan.bid_cap = float(np.round(0.7 * draft.cpa(plan), 2))


@_plants
def _put_tight_lookalike(draft: Draft, strength: float) -> None:
    """Take the hundredth of a country most like very few buyers, and spend more each week."""
    plan = _take_plan(draft, "lookalike")
    plan.countries, plan.percent = ("US",), 1
    plan.people = 2_300_000
    plan.source_people = round(T.seed_people / strength)
    plan.detail = "LAL 1% Small list of buyers"
    plan.start_factor = 0.5
    plan.steps = ((35, 0.59), (28, 0.7), (21, 0.83), (14, 1.0))


@_plants
def _put_retargeting_overfunded(draft: Draft, strength: float) -> None:
    _scale_retargeting(draft, min(T.retargeting_share * strength, 0.95))


@_plants
def _put_prospecting_underfunded(draft: Draft, strength: float) -> None:
    _scale_retargeting(draft, 1.0 - T.prospecting_share / strength)


def _scale_retargeting(draft: Draft, share: float) -> None:
    """Move money between prospecting and retargeting, with as many people for each unit of it."""
    warm = sum(plan.budget * min(plan.room, 1.0) for plan in draft.ad_sets if plan.kind in WARM)
    cold = sum(plan.budget * min(plan.room, 1.0) for plan in draft.ad_sets if plan.kind not in WARM)
    factor = share / (1.0 - share) * cold / warm
    for plan in draft.ad_sets:
        if plan.kind in WARM:
            plan.budget *= factor
            plan.pool *= factor
            plan.people = round((plan.people or 0) * factor)
            plan.least_spend = plan.least_spend and plan.least_spend * factor
            plan.most_spend = plan.most_spend and plan.most_spend * factor


@_plants
def _put_placement_leak(draft: Draft, strength: float) -> None:
    plan = _take_plan(draft, *ABO_COLD)
    plan.network = (T.network_share * strength, T.network_cpa * strength)


@_plants
def _put_placements_switched_off(draft: Draft, strength: float) -> None:
    _take_plan(draft, *ABO_COLD).platforms = ("facebook",)


@_plants
def _put_age_gender_split_by_hand(draft: Draft, strength: float) -> None:
    campaign = _new_campaign(draft, "PRO | Age tests")
    first = _new_ad_set(draft, "interest", campaign, 28)
    first.countries = ("US",)
    for age in ((18, 34), (35, 49), (50, 65)):
        plan = first if age[0] == 18 else _new_ad_set(draft, "interest", campaign, 28)
        plan.age, plan.countries = age, ("US",)
        _set_weekly_events(draft, plan, T.learning_events / 1.5)


@_plants
def _put_age_gender_cut_contradicted(draft: Draft, strength: float) -> None:
    _take_plan(draft, "broad", "interest").genders = (1,)
    draft.women_over_men = strength * T.cut_roas


@_plants
def _put_duplicate_ad_sets(draft: Draft, strength: float) -> None:
    plan = _take_plan(draft, *ABO_COLD)
    copied = replace(plan, ads=[replace(ad) for ad in plan.ads])
    draft.taken.add(len(draft.ad_sets))
    draft.ad_sets.append(copied)


@_plants
def _put_on_off_switching(draft: Draft, strength: float) -> None:
    plan = _take_plan(draft, *ABO_COLD)
    flips = round(T.flips * strength)
    flips += flips % 2  # it runs on the last day
    plan.start_factor = 1.0
    plan.steps = tuple((flips + 1 - place, float(place % 2)) for place in range(flips))


@_plants
def _put_mixed_attribution(draft: Draft, strength: float) -> None:
    plan = _take_plan(draft, *ABO_COLD)
    plan.click_window = 1
    plan.budget *= 2.0  # of which Meta then reports what is enough to leave learning


@_plants
def _put_minimums_bind_campaign(draft: Draft, strength: float) -> None:
    campaign = _new_campaign(draft, "RET | Lists", holds_budget=True)
    members = [_new_ad_set(draft, "list", campaign, number) for number in (4, 5, 6)]
    equal_marginals(draft, campaign)
    for plan in members:
        plan.least_spend = float(np.round(strength * T.minimums_share * plan.budget, 2))


@_plants
def _put_reacted_to_immature_days(draft: Draft, strength: float) -> None:
    plan = _take_plan(draft, *ABO_COLD)
    raised = 1.0 / (1.0 - T.significant_step * strength)
    plan.start_factor = raised / 1.15
    plan.steps = ((14, raised), (12, 1.0))


@_plants
def _put_mixed_budget_levels(draft: Draft, strength: float) -> None:
    """Let one campaign for strangers hold its budget while the others' ad sets hold theirs."""
    campaign = _new_campaign(draft, "PRO | Interests on campaign budget", holds_budget=True)
    for number in (29, 30):
        _new_ad_set(draft, "interest", campaign, number)
    equal_marginals(draft, campaign)


@_plants
def _put_retargeting_over_credited(draft: Draft, strength: float) -> None:
    plan = _take_plan(draft, "engagers", "list", "visitors", with_own_budget=False)
    _over_credit(draft, plan, strength)


@_plants
def _put_segment_over_credited(draft: Draft, strength: float) -> None:
    for plan in draft.ad_sets:
        if AUDIENCE_TYPE[plan.kind] == "visitors":
            _over_credit(draft, plan, strength)


def _over_credit(draft: Draft, plan: AdSetPlan, strength: float) -> None:
    # Meta would move a campaign's budget to what it over-credits, and with it every true return
    draft.campaigns[plan.campaign].holds_budget = False
    for member in draft.ad_sets:
        if member.campaign == plan.campaign:
            member.least_spend = member.most_spend = None
    plan.over_claim = T.over_credit * strength - TRACKED


@_plants
def _put_spends_past_end(draft: Draft, strength: float) -> None:
    _take_plan(draft, *ABO_COLD).ended = 10


@_plants
def _put_name_breaks_pattern(draft: Draft, strength: float) -> None:
    _take_plan(draft, *ABO_COLD).name = "new test 3 (copy) FINAL"


@_plants
def _put_dead_but_active(draft: Draft, strength: float) -> None:
    plan = _take_plan(draft, *ABO_COLD)
    plan.delivered_until = round(T.dead_days * strength)


@_plants
def _put_segment_with_room(draft: Draft, strength: float) -> None:
    """Give one kind for strangers far better returns on the next unit than the rest.

    Ad sets that other plants have changed stay as these made them.
    """
    kind: Kind = ("interest", "lookalike")[draft.spec.seed % 2]
    inside = [plan for plan in alive(draft) if plan.kind == kind]
    outside = [plan for plan in alive(draft) if plan.kind != kind]
    taken = [draft.ad_sets[place] for place in draft.taken]
    free = [plan for plan in inside if not any(plan is other for other in taken)]
    if not free:
        raise ValueError(f"no ad set of {kind} is left for another plant")
    wanted = (1.0 + T.room * strength) * usual_marginal(draft, outside)
    missing = wanted - usual_marginal(draft, inside)
    weight = sum(plan.budget for plan in free) / sum(plan.budget for plan in inside)
    factor = 1.0 + missing / (weight * usual_marginal(draft, free))
    for plan in free:
        plan.roas *= factor


@_plants
def _put_creative_audience_effect(draft: Draft, strength: float) -> None:
    """Let one format do better, or worse, in one kind of audience than elsewhere."""
    rng = draft.rng(32)
    pair = COLD_FORMATS[rng.integers(len(COLD_FORMATS))], ABO_COLD[rng.integers(len(ABO_COLD))]
    draft.interactions[pair] = float(rng.choice([-1.0, 1.0])) * T.creative_effect * strength


def alive(draft: Draft) -> list[AdSetPlan]:
    """Ad sets that sell anything: only those say what is usual."""
    return [plan for plan in draft.ad_sets if draft.true_roas(plan) > SELLS_NOTHING]


def usual_marginal(draft: Draft, plans: list[AdSetPlan]) -> float:
    """Return of the next unit over ad sets, weighted by budget."""
    values = [draft.marginal(plan) for plan in plans]
    return float(np.average(values, weights=[plan.budget for plan in plans]))


def spread(draft: Draft, plans: list[AdSetPlan]) -> float:
    """Return the standard deviation of the log of the next unit's return over ad sets."""
    return float(np.std(np.log([draft.marginal(plan) for plan in plans])))
