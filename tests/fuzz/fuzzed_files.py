"""Files as people have them, made by a seed, with the totals that they must be read back with.

`FORMATS` maps a format's name to a function from a `random.Random` to a `Made`. Names in them hold
what breaks readers: quotes, delimiters, newlines, emoji, scripts from right to left, SQL, formulas.
"""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

PERSON = "ann.person@example.com"
"""in every order file; nothing that is landed or said may hold it"""
PERSONAL = (PERSON, "Ann Person", "555-0100", "1 Side Street", "ring twice")
NASTY = (
    "Broad, 18-65",
    'It\'s "on"; off',
    "line\nbreak",
    "cr\r\nlf",
    "'; drop table results.budget_allocations; --",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(A1)",
    "-2+3",
    "😀 emoji 👩‍👩‍👧",
    "עברית \u202e evil",
    "عروض",
    "Продажи",
    "春のセール",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "${jndi:ldap://x}",
    "{{ var('x') }}",
    "{% raw %}",
    "%s %d %n",
    "\\",
    "\\u0000",
    "null",
    "NaN",
    "007",
    "1,234",
    "a\tb",
    "é\u0301",
    "\ufeff",
    "\u00a0 ",
    "\uff21\uff22",
    "#REF",
    "x" * 300,
)
CURRENCIES = ("USD", "EUR", "GBP", "INR")


@dataclass(frozen=True)
class Made:
    """Files by name and, where they are whole, what the tables must hold of them.

    `totals` are values by column of `fuzzed_readers.TOTALS`, summed over the files.
    """

    files: Mapping[str, bytes]
    totals: Mapping[str, Any] = field(default_factory=dict)


def csv_bytes(
    header: list[str], rows: list[list[Any]], delimiter: str = ",", encoding: str = "utf-8"
) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([header, *rows])
    return text.getvalue().encode(encoding)


def name(draw: Random) -> str:
    if draw.random() < 0.5:
        return f"Ad {draw.randrange(1000)}"
    return f"A{draw.choice(NASTY)}{draw.randrange(100)}"


def money(draw: Random) -> Decimal:
    return Decimal(draw.choice((0, 1, 99, 100, 12345, draw.randrange(10**9)))).scaleb(-2)


def ad_days(draw: Random) -> list[dict[str, Any]]:
    """One row an ad and day; ids are the ads' own, so that no key is there twice."""
    # from the 13th on every date tells its day from its month
    start = date(2026, 3, draw.randrange(13, 25))
    rows = []
    for ad in range(draw.randrange(1, 4)):
        title = name(draw)
        rows += [
            {
                "day": str(start + timedelta(day)),
                "ad_id": f"12023000000000{draw.randrange(10):01}{ad:03}",
                "ad_name": title,
                "spend": money(draw),
                "impressions": draw.randrange(1000, 10**7),
                "purchases": draw.randrange(1, 4000),
                "purchase_value": money(draw),
            }
            for day in range(draw.randrange(1, 5))
        ]
    draw.shuffle(rows)
    return rows


def insight_totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "insights": len(rows),
        "spend": sum((row["spend"] for row in rows), Decimal(0)),
        "impressions": sum(row["impressions"] for row in rows),
        "purchases": sum(row["purchases"] for row in rows),
        "purchase_value": sum((row["purchase_value"] for row in rows), Decimal(0)),
    }


def api_row(row: dict[str, Any], draw: Random) -> dict[str, Any]:
    made = {
        "account_id": "1",
        "ad_id": row["ad_id"],
        "ad_name": row["ad_name"],
        "date_start": row["day"],
        "date_stop": row["day"],
        "spend": str(row["spend"]),
        "impressions": str(row["impressions"]),
        "actions": [
            {"action_type": "link_click", "value": "4"},
            {"action_type": "omni_purchase", "value": str(row["purchases"]), "7d_click": "1"},
            # the same purchases under another name must not be added
            {"action_type": "purchase", "value": str(row["purchases"])},
        ],
        "action_values": [{"action_type": "omni_purchase", "value": str(row["purchase_value"])}],
    }
    if draw.random() < 0.3:
        made["an_unknown_field"] = draw.choice(([], {}, None, 1e300, {"deep": [[[]]]}, "x"))
    return made


TOKEN = "EAAB" + "x" * 40
PAGING = {"cursors": {"after": "M"}, "next": f"https://graph.facebook.com/?access_token={TOKEN}"}


def api_pages(draw: Random) -> Made:
    days = ad_days(draw)
    rows = [api_row(row, draw) for row in days]
    ascii_only, indent = draw.random() < 0.5, draw.choice((None, None, 1))
    shape = draw.choice(("page", "list", "lines"))
    if shape == "lines":
        text = "".join(json.dumps(row, ensure_ascii=ascii_only) + "\n" for row in rows)
    else:
        document = rows if shape == "list" else {"data": rows, "paging": PAGING}
        text = json.dumps(document, ensure_ascii=ascii_only, indent=indent)
    mark = b"\xef\xbb\xbf" if draw.random() < 0.1 and shape == "page" else b""
    return Made({"ads.json": mark + text.encode()}, insight_totals(days))


HEADERS = {
    "day": "Day",
    "ad_id": "Ad ID",
    "ad_name": "Ad name",
    "spend": "Amount spent ({currency})",
    "impressions": "Impressions",
    "purchases": "Purchases",
    "purchase_value": "Purchases conversion value",
}


def export_cells(draw: Random) -> tuple[list[str], list[list[Any]], dict[str, Any]]:
    days = ad_days(draw)
    columns = list(HEADERS)
    # few layouts, as of one customer: files of one layout are read together
    layout = Random(draw.randrange(4))
    layout.shuffle(columns)
    currency = layout.choice(CURRENCIES)
    header = [HEADERS[column].format(currency=currency) for column in columns]
    return header, [[row[column] for column in columns] for row in days], insight_totals(days)


def export_csv(draw: Random) -> Made:
    header, rows, totals = export_cells(draw)
    if draw.random() < 0.3:
        rows = [[f"{c:,}" if isinstance(c, Decimal | int) else c for c in row] for row in rows]
    delimiter = draw.choice((",", ",", ";", "\t"))
    encoding = draw.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"))
    try:
        content = csv_bytes(header, rows, delimiter, encoding)
    except UnicodeEncodeError:
        content = csv_bytes(header, rows, delimiter)
    return Made({"ads.csv": content}, totals)


def workbook(draw: Random) -> Made:
    header, rows, totals = export_cells(draw)
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [header, *rows]:
        sheet.append([_in_sheet(cell) for cell in row])
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    content = io.BytesIO()
    book.save(content)
    return Made({"ads.xlsx": content.getvalue()}, totals)


def _in_sheet(cell: Any) -> Any:
    return float(cell) if isinstance(cell, Decimal) else cell


def parquet(draw: Random) -> Made:
    days = ad_days(draw)
    rows = [api_row(row, draw) for row in days]
    columns = ("account_id", "ad_id", "ad_name", "date_start", "date_stop", "spend", "impressions")
    data: dict[str, Any] = {column: [row[column] for row in rows] for column in columns}
    if draw.random() < 0.5:
        data["spend"] = [float(value) for value in data["spend"]]
        data["date_start"] = [date.fromisoformat(day) for day in data["date_start"]]
    for column in ("actions", "action_values"):
        data[column] = [json.dumps(row[column]) for row in rows]
    content = io.BytesIO()
    codec = draw.choice(("none", "snappy", "gzip", "zstd"))
    pq.write_table(pa.table(data), content, compression=codec)
    return Made({"ads.parquet": content.getvalue()}, insight_totals(days))


def archive(draw: Random) -> Made:
    inside = draw.choice((api_pages, export_csv))(draw)
    [(inner, content)] = inside.files.items()
    if draw.random() < 0.4:
        return Made({f"{inner}.gz": gzip.compress(content, mtime=0)}, inside.totals)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", draw.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as z:
        z.writestr(draw.choice((inner, f"a folder/{inner}", f"ü/{inner}")), content)
    return Made({"ads.zip": packed.getvalue()}, inside.totals)


TARGETING = {
    "age_min": 18,
    "geo_locations": {"countries": ["US"]},
    "custom_audiences": [{"id": "9", "name": f"buyers {PERSON}"}],
}


def objects(draw: Random) -> Made:
    days = ad_days(draw)
    by_ad: dict[str, list[dict[str, Any]]] = {}
    for row in days:
        by_ad.setdefault(row["ad_id"], []).append(api_row(row, draw))
    ads = [
        {
            "id": ad_id,
            "name": name(draw),
            "insights": {"data": rows, "paging": PAGING},
        }
        for ad_id, rows in by_ad.items()
    ]
    adset = {
        "id": "30",
        "name": name(draw),
        "daily_budget": "13000",
        "targeting": TARGETING,
        "campaign_id": "20",
        "ads": {"data": ads, "paging": PAGING},
    }
    campaign = {"id": "20", "name": name(draw), "objective": "OUTCOME_SALES"}
    shape = draw.choice(("account", "list", "page"))
    if shape == "account":
        account = {
            "id": "act_1",
            "currency": "USD",
            "campaigns": {"data": [campaign | {"adsets": {"data": [adset]}}], "paging": PAGING},
        }
        document: Any = account
        count = 3 + len(ads)
    else:
        document = [adset, campaign] if shape == "list" else {"data": [adset], "paging": PAGING}
        count = len(ads) + (2 if shape == "list" else 1)
    content = json.dumps(document, ensure_ascii=draw.random() < 0.5).encode()
    return Made({"objects.json": content}, insight_totals(days) | {"objects": count})


def orders_of(draw: Random) -> list[dict[str, Any]]:
    """Orders of one line item or more."""
    first = draw.randrange(1000, 90000)
    return [
        {
            "name": f"#{first + place}",
            "id": str(5_000_000 + first + place),
            "day": f"2026-03-{draw.randrange(10, 29)}",
            "total": money(draw),
            "refunded": draw.choice((Decimal(0), Decimal(0), Decimal("1.25"))),
            "lines": [(draw.randrange(1, 9), money(draw)) for _ in range(draw.randrange(1, 4))],
            "note": f"ring twice {draw.choice(NASTY)}",
            "campaign": draw.choice(("", "120230000000001", "Spring sale")),
        }
        for place in range(draw.randrange(1, 5))
    ]


def order_totals(orders: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "order_lines": sum(len(order["lines"]) for order in orders),
        "orders": len(orders),
        "revenue": sum((order["total"] for order in orders), Decimal(0)),
        "refunded": sum((order["refunded"] for order in orders), Decimal(0)),
    }


def shopify_csv(draw: Random) -> Made:
    orders = orders_of(draw)
    header = (
        "Name,Email,Financial Status,Currency,Total,Refunded Amount,Created at,Lineitem quantity,"
        "Lineitem price,Billing Name,Billing Street,Notes,Note Attributes,Id,Tags,Phone"
    ).split(",")
    rows = []
    for order in orders:
        for place, (quantity, price) in enumerate(order["lines"]):
            row = dict.fromkeys(header, "")
            row |= {
                "Name": order["name"],
                "Email": PERSON,
                "Created at": f"{order['day']} 10:00:00 -0700",
                "Lineitem quantity": str(quantity),
                "Lineitem price": str(price),
            }
            if place == 0:
                row |= {
                    "Financial Status": "paid",
                    "Currency": "USD",
                    "Total": str(order["total"]),
                    "Refunded Amount": str(order["refunded"]),
                    "Billing Name": "Ann Person",
                    "Billing Street": "1 Side Street",
                    "Notes": order["note"],
                    "Note Attributes": f"utm_campaign: {order['campaign']}\nto: {PERSON}",
                    "Id": order["id"],
                    "Tags": f"VIP, {PERSON}",
                    "Phone": "555-0100",
                }
            rows.append([row[column] for column in header])
    encoding = draw.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16"))
    content = csv_bytes(header, rows, draw.choice((",", ",", ";")), encoding)
    return Made({"orders.csv": content}, order_totals(orders))


def rest_order(order: dict[str, Any]) -> dict[str, Any]:
    back = {"kind": "refund", "status": "success", "amount": str(order["refunded"])}
    return {
        "id": int(order["id"]),
        "name": order["name"],
        "created_at": f"{order['day']}T10:00:00-07:00",
        "email": PERSON,
        "phone": "555-0100",
        "note": order["note"],
        "customer": {"id": 77, "email": PERSON, "first_name": "Ann Person"},
        "billing_address": {"name": "Ann Person", "address1": "1 Side Street"},
        "currency": "USD",
        "financial_status": "paid",
        "total_price": str(order["total"]),
        "refunds": [{"transactions": [back]}] if order["refunded"] else [],
        "landing_site": f"/p?utm_campaign={order['campaign'].replace(' ', '+')}&email={PERSON}",
        "note_attributes": [{"name": "to", "value": PERSON}],
        "tags": f"VIP, {PERSON}",
        "line_items": [{"quantity": q, "price": str(p), "sku": "A"} for q, p in order["lines"]],
    }


def rest(draw: Random) -> Made:
    orders = orders_of(draw)
    made = [rest_order(order) for order in orders]
    shape = draw.choice(("orders", "list", "lines"))
    if shape == "lines":
        text = "".join(json.dumps(order) + "\n" for order in made)
    else:
        text = json.dumps({"orders": made} if shape == "orders" else made, ensure_ascii=False)
    return Made({"orders.json": text.encode()}, order_totals(orders))


def graphql(draw: Random) -> Made:
    def bag(amount: Decimal) -> dict[str, Any]:
        return {"shopMoney": {"amount": str(amount), "currencyCode": "USD"}}

    orders = orders_of(draw)
    nodes = [
        {
            "id": f"gid://shopify/Order/{order['id']}",
            "name": order["name"],
            "createdAt": f"{order['day']}T10:00:00Z",
            "email": PERSON,
            "note": order["note"],
            "customer": {"id": "gid://shopify/Customer/77", "displayName": "Ann Person"},
            "displayFinancialStatus": "PAID",
            "totalPriceSet": bag(order["total"]),
            "totalRefundedSet": bag(order["refunded"]),
            "customAttributes": [{"key": "to", "value": PERSON}],
            "lineItems": {
                "nodes": [
                    {"quantity": q, "originalUnitPriceSet": bag(p)} for q, p in order["lines"]
                ]
            },
        }
        for order in orders
    ]
    document = {"data": {"orders": {"edges": [{"node": node} for node in nodes]}}}
    if draw.random() < 0.5:
        document = {"data": {"orders": {"nodes": nodes}}}
    text = json.dumps(document, ensure_ascii=draw.random() < 0.5)
    return Made({"orders.json": text.encode()}, order_totals(orders))


def matrixify(draw: Random) -> Made:
    orders = orders_of(draw)
    header = (
        "ID,Name,Email,Created At,Currency,Price: Total,Payment: Status,Line: Type,Line: Title,"
        "Line: Quantity,Line: Price,Transaction: Kind,Transaction: Status,Transaction: Amount"
    ).split(",")
    rows = []
    for order in orders:
        same = [order["id"], order["name"], PERSON, f"{order['day']} 10:00:00 -0700", "USD"]
        same += [str(order["total"]), "paid"]
        rows += [
            [*same, "Line Item", "Coat", str(q), str(p), "", "", ""] for q, p in order["lines"]
        ]
        if order["refunded"]:
            back = ["refund", "success", f"-{order['refunded']}"]
            rows.append([*same, "Transaction", "", "", "", *back])
    totals = order_totals(orders)
    # every row repeats the order's total
    del totals["revenue"]
    totals["order_lines"] = len(rows)
    return Made({"orders.csv": csv_bytes(header, rows)}, totals)


def airbyte_orders(draw: Random) -> Made:
    orders = orders_of(draw)
    if draw.random() < 0.5:
        lines = [
            {"_airbyte_raw_id": str(n), "_airbyte_data": rest_order(order)}
            for n, order in enumerate(orders)
        ]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        return Made({"orders.jsonl": text.encode()}, order_totals(orders))
    keys = list(rest_order(orders[0]))
    rows = []
    for order in orders:
        found = rest_order(order)
        rows.append(
            [
                json.dumps(found[key]) if isinstance(found[key], dict | list) else found[key]
                for key in keys
            ]
        )
    content = csv_bytes(["_airbyte_raw_id", *keys], [["x", *row] for row in rows])
    return Made({"orders.csv": content}, order_totals(orders))


def sales(draw: Random) -> Made:
    start = date(2026, 3, draw.randrange(13, 25))
    days = [
        (str(start + timedelta(day)), draw.randrange(1, 2000), money(draw))
        for day in range(draw.randrange(1, 6))
    ]
    header = ["Day", "Orders", "Gross sales", "Discounts", "Net sales", "Total sales"]
    rows = [[day, n, total, "0.00", total, total] for day, n, total in days]
    totals = {
        "sales_days": len(days),
        "sales": sum((total for _, _, total in days), Decimal(0)),
        "sales_orders": sum(n for _, n, _ in days),
    }
    return Made({"sales.csv": csv_bytes(header, rows, draw.choice((",", ";")))}, totals)


def activities(draw: Random) -> Made:
    events = []
    for _ in range(draw.randrange(1, 6)):
        is_edit = draw.random() < 0.7
        events.append(
            {
                "actor_name": "Ann Person",
                "event_type": "update_ad_set_budget" if is_edit else "add_user_to_role",
                "event_time": f"2026-03-{draw.randrange(10, 29)}T10:00:00+0000",
                "object_id": "30",
                "object_name": name(draw) if is_edit else "Ann Person",
                "extra_data": json.dumps(
                    {"old_value": 5000, "new_value": draw.randrange(10**6)}
                    if is_edit
                    else {"new_value": "Ann Person"}
                ),
            }
        )
    totals = {
        "events": len(events),
        "edits": sum(event["event_type"] == "update_ad_set_budget" for event in events),
    }
    shape = draw.choice(("page", "lines", "table"))
    if shape == "table":
        header = list(events[0])
        content = csv_bytes(header, [[event[key] for key in header] for event in events])
        return Made({"history.csv": content}, totals)
    if shape == "lines":
        text = "".join(json.dumps(event) + "\n" for event in events)
    else:
        text = json.dumps({"data": events, "paging": PAGING})
    return Made({"history.json": text.encode()}, totals)


def connector(draw: Random) -> Made:
    """A report of Fivetran with its tables of actions, or a table of ad sets."""
    if draw.random() < 0.3:
        header = ["id", "campaign_id", "account_id", "name", "daily_budget", "effective_status"]
        count = draw.randrange(1, 5)
        rows = [[str(n + 1), "20", "1", name(draw), "13000", "ACTIVE"] for n in range(count)]
        return Made({"ad_sets.csv": csv_bytes(header, rows)}, {"objects": count})
    days = ad_days(draw)
    report = [
        [f"k{n}", r["day"], r["ad_id"], r["spend"], r["impressions"]] for n, r in enumerate(days)
    ]
    tables = {
        "basic_ad": (["_fivetran_id", "date", "ad_id", "spend", "impressions"], report),
    }
    for table, column in (("actions", "purchases"), ("action_values", "purchase_value")):
        tables[f"basic_ad_{table}"] = (
            ["_fivetran_id", "date", "ad_id", "index", "action_type", "value"],
            [
                [f"k{n}", row["day"], row["ad_id"], 0, "omni_purchase", row[column]]
                for n, row in enumerate(days)
            ],
        )
    files = {f"{table}.csv": csv_bytes(*cells) for table, cells in tables.items()}
    return Made(files, insight_totals(days))


FORMATS: Mapping[str, Callable[[Random], Made]] = {
    "api_pages": api_pages,
    "export_csv": export_csv,
    "workbook": workbook,
    "parquet": parquet,
    "archive": archive,
    "objects": objects,
    "connector": connector,
    "shopify_csv": shopify_csv,
    "orders_rest": rest,
    "orders_graphql": graphql,
    "orders_matrixify": matrixify,
    "orders_connector": airbyte_orders,
    "sales_report": sales,
    "activities": activities,
}
