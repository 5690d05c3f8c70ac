"""What Meta and Shopify show of an account on a morning: all that a policy may look at."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from python_jobs.simulation.ad_sets import AdSets
from python_jobs.simulation.curves import Floats, Ints
from python_jobs.simulation.customer import Customer
from python_jobs.simulation.world import DayResult

DELAYS = 8  # an order comes 0 to 7 days after the click


@dataclass(frozen=True)
class Observed:
    """The morning of `today`. Arrays are (days, ad sets), oldest day first, unless said otherwise.

    Purchases belong to the day of click or view and still grow; orders to the day of the order.
    Money is in currency units.
    """

    today: date
    budgets: Floats  # (holders,): in force
    total: float  # most that the budgets may add up to
    holder: Ints  # (ad sets,): whose budget it spends
    audience: Ints  # (ad sets,): index into AUDIENCES, as its targeting tells
    past_budgets: Floats  # (days, holders)
    spend: Floats
    impressions: Floats
    link_clicks: Floats
    purchases: Floats  # as Meta reports them by now
    purchase_value: Floats
    orders: Floats  # Shopify's orders that carry the ad set's id
    order_value: Floats
    rng: np.random.Generator  # for policies that draw
    export: Callable[[], Customer]  # the same account as files or tables would show it

    @property
    def age(self) -> Ints:
        """Days since each day of the record: 0 is yesterday. Shape (days,)."""
        return np.arange(len(self.spend))[::-1]

    def by_holder(self, values: Floats) -> Floats:
        """Add up the last axis (ad sets) to budget holders."""
        belongs = self.holder[:, None] == np.arange(len(self.budgets))
        sums: Floats = values @ belongs.astype(np.float64)
        return sums


class Record:
    """Everything that happened so far, laid out so that any morning's view is a slice."""

    def __init__(self, ad_sets: AdSets, days: int) -> None:
        """Make room for `days` days."""
        n = len(ad_sets)
        self.days = 0
        self.results: list[DayResult] = []
        self.budgets = np.zeros((days, ad_sets.holders))
        # spend, impressions, link clicks
        self.delivered = np.zeros((3, days, n))
        # count and value that Meta has reported up to each delay
        self.reported = np.zeros((2, days, DELAYS, n))
        # count and value of orders with ids, by day of the order
        self.orders = np.zeros((2, days + DELAYS, n))

    def fork(self) -> "Record":
        """Return a copy that grows on its own."""
        twin = copy.copy(self)
        twin.results = list(self.results)
        for name in ("budgets", "delivered", "reported", "orders"):
            setattr(twin, name, getattr(self, name).copy())
        return twin

    def add(self, result: DayResult) -> None:
        """Take in the next day."""
        row, bought = self.days, result.purchases
        self.results.append(result)
        self.budgets[row] = result.budgets
        funnel = result.funnel
        self.delivered[:, row] = result.spend, funnel.impressions, funnel.link_clicks
        for place, amount in enumerate((np.ones(len(bought)), bought.value)):
            seen, ids = bought.credited, bought.has_ids
            by_delay = self.reported[place, row]
            np.add.at(by_delay, (bought.delay[seen], bought.ad_set[seen]), amount[seen])
            by_delay[:] = by_delay.cumsum(axis=0)
            np.add.at(
                self.orders[place], (row + bought.delay[ids], bought.ad_set[ids]), amount[ids]
            )
        self.days += 1

    def reported_by_now(self) -> Floats:
        """Count and value (2, days, ad sets) that Meta shows this morning, by day of the click."""
        day = np.arange(self.days)
        return self.reported[:, day, np.minimum(self.days - 1 - day, DELAYS - 1)]
