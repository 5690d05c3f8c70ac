"""A project of a few models around the real macros, plugin, profile and history, for fast builds.

Its numbers come from `day.csv` in its folder: an as-of date and a spend. While a file named `fail`
lies there, its one data test fails.
"""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]

MODELS = {
    "intermediate/int_as_of": """
        select as_of, as_of - 1 as data_through, spend from read_csv('day.csv')
    """,
    "intermediate/int_extract_values": """
        select
            as_of as seen_on, 'adset' as entity_level, '1' as entity_id, 'a' as account_id,
            data_through as date_day, spend::double as spend, 2.0::double as purchases,
            3.0::double as purchase_value
        from {{ ref('int_as_of') }}
    """,
    "intermediate/int_budgets_current": """
        select
            as_of as seen_on, 'adset' as entity_level, '1' as entity_id,
            10.0::double as daily_budget
        from {{ ref('int_as_of') }}
    """,
    "features/adset_features": """
        select
            '{{ invocation_id }}' as run_id,
            data_through - day::int as date_day,
            spend
        from {{ ref('int_as_of') }}, range(40) as days (day)
    """,
    "results/account_daily": """
        select run_id, sum(spend) as spend from {{ ref('adset_features') }} group by run_id
    """,
    "results/budgets": """
        select '{{ invocation_id }}' as run_id, daily_budget from {{ ref('int_budgets_current') }}
    """,
    "results/budget_allocations": """
        select
            '{{ invocation_id }}' as run_id, as_of as decision_date, 'adset' as budget_level,
            '1' as budget_entity_id, spend as recommended_budget
        from {{ ref('int_as_of') }}
    """,
    "results/decision_log": """
        {{ config(materialized='view', meta={'view_of_history': 'decision_log'}) }}
        select * from {{ source('history', 'decision_log') }}
    """,
    "results/seen_before": """
        -- depends_on: {{ ref('int_extract_values') }}
        select
            '{{ invocation_id }}' as run_id,
            count(*) as mornings
        from {{ source('history', 'extracts') }}
    """,
}
TEST = "select * from {{ ref('account_daily') }} where exists (from glob('fail'))"


def make_project(folder: Path) -> Path:
    """Write the project into `folder`, which must not exist."""
    for name, sql in MODELS.items():
        file = folder / "models" / f"{name}.sql"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(sql)
    (folder / "tests" / "dbt").mkdir(parents=True)
    (folder / "tests" / "dbt" / "nothing_fails.sql").write_text(TEST)
    for file in ("_history.yml", "_groups.yml"):
        shutil.copy(ROOT / "models" / file, folder / "models")
    shutil.copytree(ROOT / "macros", folder / "macros")
    for file in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / file, folder)
    raw = folder / "datasets" / "moprobo" / "meta" / "raw"
    raw.mkdir(parents=True)
    (raw / "insights.json").write_text("[]")
    set_day(folder, "2026-03-02", 5)
    return folder


def set_day(folder: Path, as_of: str, spend: int) -> None:
    """Change what the next build reads."""
    (folder / "day.csv").write_text(f"as_of,spend\n{as_of},{spend}\n")
