"""`autopilot replay`: what the engine would have set in the last weeks, and how that turned out."""

import os
from pathlib import Path

import duckdb
from rich.console import Console

from python_jobs.cli.run import run_dbt
from python_jobs.cli.show import show_lines, show_rows

SHOWN = 5


def replay(console: Console, customer: str, platform: str) -> bool:
    """Decide the last past mornings again, publish what that was worth and show it.

    Returns:
        False if something did not pass; then nothing was published.

    Raises:
        ValueError: the customer's name or folder is not right.

    """
    command = ["build", "--select", "+replay"]
    outcome = run_dbt(command, customer, platform, f"Replaying the past of {customer} ...")
    show_lines(console, "Nothing is published:", list(outcome.problems))
    if outcome.problems:
        return False
    warehouse = Path(os.environ.get("AUTOPILOT_WAREHOUSE", "warehouse"))
    with duckdb.connect(str(warehouse / f"{customer}_{platform}.duckdb"), read_only=True) as live:
        _show(console, live)
    return True


def _show(console: Console, live: duckdb.DuckDBPyConnection) -> None:
    [[mornings, judged]] = live.execute(
        """
        select
            count(distinct decision_date),
            count(distinct decision_date) filter (where account_gain is not null)
        from results.replay
        """
    ).fetchall()
    if not mornings:
        console.print("There is no past morning with days before it and after it to replay yet.")
        return
    console.print(
        f"{mornings} past mornings decided again on what was known then; of {judged} the days "
        "since are in and say what other budgets would have earned.",
        highlight=False,
    )
    if judged:
        _show_gains(console, live)
        _show_disagreements(console, live)
    console.print(
        "\nEach morning starts from what was really set. Gains are a response model's, with 80 % "
        "intervals of its elasticities and of luck in purchases; no proof of incremental revenue. "
        "All rows with reasons: results.replay.",
        highlight=False,
    )


def _show_gains(console: Console, live: duckdb.DuckDBPyConnection) -> None:
    """Print the gains of each account's mornings and their sum, the placebo's beside them."""
    console.print(
        "\nRevenue of each week that followed, and what the engine's budgets would have gained "
        "over those set; placebo: the same moves dealt out at random.",
        highlight=False,
    )
    show_rows(
        console,
        live,
        """
        with

        mornings as (

            select
                account_id,
                any_value(currency) as currency,
                cast(decision_date as varchar) as morning,
                sum(next_7d_revenue) as revenue,
                any_value(account_gain) as gain,
                any_value(account_gain_low) as gain_low,
                any_value(account_gain_high) as gain_high,
                any_value(placebo_gain) as placebo,
                any_value(total_gain) as total,
                any_value(total_gain_low) as total_low,
                any_value(total_gain_high) as total_high,
                any_value(total_placebo_gain) as total_placebo
            from results.replay
            where account_gain is not null
            group by account_id, decision_date

        ),

        with_totals as (

            from mornings

            union all

            select
                account_id,
                any_value(currency),
                'all',
                sum(revenue),
                any_value(total),
                any_value(total_low),
                any_value(total_high),
                any_value(total_placebo),
                null, null, null, null
            from mornings
            group by account_id

        )

        select
            account_id as account,
            morning,
            revenue::bigint as revenue,
            gain::bigint as gain,
            format('{:,} to {:,}', gain_low::bigint, gain_high::bigint) as "80 % interval",
            round(100 * gain / nullif(revenue, 0), 1) as "in %",
            placebo::bigint as placebo,
            currency
        from with_totals
        order by account, morning = 'all', morning
        """,
    )


def _show_disagreements(console: Console, live: duckdb.DuckDBPyConnection) -> None:
    """Print the changes on which engine and account differed and that mattered most."""
    rows = live.execute(
        f"""
        select
            decision_date || '  ' || coalesce(budget_entity_name, budget_entity_id),
            sentence,
            reason
        from results.replay
        where gain is not null and agreement in ('opposite', 'engine alone', 'hand alone')
        order by abs(gain) desc, decision_date, budget_entity_id
        limit {SHOWN}
        """
    ).fetchall()
    if not rows:
        console.print("\nThe engine would have set what was set.")
        return
    console.print("\nThe disagreements that mattered most:")
    for title, sentence, reason in rows:
        console.print(f"\n{title}", style="bold", markup=False, highlight=False)
        console.print(f"{sentence}\nWhy: {reason}", markup=False, highlight=False)
