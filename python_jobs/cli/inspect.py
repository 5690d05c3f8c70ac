"""`autopilot inspect`: what the raw folder holds, without publishing anything."""

from collections.abc import Sequence

import duckdb
from rich.table import Table
from rich.text import Text

from python_jobs.cli.run import run_dbt
from python_jobs.cli.screen import Screen
from python_jobs.cli.show import show_lines, show_rows
from python_jobs.landing.gaps import PAGE, find_gaps
from python_jobs.landing.headers import HeaderNames
from python_jobs.landing.near_miss import nearest
from python_jobs.warehouse.paths import build_file

_HEADER_SEEDS = {
    "insights": "meta_headers",
    "orders": "shopify_headers",
    "activities": "activity_headers",
}


def inspect_files(screen: Screen, customer: str, platform: str) -> bool:
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
    outcome = run_dbt(command, customer, platform, f"Looking at the files of {customer}")
    if "landing_files" in outcome.passed:
        with duckdb.connect(str(build_file(customer, platform))) as landed:
            _show_files(screen, landed, outcome.passed)
            _show_rejected(screen, landed)
            if {"landing_parameters", "exchange_rates"} <= outcome.passed:
                _show_gaps(screen, landed)
    reasons = [reason for problem in outcome.problems for reason in problem.splitlines()]
    screen.keep("problems", reasons)
    show_lines(screen, "A build stops at this:", reasons)
    if not outcome.problems:
        screen.sentences(
            [f"\nNothing stops a build. Next: `autopilot budgets --customer {customer}`."]
        )
    return not outcome.problems


def _show_files(screen: Screen, landed: duckdb.DuckDBPyConnection, passed: frozenset[str]) -> None:
    screen.keep_rows(
        "files",
        landed,
        """
        select
            files.file_path,
            files.status,
            files.kind,
            files.layout,
            files.message,
            file_rows.rows_read,
            file_rows.first_day,
            file_rows.last_day
        from landing.landing_files as files
        left join landing.landing_file_rows as file_rows using (file_id)
        order by files.file_path
        """,
    )
    show_rows(
        screen,
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
    show_lines(screen, "Understood as:", (line for (line,) in held))
    if "landing_bad_files" in passed:
        set_aside = landed.execute(
            """
            select file_path || ' ' || message from landing.landing_bad_files
            where is_set_aside order by file_path
            """
        ).fetchall()
        _tell(screen, "Set aside:", "set_aside", set_aside)
    not_read = landed.execute(
        """
        select file_path || ' (' || status || '): ' || message from landing.landing_files
        where status <> 'read'
        order by file_path
        """
    ).fetchall()
    show_lines(screen, "Not read:", (line for (line,) in not_read))
    unknown = unknown_columns(landed)
    screen.keep("unknown_columns", unknown)
    show_lines(screen, "Columns that nothing here knows:", unknown)


def _tell(screen: Screen, title: str, name: str, lines: Sequence[tuple[str]]) -> None:
    texts = [line for (line,) in lines]
    screen.keep(name, texts)
    show_lines(screen, title, texts)


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


def _show_rejected(screen: Screen, landed: duckdb.DuckDBPyConnection) -> None:
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
    _tell(screen, "Rows set aside:", "rows_set_aside", rejected)


def _show_gaps(screen: Screen, landed: duckdb.DuckDBPyConnection) -> None:
    gaps = find_gaps(landed)
    screen.keep(
        "missing",
        [{"what": missing, "without": gap.without, "remedy": gap.remedy} for missing, gap in gaps],
    )
    table = Table.grid(padding=(0, 1, 0, 0))
    for missing, gap in gaps:
        page = f"{PAGE}#{gap.section}" if gap.section else ""
        table.add_row("-", Text(f"{missing}. Without: {gap.without}."))
        table.add_row("", Text(f"{gap.remedy} {page}"))
    if table.rows:
        screen.print("\nNot in these files:", highlight=False)
        screen.print(table)
