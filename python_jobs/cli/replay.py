"""`autopilot replay`: what the engine would have set in the last weeks, and how that turned out."""

import duckdb

from python_jobs.cli.screen import Screen
from python_jobs.cli.show import show_rows
from python_jobs.cli.view import View

SHOWN = 5


def show_past(screen: Screen, published: duckdb.DuckDBPyConnection) -> None:
    """Print what the engine would have gained, and where it and the account differed most."""
    [[mornings, judged]] = published.execute(
        """
        select
            count(distinct decision_date),
            count(distinct decision_date) filter (where account_gain is not null)
        from results.replay
        """
    ).fetchall()
    if not mornings:
        screen.print("There is no past morning with days before it and after it to replay yet.")
        return
    screen.print(
        f"{mornings} past mornings decided again on what was known then; of {judged} the days "
        "since are in and say what other budgets would have earned.",
        highlight=False,
    )
    if judged:
        _show_gains(screen, published)
        _show_disagreements(screen, published)
    screen.print(
        "\nEach morning starts from what was really set. Gains are a response model's, with 80 % "
        "intervals of its elasticities and of luck in purchases; no proof of incremental revenue.",
        highlight=False,
    )


def _show_gains(screen: Screen, published: duckdb.DuckDBPyConnection) -> None:
    """Print the gains of each account's mornings and their sum, the placebo's beside them."""
    screen.print(
        "\nRevenue of each week that followed, and what the engine's budgets would have gained "
        "over those set; placebo: the same moves dealt out at random.",
        highlight=False,
    )
    show_rows(
        screen,
        published,
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


def _show_disagreements(screen: Screen, published: duckdb.DuckDBPyConnection) -> None:
    """Print the changes on which engine and account differed and that mattered most."""
    rows = published.execute(
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
        screen.print("\nThe engine would have set what was set.")
        return
    screen.print("\nThe disagreements that mattered most:")
    for title, sentence, reason in rows:
        screen.print(f"\n{title}", style="bold", markup=False, highlight=False)
        screen.print(f"{sentence}\nWhy: {reason}", markup=False, highlight=False)


REPLAY = View(
    selected=("+replay",),
    doing="Replaying the past of {customer}",
    show=show_past,
    tables=("replay",),
    rest="All rows with reasons: results.replay in {file}",
)
