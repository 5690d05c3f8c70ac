"""What is true of an account of the audience side, to judge detectors and recommendations by.

Nothing here is estimated from reports. Purchases are the expected ones of the days as they went
(`History.expected_revenue`), publics, shares and effects those of the plans, capacities those of
the ad sets. The evidence window is the last 28 days, or what a threshold's own window is.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from python_jobs.simulation.ads import ALL_FORMATS
from python_jobs.simulation.audience.build import AudienceCustomer
from python_jobs.simulation.audience.plants import alive, spread, usual_marginal
from python_jobs.simulation.audience.reach import frequency, reach
from python_jobs.simulation.audience.spec import (
    AUDIENCE_TYPE,
    PEOPLE,
    TRACKED,
    WARM,
    AdSetPlan,
)
from python_jobs.simulation.audience.targeting import source_of
from python_jobs.simulation.audience.thresholds import EVIDENCE_DAYS, THRESHOLDS, Thresholds
from python_jobs.simulation.curves import Floats, Ints
from python_jobs.simulation.customer import Kind

SETUP = 2.0  # ratio of a mistake that is there or not
FEW = 0.5  # purchases: fewer are none, and a CPA then says nothing
LONG_WINDOW = 90  # days of retention from which on retargeting has no recency
RECENT_DAYS = 28  # in which edits are looked for


@dataclass(frozen=True)
class State:
    """True numbers by ad set over the evidence window. Arrays (ad sets,), money in currency."""

    spend: Floats  # a day
    purchases: Floats  # caused ones, a day
    reported: Floats  # those that Meta reports in the end, a day
    impressions: Floats  # a day of the last 7
    budget: Floats  # on the last day
    utilization: Floats  # of the last 7 days
    cpa: Floats  # the account's where it has no purchases
    marginal: Floats  # return of the next unit of spend
    budgets: Floats  # (days, ad sets)

    @property
    def conversions(self) -> Floats:
        """Reported purchases in the evidence window."""
        return self.reported * EVIDENCE_DAYS


def state(account: AudienceCustomer) -> State:
    """Return the true state at the end of the records."""
    plans, history = account.draft.ad_sets, account.customer.history
    ad_sets = account.customer.ad_sets
    window = slice(-EVIDENCE_DAYS, None)
    spend = history.spend[window].mean(axis=0)
    revenue = history.expected_revenue[window].mean(axis=0)
    purchases = revenue / ad_sets.order_value
    credit = np.array([TRACKED + plan.over_claim for plan in plans])
    one_day = np.array([plan.click_window == 1 for plan in plans])
    credit = np.where(
        one_day, credit * np.array([_one_day_share(account, p) for p in plans]), credit
    )
    usual = spend.sum() / purchases.sum()
    sells = purchases * EVIDENCE_DAYS > FEW
    cpa = np.divide(spend, purchases, out=np.full_like(spend, usual), where=sells)
    running = account.world.number > ad_sets.first_day
    if ad_sets.last_day is not None:
        running &= account.world.number <= ad_sets.last_day + 1
    budgets = history.ad_set_budgets[-7:]
    room = np.minimum(ad_sets.capacity * running, budgets).sum(axis=0)
    total = budgets.sum(axis=0)
    roas = np.divide(revenue, spend, out=np.zeros_like(spend), where=spend > 0)
    return State(
        spend=spend,
        purchases=purchases,
        reported=purchases * credit,
        impressions=history.funnel.impressions[-7:].mean(axis=0),
        budget=history.ad_set_budgets[-1],
        utilization=np.divide(room, total, out=np.ones_like(total), where=total > 0),
        cpa=cpa,
        marginal=ad_sets.elasticity * roas,
        budgets=history.ad_set_budgets,
    )


def usual_claims(account: AudienceCustomer) -> float:
    """Return what Meta claims for each purchase that it caused, over the whole account.

    Orders tell of claims against the account's alone, and ROAS is attributed ROAS: as many claims
    as this are taken for none.
    """
    now = state(account)
    return float(now.reported.sum() / now.purchases.sum())


def _one_day_share(account: AudienceCustomer, plan: AdSetPlan) -> float:
    """Share of the purchases that a one-day click window keeps."""
    maturity = account.world.settings.maturity
    first_day = maturity[0] + 0.6 * (maturity[1] - maturity[0])
    return first_day - plan.view_share


@dataclass
class _Rows:
    """Rows of `truth` as they are found."""

    detectors: list[tuple[str, str, str, float, float]]

    def add(self, detector: str, level: str, entity: str, ratio: float, conversions: float) -> None:
        self.detectors.append((detector, level, entity, float(ratio), float(conversions)))


def truth(account: AudienceCustomer, thresholds: Thresholds = THRESHOLDS) -> pd.DataFrame:
    """Say how far beyond each detector's threshold every entity truly is.

    Returns a frame `detector_id, entity_level, entity_id, ratio, conversions`: a ratio of 1 is at
    the threshold; conversions are Meta's expected purchases of the entity in 28 days. There is a
    row for every entity that a detector could speak of. Mistakes of setup have ratio 2 where they
    are and 0 where not. Entity levels are those of `audit_findings`, and 'segment' (an audience
    type) and 'cell' (`format+audience type`) for the effects that are no mistakes.
    """
    rows, now = _Rows([]), state(account)
    _budgets(rows, account, now, thresholds)
    _edits(rows, account, now, thresholds)
    _publics(rows, account, now, thresholds)
    _pairs(rows, account, now, thresholds)
    _setups(rows, account, now, thresholds)
    _ads(rows, account, now, thresholds)
    _delivery(rows, account, now, thresholds)
    _cells(rows, account, now, thresholds)
    _account_wide(rows, account, now, thresholds)
    _effects(rows, account, now, thresholds)
    columns = ["detector_id", "entity_level", "entity_id", "ratio", "conversions"]
    return pd.DataFrame(rows.detectors, columns=columns)


def _per_ad_set(account: AudienceCustomer) -> list[tuple[int, str, AdSetPlan, bool]]:
    """Place, id, plan, and whether it is of an Advantage+ campaign, of each ad set."""
    campaigns = account.draft.campaigns
    return [
        (place, key, plan, campaigns[plan.campaign].advantage)
        for place, (key, plan) in enumerate(
            zip(account.customer.account.ad_set_ids, account.draft.ad_sets, strict=True)
        )
    ]


def _age(account: AudienceCustomer, plan: AdSetPlan) -> int:
    return plan.launched or account.spec.days


def _budgets(rows: _Rows, account: AudienceCustomer, now: State, t: Thresholds) -> None:
    """Budgets against CPA and the learning threshold."""
    last_edit = [_last_change(now.budgets[:, place]) for place in range(len(now.spend))]
    sells_too_little = _campaigns_that_sell_too_little(account, now, t)
    for place, key, plan, advantage in _per_ad_set(account):
        held = account.draft.campaigns[plan.campaign].holds_budget
        count, weekly = now.conversions[place], 7.0 * now.reported[place]
        if not held:
            rows.add("budget_below_cpa", "adset", key, now.cpa[place] / now.budget[place], count)
        if plan.goal == "OFFSITE_CONVERSIONS":
            delivers = account.customer.history.spend[-7:, place].any()
            settled = delivers and _age(account, plan) >= 14 and last_edit[place] > 7
            settled &= plan.campaign not in sells_too_little
            ratio = t.learning_events / max(weekly, 1.0) if settled else 0.0
            rows.add("learning_stuck", "adset", key, ratio, count)
        if not advantage:
            sold = now.purchases[place] * EVIDENCE_DAYS > FEW
            bound = max(t.zombie_cpas * now.cpa[place], t.zombie_spend)
            spent = account.customer.history.spend[-14:, place].sum()
            rows.add("no_purchases", "adset", key, 0.0 if sold else spent / bound, count)
    for campaign, key in enumerate(account.customer.account.campaign_ids):
        members = _members(account, campaign)
        if len(members) > 1:
            spend, reported = now.spend[members].sum(), now.reported[members].sum()
            feasible = 7.0 * now.budget[members].sum() * reported / (spend * t.learning_events)
            count = now.conversions[members].sum()
            rows.add("too_many_ad_sets", "campaign", key, len(members) / feasible, count)


def _campaigns_that_sell_too_little(
    account: AudienceCustomer, now: State, t: Thresholds
) -> set[int]:
    """Campaigns that cannot bring all of their ad sets through learning: one mistake, told once."""
    plans, delivered = account.draft.ad_sets, account.customer.history.spend[-14:].any(axis=0)
    for_purchases = np.array([plan.goal == "OFFSITE_CONVERSIONS" for plan in plans])
    found = set[int]()
    for campaign in range(len(account.draft.campaigns)):
        members = _members(account, campaign)
        members = members[(delivered & for_purchases)[members]]
        needed = t.learning_events * len(members)
        if len(members) > 1 and 7.0 * now.reported[members].sum() < needed:
            found.add(campaign)
    return found


def _members(account: AudienceCustomer, campaign: int) -> Ints:
    return np.flatnonzero(account.customer.ad_sets.campaign == campaign)


def _last_change(budgets: Floats) -> int:
    """Days since the budget last changed; more than there are if never."""
    changed = np.flatnonzero(np.abs(np.diff(budgets)) > 0.005)
    return len(budgets) - 1 - int(changed[-1]) if changed.size else len(budgets)


def _edits(rows: _Rows, account: AudienceCustomer, now: State, t: Thresholds) -> None:
    """Edits that restart learning, flips of the status, cuts after days that were not over."""
    for place, key, plan, _ in _per_ad_set(account):
        if account.draft.campaigns[plan.campaign].holds_budget:
            continue
        steps = _steps(now.budgets[:, place])
        recent = [s for s in steps if s[0] <= RECENT_DAYS]
        large = [ago for ago, size in recent if abs(size) > t.significant_step]
        large += [ago for ago in plan.resets if ago <= RECENT_DAYS]
        most = max((sum(0 <= ago - other < 7 for other in large) for ago in large), default=0)
        count = now.conversions[place]
        rows.add("edits_reset_learning", "adset", key, most / t.edits_in_7_days, count)
        cuts = [
            -size
            for ago, size in recent
            if size < 0 and any(0 < other - ago <= 3 for other, _ in steps)
        ]
        ratio = max(cuts, default=0.0) / t.significant_step
        rows.add("reacted_to_immature_days", "adset", key, ratio, count)
        off = now.budgets[-15:, place] <= 0
        flips = int(np.abs(np.diff(off.astype(np.int64))).sum())
        rows.add("on_off_switching", "adset", key, flips / t.flips, count)


def _steps(budgets: Floats) -> list[tuple[int, float]]:
    """Days before the end and relative size of each change of a budget; pauses are none."""
    days, found, kept = len(budgets), list[tuple[int, float]](), budgets[0]
    for day in range(1, days):
        if budgets[day] > 0 and abs(budgets[day] - kept) > 0.005:
            found.append((days - day, budgets[day] / kept - 1.0))
        kept = budgets[day] or kept
    return found


def _publics(rows: _Rows, account: AudienceCustomer, now: State, t: Thresholds) -> None:
    """Sizes of audiences, and how often they see the ads."""
    pool = account.customer.ad_sets.pool
    often = frequency(now.impressions, pool)
    shown = account.customer.history.funnel.impressions[-EVIDENCE_DAYS:].mean(axis=0)
    met = reach(shown, pool, EVIDENCE_DAYS)
    draft = account.draft
    usual = alive(draft)
    for place, key, plan, advantage in _per_ad_set(account):
        count, warm = now.conversions[place], plan.kind in WARM
        bound = t.frequency_warm if warm else t.frequency_cold
        rows.add("frequency_too_high", "adset", key, often[place] / bound, count)
        if advantage:
            continue
        if plan.people is not None:
            ratio = (t.narrow_warm if warm else t.narrow_cold) / plan.people
            if not warm:
                ratio = max(ratio, met[place] / plan.people / t.penetration)
            rows.add("audience_too_narrow", "adset", key, ratio, count)
        if plan.kind == "broad":
            others = [other for other in usual if other is not plan]
            gap = np.log(usual_marginal(draft, others) / draft.marginal(plan))
            broad = sum(PEOPLE[c] for c in plan.countries) > t.broad_people
            broad = broad and count >= 50
            ratio = max(gap, 0.0) / spread(draft, others) if broad else 0.0
            rows.add("audience_too_broad", "adset", key, ratio, count)
        if plan.kind == "lookalike":
            people = source_of(plan)[1]
            tight = plan.percent == 1 and now.spend[place] * EVIDENCE_DAYS >= 1_500
            rows.add("tight_lookalike", "adset", key, tight * t.seed_people / people, count)


def overlap(one: AdSetPlan, other: AdSetPlan) -> float:
    """Return the true Jaccard overlap of two publics, as far as their targeting says it.

    Interests count as equally large and apart from each other, people of a country as evenly
    spread over ages and genders, a lookalike as part of the wider ones of the same source.
    """
    if one.kind != other.kind or one.kind in ("advantage", *WARM):
        return 0.0
    both = sum(PEOPLE[c] for c in set(one.countries) & set(other.countries))
    years = max(0, min(one.age[1], other.age[1]) - max(one.age[0], other.age[0]) + 1)
    shared = both * years * (_genders(one) & _genders(other)).bit_count()
    sizes = [
        sum(PEOPLE[c] for c in p.countries) * (p.age[1] - p.age[0] + 1) * _genders(p).bit_count()
        for p in (one, other)
    ]
    if one.kind == "interest":
        shared *= len(set(one.interests) & set(other.interests))
        sizes = [size * len(p.interests) for size, p in zip(sizes, (one, other), strict=True)]
    elif one.kind == "lookalike":
        percents = [one.percent or 0, other.percent or 0]
        shared *= min(percents) * (source_of(one) == source_of(other))
        sizes = [size * percent for size, percent in zip(sizes, percents, strict=True)]
    return shared / (sum(sizes) - shared)


def _genders(plan: AdSetPlan) -> int:
    return sum(plan.genders) or 3


def _same_targeting(one: AdSetPlan, other: AdSetPlan, *, but_people: bool = False) -> bool:
    names = ["kind", "countries", "locales", "interests", "percent", "source", "source_people"]
    names += ["window", "excludes_buyers", "platforms", "goal"]
    names += [] if but_people else ["age", "genders"]
    if one.kind == "list":
        names.append("detail")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _pairs(rows: _Rows, account: AudienceCustomer, now: State, t: Thresholds) -> None:
    """Ad sets that meet the same people, and ad sets that are the same."""
    listed = [each for each in _per_ad_set(account) if not each[3]]
    for (a, key_a, one, _), (b, key_b, other, _) in combinations(listed, 2):
        pair = "+".join(sorted((key_a, key_b)))
        count = now.conversions[[a, b]].sum()
        starved = now.utilization[[a, b]].min() < t.overlap_utilization
        ratio = overlap(one, other) / t.overlap if starved else 0.0
        if one.kind == other.kind and one.kind not in WARM:
            rows.add("overlapping_audiences", "adset_pair", pair, ratio, count)
        same = _same_targeting(one, other)
        rows.add("duplicate_ad_sets", "adset_pair", pair, SETUP * same, count)
    for a, key, plan, _ in listed:
        alike = [
            b
            for b, _, other, _ in listed
            if _same_targeting(plan, other, but_people=True)
            and other.campaign == plan.campaign
            and 7.0 * now.reported[b] < t.learning_events
        ]
        apart = len(
            {(account.draft.ad_sets[b].age, account.draft.ad_sets[b].genders) for b in alike}
        )
        there = a in alike and apart >= 3
        count = now.conversions[a]
        rows.add("age_gender_split_by_hand", "adset", key, SETUP * there, count)


def _setups(rows: _Rows, account: AudienceCustomer, now: State, t: Thresholds) -> None:
    """Mistakes that are there or not."""
    draft = account.draft
    enough = now.conversions.sum() >= 50
    for place, key, plan, advantage in _per_ad_set(account):

        def say(detector: str, there: bool, key: str = key, place: int = place) -> None:
            rows.add(detector, "adset", key, SETUP * there, now.conversions[place])

        say("name_breaks_pattern", plan.name is not None)
        say("spends_past_end", plan.ended is not None and plan.ended > 0)
        say("wrong_optimization_event", plan.goal != "OFFSITE_CONVERSIONS")
        say("mixed_languages", len(plan.locales) > 1)
        if advantage:
            continue
        say("placements_switched_off", bool(plan.platforms))
        if plan.kind not in WARM:
            spent = now.spend[place] * EVIDENCE_DAYS >= 500
            say("buyers_not_excluded", not plan.excludes_buyers and spent and enough)
        elif plan.kind != "buyers":
            endless = (plan.window or 0) > LONG_WINDOW
            say("retargeting_reaches_buyers", not plan.excludes_buyers or endless)
    for campaign, key in enumerate(account.customer.account.campaign_ids):
        members = _members(account, campaign)
        plans = [draft.ad_sets[place] for place in members]
        count = now.conversions[members].sum()
        windows = {plan.click_window for plan in plans}
        rows.add("mixed_attribution", "campaign", key, SETUP * (len(windows) > 1), count)
        if draft.campaigns[campaign].holds_budget and len(plans) > 1:
            least = sum(plan.least_spend or 0.0 for plan in plans)
            ratio = least / now.budget[members].sum() / t.minimums_share
            rows.add("minimums_bind_campaign", "campaign", key, ratio, count)


def _ads(rows: _Rows, account: AudienceCustomer, now: State, t: Thresholds) -> None:
    """How purchases and delivery lie over the ads of an ad set."""
    ads, days = account.customer.ads, account.spec.days
    numbers = np.arange(days - EVIDENCE_DAYS, days)[:, None]
    alive_on = (numbers >= ads.first_day) & (numbers <= ads.last_day)
    shown = np.exp(ads.pull) * alive_on
    clicked = shown * ads.click_factor
    for place, key, plan, _ in _per_ad_set(account):
        mine = np.flatnonzero(ads.ad_set == place)
        running = mine[ads.last_day[mine] >= days - 1]
        count = now.conversions[place]
        views = _shares(shown[:, mine])[:, np.isin(mine, running)].mean(axis=0)
        clicks = _shares(clicked[:, mine])[:, np.isin(mine, running)].mean(axis=0)
        bought = _shares(clicked[:, mine] * ads.purchase_factor[mine])
        bought = bought[:, np.isin(mine, running)].mean(axis=0)
        best = float(bought.max())
        odds = best / max(1.0 - best, 1e-9)
        few = 2.0 / len(running) if len(running) < 3 else 0.0
        ratio = max(odds * (1.0 - t.best_ad_share) / t.best_ad_share, few)
        rows.add("one_creative_carries", "adset", key, ratio, count)
        ages = [ad.age for ad in plan.ads if ad.retired is None]
        rows.add("stale_creatives", "adset", key, min(ages) / t.stale_days, count)
        weekly = 7.0 * now.spend[place] * float(np.median(views))
        ratio = min(len(running) / t.many_ads, now.cpa[place] / max(weekly, 0.01))
        rows.add("too_many_ads", "adset", key, ratio, count)
        rows.add("false_winner", "adset", key, _false_winner(views, clicks, bought, ages, t), count)


def _false_winner(
    views: Floats, clicks: Floats, bought: Floats, ages: list[int], t: Thresholds
) -> float:
    if len(views) < 3 or min(ages) < 7:
        return 0.0
    top = int(views.argmax())
    rest = np.arange(len(views)) != top
    if views[top] < t.winner_impressions * views[rest].max():
        return 0.0
    own = bought[top] / clicks[top]
    others = bought[rest].sum() / clicks[rest].sum()
    return float(max(0.0, 1.0 - own / others) / t.winner_shortfall)


def _shares(weights: Floats) -> Floats:
    shares: Floats = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
    return shares


def _delivery(rows: _Rows, account: AudienceCustomer, now: State, t: Thresholds) -> None:
    """Budgets that are not spent, and what holds them back."""
    history = account.customer.history
    for place, key, plan, _ in _per_ad_set(account):
        count, used = now.conversions[place], now.utilization[place]
        spent = np.flatnonzero(history.spend[:, place] > 0)
        silent = account.spec.days - 1 - int(spent[-1]) if spent.size else account.spec.days
        rows.add("dead_but_active", "adset", key, silent / t.dead_days, count)
        if account.draft.campaigns[plan.campaign].holds_budget:
            continue
        unused = t.under_delivery / max(used, 1e-9) if silent == 0 else 0.0
        rows.add("under_delivery", "adset", key, unused, count)
        if plan.bid_cap is not None:
            rows.add("throttled_by_bid", "adset", key, unused, count)
        members = _members(account, plan.campaign)
        bound = members[now.utilization[members] >= t.bound_utilization]
        better = bound.size > 0 and now.marginal[bound].max() > now.marginal[place]
        ratio = t.underspender / used if better and silent == 0 else 0.0
        rows.add("bound_beside_underspender", "adset", key, ratio, count)


def _cells(rows: _Rows, account: AudienceCustomer, now: State, t: Thresholds) -> None:
    """Countries, placements, ages and genders inside an ad set."""
    uncut = [
        place
        for place, plan in enumerate(account.draft.ad_sets)
        if not plan.genders and plan.age == (18, 65)
    ]
    age_cells = account.customer.cells["age_gender"]
    weight = now.spend[uncut, None] * _row_shares(age_cells.share[uncut])
    earned = now.spend[uncut, None] * _row_shares(
        age_cells.share[uncut] * age_cells.click[uncut] * age_cells.buy[uncut]
    )
    spent_by, earned_by = weight.sum(axis=0), earned.sum(axis=0)
    for place, key, plan, advantage in _per_ad_set(account):
        count = now.conversions[place]
        if len(plan.countries) > 1:
            spend, bought = of_cells(account, "country", place)
            open_cells = spend > 0
            roas = bought[open_cells] / spend[open_cells]
            price = account.customer.cells["country"].price
            prices = price[place][open_cells] if price is not None else np.ones(1)
            enough = (bought[open_cells] * count).min() >= 30
            apart = max(
                roas.max() / roas.min() / t.country_roas,
                prices.max() / prices.min() / t.country_cpm,
            )
            rows.add("mixed_countries", "adset", key, apart * enough, count)
        if advantage:
            continue
        spend, bought = of_cells(account, "placement", place)
        labels = account.customer.cells["placement"].labels
        network = np.array([label[0] == "audience_network" for label in labels])
        share = spend[network].sum()
        cpa = share / max(bought[network].sum(), 1e-12)
        leak = min(share / t.network_share, cpa / t.network_cpa)
        rows.add("placement_leak", "adset", key, leak, count)
        if plan.genders or plan.age != (18, 65):
            inside = age_cells.share[place] > 0
            left_out = earned_by[~inside].sum() / spent_by[~inside].sum()
            taken = earned_by[inside].sum() / spent_by[inside].sum()
            ratio = left_out / taken / t.cut_roas
            rows.add("age_gender_cut_contradicted", "adset", key, ratio, count)


def _row_shares(weights: Floats) -> Floats:
    shares: Floats = weights / weights.sum(axis=-1, keepdims=True)
    return shares


def of_cells(account: AudienceCustomer, kind: Kind, place: int) -> tuple[Floats, Floats]:
    """Return shares of spend and of purchases over the cells of an ad set."""
    cells = account.customer.cells[kind]
    shown = cells.share[place]
    price = 1.0 if cells.price is None else cells.price[place]
    return _row_shares(shown * price), _row_shares(shown * cells.click[place] * cells.buy[place])


def _account_wide(rows: _Rows, account: AudienceCustomer, now: State, t: Thresholds) -> None:
    """Shares of the account, and what its ad sets have in common."""
    key, draft = account.customer.account.account_id, account.draft
    plans = draft.ad_sets
    warm = np.array([plan.kind in WARM for plan in plans])
    share = now.spend[warm].sum() / now.spend.sum()
    count = now.conversions.sum()
    rows.add("retargeting_overfunded", "account", key, share / t.retargeting_share, count)
    ratio = t.prospecting_share / max(1.0 - share, 1e-9)
    rows.add("prospecting_underfunded", "account", key, ratio, count)
    counted = np.array([plan.goal == "OFFSITE_CONVERSIONS" for plan in plans])
    values = account.customer.ad_sets.order_value[counted]
    ratio = values.std() / values.mean() / t.order_value_variation
    # values are compared: as much is known as of the least known
    rows.add("value_goal_unused", "account", key, ratio, now.conversions[counted].min())
    levels: dict[bool, set[bool]] = {}
    for plan in plans:
        campaign = draft.campaigns[plan.campaign]
        if not campaign.advantage:
            levels.setdefault(plan.kind in WARM, set()).add(campaign.holds_budget)
    mixed = len(levels.get(False, set())) > 1
    rows.add("mixed_budget_levels", "account", key, SETUP * mixed, count)
    for place, ad_set, plan, _ in _per_ad_set(account):
        if plan.kind in WARM:
            ratio = (TRACKED + plan.over_claim) / t.over_credit
            count = now.conversions[place]
            rows.add("retargeting_over_credited", "adset", ad_set, ratio, count)


def _effects(rows: _Rows, account: AudienceCustomer, now: State, t: Thresholds) -> None:
    """Segments with room, segments that are credited too much, formats that fit an audience."""
    draft = account.draft
    kinds = np.array([AUDIENCE_TYPE[plan.kind] for plan in draft.ad_sets])
    sells = alive(draft)
    for segment in dict.fromkeys(kinds.tolist()):
        mine = kinds == segment
        count = now.conversions[mine].sum()
        credit = now.reported[mine].sum() / now.purchases[mine].sum()
        rows.add("segment_over_credited", "segment", segment, credit / t.over_credit, count)
        inside = [plan for plan in sells if AUDIENCE_TYPE[plan.kind] == segment]
        outside = [plan for plan in sells if AUDIENCE_TYPE[plan.kind] != segment]
        more = usual_marginal(draft, inside) / usual_marginal(draft, outside) - 1.0
        rows.add("segment_with_room", "segment", segment, max(more, 0.0) / t.room, count)
    cells = creative_truth(account)
    for creative, audience, effect, count in zip(
        cells["creative_type"],
        cells["audience_type"],
        cells["interaction"],
        cells["conversions"],
        strict=True,
    ):
        ratio = abs(effect) / t.creative_effect
        rows.add("creative_audience_effect", "cell", f"{creative}+{audience}", ratio, count)


def creative_truth(account: AudienceCustomer) -> pd.DataFrame:
    """Return a row for every format and audience type that have run together in 28 days.

    `click_effect` and `buy_effect` are the format's own, `interaction` what it does beyond that in
    this audience: logs of clicks an impression and purchases a click. `conversions` are Meta's.
    """
    draft, ads, days = account.draft, account.customer.ads, account.spec.days
    now = state(account)
    numbers = np.arange(days - EVIDENCE_DAYS, days)[:, None]
    alive_on = (numbers >= ads.first_day) & (numbers <= ads.last_day)
    weight = np.exp(ads.pull) * ads.click_factor * ads.purchase_factor * alive_on
    share = np.zeros(len(ads))
    for place in range(len(now.spend)):
        mine = np.flatnonzero(ads.ad_set == place)
        share[mine] = _shares(weight[:, mine]).mean(axis=0)
    kinds = np.array([AUDIENCE_TYPE[plan.kind] for plan in draft.ad_sets])[ads.ad_set]
    frame = pd.DataFrame(
        {
            "creative_type": np.array(ALL_FORMATS)[ads.creative_format],
            "audience_type": kinds,
            "conversions": share * now.conversions[ads.ad_set],
        }
    )
    cells = frame.groupby(["creative_type", "audience_type"], as_index=False).sum()
    cells = cells[cells["conversions"] > 0].reset_index(drop=True)
    pairs = list(zip(cells["creative_type"], cells["audience_type"], strict=True))
    return cells.assign(
        click_effect=[draft.click_effect[creative] for creative, _ in pairs],
        buy_effect=[draft.buy_effect[creative] for creative, _ in pairs],
        interaction=[draft.interactions.get(pair, 0.0) for pair in pairs],
    )


def ad_set_truth(account: AudienceCustomer) -> pd.DataFrame:
    """Return a row for every ad set: true numbers over 28 days.

    `spend` and `revenue` (caused) are of the window in currency units, `marginal_roas` is what the
    next unit returns, `over_credit` what Meta claims over what was caused, `value_60d` a new
    buyer's first order and what is expected to follow in 60 days.
    """
    now, ad_sets = state(account), account.customer.ad_sets
    plans = account.draft.ad_sets
    revenue = now.purchases * ad_sets.order_value * EVIDENCE_DAYS
    spend = now.spend * EVIDENCE_DAYS
    caused = np.maximum(now.purchases, 1e-12)
    return pd.DataFrame(
        {
            "adset_id": account.customer.account.ad_set_ids,
            "kind": [plan.kind for plan in plans],
            "audience_type": [AUDIENCE_TYPE[plan.kind] for plan in plans],
            "spend": spend,
            "revenue": revenue,
            "roas": np.divide(revenue, spend, out=np.zeros_like(spend), where=spend > 0),
            "marginal_roas": now.marginal,
            "cpa": now.cpa,
            "over_credit": now.reported / caused,
            "frequency_7d": frequency(now.impressions, ad_sets.pool),
            "utilization": now.utilization,
            "value_60d": ad_sets.order_value * (1.0 + np.array([plan.repeats for plan in plans])),
            "conversions": now.conversions,
        }
    )


def segment_truth(account: AudienceCustomer) -> pd.DataFrame:
    """Return a row for every segment of every kind: true spend, caused revenue, ROAS in 28 days.

    Kinds are 'audience', 'country', 'age_gender', 'placement' and 'creative'; the segments of a
    kind add up to the account. Those of breakdowns are labelled `a|b`.
    """
    now, customer = state(account), account.customer
    by_ad_set = ad_set_truth(account)
    spend, revenue = by_ad_set["spend"].to_numpy(), by_ad_set["revenue"].to_numpy()
    parts = [
        by_ad_set.rename(columns={"audience_type": "segment"})[["segment", "spend", "revenue"]]
    ]
    kinds = ["audience"]
    breakdowns: tuple[Kind, ...] = ("country", "age_gender", "placement")
    for kind in breakdowns:
        labels = ["|".join(label) for label in customer.cells[kind].labels]
        shares = [of_cells(account, kind, place) for place in range(len(spend))]
        of_spend = np.array([share for share, _ in shares]) * spend[:, None]
        of_revenue = np.array([share for _, share in shares]) * revenue[:, None]
        sums = {"spend": of_spend.sum(axis=0), "revenue": of_revenue.sum(axis=0)}
        parts.append(pd.DataFrame({"segment": labels, **sums}))
        kinds.append(kind)
    parts.append(_by_format(account, now))
    kinds.append("creative")
    together = pd.concat([part.assign(kind=kind) for kind, part in zip(kinds, parts, strict=True)])
    total = together.groupby(["kind", "segment"], as_index=False)[["spend", "revenue"]].sum()
    total = total[total["spend"] > 0].reset_index(drop=True)
    return total.assign(roas=total["revenue"] / total["spend"])


def _by_format(account: AudienceCustomer, now: State) -> pd.DataFrame:
    ads, days = account.customer.ads, account.spec.days
    numbers = np.arange(days - EVIDENCE_DAYS, days)[:, None]
    shown = np.exp(ads.pull) * ((numbers >= ads.first_day) & (numbers <= ads.last_day))
    bought = shown * ads.click_factor * ads.purchase_factor
    of_spend, of_revenue = np.zeros(len(ads)), np.zeros(len(ads))
    revenue = now.purchases * account.customer.ad_sets.order_value * EVIDENCE_DAYS
    for place in range(len(now.spend)):
        mine = np.flatnonzero(ads.ad_set == place)
        of_spend[mine] = _shares(shown[:, mine]).mean(axis=0) * now.spend[place] * EVIDENCE_DAYS
        of_revenue[mine] = _shares(bought[:, mine]).mean(axis=0) * revenue[place]
    names = np.array(ALL_FORMATS)[ads.creative_format]
    return pd.DataFrame({"segment": names, "spend": of_spend, "revenue": of_revenue})
