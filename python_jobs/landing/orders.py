"""Order lines of Shopify exports; no e-mail, name, address, phone or note leaves the scan."""

from typing import Any

from python_jobs.landing import columns as declared
from python_jobs.landing.scan import Scan, files_to_read, landed, parse_plan, scan_csv

_UTMS = ("source", "medium", "campaign", "content", "term")
_TAKEN = (
    "order_name order_id financial_status created_at cancelled_at currency subtotal shipping taxes "
    "total discount_amount refunded_amount source payment_method line_quantity line_price line_sku "
    "shipping_country"
).split()


def land_orders(session: Any, inventory: Any, key: str, already_read: str | None) -> Any:
    """Relation of `columns.ORDERS`: lines of files not yet read, and a row per problem met.

    `key` is the customer's secret; it reaches DuckDB as a session variable, never inside SQL text.
    """
    session.execute("set variable customer_key = ?", [key])
    scans: list[Scan] = []
    files = []
    for plan_text, group in files_to_read(session, inventory, ["orders"], already_read).items():
        plan = parse_plan(plan_text)
        table = f"landing_orders_{len(scans)}"
        scans.append(scan_csv(session, table, group, plan, _columns(plan)))
        files += group
    return landed(
        session,
        "landing_orders",
        scans,
        files,
        declared.ORDERS,
        "scanned.* exclude (filename, n)",
    )


def _columns(plan: dict[str, Any]) -> str:
    cells = {
        column: f"c{positions[0]}"
        if len(positions) == 1
        else f"coalesce({', '.join(f'c{position}' for position in positions)})"
        for column, positions in plan["columns"].items()
    }
    email = f"lower(trim({cells.get('customer_email', 'null::varchar')}))"
    notes = cells.get("note_attributes", "null::varchar")
    tags = cells.get("tags", "null::varchar")
    site = cells.get("landing_site", "null::varchar")
    select = [f"{cells.get(column, 'null')}::varchar as {column}" for column in _TAKEN]
    select.append(
        f"case when {email} <> '' then sha256(getvariable('customer_key') || {email}) end "
        "as customer_hash"
    )
    select.append(
        f"case when contains({tags}, '@') then array_to_string(list_filter(string_split({tags}, ','), "
        f"lambda t: not contains(t, '@')), ',') else {tags} end as tags"
    )
    for utm in _UTMS:
        own = cells.get(f"utm_{utm}", "null::varchar")
        select.append(f"coalesce({own}, {_utm(notes, utm)}) as utm_{utm}")
    select.append(f"nullif(split_part({site}, '?', 1), '') as landing_path")
    return ", ".join(select)


def _utm(notes: str, utm: str) -> str:
    return f"""case
        when contains(lower({notes}), 'utm')
            then nullif(trim(regexp_extract({notes}, '(?im)^\\s*utm[ _]{utm}\\s*:\\s*([^\\r\\n]*)', 1)), '')
    end"""
