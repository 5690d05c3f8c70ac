"""A simulated account as landing and staging would show it, without files in between.

Each table equals, in columns, types and values, what a build makes of the files that `write_export`
writes for the same morning; a test compares them. Null, because no model downstream reads them, are
only `file_id` of insights, what parameters mean and may be, and all of `run_settings` but the run
and its date. Buyers are known by
number instead of by keyed hash: the same for the same buyer is all that is asked of it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from python_jobs.config.load import Parameter
from python_jobs.simulation.account import LEVELS
from python_jobs.simulation.clock import DAY, utc_offset_hours
from python_jobs.simulation.curves import Floats, Ints
from python_jobs.simulation.customer import Customer
from python_jobs.simulation.json_rows import compact
from python_jobs.simulation.levels import entity_keys, level_days
from python_jobs.simulation.objects_writer import (
    ad_objects,
    ad_set_objects,
    campaign_objects,
    custom_audience_objects,
)
from python_jobs.simulation.orders_writer import OTHER_UTM, PLACES, SOURCE, STATUS, places
from python_jobs.simulation.shop import (
    AUTHORIZED,
    CANCELLED,
    PAID,
    PART_REFUNDED,
    PENDING,
    REFUNDED,
    SUBSCRIPTION,
    TEST,
    VOIDED,
    WEB,
)

Tables = dict[tuple[str, str], pa.Table]
Columns = dict[str, pa.Array]
Items = Sequence[Mapping[str, Any]]  # API objects

TEXT = pa.string()
DATE = pa.date32()
MONEY = pa.decimal128(18, 4)
RESULTS = pa.list_(pa.struct({"goal": TEXT, "results": pa.float64()}))
SUM_OF_MONEY = pa.decimal128(38, 4)
MOMENT = pa.timestamp("us", tz="UTC")


def without_backtest(parameters: Sequence[Parameter]) -> list[Parameter]:
    """Return settings with which only the morning decided for is worked out, no past ones."""
    return [
        replace(parameter, value="0") if parameter.parameter == "backtest.weeks" else parameter
        for parameter in parameters
    ]


def make_tables(
    customer: Customer, as_of: date, parameters: Sequence[Parameter], run_id: str
) -> Tables:
    """Return what `pipeline.Pipeline.build` takes, as visible on the morning of `as_of`.

    `parameters` are the settings in force, from `config.load.load_parameters`.

    Raises:
        ValueError: no day is over on `as_of`.

    """
    past = customer.until(as_of)
    settings = {parameter.parameter: json.loads(parameter.value) for parameter in parameters}
    campaigns = campaign_objects(customer, as_of)
    ad_sets = ad_set_objects(customer, as_of)
    columns: dict[tuple[str, str], Columns] = {
        ("landing", "exchange_rates"): _exchange_rates(),
        ("landing", "landing_parameters"): _parameters(parameters),
        ("landing", "run_settings"): _run_settings(as_of, run_id),
        ("staging", "stg_meta__accounts"): _accounts(customer, settings),
        ("staging", "stg_meta__activities"): _activities(),
        ("staging", "stg_meta__adsets"): _ad_sets(ad_sets),
        ("staging", "stg_meta__budgets_seen"): _budgets_seen(campaigns, ad_sets, as_of),
        ("staging", "stg_meta__campaigns"): _campaigns(campaigns),
        # nothing is kept: each morning may restate all days
        ("staging", "stg_meta__changed_from"): {"changed_from": pa.array([date.min])},
        ("staging", "stg_meta__custom_audiences"): _custom_audiences(
            custom_audience_objects(customer), customer
        ),
        ("staging", "stg_meta__entities"): _entities(
            campaigns, ad_sets, ad_objects(customer, as_of)
        ),
        ("staging", "stg_meta__export_settings"): _export_settings(),
        ("staging", "stg_shopify__orders"): _orders(customer, as_of, settings),
    }
    tables = {key: pa.table(arrays) for key, arrays in columns.items()}
    levels = [pa.table(_insights(level, past, as_of)) for level in LEVELS]
    tables["staging", "stg_meta__insights"] = pa.concat_tables(levels)
    return tables


def _insights(level: str, past: Customer, as_of: date) -> Columns:
    """One level of `stg_meta__insights`. Counts of actions are null where the API lists none."""
    table = level_days(level, past, as_of)
    day, entity = table.delivered()
    keys = entity_keys(level, past)
    rows = len(day)
    no_key = np.zeros(rows, dtype=np.int64)

    def key(name: str) -> pa.Array:
        return _picked(keys.get(name, [None]), entity if name in keys else no_key)

    def actions(values: Ints, unit: float = 1.0) -> pa.Array:
        listed = values[day, entity]
        return pa.array(listed / unit, mask=listed == 0)

    purchases, cents = table.purchases, table.value_cents
    bought = np.sign(purchases[day, entity, 0])
    return {
        "level": _repeated(level, rows),
        "account_id": key("account_id"),
        "campaign_id": key("campaign_id"),
        "adset_id": key("adset_id"),
        "ad_id": key("ad_id"),
        "entity_id": key(f"{level}_id"),
        "id_source": _repeated("meta", rows),
        "account_name": key("account_name"),
        "campaign_name": key("campaign_name"),
        "adset_name": key("adset_name"),
        "ad_name": key("ad_name"),
        "currency": key("account_currency"),
        "attribution_setting": pa.nulls(rows, TEXT),
        "objective": pa.nulls(rows, TEXT),
        "optimization_goal": pa.nulls(rows, TEXT),
        "buying_type": pa.nulls(rows, TEXT),
        "result_type": pa.nulls(rows, TEXT),
        "totals_source": _repeated("own", rows),
        "purchase_type": _picked([None, "omni_purchase"], bought),
        "purchase_value_source": _picked([None, "reported"], bought),
        "goal_results": pa.nulls(rows, RESULTS),
        "file_id": pa.nulls(rows, TEXT),
        "spend": _money(table.spend_cents[day, entity], SUM_OF_MONEY),
        "impressions": pa.array(table.impressions[day, entity]),
        "reach": pa.array(table.reach[day, entity]),
        "clicks_all": pa.array(table.clicks[day, entity]),
        "link_clicks": pa.array(table.link_clicks[day, entity]),
        "landing_page_views": actions(table.landing_page_views),
        "add_to_carts": actions(table.adds_to_cart),
        "checkouts": actions(table.checkouts),
        "purchases": actions(purchases[:, :, 0]),
        "purchases_1d_click": actions(purchases[:, :, 1]),
        "purchases_7d_click": actions(purchases[:, :, 2]),
        "purchase_value": actions(cents[:, :, 0], 100.0),
        "purchase_value_1d_click": actions(cents[:, :, 1], 100.0),
        "purchase_value_7d_click": actions(cents[:, :, 2], 100.0),
        "date_day": _days(np.array(table.dates, dtype="datetime64[D]")[day]),
    }


def _accounts(customer: Customer, settings: Mapping[str, Any]) -> Columns:
    account = customer.account
    return {
        "account_id": pa.array([account.account_id]),
        "account_name": pa.array([account.name]),
        "currency": pa.array([account.currency]),
        "time_zone": pa.array([settings["account.time_zone"] or account.timezone]),
        "minor_unit_offset": pa.array([100], pa.int32()),
    }


def _activities() -> Columns:
    """No rows: nobody keeps the account's activity history; budgets are seen each morning."""
    return {
        "account_id": pa.nulls(0, TEXT),
        "entity_level": pa.nulls(0, TEXT),
        "entity_id": pa.nulls(0, TEXT),
        "entity_name": pa.nulls(0, TEXT),
        "change_type": pa.nulls(0, TEXT),
        "changed_at": pa.nulls(0, MOMENT),
        "changed_on": pa.nulls(0, DATE),
        "old_value": pa.nulls(0, TEXT),
        "new_value": pa.nulls(0, TEXT),
        "budget_period": pa.nulls(0, TEXT),
        "old_budget": pa.nulls(0, MONEY),
        "new_budget": pa.nulls(0, MONEY),
    }


def _campaigns(items: Items) -> Columns:
    return {
        "campaign_id": _texts(items, "id"),
        "account_id": _texts(items, "account_id"),
        "campaign_name": _texts(items, "name"),
        "objective": _texts(items, "objective"),
        "status": _texts(items, "status"),
        "effective_status": _texts(items, "effective_status"),
        "buying_type": _texts(items, "buying_type"),
        "bid_strategy": _texts(items, "bid_strategy"),
        "is_budget_scheduled": pa.nulls(len(items), pa.bool_()),
        "smart_promotion_type": _texts(items, "smart_promotion_type"),
        "is_advantage": pa.array(
            [item.get("smart_promotion_type") == "AUTOMATED_SHOPPING_ADS" for item in items]
        ),
        "special_ad_categories": _json(items, "special_ad_categories"),
        "daily_budget": _minor_units(items, "daily_budget"),
        "lifetime_budget": pa.nulls(len(items), MONEY),
        "start_at": _moments(items, "start_time"),
        "stop_at": pa.nulls(len(items), MOMENT),
        "created_at": pa.nulls(len(items), MOMENT),
    }


def _custom_audiences(items: Items, customer: Customer) -> Columns:
    sizes = {
        f"size_{side}": pa.array(
            [item[f"approximate_count_{bound}_bound"] for item in items], pa.int64()
        )
        for side, bound in (("low", "lower"), ("high", "upper"))
    }
    return {
        "audience_id": _texts(items, "id"),
        "account_id": _repeated(customer.account.account_id, len(items)),
        "audience_name": _texts(items, "name"),
        "subtype": _texts(items, "subtype"),
        **sizes,
        "retention_days": pa.nulls(len(items), pa.int32()),
        "lookalike_percent": pa.nulls(len(items), pa.float64()),
        "lookalike_origin": pa.nulls(len(items), TEXT),
    }


def _ad_sets(items: Items) -> Columns:
    stages = [item["learning_stage_info"] for item in items]
    return {
        "adset_id": _texts(items, "id"),
        "account_id": _texts(items, "account_id"),
        "campaign_id": _texts(items, "campaign_id"),
        "adset_name": _texts(items, "name"),
        "status": _texts(items, "status"),
        "effective_status": _texts(items, "effective_status"),
        "optimization_goal": _texts(items, "optimization_goal"),
        "bid_strategy": _texts(items, "bid_strategy"),
        "bid_amount": _minor_units(items, "bid_amount"),
        "daily_budget": _minor_units(items, "daily_budget"),
        "lifetime_budget": pa.nulls(len(items), MONEY),
        "daily_min_spend_target": _minor_units(items, "daily_min_spend_target"),
        "is_budget_scheduled": pa.nulls(len(items), pa.bool_()),
        "promoted_event": _texts([item["promoted_object"] for item in items], "custom_event_type"),
        "attribution_spec": _json(items, "attribution_spec"),
        "targeting": _json(items, "targeting"),
        "learning_status": _texts(stages, "status"),
        "learning_conversions": pa.array([s.get("conversions") for s in stages], pa.int64()),
        "last_significant_edit_at": pa.array(
            [s.get("last_sig_edit_ts") for s in stages], pa.timestamp("s", tz="UTC")
        ).cast(MOMENT),
        "start_at": _moments(items, "start_time"),
        "end_at": _moments(items, "end_time"),
        "created_at": _moments(items, "created_time"),
    }


def _budgets_seen(campaigns: Items, ad_sets: Items, as_of: date) -> Columns:
    with_budget = [
        {**item, "level": level}
        for level, items in (("campaign", campaigns), ("adset", ad_sets))
        for item in items
        if item.get("daily_budget", "0") != "0"
    ]
    return {
        "entity_level": _texts(with_budget, "level"),
        "entity_id": _texts(with_budget, "id"),
        "seen_on": pa.array([as_of] * len(with_budget), DATE),
        "daily_budget": _minor_units(with_budget, "daily_budget"),
    }


def _entities(campaigns: Items, ad_sets: Items, ads: Items) -> Columns:
    rows = [{"level": "campaign", "campaign_id": item["id"], **item} for item in campaigns]
    rows += [{"level": "adset", "adset_id": item["id"], **item} for item in ad_sets]
    rows += [{"level": "ad", **item} for item in ads]
    return {
        "entity_level": _texts(rows, "level"),
        "entity_id": _texts(rows, "id"),
        "account_id": _texts(rows, "account_id"),
        "campaign_id": _texts(rows, "campaign_id"),
        "adset_id": _texts(rows, "adset_id"),
        "entity_name": _texts(rows, "name"),
    }


def _export_settings() -> Columns:
    """No rows: the API's files carry no settings of the kind that Ads Manager exports do."""
    return {
        "entity_level": pa.nulls(0, TEXT),
        "entity_id": pa.nulls(0, TEXT),
        "campaign_id": pa.nulls(0, TEXT),
        "daily_budget": pa.nulls(0, MONEY),
        "lifetime_budget": pa.nulls(0, MONEY),
        "uses_campaign_budget": pa.nulls(0, pa.bool_()),
        "last_significant_edit_at": pa.nulls(0, MOMENT),
        "start_at": pa.nulls(0, MOMENT),
        "end_at": pa.nulls(0, MOMENT),
        "status": pa.nulls(0, TEXT),
    }


def _orders(customer: Customer, as_of: date, settings: Mapping[str, Any]) -> Columns:
    orders = customer.orders
    rows = orders.known(as_of)
    created, channel, state = orders.created[:rows], orders.channel[:rows], orders.state[:rows]
    happened = orders.happened(as_of)[:rows]
    # as in the order export: what has not happened yet does not show
    later = ~happened & np.isin(state, (REFUNDED, PART_REFUNDED, CANCELLED))
    shown = np.where(later, PAID, np.where(~happened & (state == VOIDED), AUTHORIZED, state))
    cancelled = happened & np.isin(state, (VOIDED, CANCELLED))
    statuses = [STATUS[code] for code in range(len(STATUS))]
    accepted = np.isin(statuses, settings["shopify.accepted_statuses"])[shown]
    excluded = (None, "cancelled", "test order", "status not accepted")
    reason = np.select([cancelled, channel == TEST, ~accepted], [1, 2, 3])
    total, subtotal = orders.total[:rows], orders.subtotal[:rows]
    refund = np.where(happened, orders.refund[:rows], 0)
    basis = settings["shopify.revenue_basis"]
    number = np.arange(rows)
    utc = created - 3600 * utc_offset_hours(created)
    return {
        "order_id": pa.array(5_900_000_000_000 + 32_771 * number).cast(TEXT),
        "order_name": pc.binary_join_element_wise("#", pa.array(1001 + number).cast(TEXT), ""),
        "customer_hash": pa.array(orders.customer[:rows]).cast(TEXT),
        "currency": _repeated(customer.account.currency, rows),
        "financial_status": _picked(statuses, shown),
        "source": _picked([SOURCE[code] for code in range(len(SOURCE))], channel),
        "shipping_country": _picked([country for country, _ in PLACES], places(orders)[:rows]),
        **_utms(customer, rows),
        "landing_path": pa.nulls(rows, TEXT),
        "line_items": pa.array(orders.lines[:rows]),
        "subtotal": _money(subtotal, MONEY),
        "total": _money(total, MONEY),
        "refunded_amount": _money(refund, MONEY),
        "revenue": pa.array(_revenue(basis, total, subtotal, refund)),
        "revenue_basis": _repeated(basis, rows),
        "excluded_because": _picked(excluded, reason),
        "is_unpaid": pa.array(np.isin(shown, (PENDING, AUTHORIZED))),
        "is_recurring": pa.array(channel == SUBSCRIPTION),
        "ordered_at": pa.array((utc * 1_000_000).astype("datetime64[us]"), MOMENT),
        "day_as_written": _days(created // DAY),
    }


def _revenue(basis: str, total: Ints, subtotal: Ints, refund: Ints) -> Floats:
    """Return what orders count for, in currency units, from cents."""
    if basis == "subtotal_less_refunds":
        # divided as SQL does, so that the last digit is the same
        return subtotal / 100.0 * (1.0 - refund / 100.0 / (total / 100.0))
    cents = {"total_less_refunds": total - refund, "total": total, "subtotal": subtotal}[basis]
    return cents / 100.0


def _utms(customer: Customer, rows: int) -> Columns:
    """Return what the orders' notes say: ids of an ad, or another channel, or nothing."""
    account, orders, ads = customer.account, customer.orders, customer.ads
    ad_set, campaign = ads.ad_set.tolist(), customer.ad_sets.campaign[ads.ad_set].tolist()
    notes: list[dict[str, str]] = [
        {
            "utm_source": "ig" if ad % 4 == 3 else "facebook",
            "utm_medium": "paid",
            "utm_campaign": account.campaign_ids[campaign[ad]],
            "utm_content": account.ad_ids[ad],
            "utm_term": account.ad_set_ids[ad_set[ad]],
        }
        for ad in range(len(ads))
    ]
    notes += [dict(line.split(": ") for line in note.splitlines()) for note in OTHER_UTM]
    elsewhere = np.minimum(orders.product[:rows] // 7 % 6, 2)
    elsewhere = np.where(orders.channel[:rows] == WEB, elsewhere, 2)
    place = np.where(orders.ad[:rows] >= 0, orders.ad[:rows], len(ads) + elsewhere)
    names = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
    return {name: _picked([note.get(name) for note in notes], place) for name in names}


def _parameters(parameters: Sequence[Parameter]) -> Columns:
    names = ("parameter", "value", "tier", "file")
    rows = len(parameters)
    return {
        **{name: pa.array([getattr(p, name) for p in parameters], TEXT) for name in names},
        **{name: pa.nulls(rows, TEXT) for name in ("description", "allowed", "tunable_scale")},
        **{name: pa.nulls(rows, pa.float64()) for name in ("tunable_low", "tunable_high")},
    }


def _run_settings(as_of: date, run_id: str) -> Columns:
    return {
        "run_id": pa.array([run_id]),
        "run_started_at": pa.nulls(1, pa.timestamp("us")),
        "customer": pa.nulls(1, TEXT),
        "platform": pa.nulls(1, TEXT),
        "as_of_requested": pa.array([as_of], DATE),
    }


def _exchange_rates() -> Columns:
    """No rows: ads and shop have one currency."""
    return {
        "rate_date": pa.nulls(0, DATE),
        "from_currency": pa.nulls(0, TEXT),
        "to_currency": pa.nulls(0, TEXT),
        "rate": pa.nulls(0, pa.float64()),
    }


def _picked(values: Sequence[str | None], place: Ints) -> pa.Array:
    """Text of each row, by its place among a few; kept as places, it is quick to read."""
    missing = np.array([value is None for value in values])
    return pa.DictionaryArray.from_arrays(
        pa.array(place.astype(np.int32), mask=missing[place]),
        pa.array([value or "" for value in values]),
    )


def _repeated(value: str, rows: int) -> pa.Array:
    return _picked([value], np.zeros(rows, dtype=np.int64))


def _money(cents: Ints, kind: pa.DataType) -> pa.Array:
    """Cents as decimals of scale 4: whole numbers of 128 bits, low half first."""
    low = cents * 100
    halves = np.stack([low, low >> 63], axis=1)
    return pa.Array.from_buffers(kind, len(cents), [None, pa.py_buffer(halves)])


def _days(days: Any) -> pa.Array:
    return pa.array(days.astype("datetime64[D]"))


def _texts(items: Items, key: str) -> pa.Array:
    return pa.array([item.get(key) for item in items], TEXT)


def _json(items: Items, key: str) -> pa.Array:
    return pa.array([compact(item[key]) for item in items], TEXT)


def _minor_units(items: Items, key: str) -> pa.Array:
    """Budgets in the currency's unit; "0" says that there is none."""
    texts = [str(item.get(key, "0")) for item in items]
    return pa.array([None if text == "0" else Decimal(text) / 100 for text in texts], MONEY)


def _moments(items: Items, key: str) -> pa.Array:
    return pa.array(
        [datetime.fromisoformat(str(item[key])) if key in item else None for item in items], MOMENT
    )
