"""Shopify orders as Fivetran, Airbyte and dlt keep them, put together as the API's objects.

A connector keeps an order's own fields in one table, with lists as JSON in it (Airbyte) or in
tables beside it (Fivetran by `order_id`, dlt by `_dlt_parent_id`): lines, transactions, refunds,
notes, visits. The table of orders is read, and its plan names the others (`order_siblings`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from python_jobs.landing.connectors import json_key, put
from python_jobs.landing.order_objects import REST_ORDER, bare_id, order_rows
from python_jobs.landing.scan import File, Scan, files_to_read
from python_jobs.landing.tables import scan_table

_SYSTEM_PREFIXES = ("_fivetran_", "_airbyte_", "_ab_", "_dlt_", "_sdc_")
_WRAPPED = "_airbyte_data"
_TOTALS = {
    "total_price",
    "total_price_set",
    "total_price_set_shop_amount",
    "total_price_set__shop_money__amount",
}
# where in the REST order Fivetran's columns of other names stand
_OTHER_NAMES = {
    "landing_site_base_url": ("landing_site",),
    "customer_id": ("customer", "id"),
    "shipping_address_country_code": ("shipping_address", "country_code"),
    "display_financial_status": ("financial_status",),
    "currency_code": ("currency",),
    "subtotal_price_set_shop_amount": ("subtotal_price",),
    "total_price_set_shop_amount": ("total_price_set", "shop_money", "amount"),
    "total_price_set_pres_amount": ("total_price_set", "presentment_money", "amount"),
    "current_total_price_set_shop_amount": ("current_total_price",),
    "total_tax_set_shop_amount": ("total_tax",),
    "total_discounts_set_shop_amount": ("total_discounts",),
    "total_shipping_price_set_shop_amount": ("total_shipping_price_set", "shop_money", "amount"),
}
_UTMS = ("source", "medium", "campaign", "content", "term")
# parts of an order by what a table must have (one name of each group) and what it must not, and
# what is taken from it: key in the part -> names of the column
_PARTS: dict[str, tuple[list[set[str]], set[str], dict[str, tuple[str, ...]]]] = {
    "refund_lines": (
        [
            {"refund_id", "_dlt_parent_id"},
            {"order_line_id", "line_item_id"},
            {"subtotal", "subtotal_set_shop_amount"},
        ],
        set(),
        {
            "subtotal": ("subtotal", "subtotal_set_shop_amount"),
            "total_tax": ("total_tax", "total_tax_set_shop_amount"),
        },
    ),
    "adjustments": (
        [
            {"refund_id", "_dlt_parent_id"},
            {"amount", "amount_set_shop_amount"},
            {"tax_amount", "tax_amount_set_shop_amount"},
        ],
        set(),
        {
            "amount": ("amount", "amount_set_shop_amount"),
            "tax_amount": ("tax_amount", "tax_amount_set_shop_amount"),
        },
    ),
    "transactions": (
        [
            {"order_id", "_dlt_parent_id"},
            {"amount", "amount_set_shop_amount"},
            {"kind"},
            {"status"},
        ],
        set(),
        {
            "kind": ("kind",),
            "status": ("status",),
            "amount": ("amount_set_shop_amount", "amount"),
            "currency": ("amount_set_shop_currency_code", "currency"),
        },
    ),
    "refunds": (
        [{"order_id", "_dlt_parent_id"}, {"restock", "total_duties_set", "processed_at"}],
        {"amount", "quantity", "price", *_TOTALS},
        {},
    ),
    "lines": (
        [
            {"order_id", "_dlt_parent_id"},
            {"quantity"},
            {"price", "original_unit_price_set_shop_amount"},
        ],
        {"refund_id"},
        {
            "quantity": ("quantity",),
            "price": ("price", "original_unit_price_set_shop_amount"),
            "sku": ("sku",),
        },
    ),
    "visits": (
        [{"order_id"}, {"landing_page", "utm_parameters_source"}],
        set(),
        {
            "type": ("type",),
            "landing_page": ("landing_page",),
            **{utm: (f"utm_parameters_{utm}",) for utm in _UTMS},
        },
    ),
    "notes": (
        [{"order_id", "_dlt_parent_id"}, {"name"}, {"value"}],
        {"key"},
        {"name": ("name",), "value": ("value",)},
    ),
    "url_tags": (
        [{"order_id"}, {"key"}, {"value"}],
        set(),
        {"key": ("key",), "value": ("value",)},
    ),
    "tags": ([{"order_id"}, {"value"}, {"index"}], {"key", "name"}, {"value": ("value",)}),
}
WORDS = {
    "lines": "lines",
    "transactions": "transactions",
    "refunds": "refunds",
    "refund_lines": "lines of refunds",
    "adjustments": "adjustments",
    "visits": "visits",
    "notes": "notes",
    "url_tags": "tags of the landing page",
    "tags": "tags",
}
"""parts of orders in the words of a message"""


def order_table_plan(headers: Sequence[str]) -> dict[str, Any] | None:
    """Plan of a table of order objects, else None."""
    places = _places(headers)
    if not {"id", "created_at"} <= places.keys() or not _TOTALS & places.keys():
        return None
    fields = [[place, *path] for name, place in places.items() if (path := _path(name))]
    plan: dict[str, Any] = {"shape": "order_table", "fields": fields, "key": places["id"]}
    if "_dlt_id" in places:
        plan["dlt_key"] = places["_dlt_id"]
    if "_fivetran_deleted" in places:
        plan["deleted"] = places["_fivetran_deleted"]
    # warehouses keep moments in UTC, and what is exported from them often does not say so
    plan["is_utc"] = any(name.startswith(_SYSTEM_PREFIXES) for name in places)
    return plan


def wrapped_order_plan(headers: Sequence[str]) -> dict[str, Any]:
    """Plan of a table that holds one order of the REST API a row, as JSON."""
    return {"shape": "order_table", "data": _places(headers)[_WRAPPED], "is_utc": False}


def order_part_plan(headers: Sequence[str]) -> dict[str, Any] | None:
    """Plan of a table that holds a part of orders, a row each, else None."""
    places = _places(headers)
    for part, (needed, never, taken) in _PARTS.items():
        if never & places.keys() or not all(names & places.keys() for names in needed):
            continue
        fields = {
            key: next(places[name] for name in names if name in places)
            for key, names in taken.items()
            if any(name in places for name in names)
        }
        keys = ("order_id", "refund_id", "_dlt_parent_id", "_dlt_id", "id")
        found = {key: places[key] for key in keys if key in places}
        deleted = {"deleted": places["_fivetran_deleted"]} if "_fivetran_deleted" in places else {}
        return {"part": part, "fields": fields, "keys": found, **deleted}
    return None


def wrapped_place(headers: Sequence[str]) -> int | None:
    """Find the column in which a connector keeps a whole document."""
    return _places(headers).get(_WRAPPED)


def scan_order_table(
    session: Any,
    table: str,
    files: Sequence[File],
    plan: Mapping[str, Any],
    *,
    inventory: Any,
    columns: str,
) -> Scan:
    """Read a table of orders with those beside it; `columns` as for `scan_order_objects`."""
    orders = scan_table(session, f"{table}_orders", files, plan, _object_columns(plan))
    problems = [*orders.problems]
    parts: dict[str, list[str]] = {part: [] for part in plan.get("parts", {})}
    scanned: list[str] = []
    for part, names in plan.get("parts", {}).items():
        beside = inventory.filter(f"list_contains({names}, file_path)")
        for of_one_plan, some in files_to_read(session, beside, ["order_parts"], None):
            scan = scan_table(
                session,
                f"{table}_part_{len(scanned)}",
                some,
                of_one_plan,
                _part_columns(of_one_plan),
            )
            scanned.append(f"{table}_part_{len(scanned)}")
            problems += scan.problems
            if scan.rows:
                parts[part].append(scan.rows)
    if orders.rows:
        session.execute(f"""
            create or replace temp table {table} as
            with {_put_together(orders.rows, parts)}, order_rows as ({order_rows("rest")})
            select
                filename, {columns},
                row_number() over (partition by filename order by place, line_number) as n
            from order_rows""")
    # they hold what the rows made of them must not
    for name in (f"{table}_orders", *scanned):
        session.execute(f"drop table if exists {name}")
    return Scan(table if orders.rows else None, problems)


def _places(headers: Sequence[str]) -> dict[str, int]:
    return {header.strip().lower(): place for place, header in enumerate(headers)}


def _path(column: str) -> tuple[str, ...] | None:
    """Say where in the REST order a column stands; None where it is not needed."""
    path = _OTHER_NAMES.get(column, tuple(column.split("__")))
    inside: Any = REST_ORDER
    for key in path:
        if not isinstance(inside, dict) or key not in inside:
            return None
        inside = inside[key]
    return path


def _object_columns(plan: Mapping[str, Any]) -> str:
    """Write the select list of a table of orders: the object, and by what its parts find it."""
    if "data" in plan:
        return f"""
            if(json_valid(c{plan["data"]}), c{plan["data"]}::json, '{{}}'::json) as json,
            null::varchar as key, false as is_deleted"""
    tree: dict[str, Any] = {}
    for place, *path in plan["fields"]:
        cell = f"c{place}"
        if plan["is_utc"] and path[-1] in ("created_at", "cancelled_at", "updated_at"):
            cell = _in_utc(cell)
        put(tree, path, _value(cell))
    key = f"c{plan['dlt_key']}" if "dlt_key" in plan else bare_id(f"c{plan['key']}")
    return f"{_object(tree)} as json, {key} as key, {_is_deleted(plan)} as is_deleted"


def _part_columns(plan: Mapping[str, Any]) -> str:
    """Write the select list of a part: the part itself, and which order or refund it is of."""
    keys = {name: f"c{place}" for name, place in plan["keys"].items()}
    own, refund = "null::varchar", "null::varchar"
    order = keys.get("_dlt_parent_id") or bare_id(keys.get("order_id", "null::varchar"))
    if plan["part"] == "refunds":
        own = keys.get("_dlt_id") or bare_id(keys.get("id", "null::varchar"))
    elif plan["part"] in ("transactions", "refund_lines", "adjustments"):
        if "_dlt_parent_id" in keys:
            refund, order = keys["_dlt_parent_id"], "null::varchar"
        elif "refund_id" in keys:
            refund = bare_id(keys["refund_id"])
    item = _object(
        {key: _value(f"c{place}") for key, place in plan["fields"].items()} or {"x": "1"}
    )
    return f"""
        {item} as item, {own} as own_key, {refund} as refund_key, {order} as order_key,
        {_is_deleted(plan)} as is_deleted"""


def _put_together(orders: str, parts: Mapping[str, Sequence[str]]) -> str:
    """Write SQL that makes `objects` of a table of orders and the parts read beside it."""
    ctes, joins, keys = [], [], {}
    refunds = parts.get("refunds")
    for part, tables in parts.items():
        if part == "refunds" or not tables:
            continue
        rows = " union all ".join(f"select * from {rows} where not is_deleted" for rows in tables)
        order_key = "rows.order_key"
        of_refund = ""
        if refunds and part in ("transactions", "refund_lines", "adjustments"):
            order_key = "coalesce(rows.order_key, refunds.order_key)"
            of_refund = "left join refunds on rows.refund_key = refunds.own_key"
        ctes.append(f"""
            {part} as (
                select {order_key} as order_key, json_group_array(rows.item) as items
                from ({rows}) as rows {of_refund}
                group by 1
            )""")
        joins.append(f"left join {part} on orders.key = {part}.order_key")
        keys[part] = f"coalesce({part}.items, '[]'::json)"
    if refunds:
        rows = " union all ".join(f"select * from {rows} where not is_deleted" for rows in refunds)
        ctes.insert(0, f"refunds as (select distinct own_key, order_key from ({rows}))")
    money_back = {
        name: keys[part]
        for name, part in (
            ("transactions", "transactions"),
            ("refund_line_items", "refund_lines"),
            ("order_adjustments", "adjustments"),
        )
        if part in keys
    }
    patch = {
        name: keys[part]
        for name, part in (
            ("line_items", "lines"),
            ("note_attributes", "notes"),
            ("visits", "visits"),
            ("url_tags", "url_tags"),
        )
        if part in keys
    }
    if "tags" in keys:
        patch["tags"] = f"to_json(json_extract_string({keys['tags']}, '$[*].value'))"
    if money_back:
        patch["refunds"] = f"json_array({_object(money_back)})"
    ctes.append(f"""
        objects as (
            select
                orders.filename, [orders.n] as place, null::json[] as children,
                json_merge_patch(orders.json, {_object(patch)}) as json
            from {orders} as orders {" ".join(joins)}
            where not orders.is_deleted
        )""")
    return ", ".join(ctes)


def _object(tree: Mapping[str, Any]) -> str:
    """Write SQL for a JSON object of SQL values."""
    pairs = ", ".join(
        f"{json_key(key)}, {_object(value) if isinstance(value, dict) else value}"
        for key, value in tree.items()
    )
    return f"json_object({pairs})"


def _value(cell: str) -> str:
    """Write SQL for a cell as JSON: lists and objects as such, blanks as null, all else as text."""
    return f"""case
        when regexp_matches({cell}, '^\\s*[\\[{{]') and json_valid({cell}) then {cell}::json
        when {cell} <> '' then to_json({cell})
    end"""


def _in_utc(cell: str) -> str:
    """Write SQL for a moment with its offset."""
    return f"""if(
        {cell} = '' or regexp_matches({cell}, '(Z|[+-]\\d\\d:?(\\d\\d)?)$'),
        {cell}, regexp_replace({cell}, ' UTC$', '') || '+0000')"""


def _is_deleted(plan: Mapping[str, Any]) -> str:
    if "deleted" not in plan:
        return "false"
    return f"coalesce(lower(c{plan['deleted']}) in ('true', '1', 't'), false)"
