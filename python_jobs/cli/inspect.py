"""`autopilot inspect`: what the raw folder holds, without publishing anything."""

import os
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table
from rich.text import Text

from python_jobs.cli.gaps import PAGE, find_gaps
from python_jobs.cli.run import run_dbt
from python_jobs.cli.show import show_lines, show_rows
from python_jobs.landing.headers import HeaderNames
from python_jobs.landing.near_miss import nearest

_HEADER_SEEDS = {
    "insights": "meta_headers",
    "orders": "shopify_headers",
    "activities": "activity_headers",
}


def inspect_files(console: Console, customer: str, platform: str) -> bool:
    """Print what each file is, what was set aside and what stays empty.

    Returns:
        False if a build would stop at these files or settings.

    Raises:
        ValueError: the customer's name or folder is not right.

    """
    models = [
        "landing_files",
        "landing_file_rows",
        "landing_gate",
        "landing_parameters",
        "exchange_rates",
    ]
    command = ["build", "--select", *(f"+{model}" for model in models)]
    outcome = run_dbt(command, customer, platform, f"Looking at the files of {customer} ...")
    if "landing_files" in outcome.passed:
        build = Path(
            os.environ.get("AUTOPILOT_WAREHOUSE", "warehouse"),
            ".build",
            f"{customer}_{platform}.duckdb",
        )
        with duckdb.connect(str(build)) as landed:
            _show_files(console, landed, outcome.passed)
            _show_rejected(console, landed)
            if {"landing_parameters", "exchange_rates"} <= outcome.passed:
                _show_gaps(console, landed)
    reasons = [reason for problem in outcome.problems for reason in problem.splitlines()]
    show_lines(console, "A build stops at this:", reasons)
    return not outcome.problems


def _show_files(
    console: Console, landed: duckdb.DuckDBPyConnection, passed: frozenset[str]
) -> None:
    show_rows(
        console,
        landed,
        """
        select
            files.file_path as "file read",
            replace(files.layout, '_', ' ') as "as",
            file_rows.rows_read as rows,
            file_rows.first_day as "first day",
            file_rows.last_day as "last day"
        from landing.landing_files as files
        inner join landing.landing_file_rows as file_rows using (file_id)
        where files.status = 'read'
        order by files.file_path
        """,
    )
    held = landed.execute(
        """
        select
            array_to_string(list(file_path order by file_path)[:3], ', ')
            || case when count(*) > 3 then ' and ' || count(*) - 3 || ' more' else '' end
            || ': ' || message
        from landing.landing_files
        where status = 'read'
        group by message
        order by min(file_path)
        """
    ).fetchall()
    show_lines(console, "Understood as:", [line for (line,) in held])
    if "landing_bad_files" in passed:
        set_aside = landed.execute(
            """
            select file_path || ' ' || message from landing.landing_bad_files
            where is_set_aside order by file_path
            """
        ).fetchall()
        show_lines(console, "Set aside:", [line for (line,) in set_aside])
    not_read = landed.execute(
        """
        select file_path || ' (' || status || '): ' || message from landing.landing_files
        where status <> 'read'
        order by file_path
        """
    ).fetchall()
    show_lines(console, "Not read:", [line for (line,) in not_read])
    show_lines(console, "Columns that nothing here knows:", unknown_columns(landed))


def unknown_columns(landed: duckdb.DuckDBPyConnection) -> list[str]:
    """List each file's headers that no seed knows, with the known one that a header is nearly."""
    names = {}
    for kind, seed in _HEADER_SEEDS.items():
        rows = landed.execute(f"select header, canonical from seeds.{seed}").fetchall()
        names[kind] = HeaderNames.of(rows)
    files = landed.execute(
        """
        select file_path, kind, unmapped_columns from landing.landing_files
        where status = 'read' and len(unmapped_columns) > 0
        order by file_path
        """
    ).fetchall()
    return [
        f"{path}: {', '.join(_beside_nearest(header, names.get(kind)) for header in headers)}"
        for path, kind, headers in files
    ]


def _beside_nearest(header: str, names: HeaderNames | None) -> str:
    known = nearest(header, names) if names else None
    return f"{header} (nearly {known})" if known else header


def _show_rejected(console: Console, landed: duckdb.DuckDBPyConnection) -> None:
    rejected = landed.execute(
        """
        select
            files.file_path || ', ' || count(*) || ' rows from row ' || min(rejected.file_row)
            || coalesce(', ' || rejected.column_name, '') || ': ' || rejected.reason
        from landing.landing_rejected_rows as rejected
        inner join landing.landing_files as files using (file_id)
        group by files.file_path, rejected.column_name, rejected.reason
        order by files.file_path, count(*) desc
        """
    ).fetchall()
    show_lines(console, "Rows set aside:", [text for (text,) in rejected])


def _show_gaps(console: Console, landed: duckdb.DuckDBPyConnection) -> None:
    table = Table.grid(padding=(0, 1, 0, 0))
    for missing, gap in find_gaps(landed):
        page = f"{PAGE}#{gap.section}" if gap.section else ""
        table.add_row("-", Text(f"{missing}. Without: {gap.without}."))
        table.add_row("", Text(f"{gap.remedy} {page}"))
    if table.rows:
        console.print("\nNot in these files:", highlight=False)
        console.print(table)
