import csv
import io
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from simulated import DAYS, SMALL, record

from python_jobs.simulation.clock import seconds_of
from python_jobs.simulation.orders_writer import write_order_rows, write_orders
from python_jobs.simulation.shop import (
    CANCELLED,
    PART_REFUNDED,
    REFUNDED,
    TEST,
    VOIDED,
    ShopSettings,
    make_orders,
)
from python_jobs.simulation.shopify_columns import COLUMNS


def read(path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def grouped(rows: list[dict]) -> dict[str, list[dict]]:
    orders = defaultdict(list)
    for row in rows:
        orders[row["Name"]].append(row)
    return orders


@pytest.fixture(scope="module")
def lines(export) -> list[dict]:
    return read(export / "shopify_orders_export.csv")


def net_of(lines: list[dict]) -> Decimal:
    """As an analyst adds it up: total less refunds, without voided, cancelled and tests."""
    return sum(
        (
            Decimal(row["Total"]) - Decimal(row["Refunded Amount"])
            for row in lines
            if row["Total"]
            and not row["Cancelled at"]
            and row["Financial Status"] != "voided"
            and row["Payment Method"] != "bogus"
        ),
        Decimal(0),
    )


def test_the_header_is_shopifys(export):
    with (export / "shopify_orders_export.csv").open(encoding="utf-8") as file:
        header = file.readline().rstrip("\n").split(",")
    assert header == list(COLUMNS)
    assert len(header) == len(set(header)) == 79


def test_net_revenue_is_the_truth_behind_it(lines, customer, as_of):
    known = customer.orders.known(as_of)
    assert len(grouped(lines)) == known
    assert int(net_of(lines) * 100) == customer.orders.net(as_of)[:known].sum()


def test_every_purchase_made_by_then_is_an_order(lines, customer, as_of):
    made = customer.history.order_day < DAYS
    orders = customer.orders
    known = orders.known(as_of)
    from_ads = orders.purchase[:known][orders.purchase[:known] >= 0]
    assert sorted(from_ads) == np.flatnonzero(made).tolist()
    cents = np.rint(customer.history.purchases.value * 100)[from_ads]
    assert np.array_equal(orders.total[:known][orders.purchase[:known] >= 0], cents)
    assert (orders.purchase[:known] < 0).any()


def test_order_money_adds_up_line_by_line(lines):
    two = 0
    for rows in grouped(lines).values():
        first, *others = rows
        goods = sum(Decimal(r["Lineitem price"]) * int(r["Lineitem quantity"]) for r in rows)
        subtotal = Decimal(first["Subtotal"])
        assert subtotal == goods - Decimal(first["Discount Amount"])
        extra = Decimal(first["Shipping"]) + Decimal(first["Taxes"])
        assert Decimal(first["Total"]) == subtotal + extra
        assert Decimal(first["Refunded Amount"]) <= Decimal(first["Total"])
        for row in others:
            two += 1
            assert row["Email"] == first["Email"]
            assert row["Created at"] == first["Created at"]
            assert not any(row[name] for name in ("Total", "Financial Status", "Id", "Currency"))
    assert two > 20


def test_orders_come_newest_first_with_both_offsets(lines):
    firsts = [row for row in lines if row["Total"]]
    days = [row["Created at"][:19] for row in firsts]
    assert days == sorted(days, reverse=True)
    for row in firsts:
        summer = row["Created at"][:10] >= "2026-03-09"
        winter = row["Created at"][:10] <= "2026-03-07"
        offset = row["Created at"][-5:]
        assert not (summer and offset != "-0400")
        assert not (winter and offset != "-0500")
        assert not row["Created at"].startswith("2026-03-08 02:")
    assert {row["Created at"][-5:] for row in firsts} == {"-0400", "-0500"}


def test_only_made_up_persons(lines):
    for row in lines:
        assert row["Email"].endswith("@example.com")
        assert row["Billing Name"].startswith("Customer ") or not row["Total"]
        assert not any(row[n] for n in ("Phone", "Billing Phone", "Billing Street", "Shipping Zip"))


def test_new_and_returning_buyers(lines):
    seen = set()
    returning = 0
    for row in reversed([row for row in lines if row["Total"]]):
        returning += row["Email"] in seen
        seen.add(row["Email"])
    assert 0.1 < returning / len(grouped(lines)) < 0.6


def test_ids_in_note_attributes_are_those_of_the_ad(lines, customer):
    account, ads, ad_sets = customer.account, customer.ads, customer.ad_sets
    place = {ad_id: number for number, ad_id in enumerate(account.ad_ids)}
    with_ids = 0
    for row in lines:
        notes = dict(line.split(": ") for line in row["Note Attributes"].splitlines())
        if "utm_content" not in notes:
            continue
        with_ids += 1
        ad_set = ads.ad_set[place[notes["utm_content"]]]
        assert notes["utm_term"] == account.ad_set_ids[ad_set]
        assert notes["utm_campaign"] == account.campaign_ids[ad_sets.campaign[ad_set]]
        assert notes["utm_source"] in ("facebook", "ig")
    orders = customer.orders
    from_ads = (orders.purchase >= 0) & (orders.created < seconds_of(date(2026, 3, 18)))
    assert 0.3 < with_ids / from_ads.sum() < 0.7
    assert any("klaviyo" in row["Note Attributes"] for row in lines)


def test_what_happens_later_is_not_yet_in_an_earlier_export(customer, as_of, tmp_path):
    orders = customer.orders
    refunded = np.isin(orders.state, (REFUNDED, PART_REFUNDED))
    # bought in February, given back in March
    late = refunded & (orders.created < seconds_of(date(2026, 3, 1)))
    late &= orders.state_day > (date(2026, 3, 2) - date(1970, 1, 1)).days
    assert late.sum() >= 3
    write_orders(tmp_path / "early.csv", customer, date(2026, 3, 1))
    write_orders(tmp_path / "late.csv", customer, as_of + timedelta(days=60))
    early = {row["Name"]: row for row in read(tmp_path / "early.csv") if row["Total"]}
    final = {row["Name"]: row for row in read(tmp_path / "late.csv") if row["Total"]}
    for place in np.flatnonzero(late):
        name = f"#{1001 + place}"
        assert early[name]["Financial Status"] == "paid"
        assert Decimal(early[name]["Refunded Amount"]) == 0
        assert final[name]["Financial Status"] in ("refunded", "partially_refunded")
        assert Decimal(final[name]["Refunded Amount"]) > 0
        assert early[name]["Total"] == final[name]["Total"]


def test_every_fate_is_written_as_shopify_does(customer, as_of, tmp_path):
    late = as_of + timedelta(days=60)
    write_orders(tmp_path / "all.csv", customer, late)
    rows = {row["Name"]: row for row in read(tmp_path / "all.csv") if row["Total"]}
    orders = customer.orders
    for state, status, cancelled in ((VOIDED, "voided", True), (CANCELLED, "refunded", True)):
        places = np.flatnonzero(orders.state == state)
        assert len(places)
        for place in places:
            row = rows[f"#{1001 + place}"]
            assert row["Financial Status"] == status
            assert bool(row["Cancelled at"]) == cancelled
            assert orders.net(late)[place] == 0
            eve = date(1970, 1, 1) + timedelta(days=int(orders.state_day[place]))
            assert orders.net(eve)[place] == orders.total[place]
            assert orders.net(eve + timedelta(days=1))[place] == 0
    sources = {row["Source"] for row in rows.values()}
    assert {"web", "pos", "shopify_draft_order", "subscription_contract"} == sources
    subscriptions = [r for r in rows.values() if r["Source"] == "subscription_contract"]
    assert all("Subscription Recurring Order" in row["Tags"] for row in subscriptions)


def test_test_orders_count_for_nothing(customer, as_of):
    shop = ShopSettings(tests=1.0, earlier_days=0)
    orders = make_orders(customer.history, customer.delivery.purchase_ad, customer.ad_sets, shop)
    tests = orders.channel == TEST
    assert tests.any()
    assert orders.net(as_of)[tests].sum() == 0
    text = io.StringIO()
    written = write_order_rows(text, replace(customer, orders=orders), np.flatnonzero(tests), as_of)
    assert text.getvalue().count("bogus") == tests.sum()
    assert written >= tests.sum()


def test_other_budgets_leave_the_orders_without_ads_as_they_are(customer):
    other = record(SMALL, DAYS, budget_factor=0.8).orders
    mine = customer.orders
    assert len(other) != len(mine)
    # who comes back depends on who came, so customers may differ
    for name in ("created", "total", "state", "refund"):
        left, right = getattr(mine, name), getattr(other, name)
        assert np.array_equal(left[mine.purchase < 0], right[other.purchase < 0])


def test_a_history_without_purchases_has_organic_orders_only(customer):
    silent = record(SMALL, 5, budget_factor=0.0)
    assert len(silent.history.purchases) == 0
    assert len(silent.orders) > 0
    assert (silent.orders.ad == -1).all()
    assert not silent.orders.caused.any()
