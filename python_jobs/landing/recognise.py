"""What a file is, by its content; its name decides nothing.

No function raises for bad content: a bad file is a row of the file list with one sentence, and the
sentence begins where a reader would put the file's name.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as AnyMapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Literal

from python_jobs.landing.columns import BREAKDOWNS
from python_jobs.landing.connectors import (
    actions_plan,
    is_table_of_lines,
    object_plan,
    report_keys,
    taken_at,
    taken_at_key,
    wrapped_plan,
)
from python_jobs.landing.foreign import is_of_other_ads, product_of_json
from python_jobs.landing.headers import HeaderNames, Mapping, map_headers, normalise
from python_jobs.landing.json_prefix import TOO_DEEP, RepeatedKeyError, parse_prefix
from python_jobs.landing.near_miss import nearly, remedy
from python_jobs.landing.nodes import CONTAINERS
from python_jobs.landing.order_shapes import Orders, find_orders, missing_keys
from python_jobs.landing.order_tables import (
    order_part_plan,
    order_table_plan,
    wrapped_order_plan,
    wrapped_place,
)

# tried in turn until the first row is whole enough to tell
_PREFIXES = (4_096, 65_536, 1_048_576)
_DELIMITERS = (",", ";", "\t", "|")
_ENTITIES = ("ad_id", "ad_name", "adset_id", "adset_name", "campaign_id", "campaign_name")
_ACCOUNT = ("account_id", "account_name")
_DAYS = ("day", "date_start", "period")
# more than any export has, and as many as DuckDB reads at once
_MOST_COLUMNS = 5_000
# a report's name and range may stand above its header
_LINES_ABOVE_HEADER = 10
# what a spreadsheet of some countries puts first, so that all of them split the lines alike
_DELIMITER_NAMED = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
# what a table must have, and the columns of which one is enough
_INSIGHTS_NEED = {
    "day (`Day`, or `Reporting starts` and `Reporting ends`)": _DAYS,
    "name or id (`Campaign name`, `Ad set name`, `Ad name` or `Account ID`)": (
        *_ENTITIES,
        *_ACCOUNT,
    ),
    "spend (`Amount spent`)": ("spend",),
}
_ORDERS_NEED = {
    "`Name`": ("order_name", "order_id"),
    "`Created at`": ("created_at",),
    "`Total`": ("total", "subtotal"),
}
_ACTIVITIES_NEED = {
    "`Activity` or `event_type`": ("event_type",),
    "`Date and time` or `event_time`": ("event_time", "local_time"),
    "`Item changed` or `object_id`": ("object_id", "object_name"),
}


Kind = Literal["insights", "objects", "orders", "order_parts", "sales", "activities", "actions"]
"""what a file holds"""


@dataclass(frozen=True)
class Recognised:
    """A row of the file list, less what the file system knows of the file.

    `status` is 'read', 'skipped' (not for us) or 'refused' (for us, and of no use as it is). Where
    it `stops`, part of the data got lost on its way and the build must not go on without it.
    """

    status: str
    message: str
    kind: Kind | None = None
    layout: str | None = None
    plan: AnyMapping[str, Any] = field(default_factory=dict)
    unmapped: Sequence[str] = ()
    stops: bool = False


@dataclass(frozen=True)
class Names:
    """Header names of each kind of table."""

    meta: HeaderNames
    shopify: HeaderNames
    activities: HeaderNames


def skipped(message: str) -> Recognised:
    """Make the row of a file that is none of ours."""
    return Recognised("skipped", message)


def broken(message: str) -> Recognised:
    """Make the row of a file that was damaged on its way, so that data is missing."""
    return Recognised("refused", message, stops=True)


def recognise_csv(head: str, has_bom: bool, names: Names) -> Recognised:
    """Recognise a CSV file by its start, of which the last line may be cut off."""
    if "\r" in head and "\n" not in head:
        return broken("ends its lines as no system does any more: open it and save it as CSV again")
    delimiter, skip, headers = _header_line(head, names)
    if len(headers) > _MOST_COLUMNS:
        return broken(
            f"has {len(headers):,} columns, more than the {_MOST_COLUMNS:,} allowed: export it "
            "with fewer, or take it away"
        )
    first: Sequence[str] = next(islice(split_rows(head, delimiter), skip + 1, None), [])
    found = recognise_wrapped_orders(headers, first) or recognise_table(headers, names)
    if found.status != "read":
        return found
    columns = found.plan.get("columns", {})
    layout = found.layout
    if layout == "export":
        is_report = has_bom or "day" in columns
        layout = "reports_export" if is_report else "ads_manager_export"
    plan = {
        "reader": "csv",
        "delimiter": delimiter,
        "skip": skip,
        "width": len(headers),
        **found.plan,
    }
    message = found.message
    if skip:
        message += f"; {'1 line' if skip == 1 else f'{skip} lines'} beside its header left out"
    return Recognised("read", message, found.kind, layout, plan, found.unmapped)


def recognise_wrapped_orders(headers: Sequence[str], first: Sequence[str]) -> Recognised | None:
    """Recognise a table that keeps whole orders as JSON, by its first row; else None."""
    place = wrapped_place(headers)
    if place is None or place >= len(first):
        return None
    with suppress(ValueError):
        orders = find_orders(parse_prefix(first[place])[0])
        if orders is not None and orders.api == "rest":
            return _order_table(wrapped_order_plan(headers))
    return None


def recognise_table(headers: Sequence[str], names: Names) -> Recognised:
    """Recognise a table by its headers: insights, orders, activity history or none of them."""
    if is_of_other_ads([normalise(header) for header in headers]):
        return skipped("is a table of ads elsewhere, by its columns: only those of Meta are read")
    order_table = order_table_plan(headers)
    if order_table:
        return _order_table(order_table)
    of_connector = _connector_table(headers)
    if of_connector:
        return of_connector
    found = _export_table(headers, names)
    part = order_part_plan(headers) if found.status != "read" else None
    if part:
        return Recognised("read", "a part of orders", "order_parts", "shopify_order_table", part)
    return found


def _order_table(plan: AnyMapping[str, Any]) -> Recognised:
    return Recognised(
        "read",
        "orders as a connector keeps them",
        "orders",
        "shopify_order_table",
        plan,
    )


def _export_table(headers: Sequence[str], names: Names) -> Recognised:
    meta = map_headers(headers, names.meta)
    shopify = map_headers(headers, names.shopify)
    activities = map_headers(headers, names.activities)
    if {"total_sales", "net_sales"} & shopify.columns.keys():
        return _sales_report(headers, shopify)
    if activities.known_count > max(meta.known_count, shopify.known_count):
        return _activities_table(headers, activities, names.activities)
    if meta.known_count >= shopify.known_count:
        return _insights_table(headers, meta, names.meta)
    return _orders_table(headers, shopify, names.shopify)


def recognise_lines(head: bytes, names: Names) -> Recognised | None:
    """Recognise a table that a connector wrote as JSON, a row a line; None where it is none."""
    keys: dict[str, None] = {}
    for line in head.decode("utf-8-sig", errors="ignore").splitlines():
        try:
            row = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            break  # the last line that is seen is cut off; what else is wrong its reader tells
        if not isinstance(row, dict) or find_orders(row) is not None:
            return None
        keys |= dict.fromkeys(row)
    if not is_table_of_lines(keys):
        return None
    found = recognise_table(list(keys), names)
    plan = {"reader": "lines", "headers": list(keys), **found.plan}
    return replace(found, plan=plan) if found.status == "read" else found


def recognise_json(head: bytes) -> Recognised:
    """Recognise a JSON file by its first megabyte."""
    try:
        for size in _PREFIXES:
            value, more = parse_prefix(head[:size].decode("utf-8-sig", errors="ignore"))
            found = _shape(value, more=more, cut=size < len(head))
            if found:
                return found
    except (ValueError, RecursionError) as error:
        return broken(_no_json(error))
    product = product_of_json(head.decode("utf-8-sig", errors="ignore"))
    if product:
        return skipped(f"is a report of {product}: only Meta and Shopify are read")
    return skipped(
        "is JSON without insights, campaigns, ad sets, ads, creatives, activities or orders"
    )


def _no_json(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is no valid JSON in line {error.lineno}: download it again"
    if isinstance(error, RepeatedKeyError):
        return (
            f"gives the key {error} twice in one object, so that which of them counts is not "
            "known: export it again"
        )
    if isinstance(error, RecursionError):
        return TOO_DEEP
    return (
        "is no JSON, perhaps an error page saved under that name: download it again or take it away"
    )


def _header_line(head: str, names: Names) -> tuple[str, int, list[str]]:
    """Find the delimiter, the number of lines to leave out, and the header.

    The header is the line with most names known, or the first one where none is. Titles above it
    are left out, and so are further header lines below it.
    """
    named = _DELIMITER_NAMED.match(head)
    found = []
    for delimiter in [named[1]] if named else _DELIMITERS:
        some = islice(split_rows(head, delimiter), _LINES_ABOVE_HEADER + 1)
        lines = [[cell.strip() for cell in line] for line in some] or [[]]
        counts = [_known_count(line, names) for line in lines]
        place = counts.index(max(counts)) if max(counts) > 1 else 0
        found.append((counts[place], len(lines[place]), delimiter, place, lines, counts))
    *_, delimiter, place, lines, counts = max(found, key=lambda one: one[:2])
    last = place
    while last + 1 < len(lines) and _is_header(lines[last + 1], counts[last + 1]):
        last += 1
    return delimiter, last, lines[place]


def _is_header(line: Sequence[str], known_count: int) -> bool:
    return known_count > 1 and known_count * 2 >= sum(map(bool, line))


def _known_count(headers: Sequence[str], names: Names) -> int:
    kinds = (names.meta, names.shopify, names.activities)
    return max(map_headers(headers[:_MOST_COLUMNS], kind).known_count for kind in kinds)


def split_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Split a table's text into rows; stop at a quotation mark that is never closed."""
    with suppress(csv.Error):  # a cell of more than 128 kB
        yield from csv.reader(io.StringIO(text), delimiter=delimiter)


def _insights_table(headers: Sequence[str], mapping: Mapping, names: HeaderNames) -> Recognised:
    columns = mapping.columns
    lacking, near = _lacking(_INSIGHTS_NEED, mapping, names)
    if len(lacking) - len(near) > 1:
        return skipped("has none of the columns that we read: not needed")
    if lacking:
        add = "add it in the export's columns and export again"
        return Recognised(
            "refused",
            f"has no column for {' and '.join(lacking)}: {remedy(near, len(lacking), add)}",
            "insights",
            unmapped=mapping.unmapped,
        )
    is_api = sum("_" in header or header.islower() for header in headers) * 2 > len(headers)
    return Recognised(
        "read",
        f"insights by {_grain(columns)}, {_columns_known(headers, mapping)}",
        "insights",
        "api_table" if is_api else "export",
        {
            "columns": columns,
            "currency": mapping.currency,
            "report_keys": report_keys(headers),
            **taken_at(headers),
        },
        mapping.unmapped,
    )


def _connector_table(headers: Sequence[str]) -> Recognised | None:
    """Recognise the tables of connectors that look like no export."""
    wrapped = wrapped_plan(headers)
    if wrapped:
        return Recognised(
            "read", "answers of the Marketing API, one a row", "objects", "api_objects", wrapped
        )
    actions = actions_plan(headers)
    if actions:
        return Recognised("read", "actions of a report", "actions", "connector_actions", actions)
    objects = object_plan(headers)
    return objects_found(objects) if objects else None


def objects_found(plan: AnyMapping[str, Any]) -> Recognised:
    """Make the row of a table of objects."""
    name = {"adset": "ad set", "account": "ad account"}.get(
        plan["object_type"], str(plan["object_type"]).replace("_", " ")
    )
    message = f"{name}s as a connector keeps them, {len(plan['fields'])} columns"
    return Recognised("read", message, "objects", "connector_objects", plan)


def _orders_table(headers: Sequence[str], mapping: Mapping, names: HeaderNames) -> Recognised:
    lacking, near = _lacking(_ORDERS_NEED, mapping, names)
    if len(lacking) - len(near) > 1:
        return skipped("has none of the columns that we read: not needed")
    if lacking:
        export = "export the orders again with it"
        return Recognised(
            "refused",
            f"looks like orders and has no column {' and '.join(lacking)}: "
            f"{remedy(near, len(lacking), export)}",
            "orders",
            "shopify_orders",
            unmapped=mapping.unmapped,
        )
    return Recognised(
        "read",
        f"orders, {_columns_known(headers, mapping)}",
        "orders",
        "shopify_orders",
        {"columns": mapping.columns},
        mapping.unmapped,
    )


def _sales_report(headers: Sequence[str], mapping: Mapping) -> Recognised:
    if not {"sales_day", "created_at"} & mapping.columns.keys():
        return Recognised(
            "refused",
            "looks like a sales report and has no column `Day`: group it by day and export it "
            "again",
            "sales",
            "shopify_sales_report",
            unmapped=mapping.unmapped,
        )
    return Recognised(
        "read",
        f"sales report by day, {_columns_known(headers, mapping)}: used on days without orders",
        "sales",
        "shopify_sales_report",
        {"columns": mapping.columns},
        mapping.unmapped,
    )


def _activities_table(headers: Sequence[str], mapping: Mapping, names: HeaderNames) -> Recognised:
    lacking, near = _lacking(_ACTIVITIES_NEED, mapping, names)
    if len(lacking) - len(near) > 1:
        return skipped("has none of the columns that we read: not needed")
    if lacking:
        return Recognised(
            "refused",
            f"looks like activity history and has no column {' and '.join(lacking)}: "
            f"{remedy(near, len(lacking), 'export it again with it')}",
            "activities",
            "activity_table",
            unmapped=mapping.unmapped,
        )
    return Recognised(
        "read",
        f"activity history, {_columns_known(headers, mapping)}",
        "activities",
        "activity_table",
        {"columns": mapping.columns},
        mapping.unmapped,
    )


def _lacking(
    needed: AnyMapping[str, Sequence[str]], mapping: Mapping, names: HeaderNames
) -> tuple[list[str], list[str]]:
    """List what a table has no column for, and which of its headers are nearly such a column's."""
    lacking = {
        what: fill for what, fill in needed.items() if not set(fill) & mapping.columns.keys()
    }
    near = [nearly(mapping.unmapped, names, fill) for fill in lacking.values()]
    return list(lacking), [said for said in near if said]


def _columns_known(headers: Sequence[str], mapping: Mapping) -> str:
    return f"{mapping.known_count} of {len(headers)} columns known"


def _grain(columns: AnyMapping[str, list[int]]) -> str:
    """Name the finest level of a table and its breakdowns."""
    level = next(
        (
            level
            for level in ("ad", "adset", "campaign")
            if {f"{level}_id", f"{level}_name"} & columns.keys()
        ),
        "account",
    )
    breakdowns = [name.replace("_", " ") for name in BREAKDOWNS if name in columns]
    return " and ".join([level.replace("adset", "ad set"), *breakdowns])


def _shape(value: Any, *, more: bool, cut: bool) -> Recognised | None:
    """Recognise a document; None where the part seen does not tell."""
    orders = find_orders(value)
    if orders is not None:
        return _order_objects(orders, cut=cut)
    if isinstance(value, dict) and "errors" in value and not value.get("data"):
        return broken(
            "is an error reply of Shopify instead of orders: ask for them again or take the file "
            "away"
        )
    return _json_shape(value, more=more, cut=cut)


def _json_shape(value: Any, *, more: bool, cut: bool) -> Recognised | None:
    """Recognise a document of the Marketing API; None where the part seen does not tell."""
    if isinstance(value, list):
        return _rows_shape("list", value, cut=cut)
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        return _rows_shape("data", value["data"], cut=cut)
    if isinstance(value, dict) and isinstance(value.get("error"), dict | str):
        return broken(_error_reply(value["error"]))
    if isinstance(value, dict) and _is_plain_row(value):
        return _activities("lines") if "event_type" in value else _insights("lines", value)
    if isinstance(value, dict) and ("id" in value or CONTAINERS.keys() & value.keys()):
        return _objects("tree")
    return _objects("odd") if not more and _mentions(value, {"id", "date_start"}) else None


def _error_reply(error: AnyMapping[str, Any] | str) -> str:
    if isinstance(error, str):
        return "is an error reply instead of rows: ask for the data again or take it away"
    code = error.get("code")
    named = f" (code {code})" if isinstance(code, int) else ""
    return (
        f"is an error reply of the Marketing API{named} instead of rows: ask for the data again "
        "or take the file away"
    )


def _rows_shape(shape: str, rows: Sequence[Any], *, cut: bool) -> Recognised | None:
    """Recognise a list by its first item; an empty one as insights, of which there were none."""
    if not rows:
        return None if cut else _insights(shape)
    first = rows[0]
    if not isinstance(first, dict):
        return None
    if "event_type" in first:
        return _activities(shape)
    if "date_start" in first and not {"id", "insights"} & first.keys():
        return _insights(shape, first)
    if "spend" in first and "id" not in first:
        return Recognised(
            "refused",
            "holds insights without `date_start`: ask for them with time_increment=1",
            "insights",
            "api_pages",
        )
    return _objects("tree", is_list=shape == "list") if "id" in first else None


def _order_objects(orders: Orders, *, cut: bool) -> Recognised | None:
    """Recognise orders by the first one, once all of it has been seen."""
    if len(orders.found) < 2 and cut:
        return None
    missing = missing_keys(orders) if orders.found else []
    if missing:
        return Recognised(
            "refused",
            f"looks like orders and has no {' and no '.join(missing)}: ask for the orders again "
            "with it",
            "orders",
            "shopify_order_objects",
        )
    return Recognised(
        "read",
        f"orders of Shopify's {'REST' if orders.api == 'rest' else 'GraphQL'} Admin API",
        "orders",
        "shopify_order_objects",
        {"reader": "json", "shape": orders.shape, "api": orders.api},
    )


def _is_plain_row(value: AnyMapping[str, Any]) -> bool:
    return "event_type" in value or ("date_start" in value and "id" not in value)


def _insights(shape: str, first: AnyMapping[str, Any] | None = None) -> Recognised:
    return Recognised(
        "read",
        "insights of the Marketing API",
        "insights",
        "api_pages",
        {"reader": "json", "shape": shape, **taken_at_key(first or {})},
    )


def _objects(shape: str, *, is_list: bool = False) -> Recognised:
    return Recognised(
        "read",
        "objects of the Marketing API, and any insights inside them",
        "objects",
        "api_objects",
        {"reader": "json", "shape": shape, "is_list": is_list},
    )


def _activities(shape: str) -> Recognised:
    return Recognised(
        "read",
        "activity history of the Marketing API",
        "activities",
        "api_activities",
        {"reader": "json", "shape": shape},
    )


def _mentions(value: Any, keys: set[str]) -> bool:
    """Tell whether any object inside `value` has one of the keys."""
    if isinstance(value, dict):
        return bool(keys & value.keys()) or any(_mentions(v, keys) for v in value.values())
    if isinstance(value, list):
        return any(_mentions(item, keys) for item in value)
    return False
