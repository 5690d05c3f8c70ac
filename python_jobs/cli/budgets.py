"""`autopilot budgets`: raw files to budgets, shown as a buyer would go through them."""

import duckdb

from python_jobs.cli.screen import Screen
from python_jobs.cli.show import show_lines, show_rows
from python_jobs.cli.view import View
from python_jobs.status.overview import months
from python_jobs.wording import chance

TABLES = (
    "budget_allocations",
    "decision_trace",
    "decision_log",
    "rule_catalogue",
    "rule_evaluations",
    "monthly_budget_pacing",
    "cbo_adset_advice",
    "parameters",
    "recommendation_outcomes",
)
RETURNS = r"The next unit of budget (returns .*?\d)\.\s"
IDLE = r"It (spends [0-9.,]+ of its [0-9.,]+, and what it leaves can earn elsewhere)"
"""in a reason what speaks for a change"""
OVER_CREDITED = "Shopify last-click (takes [0-9.]+ % off)"
"""in a reason how far Meta claims too much"""
CHANGES_SHOWN = 50
KEPT_SHOWN = 20
# the first sentence of the reason, less the budgets, which stand beside it: why it is kept, or cut
# whatever it returns
WHY = r"""
    regexp_replace(regexp_replace(reason, '([.!?])\s.*$', '\1', 's'), '^[^,:]*[,:] ', '')
"""


def show_budgets(screen: Screen, published: duckdb.DuckDBPyConnection) -> None:
    """Print the totals of each account, what changes, the largest change first, and what stays."""
    published.create_function("chance", chance)
    show_rows(
        screen,
        published,
        """
        select
            coalesce(account_name, account_id) as account,
            decision_date as "for",
            currency,
            count(*) as budgets,
            sum(current_budget) as "now a day",
            sum(recommended_budget) as "then a day",
            count(*) filter (where action = 'increase') as up,
            count(*) filter (where action in ('decrease', 'pause')) as down,
            sum(hold_7d_revenue)::bigint as "revenue in 7 days",
            sum(expected_7d_revenue - hold_7d_revenue)::bigint as gain
        from results.budget_allocations
        group by account_id, account_name, decision_date, currency
        order by account_id
        """,
    )
    show_lines(screen, "The month:", months(published))
    [(changed, kept)] = published.execute(
        """
        select
            count(*) filter (where recommended_budget <> current_budget),
            count(*) filter (where recommended_budget = current_budget)
        from results.budget_allocations
        """
    ).fetchall()
    if changed:
        screen.print()
        show_rows(
            screen,
            published,
            f"""
            select
                coalesce(budget_entity_name, budget_entity_id) as "budget of",
                current_budget as now,
                recommended_budget as "then",
                printf('%+.1f %%', budget_change_pct) as change,
                (expected_7d_revenue - hold_7d_revenue)::bigint as "gain in 7 days",
                chance(prob_beats_hold) as sure,
                coalesce(
                    'its next unit ' || nullif(regexp_extract(reason, '{RETURNS}', 1), ''),
                    'it ' || nullif(regexp_extract(reason, '{IDLE}', 1), ''),
                    {WHY}
                )
                || coalesce(
                    '; Meta over-credits it: Shopify '
                    || nullif(regexp_extract(reason, '{OVER_CREDITED}', 1), ''),
                    ''
                ) as why
            from results.budget_allocations
            where recommended_budget <> current_budget
            order by account_id, abs(recommended_budget - current_budget) desc, budget_entity_id
            limit {CHANGES_SHOWN}
            """,
        )
        _tell_rest(screen, changed - CHANGES_SHOWN)
    lines = published.execute(
        f"""
        select
            coalesce(budget_entity_name, budget_entity_id) || ' at '
            || coalesce(format('{{:,.2f}}', current_budget::double), 'an unknown budget')
            || if(action = 'hold', '', ', ' || replace(action, '_', ' ')) || ': ' || {WHY}
        from results.budget_allocations
        where recommended_budget is not distinct from current_budget
        order by action = 'hold', account_id, current_budget desc, budget_entity_id
        limit {KEPT_SHOWN}
        """
    ).fetchall()
    show_lines(screen, "Kept:", (line for (line,) in lines))
    _tell_rest(screen, kept - KEPT_SHOWN)


def _tell_rest(screen: Screen, more: int) -> None:
    if more > 0:
        screen.sentences([f"... and {more:,} more"])


BUDGETS = View(
    selected=tuple(f"+{table}" for table in TABLES),
    doing="Deciding the budgets of {customer}",
    show=show_budgets,
    tables=("budget_allocations", "monthly_budget_pacing", "cbo_adset_advice"),
    rest="All columns and whole reasons: results.budget_allocations in {file}",
)
