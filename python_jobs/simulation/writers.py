"""Everything a user would have exported of a simulated account on the morning of a date."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from python_jobs.simulation.account import Account
from python_jobs.simulation.ad_sets import AdSets
from python_jobs.simulation.ads import AdDelivery, Ads, deliver_ads
from python_jobs.simulation.breakdowns_writer import write_breakdowns
from python_jobs.simulation.history import History
from python_jobs.simulation.insights_writer import FULL, Request, write_insights
from python_jobs.simulation.objects_writer import write_objects
from python_jobs.simulation.orders_writer import write_orders
from python_jobs.simulation.shop import Orders, ShopSettings, make_orders


@dataclass(frozen=True)
class Customer:
    """An advertiser's recorded past: account, ads, shop and what happened."""

    seed: int
    ad_sets: AdSets
    ads: Ads
    account: Account
    history: History
    delivery: AdDelivery
    orders: Orders


def make_customer(
    seed: int, ad_sets: AdSets, ads: Ads, account: Account, history: History, shop: ShopSettings
) -> Customer:
    """Add what follows from a history: the ads' deliveries and the shop's orders."""
    delivery = deliver_ads(history, ads, seed=seed)
    orders = make_orders(history, delivery.purchase_ad, ad_sets, shop)
    return Customer(seed, ad_sets, ads, account, history, delivery, orders)


def write_export(
    folder: Path,
    customer: Customer,
    as_of: date,
    *,
    requests: tuple[Request, ...] = FULL,
    snapshots: tuple[date, ...] = (),
) -> None:
    """Write insights, breakdowns, objects and orders as visible on the morning of `as_of`.

    Only days before `as_of` and purchases made by then are in the files. `folder` is made if
    absent; files of earlier exports stay, so that a folder may collect several.
    Raises ValueError if `as_of` is not after the first day.
    """
    days = (as_of - customer.history.first_day).days
    if days < 1:
        raise ValueError(
            f"as_of is {as_of}; the first day {customer.history.first_day} is not over"
        )
    folder.mkdir(parents=True, exist_ok=True)
    c = customer
    history = c.history.until(as_of)
    delivery = c.delivery.until(history.days, c.history.purchase_day < history.days)
    parts = (history, delivery, c.ad_sets, c.ads, c.account, as_of)
    write_insights(folder, *parts, requests=requests)
    write_breakdowns(folder, *parts, seed=c.seed)
    write_objects(folder, c.history, c.ad_sets, c.ads, c.account, as_of, snapshots=snapshots)
    write_orders(folder / "shopify_orders_export.csv", c.orders, c.account, c.ad_sets, c.ads, as_of)
