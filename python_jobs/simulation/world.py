"""An ad account that can be run forward under any budgets, one day at a time.

Random events are common to every policy: each is drawn from a stream keyed by seed, day and kind
and placed by ad set, and budgets only scale what happens. So two worlds with equal settings and
unlike budgets meet the same days, the same shocks and the same buyers, and their difference is
the budgets' doing.
"""

import copy
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from python_jobs.simulation.ad_sets import AdSets, draw_ad_sets
from python_jobs.simulation.curves import (
    MONTHLY_DEMAND,
    Flags,
    Floats,
    Ints,
    poisson_quantile,
    relative_response,
    split_by_marginal,
    yearly_index,
)
from python_jobs.simulation.funnel import Funnel, draw_funnel
from python_jobs.simulation.purchases import Purchases, draw_purchases
from python_jobs.simulation.settings import WorldSettings
from python_jobs.simulation.shocks import CAPACITY_NOISE, Shocks, draw_shocks

LEARNING, LEARNED, LEARNING_LIMITED = 0, 1, 2
PULL_TO_NORMAL = 0.99  # of the quality drift that is left after a day
SHOCKS, COUNTS, CAUSED, CLAIMED = 1, 2, 3, 4  # kinds of random stream


@dataclass(frozen=True)
class DayResult:
    """What one day brought. Arrays are (ad sets,) unless said otherwise; money in currency units.

    Counts belong to the day of the impression; `purchases` holds what those impressions led to
    over the next days.
    """

    day: date
    number: int  # days since the world's first day
    budgets: Floats  # (holders,), as given
    ad_set_budgets: Floats  # after the split inside campaigns with their own budget
    capacity: Floats  # most that could have been spent
    spend: Floats
    funnel: Funnel
    expected_revenue: Floats  # the truth: expected caused revenue given spend and the day's luck
    exposure: Floats  # earlier impressions per person of the pool
    learning: Ints  # LEARNING, LEARNED or LEARNING_LIMITED
    learning_events: Ints  # in the 7 days before, since the last significant edit
    days_since_edit: Ints
    purchases: Purchases


@dataclass(frozen=True)
class _Plan:
    """A day before counts are drawn: everything that follows from budgets, state and shocks."""

    ad_set_budgets: Floats
    capacity: Floats
    spend: Floats
    roas_at_base: Floats
    expected_revenue: Floats
    edited: Flags
    learning: Ints


def make_world(settings: WorldSettings) -> "World":
    """Draw an account and set it to its first day."""
    return World(settings, draw_ad_sets(settings))


class World:
    """The account's state. `step` moves it a day on; everything else leaves it as it is."""

    def __init__(self, settings: WorldSettings, ad_sets: AdSets) -> None:
        """Start on the first day, with ad sets in the state that they describe."""
        self.settings = settings
        self.ad_sets = ad_sets
        self.number = 0
        n = len(ad_sets)
        rng = np.random.default_rng([settings.seed, SHOCKS])
        weekday = settings.weekday_spread * rng.standard_normal(7)
        self._weekday = weekday - weekday.mean()
        self._pooled = np.bincount(ad_sets.holder, minlength=ad_sets.holders)[ad_sets.holder] > 1
        self._quality = np.zeros(n)
        self._impressions_kept = ad_sets.start_exposure * ad_sets.pool
        self._budgets = ad_sets.start_budgets
        self._paused_days = np.zeros(n, dtype=np.int64)
        self._days_since_edit = np.where(ad_sets.first_day > 0, 0, 60)
        usual = ad_sets.roas * ad_sets.base_spend / ad_sets.order_value * settings.tracked_share
        usual = np.where(ad_sets.first_day > 0, 0.0, usual)
        self._events = np.repeat(np.rint(usual)[None, :], settings.learning_days, axis=0)
        # purchases that earlier clicks will still bring, by days from now
        late = 1.0 - np.asarray(settings.maturity)
        self._due = np.rint(np.append(late[:-1], 0.0)[:, None] * usual)
        self._learned = self._events.sum(axis=0) >= settings.learning_events
        self._week_budget = np.zeros(ad_sets.holders)
        self._week_spend = np.zeros(ad_sets.holders)

    @property
    def day(self) -> date:
        """The day that the next step brings."""
        return self.settings.first_day + timedelta(days=self.number)

    @property
    def start_budgets(self) -> Floats:
        """Daily budget of each holder on the first day. Shape (holders,)."""
        return self.ad_sets.start_budgets

    @property
    def peak_lift(self) -> float:
        """Factor on true ROAS at base spend on peak days.

        On power curves the next unit at `peak_size` times the usual spend then returns what it
        usually does: lift x size ** (e - 1) = 1, with the account's elasticity weighted by spend.
        """
        elasticity = np.average(self.ad_sets.elasticity, weights=self.ad_sets.base_spend)
        return float(self.settings.peak_size ** (1.0 - elasticity))

    def fork(self) -> "World":
        """Return a copy whose steps leave this world alone."""
        return copy.deepcopy(self)

    def expected_revenue(self, budgets: Floats, *, typical: bool = False) -> Floats:
        """Return the coming day's expected caused revenue under `budgets` (holders,), per ad set.

        The truth, for judging only. With `typical` the day's luck is left out: no shock and no
        noise in spend; season, weekday, quality, fatigue and learning stay.
        """
        shocks = None if typical else self._shocks()
        return self._plan(self._checked(budgets), shocks).expected_revenue

    def revenue_of_spend(self, spend: Floats) -> Floats:
        """Return what `spend` (..., ad sets) is expected to cause on a typical coming day.

        Nothing is edited, so learning goes on as it is; spend beyond capacity brings nothing.
        """
        learning = self._learning(np.zeros(len(self.ad_sets), dtype=bool))
        spend = np.minimum(spend, self._capacity())
        return self._revenue(spend, self._roas_at_base(learning, None))

    def step(self, budgets: Floats) -> DayResult:
        """Run a day under `budgets` (holders,), daily and in currency units; 0 pauses.

        Raises ValueError for a wrong shape, a negative or a missing budget.
        """
        budgets = self._checked(budgets)
        shocks = self._shocks()
        plan = self._plan(budgets, shocks)
        funnel = draw_funnel(
            self.settings,
            self.ad_sets,
            self.day,
            plan.spend,
            appeal=self._fatigue() * np.exp(0.5 * self._quality),
            shocks=shocks,
            rng=self._rng(COUNTS),
        )
        days_since_edit = np.where(plan.edited, 0, self._days_since_edit)
        events = np.where(plan.edited, 0.0, self._events)
        bought = self._purchases(plan)
        missed = np.isin(self.number + bought.delay, self.settings.outage_days)
        result = DayResult(
            day=self.day,
            number=self.number,
            budgets=budgets,
            ad_set_budgets=plan.ad_set_budgets,
            capacity=plan.capacity,
            spend=plan.spend,
            expected_revenue=plan.expected_revenue,
            exposure=self._exposure(),
            learning=plan.learning,
            learning_events=events.sum(axis=0).astype(np.int64),
            days_since_edit=days_since_edit,
            purchases=replace(bought, credited=bought.credited & ~missed),
            funnel=funnel,
        )
        self._remember(result, bought, shocks, events)
        return result

    def _checked(self, budgets: Floats) -> Floats:
        budgets = np.asarray(budgets, dtype=np.float64)
        if budgets.shape != (self.ad_sets.holders,):
            raise ValueError(f"budgets have shape {budgets.shape}, not ({self.ad_sets.holders},)")
        if not np.isfinite(budgets).all() or (budgets < 0).any():
            raise ValueError("budgets must be finite and not negative")
        return budgets

    def _rng(self, kind: int, block: int = 0) -> np.random.Generator:
        return np.random.default_rng([self.settings.seed, kind, self.number, block])

    def _shocks(self) -> Shocks:
        return draw_shocks(self.settings, self._rng(SHOCKS), len(self.ad_sets))

    def _plan(self, budgets: Floats, shocks: Shocks | None) -> _Plan:
        a, s = self.ad_sets, self.settings
        edited = self._edited(budgets)
        learning = self._learning(edited)
        split = self._split(budgets, self._roas_at_base(learning, None))
        roas = self._roas_at_base(learning, shocks)
        capacity = self._capacity()
        if shocks is None:
            spend = np.minimum(split, capacity)
            return _Plan(split, capacity, spend, roas, self._revenue(spend, roas), edited, learning)
        capacity = capacity * np.exp(shocks.capacity - CAPACITY_NOISE**2 / 2)
        push = shocks.spend + s.demand_pull * (shocks.day + shocks.ad_set)
        over = np.clip(np.exp(push - s.spend_noise**2 / 2), 0.5, s.overspend_bound)
        wanted = np.minimum(split * over, capacity)
        wanted = wanted * self._weekly_scale(budgets, wanted)[a.holder]
        spend = np.floor(wanted * 100.0) / 100.0
        return _Plan(split, capacity, spend, roas, self._revenue(spend, roas), edited, learning)

    def _is_peak(self) -> bool:
        return self.number in self.settings.peak_days

    def _capacity(self) -> Floats:
        """Most that can be spent on an average day of today's kind."""
        a = self.ad_sets
        delivering = a.first_day <= self.number
        if a.last_day is not None:
            delivering &= self.number <= a.last_day
        room: Floats = delivering.astype(np.float64) * a.capacity
        return room * self.settings.peak_size if self._is_peak() else room

    def _edited(self, budgets: Floats) -> Flags:
        """Say which ad sets' learning starts again today. Shape (ad sets,)."""
        s = self.settings
        before = self._budgets  # the last ones above 0
        step = (np.abs(budgets - before) > s.significant_step * before + 0.005) & (budgets > 0)
        revived = (self._paused_days >= s.learning_days) & (budgets[self.ad_sets.holder] > 0)
        started = (self.ad_sets.first_day == self.number) & (self.number > 0)
        edited: Flags = step[self.ad_sets.holder] | revived | started
        edited[[place for day, place in s.other_edits if day == self.number]] = True
        return edited

    def _learning(self, edited: Flags) -> Ints:
        days = np.where(edited, 0, self._days_since_edit)
        young = np.where(days < self.settings.learning_days, LEARNING, LEARNING_LIMITED)
        return np.where(self._learned & ~edited, LEARNED, young)

    def _split(self, budgets: Floats, roas_at_base: Floats) -> Floats:
        """Budget of each ad set; inside a campaign by the marginal return that Meta believes in."""
        a, pooled = self.ad_sets, self._pooled
        split = budgets[a.holder] * 1.0
        if pooled.any():
            believed = roas_at_base * (self.settings.tracked_share + a.over_claim)
            split[pooled] = split_by_marginal(
                budgets,
                a.holder[pooled],
                roas_at_base=believed[pooled],
                base=a.base_spend[pooled],
                elasticity=a.elasticity[pooled],
                capacity=np.maximum(self._capacity(), 1e-6)[pooled],
                family=self.settings.curve,
                least=None if a.least_spend is None else a.least_spend[pooled],
            )
        return split

    def _weekly_scale(self, budgets: Floats, wanted: Floats) -> Floats:
        """Hold each budget to seven times its daily amount from Sunday to Saturday."""
        if self._is_sunday():
            so_far = np.zeros(len(budgets))
        else:
            so_far = self._week_budget - self._week_spend
        days_left = 7 - (self.day.weekday() + 1) % 7
        allowed = np.maximum(so_far + budgets * days_left, 0.0)
        total = np.bincount(self.ad_sets.holder, wanted, len(budgets))
        return np.minimum(1.0, allowed / np.maximum(total, 1e-9))

    def _is_sunday(self) -> bool:
        return self.day.weekday() == 6

    def _exposure(self) -> Floats:
        return self._impressions_kept / self.ad_sets.pool

    def _fatigue(self) -> Floats:
        """Response now against the first day, through repeated exposure."""
        a = self.ad_sets
        grown = (1.0 + self._exposure()) / (1.0 + a.start_exposure)
        fatigue: Floats = grown**-a.fatigue_exponent
        return fatigue

    def _roas_at_base(self, learning: Ints, shocks: Shocks | None) -> Floats:
        """Return true ROAS at base spend in today's state, with the day's luck where given."""
        s = self.settings
        season = yearly_index(self.day, MONTHLY_DEMAND) ** s.season
        usual: Floats = self.ad_sets.roas * season * np.exp(self._weekday[self.day.weekday()])
        usual = usual * np.exp(self._quality) * self._fatigue()
        usual = usual * np.where(learning == LEARNING, s.learning_efficiency, 1.0)
        if self._is_peak():
            usual = usual * self.peak_lift
        if shocks is None:
            return usual
        unrest = np.where(learning == LEARNED, 1.0, s.learning_noise)
        luck: Floats = shocks.day + unrest * shocks.ad_set
        centre = (s.day_shock**2 + (unrest * s.ad_set_shock) ** 2) / 2  # keeps the mean at 1
        roas: Floats = usual * np.exp(luck - centre)
        return roas

    def _revenue(self, spend: Floats, roas_at_base: Floats) -> Floats:
        a = self.ad_sets
        ratio = spend / a.base_spend
        response = relative_response(ratio, a.elasticity, self.settings.curve)
        revenue: Floats = roas_at_base * a.base_spend * response
        return revenue

    def _purchases(self, plan: _Plan) -> Purchases:
        a = self.ad_sets
        mean = plan.expected_revenue / a.order_value
        uniform = self._rng(COUNTS, 1).random((2, len(a)))
        caused = poisson_quantile(uniform[0], mean)
        claimed = poisson_quantile(uniform[1], mean * a.over_claim)
        return Purchases.together(
            draw_purchases(caused, a, self.settings, lambda block: self._rng(CAUSED, block), True),
            draw_purchases(
                claimed, a, self.settings, lambda block: self._rng(CLAIMED, block), False
            ),
        )

    def _remember(
        self, result: DayResult, bought: Purchases, shocks: Shocks, events: Floats
    ) -> None:
        """Carry the day's consequences into tomorrow.

        `bought` are the purchases without any outage, so that one blinds whoever decides and
        changes nothing else.
        """
        a, s = self.ad_sets, self.settings
        place = (bought.delay * len(a) + bought.ad_set)[bought.credited]
        due = self._due + np.bincount(place, minlength=self._due.size).reshape(self._due.shape)
        self._events = np.concatenate([events[1:], due[:1]])
        self._due = np.concatenate([due[1:], np.zeros_like(due[:1])])
        learned = self._learned & (result.days_since_edit > 0)
        self._learned = learned | (self._events.sum(axis=0) >= s.learning_events)
        self._days_since_edit = result.days_since_edit + 1
        kept = (1.0 - a.turnover) * self._impressions_kept
        self._impressions_kept = kept + result.funnel.impressions
        self._quality = PULL_TO_NORMAL * self._quality + shocks.drift
        paused = result.ad_set_budgets <= 0
        self._paused_days = np.where(paused, self._paused_days + 1, 0)
        self._budgets = np.where(result.budgets > 0, result.budgets, self._budgets)
        fresh = 0.0 if self._is_sunday() else 1.0
        spent = np.bincount(a.holder, result.spend, a.holders)
        self._week_budget = fresh * self._week_budget + result.budgets
        self._week_spend = fresh * self._week_spend + spent
        self.number += 1
