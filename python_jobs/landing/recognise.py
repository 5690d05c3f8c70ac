"""What a file is, by its content; its name decides nothing.

Every function returns a `Recognised`; none raises for bad content, because a bad file is a row of
the file list with one sentence that says what to do.
"""

import csv
import io
from dataclasses import dataclass, field
from typing import Any

from python_jobs.landing.headers import HeaderNames, Mapping, map_headers
from python_jobs.landing.json_prefix import parse_prefix

# tried in turn until the first row is whole enough to tell
_PREFIXES = (4_096, 65_536, 1_048_576)
_DELIMITERS = (",", ";", "\t", "|")
_ENTITIES = ("ad_id", "ad_name", "adset_id", "adset_name", "campaign_id", "campaign_name")
_ACCOUNT = ("account_id", "account_name")
_DAYS = ("day", "date_start", "period")
_SETTINGS = ("adset_budget", "campaign_budget")


@dataclass(frozen=True)
class Recognised:
    """A row of the file list, less what the file system knows of the file."""

    status: str
    message: str
    kind: str | None = None
    layout: str | None = None
    plan: dict[str, Any] = field(default_factory=dict)
    unmapped: list[str] = field(default_factory=list)


def skipped(message: str) -> Recognised:
    """A file that is none of ours."""
    return Recognised("skipped", message)


def refused(message: str, kind: str | None = None, layout: str | None = None) -> Recognised:
    """A file that is meant for us and cannot be used."""
    return Recognised("refused", message, kind, layout)


@dataclass(frozen=True)
class Names:
    """Header names of both kinds of table."""

    meta: HeaderNames
    shopify: HeaderNames


def recognise_csv(head: str, has_bom: bool, names: Names) -> Recognised:
    """`head` is the start of the file, its header line whole."""
    delimiter, headers = _header_line(head)
    found = recognise_table(headers, names)
    if found.status != "read":
        return found
    has_day = "day" in found.plan["columns"]
    layout = found.layout
    if layout == "export":
        layout = "reports_export" if has_bom or has_day else "ads_manager_export"
    plan = {
        "reader": "csv",
        "delimiter": delimiter,
        "width": len(headers),
        "decimal_comma": delimiter == ";",
        **found.plan,
    }
    return Recognised("read", found.message, found.kind, layout, plan, found.unmapped)


def _header_line(head: str) -> tuple[str, list[str]]:
    """The delimiter that splits the first line into most columns, and the columns."""
    best: tuple[str, list[str]] = (",", [])
    for delimiter in _DELIMITERS:
        cells = next(csv.reader(io.StringIO(head), delimiter=delimiter), [])
        if len(cells) > len(best[1]):
            best = delimiter, [cell.strip() for cell in cells]
    return best


def recognise_table(headers: list[str], names: Names) -> Recognised:
    """A CSV or Parquet table by its headers: insights, orders or neither."""
    meta = map_headers(headers, names.meta)
    shopify = map_headers(headers, names.shopify)
    if meta.known_count >= shopify.known_count:
        return _insights_table(headers, meta)
    return _orders_table(shopify)


def _insights_table(headers: list[str], mapping: Mapping) -> Recognised:
    columns = mapping.columns
    entities = [name for name in _ENTITIES + _ACCOUNT if name in columns]
    has_day = any(name in columns for name in _DAYS)
    if mapping.known_count < 2 or not (entities or has_day):
        return skipped("its columns are none that we read: nothing was taken from it")
    missing = []
    if not has_day:
        missing.append("a day (`Day`, or `Reporting starts` and `Reporting ends`)")
    if not entities:
        missing.append("a name or id (`Campaign name`, `Ad set name`, `Ad name`, `Account ID`)")
    if "spend" not in columns:
        missing.append("spend (`Amount spent`)")
    if missing:
        return refused(
            f"has no column for {' and '.join(missing)}: add it to the columns and export again",
            "insights",
        )
    is_api = sum("_" in header or header.islower() for header in headers) * 2 > len(headers)
    level = _finest_level(columns)
    return Recognised(
        "read",
        f"{level} insights, {len(headers) - len(mapping.unmapped)} of {len(headers)} columns known",
        "insights",
        "api_table" if is_api else "export",
        {"columns": columns, "currency": mapping.currency},
        mapping.unmapped,
    )


def _finest_level(columns: dict[str, list[int]]) -> str:
    for level in ("ad", "adset", "campaign"):
        if f"{level}_id" in columns or f"{level}_name" in columns:
            return level
    return "account"


def _orders_table(mapping: Mapping) -> Recognised:
    columns = mapping.columns
    missing = []
    if "order_name" not in columns and "order_id" not in columns:
        missing.append("`Name`")
    if "created_at" not in columns:
        missing.append("`Created at`")
    if "total" not in columns and "subtotal" not in columns:
        missing.append("`Total`")
    if missing:
        return refused(
            f"looks like orders and has no column {' and '.join(missing)}: "
            "export the orders again with all columns",
            "orders",
            "shopify_orders",
        )
    return Recognised(
        "read",
        f"orders, {mapping.known_count} of {mapping.known_count + len(mapping.unmapped)} "
        "columns known",
        "orders",
        "shopify_orders",
        {"columns": columns},
        mapping.unmapped,
    )


def recognise_json(head: str) -> Recognised:
    """`head` is the first megabyte or the whole file."""
    try:
        for size in _PREFIXES:
            value, more = parse_prefix(head[:size])
            found = _json_shape(value, more, cut=size < len(head))
            if found:
                return found
    except ValueError:
        return refused(
            "is no JSON from its first characters on, perhaps an error page saved under that name: "
            "download it again"
        )
    return skipped("is JSON without insights rows or campaigns, ad sets, ads or creatives")


def _json_shape(value: Any, more: bool, cut: bool) -> Recognised | None:
    """None where the part seen does not tell yet."""
    if isinstance(value, dict) and isinstance(value.get("error"), dict) and "data" not in value:
        code = value["error"].get("code")
        return refused(
            f"is an error reply of the Marketing API (code {code if isinstance(code, int) else '?'})"
            " and holds no rows: ask for the data again"
        )
    if isinstance(value, list):
        shape, rows = "list", value
    elif isinstance(value, dict) and isinstance(value.get("data"), list):
        shape, rows = "data", value["data"]
    elif isinstance(value, dict) and "date_start" in value and "id" not in value:
        shape, rows = "lines", [value]
    else:
        return _objects() if _mentions(value, {"id", "date_start"}) else None
    first = rows[0] if rows else None
    if first is None:
        return None if cut else _insights(shape, more)
    if not isinstance(first, dict):
        return None
    if "date_start" in first and not {"id", "insights"} & first.keys():
        return _insights(shape, more)
    return _objects() if _mentions(first, {"id"}) else None


def _insights(shape: str, more: bool) -> Recognised:
    return Recognised(
        "read",
        "insights as the Marketing API returns them",
        "insights",
        "api_pages",
        {"reader": "json", "shape": shape, "several": more},
    )


def _objects() -> Recognised:
    return Recognised(
        "read",
        "campaigns, ad sets, ads, creatives or audiences as the Marketing API returns them",
        "objects",
        "api_objects",
        {"reader": "json", "shape": "tree"},
    )


def _mentions(value: Any, keys: set[str]) -> bool:
    """Does any object inside `value` have one of the keys?"""
    if isinstance(value, dict):
        return bool(keys & value.keys()) or any(_mentions(v, keys) for v in value.values())
    if isinstance(value, list):
        return any(_mentions(v, keys) for v in value)
    return False
