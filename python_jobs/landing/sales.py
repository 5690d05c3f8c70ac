"""Days of Shopify's sales report: what the shop took, without the orders that it is made of."""

from typing import Any

from python_jobs.landing.columns import SALES
from python_jobs.landing.scan import Scan, files_to_read, landed
from python_jobs.landing.tables import cells_of, scan_table, spreadsheet_error

# what the header seed calls a column, where orders have one of that name
_SEED_NAMES = {"day": "sales_day", "orders": "sales_orders", "discounts": "sales_discounts"}


def land_sales(session: Any, inventory: Any, already_read: str | None) -> Any:
    """Read the sales reports not yet read: relation of `columns.SALES`.

    Has a row for every row of a file with a day, which that of the totals has not, and one for
    every problem met.
    """
    scans: list[Scan] = []
    all_files = []
    for plan, files in files_to_read(session, inventory, ["sales"], already_read):
        cells = cells_of(plan)
        cells.setdefault("sales_day", cells.get("created_at", "null"))
        select = ", ".join(
            f"{cells.get(_SEED_NAMES.get(column, column), 'null')}::varchar as {column}"
            for column in SALES
            if column not in ("file_id", "file_row", "problem")
        )
        table = f"landing_sales_{len(scans)}"
        columns = f"{select}, {spreadsheet_error(plan)} as problem"
        scans.append(scan_table(session, table, files, plan, columns))
        all_files += files
    return landed(
        session, "landing_sales", scans=scans, files=all_files, columns=SALES, where="day <> ''"
    )
