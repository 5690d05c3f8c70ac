"""An advertiser's recorded past: account, ads, shop, and what happened."""

from dataclasses import dataclass, replace
from datetime import date

from python_jobs.simulation.account import Account
from python_jobs.simulation.ad_sets import AdSets
from python_jobs.simulation.ads import AdDelivery, Ads, deliver_ads
from python_jobs.simulation.history import History
from python_jobs.simulation.shop import Orders, ShopSettings, make_orders


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
