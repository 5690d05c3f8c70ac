"""Two published files that differ in known ways."""

import duckdb
import pytest

from python_jobs.warehouse.compare import Difference, compare

KEYS = {"results.budgets": ["day", "ad_set"]}


@pytest.fixture
def files(tmp_path):
    def make(name: str, *statements: str):
        with duckdb.connect(str(tmp_path / name)) as connection:
            connection.execute("create schema results")
            connection.execute(
                "create table results.budgets as select * from (values "
                "(date '2026-03-01', '1', 10.0::double, 'raise', 'run ' || ?), "
                "(date '2026-03-01', '2', 20.0::double, 'keep', 'run ' || ?), "
                "(date '2026-03-02', '1', null::double, null, 'run ' || ?)) "
                "as rows (day, ad_set, budget, reason, run_id)",
                [name] * 3,
            )
            connection.execute("create table results.notes as select 'seen' as note")
            for statement in statements:
                connection.execute(statement)
        return tmp_path / name

    return make


def test_nothing_differs_but_the_run(files):
    assert compare(files("a"), files("b"), KEYS) == []


def test_sums_in_another_order_are_the_same(files):
    other = files("b", "update results.budgets set budget = budget * (1 + 1e-12)")
    assert compare(files("a"), other, KEYS) == []


@pytest.mark.parametrize(("left", "rows"), [(3e-16, 0), (1e-9, 1)])
def test_what_is_left_of_a_sum_that_is_nothing_is_the_same(files, left, rows):
    nothing, something = (
        f"update results.budgets set budget = {value} where ad_set = '2'" for value in (0, left)
    )
    found = compare(files("a", nothing), files("b", something), KEYS)
    assert [each.rows for each in found] == [1] * rows


def test_values_that_differ_are_counted_with_the_largest_difference(files):
    new = files(
        "b",
        "update results.budgets set budget = 25 where ad_set = '2'",
        "update results.budgets set budget = 5, reason = 'cut' where day = date '2026-03-02'",
    )
    table = "results.budgets"
    # 20 to 25 is a fifth of the larger; from nothing to 5 has no size
    assert compare(files("a"), new, KEYS) == [
        Difference(table, "budget", "values differ", 2, "2026-03-01, 2", 0.2),
        Difference(table, "reason", "values differ", 1, "2026-03-02, 1"),
    ]


def test_rows_missing_on_either_side_are_told(files):
    new = files(
        "b",
        "delete from results.budgets where ad_set = '2'",
        "insert into results.budgets values (date '2026-03-03', '9', 1, 'new', '')",
        "update results.notes set note = 'read'",
    )
    assert compare(files("a"), new, KEYS) == [
        Difference("results.budgets", "", "rows only in the old file", 1, "2026-03-01, 2"),
        Difference("results.budgets", "", "rows only in the new file", 1, "2026-03-03, 9"),
        Difference("results.notes", "", "rows only in the old file", 1, "seen"),
        Difference("results.notes", "", "rows only in the new file", 1, "read"),
    ]


def test_tables_and_columns_of_one_side_are_told(files):
    new = files(
        "b",
        "drop table results.notes",
        "create table results.more as select 1 as one",
        "alter table results.budgets rename reason to why",
        "alter table results.budgets alter budget type decimal(18, 2)",
    )
    told = [(each.table, each.column, each.what) for each in compare(files("a"), new, KEYS)]
    assert told == [
        ("results.budgets", "reason", "column only in the old file"),
        ("results.budgets", "why", "column only in the new file"),
        ("results.budgets", "budget", "was DOUBLE, is DECIMAL(18,2)"),
        ("results.more", "", "table only in the new file"),
        ("results.notes", "", "table only in the old file"),
    ]
