"""A folder of made files, read as in a build, and held against what must come out of them."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import duckdb
from damage import damaged
from fuzzed_files import FORMATS, PERSONAL, TOKEN, Made

from python_jobs.landing.activities import land_activities
from python_jobs.landing.insights import land_insights
from python_jobs.landing.inventory import list_raw_files
from python_jobs.landing.objects import land_objects
from python_jobs.landing.orders import land_orders
from python_jobs.landing.sales import land_sales
from python_jobs.privacy.forget import SEED_NAMES, SEEDS

WHOLE = 0.3
"""share of files that nothing was done to"""
NO_FILE_NAME = re.compile(r"^[^\n\r]{1,2000}$")
# what a language or library says, and no sentence of ours
FOREIGN_TEXT = re.compile(
    r"Traceback|Error:|Exception|0x[0-9a-f]{6}|LINE \d+:|read_csv|/tmp/|"
    + re.escape(str(SEEDS.parent))
)
TABLES = ("landing_insights", "landing_objects", "landing_orders", "landing_sales")
TABLES += ("landing_activities",)
PURCHASE = "list_filter({}, lambda a: a.action_type = 'omni_purchase')[1].value"
VALUE = PURCHASE.format("action_values")
# columns of `Made.totals` and where they are found
TOTALS = {
    "insights": ("landing_insights", "count(*)"),
    "spend": ("landing_insights", "sum(spend::decimal(18, 2))"),
    "impressions": ("landing_insights", "sum(impressions::bigint)"),
    "purchases": ("landing_insights", f"sum({PURCHASE.format('actions')}::bigint)"),
    "purchase_value": ("landing_insights", f"sum({VALUE}::decimal(18, 2))"),
    "objects": ("landing_objects", "count(*)"),
    "order_lines": ("landing_orders", "count(*)"),
    "orders": ("landing_orders", "count(distinct order_name)"),
    "revenue": ("landing_orders", "sum(total::decimal(18, 2))"),
    "refunded": ("landing_orders", "sum(coalesce(refunded_amount, '0')::decimal(18, 2))"),
    "sales_days": ("landing_sales", "count(*)"),
    "sales": ("landing_sales", "sum(total_sales::decimal(18, 2))"),
    "sales_orders": ("landing_sales", "sum(orders::bigint)"),
    "events": ("landing_activities", "count(*)"),
    "edits": ("landing_activities", "count(event_type)"),
}  # fmt: skip


class FaultError(Exception):
    """A reader did what it must not; the text says with which file, or that of the whole folder."""


def make(format_name: str, number: int) -> tuple[Made, bool]:
    """Make a file of a format by its number, and tell whether it was left whole."""
    draw = Random(f"{format_name} {number}")
    made = FORMATS[format_name](draw)
    if draw.random() < WHOLE:
        return made, True
    hurt = draw.choice(sorted(made.files))
    content = damaged(made.files[hurt], draw)
    return Made({**made.files, hurt: content}, made.totals), False


def session() -> duckdb.DuckDBPyConnection:
    """Open a database with the seeds, as a build has it."""
    connection = duckdb.connect(
        config={
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "threads": 1,
            "memory_limit": "1GB",
        }
    )
    for name in SEED_NAMES:
        connection.execute(
            f"create table {name} as from read_csv('{SEEDS / name}.csv', all_varchar = true)"
        )
    return connection


def read_all(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Land what lies in the folder."""
    seeds = {name: connection.table(name) for name in SEED_NAMES}
    key = "a" * 64

    def keep(table: str, relation: Any) -> None:
        connection.execute(f"create or replace table {table} as from relation")

    files = connection.sql(f"from glob('{folder}/**')")
    keep("inventory", list_raw_files(connection, files, str(folder), **seeds, key=key))
    inventory = connection.table("inventory")
    keep(
        "landing_insights",
        land_insights(connection, inventory, seeds["meta_headers"], seeds["action_priority"], None),
    )
    keep("landing_objects", land_objects(connection, inventory, None))
    keep("landing_orders", land_orders(connection, inventory, key, None))
    keep("landing_sales", land_sales(connection, inventory, None))
    keep(
        "landing_activities", land_activities(connection, inventory, seeds["activity_events"], None)
    )


def check(format_name: str, numbers: range, folder: Path) -> Mapping[str, int]:
    """Read files of a format by their numbers, and count what came of them.

    Raises:
        FaultError: something that must not be.
        Exception: a reader let it out.

    """
    shutil.rmtree(folder, ignore_errors=True)
    whole: dict[str, Made] = {}
    for number in numbers:
        made, is_whole = make(format_name, number)
        for name, content in made.files.items():
            file = folder / str(number) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        if is_whole:
            whole[str(number)] = made
    with session() as connection:
        read_all(connection, folder)
        _check_sentences(connection)
        _check_totals(connection, whole)
        if "order" in format_name or format_name in ("shopify_csv", "activities"):
            _check_people(connection)
        _check_secrets(connection)
        return _counted(connection, whole)


def _by_number(connection: duckdb.DuckDBPyConnection, table: str, what: str) -> dict[str, Any]:
    rows = connection.execute(f"""
        select split_part(file_path, '/', 1), {what}
        from {table} inner join inventory using (file_id)
        where problem is null
        group by 1""").fetchall()
    return dict(rows)


def _check_sentences(connection: duckdb.DuckDBPyConnection) -> None:
    said = connection.execute("select file_path, message from inventory").fetchall()
    for table in TABLES:
        said += connection.execute(
            f"select file_path, problem from {table} inner join inventory using (file_id) "
            "where problem is not null"
        ).fetchall()
    for path, sentence in said:
        if not NO_FILE_NAME.match(sentence) or FOREIGN_TEXT.search(sentence):
            raise FaultError(f"{path}: {sentence!r}")


def _check_totals(connection: duckdb.DuckDBPyConnection, whole: Mapping[str, Made]) -> None:
    listed = ", ".join(f"'{number}'" for number in whole) or "''"
    for number, status, message in connection.execute(
        f"select split_part(file_path, '/', 1), status, message from inventory "
        f"where split_part(file_path, '/', 1) in ({listed})"
    ).fetchall():
        if status != "read":
            raise FaultError(f"{number}: is whole and {status}: {message}")
    for table in TABLES:
        for number, problem in connection.execute(
            f"select split_part(file_path, '/', 1), problem from {table} "
            f"inner join inventory using (file_id) where problem is not null "
            f"and split_part(file_path, '/', 1) in ({listed})"
        ).fetchall():
            raise FaultError(f"{number}: is whole, and {problem}")
    # numbers of damaged files may be none: look at the whole ones alone
    connection.execute(
        f"create or replace temp view seen as select * from inventory "
        f"where split_part(file_path, '/', 1) in ({listed})"
    )
    wanted = {total for made in whole.values() for total in made.totals}
    for total in sorted(wanted):
        table, what = TOTALS[total]
        found = dict(
            connection.execute(
                f"select split_part(file_path, '/', 1), {what} from "
                f"(select * from {table} semi join seen using (file_id)) "
                "inner join seen using (file_id) group by 1"
            ).fetchall()
        )
        for number, made in whole.items():
            if total in made.totals and (found.get(number) or 0) != made.totals[total]:
                raise FaultError(
                    f"{number}: {total} is {found.get(number)} and not {made.totals[total]}"
                )


def _texts(connection: duckdb.DuckDBPyConnection, table: str, word: str) -> list[Any]:
    return connection.execute(
        f"select file_path, t::varchar from {table} as t inner join inventory using (file_id) "
        f"where contains(lower(t::varchar), lower('{word}'))"
    ).fetchall()


def _check_people(connection: duckdb.DuckDBPyConnection) -> None:
    word = PERSONAL[0]
    for table in ("landing_orders", "landing_activities", "landing_insights", "landing_sales"):
        for path, row in _texts(connection, table, word):
            raise FaultError(f"{path}: a person is in {table}: {row[:2000]}")
    for path, message in connection.execute(
        f"select file_path, message from inventory where contains(message, '{word}')"
    ).fetchall():
        raise FaultError(f"{path}: a person is in what is said: {message}")


def _check_secrets(connection: duckdb.DuckDBPyConnection) -> None:
    for table in TABLES:
        for path, row in _texts(connection, table, TOKEN):
            raise FaultError(f"{path}: an access token is in {table}: {row[:2000]}")


def _counted(connection: duckdb.DuckDBPyConnection, whole: Mapping[str, Made]) -> Mapping[str, int]:
    problems = " union all ".join(
        f"select file_id from {table} where problem is not null" for table in TABLES
    )
    counts = dict(
        connection.execute(f"""
            select
                case
                    when status <> 'read' then status
                    when file_id in ({problems}) then 'told of rows'
                    else 'read'
                end, count(distinct split_part(file_path, '/', 1))
            from inventory group by 1""").fetchall()
    )
    return {**counts, "whole": len(whole)}
