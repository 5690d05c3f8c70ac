"""`autopilot features`: raw files to published features."""

import duckdb

from python_jobs.cli.screen import Screen
from python_jobs.cli.show import show_rows
from python_jobs.cli.view import View

DAYS = """
    select
        account_id as account,
        min(date_day) as "from",
        max(date_day) as "to",
        count(*) as days,
        sum(spend) as spend,
        currency,
        sum(purchases)::bigint as purchases,
        sum(shopify_orders)::bigint as orders
    from results.account_daily
    where spend is not null
    group by account_id, currency
    order by account_id, currency
"""


def show_features(screen: Screen, published: duckdb.DuckDBPyConnection) -> None:
    """Print days, spend and tables of the published file."""
    [(tables,)] = published.execute(
        "select tables from results.runs order by published_at desc limit 1"
    ).fetchall()
    counts = " union all ".join(
        f"select '{table}' as table_name, count(*) as rows from {table}" for table in tables
    )
    screen.keep_rows("accounts", published, DAYS)
    screen.keep_rows("tables", published, counts)
    show_rows(screen, published, DAYS)
    screen.print()
    show_rows(screen, published, counts)


FEATURES = View(
    # everything that features and daily results are made from, and nothing that decides
    selected=(
        "+path:models/features",
        "+account_daily",
        "+campaign_daily",
        "+adset_daily",
        "+input_files",
        "+rejected_rows",
        "+missing_inputs",
    ),
    doing="Reading the files of {customer}",
    show=show_features,
    tables=("input_files", "rejected_rows", "missing_inputs"),
    rest="Published in {file}",
)
