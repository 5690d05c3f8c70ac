"""What happened after the day before a decision changes nothing that the decision reads.

Each case builds twice with the same `as_of`: once as things were and once with everything that is
dated from the cut on changed. Decisions up to the cut must read the same. The project's own
compiled SQL runs in memory; the first case goes through a dbt build from the raw files as well.
"""

import json
from datetime import date

import duckdb
import pandas as pd
import pytest
from conftest import DEMO, ROOT
from reading import WITHOUT_TESTS

from python_jobs.simulation.pipeline import Pipeline, compile_project

AS_OF = date(2026, 6, 1)
CUT = date(2026, 5, 10)
DECISIONS = f"from features.holder_features where decision_date <= date '{CUT}'"
INSIGHTS = ("staging", "stg_meta__insights")
ORDERS = ("staging", "stg_shopify__orders")
AD_SETS = ("staging", "stg_meta__adsets")
BUDGETS = ("staging", "stg_meta__budgets_seen")


def assert_same_decisions(before, after):
    order = ["decision_date", "budget_level", "budget_entity_id"]
    before, after = (
        df.drop(columns="run_id").sort_values(order, ignore_index=True) for df in (before, after)
    )
    assert before["decision_date"].nunique() > 60
    # sums over threads differ in the last digit from run to run
    pd.testing.assert_frame_equal(after, before, rtol=1e-9)


@pytest.fixture(scope="module")
def decide(project, demo_warehouse):
    """Decisions up to the cut, after changes to staging tables: table -> SQL over `given`."""
    project.compiled()
    pipeline = Pipeline(compile_project(ROOT, ["holder_features"]), ROOT)
    with duckdb.connect(str(demo_warehouse), read_only=True) as built:
        tables = {
            (schema, name): built.sql(f"from {schema}.{name}").to_arrow_table()
            for schema, name in pipeline.compiled.inputs
        }

    def decide(*changes):
        changed = dict(tables)
        for table, sql in changes:
            with duckdb.connect() as connection:
                connection.register("given", changed[table])
                changed[table] = connection.sql(sql).to_arrow_table()
        pipeline.build(changed)
        return pipeline.connection.sql(DECISIONS).df()

    as_of = f"select * replace (date '{AS_OF}' as as_of_requested) from given"
    return lambda *changes: decide((("landing", "run_settings"), as_of), *changes)


LATER = f"date_day >= date '{CUT}'"
LATER_ORDER = f"day_as_written >= date '{CUT}'"
LONG_AGO = f"date_day < date '{CUT}' - 40"
PAUSED = """select * replace ('PAUSED' as effective_status) from given"""
CASES = {
    "all numbers change, ad sets and orders go": (
        [],
        [
            (
                INSIGHTS,
                f"""
                select * replace (
                    if({LATER}, spend * 3, spend) as spend,
                    if({LATER}, purchases * 5, purchases) as purchases,
                    if({LATER}, purchase_value * 7, purchase_value) as purchase_value,
                    if({LATER}, link_clicks * 2, link_clicks) as link_clicks,
                    if({LATER}, impressions + 1, impressions) as impressions
                )
                from given
                where not ({LATER} and right(adset_id, 1) = '7')""",
            ),
            (
                ORDERS,
                f"""
                select * replace (if({LATER_ORDER}, revenue * 3, revenue) as revenue)
                from given
                where not ({LATER_ORDER} and right(order_name, 1) = '7')""",
            ),
            (
                BUDGETS,
                f"""
                select * replace (
                    if(seen_on > date '{CUT}', daily_budget * 2, daily_budget) as daily_budget
                )
                from given""",
            ),
        ],
    ),
    "link clicks and purchases are shown for the first time": (
        [
            (
                INSIGHTS,
                f"""
                select * replace (
                    if({LATER}, link_clicks, null) as link_clicks,
                    if({LATER}, purchases, null) as purchases
                )
                from given""",
            )
        ],
        [],
    ),
    "the first orders are matched": (
        [
            (
                ORDERS,
                f"""
                select * replace (
                    if({LATER_ORDER}, utm_campaign, null) as utm_campaign,
                    if({LATER_ORDER}, utm_content, null) as utm_content,
                    if({LATER_ORDER}, utm_term, null) as utm_term
                )
                from given""",
            )
        ],
        [],
    ),
    "orders go on after a pause": (
        [
            (
                ORDERS,
                f"from given where {LATER_ORDER} or day_as_written < date '{CUT}' - 10",
            )
        ],
        [],
    ),
    "ended ad sets start again": (
        [(AD_SETS, PAUSED), (INSIGHTS, f"from given where {LATER} or {LONG_AGO}")],
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_days_after_the_decision_change_nothing_in_it(decide, case):
    """A case gives what both sides have, and what changes; nothing to change: later rows go."""
    common, changes = CASES[case]
    if not changes:
        changes = [
            (INSIGHTS, f"from given where not {LATER}"),
            (ORDERS, f"from given where not {LATER_ORDER}"),
        ]
    assert_same_decisions(decide(*common), decide(*common, *changes))


def changed_file(file):
    """A raw file of the demo with everything dated from the cut on changed."""
    cut = str(CUT)
    if file.suffix == ".csv":
        lines = pd.read_csv(file, dtype=str, keep_default_na=False)
        later = lines["Created at"].str[:10] >= cut
        priced = later & lines["Total"].ne("")
        lines.loc[priced, "Total"] = (lines.loc[priced, "Total"].astype(float) * 3).astype(str)
        return lines[~(later & lines["Name"].str.endswith("7"))].to_csv(index=False)
    page = json.loads(file.read_text())
    kept = []
    for row in page["data"]:
        if row.get("date_start", "") >= cut:
            if row.get("adset_id", "").endswith("7"):
                continue
            row["spend"] = str(float(row["spend"]) * 3)
            for action in row.get("actions", []) + row.get("action_values", []):
                action["value"] = str(float(action["value"]) * 5)
        if file.stem[-10:] > cut and "daily_budget" in row:
            row["daily_budget"] = str(int(row["daily_budget"]) * 2)
        kept.append(row)
    return page | {"data": kept}


def test_raw_rows_after_the_decision_change_nothing_in_it(project, demo_warehouse):
    changed = project.build(
        "changed_demo",
        {f.name: changed_file(f) for f in DEMO.iterdir()},
        as_of=str(AS_OF),
        arguments=("--select", "+holder_features", *WITHOUT_TESTS),
    )
    decisions = []
    for file in (demo_warehouse, changed):
        with duckdb.connect(str(file), read_only=True) as built:
            assert built.sql("select as_of from intermediate.int_as_of").fetchall() == [(AS_OF,)]
            decisions.append(built.sql(DECISIONS).df())
    assert_same_decisions(*decisions)
