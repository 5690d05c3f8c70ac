"""A published file of a customer, acme, with the columns that the contracts promise."""

from datetime import datetime

import duckdb
import pytest
from exported_rows import DECIDED, HELD, MORNING, columns_of


@pytest.fixture
def warehouse(tmp_path, monkeypatch):
    """The folders of acme, empty but for the default settings."""
    monkeypatch.setenv("AUTOPILOT_WAREHOUSE", str(tmp_path))
    monkeypatch.setenv("AUTOPILOT_RESULTS", str(tmp_path / "results"))
    return tmp_path


@pytest.fixture
def published(warehouse):
    """Makes the published file of acme; tables that are not given are not published."""

    def make(decisions=(DECIDED, HELD), *, seen=(), earlier=(), **tables):
        file = warehouse / "acme_meta.duckdb"
        with duckdb.connect(str(file)) as live:
            live.execute(
                """
                create schema results;
                create schema history;
                create table results.runs (run_id varchar, published_at timestamp, as_of date);
                create table history.budgets_seen (
                    run_id varchar, seen_on date, entity_level varchar, entity_id varchar,
                    daily_budget double
                );
                """
            )
            for run_id, hour in (("before", 6), ("now", 7), ("later", 8)):
                made = [run_id, datetime(2026, 3, 10, hour), MORNING]
                live.execute("insert into results.runs values (?, ?, ?)", made)
            for row in seen:
                live.execute("insert into history.budgets_seen values (?, ?, ?, ?, ?)", row)
            tables |= {"budget_allocations": decisions, "decision_log": earlier}
            for table, rows in tables.items():
                live.execute(f"create table results.{table} ({columns_of(table)})")
                for row in rows:
                    marks = ", ".join(f"? as {column}" for column in row)
                    live.execute(
                        f"insert into results.{table} by name select {marks}", list(row.values())
                    )
        return file

    return make
