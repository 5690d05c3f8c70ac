"""Metrics and dimensions for other tools refer to what there is, and give published figures.

dbt itself checks their form when it parses. What a metric gives is asked for here by the plainest
SQL that its declaration can mean.
"""

import math
import re

import duckdb
import pytest

OF_THE_LAST_WEEK = ("spend", "impressions", "cpm", "ctr", "cpc", "cvr", "cpa", "aov", "roas")


@pytest.fixture(scope="module")
def layer(project):
    return project.home.manifest.writable_manifest().to_dict()


@pytest.fixture(scope="module")
def demo(demo_warehouse):
    with duckdb.connect(str(demo_warehouse), read_only=True) as connection:
        yield connection


def table_of(layer, semantic_model):
    [name] = re.findall(r"ref\('(\w+)'\)", semantic_model["model"])
    return f"{layer['nodes'][f'model.autopilot.{name}']['schema']}.{name}"


def test_dimensions_entities_and_measures_are_of_columns_there_are(layer, demo):
    assert layer["semantic_models"]
    for model in layer["semantic_models"].values():
        parts = [*model["dimensions"], *model["entities"], *model["measures"]]
        columns = ", ".join(part["expr"] or part["name"] for part in parts)
        demo.execute(f"select {columns} from {table_of(layer, model)} limit 0")
        for part in [*model["dimensions"], *model["measures"]]:
            assert part["description"], part["name"]


def test_every_measure_is_a_metric_with_a_description(layer):
    metrics = layer["metrics"].values()
    measures = {m["name"] for model in layer["semantic_models"].values() for m in model["measures"]}
    asked = {m["type_params"]["measure"]["name"] for m in metrics if m["type"] == "simple"}
    assert asked == measures
    assert [m["name"] for m in metrics if not m["description"]] == []


def sql_of(layer, name):
    """The metric as an expression over the rows of its semantic model."""
    metric = layer["metrics"][f"metric.autopilot.{name}"]
    given = metric["type_params"]
    if metric["type"] == "simple":
        [measure] = [
            measure
            for model in layer["semantic_models"].values()
            for measure in model["measures"]
            if measure["name"] == given["measure"]["name"]
        ]
        return f"{measure['agg']}({measure['expr'] or measure['name']})"
    if metric["type"] == "ratio":
        numerator, denominator = (
            sql_of(layer, given[part]["name"]) for part in ("numerator", "denominator")
        )
        return f"({numerator})::double / nullif({denominator}, 0)"
    text = given["expr"]
    for part in given["metrics"]:
        text = re.sub(rf"\b{part['name']}\b", f"({sql_of(layer, part['name'])})", text)
    return text


@pytest.mark.parametrize("metric", OF_THE_LAST_WEEK)
def test_metrics_of_the_last_week_are_those_of_the_features(layer, demo, metric):
    rows = demo.execute(
        f"""
        with last_day as (select max(date_day) as date_day from features.adset_features),
        week as (
            select adset_id, {sql_of(layer, metric)} as figure
            from results.adset_daily, last_day
            where adset_daily.date_day between last_day.date_day - 6 and last_day.date_day
            group by adset_id
        )
        select week.figure, features.{metric}_7d
        from features.adset_features as features
        inner join last_day using (date_day)
        inner join week using (adset_id)
        """
    ).fetchall()
    compared = [(asked, known) for asked, known in rows if asked is not None and known]
    assert len(compared) >= 10
    assert all(math.isclose(asked, known, rel_tol=1e-9) for asked, known in compared)


@pytest.mark.parametrize("metric", ["mer", "ncac"])
def test_metrics_of_a_day_are_those_of_the_account(layer, demo, metric):
    rows = demo.execute(
        f"select {sql_of(layer, metric)}, any_value({metric}) from results.account_daily"
        " group by account_id, date_day"
    ).fetchall()
    compared = [(asked, known) for asked, known in rows if known is not None]
    assert len(compared) >= 50
    assert all(math.isclose(asked, known, rel_tol=1e-9) for asked, known in compared)


def test_the_gain_of_a_morning_is_what_its_rows_add_up_to(layer, demo):
    [(asked,)] = demo.execute(
        f"select {sql_of(layer, 'expected_7d_gain')} from results.budget_allocations"
    ).fetchall()
    rows = demo.execute(
        "select expected_7d_revenue, hold_7d_revenue from results.budget_allocations"
    ).fetchall()
    assert rows
    assert asked == sum(expected - hold for expected, hold in rows)
