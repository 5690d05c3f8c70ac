"""Orders of Shopify's Admin API, REST and GraphQL, as the rows of its order export.

An order object becomes one row per line item; what belongs to the order stands on the first of
them, as in the export. Money is the shop's currency, never the buyer's. `Total` is what was sold:
`current_*` fields, which follow edits and returns, are not it. What was paid back is the sum of the
refunds' successful transactions, as in the export's `Refunded Amount`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from python_jobs.landing.scan import File, Scan, is_large, scan_items

UTMS = ("source", "medium", "campaign", "content", "term")
_MONEY = {"shop_money": {"amount": "VARCHAR"}, "presentment_money": {"amount": "VARCHAR"}}
# the keys that are looked at; "JSON" where a text or a list may stand
REST_ORDER: dict[str, Any] = {
    "id": "VARCHAR",
    "admin_graphql_api_id": "VARCHAR",
    "name": "VARCHAR",
    "order_number": "VARCHAR",
    "created_at": "VARCHAR",
    "cancelled_at": "VARCHAR",
    "test": "VARCHAR",
    "email": "VARCHAR",
    "contact_email": "VARCHAR",
    "customer": {"id": "VARCHAR", "email": "VARCHAR"},
    "currency": "VARCHAR",
    "financial_status": "VARCHAR",
    "subtotal_price": "VARCHAR",
    "total_price": "VARCHAR",
    "total_price_set": _MONEY,
    "current_total_price": "VARCHAR",
    "total_tax": "VARCHAR",
    "total_discounts": "VARCHAR",
    "total_shipping_price_set": _MONEY,
    "shipping_lines": [{"price": "VARCHAR"}],
    "refunds": [
        {
            "transactions": [
                {"kind": "VARCHAR", "status": "VARCHAR", "amount": "VARCHAR", "currency": "VARCHAR"}
            ],
            "refund_line_items": [{"subtotal": "VARCHAR", "total_tax": "VARCHAR"}],
            "order_adjustments": [{"amount": "VARCHAR", "tax_amount": "VARCHAR"}],
        }
    ],
    "source_name": "VARCHAR",
    "gateway": "VARCHAR",
    "payment_gateway_names": "JSON",
    "tags": "JSON",
    "note_attributes": [{"name": "VARCHAR", "value": "VARCHAR"}],
    "landing_site": "VARCHAR",
    "shipping_address": {"country_code": "VARCHAR"},
    "line_items": [{"quantity": "VARCHAR", "price": "VARCHAR", "sku": "VARCHAR"}],
    "updated_at": "VARCHAR",
    # no fields of the API, but tables of connectors
    "visits": [dict.fromkeys(("type", "landing_page", *UTMS), "VARCHAR")],
    "url_tags": [{"key": "VARCHAR", "value": "VARCHAR"}],
}

_MONEY_BAG = {"shopMoney": {"amount": "VARCHAR", "currencyCode": "VARCHAR"}}
_LINE = {"quantity": "VARCHAR", "sku": "VARCHAR", "originalUnitPriceSet": _MONEY_BAG}
_VISIT = {
    "landingPage": "VARCHAR",
    "utmParameters": dict.fromkeys(UTMS, "VARCHAR"),
}
_GRAPHQL_ORDER: dict[str, Any] = {
    "id": "VARCHAR",
    "legacyResourceId": "VARCHAR",
    "updatedAt": "VARCHAR",
    "name": "VARCHAR",
    "createdAt": "VARCHAR",
    "cancelledAt": "VARCHAR",
    "test": "VARCHAR",
    "email": "VARCHAR",
    "customer": {
        "id": "VARCHAR",
        "email": "VARCHAR",
        "defaultEmailAddress": {"emailAddress": "VARCHAR"},
    },
    "currencyCode": "VARCHAR",
    "displayFinancialStatus": "VARCHAR",
    "subtotalPriceSet": _MONEY_BAG,
    "totalPriceSet": _MONEY_BAG,
    "totalTaxSet": _MONEY_BAG,
    "totalDiscountsSet": _MONEY_BAG,
    "totalShippingPriceSet": _MONEY_BAG,
    "totalRefundedSet": _MONEY_BAG,
    "refunds": [{"totalRefundedSet": _MONEY_BAG}],
    "sourceName": "VARCHAR",
    "paymentGatewayNames": "JSON",
    "tags": "JSON",
    "customAttributes": [{"key": "VARCHAR", "value": "VARCHAR"}],
    "customerJourneySummary": {"firstVisit": _VISIT, "lastVisit": _VISIT},
    "shippingAddress": {"countryCodeV2": "VARCHAR", "countryCode": "VARCHAR"},
    # nodes, edges, or in files put together from bulk operations a list
    "lineItems": "JSON",
}


def scan_order_objects(
    session: Any, table: str, files: Sequence[File], plan: Mapping[str, Any], columns: str
) -> Scan:
    """Read order objects; `columns` is SQL over the columns that `order_rows` makes."""
    json_format = "unstructured"
    if plan["shape"] == "lines":
        json_format = "newline_delimited"
    elif plan["shape"] == "list" and is_large(files):
        json_format = "array"
    select = f""",
        {_objects_sql(has_children=plan["shape"] == "lines" and plan["api"] == "graphql")},
        order_rows as ({order_rows(plan["api"])})
        select filename, {columns} from order_rows order by filename, place, line_number"""
    return scan_items(session, table, files, json_format, select)


def _objects_sql(*, has_children: bool) -> str:
    """Write SQL over `source` (filename, json): `objects`, one row per order.

    Columns: filename, place (a list that orders them as in the file), json, and `children`: the
    lines that a bulk operation writes below the order that they belong to.
    """
    containers = ("orders", "order", "data", "node", "_airbyte_data")
    page = "{" + ", ".join(f'"{key}":"JSON"' for key in containers) + "}"
    items = f"""
        pages as (
            select
                filename, record, unnest(range(1, len(pages) + 1)) as page, unnest(pages) as json
            from (
                select
                    filename, row_number() over () as record,
                    if(json_type(json) = 'ARRAY', from_json(json, '["JSON"]'), [json]) as pages
                from source
            )
        ),
        held as (
            select
                filename, record, page,
                coalesce(
                    p.orders, p.data -> '$.orders', p."order", p.data -> '$.order', p.node,
                    p.data -> '$.node', p._airbyte_data, json
                ) as json
            from (select *, from_json(json, '{page}') as p from pages)
        ),
        items as (
            select
                filename, [record, page, unnest(range(1, len(items) + 1))] as place,
                unnest(items) as json
            from (select *, {_connection("json", "[json]")} as items from held)
        )"""
    if not has_children:
        return f"{items}, objects as (select *, null::json[] as children from items)"
    return f"""{items},
        children as (
            select filename, parent, list(json order by place) as children
            from (select *, json ->> '$.__parentId' as parent from items)
            where parent is not null and json_exists(json, '$.quantity')
            group by filename, parent
        ),
        objects as (
            select items.filename, items.place, items.json, children.children
            from items
            left join children
                on items.filename = children.filename and items.json ->> '$.id' = children.parent
            where not json_exists(items.json, '$.__parentId')
        )"""


def _connection(json: str, otherwise: str) -> str:
    """Write SQL for what a list or a GraphQL connection holds, as a list of JSON."""
    return f"""case
        when json_type({json}) = 'ARRAY' then from_json({json}, '["JSON"]')
        when json_type({json}, '$.nodes') = 'ARRAY'
            then from_json({json} -> '$.nodes', '["JSON"]')
        when json_type({json}, '$.edges') = 'ARRAY'
            then list_transform(
                from_json({json} -> '$.edges', '["JSON"]'), lambda edge: edge -> '$.node'
            )
        else {otherwise}
    end"""


def order_rows(api: str) -> str:
    """Write SQL over `objects` (filename, place, json, children) for rows as of an order export.

    `api` is 'rest' or 'graphql'. Columns beside those of the landed orders: filename, place,
    line_number, and what is only looked into: customer_email, customer_id, note_attributes (lines
    `name: value`), landing_site, and visit_utm_source and its like (of the visit that ordered).
    """
    structure, lines, of_order, of_line = _REST if api == "rest" else _GRAPHQL
    named = ", ".join(f"{sql} as {column}" for column, sql in of_order.items())
    once = ", ".join(
        f"if(line_number = 1, {column}, null) as {column}"
        for column in of_order
        if column not in ("order_name", "created_at")
    )
    per_line = ", ".join(f"{sql} as {column}" for column, sql in of_line.items())
    return f"""
        select filename, place, line_number, order_name, created_at, {once}, {per_line}
        from (
            select *, unnest(range(1, len(lines) + 1)) as line_number, unnest(lines) as line
            from (
                select
                    filename, place, {named}, if(len({lines}) > 0, {lines}, [null]) as lines
                from (select *, from_json(json, '{json.dumps(structure)}') as o from objects)
                -- pages and connectors may hold an order once more for every change
                qualify order_id is null or row_number() over (
                    partition by filename, order_id order by updated_at desc nulls last, place desc
                ) = 1
            )
        )"""


def bare_id(cell: str) -> str:
    """Write SQL for the number in an id: `gid://shopify/Order/123` and 123.0 are 123."""
    return f"nullif(regexp_extract({cell}, '^(?:gid:.*/)?(\\d+)(?:\\.0)?(?:\\?.*)?$', 1), '')"


def _sum(values: str, amount: str) -> str:
    """Write SQL for the sum over a list of `amount`, SQL over its item `x`; 0 of none."""
    return f"coalesce(list_sum(list_transform({values}, lambda x: {amount})), 0)"


def _number(cell: str) -> str:
    return f"coalesce(try_cast({cell} as decimal(18, 4)), 0)"


def _joined(json: str) -> str:
    """Write SQL for the text of a JSON value that is a text or a list of them."""
    return f"""if(
        json_type({json}) = 'ARRAY',
        array_to_string(from_json({json}, '["VARCHAR"]'), ', '), {json} ->> '$')"""


def _notes(attributes: str, key: str) -> str:
    """Write SQL for a list of attributes as lines `name: value`."""
    return f"""array_to_string(
        list_transform(
            {attributes}, lambda x: replace(x.{key} || ': ' || x.value, chr(10), ' ')
        ), chr(10))"""


# the buyer may have paid in another currency: by the rate that the order was sold at
_IN_SHOP_MONEY = f"""if(
    x.currency <> o.currency,
    {_number("o.total_price_set.shop_money.amount")}
        / nullif({_number("o.total_price_set.presentment_money.amount")}, 0),
    1)"""
_PAID_BACK = _sum(
    "list_filter(r.transactions, lambda x: lower(x.kind) = 'refund' and "
    "lower(coalesce(x.status, 'success')) = 'success')",
    f"{_number('x.amount')} * {_IN_SHOP_MONEY}",
)
# an adjustment is negative where more is paid back than the lines' price, such as shipping
_TAKEN_BACK = (
    _sum("r.refund_line_items", f"{_number('x.subtotal')} + {_number('x.total_tax')}")
    + " - "
    + _sum("r.order_adjustments", f"{_number('x.amount')} + {_number('x.tax_amount')}")
)
_REFUNDED = f"""case
    when o.refunds is not null
        then list_sum(list_transform(
            o.refunds,
            lambda r: if(r.transactions is null, {_TAKEN_BACK}, {_PAID_BACK})
        ))
    else {_number("o.total_price")} - try_cast(o.current_total_price as decimal(18, 4))
end"""

# the visit that ordered, where a connector's table has it
_OF_VISITS = """coalesce(
    list_filter(o.visits, lambda x: contains(lower(x.type), 'last'))[1], o.visits[1])"""
_REST: tuple[dict[str, Any], str, dict[str, str], dict[str, str]] = (
    REST_ORDER,
    "o.line_items",
    {
        "order_name": "coalesce(o.name, '#' || o.order_number, o.id)",
        "order_id": bare_id("coalesce(o.id, o.admin_graphql_api_id)"),
        "customer_email": "coalesce(nullif(trim(o.email), ''), nullif(trim(o.contact_email), ''), "
        "o.customer.email)",
        "customer_id": bare_id("o.customer.id"),
        "created_at": "o.created_at",
        "cancelled_at": "o.cancelled_at",
        "is_test": "o.test",
        "financial_status": "o.financial_status",
        "currency": "o.currency",
        "subtotal": "o.subtotal_price",
        "shipping": "coalesce(o.total_shipping_price_set.shop_money.amount, "
        f"{_sum('o.shipping_lines', _number('x.price'))}::varchar)",
        "taxes": "o.total_tax",
        "total": "coalesce(o.total_price, o.total_price_set.shop_money.amount)",
        "discount_amount": "o.total_discounts",
        "refunded_amount": f"({_REFUNDED})::varchar",
        "source": "o.source_name",
        "payment_method": f"coalesce({_joined('o.payment_gateway_names')}, o.gateway)",
        "tags": _joined("o.tags"),
        "note_attributes": _notes("o.note_attributes", "name"),
        "landing_site": f"coalesce(o.landing_site, {_OF_VISITS}.landing_page)",
        "shipping_country": "o.shipping_address.country_code",
        **{
            f"visit_utm_{utm}": f"""coalesce(
                {_OF_VISITS}.{utm},
                list_filter(o.url_tags, lambda x: lower(x.key) = 'utm_{utm}')[1].value)"""
            for utm in UTMS
        },
        "updated_at": "o.updated_at",
    },
    {
        "line_type": "null::varchar",
        "line_quantity": "line.quantity",
        "line_price": "line.price",
        "line_sku": "line.sku",
    },
)

_LINES = f"""coalesce(
    {_connection('o."lineItems"', "null")}, children, []
)"""
# the last visit ordered; the first one speaks for it only where it is the only one known
_LAST_VISIT = "coalesce(o.customerJourneySummary.lastVisit, o.customerJourneySummary.firstVisit)"
_GRAPHQL: tuple[dict[str, Any], str, dict[str, str], dict[str, str]] = (
    _GRAPHQL_ORDER,
    f"""list_transform({_LINES}, lambda x: from_json(x, '{json.dumps(_LINE)}'))""",
    {
        "order_name": f"coalesce(o.name, o.legacyResourceId, {bare_id('o.id')})",
        "order_id": bare_id("coalesce(o.id, o.legacyResourceId)"),
        "customer_email": "coalesce(nullif(trim(o.email), ''), o.customer.email, "
        "o.customer.defaultEmailAddress.emailAddress)",
        "customer_id": bare_id("o.customer.id"),
        "created_at": "o.createdAt",
        "updated_at": "o.updatedAt",
        "cancelled_at": "o.cancelledAt",
        "is_test": "o.test",
        "financial_status": "lower(o.displayFinancialStatus)",
        "currency": "coalesce(o.currencyCode, o.totalPriceSet.shopMoney.currencyCode)",
        "subtotal": "o.subtotalPriceSet.shopMoney.amount",
        "shipping": "o.totalShippingPriceSet.shopMoney.amount",
        "taxes": "o.totalTaxSet.shopMoney.amount",
        "total": "o.totalPriceSet.shopMoney.amount",
        "discount_amount": "o.totalDiscountsSet.shopMoney.amount",
        "refunded_amount": "coalesce(o.totalRefundedSet.shopMoney.amount, "
        f"{_sum('o.refunds', _number('x.totalRefundedSet.shopMoney.amount'))}::varchar)",
        "source": "o.sourceName",
        "payment_method": _joined("o.paymentGatewayNames"),
        "tags": _joined("o.tags"),
        "note_attributes": _notes("o.customAttributes", "key"),
        "landing_site": f"{_LAST_VISIT}.landingPage",
        "shipping_country": "coalesce(o.shippingAddress.countryCodeV2, "
        "o.shippingAddress.countryCode)",
        **{f"visit_utm_{utm}": f"{_LAST_VISIT}.utmParameters.{utm}" for utm in UTMS},
    },
    {
        "line_type": "null::varchar",
        "line_quantity": "line.quantity",
        "line_price": "line.originalUnitPriceSet.shopMoney.amount",
        "line_sku": "line.sku",
    },
)
