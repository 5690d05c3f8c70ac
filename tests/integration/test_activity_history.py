"""An account with its activity history: what was edited, and what that keeps from being moved."""

import json
from datetime import date, datetime

import duckdb
import pytest
from reading import BUDGETS, WITHOUT_TESTS, WITHOUT_UNIT_TESTS, ad_day, rows, value

PERSON, PERSON_ID = "Ann Person", "48151623421080"
DAYS = [
    f"2026-{month:02d}-{day:02d}"
    for month, last in ((3, 31), (4, 15))
    for day in range(1, last + 1)
]
# the second pair has too few purchases to be out of learning by their number
PURCHASES = {"111": 20, "121": 12, "131": 3, "141": 3}
ACCOUNT = {
    "id": "act_1",
    "account_id": "1",
    "currency": "USD",
    "timezone_name": "America/New_York",
    "account_status": 1,
}


def ad_sets(**budgets):
    """The account's ad sets as the API shows them, at 50.00 a day or at other cents."""
    return [
        {
            "id": ad_set,
            "account_id": "act_1",
            "campaign_id": "1",
            "name": f"Ad set {ad_set}",
            "effective_status": "ACTIVE",
            "start_time": "2026-01-01T00:00:00+0000",
            "daily_budget": budgets.get(f"of_{ad_set}", "5000"),
        }
        for ad_set in ("11", "12", "13", "14")
    ]


def event(moment, kind, ad_set, extra):
    return {
        "actor_id": PERSON_ID,
        "actor_name": PERSON,
        "application_name": f"Tool of {PERSON}",
        "event_time": moment,
        "event_type": kind,
        "object_id": ad_set,
        "object_name": f"Ad set {ad_set}",
        "object_type": "CAMPAIGN",
        "extra_data": json.dumps(extra),
    }


def budget(side, cents):
    return {side: cents, "type": "payment_amount", "currency": "USD", "additional_value": "Per day"}


EVENTS = [
    # 22:30 in New York on the 15th, the last day of the data: 4 %, which does not restart learning
    event(
        "2026-04-16T02:30:00+0000",
        "update_ad_set_budget",
        "11",
        {"old_value": budget("old_value", 4800), "new_value": budget("new_value", 5000)},
    ),
    event(
        "2026-04-13T15:00:00+0000",
        "update_ad_set_target_spec",
        "13",
        {"old_value": [], "new_value": [{"content": "Minimum age:", "children": ["25"]}]},
    ),
    # after the morning of the decision
    event("2026-04-18T15:00:00+0000", "update_ad_set_target_spec", "14", {"new_value": []}),
    # no amount, and no edit
    event("2026-04-12T15:00:00+0000", "update_ad_set_budget", "14", {}),
    event("2026-04-12T15:00:00+0000", "ad_account_add_user_to_role", "1", {"new_value": PERSON}),
]


ADS = [
    ad_day(day, ad, spend=50, purchases=count, value=60.0 * count)
    for day in DAYS
    for ad, count in PURCHASES.items()
]
FILES = {
    "ads.json": {"data": ADS},
    "account.json": ACCOUNT,
    "adsets_2026-04-01.json": {"data": ad_sets(of_11="4800", of_12="4000")},
    "adsets_2026-04-10.json": {"data": ad_sets(of_11="4800")},
    "adsets_2026-04-16.json": {"data": ad_sets()},
    "activities.json": {"data": EVENTS},
    "activities_again.json": EVENTS[:2],
}


@pytest.fixture(scope="module")
def built(project):
    return project.build(
        "activity_history", FILES, arguments=(*BUDGETS, "+change_log", *WITHOUT_UNIT_TESTS)
    )


def test_every_edit_is_logged_once_and_the_rest_is_inferred(built):
    assert rows(
        built,
        "select entity_id, entity_name, change_type, changed_at, changed_on, old_value, new_value, "
        "source from results.change_log order by changed_on",
    ) == [
        # 40 on the first and 50 on the second look, which no edit explains
        ("12", "Ad set 12", "budget", None, date(2026, 4, 10), "40.00", "50.00", "inferred"),
        (
            "13",
            "Ad set 13",
            "targeting",
            datetime(2026, 4, 13, 15, 0),
            date(2026, 4, 13),
            "[]",
            '[{"content":"Minimum age:","children":["25"]}]',
            "activity export",
        ),
        (
            "11",
            "Ad set 11",
            "budget",
            datetime(2026, 4, 16, 2, 30),
            date(2026, 4, 15),
            "48.00",
            "50.00",
            "activity export",
        ),
        (
            "14",
            "Ad set 14",
            "targeting",
            datetime(2026, 4, 18, 15, 0),
            date(2026, 4, 18),
            None,
            "[]",
            "activity export",
        ),
    ]


def test_a_budget_edited_yesterday_cools_down_and_a_new_targeting_learns(built):
    decided = {
        entity: (limit, float(current), float(recommended))
        for entity, limit, current, recommended in rows(
            built,
            "select budget_entity_id, binding_limit, current_budget, recommended_budget "
            "from results.budget_allocations",
        )
    }
    assert decided["11"] == ("cooldown", 50, 50)
    assert decided["13"] == ("learning", 50, 50)
    # neither is held for an edit: one was changed six days ago, the other is edited in two days
    assert decided["12"][0] not in ("cooldown", "learning")
    assert decided["14"][0] not in ("cooldown", "learning")


def test_budgets_of_past_days_are_those_of_the_edit(built):
    assert rows(
        built,
        "select decision_date, daily_budget, budget_source, days_since_budget_change, "
        "round(budget_change_ratio, 4) from features.holder_features "
        "where budget_entity_id = '11' and decision_date >= '2026-04-14' order by 1",
    ) == [
        (date(2026, 4, 14), 48, "seen", None, None),
        # what the edit of that day found
        (date(2026, 4, 15), 48, "activity", None, None),
        # 50 / 48 - 1, on the day before
        (date(2026, 4, 16), 50, "object", 1, 0.0417),
    ]
    assert rows(
        built,
        "select budget_entity_id, days_since_significant_edit from features.holder_features "
        "where decision_date = '2026-04-16' order by 1",
    ) == [("11", None), ("12", None), ("13", 3), ("14", None)]


def test_an_edit_without_an_amount_is_rejected_and_other_events_are_counted(built):
    assert rows(built, "select file_path, file_row, column_name from results.rejected_rows") == [
        ("activities.json", 4, "new_value")
    ]
    assert rows(
        built,
        "select rows_read, rows_rejected, first_day, last_day from results.input_files "
        "where file_path = 'activities.json'",
    ) == [(5, 1, date(2026, 4, 12), date(2026, 4, 18))]
    assert "1 of its events" in value(
        built, "select message from results.input_files where file_path = 'activities.json'"
    )


def test_an_earlier_morning_knows_no_edit_of_its_day_or_later(project):
    earlier = project.build(
        "activity_history_earlier",
        FILES,
        as_of="2026-04-13",
        arguments=("--select", "+change_log", "+holder_features", *WITHOUT_TESTS),
    )
    assert rows(earlier, "select entity_id, source from results.change_log") == [("12", "inferred")]
    assert rows(
        earlier,
        "select budget_entity_id, daily_budget, budget_source, days_since_significant_edit "
        "from features.holder_features where decision_date = '2026-04-13' order by 1",
    ) == [
        ("11", 48, "seen", None),
        ("12", 50, "seen", None),
        ("13", 50, "seen", None),
        ("14", 50, "seen", None),
    ]


def test_who_made_an_edit_is_nowhere_in_the_file(built):
    with duckdb.connect(str(built), read_only=True) as database:
        tables = database.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        found = [
            (schema, table)
            for schema, table in tables
            for row in database.sql(f'from "{schema}"."{table}"').fetchall()
            if PERSON in str(row) or PERSON_ID in str(row)
        ]
    assert ("landing", "landing_activities") in tables
    assert found == []
    content = built.read_bytes()
    assert PERSON.encode() not in content
    assert PERSON_ID.encode() not in content
