"""`autopilot execute`: raw files to budgets, shown as a buyer would go through them."""

import os
from pathlib import Path

import duckdb
from rich.console import Console

from python_jobs.cli.run import run_dbt
from python_jobs.cli.show import show_rows

TABLES = (
    "budget_allocations",
    "decision_trace",
    "decision_log",
    "recommendation_outcomes",
    "rule_catalogue",
    "rule_evaluations",
    "monthly_budget_pacing",
    "cbo_adset_advice",
    "parameters",
)
HOLDERS_SHOWN = 50


def execute(console: Console, customer: str, platform: str) -> bool:
    """Build and publish the budgets and all that explains them, then show them.

    Returns:
        False if something did not pass; then nothing was published.

    Raises:
        ValueError: the customer's name or folder is not right.

    """
    command = ["build", "--select", *(f"+{table}" for table in TABLES)]
    outcome = run_dbt(command, customer, platform, f"Deciding the budgets of {customer} ...")
    for problem in outcome.problems:
        console.print(problem, markup=False, highlight=False, soft_wrap=True)
    if not outcome.problems:
        show_budgets(console, customer, platform)
    return not outcome.problems


def show_budgets(console: Console, customer: str, platform: str) -> None:
    """Print the totals of each account, then its holders, those that change most first."""
    live = Path(os.environ.get("AUTOPILOT_WAREHOUSE", "warehouse"), f"{customer}_{platform}.duckdb")
    with duckdb.connect(str(live), read_only=True) as published:
        show_rows(
            console,
            published,
            """
            select
                account_id as account,
                decision_date as "for",
                currency,
                count(*) as holders,
                sum(current_budget) as "now a day",
                sum(recommended_budget) as "then a day",
                count(*) filter (where action = 'increase') as up,
                count(*) filter (where action in ('decrease', 'pause')) as down,
                sum(hold_7d_revenue) as "7 days' revenue now",
                sum(expected_7d_revenue) as "7 days' revenue then"
            from results.budget_allocations
            group by account_id, decision_date, currency
            order by account_id
            """,
        )
        console.print()
        show_rows(
            console,
            published,
            f"""
            select
                coalesce(budget_entity_name, budget_entity_id) as "budget of",
                current_budget as now,
                recommended_budget as "then",
                printf('%+.1f %%', coalesce(budget_change_pct, 0)) as change,
                action,
                projected_roas as roas,
                marginal_roas as "next unit",
                -- the first sentence, less the budgets, which stand in the columns before
                regexp_replace(
                    regexp_replace(reason, '([.!?])\\s.*$', '\\1', 's'), '^[^,:]*[,:] ', ''
                ) as why
            from results.budget_allocations
            order by account_id, abs(recommended_budget - current_budget) desc, budget_entity_id
            limit {HOLDERS_SHOWN}
            """,
        )
        [(holders,)] = published.execute(
            "select count(*) from results.budget_allocations"
        ).fetchall()
    if holders > HOLDERS_SHOWN:
        console.print(f"... and {holders - HOLDERS_SHOWN} more", highlight=False)
    console.print(
        f"\nAll columns and whole reasons: results.budget_allocations in {live}",
        highlight=False,
        soft_wrap=True,
    )
