"""Days put together: what happened, and how much of it Meta had reported by a date."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np

from python_jobs.simulation.curves import Flags, Floats, Ints
from python_jobs.simulation.funnel import Funnel
from python_jobs.simulation.purchases import CLICK_1D, VIEW_1D, Purchases
from python_jobs.simulation.world import DayResult

# The last axis of reported purchases: the default setting (7-day click or 1-day view) and the
# windows that a request can ask for.
WINDOW_NAMES = ("value", "1d_click", "7d_click", "1d_view")

BY_DAY = (
    "budgets",
    "ad_set_budgets",
    "capacity",
    "spend",
    "expected_revenue",
    "exposure",
    "learning",
    "learning_events",
    "days_since_edit",
)


@dataclass(frozen=True)
class History:
    """Consecutive days of one account. Arrays are (days, ad sets) unless said otherwise."""

    first_day: date
    budgets: Floats  # (days, holders)
    ad_set_budgets: Floats
    capacity: Floats
    spend: Floats
    funnel: Funnel  # (days, ad sets)
    expected_revenue: Floats
    exposure: Floats
    learning: Ints
    learning_events: Ints
    days_since_edit: Ints
    purchases: Purchases
    purchase_day: Ints  # (purchases,): row of the click or view

    @classmethod
    def of(cls, results: Sequence[DayResult]) -> "History":
        """Stack consecutive days, at least one."""
        sizes = [len(result.purchases) for result in results]
        funnels = [result.funnel for result in results]
        return cls(
            first_day=results[0].day,
            funnel=Funnel(
                **{f.name: np.stack([getattr(x, f.name) for x in funnels]) for f in fields(Funnel)}
            ),
            purchases=Purchases.together(*(result.purchases for result in results)),
            purchase_day=np.repeat(np.arange(len(results)), sizes),
            **{name: np.stack([getattr(x, name) for x in results]) for name in BY_DAY},
        )

    @property
    def days(self) -> int:
        """Number of days."""
        return len(self.spend)

    @property
    def dates(self) -> list[date]:
        """The days in order."""
        return [self.first_day + timedelta(days=row) for row in range(self.days)]

    @property
    def order_day(self) -> Ints:
        """Row of the day on which each purchase was made; may lie after the last day."""
        return self.purchase_day + self.purchases.delay

    def part(self, start: int, stop: int) -> "History":
        """Return the rows from `start` up to, not with, `stop`."""
        inside = (self.purchase_day >= start) & (self.purchase_day < stop)
        bought = {f.name: getattr(self.purchases, f.name)[inside] for f in fields(Purchases)}
        funnel = {f.name: getattr(self.funnel, f.name)[start:stop] for f in fields(Funnel)}
        return History(
            first_day=self.first_day + timedelta(days=start),
            funnel=Funnel(**funnel),
            purchases=Purchases(**bought),
            purchase_day=self.purchase_day[inside] - start,
            **{name: getattr(self, name)[start:stop] for name in BY_DAY},
        )

    def visible(self, as_of: date) -> Flags:
        """Purchases that Meta reports on the morning of `as_of`: made before that day."""
        made: Flags = self.order_day < (as_of - self.first_day).days
        return self.purchases.credited & made

    def reported(self, as_of: date, entity: Ints, entities: int) -> tuple[Ints, Ints]:
        """Return count and value in cents of what Meta shows on `as_of`, by click day and entity.

        `entity` (purchases,) says whose each purchase is. Returns two arrays
        (days, entities, len(WINDOW_NAMES)); the windows overlap and never add up.
        """
        seen = self.visible(as_of)
        window = self.purchases.window[seen]
        place = self.purchase_day[seen] * entities + entity[seen]
        cents = np.rint(self.purchases.value[seen] * 100.0)
        inside = [np.ones(len(window), dtype=bool), window == CLICK_1D, window != VIEW_1D]
        inside.append(window == VIEW_1D)
        size = self.days * entities
        counts = [np.bincount(place[mask], minlength=size) for mask in inside]
        values = [np.bincount(place[mask], cents[mask], size) for mask in inside]
        shape = (self.days, entities, len(WINDOW_NAMES))
        return (
            np.stack(counts, axis=1).astype(np.int64).reshape(shape),
            np.rint(np.stack(values, axis=1)).astype(np.int64).reshape(shape),
        )
