import duckdb
import pandas as pd
import pytest

from python_jobs.decisions.relations import EVALUATIONS, RULES, frame, rule_rows, typed

COLUMNS = """
    cast({} as varchar) as name, cast({} as bigint) as days, cast({} as decimal(18, 2)) as budget,
    cast({} as double) as roas, cast({} as boolean) as is_event, cast({} as date) as decision_date
"""
KNOWN = COLUMNS.format("'a'", 3, 1.25, 0.5, "true", "'2026-03-01'")
UNKNOWN = COLUMNS.format(*["null"] * 6)
KINDS = ["object", "float64", "float64", "float64", "bool", "datetime64[us]"]


@pytest.fixture
def session():
    with duckdb.connect() as connection:
        yield connection


@pytest.mark.parametrize(
    "query",
    [
        f"select {KNOWN}",
        f"select {UNKNOWN}",
        f"select {KNOWN} union all select {UNKNOWN}",
        f"select {KNOWN} where false",
    ],
    ids=["known", "unknown", "both", "no rows"],
)
def test_a_frame_has_the_same_types_whatever_its_values(session, query):
    assert [str(kind) for kind in frame(session.sql(query)).dtypes] == KINDS


def test_what_is_not_known_is_none_nan_or_false(session):
    [row] = frame(session.sql(f"select {UNKNOWN}")).to_dict("records")
    assert row["name"] is None
    assert row["is_event"] is False
    assert all(pd.isna(row[column]) for column in ("days", "budget", "roas", "decision_date"))


def test_lists_and_json_are_objects(session):
    query = "select ['a', 'b'] as names, [1]::integer[] as numbers, '{\"a\": 1}'::json as spec"
    [row] = frame(session.sql(query)).to_dict("records")
    assert row == {"names": ["a", "b"], "numbers": [1], "spec": '{"a": 1}'}
    unknown = "select null::varchar[] as names, null::integer[] as numbers, null::json as spec"
    [row] = frame(session.sql(unknown)).to_dict("records")
    assert row == {"names": None, "numbers": None, "spec": None}


def test_rows_keep_their_types_and_nulls_on_the_way_back(session):
    rows = pd.DataFrame(
        {
            "decision_date": pd.to_datetime(["2026-03-01"]),
            "account_id": ["1"],
            "budget_level": ["adset"],
            "budget_entity_id": ["11"],
            "rule_id": ["r"],
            "fired": [True],
            "decided": [False],
            "failed_condition": [None],
            "value": [float("nan")],
            "threshold": [1.5],
            "short_by": [float("nan")],
        }
    )
    for some in (rows, rows.iloc[:0]):
        back = typed(session, some[list(reversed(rows.columns))], EVALUATIONS)
        assert dict(zip(back.columns, map(str, back.types), strict=True)) == {
            name: kind.upper() for name, kind in EVALUATIONS.items()
        }
    [known] = typed(session, rows, EVALUATIONS).fetchall()
    assert known[5:] == (True, False, None, None, 1.5, None)


def test_rules_are_rows_in_the_order_they_are_asked(session):
    rules = rule_rows(session)
    assert rules.columns == list(RULES)
    priorities = [priority for (priority,) in rules.project("priority").fetchall()]
    assert priorities == sorted(priorities)
    assert len(priorities) > 42
