"""`autopilot discover`: patterns of past weeks that a buyer can read."""

import duckdb
from rich.syntax import Syntax

from python_jobs.cli.screen import Screen
from python_jobs.cli.show import show_rows
from python_jobs.cli.view import View

SHOWN = 10


def show_patterns(screen: Screen, published: duckdb.DuckDBPyConnection) -> None:
    """Print what holds of what was tested."""
    [[tested, found, rows]] = published.execute(
        """
        select
            count(*),
            count(*) filter (where is_found),
            (select count(*) from backtest.backtest_panel where is_mature)
        from results.discovered_patterns
        """
    ).fetchall()
    screen.print(
        f"{rows:,} mornings and holders of the past, {tested} patterns tested on later weeks than "
        f"they were found in, {found} hold (of these at most one in ten by chance).",
        highlight=False,
    )
    if not found:
        screen.print(
            "Nothing in them tells next week's revenue beyond what decisions know already.",
            highlight=False,
        )
        return
    show_rows(
        screen,
        published,
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
    [[declaration]] = published.execute(
        """
        select declaration
        from results.discovered_patterns
        where is_found
        order by q_value, p_value
        limit 1
        """
    ).fetchall()
    screen.print("\nThe surest as a rule, to try with `make benchmark-decisions`:")
    screen.print(Syntax(declaration, "python", background_color="default"))


DISCOVER = View(
    selected=("+discovered_patterns", "+feature_importance"),
    doing="Mining the past of {customer}",
    show=show_patterns,
    tables=("discovered_patterns", "feature_importance"),
    rest="All that was tested: results.discovered_patterns in {file}",
)
