"""Days put together: what happened, and how much of it Meta had reported by a date."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np

from python_jobs.simulation.curves import Flags, Floats, Ints
from python_jobs.simulation.purchases import CLICK_1D, VIEW_1D, Purchases
from python_jobs.simulation.world import DayResult

# The last axis of reported purchases: the default setting (7-day click or 1-day view) and the
# windows that a request can ask for.
WINDOW_NAMES = ("value", "1d_click", "7d_click", "1d_view")


@dataclass(frozen=True)
class History:
    """Consecutive days of one account. Arrays are (days, ad sets) unless said otherwise."""

    first_day: date
    budgets: Floats  # (days, holders)
    ad_set_budgets: Floats
    capacity: Floats
    spend: Floats
    impressions: Ints
    reach: Ints
    clicks: Ints
    link_clicks: Ints
    landing_page_views: Ints
    content_views: Ints
    open_carts: Ints
    open_checkouts: Ints
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
        own = {"first_day", "purchases", "purchase_day"}
        stacked = {
            f.name: np.stack([getattr(result, f.name) for result in results])
            for f in fields(cls)
            if f.name not in own
        }
        sizes = [len(result.purchases) for result in results]
        return cls(
            first_day=results[0].day,
            purchases=Purchases.together(*(result.purchases for result in results)),
            purchase_day=np.repeat(np.arange(len(results)), sizes),
            **stacked,
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

    def until(self, day: date) -> "History":
        """The rows before `day`, all if it lies after the last."""
        rows = (day - self.first_day).days
        early = self.purchase_day < rows
        bought = {f.name: getattr(self.purchases, f.name)[early] for f in fields(Purchases)}
        own = {"first_day", "purchases", "purchase_day"}
        arrays = {f.name: getattr(self, f.name)[:rows] for f in fields(self) if f.name not in own}
        return History(
            first_day=self.first_day,
            purchases=Purchases(**bought),
            purchase_day=self.purchase_day[early],
            **arrays,
        )

    def visible(self, as_of: date) -> Flags:
        """Purchases that Meta reports on the morning of `as_of`: made before that day."""
        made: Flags = self.order_day < (as_of - self.first_day).days
        return self.purchases.credited & made

    def reported(self, as_of: date, entity: Ints, entities: int) -> tuple[Ints, Ints]:
        """Count and value in cents of what Meta shows on `as_of`, by click day and entity.

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
