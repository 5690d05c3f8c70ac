"""Published warehouses of a few rows, made by hand."""

import duckdb
import pandas as pd

HOLDER_COLUMNS = {
    "account_id": "varchar",
    "currency": "varchar",
    "optimization_goal": "varchar",
    "attribution_setting": "varchar",
    "budget_level": "varchar",
    "budget_entity_id": "varchar",
    "decision_date": "date",
    "spend_28d": "double",
    "link_clicks_28d": "double",
    "purchases_28d": "double",
    "impressions_7d": "double",
    "link_clicks_7d": "double",
    "frequency_7d_high": "double",
}
TABLES = {
    "features.holder_features": HOLDER_COLUMNS,
    "features.adset_features": {
        "date_day": "date",
        "learning_status": "varchar",
        "learning_status_source": "varchar",
        "conversions_7d": "double",
        "age_days": "integer",
        "days_since_significant_edit": "integer",
    },
    "results.budget_allocations": {
        "budget_level": "varchar",
        "budget_entity_id": "varchar",
        "projected_roas": "double",
        "projected_roas_low": "double",
        "projected_roas_high": "double",
    },
    "results.adset_daily": {
        "account_id": "varchar",
        "adset_id": "varchar",
        "purchases": "double",
        "purchase_value": "decimal(18, 2)",
    },
    "results.parameters": {"parameter": "varchar", "value": "json"},
    "results.runs": {"as_of": "date"},
}
EVIDENCE = {
    "evidence.interval_spread": "1.3",
    "evidence.week_drift": "0.14",
    "evidence.shared_week_drift": "0.10",
}


def make_warehouse(file=":memory:"):
    """Make the tables, empty but for a run and the width of intervals it reckoned with."""
    warehouse = duckdb.connect(str(file))
    warehouse.execute("create schema features; create schema results")
    for table, columns in TABLES.items():
        typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        warehouse.execute(f"create table {table} ({typed})")
    warehouse.execute("insert into results.runs values ('2026-06-01')")
    for parameter, value in EVIDENCE.items():
        fill(warehouse, "results.parameters", {"parameter": parameter, "value": value})
    return warehouse


def fill(warehouse, table, *rows):
    """Insert rows given as dictionaries; what they leave out is null."""
    given = pd.DataFrame(rows)
    assert set(given.columns) <= TABLES[table].keys()
    warehouse.register("given", given)
    warehouse.execute(f"insert into {table} by name from given")


def holders(*rows, day="2026-06-01"):
    """Give holders of one account an id and a day."""
    return [
        {
            "account_id": "a1",
            "currency": "EUR",
            "budget_level": "adset",
            "budget_entity_id": str(number),
            "decision_date": day,
            **row,
        }
        for number, row in enumerate(rows)
    ]
