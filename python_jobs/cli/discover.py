"""`autopilot discover`: patterns of past weeks that a buyer can read."""

import os
from pathlib import Path

import duckdb
from rich.console import Console
from rich.syntax import Syntax

from python_jobs.cli.run import run_dbt
from python_jobs.cli.show import show_lines, show_rows

TABLES = ("discovered_patterns", "feature_importance")
SHOWN = 10


def discover(console: Console, customer: str, platform: str) -> bool:
    """Mine the customer's past, publish what was tested and show what holds.

    Returns:
        False if something did not pass; then nothing was published.

    Raises:
        ValueError: the customer's name or folder is not right.

    """
    command = ["build", "--select", *(f"+{table}" for table in TABLES)]
    outcome = run_dbt(command, customer, platform, f"Mining the past of {customer} ...")
    show_lines(console, "Nothing is published:", list(outcome.problems))
    if outcome.problems:
        return False
    warehouse = Path(os.environ.get("AUTOPILOT_WAREHOUSE", "warehouse"))
    with duckdb.connect(str(warehouse / f"{customer}_{platform}.duckdb"), read_only=True) as live:
        _show(console, live)
    return True


def _show(console: Console, live: duckdb.DuckDBPyConnection) -> None:
    [[tested, found, rows]] = live.execute(
        """
        select
            count(*),
            count(*) filter (where is_found),
            (select count(*) from backtest.backtest_panel where is_mature)
        from results.discovered_patterns
        """
    ).fetchall()
    console.print(
        f"{rows:,} mornings and holders of the past, {tested} patterns tested on later weeks than "
        f"they were found in, {found} hold (of these at most one in ten by chance).",
        highlight=False,
    )
    if not found:
        console.print(
            "Nothing in them tells next week's revenue beyond what decisions know already.",
            highlight=False,
        )
        return
    show_rows(
        console,
        live,
        f"""
        select
            condition as "when",
            target as "what",
            printf('%.2f (%.2f to %.2f)', lift, lift_low, lift_high) as "times the others'",
            purchases::integer as purchases,
            holders,
            nearest_rule as "nearest rule"
        from results.discovered_patterns
        where is_found
        order by q_value, p_value
        limit {SHOWN}
        """,
    )
    [[declaration]] = live.execute(
        """
        select declaration
        from results.discovered_patterns
        where is_found
        order by q_value, p_value
        limit 1
        """
    ).fetchall()
    console.print("\nThe surest as a rule, to try with `make benchmark-decisions`:")
    console.print(Syntax(declaration, "python", background_color="default"))
