"""Shopify's admin export of orders, 79 columns, as downloaded on the morning of a date."""

import csv
from datetime import date
from pathlib import Path
from typing import TextIO

import numpy as np

from python_jobs.simulation.clock import DAY, shopify_times
from python_jobs.simulation.curves import Ints
from python_jobs.simulation.customer import Customer
from python_jobs.simulation.shop import (
    AUTHORIZED,
    CANCELLED,
    DRAFT,
    PAID,
    PART_REFUNDED,
    PENDING,
    POINT_OF_SALE,
    REFUNDED,
    SUBSCRIPTION,
    TEST,
    VOIDED,
    WEB,
    Orders,
)
from python_jobs.simulation.shopify_columns import COLUMNS

PART = 50_000  # orders whose text is in memory at one time
STATUS = {
    PAID: "paid",
    PENDING: "pending",
    AUTHORIZED: "authorized",
    REFUNDED: "refunded",
    PART_REFUNDED: "partially_refunded",
    VOIDED: "voided",
    CANCELLED: "refunded",
}
SOURCE = {
    WEB: "web",
    POINT_OF_SALE: "pos",
    DRAFT: "shopify_draft_order",
    SUBSCRIPTION: "subscription_contract",
    TEST: "web",
}
TAGS = {SUBSCRIPTION: "Subscription, Subscription Recurring Order"}
PAYMENT = {TEST: "bogus", POINT_OF_SALE: "Cash"}
PRODUCTS = (
    ("Trail shirt", "MP-SH-01"),
    ("Merino base layer", "MP-BL-02"),
    ("Rain shell", "MP-SH-03"),
    ("Hiking socks, 3 pairs", "MP-SO-04"),
    ("Day pack 20 l", "MP-BP-05"),
    ("Insulated bottle", "MP-BO-06"),
    ("Camp blanket", "MP-BK-07"),
    ("Travel trousers", "MP-TR-08"),
)
PROVINCES = (("US", "NY"), ("US", "CA"), ("US", "TX"), ("US", "FL"), ("US", "WA"), ("CA", "ON"))
ABROAD = (("GB", "ENG"), ("AU", "NSW"), ("IE", "D"), ("NZ", "AUK"))
PLACES = PROVINCES + ABROAD
OTHER_UTM = ("utm_source: klaviyo\nutm_medium: email", "utm_source: google\nutm_medium: cpc", "")


def _cents(values: Ints) -> list[str]:
    return [f"{value // 100}.{value % 100:02d}" for value in values.tolist()]


def places(orders: Orders) -> Ints:
    """Return where each order is shipped to: index into PLACES."""
    return orders.customer % len(PROVINCES) if orders.place is None else orders.place


def _utm_notes(customer: Customer, rows: Ints) -> list[str]:
    """Ids in the lines that a landing-page app keeps; other orders may name another channel."""
    account, orders, ads = customer.account, customer.orders, customer.ads
    ad_set = ads.ad_set
    campaign = customer.ad_sets.campaign[ad_set]
    by_ad = [
        f"utm_source: {'ig' if ad % 4 == 3 else 'facebook'}\nutm_medium: paid\n"
        f"utm_campaign: {account.campaign_ids[campaign[ad]]}\n"
        f"utm_term: {account.ad_set_ids[ad_set[ad]]}\nutm_content: {account.ad_ids[ad]}"
        for ad in range(len(ads))
    ]
    other = [OTHER_UTM[pick] for pick in np.minimum(orders.product[rows] // 7 % 6, 2).tolist()]
    web = (orders.channel[rows] == WEB).tolist()
    pairs = zip(orders.ad[rows].tolist(), other, web, strict=True)
    return [by_ad[ad] if ad >= 0 else (elsewhere if w else "") for ad, elsewhere, w in pairs]


def order_columns(customer: Customer, rows: Ints, as_of: date) -> dict[str, list[str]]:
    """Return columns of the first line of each order in `rows`; those not named are blank."""
    orders = customer.orders
    happened = orders.happened(as_of)[rows]
    state = orders.state[rows]
    # until it happens a refund or a cancellation is a paid order, a void one an authorized one
    later = ~happened & np.isin(state, (REFUNDED, PART_REFUNDED, CANCELLED))
    shown = np.where(later, PAID, np.where(~happened & (state == VOIDED), AUTHORIZED, state))
    cancelled = happened & np.isin(state, (VOIDED, CANCELLED))
    created = shopify_times(orders.created[rows])
    ended = shopify_times(orders.state_day[rows] * DAY + 15 * 3600)
    unpaid = np.isin(shown, (PENDING, AUTHORIZED, VOIDED)).tolist()
    place = [PLACES[pick] for pick in places(orders)[rows].tolist()]
    person = [f"Customer {number:06d}" for number in orders.customer[rows].tolist()]
    channel = orders.channel[rows].tolist()
    product = [PRODUCTS[pick] for pick in (orders.product[rows] % len(PRODUCTS)).tolist()]
    discounted = (orders.discount[rows] > 0).tolist()
    gone = cancelled.tolist()
    return {
        "Name": [f"#{1001 + row}" for row in rows.tolist()],
        "Email": [f"customer{number:06d}@example.com" for number in orders.customer[rows].tolist()],
        "Financial Status": [STATUS[code] for code in shown.tolist()],
        "Paid at": ["" if no else at for no, at in zip(unpaid, created, strict=True)],
        "Fulfillment Status": ["unfulfilled" if no else "fulfilled" for no in gone],
        "Accepts Marketing": [
            "yes" if number % 3 else "no" for number in orders.customer[rows].tolist()
        ],
        "Currency": [customer.account.currency] * len(rows),
        "Subtotal": _cents(orders.subtotal[rows]),
        "Shipping": _cents(orders.shipping[rows]),
        "Taxes": _cents(orders.taxes[rows]),
        "Total": _cents(orders.total[rows]),
        "Discount Code": ["WELCOME10" if yes else "" for yes in discounted],
        "Discount Amount": _cents(orders.discount[rows]),
        "Created at": created,
        "Lineitem quantity": [str(value) for value in orders.quantity[rows].tolist()],
        "Lineitem name": [name for name, _ in product],
        "Lineitem price": _cents(orders.first_price[rows]),
        "Lineitem sku": [sku for _, sku in product],
        "Lineitem fulfillment status": ["pending" if no else "fulfilled" for no in gone],
        "Billing Name": person,
        "Billing Country": [country for country, _ in place],
        "Shipping Province": [province for _, province in place],
        "Shipping Country": [country for country, _ in place],
        "Note Attributes": _utm_notes(customer, rows),
        "Cancelled at": [at if yes else "" for yes, at in zip(gone, ended, strict=True)],
        "Payment Method": [PAYMENT.get(code, "Shopify Payments") for code in channel],
        "Refunded Amount": _cents(np.where(happened, orders.refund[rows], 0)),
        "Vendor": ["Moprobo"] * len(rows),
        "Outstanding Balance": ["0.00"] * len(rows),
        "Id": [str(5_900_000_000_000 + 32_771 * row) for row in rows.tolist()],
        "Tags": [TAGS.get(code, "") for code in channel],
        "Risk Level": ["Low"] * len(rows),
        "Source": [SOURCE[code] for code in channel],
        "Lineitem discount": ["0.00"] * len(rows),
    }


SECOND_LINE = (
    "Name",
    "Email",
    "Created at",
    "Lineitem fulfillment status",
    "Vendor",
    "Lineitem discount",
)


def write_order_rows(file: TextIO, customer: Customer, rows: Ints, as_of: date) -> int:
    """Write the lines of the orders `rows`, in that order, and return how many lines they were."""
    orders = customer.orders
    firsts = order_columns(customer, rows, as_of)
    two = orders.lines[rows] == 2
    picks = (orders.product[rows] + 3) % len(PRODUCTS)
    seconds = {name: firsts[name] for name in SECOND_LINE}
    seconds["Lineitem quantity"] = ["1"] * len(rows)
    seconds["Lineitem name"] = [PRODUCTS[pick][0] for pick in picks.tolist()]
    seconds["Lineitem sku"] = [PRODUCTS[pick][1] for pick in picks.tolist()]
    seconds["Lineitem price"] = _cents(orders.second_price[rows])
    blank = [""] * len(rows)
    first_lines = zip(*(firsts.get(name, blank) for name in COLUMNS), strict=True)
    second_lines = zip(*(seconds.get(name, blank) for name in COLUMNS), strict=True)
    writer = csv.writer(file, lineterminator="\n")
    for has_second, first, second in zip(two.tolist(), first_lines, second_lines, strict=True):
        writer.writerow(first)
        if has_second:
            writer.writerow(second)
    return len(rows) + int(two.sum())


def write_orders(path: Path, customer: Customer, as_of: date, since: date | None = None) -> int:
    """Write the export, newest order first, in parts that bound memory; return lines written.

    Args:
        path: of the file.
        customer: whose shop it is.
        as_of: the morning of the export.
        since: leave out orders that were there on this morning; None for all.

    """
    first = customer.orders.known(since) if since else 0
    lines = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(COLUMNS)
        for stop in range(customer.orders.known(as_of), first, -PART):
            rows = np.arange(max(stop - PART, first), stop)[::-1]
            lines += write_order_rows(file, customer, rows, as_of)
    return lines
