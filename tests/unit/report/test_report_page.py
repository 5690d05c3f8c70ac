"""What the report says of accounts out of the ordinary, and that it holds nothing it should not."""

import json
import re
from decimal import Decimal
from pathlib import Path

import altair as alt
import duckdb
import pytest
import yaml
from made_up_results import HOSTILE, tables, tiny, warehouse
from on_page import Page

from python_jobs.report.page import render, written
from python_jobs.report.reading import read

ROOT = Path(__file__).parents[3]
VIEWS = 5


@pytest.fixture
def page_of(tmp_path):
    def page_of(rows, leave_out=()):
        return Page(render(read(warehouse(tmp_path / "acme_meta.duckdb", rows, leave_out))))

    return page_of


def test_a_tiny_customer_is_told_what_is_not_there(page_of):
    page = page_of(tiny())
    for sentence in (
        "Leave all budgets as they are",
        "Stays at 20.00 EUR a day: no purchase was seen.",
        "Meta's files name no purchases of these days, so there is no ROAS.",
        "No Shopify orders cover these days, so Meta's claim stands alone.",
        "There is no past morning yet whose following days are complete.",
        "No search has been run.",
        "There is nothing to tell segments apart by.",
    ):
        assert sentence in page.text
    assert not re.search(r"\b(None|nan|inf|null|undefined)\b", page.text)
    # spend is known, returns are not
    drawn = set(json.loads(page.scripts["specs"]))
    assert {"month-0", "weeks-0"} <= drawn
    assert drawn.isdisjoint({"campaigns-0", "totals-0", "marginal-0", "fatigue-0", "replay-0"})


def test_what_a_morning_earns_is_said_first(page_of):
    page = page_of(
        tiny(
            recommended_budget=24, budget_change_pct=20.0, action="increase",
            hold_7d_revenue=300, expected_7d_revenue=Decimal("342.40"),
        )
    )  # fmt: skip
    assert "Change 1 of 1 budgets this morning" in page.text
    assert "Expected to earn +42 EUR of projected revenue in the next 7 days, at a total of 24" in (
        re.sub(r" (?=,)", "", page.text)
    )


def test_the_months_end_has_an_interval_where_past_months_tell(page_of):
    rows = tiny()
    rows["results.monthly_budget_pacing"][0] |= {
        "projected_month_end_spend_low": 616, "projected_month_end_spend_high": 621
    }  # fmt: skip
    page = page_of(rows)
    assert "May 2026: 616 to 621 EUR by its end" in page.text
    band = json.loads(page.scripts["specs"])["month-0"]["layer"][0]
    assert band["data"]["values"] == [
        {"day": 30, "low": 600.0, "high": 600.0}, {"day": 31, "low": 616.0, "high": 621.0}
    ]  # fmt: skip


def test_a_morning_without_evidence_promises_nothing(page_of):
    page = page_of(tiny(recommended_budget=16, budget_change_pct=-20.0, action="decrease"))
    assert "What that earns cannot be said yet" in page.text


def test_past_mornings_are_held_against_what_came(page_of):
    """Of three budgets two are judged: 100 + 200 expected, 110 + 90 came, one within its ends."""
    past = {
        "account_id": "1", "decision_date": "2026-05-01", "budget_before": 20, "next_budget": 24,
        "recommended_budget": 24, "outcome": "applied", "is_matured": True,
    }  # fmt: skip
    judged = {"expected_at_spend_low": 80, "expected_at_spend_high": 120}
    rows = tiny()
    rows["results.recommendation_outcomes"] = [
        past | judged | {"budget_entity_id": "7", "expected_at_spend": 100,
                         "actual_7d_revenue": 110, "is_within_interval": True},
        past | judged | {"budget_entity_id": "8", "expected_at_spend": 200,
                         "actual_7d_revenue": 90, "is_within_interval": False},
        past | {"budget_entity_id": "9", "outcome": "untouched", "is_matured": False},
    ]  # fmt: skip
    shown = {
        number.computed.removeprefix("outcome_counts."): float(number.value)
        for number in page_of(rows).numbers
        if (number.computed or "").startswith("outcome_counts.")
    }
    assert shown == {
        "budgets": 3, "carried_out": 2, "judged": 2, "within_interval": 1,
        "expected_at_spend": 300, "actual_7d_revenue": 200,
    }  # fmt: skip


def test_a_warehouse_without_days_makes_a_page(page_of):
    page = page_of({})
    assert page.text.count("No file told of any day of an ad account") == VIEWS
    assert json.loads(page.scripts["data"]) == {}


def test_tables_that_the_last_build_left_out_are_said(page_of):
    page = page_of(
        tiny(), leave_out={"results.audit_findings", "results.opportunity_sizes", "results.replay"}
    )
    assert page.text.count("The last build did not publish this.") >= 3
    assert "No mistake was found" not in page.text


def test_budgets_alone_are_shown(page_of):
    """As after `autopilot budgets`."""
    rows = {
        table: tiny()[table]
        for table in ("results.runs", "results.budget_allocations", "results.decision_trace")
    }
    built = rows.keys() | {"results.monthly_budget_pacing", "results.decision_log"}
    page = page_of(rows, leave_out=tables().keys() - built)
    assert "Stays at 20.00 EUR a day: no purchase was seen." in page.text
    assert "The last build did not publish this." in page.text


def test_no_name_becomes_markup(page_of):
    name = HOSTILE
    page = page_of(
        tiny(budget_entity_name=name, campaign_name=name, reason=name, budget_entity_id=name)
    )
    assert name in page.text
    assert page.tags.count("script") == 4
    assert "img" not in page.tags
    [key] = json.loads(page.scripts["data"])
    assert key == f"adset:{name}"


def test_accounts_stand_apart(page_of):
    rows = tiny()
    for table in ("account_daily", "monthly_budget_pacing", "budget_allocations"):
        rows[f"results.{table}"] += [
            {**row, "account_id": "2", "account_name": "Acme Japan", "currency": "JPY"}
            for row in rows[f"results.{table}"]
        ]
    rows["results.budget_allocations"][1]["budget_entity_id"] = "8"
    page = page_of(rows)
    assert page.text.count("Account Acme Japan") == VIEWS
    assert "Budget a day, JPY" in page.text
    assert len(json.loads(page.scripts["data"])) == 2


def test_150_ad_sets_stay_small(tmp_path):
    """With 60 days each, less than the 5 MB that a mail takes."""
    file = warehouse(tmp_path / "acme_meta.duckdb", tiny())
    with duckdb.connect(str(file)) as made:
        made.execute(
            """
            insert into results.budget_allocations by name
            select
                budgets.* replace (number::varchar as budget_entity_id, repeat('x ', 240) as reason)
            from results.budget_allocations as budgets, range(100, 249) as numbers (number);
            insert into features.holder_features by name
            select
                budget_level,
                budget_entity_id,
                decision_date - day::integer as decision_date,
                20.12 + day as spend_1d,
                20 as daily_budget,
                'object' as budget_source,
                1.23456789 / (day + 1) as roas_matured_7d
            from results.budget_allocations, range(60) as days (day)
            """
        )
    page = Page(render(read(file)))
    assert page.tags.count("details") == 150
    assert page.scripts["data"].count('"roas"') == 150 * 60
    assert len(page.html.encode()) < 5e6


def test_nothing_is_fetched(demo_page):
    """Addresses stand in the charts' JavaScript alone, where none is asked for."""
    assert not {"link", "iframe", "object", "embed"} & set(demo_page.tags)
    outside = re.sub(r"<script>.*?</script>", "", demo_page.html, flags=re.S)
    assert re.findall(r"https?:|src=|@import|url\(", outside) == []
    assert "default-src 'none'" in outside


def test_every_chart_is_vega_lite(demo_page):
    """Against the schema, which drawing leaves out as it takes seconds."""
    for name, spec in json.loads(demo_page.scripts["specs"]).items():
        if name not in ("holder-trace", "holder-roas"):  # of the three, one is enough
            alt.Chart.from_dict(spec)


def test_numbers_are_written_as_people_read_them():
    assert [
        written(value, kind)
        for value, kind in (
            (Decimal("216.00"), "money"), (Decimal("66.58"), "money"), (1442.4, "money"),
            (-0.185, "+share"), (874.44, "+about"), (4.5, "about"), (3.806, "ratio"),
            (0.9999, "chance"), (0.001, "chance"), (0.7, "chance"), (-20.0, "+percent"),
        )
    ] == [
        "216", "66.58", "1,442", "\u221218 %", "+874", "4.50", "3.81", "> 99 %", "< 1 %", "70 %",
        "\u221220 %",
    ]  # fmt: skip


def test_queries_read_what_the_exposure_says(demo_answers):
    read_tables = {
        column.rpartition(".")[0]
        for answer in demo_answers.values()
        for columns in answer.sources.values()
        for column in columns.split()
    }
    models = {table.rpartition(".")[2] for table in read_tables & tables().keys()} - {"runs"}
    exposures = yaml.safe_load((ROOT / "models" / "exposures.yml").read_text())["exposures"]
    [report] = [exposure for exposure in exposures if exposure["name"] == "report"]
    assert {entry.removeprefix("ref('").removesuffix("')") for entry in report["depends_on"]} == (
        models
    )
