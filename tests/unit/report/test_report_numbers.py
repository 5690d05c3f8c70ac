"""Every number of the report is a column of a published table, and which one it says is true."""

import json
from collections import Counter

import duckdb
import pytest

# numbers that are made of columns: what each is, by hand
LAST = "(select max(data_through) from results.monthly_budget_pacing)"
BUDGETS = "from results.budget_allocations"
DAYS = "from results.account_daily where date_day"
NOW, BEFORE = (
    f"{DAYS} between {LAST} - 27 and {LAST}",
    f"{DAYS} between {LAST} - 55 and {LAST} - 28",
)
WINDOWS = {
    "spend": "sum(spend)",
    "purchase_value": "sum(purchase_value)",
    "shopify_revenue": "sum(shopify_revenue)",
    "roas": "sum(purchase_value) / sum(spend)",
    "cpa": "sum(spend) / sum(purchases)",
    "mer": "sum(shopify_revenue) / sum(spend)",
    "ncac": "sum(spend) / sum(new_customer_orders)",
}
CAMPAIGNS = {
    "spend": "sum(spend)",
    "purchases": "sum(purchases)",
    "roas": "sum(purchase_value) / sum(spend)",
    "shopify_roas": "sum(shopify_matched_revenue) / sum(spend)",
    "cpa": "sum(spend) / sum(purchases)",
}
COMPUTED = {
    "mornings.valid_until": f"select max(valid_until) {BUDGETS}",
    "mornings.budgets": f"select count(*) {BUDGETS}",
    "mornings.changes": f"select count(*) {BUDGETS} where recommended_budget <> current_budget",
    "mornings.raises": f"select count(*) {BUDGETS} where recommended_budget > current_budget",
    "mornings.cuts": f"select count(*) {BUDGETS} where recommended_budget < current_budget",
    "mornings.current_total": f"select sum(current_budget) {BUDGETS}",
    "mornings.raised": f"""select sum(recommended_budget) - sum(current_budget) {BUDGETS}
        where recommended_budget > current_budget""",
    "mornings.cut": f"""select sum(current_budget) - sum(recommended_budget) {BUDGETS}
        where recommended_budget < current_budget""",
    "mornings.hold_7d_revenue": f"select sum(hold_7d_revenue) {BUDGETS}",
    "mornings.expected_7d_revenue": f"select sum(expected_7d_revenue) {BUDGETS}",
    "mornings.gain_7d": f"select sum(expected_7d_revenue) - sum(hold_7d_revenue) {BUDGETS}",
    "budgets.gain_7d": f"""select expected_7d_revenue - hold_7d_revenue {BUDGETS}
        where expected_7d_revenue <> hold_7d_revenue""",
    "account_windows.first_day": f"select min(date_day) {NOW}",
    "account_windows.last_day": f"select max(date_day) {NOW}",
    **{
        f"account_windows.{name}": f"select {made} {NOW} union all select {made} {BEFORE}"
        for name, made in WINDOWS.items()
    },
    **{
        f"campaigns.{name}": f"""select {made} from results.campaign_daily
            where date_day between {LAST} - 27 and {LAST}
            group by campaign_id having sum(spend) > 0 and {made} is not null"""
        for name, made in CAMPAIGNS.items()
    },
    "log.budgets": "select count(*) from results.decision_log",
    "log.changes": """select count(*) from results.decision_log
        where recommended_budget <> current_budget""",
    "log.recommended_total": "select sum(recommended_budget) from results.decision_log",
    "log.expected_7d_revenue": "select sum(expected_7d_revenue) from results.decision_log",
}


@pytest.fixture(scope="module")
def ask(published_demo):
    with duckdb.connect(str(published_demo), read_only=True) as published:
        yield lambda query: [value for (value,) in published.execute(query).fetchall()]


@pytest.fixture(scope="module")
def columns(ask):
    return set(
        ask(
            """select concat_ws('.', table_schema, table_name, column_name)
            from information_schema.columns where table_schema in ('results', 'features')"""
        )
    )


def test_numbers_name_columns_that_there_are(demo_page, columns):
    named = {column for number in demo_page.numbers for column in number.columns}
    assert len(named) > 80
    assert named - columns == set()


def test_charts_name_columns_that_there_are(demo_page, columns):
    specs = json.loads(demo_page.scripts["specs"])
    assert len(specs) > 15
    for name, spec in specs.items():
        assert spec["usermeta"]["columns"], name
        assert set(spec["usermeta"]["columns"]) <= columns, name


def test_a_number_that_is_a_column_is_one_of_its_values(demo_page, ask):
    published = {}
    plain = [number for number in demo_page.numbers if number.computed is None]
    assert len(plain) > 500
    for number in plain:
        [column] = number.columns
        table, _, name = column.rpartition(".")
        if column not in published:
            published[column] = {
                str(value) for value in ask(f"select distinct {name} from {table}")
            }
        assert number.value in published[column], column


def test_the_numbers_of_a_budget_are_those_of_its_row(demo_html, ask):
    """Not only of some row: what a buyer sets must stand at the right name."""
    rows = demo_html.split('<li data-direction="')[1:]
    assert len(rows) == ask("select count(*) from results.budget_allocations")[0]
    for row in rows:
        key = row.partition('<details data-key="')[2].partition('"')[0].partition(":")[2]
        columns = ["current_budget", "projected_roas", "lower_limit", "upper_limit"]
        if not row.startswith("keep"):
            columns.append("recommended_budget")
        for column in columns:
            [value] = ask(f"select {column} {BUDGETS} where budget_entity_id = '{key}'")
            shown = f'value="{value}" data-column="results.budget_allocations.{column}"'
            assert shown in row, (key, column)


def test_numbers_made_of_columns_are_what_they_should_be(demo_page, ask):
    on_page = {}
    for number in demo_page.numbers:
        if number.computed:
            on_page.setdefault(number.computed, []).append(number.value)
    assert on_page.keys() == COMPUTED.keys()
    for name, shown in on_page.items():
        expected = [str(value) for value in ask(COMPUTED[name])]
        # the header shows some of the morning's numbers twice
        assert Counter(map(rounded, set(shown))) == Counter(map(rounded, set(expected))), name


def rounded(value):
    """A number to eight digits, for sums of floats depend on the order; a date as it is."""
    return value if value.count("-") == 2 else f"{float(value):.8g}"


def test_charts_draw_the_published_values(demo_page, ask):
    specs = json.loads(demo_page.scripts["specs"])
    values = specs["marginal-0"]["data"]["values"]
    assert sorted(row["marginal_roas"] for row in values) == pytest.approx(
        sorted(
            ask(
                """select marginal_roas from results.opportunity_sizes
                where entity_level = 'adset' and marginal_roas is not null"""
            )
        ),
        rel=1e-5,
    )
    key = ask(f"select budget_level || ':' || budget_entity_id {BUDGETS} limit 1")[0]
    drawn = json.loads(demo_page.scripts["data"])[key]
    spend = ask(
        f"""select spend_1d from features.holder_features
        where budget_level || ':' || budget_entity_id = '{key}' and spend_1d is not null
        order by decision_date desc limit 60"""
    )
    assert [row["spend"] for row in drawn["holder-spend"] if "spend" in row] == pytest.approx(
        spend[::-1], rel=1e-5
    )
    budgets = ask(
        f"""select unnest([current_budget, recommended_budget]) {BUDGETS}
        where budget_level || ':' || budget_entity_id = '{key}'"""
    )
    steps = drawn["holder-trace"]
    assert [steps[0]["after"], steps[-1]["after"]] == [float(budget) for budget in budgets]
