"""An advertiser's recorded past: account, ads, shop, and what happened."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from python_jobs.simulation.account import Account
from python_jobs.simulation.ad_sets import AdSets
from python_jobs.simulation.ads import AdDelivery, Ads, deliver_ads
from python_jobs.simulation.curves import Floats
from python_jobs.simulation.history import History
from python_jobs.simulation.shop import Orders, ShopSettings, make_orders

Kind = Literal["age_gender", "country", "placement", "region"]  # of breakdown


@dataclass(frozen=True)
class Cells:
    """What is true of one breakdown. Arrays (entities, cells), in any unit: ratios count."""

    labels: tuple[tuple[str, ...], ...]  # by cell
    share: Floats  # of impressions; 0 where the cell gets none
    click: Floats  # clicks an impression
    buy: Floats  # purchases a click
    price: Floats | None = None  # of an impression; None: the same everywhere


@dataclass(frozen=True)
class Customer:
    """What the writers write; the orders may reach back before the history."""

    seed: int
    ad_sets: AdSets
    ads: Ads
    account: Account
    history: History
    delivery: AdDelivery
    orders: Orders
    cells: Mapping[Kind, Cells] = field(default_factory=dict)  # by ad set; others are as usual

    def part(self, start: int, stop: int) -> "Customer":
        """Return the customer with only some rows of its history; orders stay."""
        day = self.history.purchase_day
        delivery = self.delivery.part(start, stop, (day >= start) & (day < stop))
        return replace(self, history=self.history.part(start, stop), delivery=delivery)

    def until(self, as_of: date) -> "Customer":
        """Return the customer with only the days before `as_of`.

        Raises ValueError if there are none.
        """
        rows = (as_of - self.history.first_day).days
        if rows < 1:
            raise ValueError(f"{as_of} comes before the end of the first day")
        return self.part(0, min(rows, self.history.days))


def record_customer(
    seed: int,
    ad_sets: AdSets,
    history: History,
    *,
    ads: Ads,
    account: Account,
    shop: ShopSettings,
) -> Customer:
    """Add what follows from a history: the ads' deliveries and the shop's orders."""
    delivery = deliver_ads(history, ads, seed=seed)
    orders = make_orders(history, delivery.purchase_ad, ad_sets, shop)
    return Customer(seed, ad_sets, ads, account, history, delivery, orders)
