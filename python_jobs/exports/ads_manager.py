"""Sheets that Ads Manager imports: the columns of its own export that a change of budgets needs.

Names of columns, prefixes of ids (`cg:`, `c:`) and amounts in account currency are those of real
exports of Ads Manager. The sheets are workbooks and not its text form, in which a spreadsheet would
take ids for numbers and some names for formulas.

A sheet changes one thing of one level in one account: a cell left empty may empty the setting of
its column, and a campaign's row with empty columns of an ad set may make an ad set. Where no status
changes there is no column of it, for somebody may have switched an ad set off since.
"""

from collections import defaultdict
from collections.abc import Iterable

from openpyxl import Workbook

from python_jobs.exports.changes import Change, Row, plain
from python_jobs.exports.tables import AD_SET, CAMPAIGN, book_bytes, fill

BUDGET = {"adset": "Ad Set Daily Budget", "campaign": "Campaign Daily Budget"}
STATUS = {"adset": "Ad Set Run Status", "campaign": "Campaign Status"}


def sheets(changes: Iterable[Change]) -> dict[str, bytes]:
    """Write the workbooks of some changes: by `{account}_{level}-{what}`, its content."""
    tables: dict[str, list[Row]] = defaultdict(list)
    for change in changes:
        what = "status" if change.switches else "budgets"
        tables[f"{change.account_id}_{change.level}-{what}"].append(_row(change))
    return {name: _book(rows) for name, rows in tables.items()}


def _row(change: Change) -> Row:
    row: Row = {"Campaign ID": f"{CAMPAIGN}{change.campaign_id}"}
    if change.level == "adset":
        row |= {"Ad Set ID": f"{AD_SET}{change.entity_id}", "Ad Set Name": change.name}
    else:
        row |= {"Campaign Name": change.name}
    if change.switches:
        return row | {STATUS[change.level]: "ACTIVE" if change.after else "PAUSED"}
    return row | {BUDGET[change.level]: plain(change.after, change.currency)}


def _book(rows: list[Row]) -> bytes:
    book = Workbook()
    fill(book.active, list(rows[0]), [list(row.values()) for row in rows])
    return book_bytes(book)
