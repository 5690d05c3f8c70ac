"""Shopify's admin export of orders, 79 columns, as downloaded on the morning of a date."""

import csv
from datetime import date
from pathlib import Path
from typing import TextIO

import numpy as np

from python_jobs.simulation.account import Account
from python_jobs.simulation.ad_sets import AdSets
from python_jobs.simulation.ads import Ads
from python_jobs.simulation.clock import DAY, seconds_of, shopify_times
from python_jobs.simulation.curves import Ints
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

COLUMNS = tuple(
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,"
    "Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,"
    "Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,"
    "Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,"
    "Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,"
    "Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,"
    "Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,"
    "Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,"
    "Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,"
    "Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,"
    "Receipt Number,Duties,Billing Province Name,Shipping Province Name,Payment ID,"
    "Payment Terms Name,Next Payment Due At,Payment References".split(",")
)
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
OTHER_UTM = ("utm_source: klaviyo\nutm_medium: email", "utm_source: google\nutm_medium: cpc", "")


def _cents(values: Ints) -> list[str]:
    return [f"{value // 100}.{value % 100:02d}" for value in values.tolist()]


def _utm_notes(
    orders: Orders, rows: Ints, account: Account, ad_sets: AdSets, ads: Ads
) -> list[str]:
    """Ids in the lines that a landing-page app keeps; other orders may name another channel."""
    ad_set = ads.ad_set
    campaign = ad_sets.campaign[ad_set]
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


def order_columns(
    orders: Orders, rows: Ints, account: Account, ad_sets: AdSets, ads: Ads, as_of: date
) -> dict[str, list[str]]:
    """Columns of the first line of each order in `rows`; columns not named are blank."""
    today = seconds_of(as_of) // DAY
    happened = orders.state_day[rows] < today
    state = orders.state[rows]
    # until it happens a refund, a void or a cancellation is a paid order
    later = ~happened & np.isin(state, (REFUNDED, PART_REFUNDED, CANCELLED))
    shown = np.where(later, PAID, np.where(~happened & (state == VOIDED), AUTHORIZED, state))
    cancelled = happened & np.isin(state, (VOIDED, CANCELLED))
    created = shopify_times(orders.created[rows])
    ended = shopify_times(orders.state_day[rows] * DAY + 15 * 3600)
    unpaid = np.isin(shown, (PENDING, AUTHORIZED, VOIDED)).tolist()
    place = [PROVINCES[pick] for pick in (orders.customer[rows] % len(PROVINCES)).tolist()]
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
        "Accepts Marketing": ["yes" if number % 3 else "no" for number in orders.customer[rows]],
        "Currency": [account.currency] * len(rows),
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
        "Note Attributes": _utm_notes(orders, rows, account, ad_sets, ads),
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


def write_order_rows(
    file: TextIO,
    orders: Orders,
    rows: Ints,
    account: Account,
    ad_sets: AdSets,
    ads: Ads,
    as_of: date,
) -> int:
    """Write the lines of the orders `rows`, in that order, and return how many lines they were."""
    firsts = order_columns(orders, rows, account, ad_sets, ads, as_of)
    two = orders.lines[rows] == 2
    next_product = [
        PRODUCTS[pick] for pick in ((orders.product[rows] + 3) % len(PRODUCTS)).tolist()
    ]
    seconds = {name: firsts[name] for name in SECOND_LINE}
    seconds["Lineitem quantity"] = ["1"] * len(rows)
    seconds["Lineitem name"] = [name for name, _ in next_product]
    seconds["Lineitem sku"] = [sku for _, sku in next_product]
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


def write_orders(
    path: Path, orders: Orders, account: Account, ad_sets: AdSets, ads: Ads, as_of: date
) -> int:
    """Write the export, newest order first, in parts that bound memory. Returns lines written."""
    known = orders.known(as_of).stop
    lines = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(COLUMNS)
        for stop in range(known, 0, -50_000):
            rows = np.arange(max(stop - 50_000, 0), stop)[::-1]
            lines += write_order_rows(file, orders, rows, account, ad_sets, ads, as_of)
    return lines
