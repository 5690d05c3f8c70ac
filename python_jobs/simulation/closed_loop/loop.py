"""Runs a world forward under a policy: the same luck for everybody, the same limits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from python_jobs.simulation.account import make_account
from python_jobs.simulation.ads import draw_ads
from python_jobs.simulation.closed_loop.limits import permitted, step_limits
from python_jobs.simulation.closed_loop.observed import Observed, Record
from python_jobs.simulation.closed_loop.peers.buyer import buyer
from python_jobs.simulation.closed_loop.worlds import (
    RUN_DAYS,
    WARM_UP_DAYS,
    WorldSpec,
    draw_settings,
)
from python_jobs.simulation.curves import Floats
from python_jobs.simulation.customer import Customer, record_customer
from python_jobs.simulation.history import History
from python_jobs.simulation.settings import WorldSettings
from python_jobs.simulation.shop import ShopSettings
from python_jobs.simulation.world import World, make_world

FIRST_MOVE = 14  # day of the warm-up on which the buyer looks at results for the first time
RANDOM_SPREAD = 0.7  # of the logarithm of budgets that nobody thought about
POLICY_LUCK, RANDOM_START = 61, 62  # kinds of random stream

Rhythm = Literal["every 2nd day", "twice a week", "weekly"]
RHYTHMS: tuple[Rhythm, ...] = ("every 2nd day", "twice a week", "weekly")
Peak = Literal["scaled", "decided", "missed"]
"""How an account goes into a peak and out of it: all budgets scaled before anybody decides; by a
decision on either morning of one who was told; not at all."""
REST: dict[Rhythm, int] = {"every 2nd day": 2, "twice a week": 3, "weekly": 7}
"""Days between two decisions at least: so long a budget rests that has changed."""
Policy = Callable[[Observed], Floats]
"""Looks at a morning and returns the budgets (holders,) that it wants from that day on."""


class ManagedAccount:
    """An account on a morning: the world, what is known of it, and the budgets in force."""

    def __init__(self, world: World, record: Record, budgets: Floats, total: float) -> None:
        """Take over a world with the budgets in force and the most that they may add up to."""
        self.world = world
        self.record = record
        self.budgets = budgets
        self.total = total

    def fork(self) -> "ManagedAccount":
        """Return a copy that goes its own way from here."""
        return ManagedAccount(self.world.fork(), self.record.fork(), self.budgets, self.total)

    def live(self) -> None:
        """Let a day pass."""
        self.record.add(self.world.step(self.budgets))

    def seen(self) -> Observed:
        """Return this morning's view."""
        record, ad_sets = self.record, self.world.ad_sets
        purchases, value = record.reported_by_now()
        spend, impressions, link_clicks = record.delivered[:, : record.days]
        orders, order_value = record.orders[:, : record.days]
        return Observed(
            today=self.world.day,
            budgets=self.budgets,
            total=self.total,
            holder=ad_sets.holder,
            audience=ad_sets.audience,
            past_budgets=record.budgets[: record.days],
            spend=spend,
            impressions=impressions,
            link_clicks=link_clicks,
            purchases=purchases,
            purchase_value=value,
            orders=orders,
            order_value=order_value,
            rng=np.random.default_rng([self.world.settings.seed, POLICY_LUCK, record.days]),
            export=self.export,
        )

    def export(self) -> Customer:
        """Return the account with its ads and its shop, as the export writers take it."""
        settings, ad_sets = self.world.settings, self.world.ad_sets
        ads = draw_ads(settings, ad_sets, days=len(self.record.budgets))
        return record_customer(
            settings.seed,
            ad_sets,
            History.of(self.record.results),
            ads=ads,
            account=make_account(ad_sets, ads),
            shop=ShopSettings(seed=settings.seed),
        )


@dataclass(frozen=True)
class Outcome:
    """What eight weeks under a policy came to."""

    revenue: float  # caused by the ads, expected given each day's luck
    spend: float
    total: float  # the account's budget over the same days
    deliverable: float  # what of the budgets could be spent: of each at most its capacity
    edits: int  # budgets changed, over all days; not that a peak scales all of them
    decisions: int
    corrected: int  # decisions that broke a limit and were held to it
    outage_decisions: int  # on the mornings after the days of an outage
    outage_cuts: int  # budgets cut by them


def warm_up(spec: WorldSpec) -> ManagedAccount:
    """Draw a world and bring it to the morning on which policies take over."""
    return prepare(draw_settings(spec), random_start=spec.start == "random")


def prepare(
    settings: WorldSettings, *, random_start: bool = False, days: int = WARM_UP_DAYS
) -> ManagedAccount:
    """Run twelve weeks, or other `days`, under the buyer or random budgets that nobody touches.

    Either way budgets are those that a person types: whole, where 20 % of them are a unit or more.
    """
    world = make_world(settings)
    budgets = np.maximum(np.rint(world.start_budgets), 1.0)
    if random_start:
        rng = np.random.default_rng([settings.seed, RANDOM_START])
        drawn = budgets * rng.lognormal(0.0, RANDOM_SPREAD, len(budgets))
        budgets = np.maximum(np.rint(drawn / drawn.sum() * budgets.sum()), 1.0)
    record = Record(world.ad_sets, days + RUN_DAYS)
    account = ManagedAccount(world, record, budgets, float(budgets.sum()))
    for day in range(days):
        if not random_start and day >= FIRST_MOVE and day % 7 == 0:
            wanted, _ = permitted(buyer(account.seen()), account.budgets, account.total)
            lowest, _ = step_limits(account.budgets)
            whole = np.floor(wanted + 0.001)
            account.budgets = np.where(whole >= lowest, whole, wanted)
        account.live()
    return ManagedAccount(world, record, account.budgets, float(account.budgets.sum()))


def decides(rhythm: Rhythm, day: int) -> bool:
    """Say whether budgets are decided on the morning of `day`, counted from the take-over."""
    if rhythm == "every 2nd day":
        return day % 2 == 0
    return day % 7 in ((0, 3) if rhythm == "twice a week" else (0,))


def peak_step(settings: WorldSettings, number: int) -> float:
    """Return by what a peak multiplies the account's total on the morning of a world's day."""
    days = settings.peak_days
    return settings.peak_size ** (int(number in days) - int(number - 1 in days))


def run(start: ManagedAccount, policy: Policy, rhythm: Rhythm, peak: Peak = "scaled") -> Outcome:
    """Run eight weeks from `start`, which stays as it is."""
    return forward(start, lambda account: policy(account.seen()), rhythm, peak)


def forward(
    start: ManagedAccount,
    decide: Callable[[ManagedAccount], Floats],
    rhythm: Rhythm,
    peak: Peak = "scaled",
) -> Outcome:
    """Run eight weeks under a decision that may look at the truth; policies go through `run`.

    Steps are limited around budgets that a peak has scaled, whoever scales them.
    """
    account = start.fork()
    revenue = spend = deliverable = 0.0
    edits = decisions = corrected = outage_decisions = outage_cuts = 0
    size, usual_totals = 1.0, 0.0
    for day in range(RUN_DAYS):
        settings, number = account.world.settings, account.world.number
        step = 1.0 if peak == "missed" else peak_step(settings, number)
        size *= step
        usual_totals += size
        account.total = start.total * size
        scaled = np.floor(account.budgets * step * 100.0 + 1e-6) / 100.0
        if peak != "decided":
            account.budgets = scaled
        if decides(rhythm, day) or (peak == "decided" and step != 1.0):
            wanted = decide(account)
            budgets, was_corrected = permitted(wanted, scaled, account.total)
            edits += int((np.abs(budgets - scaled) > 0.005).sum())
            decisions += 1
            corrected += was_corrected
            if number - 1 in settings.outage_days:
                outage_decisions += 1
                outage_cuts += int((budgets < scaled - 0.005).sum())
            account.budgets = budgets
        account.live()
        result = account.record.results[-1]
        revenue += float(result.expected_revenue.sum())
        spend += float(result.spend.sum())
        capacity = np.bincount(account.world.ad_sets.holder, result.capacity)
        deliverable += float(np.minimum(account.budgets, capacity).sum())
    return Outcome(
        revenue=revenue,
        spend=spend,
        total=start.total * usual_totals,
        deliverable=deliverable,
        edits=edits,
        decisions=decisions,
        corrected=corrected,
        outage_decisions=outage_decisions,
        outage_cuts=outage_cuts,
    )
