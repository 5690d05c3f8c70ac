"""Order lines of Shopify exports; no e-mail, name, address, phone or note leaves the scan."""

from collections.abc import Mapping
from typing import Any

from python_jobs.landing.columns import ORDERS
from python_jobs.landing.order_objects import UTMS, bare_id, scan_order_objects
from python_jobs.landing.order_tables import scan_order_table
from python_jobs.landing.personal import has_address, order_cell
from python_jobs.landing.scan import Scan, files_to_read, landed
from python_jobs.landing.tables import cells_of, scan_table, spreadsheet_error

# made from several cells of the file; every other column is the cell as it stands
_MADE = {
    "file_id",
    "file_row",
    "customer_hash",
    "refunded_amount",
    "tags",
    *(f"utm_{utm}" for utm in UTMS),
    "landing_path",
    "problem",
}
# orders without a number of their own have the buyer's address there: they stay apart from others
_NAME = f"""if(
    {has_address("order_name")},
    sha256(getvariable('customer_key') || lower(trim(order_name))), {order_cell("order_name")})"""
_CELLS = f"{_NAME} as order_name, " + ", ".join(
    f"{order_cell(column)} as {column}"
    for column in ORDERS
    if column == "refunded_amount" or (column not in _MADE and column != "order_name")
)
# columns of `order_objects.order_rows`, which are there under their own names
_MADE_BY_OBJECTS = {
    column: column
    for column in (
        *(column for column in ORDERS if column not in _MADE),
        "customer_email",
        "customer_id",
        "refunded_amount",
        "tags",
        "note_attributes",
        "landing_site",
        *(f"visit_utm_{utm}" for utm in UTMS),
    )
}


def land_orders(session: Any, inventory: Any, key: str, already_read: str | None) -> Any:
    """Read the order lines of files not yet read: relation of `columns.ORDERS`.

    Has a row for every line of a file and one for every problem met. `key` is the customer's
    secret; it reaches DuckDB as a session variable, never inside SQL text.
    """
    session.execute("set variable customer_key = ?", [key])
    scans: list[Scan] = []
    all_files = []
    for plan, files in files_to_read(session, inventory, ["orders"], already_read):
        table = f"landing_orders_{len(scans)}"
        if plan["reader"] == "json":
            columns = _order_columns(_MADE_BY_OBJECTS)
            scans.append(scan_order_objects(session, table, files, plan, columns))
        elif "shape" in plan:
            columns = _order_columns(_MADE_BY_OBJECTS)
            scan = scan_order_table(
                session, table, files, plan, inventory=inventory, columns=columns
            )
            scans.append(scan)
        else:
            columns = _order_columns(cells_of(plan), spreadsheet_error(plan))
            scans.append(scan_table(session, table, files, plan, columns))
        all_files += files
    return landed(
        session,
        "landing_orders",
        scans=scans,
        files=all_files,
        columns=ORDERS,
        select=f"scanned.* exclude (filename, n) replace ({_CELLS})",
    )


def _order_columns(cells: Mapping[str, str], problem: str = "null::varchar") -> str:
    """Write the select list of the landed columns from SQL for those that a layout has.

    `problem` is SQL for what is wrong with a row, else null.
    """

    def cell(column: str) -> str:
        return cells.get(column, "null::varchar")

    select = [f"{cell(column)} as {column}" for column in ORDERS if column not in _MADE]
    select.append(f"{_refunded(cells)} as refunded_amount")
    select.append(f"{_customer_hash(cell('customer_email'), cell('customer_id'))} as customer_hash")
    select.append(f"{_without_addresses(cell('tags'))} as tags")
    notes = _if_mentions(cell("note_attributes"), "utm")
    tags = _if_mentions(cell("tags"), "utm")
    site = _if_mentions(cell("landing_site"), "utm")
    for utm in UTMS:
        found = f"""coalesce(
            {cell(f"utm_{utm}")}, {_noted(notes, utm)}, {_tagged(tags, utm)},
            {cell(f"visit_utm_{utm}")}, {_queried(site, utm)}, {_queried(notes, utm)})"""
        select.append(f"if({has_address(found)}, null, {found}) as utm_{utm}")
    select.append(f"{_landing_path(cell('landing_site'), cell('note_attributes'))} as landing_path")
    select.append(f"{problem} as problem")
    return ", ".join(select)


def _refunded(cells: Mapping[str, str]) -> str:
    """Write SQL for what was paid back, of the order or else by one of its transactions.

    Some tools write it with a minus.
    """
    if "refunded_amount" in cells:
        return f"ltrim({cells['refunded_amount']}, '-')"
    if "transaction_amount" not in cells:
        return "null::varchar"
    kind = cells.get("transaction_kind", "''")
    status = cells.get("transaction_status", "'success'")
    is_paid_back = f"lower({kind}) = 'refund' and lower({status}) = 'success'"
    return f"if({is_paid_back}, ltrim({cells['transaction_amount']}, '-'), null)"


def _customer_hash(email: str, customer_id: str) -> str:
    """Write SQL for the keyed hash of an e-mail address; of Shopify's id of the buyer without one.

    An address hashes the same whatever tool wrote the file, which ids do not: few have them.
    """
    address, number = f"lower(trim({email}))", bare_id(customer_id)
    return f"""case
        when {address} <> '' then sha256(getvariable('customer_key') || {address})
        when {number} <> '' then sha256(getvariable('customer_key') || 'customer ' || {number})
    end"""


def _if_mentions(text: str, word: str) -> str:
    """Write SQL that spares the regular expressions the texts in which they find nothing."""
    return f"if(contains(lower({text}), '{word}'), {text}, null)"


def _without_addresses(tags: str) -> str:
    """Write SQL for a list of tags without those that hold an e-mail address or a phone number."""
    return f"""if(
        regexp_matches({tags}, '{_PERSONAL_TAG}'),
        array_to_string(
            list_filter(
                string_split({tags}, ','), lambda tag: not regexp_matches(tag, '{_PERSONAL_TAG}')
            ), ','
        ),
        {tags}
    )"""


def _noted(notes: str, utm: str) -> str:
    """Write SQL for a note attribute: a line `UTM source: facebook` or `utm_source: facebook`."""
    pattern = f"(?im)^\\s*utm[ _]{utm}\\s*:([^\\r\\n]*)"
    return f"nullif(trim(regexp_extract({notes}, '{pattern}', 1)), '')"


def _tagged(tags: str, utm: str) -> str:
    """Write SQL for a tag such as `utm_source:facebook` or `utm_source=facebook`."""
    pattern = f"(?i)(?:^|,)\\s*utm[ _]{utm}\\s*[:=]\\s*([^,]*?)\\s*(?:,|$)"
    return f"nullif(regexp_extract({tags}, '{pattern}', 1), '')"


def _queried(text: str, utm: str) -> str:
    """Write SQL for a parameter of the first address in the text that has it."""
    pattern = f"(?i)[?&]utm_{utm}=([^&#\\s]*)"
    return f"nullif(url_decode(replace(regexp_extract({text}, '{pattern}', 1), '+', ' ')), '')"


def _landing_path(site: str, notes: str) -> str:
    """Write SQL for the path of the landing page, without host and query."""
    pattern = "^(?:https?://[^/?#]*)?(/[^?#\\s]*)"
    noted = f"regexp_extract({_if_mentions(notes, 'landing')}, '{_LANDING_NOTE}', 1)"
    page = f"coalesce({site}, nullif({noted}, ''))"
    path = f"nullif(regexp_extract({page}, '{pattern}', 1), '')"
    return f"if({has_address(path)}, null, {path})"


_PERSONAL_TAG = "@|%40|(?:^|[,\\s])\\+?\\(?\\d[\\d ()/.-]{5,}\\d(?:,|$)"
_LANDING_NOTE = "(?im)^\\s*landing[ _](?:page|site|url)[^:\\r\\n]*:[ \\t]*(\\S+)"
