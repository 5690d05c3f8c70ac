"""`autopilot note`: a page of plain text for the customer, of what is published."""

import sys
import textwrap
from collections.abc import Iterator, Sequence

import duckdb

from python_jobs.cli.published import open_published, published_tables
from python_jobs.cli.screen import Screen
from python_jobs.status.overview import MONTH_END, day
from python_jobs.warehouse.paths import results_folder
from python_jobs.warehouse.whole_file import write_whole

WIDTH = 78
"""characters, as mail programs show them"""
SHOWN = 5
"""changes that are told one by one; a page holds no more"""


def write_note(screen: Screen, customer: str, platform: str) -> bool:
    """Print the note and write it into the customer's results.

    Returns:
        True: what is missing is said in the note.

    Raises:
        ValueError: no budgets are published, or the file cannot be read.

    """
    with open_published(customer, platform, "results.budget_allocations") as published:
        tables = published_tables(published)
        [(decision_date, data_through)] = published.execute(
            "select max(decision_date), max(data_through) from results.budget_allocations"
        ).fetchall()
        sections = {
            "The last seven days": [*_week(published, tables), *_edits(published, tables)],
            "What we change now, and why": [
                *_texts(published, _TOTALS),
                *_texts(published, _CHANGES),
            ],
            "What came of the changes before": _outcomes(published, tables),
            "What we wait for": list(_waiting(published, tables)),
        }
    title = f"{customer}: your ads on {day(decision_date)}, by data to {day(data_through)}"
    lines = [title, "=" * len(title)]
    for heading, paragraphs in sections.items():
        lines += ["", heading, "-" * len(heading), *map(_wrapped, paragraphs)]
    note = "\n".join(lines)
    file = results_folder(customer, platform) / f"note_{decision_date}.txt"
    write_whole(file, note + "\n")
    screen.keep("file", str(file))
    screen.keep("note", note)
    screen.sentences([note])
    print(f"\nWritten: {file}", file=sys.stderr)  # so that a pipe takes the note alone
    return True


def _wrapped(text: str) -> str:
    indent = "  " if text.startswith("- ") else ""
    return textwrap.fill(text, WIDTH, subsequent_indent=indent, break_long_words=False)


def _texts(published: duckdb.DuckDBPyConnection, query: str) -> Sequence[str]:
    return [text for (text,) in published.execute(query).fetchall() if text]


def _week(published: duckdb.DuckDBPyConnection, tables: set[str]) -> Sequence[str]:
    """Tell spend and revenue of the last seven complete days, a paragraph per account."""
    if "results.account_daily" not in tables:
        return []
    return _texts(
        published,
        """
        with

        through as (

            select max(data_through) as last_day from results.budget_allocations

        ),

        sums as (

            select
                account_id,
                any_value(account_name) as account_name,
                coalesce(any_value(currency), '') as currency,
                sum(spend) filter (where date_day > last_day - 7)::double as spend,
                sum(spend) filter (where date_day <= last_day - 7)::double as spend_before,
                sum(purchases) filter (where date_day > last_day - 7) as purchases,
                sum(purchase_value) filter (where date_day > last_day - 7)::double as value,
                sum(shopify_revenue) filter (where date_day > last_day - 7)::double as shop,
                sum(shopify_revenue) filter (where date_day <= last_day - 7)::double as shop_before
            from results.account_daily
            cross join through
            where date_day between last_day - 13 and last_day
            group by account_id

        )

        select
            if(count(*) over () > 1, coalesce(account_name, account_id) || ': ', '')
            || format('{:,.0f} {} were spent', spend, currency)
            || coalesce(
                format(
                    ', {:+.0f} % against the week before',
                    100 * (spend / nullif(spend_before, 0) - 1)
                ),
                ''
            )
            || coalesce(
                format('. Meta attributes {:,.0f} purchases', purchases)
                || format(' worth {:,.0f} to the ads', value)
                || coalesce(format(', {:.2f} for each unit spent', value / nullif(spend, 0)), '')
                || '; late purchases of the last days are still to come',
                ''
            )
            || coalesce(
                format('. The shop took {:,.0f} in all', shop)
                || coalesce(
                    format(
                        ', {:+.0f} % against the week before',
                        100 * (shop / nullif(shop_before, 0) - 1)
                    ),
                    ''
                ),
                ''
            )
            || '.'
        from sums
        where spend is not null
        order by account_id
        """,
    )


def _edits(published: duckdb.DuckDBPyConnection, tables: set[str]) -> Sequence[str]:
    """List what was edited in these days, the newest first."""
    if "results.change_log" not in tables:
        return []
    edits = _texts(
        published,
        f"""
        select
            '- "' || coalesce(entity_name, entity_id) || '": ' || replace(change_type, '_', ' ')
            || coalesce(
                format(
                    ' from {{:,.2f}} to {{:,.2f}} {{}}', old_budget::double, new_budget::double,
                    coalesce(currency, '')
                ),
                ''
            )
            || if(
                source = 'inferred' and changed_after is not null,
                ', between ' || strftime(changed_after, '%-d %b') || ' and ',
                ', on '
            )
            || strftime(changed_on, '%-d %b')
        from results.change_log
        where changed_on > (select max(data_through) - 7 from results.budget_allocations)
        order by changed_on desc, abs(new_budget - old_budget) desc nulls last, entity_id
        limit {SHOWN}
        """,
    )
    return ["Edited in the account:", *edits] if edits else []


_TOTALS = """
    with

    totals as (

        select
            coalesce(currency, '') as currency,
            count(*) as budgets,
            count(*) filter (where recommended_budget <> current_budget) as changed,
            sum(greatest(recommended_budget - current_budget, 0))::double as raised,
            sum(greatest(current_budget - recommended_budget, 0))::double as cut,
            sum(recommended_budget)::double as total,
            sum(expected_7d_revenue)::double as expected,
            sum(hold_7d_revenue)::double as kept
        from results.budget_allocations
        group by currency

    )

    select
        case
            when changed = 0
                then format('All {} budgets stay: none is so far off that an edit pays.', budgets)
            else format(
                '{} of {} budgets change: {:,.2f} {} a day more for some, {:,.2f} less for others, '
                || '{:,.2f} in all. Expected revenue of the next seven days: {:,.0f}, against '
                || '{:,.0f} with the budgets as they are.',
                changed, budgets, raised, currency, cut, total, expected, kept
            )
        end
    from totals
    order by currency
"""
_CHANGES = f"""
    select
        '- "' || coalesce(budget_entity_name, budget_entity_id) || '"'
        || format(
            ', {{:,.2f}} to {{:,.2f}} {{}} a day', current_budget::double,
            recommended_budget::double, coalesce(currency, '')
        )
        || coalesce(format(': expected return {{:.2f}} for each unit spent', projected_roas), '')
        || coalesce(format(', {{:.2f}} for the next one', marginal_roas), '')
        || coalesce(format(' against {{:.2f}} elsewhere', clearing_marginal_roas), '')
        || if(binding_limit = 'delivery', '; it does not spend all it has', '')
        || '.'
    from results.budget_allocations
    where recommended_budget <> current_budget
    order by abs(recommended_budget - current_budget) desc, budget_entity_id
    limit {SHOWN}
"""


def _outcomes(published: duckdb.DuckDBPyConnection, tables: set[str]) -> Sequence[str]:
    """Tell which earlier changes were made, and what the days since say of them."""
    if "results.recommendation_outcomes" in tables:
        told = [*_texts(published, _OUTCOMES), *_texts(published, _OUTCOMES_OF_SINGLE)]
    elif "results.decision_log" in tables:
        told = [*_texts(published, _LOGGED)]
    else:
        told = []
    return told or ["Nothing yet: no earlier change is on record."]


# of the newest morning whose seven days are in, else of the newest
_CHOSEN = """
    with

    earlier as (

        select *
        from results.recommendation_outcomes
        where recommended_budget <> budget_before
            and decision_date < (select max(decision_date) from results.budget_allocations)

    ),

    chosen as (

        select
            *,
            outcome in ('applied', 'partly') as is_made,
            is_within_interval is not null as is_judged
        from earlier
        where decision_date = (
            select coalesce(max(decision_date) filter (where is_matured), max(decision_date))
            from earlier
        )

    )
"""
_OUTCOMES = f"""
    {_CHOSEN},

    sums as (

        select
            coalesce(currency, '') as currency,
            any_value(decision_date) as decision_date,
            count(*) as proposed,
            count(*) filter (where is_made) as made,
            count(*) filter (where is_made and is_matured) as matured,
            count(*) filter (where is_made and is_judged) as judged,
            count(*) filter (where is_made and is_within_interval) as within,
            sum(actual_7d_revenue) filter (where is_made and is_judged)::double as actual,
            sum(expected_at_spend) filter (where is_made and is_judged)::double as expected
        from chosen
        group by currency

    )

    select
        format(
            'Of {{}} changes proposed on {{}}, {{}} {{}} made. ', proposed,
            strftime(decision_date, '%-d %b %Y'), made, if(made = 1, 'was', 'were')
        )
        || case
            when made = 0 then ''
            when matured = 0 then 'Their seven days are not complete yet.'
            when judged = 0 then 'Their seven days cannot be judged.'
            else format(
                'The {{}} that can be judged brought {{:,.0f}} {{}} of revenue in seven days; '
                || '{{:,.0f}} was expected of what they spent. {{}} came out within the range '
                || 'expected.',
                judged, actual, currency, expected, within
            )
        end
    from sums
    order by currency
"""
_OUTCOMES_OF_SINGLE = f"""
    {_CHOSEN}

    select
        '- "' || coalesce(budget_entity_name, budget_entity_id) || '"'
        || format(
            ', {{:,.2f}} to {{:,.2f}} {{}} a day: {{}}', budget_before::double,
            recommended_budget::double, coalesce(currency, ''), outcome
        )
        || coalesce(
            format(
                '; {{:,.0f}} of revenue in seven days, {{:,.0f}} to {{:,.0f}} expected',
                actual_7d_revenue::double, expected_at_spend_low::double,
                expected_at_spend_high::double
            ),
            ''
        )
        || '.'
    from chosen
    order by abs(recommended_budget - budget_before) desc, budget_entity_id
    limit {SHOWN}
"""
# of files that were published before outcomes were
_LOGGED = """
    with

    earlier as (

        select *
        from results.decision_log
        where recommended_budget <> current_budget
            and decision_date < (select max(decision_date) from results.budget_allocations)
        qualify decision_date = max(decision_date) over ()

    ),

    compared as (

        select distinct
            earlier.decision_date,
            earlier.budget_level,
            earlier.budget_entity_id,
            earlier.recommended_budget = now.current_budget as stands
        from earlier
        inner join results.budget_allocations as now
            on earlier.budget_level = now.budget_level
                and earlier.budget_entity_id = now.budget_entity_id

    )

    select
        format(
            'Of {} changes proposed on {}, in the account now: {}.', count(*),
            strftime(any_value(decision_date), '%-d %b %Y'), count(*) filter (where stands)
        )
    from compared
    having count(*) > 0
"""


def _waiting(published: duckdb.DuckDBPyConnection, tables: set[str]) -> Iterator[str]:
    """List what the next note depends on: tracking, learning, new days, the month, an answer."""
    if "results.data_incidents" in tables:
        yield from _texts(published, _TRACKING)
    yield from _texts(published, _LEARNING)
    yield from _texts(published, _NEXT)
    if "results.monthly_budget_pacing" in tables:
        yield from _texts(published, _MONTH)
    if "results.adset_recommendations" in tables:
        yield from _texts(published, _ANSWERS)


_TRACKING = """
    select
        '- Tracking: since ' || strftime(first_day, '%-d %b %Y') || ' Meta reports '
        || if(incident_kind = 'fell', 'fewer', 'more')
        || ' purchases than clicks and orders lead to expect. Budgets stay until it is mended.'
    from results.data_incidents
    where is_open and is_acted_on
    order by first_day, account_id
"""
_LEARNING = f"""
    select
        '- Learning: '
        || array_to_string(
            list(
                '"' || coalesce(budget_entity_name, budget_entity_id) || '"'
                order by current_budget desc, budget_entity_id
            )[:{SHOWN}],
            ', '
        )
        || if(count(*) > {SHOWN}, format(' and {{}} more', count(*) - {SHOWN}), '')
        || if(count(*) = 1, ' is', ' are') || ' left alone until Meta has learned.'
    from results.budget_allocations
    where binding_limit = 'learning'
    having count(*) > 0
"""
_NEXT = """
    select
        '- What these changes bring: the next decision is due by '
        || strftime(max(valid_until), '%-d %b %Y') || ', on the days until then.'
    from results.budget_allocations
"""
_MONTH = (
    """
    select
        format(
            '- The month: {:,.0f} of {:,.0f} {} are spent with {} days left. ',
            spent_so_far::double, monthly_budget::double, coalesce(currency, ''), days_left
        )
        || note
        || """
    + MONTH_END
    + """
    from results.monthly_budget_pacing
    where monthly_budget is not null
    order by account_id
    """
)
# raises of budgets are among the changes above
_ANSWERS = """
    select
        '- Your answer: "' || array_to_string(adset_names, '" + "') || '": '
        || array_to_string(changes, ' ')
        || format(
            ' Expected gain in 30 days: {:,.0f} to {:,.0f} {}.',
            gain_30d_low::double, gain_30d_high::double, coalesce(currency, '')
        )
    from results.adset_recommendations
    where recommendation_type <> 'scale'
    order by rank
    limit 2
"""
