"""A table of days, and the ways in which people have one in files.

`LAYOUTS` maps a layout's name to a function that makes files, bytes by name, of a table and of how
it is written (`Writing`). A table's rows are dicts of ids, names, `day` and measures; None: blank.
"""

import codecs
import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

SEED = Path(__file__).parents[3] / "seeds" / "meta_headers.csv"
LEVELS = ("campaign", "adset", "ad")
COUNTS = ("impressions", "clicks_all", "link_clicks", "purchases")
MONEY = ("spend", "purchase_value")
MEASURES = COUNTS + MONEY
# what stands under a measure in the header seed
PURCHASES = {
    "purchases": "actions:omni_purchase",
    "purchase_value": "action_values:omni_purchase",
}
API_NAMES = {"clicks_all": "clicks", "link_clicks": "inline_link_clicks"}


@dataclass(frozen=True)
class DayTable:
    """One row an entity and day of a level."""

    level: str
    currency: str
    rows: tuple[dict, ...]

    def part(self, number, of):
        """One of several parts, in the order of the rows."""
        size = -(-len(self.rows) // of)
        return DayTable(self.level, self.currency, self.rows[(number - 1) * size : number * size])

    def with_delivery(self):
        """Without the days on which nothing ran, which the API leaves out."""
        kept = tuple(row for row in self.rows if row["spend"] or row["impressions"])
        return DayTable(self.level, self.currency, kept)

    def naming(self, with_ids=True):
        """Columns that name an entity and those above it."""
        levels = LEVELS[: LEVELS.index(self.level) + 1]
        parts = ("id", "name") if with_ids else ("name",)
        return [f"{level}_{part}" for level in levels for part in parts]


@dataclass(frozen=True)
class Writing:
    """A layout and how its files are written; the layout takes of that what it has."""

    layout: str
    with_ids: bool = True
    language: str = "en"
    synonym: int = 0
    delimiter: str = ","
    encoding: str = "utf-8"
    numbers: str = "1234.56"
    dates: str = "%Y-%m-%d"
    files: int = 1
    container: str | None = None
    page_size: int = 100
    extras: bool = False


@cache
def languages():
    """Languages that Meta's exports are read in."""
    with SEED.open(encoding="utf-8", newline="") as file:
        found = {row["language"] for row in csv.DictReader(file)}
    return sorted(found - {"api", "table"})


@cache
def seed_headers(language):
    """All headers of a language by the column that they stand for."""
    headers = {}
    with SEED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["language"] == language and row["canonical"]:
                headers.setdefault(row["canonical"], []).append(row["header"])
    return headers


def header_of(column, how, language=None):
    """One of the seed's headers of a column; which one, `how.synonym` says."""
    options = seed_headers(language or how.language).get(PURCHASES.get(column, column), [])
    return options[how.synonym % len(options)] if options else None


def number_text(value, style, *, is_money=False):
    """A number in the style that `1234.56` would have; money may have a sign."""
    if value is None:
        return ""
    whole, _, cents = str(value).partition(".")
    sign = "$" if style.startswith("$") and is_money else ""
    thousands = style.removeprefix("$")[1]
    if not thousands.isdigit():
        whole = f"{int(whole):,}".replace(",", thousands)
    return f"{sign}{whole}{style[-3]}{cents}" if cents else f"{sign}{whole}"


def encoded(text, encoding):
    """Text as bytes, with its mark if it is UTF-16; what an encoding lacks is written as UTF-8."""
    marks = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    try:
        return marks.get(encoding, b"") + text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode()


def text_table(header, rows, how):
    """Bytes of a delimited table; cells are text."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=how.delimiter, lineterminator="\n")
    writer.writerows([header, *rows])
    return encoded(text.getvalue(), how.encoding)


def in_container(files, how):
    """Files as they are, each compressed, or all of them in one archive."""
    if how.container == "gzip":
        return {f"{name}.gz": gzip.compress(content) for name, content in files.items()}
    if how.container == "zip":
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            for name, content in files.items():
                file.writestr(f"report/{name}", content)
        return {"report.zip": archive.getvalue()}
    return files


def in_parts(table, how, name, content):
    """Write each of `how.files` parts of a table to a file of its own."""
    parts = (table.part(number, how.files) for number in range(1, how.files + 1))
    return {name.format(number): content(part) for number, part in enumerate(parts, 1) if part.rows}


def cell_text(row, column, how):
    """The text of one cell."""
    if column in ("day", "date_start", "date_stop"):
        return row["day"].strftime(how.dates)
    if column in MEASURES:
        return number_text(row[column], how.numbers, is_money=column in MONEY)
    return row.get(column) or ""


def money_header(header, table):
    """The header of a money column with the account's currency."""
    return f"{header} ({table.currency})"


def export_columns(table, how, first, last=()):
    """Columns and headers of an export of Meta's."""
    columns = [*first, *table.naming(how.with_ids), *MEASURES, *last]
    headers = [header_of(column, how) for column in columns]
    headers = [
        money_header(header, table) if column == "spend" else header
        for column, header in zip(columns, headers, strict=True)
    ]
    return columns, headers


def ads_manager_rows(table, how):
    """Header and rows of Ads Manager's table data, days without delivery among them."""
    columns, headers = export_columns(table, how, ["date_start", "date_stop"])
    rows = [[cell_text(row, column, how) for column in columns] for row in table.rows]
    if how.extras:
        # a custom metric, and a column chosen twice
        headers = [*headers, "My metric", header_of("purchases", how)]
        rows = [[*row, "1.5", ""] for row in rows]
    return headers, rows


def reports_rows(table, how):
    """Header and rows of a report: totals first, the report's own dates at the end of each row."""
    columns, headers = export_columns(table, how, ["day"], ["account_currency"])
    days = [row["day"].strftime(how.dates) for row in sorted(table.rows, key=lambda r: r["day"])]
    span = [days[0], days[-1]]
    totals = {
        column: sum(row[column] for row in table.rows if row[column] is not None)
        for column in MEASURES
    }
    rows = [
        ["" if column == "day" else cell_text(totals, column, how) for column in columns] + span,
        *(
            [cell_text(row | {"account_currency": table.currency}, c, how) for c in columns] + span
            for row in table.rows
        ),
    ]
    return [*headers, header_of("date_start", how), header_of("date_stop", how)], rows


def as_text(rows_of, table, how):
    """Delimited files of the header and rows that `rows_of` makes."""
    return in_parts(table, how, "{}.csv", lambda part: text_table(*rows_of(part, how), how))


def ads_manager_export(table, how):
    """Ads Manager, Export table data, CSV."""
    return in_parts(
        table, how, "{}.csv", lambda part: text_table(*ads_manager_rows(part, how), how)
    )


def reports_export(table, how):
    """Ads Reporting, CSV."""
    return as_text(reports_rows, table, how)


def workbook(rows_of):
    """Excel files of what `rows_of` makes: days are dates there, and numbers numbers."""

    def write(table, how):
        plain = replace(how, numbers="1234.56", dates="%Y-%m-%d")

        def content(part):
            header, rows = rows_of(part, plain)
            book = openpyxl.Workbook()
            book.active.append(header)
            names = {place for place, name in enumerate(header) if is_text(name, how)}
            for row in rows:
                book.active.append(
                    [cell if i in names else typed_cell(cell) for i, cell in enumerate(row)]
                )
            file = io.BytesIO()
            book.save(file)
            return file.getvalue()

        return in_parts(table, how, "{}.xlsx", content)

    return write


def is_text(header, how):
    """Whether a column holds names or ids, which stay text even where they look like numbers."""
    columns = [f"{level}_{part}" for level in LEVELS for part in ("id", "name")]
    return header in {header_of(column, how) for column in columns}


def typed_cell(text):
    """The number or day that a text stands for."""
    for kind in (int, float, date.fromisoformat):
        try:
            return kind(text)
        except ValueError:
            continue
    return text or None


def third_party_table(table, how):
    """A table of a connector or a dashboard: snake case, its own words for day and purchases."""

    def content(part):
        columns = ["day", *part.naming(how.with_ids), *MEASURES, "account_currency"]
        header = [
            (header_of(column, how, "table") or API_NAMES.get(column, column))
            .lower()
            .replace(" ", "_")
            for column in columns
        ]
        rows = [
            [cell_text(row | {"account_currency": part.currency}, c, how) for c in columns]
            for row in part.rows
        ]
        return text_table(header, rows, how)

    return in_parts(table, how, "{}.csv", content)


def api_row(table, row):
    """A row of the Marketing API: numbers are strings, lists and keys absent when empty."""
    day = row["day"].isoformat()
    answer = {key: row[key] for key in table.naming()}
    answer |= {"account_id": "77", "account_currency": table.currency}
    answer |= {"date_start": day, "date_stop": day}
    for column in ("spend", "impressions", "clicks_all", "link_clicks"):
        answer[API_NAMES.get(column, column)] = str(row[column])
    for column, name in (("purchases", "actions"), ("purchase_value", "action_values")):
        if row[column] is not None:
            # one purchase is reported under several types
            answer[name] = [
                {"action_type": action_type, "value": str(row[column])}
                for action_type in ("post_engagement", "purchase", "omni_purchase")
            ]
    return answer


def flattened_actions(table, how):
    """Rows of the API as a table, each action type a column."""

    def content(part):
        columns = ["date_start", "date_stop", *part.naming(), *MEASURES]
        header = [PURCHASES.get(column, API_NAMES.get(column, column)) for column in columns]
        rows = [[cell_text(row, column, how) for column in columns] for row in part.rows]
        return text_table(header, rows, how)

    return in_parts(table, how, "{}.csv", content)


def nested_actions(dump):
    """Rows of the API as a table, the actions of a row as text in one cell."""

    def write(table, how):
        def content(part):
            answers = [api_row(part, row) for row in part.rows]
            header = [*api_row(part, part.rows[0] | dict.fromkeys(PURCHASES)), *NESTED]
            rows = [
                [dump(a[c]) if c in NESTED and c in a else a.get(c, "") for c in header]
                for a in answers
            ]
            return text_table(header, rows, how)

        return in_parts(table.with_delivery(), how, "{}.csv", content)

    return write


NESTED = ("actions", "action_values")


def pages_of(table, how):
    """Answers of the API, one a page; all but the last name the address of the next."""
    answers = [api_row(table, row) for row in table.with_delivery().rows]
    pages = [answers[i : i + how.page_size] for i in range(0, len(answers), how.page_size)]
    address = "https://graph.facebook.com/v27.0/act_77/insights?access_token=EAAB0000secret&after=M"
    return [
        {"data": page, "paging": {"cursors": {"after": "M"}, "next": address}}
        if page is not pages[-1]
        else {"data": page, "paging": {"cursors": {"after": "M"}}}
        for page in pages
    ]


def api_pages(table, how):
    """One file a page."""
    return {
        f"page_{number}.json": json.dumps(page).encode()
        for number, page in enumerate(pages_of(table, how), 1)
    }


def api_pages_in_a_file(table, how):
    """Pages one after another."""
    return {"pages.json": "\n".join(map(json.dumps, pages_of(table, how))).encode()}


def api_list(table, how):
    """A list of rows, indented, names as they are."""
    return in_parts(
        table.with_delivery(),
        how,
        "{}.json",
        lambda part: json.dumps(
            [api_row(part, row) for row in part.rows], indent=2, ensure_ascii=False
        ).encode(),
    )


def api_lines(table, how):
    """A row a line."""
    return in_parts(
        table.with_delivery(),
        how,
        "{}.ndjson",
        lambda part: "".join(json.dumps(api_row(part, row)) + "\n" for row in part.rows).encode(),
    )


def field_expansion(table, how):
    """An account with its objects inside, and their insights inside those."""
    account = {"id": "act_77", "currency": table.currency}
    for row in table.with_delivery().rows:
        inside = account
        for level in LEVELS[: LEVELS.index(table.level) + 1]:
            items = inside.setdefault(f"{level}s", {"data": []})["data"]
            own = {"id": row[f"{level}_id"], "name": row[f"{level}_name"]}
            known = [item for item in items if item["id"] == own["id"]]
            inside = known[0] if known else own
            if not known:
                items.append(own)
        answer = api_row(table, row)
        # rows inside an object name neither it nor those around it
        for key in [*table.naming(), "account_id", "account_currency"]:
            del answer[key]
        inside.setdefault("insights", {"data": []})["data"].append(answer)
    return {"account.json": json.dumps(account).encode()}


def parquet(table, how):
    """Rows of the API as Parquet, typed, each action type a column."""

    def content(part):
        columns = {
            PURCHASES.get(column, API_NAMES.get(column, column)): pa.array(
                [row[column] for row in part.rows], PARQUET_TYPES.get(column, pa.string())
            )
            for column in ("day", *part.naming(), *MEASURES)
        }
        file = io.BytesIO()
        pq.write_table(pa.table(columns), file)
        return file.getvalue()

    return in_parts(table, how, "{}.parquet", content)


PARQUET_TYPES = {
    "day": pa.date32(),
    **dict.fromkeys(COUNTS, pa.int64()),
    **dict.fromkeys(MONEY, pa.decimal128(18, 2)),
}
LAYOUTS: dict[str, Callable] = {
    "ads manager": ads_manager_export,
    "reports": reports_export,
    "ads manager workbook": workbook(ads_manager_rows),
    "reports workbook": workbook(reports_rows),
    "third-party table": third_party_table,
    "flattened actions": flattened_actions,
    "actions as JSON": nested_actions(json.dumps),
    "actions as Python": nested_actions(str),
    "pages": api_pages,
    "pages in a file": api_pages_in_a_file,
    "list": api_list,
    "lines": api_lines,
    "field expansion": field_expansion,
    "parquet": parquet,
}
