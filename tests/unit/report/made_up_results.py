"""Published files made by hand: every table there is, with the rows that a test gives."""

import shutil
from functools import cache
from pathlib import Path

import duckdb
import yaml

MODELS = Path(__file__).parents[3] / "models"
# what no model publishes under a contract
OTHERS = {
    "results.runs": {
        "run_id": "varchar", "started_at": "timestamp", "published_at": "timestamp",
        "customer": "varchar", "platform": "varchar", "as_of": "date", "data_through": "date",
        "package_version": "varchar", "dbt_version": "varchar", "tables": "varchar[]",
    },
    "features.holder_features": {
        "budget_level": "varchar", "budget_entity_id": "varchar", "decision_date": "date",
        "spend_1d": "double", "daily_budget": "double", "budget_source": "varchar",
        "roas_matured_7d": "double",
    },
    "features.adset_features": {
        "account_id": "varchar", "adset_id": "varchar", "adset_name": "varchar",
        "campaign_name": "varchar", "date_day": "date", "spend_7d": "double",
        "frequency_7d_low": "double", "frequency_7d_high": "double", "ctr_7d": "double",
        "ctr_against_first_weeks": "double", "age_days": "integer", "purchases": "double",
        "purchases_matured": "double", "share_visible": "double",
    },
}  # fmt: skip


@cache
def tables():
    """Every table that a report may read: types by column."""
    found = dict(OTHERS)
    for file in (MODELS / "results").glob("*.yml"):
        for model in yaml.safe_load(file.read_text()).get("models", []):
            found[f"results.{model['name']}"] = {
                column["name"]: column["data_type"] for column in model["columns"]
            }
    return found


def warehouse(file, rows, leave_out=()):
    """Make the file; `rows` are lists of mappings by table, columns not given are null."""
    with duckdb.connect(str(file)) as made:
        made.execute("create schema results; create schema features")
        for table, columns in tables().items():
            if table not in leave_out:
                typed = ", ".join(f'"{name}" {type_}' for name, type_ in columns.items())
                made.execute(f"create table {table} ({typed})")
        for table, given in rows.items():
            for row in given:
                names = ", ".join(f'"{name}"' for name in row)
                marks = ", ".join("?" * len(row))
                made.execute(f"insert into {table} ({names}) values ({marks})", [*row.values()])
    return file


# a name that wants to be markup
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


def published(build_file, file):
    """Copy a build file and add the table of runs, which publishing adds; return the copy."""
    shutil.copyfile(build_file, file)
    with duckdb.connect(str(file)) as built:
        built.execute(
            """
            create or replace table results.runs as
            select distinct
                run_id,
                timestamp '2026-06-01 08:00' as published_at,
                'moprobo' as customer,
                'meta' as platform,
                decision_date as as_of,
                data_through,
                '0.1.0' as package_version,
                ['results.account_daily'] as tables
            from results.budget_allocations
            """
        )
    return file


# a customer of one ad set, without a shop and without a purchase: 30 days of 20.00 a day
ACCOUNT = {"account_id": "1", "account_name": "Acme", "currency": "EUR"}
BUDGET = {
    "account_id": "1", "account_name": "Acme", "currency": "EUR", "decision_date": "2026-05-31",
    "data_through": "2026-05-30", "valid_until": "2026-06-03", "budget_level": "adset",
    "budget_entity_id": "7", "budget_entity_name": "Broad", "campaign_id": "5",
    "campaign_name": "Sales", "adset_id": "7", "current_budget": 20, "recommended_budget": 20,
    "budget_change_pct": 0.0, "action": "hold", "rule_id": "no_evidence",
    "reason": "Stays at 20.00 EUR a day: no purchase was seen.", "lower_limit": 20,
    "upper_limit": 20, "expected_7d_spend": 140, "run_id": "run",
}  # fmt: skip


def tiny(**changes):
    """Rows of the small customer; `changes` go into its only budget."""
    return {
        "results.runs": [
            {"run_id": "run", "published_at": "2026-05-31 08:00", "customer": "acme",
             "platform": "meta", "as_of": "2026-05-31", "data_through": "2026-05-30",
             "package_version": "0.1.0", "tables": ["results.account_daily"]}
        ],
        "results.account_daily": [
            {**ACCOUNT, "date_day": f"2026-05-{day:02}", "spend": 20} for day in range(1, 31)
        ],
        "results.campaign_daily": [
            {**ACCOUNT, "campaign_id": "5", "campaign_name": "Sales",
             "date_day": f"2026-05-{day:02}", "spend": 20}
            for day in range(1, 31)
        ],
        "results.monthly_budget_pacing": [
            {**ACCOUNT, "decision_date": "2026-05-31", "data_through": "2026-05-30",
             "month": "2026-05-01", "spent_so_far": 600, "days_left": 1,
             "current_total_per_day": 20, "target_total_per_day": 20,
             "projected_month_end_spend": 620, "shortfall": 0, "excess": 0,
             "note": "No monthly budget is set: the budgets add up to what they do today."}
        ],
        "results.budget_allocations": [BUDGET | changes],
        "results.decision_trace": [
            {"budget_level": "adset", "budget_entity_id": "7", "step_number": 1, "step": "meta",
             "step_kind": "evidence"},
            {"budget_level": "adset", "budget_entity_id": "7", "step_number": 2, "step": "rule",
             "step_kind": "budget", "before": 20.0, "after": 20.0, "factor": 1.0},
        ],
        "results.input_files": [
            {"file_path": "insights.csv", "status": "read", "kind": "insights",
             "message": "insights", "rows_read": 30, "rows_rejected": 0}
        ],
    }  # fmt: skip
