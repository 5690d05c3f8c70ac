"""`autopilot rules`: what to set up next, what is set up wrong, and what pays."""

import os
from pathlib import Path

import duckdb
from rich.console import Console

from python_jobs.cli.run import run_dbt
from python_jobs.cli.show import show_lines, show_rows

TABLES = (
    "audience_recommendations",
    "adset_recommendations",
    "recommendation_coverage",
    "audience_segments",
    "shopify_reconciliation",
    "audit_findings",
    "audit_coverage",
    "detector_catalogue",
    "opportunity_sizes",
    "competitive_advantages",
    "recommendation_constraints",
    "creative_compatibility",
    "ad_verdicts",
    "parameters",
)
SHOWN = 12
# (title, table, query; of each the first rows are shown)
VIEWS = (
    (
        "New audiences to set up:",
        "audience_recommendations",
        """
        select
            rank,
            name,
            daily_budget as "a day",
            expected_roas as roas,
            gain_30d_low as "gains at least",
            gain_30d_high as "at most",
            reason
        from results.audience_recommendations
        order by account_id, rank
        """,
    ),
    (
        "Ad sets to change:",
        "adset_recommendations",
        """
        select
            rank,
            array_to_string(adset_names, ' + ') as "ad set",
            array_to_string(changes, ' ') as change,
            gain_30d_low as "gains at least",
            gain_30d_high as "at most",
            confidence,
            reason
        from results.adset_recommendations
        order by account_id, rank
        """,
    ),
    (
        "Set up wrong, by money at stake in 30 days:",
        "audit_findings",
        """
        select
            sum(money_at_stake) as money,
            min_by(severity, rank) as severity,
            count(*) as times,
            what || ' Above all: ' || min_by(evidence, rank) || ' ' || min_by(fix, rank)
                as "what, and what to do"
        from results.audit_findings
        group by account_id, detector_id, what
        order by account_id, money desc nulls last, times desc, detector_id
        """,
    ),
    (
        "Room for more, by the least that it gains in 30 days:",
        "opportunity_sizes",
        """
        select
            coalesce(entity_name, entity_id) as "where",
            current_spend as "spends a day",
            spend_to as "up to",
            marginal_roas as "next unit",
            clearing_marginal_roas as elsewhere,
            gain_30d_low as "gains at least",
            gain_30d_high as "at most",
            replace(binding_limit, '_', ' ') as "stopped by"
        from results.opportunity_sizes
        where entity_level = 'adset' and opportunity_rank is not null
        order by account_id, opportunity_rank
        """,
    ),
    (
        "Segments that surely differ from the account's others:",
        "competitive_advantages",
        """
        select
            replace(segment_kind, '_', ' ') as kind,
            segment,
            verdict,
            spend,
            roas,
            others_roas as "others' roas",
            extra_value_30d as "value in 30 days"
        from results.competitive_advantages
        where verdict in ('advantage', 'disadvantage')
        order by account_id, abs(extra_value_30d) desc, segment_kind, segment
        """,
    ),
    (
        "Ads to change:",
        "ad_verdicts",
        """
        select replace(verdict, '_', ' ') as verdict, coalesce(ad_name, ad_id) as ad, reason
        from results.ad_verdicts
        where verdict in ('pause', 'promote_from_test')
        order by account_id, spend desc, ad_id
        """,
    ),
)


def show_audiences(console: Console, customer: str, platform: str) -> bool:
    """Build and publish the audience tables, then show what of them asks for a decision.

    Returns:
        False if something did not pass; then nothing was published.

    Raises:
        ValueError: the customer's name or folder is not right.

    """
    command = ["build", "--select", *(f"+{table}" for table in TABLES)]
    outcome = run_dbt(command, customer, platform, f"Judging the audiences of {customer} ...")
    for problem in outcome.problems:
        console.print(problem, markup=False, highlight=False, soft_wrap=True)
    if not outcome.problems:
        _show(console, customer, platform)
    return not outcome.problems


def _show(console: Console, customer: str, platform: str) -> None:
    live = Path(os.environ.get("AUTOPILOT_WAREHOUSE", "warehouse"), f"{customer}_{platform}.duckdb")
    with duckdb.connect(str(live), read_only=True) as published:
        for title, table, query in VIEWS:
            [(rows,)] = published.execute(f"select count(*) from ({query})").fetchall()
            console.print(f"\n{title}" if rows else f"\n{title} nothing.", highlight=False)
            if rows:
                show_rows(console, published, f"{query} limit {SHOWN}")
            if rows > SHOWN:
                console.print(f"... and {rows - SHOWN} more in results.{table}", highlight=False)
        unsaid = published.execute(
            """
            select distinct replace(table_name, '_', ' ') || ': ' || status as line
            from results.recommendation_coverage
            where recommendations = 0
            order by line
            """
        ).fetchall()
        show_lines(console, "Why nothing is recommended:", [line for (line,) in unsaid])
        unseen = published.execute(
            """
            select
                status || ': '
                    || string_agg(replace(detector_id, '_', ' '), ', ' order by detector_id) as line
            from results.audit_coverage
            where status like '%no data%'
            group by account_id, status
            order by account_id, line
            """
        ).fetchall()
        show_lines(console, "Could not be looked at:", [line for (line,) in unseen])
    console.print(f"\nAll of it: schema results in {live}", highlight=False, soft_wrap=True)
