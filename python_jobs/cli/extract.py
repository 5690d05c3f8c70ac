"""`autopilot extract`: raw files to published features."""

import os
from pathlib import Path

import duckdb
from rich.console import Console

from python_jobs.cli.run import run_dbt
from python_jobs.cli.show import show_rows

# everything that features and daily results are made from, and nothing that decides
SELECTION = [
    "+path:models/features",
    "+account_daily",
    "+campaign_daily",
    "+adset_daily",
    "+input_files",
    "+rejected_rows",
]


def extract(console: Console, customer: str, platform: str) -> bool:
    """Build and publish, then show what there is; false if something did not pass.

    Raises:
        ValueError: the customer's name or folder is not right.

    """
    command = ["build", "--select", *SELECTION]
    outcome = run_dbt(command, customer, platform, f"Reading the files of {customer} ...")
    for problem in outcome.problems:
        console.print(problem, markup=False, highlight=False, soft_wrap=True)
    if not outcome.problems:
        show_published(console, customer, platform)
    return not outcome.problems


def show_published(console: Console, customer: str, platform: str) -> None:
    """Print days, spend and tables of the published file."""
    live = Path(os.environ.get("AUTOPILOT_WAREHOUSE", "warehouse"), f"{customer}_{platform}.duckdb")
    with duckdb.connect(str(live), read_only=True) as published:
        show_rows(
            console,
            published,
            """
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
            """,
        )
        [(tables,)] = published.execute(
            "select tables from results.runs order by published_at desc limit 1"
        ).fetchall()
        counts = [
            f"select '{table}' as table_name, count(*) as rows from {table}" for table in tables
        ]
        console.print()
        show_rows(console, published, " union all ".join(counts))
    console.print(f"\nPublished in {live}", highlight=False, soft_wrap=True)
