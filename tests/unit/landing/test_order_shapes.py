"""The same five orders in every shape that shops have them in: the same orders, and nobody's name.

By hand: #1001 is 20.00 + 2 x 10.00 = 40.00 of goods with 5.00 of shipping = 45.00, of which 10.00
were paid back; #1002 is cancelled, #1003 a test; #1004 is 3 x 7.00 = 21.00 with 4.00 of shipping =
25.00, unpaid; #1005 is 60.00, of which 15.00 and 5.00 were paid back in two refunds.
"""

import csv
import hashlib
import io
import json
import tempfile
import zipfile
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from python_jobs.landing import scan

EMAIL = "ann.person@example.com"
# what can name a person, in every place that the formats have for it
PERSONAL = (EMAIL, "ann.person%40", "Person", "555-0100", "5550100", "Side Street", "203.0.113.7")
UTMS = ("source", "medium", "campaign", "content", "term")
NOTES = {
    "1001": {
        "utm_source": "facebook",
        "utm_medium": "paid",
        "utm_campaign": "11",
        "utm_content": "13",
        "utm_term": "12",
        "Gift for": "Ann Person, 555-0100",
    },
    "1004": {"delivery": f"1 Side Street {EMAIL}", "utm_term": EMAIL},
}
VISITS = {"1005": {"source": "fb", "medium": "cpc", "campaign": "Spring sale", "content": "Film"}}
LANDING = {
    "1005": "/products/coat?utm_source=fb&utm_medium=cpc&utm_campaign=Spring+sale&utm_content=Film"
}
ORDERS = [
    # number, status, cancelled, test, subtotal, shipping, total, paid back, lines
    ("1001", "partially_refunded", "", False, "40.00", "5.00", "45.00", ["10.00"],
     [("1", "20.00", "A-1"), ("2", "10.00", "B-2")]),
    ("1002", "voided", "2026-03-16T09:00:00-07:00", False, "30.00", "0.00", "30.00", [],
     [("1", "30.00", "A-1")]),
    ("1003", "paid", "", True, "99.00", "0.00", "99.00", [], [("1", "99.00", "A-1")]),
    ("1004", "pending", "", False, "21.00", "4.00", "25.00", [], [("3", "7.00", "C-3")]),
    ("1005", "partially_refunded", "", False, "60.00", "0.00", "60.00", ["15.00", "5.00"],
     [("1", "60.00", "D-4")]),
]  # fmt: skip
CREATED = "2026-03-15T10:{}:00-07:00"
TAGS = [f"mail {EMAIL}", "VIP", "+1 555-0100"]


def created(number):
    return CREATED.format(number[-2:])


def table(rows):
    """Rows (dicts) as CSV text under the names of the first."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def export():
    """Shopify's own CSV, which has no landing page and no mark of a test but its payment method."""
    rows = []
    for number, status, cancelled, test, subtotal, shipping, total, refunds, lines in ORDERS:
        notes = dict(NOTES.get(number, {}))
        if number in LANDING:
            notes["landing_page"] = "https://shop.example" + LANDING[number]
        first = {
            "Name": f"#{number}",
            "Email": EMAIL,
            "Financial Status": status,
            "Currency": "USD",
            "Subtotal": subtotal,
            "Shipping": shipping,
            "Taxes": "0.00",
            "Total": total,
            "Created at": created(number).replace("T", " ").replace("-07:00", " -0700"),
            "Billing Name": "Ann Person",
            "Billing Street": "1 Side Street",
            "Shipping Country": "US",
            "Notes": "ring Ann Person twice",
            "Note Attributes": "\n".join(f"{k}: {v}" for k, v in notes.items()),
            "Cancelled at": cancelled.replace("T", " ").replace("-07:00", " -0700"),
            "Payment Method": "bogus" if test else "manual",
            "Refunded Amount": str(sum(map(Decimal, refunds), Decimal("0.00"))),
            "Id": f"5{number}",
            "Tags": ", ".join(TAGS),
            "Source": "web",
            "Phone": "555-0100",
        }
        for place, (quantity, price, sku) in enumerate(lines):
            kept = {c: first[c] for c in ("Name", "Email", "Created at")}
            row = first if place == 0 else {column: kept.get(column, "") for column in first}
            item = {"Lineitem quantity": quantity, "Lineitem price": price, "Lineitem sku": sku}
            rows.append({**row, **item})
    return table(rows)


def person():
    return {
        "name": "Ann Person",
        "phone": "555-0100",
        "address1": "1 Side Street",
        "country_code": "US",
    }


def rest_orders():
    orders = []
    for number, status, cancelled, test, subtotal, shipping, total, refunds, lines in ORDERS:
        back = [
            {
                "id": place,
                "created_at": "2026-03-20T00:00:00-07:00",
                "note": "Ann Person called",
                "refund_line_items": [{"subtotal": 1.0, "total_tax": 0.0}],
                "transactions": [
                    {"kind": "refund", "status": "success", "amount": amount, "currency": "USD"},
                    {"kind": "refund", "status": "failure", "amount": "99.00", "currency": "USD"},
                ],
            }
            for place, amount in enumerate(refunds)
        ]
        landing = LANDING.get(number, "/pages/ann.person%40example.com?email=" + EMAIL)
        orders.append(
            {
                "id": int(f"5{number}"),
                "admin_graphql_api_id": f"gid://shopify/Order/5{number}",
                "browser_ip": "203.0.113.7",
                "client_details": {"browser_ip": "203.0.113.7", "user_agent": "Ann Person"},
                "name": f"#{number}",
                "created_at": created(number),
                "cancelled_at": cancelled or None,
                "test": test,
                "email": EMAIL,
                "phone": "555-0100",
                "customer": {"id": 77, "email": EMAIL, "first_name": "Ann", "last_name": "Person"},
                "currency": "USD",
                "financial_status": status,
                "subtotal_price": subtotal,
                "total_price": total,
                "current_total_price": "0.01",
                "total_tax": "0.00",
                "total_shipping_price_set": {
                    "shop_money": {"amount": shipping, "currency_code": "USD"},
                    "presentment_money": {"amount": "1.00", "currency_code": "EUR"},
                },
                "refunds": back,
                "source_name": "web",
                "tags": ", ".join(TAGS),
                "note": "ring Ann Person twice",
                "note_attributes": [
                    {"name": k, "value": v} for k, v in NOTES.get(number, {}).items()
                ],
                "landing_site": landing,
                "referring_site": "https://mail.example/?to=" + EMAIL,
                "billing_address": person(),
                "shipping_address": person(),
                "line_items": [
                    {"quantity": int(quantity), "price": price, "sku": sku, "name": "for Person"}
                    for quantity, price, sku in lines
                ],
            }
        )
    return orders


def money(amount):
    return {
        "shopMoney": {"amount": amount, "currencyCode": "USD"},
        "presentmentMoney": {"amount": "1.0", "currencyCode": "EUR"},
    }


def graphql_orders(lines_as):
    orders = []
    for number, status, cancelled, test, subtotal, shipping, total, refunds, lines in ORDERS:
        items = [
            {
                "id": f"gid://shopify/LineItem/{number}{place}",
                "quantity": int(quantity),
                "sku": sku,
                "originalUnitPriceSet": money(price),
            }
            for place, (quantity, price, sku) in enumerate(lines)
        ]
        visit = {
            "landingPage": "https://shop.example" + LANDING.get(number, f"/?email={EMAIL}"),
            "utmParameters": VISITS.get(number),
        }
        other = {"landingPage": "/?utm_source=newsletter", "utmParameters": {"source": "news"}}
        order = {
            "id": f"gid://shopify/Order/5{number}",
            "name": f"#{number}",
            "createdAt": created(number),
            "cancelledAt": cancelled or None,
            "test": test,
            "email": EMAIL,
            "phone": "555-0100",
            "clientIp": "203.0.113.7",
            "customer": {"id": "gid://shopify/Customer/77", "displayName": "Ann Person"},
            "currencyCode": "USD",
            "displayFinancialStatus": status.upper(),
            "subtotalPriceSet": money(subtotal),
            "totalPriceSet": money(total),
            "currentTotalPriceSet": money("0.01"),
            "totalTaxSet": money("0.0"),
            "totalShippingPriceSet": money(shipping),
            "totalRefundedSet": money(str(sum(map(Decimal, refunds), Decimal(0)))),
            "sourceName": "web",
            "tags": TAGS,
            "note": "ring Ann Person twice",
            "customAttributes": [{"key": k, "value": v} for k, v in NOTES.get(number, {}).items()],
            "customerJourneySummary": {"firstVisit": other, "lastVisit": visit},
            "billingAddress": {"name": "Ann Person", "address1": "1 Side Street"},
            "shippingAddress": {"name": "Ann Person", "countryCodeV2": "US"},
        }
        orders.append((order, lines_as(items)))
    return orders


def graphql_pages(connection):
    orders = [{**order, "lineItems": items} for order, items in graphql_orders(connection)]
    return {"data": {"orders": connection(orders)}}


def bulk():
    lines = []
    for order, items in graphql_orders(list):
        lines.append(order)
        lines += [{**item, "__parentId": order["id"]} for item in items]
    return ndjson(lines)


def matrixify(*, with_sum):
    """A row per line item, transaction and refund line; what belongs to the order is on each."""
    rows = []
    for number, status, cancelled, test, subtotal, shipping, total, refunds, lines in ORDERS:
        order = {
            "ID": f"5{number}",
            "Name": f"#{number}",
            "Phone": "555-0100",
            "Email": EMAIL,
            "Note": "ring Ann Person twice",
            "Tags": ", ".join(TAGS),
            "Created At": created(number).replace("T", " ").replace("-07:00", " -0700"),
            "Cancelled At": cancelled.replace("T", " ").replace("-07:00", " -0700"),
            "Currency": "USD",
            "Source": "web",
            "Price: Subtotal": subtotal,
            "Price: Total Shipping": shipping,
            "Tax: Total": "0.00",
            "Price: Current Total": "0.01",
            "Price: Total": total,
            "Payment: Status": status,
            "Additional Details": "\n".join(f"{k}: {v}" for k, v in NOTES.get(number, {}).items()),
            "Customer: ID": "77",
            "Customer: First Name": "Ann",
            "Customer: Last Name": "Person",
            "Billing: Address 1": "1 Side Street",
            "Shipping: Country Code": "US",
            "Browser: IP": "203.0.113.7",
            "Browser: Landing Page": f"/?email={EMAIL}",
            **{f"Browser: UTM {utm.title()}": VISITS.get(number, {}).get(utm, "") for utm in UTMS},
        }
        if with_sum:
            order["Price: Total Refund"] = str(-sum(map(Decimal, refunds), Decimal("0.00")))
        other = dict.fromkeys(
            ("Line: Quantity", "Line: Price", "Line: SKU", "Transaction: Kind",
             "Transaction: Status", "Transaction: Amount", "Transaction: Gateway",
             "Transaction: Test"), ""
        )  # fmt: skip
        for quantity, price, sku in lines:
            line = {"Line: Quantity": quantity, "Line: Price": price, "Line: SKU": sku}
            rows.append({**order, "Line: Type": "Line Item", **other, **line})
        paid = ("sale", "success", total)
        back = [("refund", "success", amount) for amount in refunds]
        failed = [("refund", "failure", "99.00") for _ in refunds]
        for kind, state, amount in (paid, *back, *failed):
            transaction = {
                "Transaction: Kind": kind,
                "Transaction: Status": state,
                "Transaction: Amount": amount,
                "Transaction: Gateway": "bogus" if test else "manual",
                "Transaction: Test": str(test).upper(),
            }
            rows.append({**order, "Line: Type": "Transaction", **other, **transaction})
        for _ in refunds:
            line = {"Line: Quantity": "-1", "Line: Price": "1.00"}
            rows.append({**order, "Line: Type": "Refund Line", **other, **line})
    return table(rows)


def edges(items):
    return {"edges": [{"cursor": "x", "node": item} for item in items], "pageInfo": {}}


def nodes(items):
    return {"nodes": items, "pageInfo": {"hasNextPage": False}}


def ndjson(lines):
    return "".join(json.dumps(line) + "\n" for line in lines)


def shapes():
    """Files by shape."""
    rest = rest_orders()
    return {
        "export": {"orders.csv": export()},
        "rest page": {"a.json": {"orders": rest}},
        "rest pages": {"a.json": {"orders": rest[:2]}, "b.json": {"orders": rest[2:]}},
        "rest pages in a list": {"a.json": [{"orders": rest[:2]}, {"orders": rest[2:]}]},
        "rest pages one a line": {"a.json": ndjson([{"orders": rest[:2]}, {"orders": rest[2:]}])},
        "rest list": {"a.json": rest},
        "rest lines": {"a.ndjson": ndjson(rest)},
        "rest one each": {f"{order['id']}.json": {"order": order} for order in rest},
        "airbyte lines": {
            "a.jsonl": ndjson({"_airbyte_raw_id": "x", "_airbyte_data": order} for order in rest)
        },
        "graphql edges": {"a.json": graphql_pages(edges)},
        "graphql nodes": {"a.json": graphql_pages(nodes)},
        "graphql bulk": {"a.jsonl": bulk()},
        "matrixify": {"Orders.csv": matrixify(with_sum=True)},
        "airbyte table": {"orders.csv": airbyte()},
        "airbyte table in parquet": {"orders.parquet": parquet(airbyte())},
        "airbyte raw table": {"orders.csv": airbyte_raw()},
        "airbyte raw table in parquet": {"orders.parquet": parquet(airbyte_raw())},
        "fivetran": fivetran(with_transactions=True),
        "fivetran without transactions": fivetran(with_transactions=False),
        "fivetran in an archive": {"shop.zip": archive(fivetran(with_transactions=True))},
        "dlt": {f"{name}.csv": text for name, text in dlt().items()},
        "dlt in a folder a table": {
            f"{name}/1.parquet": parquet(text) for name, text in dlt().items()
        },
        "matrixify without the sum of refunds": {"Orders.csv": matrixify(with_sum=False)},
    }


def utc(moment):
    """As warehouses write it: in UTC, which it does not say."""
    return f"{moment[:10]} {int(moment[11:13]) + 7:02d}{moment[13:19]}.000000" if moment else ""


def fivetran(*, with_transactions):
    """A table for each list of an order, all of them by `order_id`."""
    orders, lines, paid, back, back_lines, adjusted, notes, visits = ([] for _ in range(8))
    for number, status, cancelled, test, subtotal, shipping, total, refunds, items in ORDERS:
        key = f"5{number}"
        orders.append(
            {
                "id": key,
                "_fivetran_synced": "2026-03-21 00:00:00",
                "_fivetran_deleted": "false",
                "name": f"#{number}",
                "created_at": utc(created(number)),
                "cancelled_at": utc(cancelled),
                "test": str(test).lower(),
                "email": EMAIL,
                "phone": "555-0100",
                "customer_id": "77",
                "currency": "USD",
                "financial_status": status,
                "subtotal_price": subtotal,
                "total_price": total,
                "total_tax": "0.00",
                "total_shipping_price_set": json.dumps({"shop_money": {"amount": shipping}}),
                "source_name": "web",
                "note": "ring Ann Person twice",
                "browser_ip": "203.0.113.7",
                "billing_address_name": "Ann Person",
                "shipping_address_address_1": "1 Side Street",
                "shipping_address_country_code": "US",
                "referring_site": "https://mail.example/?to=" + EMAIL,
            }
        )
        for place, (quantity, price, sku) in enumerate(items):
            line = {"id": f"{number}{place}", "order_id": key, "name": "for Person"}
            lines.append({**line, "quantity": quantity, "price": price, "sku": sku})
        paid.append({"id": "1", "order_id": key, "kind": "sale", "amount": total,
                     "currency": "USD", "status": "success", "gateway": "manual"})  # fmt: skip
        for place, amount in enumerate(refunds):
            refund_id = f"9{number}{place}"
            gone = Decimal(amount) - 1
            back.append({"id": refund_id, "order_id": key, "created_at": "2026-03-20",
                         "restock": "true", "note": "Ann Person called"})  # fmt: skip
            back_lines.append({"refund_id": refund_id, "order_line_id": "1", "quantity": "1",
                               "subtotal": str(gone), "total_tax": "0"})  # fmt: skip
            adjusted.append({"id": refund_id, "refund_id": refund_id, "order_id": key,
                             "kind": "shipping_refund", "amount": "-0.75",
                             "tax_amount": "-0.25"})  # fmt: skip
            for state in ("success", "failure"):
                paid.append({**paid[-1], "kind": "refund", "amount": amount, "status": state})
        notes += [
            {"order_id": key, "name": k, "value": v} for k, v in NOTES.get(number, {}).items()
        ]
        other = {"order_id": key, "type": "FIRST_VISIT", "landing_page": "/?utm_source=news"}
        other |= {f"utm_parameters_{utm}": "" for utm in UTMS} | {"utm_parameters_source": "news"}
        last = {f"utm_parameters_{utm}": VISITS.get(number, {}).get(utm, "") for utm in UTMS}
        page = LANDING.get(number, f"/?email={EMAIL}")
        visits += [other, {**other, "type": "LAST_VISIT", "landing_page": page, **last}]
    orders.append({**orders[0], "id": "1", "name": "#1", "_fivetran_deleted": "true"})
    tables = {
        "order": orders,
        "order_line": lines,
        "refund": back,
        "order_line_refund": back_lines,
        "order_adjustment": adjusted,
        "order_note_attribute": notes,
        "customer_visit": visits,
    }
    if with_transactions:
        tables["transaction"] = paid
    return {f"shopify/{name}.csv": table(rows) for name, rows in tables.items()}


def airbyte():
    """The fields of the API as columns, lists and objects as JSON, older versions left standing."""
    rows = []
    for order in rest_orders():
        older = {**order, "financial_status": "pending", "total_price": "999.00", "refunds": []}
        for version, day in ((older, "16"), (order, "21")):
            row = {"_airbyte_raw_id": "x", "_airbyte_extracted_at": "2026-03-22T00:00:00Z"}
            row |= {**version, "updated_at": f"2026-03-{day}T00:00:00-07:00"}
            rows.append(
                {
                    key: json.dumps(value)
                    if isinstance(value, dict | list)
                    else ""
                    if value is None
                    else str(value)
                    for key, value in row.items()
                }
            )
    return table(rows)


def airbyte_raw():
    row = {"_airbyte_ab_id": "x", "_airbyte_emitted_at": "2026-03-22"}
    return table([{**row, "_airbyte_data": json.dumps(order)} for order in rest_orders()])


def dlt():
    """Objects as columns with two underscores, lists as tables by the parent's `_dlt_id`."""
    names = ("orders", "orders__line_items", "orders__refunds", "orders__refunds__transactions",
             "orders__note_attributes")  # fmt: skip
    tables = {name: [] for name in names}
    for order in rest_orders():
        key = f"row{order['id']}"
        shop = order["total_shipping_price_set"]["shop_money"]
        tables["orders"].append(
            {
                **{k: "" if v is None else str(v) for k, v in order.items()
                   if not isinstance(v, dict | list)},
                "created_at": utc(order["created_at"]) + "+00:00",
                "customer__id": "77",
                "customer__first_name": "Ann Person",
                "billing_address__name": "Ann Person",
                "shipping_address__country_code": "US",
                "total_shipping_price_set__shop_money__amount": shop["amount"],
                "_dlt_load_id": "1",
                "_dlt_id": key,
            }
        )  # fmt: skip
        for place, line in enumerate(order["line_items"]):
            own = {"_dlt_parent_id": key, "_dlt_id": f"{key}l{place}"}
            tables["orders__line_items"].append({**line, **own})
        for place, refund in enumerate(order["refunds"]):
            own = {"order_id": order["id"], "restock": "True", "note": "Ann Person called"}
            own |= {"_dlt_parent_id": key, "_dlt_id": f"{key}r{place}"}
            tables["orders__refunds"].append(own)
            tables["orders__refunds__transactions"] += [
                {**paid, "_dlt_parent_id": own["_dlt_id"]} for paid in refund["transactions"]
            ]
        tables["orders__note_attributes"] += [
            {**note, "_dlt_parent_id": key} for note in order["note_attributes"]
        ]
    return {name: table(rows) for name, rows in tables.items()}


def parquet(text):
    """A CSV text as a Parquet file, all columns as text."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "a.csv", Path(folder) / "a.parquet"
        source.write_text(text, encoding="utf-8")
        duckdb.execute(
            f"copy (from read_csv('{source}', all_varchar = true, header = true)) to '{target}'"
        )
        return target.read_bytes()


def archive(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        for name, text in files.items():
            out.writestr(name, text)
    return packed.getvalue()


SHAPES = shapes()
UTM_COLUMNS = ", ".join(f"utm_{utm}" for utm in UTMS)
STAGED = f"""
    select
        order_name, order_id, financial_status, currency, subtotal, total, refunded_amount, revenue,
        excluded_because, is_unpaid, line_items, source, shipping_country,
        strftime(ordered_at, '%d %H:%M'), {UTM_COLUMNS}
    from orders order by order_name"""
NONE = (None,) * 5
EXPECTED = [
    ("#1001", "51001", "partially_refunded", "USD", 40, 45, 10, 35, None, False, 2, "web", "US",
     "15 17:01", "facebook", "paid", "11", "13", "12"),
    ("#1002", "51002", "voided", "USD", 30, 30, 0, 30, "cancelled", False, 1, "web", "US",
     "15 17:02", *NONE),
    ("#1003", "51003", "paid", "USD", 99, 99, 0, 99, "test order", False, 1, "web", "US",
     "15 17:03", *NONE),
    ("#1004", "51004", "pending", "USD", 21, 25, 0, 25, None, True, 1, "web", "US",
     "15 17:04", *NONE),
    ("#1005", "51005", "partially_refunded", "USD", 60, 60, 20, 40, None, False, 1, "web", "US",
     "15 17:05", "fb", "cpc", "Spring sale", "Film", None),
]  # fmt: skip


@pytest.fixture(scope="session")
def staging_sql(compiled):
    return compiled("--select", "landing_order_values", "stg_shopify__orders")


@pytest.fixture
def staged(raw, staging_sql):
    """Land files and stage their orders; returns the rows of a query on `orders`."""
    raw.set("shopify.revenue_basis", "total_less_refunds")
    raw.set(
        "shopify.accepted_statuses",
        ["paid", "partially_refunded", "refunded", "pending", "partially_paid"],
    )
    raw.set("shopify.recurring_order_tags", ["subscription recurring order"])

    def stage(files, query=STAGED):
        raw.land(files).judge()
        values, orders = staging_sql["landing_order_values"], staging_sql["stg_shopify__orders"]
        raw.connection.execute(
            f"create or replace table landing.landing_order_values as {values};"
            f"create or replace temp table orders as {orders}"
        )
        return raw.connection.execute(query).fetchall()

    return stage


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_orders_in_every_shape_and_nobody_can_be_recognised(staged, raw, shape):
    assert staged(SHAPES[shape]) == EXPECTED
    assert raw.rows("select * from landing_rejected_rows") == []
    assert raw.rows("""
        select distinct status, kind from landing_files where kind <> 'order_parts'""") == [
        ("read", "orders")
    ]
    tables = raw.rows("""
        select table_schema || '.' || table_name from information_schema.tables
        where table_schema in ('landing', 'main')""")
    everything = "".join(
        str(raw.connection.execute(f"from {name}").fetchall()) for (name,) in tables
    )
    assert "#1001" in everything
    assert [text for text in PERSONAL if text in everything] == []
    expected = hashlib.sha256((raw.key + EMAIL).encode()).hexdigest()
    assert raw.rows("""
        select distinct customer_hash from landing_orders where total is not null""") == [
        (expected,)
    ]


def test_a_list_too_large_to_be_held_as_one_document(staged, monkeypatch):
    monkeypatch.setattr(scan, "_USUAL_DOCUMENT_BYTES", 2_000)
    assert staged(SHAPES["rest list"]) == EXPECTED


def test_the_same_orders_of_every_tool_count_once(staged):
    files = {"old/orders.csv": export()}
    for number, shape in enumerate(SHAPES.values()):
        files |= {f"{number}/{name}": content for name, content in shape.items()}
    assert staged(files) == EXPECTED


@pytest.mark.long
@pytest.mark.parametrize("shape", SHAPES)
def test_an_export_and_the_same_orders_of_another_tool_count_once(staged, shape):
    files = {"old/orders.csv": export()}
    files |= {f"new/{name}": content for name, content in SHAPES[shape].items()}
    assert staged(files) == EXPECTED


def rest(**changes):
    """A REST order of 120.00 in US dollars, less the keys that are changed to None."""
    order = {
        "id": 9001,
        "name": "#9001",
        "created_at": "2026-03-15T10:00:00-07:00",
        "currency": "USD",
        "total_price": "120.00",
        **changes,
    }
    return {key: value for key, value in order.items() if value is not None}


def refund(**kinds):
    return [{"created_at": "2026-04-01T00:00:00-07:00", **kinds}]


EUROS = {
    "total_price_set": {"shop_money": {"amount": "120.00"}, "presentment_money": {"amount": "100"}}
}
REFUNDS = {
    # the money that went back, whatever the goods' worth
    "transactions": (
        {"refunds": refund(
            transactions=[{"kind": "refund", "status": "success", "amount": "30.00"}],
            refund_line_items=[{"subtotal": 50, "total_tax": 5}],
        )},
        30,
    ),
    "goods back and no money": (
        {"refunds": refund(transactions=[], refund_line_items=[{"subtotal": 50, "total_tax": 0}])},
        0,
    ),
    # 50 + 5 of the goods and 4 + 1 of shipping
    "refunds asked without transactions": (
        {"refunds": refund(
            refund_line_items=[{"subtotal": 50, "total_tax": 5}],
            order_adjustments=[{"kind": "shipping_refund", "amount": "-4", "tax_amount": "-1"}],
        )},
        60,
    ),
    # sold at 120 dollars for 100 euros: 25 euros are 30 dollars
    "paid in another currency": (
        {"refunds": refund(
            transactions=[
                {"kind": "refund", "status": "success", "amount": "25.00", "currency": "EUR"}
            ]), **EUROS},
        30,
    ),
    # asked without refunds, only what is left tells: 120 - 75
    "asked without refunds": ({"current_total_price": "75.00"}, 45),
    "an item taken off before payment": ({"refunds": [], "current_total_price": "75.00"}, 0),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUNDS)
def test_what_was_paid_back(staged, case):
    changes, expected = REFUNDS[case]
    assert staged(
        {"a.json": {"orders": [rest(**changes)]}}, "select total, refunded_amount from orders"
    ) == [(120, expected)]


def test_refunds_of_graphql_add_up_where_their_total_was_not_asked_for(staged):
    order = {
        "id": "gid://shopify/Order/9001",
        "createdAt": "2026-03-15T17:00:00Z",
        "totalPriceSet": money("120.0"),
        "refunds": [{"totalRefundedSet": money("10.0")}, {"totalRefundedSet": money("5.5")}],
    }
    files = {"a.json": {"data": {"orders": nodes([order])}}}
    query = "select order_id, order_name, total, refunded_amount, line_items from orders"
    assert staged(files, query) == [("9001", "9001", 120, Decimal("15.5"), 1)]


def test_a_buyer_without_an_address_is_known_by_shopifys_number(raw):
    raw.land(
        {
            "rest.json": {"orders": [rest(customer={"id": 77})]},
            "graphql.json": {
                "data": {
                    "order": {
                        "id": "gid://shopify/Order/9002",
                        "createdAt": "2026-03-15T17:00:00Z",
                        "totalPriceSet": money("1.0"),
                        "customer": {"id": "gid://shopify/Customer/77"},
                    }
                }
            },
        }
    )
    expected = hashlib.sha256((raw.key + "customer 77").encode()).hexdigest()
    assert raw.rows("select customer_hash from landing_orders") == [(expected,), (expected,)]


def test_the_last_visit_ordered_and_the_first_speaks_where_it_is_alone(raw):
    first = {"landingPage": "/a?utm_source=ig&utm_term=12", "utmParameters": {"source": "ig"}}
    last = {"landingPage": "/b", "utmParameters": None}
    orders = [
        {
            "id": f"gid://shopify/Order/{number}",
            "createdAt": "2026-03-15T17:00:00Z",
            "totalPriceSet": money("1.0"),
            "customerJourneySummary": {"firstVisit": first, "lastVisit": visit},
        }
        for number, visit in ((1, last), (2, None))
    ]
    raw.land({"a.json": {"data": {"orders": nodes(orders)}}})
    assert raw.rows("""
        select order_id, utm_source, utm_term, landing_path from landing_orders order by 1""") == [
        ("1", None, None, "/b"),
        ("2", "ig", "12", "/a"),
    ]


def test_orders_of_a_day_without_names_stay_apart(staged):
    files = {"a.csv": "order_id,date,revenue\n1,2026-03-15,10\n2,2026-03-15,20\n"}
    query = "select order_id, total from orders order by 1"
    assert staged(files, query) == [("1", 10), ("2", 20)]


def test_what_a_document_is_told_that_holds_no_usable_orders(raw):
    raw.land(
        {
            "none.json": {"orders": []},
            "no_total.json": {"orders": [rest(total_price=None)]},
            "no_time.json": {"data": {"orders": nodes([{"id": "gid://shopify/Order/1",
                                                        "totalPriceSet": money("1")}])}},
            "error.json": {"errors": "[API] Invalid API key or access token"},
        }
    )  # fmt: skip
    assert raw.file("none.json")[0] == "read"
    assert raw.file("no_total.json") == (
        "refused",
        "looks like orders and has no total_price: ask for the orders again with it",
    )
    assert raw.file("no_time.json") == (
        "refused",
        "looks like orders and has no createdAt: ask for the orders again with it",
    )
    assert raw.file("error.json") == (
        "refused",
        "is an error reply of Shopify instead of orders: ask for them again or take the file away",
    )


def test_an_order_table_is_read_again_when_a_table_beside_it_changes(raw):
    def ids():
        return dict(raw.rows("select file_path, file_id from landing_files"))

    raw.land(fivetran(with_transactions=True))
    before = ids()
    changed = fivetran(with_transactions=True)["shopify/order_line.csv"].replace("7.00", "8.00")
    raw.land({"shopify/order_line.csv": changed, "other.csv": "Name,Created at,Total\n"})
    after = ids()
    assert before.keys() == after.keys() - {"other.csv"}
    assert [name for name in before if before[name] == after[name]] == []
    raw.land()
    assert ids() == after


def test_tables_of_two_shops_keep_to_their_folders(staged, raw):
    files = fivetran(with_transactions=True)
    other = {
        "other/order.csv": "id,name,created_at,total_price,_fivetran_synced\n"
        "8001,#8001,2026-03-15 10:00:00,50.00,x\n",
        "other/order_line.csv": "order_id,quantity,price\n8001,1,30.00\n8001,2,10.00\n",
    }
    query = (
        "select order_id, total, refunded_amount, line_items from orders where order_id = '8001'"
    )
    assert staged(files | other, query) == [("8001", 50, 0, 2)]
    status, message = raw.file("other/order.csv")
    assert status == "read"
    assert message.startswith(
        "orders as a connector keeps them, with lines from beside it; without refunds: no table of "
        "their transactions is beside it"
    )


def test_parts_of_orders_without_the_orders(raw):
    raw.land({"order_line.csv": "order_id,quantity,price\n8001,1,30.00\n"})
    assert raw.file("order_line.csv") == (
        "skipped",
        "holds lines of orders, and no table of these orders is beside it: put that table into the "
        "same folder",
    )
