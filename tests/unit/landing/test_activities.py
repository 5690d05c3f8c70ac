"""The account's activity history in each layout lands as the same edits, and nobody's name with it.

Shapes of `extra_data` as the Marketing API gives them for each kind of edit; wordings of the table
as in Ads Manager's activity history.
"""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from python_jobs.landing import scan

PERSON = "Ann Person"


def event(kind, extra, **fields):
    """One event of the API, with those who made it."""
    return {
        "actor_id": "48151623421080",
        "actor_name": PERSON,
        "application_name": "Ads of Ann Person",
        "event_time": "2026-03-05T14:10:00+0000",
        "date_time_in_timezone": "05/03/2026 at 09:10",
        "event_type": kind,
        "translated_event_type": "whatever the language",
        "extra_data": extra if isinstance(extra, str) else json.dumps(extra),
        "object_id": "120241505244260399",
        "object_name": "Broad",
        "object_type": "CAMPAIGN",
    } | fields


def payment(side, cents, period):
    return {"type": "payment_amount", "currency": "USD", side: cents, "additional_value": period}


BUDGET = event(
    "update_ad_set_budget",
    {
        "old_value": payment("old_value", 5000, "Per day"),
        "new_value": payment("new_value", 6000, "Per day"),
        "type": "composite_data",
    },
)
ROLE = event("ad_account_add_user_to_role", {"new_value": PERSON}, object_name=PERSON)
SHAPES = {
    "envelope": json.dumps(
        {"data": [BUDGET, ROLE], "paging": {"next": "https://x?access_token=E"}}
    ),
    "list": json.dumps([BUDGET, ROLE]),
    "lines": json.dumps(BUDGET) + "\n" + json.dumps(ROLE) + "\n",
    "pages one after another": "".join(json.dumps({"data": [e]}) + "\n" for e in (BUDGET, ROLE)),
}


def no_person(raw):
    """Nothing of those who made the edits is in any table."""
    raw.judge()
    tables = [name for (name,) in raw.rows("select table_name from duckdb_tables()")]
    texts = [str(raw.rows(f"from {table}")) for table in tables if table.startswith("landing")]
    assert "Broad" in "".join(texts)
    return [text for text in texts if PERSON in text or "48151623421080" in text] == []


@pytest.mark.parametrize("shape", SHAPES)
def test_pages_of_the_api_in_any_shape(raw, shape):
    raw.land({"anything.txt": SHAPES[shape]})
    assert raw.rows("select layout, kind, status, message from landing_files") == [
        (
            "api_activities",
            "activities",
            "read",
            "activity history of the Marketing API; left out, as they are no edits of budget, "
            "status, bid, targeting or schedule: 1 of its events",
        )
    ]
    assert raw.rows("""
        select
            file_row, event_type, event_time, object_id, object_name, old_value, new_value,
            budget_period
        from landing_activities order by 1""") == [
        (
            1,
            "update_ad_set_budget",
            "2026-03-05T14:10:00+0000",
            "120241505244260399",
            "Broad",
            "5000",
            "6000",
            "daily",
        ),
        (2, *[None] * 7),
    ]
    assert raw.rows("from landing_rejected_rows") == []
    assert no_person(raw)


def test_a_large_list_is_read_item_by_item_to_the_same_rows(raw, monkeypatch):
    raw.land({"a.json": [BUDGET | {"object_id": str(i)} for i in range(20)]})
    before = raw.rows("from landing_activities order by file_row")
    assert len(before) == 20
    monkeypatch.setattr(scan, "_USUAL_DOCUMENT_BYTES", 100)
    raw.land()
    assert raw.rows("from landing_activities order by file_row") == before


VALUES = {
    "flat amounts": (
        "update_campaign_budget",
        {"old_value": "5000", "new_value": "7500", "additional_type": "daily_budget"},
        ("5000", "7500", "daily"),
    ),
    "a lifetime budget": (
        "update_campaign_budget",
        {
            "old_value": {"old_value": 300000, "type": "Lifetime budget"},
            "new_value": {"new_value": 450000, "type": "Lifetime budget"},
        },
        ("300000", "450000", "lifetime"),
    ),
    "a status, by its code": (
        "update_ad_set_run_status",
        {
            "old_value": "Aktiv",
            "new_value": "Inaktiv",
            "run_status": {"old_value": 1, "new_value": 15},
        },
        ("Active", "Inactive", "daily"),
    ),
    "a status without codes": (
        "update_ad_set_run_status",
        {"old_value": "Active", "new_value": "Inactive"},
        ("Active", "Inactive", "daily"),
    ),
    "a targeting": (
        "update_ad_set_target_spec",
        {"old_value": [], "new_value": [{"content": "Minimum age:", "children": ["18"]}]},
        ("[]", '[{"content":"Minimum age:","children":["18"]}]', "daily"),
    ),
    "no JSON": ("update_ad_set_target_spec", "see the details", (None, None, "daily")),
}


@pytest.mark.parametrize("case", VALUES)
def test_old_and_new_value_of_every_kind_of_edit(raw, case):
    kind, extra, expected = VALUES[case]
    raw.land({"a.json": [event(kind, extra)]})
    assert raw.rows("select old_value, new_value, budget_period from landing_activities") == [
        expected
    ]


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
)
KEYS = st.sampled_from(["old_value", "new_value", "run_status", "type", "additional_value"])
EXTRAS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(extras=st.lists(EXTRAS.map(json.dumps) | st.text(max_size=20), min_size=20, max_size=20))
def test_no_extra_data_keeps_the_rest_of_a_file_from_being_read(raw, extras):
    events = [event("update_ad_set_budget", extra) for extra in extras]
    raw.land({"a.json": [*events, BUDGET]})
    assert raw.rows("select count(*) from landing_activities where event_time is not null") == [
        (21,)
    ]
    assert raw.rows("select count(*) from landing_rejected_rows where file_row = 21") == [(0,)]
    assert raw.file("a.json")[0] == "read"


def test_extra_data_that_a_tool_has_parsed_is_read_as_well(raw):
    raw.land({"a.json": [BUDGET | {"extra_data": json.loads(BUDGET["extra_data"])}]})
    assert raw.rows("select old_value, new_value from landing_activities") == [("5000", "6000")]


def test_the_amount_of_a_bid_stands_beside_its_strategy(raw):
    extra = {
        "old_value": "LOWEST_COST",
        "new_value": "COST_CAP",
        "additional_value": {"old_value": None, "new_value": 1250, "currency": "USD"},
    }
    raw.land({"a.json": [event("update_ad_set_bid_strategy", extra)]})
    assert raw.rows("select old_value, new_value, old_bid, new_bid from landing_activities") == [
        ("LOWEST_COST", "COST_CAP", None, "1250")
    ]


def test_a_table_under_the_names_of_the_api(raw):
    raw.land(
        {
            "tool.csv": "event_time,event_type,actor_name,object_id,object_name,extra_data\n"
            f"2026-03-05T14:10:00+0000,update_ad_set_budget,{PERSON},120241505244260399.0,Broad,"
            '"{""old_value"": ""5000"", ""new_value"": ""6000""}"\n'
        }
    )
    assert raw.file("tool.csv")[1].startswith("activity history, 6 of 6 columns known")
    assert raw.rows("select object_id, old_value, new_value from landing_activities") == [
        ("120241505244260399", "5000", "6000")
    ]
    assert no_person(raw)


HISTORY = f"""Activity,Activity details,Item changed,Changed by,Date and time
Ad set budget updated,"From $1,050.00 per day to $1,200.50 per day",Broad,,"3/15/2026, 2:46 PM"
Campaign status updated,From Active to Inactive,Sales,{PERSON},3/4/2026 at 9:05 AM
Campaign budget updated,From Lifetime budget: €300 to Lifetime budget: €450,Sales,{PERSON},3/4/2026
Ad set targeting updated,Age: 18-65+,Broad,{PERSON},3/4/2026 at 9:06 AM
Person added to account,{PERSON} became an admin,{PERSON},{PERSON},3/4/2026 at 9:07 AM
"""


def test_the_table_of_ads_manager(raw):
    raw.land({"history.csv": HISTORY})
    assert raw.rows("""
        select event_type, object_name, local_time, old_value, new_value, budget_period
        from landing_activities order by file_row""") == [
        (
            "Ad set budget updated",
            "Broad",
            "2026-03-15, 2:46 PM",
            "$1,050.00",
            "$1,200.50",
            "daily",
        ),
        (
            "Campaign status updated",
            "Sales",
            "2026-03-04 at 9:05 AM",
            "Active",
            "Inactive",
            "daily",
        ),
        ("Campaign budget updated", "Sales", "2026-03-04", "€300", "€450", "lifetime"),
        ("Ad set targeting updated", "Broad", "2026-03-04 at 9:06 AM", None, None, "daily"),
        (None,) * 6,
    ]
    # the third has no time of day, which another row's cannot lend it
    assert raw.rows("select file_row, column_name from landing_rejected_rows") == [
        (3, "event_time")
    ]
    assert no_person(raw)


@pytest.mark.parametrize(
    ("fields", "column"),
    [
        ({"event_time": "yesterday"}, "event_time"),
        ({"event_time": 99999999999999999}, "event_time"),
        ({"object_id": "", "object_name": ""}, "object_id"),
        ({"object_id": "1.2E+17"}, "object_id"),
        ({"extra_data": "{}"}, "new_value"),
    ],
)
def test_an_edit_that_cannot_be_used_is_rejected_beside_good_ones(raw, fields, column):
    raw.land({"a.json": [BUDGET, BUDGET | fields]})
    assert raw.rows("select file_row, column_name from landing_rejected_rows") == [(2, column)]


def test_events_of_other_kinds_are_never_rejected(raw):
    raw.land({"a.json": [BUDGET, ROLE | {"event_time": "", "extra_data": "{"}]})
    assert raw.rows("from landing_rejected_rows") == []


def test_seconds_from_1970_are_a_time_as_well(raw):
    raw.land({"a.json": [BUDGET | {"event_time": 1772719800}]})
    assert raw.rows("from landing_rejected_rows") == []
    assert raw.rows("select first_day::varchar, rows_read from landing_file_rows") == [
        ("2026-03-05", 1)
    ]


def test_a_table_without_times_is_refused_and_other_tables_are_not_taken_for_it(raw):
    raw.land(
        {
            "no_time.csv": "Activity,Activity details,Item changed\nAd set budget updated,a,b\n",
            "else.csv": "Activity,Hours\nSwimming,3\n",
        }
    )
    assert raw.file("no_time.csv") == (
        "refused",
        "looks like activity history and has no column `Date and time` or `event_time`: export it "
        "again with it",
    )
    assert raw.file("else.csv") == (
        "skipped",
        "has none of the columns that we read: not needed",
    )


def test_without_a_file_the_table_is_empty_and_typed(raw):
    raw.land({"insights.json": []})
    assert raw.rows("select count(*), max(file_row) from landing_activities") == [(0, None)]
    assert {kind for _, kind, *_ in raw.rows("describe landing_activities")} == {
        "VARCHAR",
        "BIGINT",
    }
