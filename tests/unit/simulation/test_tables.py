"""What the tables say of an account; that a build says the same is an integration test."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from simulated import DAYS, SMALL, record

from python_jobs.config.load import load_parameters
from python_jobs.simulation.shop import SUBSCRIPTION, TEST
from python_jobs.simulation.tables import make_tables

CONFIG = Path(__file__).parents[3] / "config"
INSIGHTS = ("staging", "stg_meta__insights")
ORDERS = ("staging", "stg_shopify__orders")


@pytest.fixture(scope="module")
def parameters():
    return load_parameters(CONFIG, "moprobo", "meta")[0]


@pytest.fixture(scope="module")
def tables(customer, as_of, parameters):
    return make_tables(customer, as_of, parameters, "a run")


def with_setting(parameters, name, value):
    return [replace(p, value=json.dumps(value)) if p.parameter == name else p for p in parameters]


def test_every_level_adds_up_to_what_the_account_spent_and_meta_reported(tables, customer, as_of):
    insights = tables[INSIGHTS]
    history = customer.history
    counts, cents = history.reported(as_of, history.purchases.ad_set, len(customer.ad_sets))
    for level in ("account", "campaign", "adset", "ad"):
        rows = insights.filter(pc.equal(insights["level"].cast(pa.string()), level))
        assert float(pc.sum(rows["spend"]).as_py()) == pytest.approx(history.spend.sum(), abs=1e-6)
        assert pc.sum(rows["impressions"]).as_py() == history.funnel.impressions.sum()
        assert pc.sum(rows["purchases"]).as_py() == counts[:, :, 0].sum()
        assert pc.sum(rows["purchase_value"]).as_py() == pytest.approx(cents[:, :, 0].sum() / 100)


def test_what_the_api_lists_nothing_of_is_null_and_not_zero(tables):
    insights = tables[INSIGHTS]
    assert pc.min(insights["purchases"]).as_py() == 1
    assert insights["purchases"].null_count > 0
    assert insights["purchase_type"].null_count == insights["purchases"].null_count
    assert insights["impressions"].null_count == insights["link_clicks"].null_count == 0


def test_an_earlier_morning_sees_less(customer, as_of, parameters):
    morning = as_of - timedelta(days=10)
    earlier = make_tables(customer, morning, parameters, "a run")
    now = make_tables(customer, as_of, parameters, "a run")
    assert pc.max(earlier[INSIGHTS]["date_day"]).as_py() == morning - timedelta(days=1)
    assert pc.max(earlier[ORDERS]["day_as_written"]).as_py() < morning

    def purchases_of_the_day_before(tables):
        rows = tables[INSIGHTS]
        day = pc.equal(rows["date_day"], pa.scalar(morning - timedelta(days=1)))
        return pc.sum(rows.filter(day)["purchases"]).as_py()

    assert purchases_of_the_day_before(earlier) < purchases_of_the_day_before(now)


def test_what_comes_later_changes_no_table(parameters):
    short, longer = record(SMALL, DAYS - 5), record(SMALL, DAYS)
    # budgets in force are those of the day, which the shorter history must therefore have
    morning = short.history.first_day + timedelta(days=DAYS - 6)
    for key, table in make_tables(short, morning, parameters, "a run").items():
        assert table.equals(make_tables(longer, morning, parameters, "a run")[key]), key


def test_no_table_without_a_day(customer, parameters):
    with pytest.raises(ValueError, match="comes before the end of the first day"):
        make_tables(customer, customer.history.first_day, parameters, "a run")


@pytest.mark.parametrize(
    ("basis", "revenue"),
    [
        ("total_less_refunds", lambda total, subtotal, refund: total - refund),
        ("total", lambda total, subtotal, refund: total),
        ("subtotal_less_refunds", lambda total, subtotal, refund: subtotal * (1 - refund / total)),
        ("subtotal", lambda total, subtotal, refund: subtotal),
    ],
)
def test_revenue_follows_its_basis(customer, as_of, parameters, basis, revenue):
    settings = with_setting(parameters, "shopify.revenue_basis", basis)
    orders = make_tables(customer, as_of, settings, "a run")[ORDERS]
    money = [
        np.array(orders[name].to_pylist(), dtype=np.float64)
        for name in ("total", "subtotal", "refunded_amount")
    ]
    assert orders["revenue"].to_pylist() == pytest.approx(revenue(*money))
    assert orders["revenue_basis"].unique().to_pylist() == [basis]


def test_orders_that_count_add_up_to_the_truth(tables, customer, as_of):
    orders, made = tables[ORDERS], customer.orders
    counted = orders.filter(pc.is_null(orders["excluded_because"]))
    known = made.known(as_of)
    assert orders.num_rows == known
    net = made.net(as_of)[:known].sum() / 100
    assert pc.sum(counted["revenue"]).as_py() == pytest.approx(net)
    reasons = np.array(orders["excluded_because"].to_pylist(), dtype=object)
    assert ((reasons == "test order") == (made.channel[:known] == TEST)).all()
    assert (reasons == "cancelled").any()
    recurring = made.channel[:known] == SUBSCRIPTION
    assert orders["is_recurring"].to_pylist() == recurring.tolist()


def test_a_status_that_is_not_accepted_does_not_count(customer, as_of, parameters):
    only_paid = with_setting(parameters, "shopify.accepted_statuses", ["paid"])
    orders = make_tables(customer, as_of, only_paid, "a run")[ORDERS]
    counted = orders.filter(pc.is_null(orders["excluded_because"]))
    assert counted["financial_status"].unique().to_pylist() == ["paid"]
    assert "status not accepted" in orders["excluded_because"].unique().to_pylist()


def test_a_time_zone_of_the_settings_comes_before_the_accounts(customer, as_of, parameters, tables):
    accounts = ("staging", "stg_meta__accounts")
    assert tables[accounts]["time_zone"].to_pylist() == ["America/New_York"]
    settings = with_setting(parameters, "account.time_zone", "America/Chicago")
    elsewhere = make_tables(customer, as_of, settings, "a run")[accounts]
    assert elsewhere["time_zone"].to_pylist() == ["America/Chicago"]
