"""`autopilot audiences`: what to set up next, what is set up wrong, and what pays."""

from collections.abc import Callable

import duckdb

from python_jobs.cli.screen import Screen
from python_jobs.cli.show import show_blocks, show_lines, show_rows
from python_jobs.cli.view import View
from python_jobs.wording import chance

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
Shown = Callable[[Screen, duckdb.DuckDBPyConnection, str], None]
# (title, table, how it is shown, query; of each the first rows are shown)
PARTS: tuple[tuple[str, str, Shown, str], ...] = (
    (
        "New audiences to set up:",
        "audience_recommendations",
        show_blocks,
        """
        select
            format(
                '{}. {}: {:,.2f} {} a day, gains {:,.0f} to {:,.0f} in 30 days',
                rank, name, daily_budget::double, coalesce(currency, ''), gain_30d_low::double,
                gain_30d_high::double
            ),
            reason
        from results.audience_recommendations
        order by account_id, rank
        """,
    ),
    (
        "Ad sets to change:",
        "adset_recommendations",
        show_blocks,
        """
        select
            format(
                '{}. {}: gains {:,.0f} to {:,.0f} {} in 30 days, {} sure to gain',
                rank, array_to_string(adset_names, ' + '), gain_30d_low::double,
                gain_30d_high::double, coalesce(currency, ''), chance(confidence)
            ),
            array_to_string(changes, ' '),
            'Why: ' || reason
        from results.adset_recommendations
        order by account_id, rank
        """,
    ),
    (
        "Set up wrong, by money at stake in 30 days:",
        "audit_findings",
        show_blocks,
        """
        select
            if(
                sum(money_at_stake) is null,
                'No money told',
                format('{:,.0f} {}', sum(money_at_stake)::double, any_value(currency))
            )
            || ', ' || min_by(severity, rank)
            || if(count(*) > 1, format(', {} times: ', count(*)), ': ') || what,
            if(count(*) > 1, 'Above all: ', '') || min_by(evidence, rank) || ' '
            || min_by(fix, rank)
        from results.audit_findings
        group by account_id, detector_id, what
        order by account_id, sum(money_at_stake) desc nulls last, count(*) desc, detector_id
        """,
    ),
    (
        "Room for more, by the least that it gains in 30 days:",
        "opportunity_sizes",
        show_rows,
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
        show_rows,
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
        show_rows,
        """
        select replace(verdict, '_', ' ') as verdict, coalesce(ad_name, ad_id) as ad, reason
        from results.ad_verdicts
        where verdict in ('pause', 'promote_from_test')
        order by account_id, spend desc, ad_id
        """,
    ),
)


def show_audiences(screen: Screen, published: duckdb.DuckDBPyConnection) -> None:
    """Print what of the audience tables asks for a decision."""
    published.create_function("chance", chance)
    for title, table, show, query in PARTS:
        [(rows,)] = published.execute(f"select count(*) from ({query})").fetchall()
        screen.sentences([f"\n{title}" if rows else f"\n{title} nothing."])
        if rows:
            show(screen, published, f"{query} limit {SHOWN}")
        if rows > SHOWN:
            screen.sentences([f"... and {rows - SHOWN} more in results.{table}"])
    unsaid = published.execute(
        """
        select distinct replace(table_name, '_', ' ') || ': ' || status as line
        from results.recommendation_coverage
        where recommendations = 0
        order by line
        """
    ).fetchall()
    show_lines(screen, "Why nothing is recommended:", (line for (line,) in unsaid))
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
    show_lines(screen, "Could not be looked at:", (line for (line,) in unseen))


AUDIENCES = View(
    selected=tuple(f"+{table}" for table in TABLES),
    doing="Judging the audiences of {customer}",
    show=show_audiences,
    tables=(*(table for _, table, _, _ in PARTS), "audience_segments", "recommendation_coverage"),
    rest="All of it: schema results in {file}",
)
