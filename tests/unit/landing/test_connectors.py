"""Tables of connectors land as what the API would have said."""

import csv
import json

import duckdb
import pytest

SYNCED = "2026-03-20 06:00:00.000"
BASIC_AD = f"""\
ad_id,date,_fivetran_id,account_id,ad_name,adset_name,impressions,inline_link_clicks,reach,spend,_fivetran_synced
31,2026-03-14,a,77,Spring,Broad,1000,12,800,10.50,{SYNCED}
31,2026-03-15,b,77,Spring,Broad,1100,13,900,11.25,{SYNCED}
32,2026-03-15,c,77,Summer,Broad,500,4,450,4.05,{SYNCED}
"""
# the same two purchases of the 14th under two types: one of them counts, 2 and 60.00
ACTIONS = f"""\
ad_id,date,_fivetran_id,index,action_type,value,_7_d_click,_1_d_view,inline,_fivetran_synced
31,2026-03-14,a,0,omni_purchase,2.0,2.0,,,{SYNCED}
31,2026-03-14,a,1,offsite_conversion.fb_pixel_purchase,2.0,2.0,,,{SYNCED}
31,2026-03-14,a,2,post_reaction,9.0,,,9.0,{SYNCED}
32,2026-03-15,c,0,omni_purchase,1.0,,1.0,,{SYNCED}
"""
VALUES = f"""\
ad_id,date,_fivetran_id,index,action_type,value,_7_d_click,_fivetran_synced
31,2026-03-14,a,0,omni_purchase,60.00,60.00,{SYNCED}
32,2026-03-15,c,0,omni_purchase,19.99,,{SYNCED}
"""
FIVETRAN = {
    "fb/basic_ad.csv": BASIC_AD,
    "fb/basic_ad_actions.csv": ACTIONS,
    "fb/basic_ad_action_values.csv": VALUES,
}
PURCHASES = """
    select
        ad_id, date_start, spend::decimal(18, 2),
        list_filter(actions, lambda a: a.action_type = 'omni_purchase')[1].value::double,
        list_filter(actions, lambda a: a.action_type = 'omni_purchase')[1].value_7d_click::double,
        list_filter(actions, lambda a: a.action_type = 'omni_purchase')[1].value_1d_view::double,
        list_filter(action_values, lambda a: a.action_type = 'omni_purchase')[1].value::double
    from landing_insights where problem is null order by ad_id, date_start
"""


def as_parquet(folder, text, select="*"):
    """A CSV text as the bytes of a Parquet file, its columns of the types that they look like."""
    source, target = folder / "table.csv", folder / "table.parquet"
    source.write_text(text)
    duckdb.sql(f"copy (select {select} from read_csv('{source}')) to '{target}'")
    return target.read_bytes()


def as_csv(rows):
    """Rows as a CSV text, lists and objects as JSON in a cell."""
    lines = [",".join(rows[0])]
    for row in rows:
        cells = [json.dumps(v) if isinstance(v, list | dict) else str(v) for v in row.values()]
        lines.append(",".join('"' + cell.replace('"', '""') + '"' for cell in cells))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_actions_of_fivetran_are_put_to_their_report(raw, tmp_path, form):
    files = FIVETRAN
    if form == "parquet":
        files = {
            name.replace("csv", form): as_parquet(tmp_path, text) for name, text in FIVETRAN.items()
        }
    raw.land(files)
    assert raw.gate() == []
    spend = [row[2:3] for row in raw.rows(PURCHASES)]
    assert [float(value) for (value,) in spend] == [10.5, 11.25, 4.05]
    assert [(*row[:1], str(row[1])[:10], *row[3:]) for row in raw.rows(PURCHASES)] == [
        ("31", "2026-03-14", 2.0, 2.0, None, 60.0),
        ("31", "2026-03-15", None, None, None, None),
        ("32", "2026-03-15", 1.0, None, 1.0, 19.99),
    ]
    assert raw.file(f"fb/basic_ad_actions.{form}") == (
        "read",
        f"actions of fb/basic_ad.{form}, read with it",
    )
    assert raw.rows("select distinct unmapped_columns from landing_files") == [([],)]


def test_a_changed_table_of_actions_reads_its_report_again(raw):
    ids = "select file_path, file_id from landing_files order by file_path"
    before = dict(raw.land({**FIVETRAN, "fb/other.csv": BASIC_AD.replace("31,", "41,")}).rows(ids))
    after = dict(
        raw.land({"fb/basic_ad_actions.csv": ACTIONS.replace("2.0,2.0,,", "3.0,3.0,,")}).rows(ids)
    )
    changed = {name for name, file_id in after.items() if before[name] != file_id}
    assert changed == set(FIVETRAN)


def test_actions_without_their_row_are_told(raw):
    raw.land(
        {**FIVETRAN, "fb/basic_ad_actions.csv": ACTIONS + "31,2026-03-16,x,0,omni_purchase,5,,,,\n"}
    )
    assert raw.gate() == []
    assert raw.rows(
        "select file_path, file_row, reason from landing_rejected_rows "
        "inner join landing_files using (file_id)"
    ) == [("fb/basic_ad_actions.csv", 5, "belongs to no row of the report beside it")]


def test_actions_without_their_report_are_told(raw):
    raw.land(
        {
            "fb/basic_ad.csv": BASIC_AD,
            "fb/basic_ad_cost_per_action_type.csv": ACTIONS,
            "fb/daily_campaigns_actions.csv": ACTIONS,
            "fb/export.csv": ACTIONS,
        }
    )
    assert raw.gate() == []
    assert raw.file("fb/basic_ad.csv")[1].endswith(
        "; without purchases: no table of its actions is beside it"
    )
    assert raw.file("fb/basic_ad_cost_per_action_type.csv") == (
        "skipped",
        "is a part of a report that is not needed",
    )
    assert raw.file("fb/daily_campaigns_actions.csv") == (
        "refused",
        "holds actions of daily_campaigns, which is not beside it: put that table into the same "
        "folder",
    )
    assert raw.file("fb/export.csv") == (
        "refused",
        "holds actions and its name does not say of which table: name it like the connector, such "
        "as basic_ad_actions beside basic_ad",
    )


def test_a_report_whose_rows_cannot_be_told_apart_stops(raw):
    """Without `_fivetran_id` an ad's day by country has a row for each, and actions for neither."""
    raw.land(
        {
            "ad_country.csv": "ad_id,date,country,spend\n31,2026-03-14,US,3\n31,2026-03-14,CA,4\n",
            "ad_country_actions.csv": "ad_id,date,action_type,value\n"
            "31,2026-03-14,omni_purchase,1\n",
        }
    )
    assert raw.gate() == [
        "ad_country.csv has several rows that one row of its table of actions could belong to: "
        "export it with `_fivetran_id`, and only once"
    ]


def test_parts_of_a_dump_are_one_table(raw):
    """The warehouse splits each table as it likes: row c and its actions lie in parts 1 and 0."""
    head, *rows = BASIC_AD.splitlines(keepends=True)
    raw.land(
        {
            "fb/basic_ad_0_0_0.csv": head + rows[0] + rows[1],
            "fb/basic_ad_0_0_1.csv": head + rows[2],
            "fb/basic_ad_actions_0_0_0.csv": ACTIONS,
            "fb/basic_ad_action_values_0_0_0.csv": VALUES,
        }
    )
    assert raw.gate() == []
    assert [row[3] for row in raw.rows(PURCHASES)] == [2.0, None, 1.0]
    assert raw.rows("from landing_rejected_rows") == []


def test_dumps_of_two_days_go_with_their_own(raw):
    late = ACTIONS.replace("omni_purchase,2.0,2.0", "omni_purchase,3.0,3.0")
    raw.land(
        {
            "basic_ad_2026-03-15.csv": BASIC_AD,
            "basic_ad_actions_2026-03-15.csv": ACTIONS,
            "basic_ad_2026-03-16.csv": BASIC_AD,
            "basic_ad_actions_2026-03-16.csv": late,
        }
    )
    assert raw.gate() == []
    assert raw.rows("""
        select file_path, list_filter(actions, lambda a: a.action_type = 'omni_purchase')[1].value
        from landing_insights inner join landing_files using (file_id)
        where ad_id = '31' and date_start = '2026-03-14' order by file_path""") == [
        ("basic_ad_2026-03-15.csv", "2.0"),
        ("basic_ad_2026-03-16.csv", "3.0"),
    ]


def test_objects_of_fivetran_are_those_of_the_api(raw):
    raw.land(
        {
            "ad_set_history.csv": as_csv(
                [
                    {
                        "ID": "21",
                        "UPDATED_TIME": "2026-03-10 09:00:00+00",
                        "ACCOUNT_ID": "77",
                        "CAMPAIGN_ID": "11",
                        "NAME": 'The "Broad", one',
                        "DAILY_BUDGET": "5000",
                        "STATUS": "ACTIVE",
                        "TARGETING_AGE_MIN": "25",
                        "TARGETING_GENDERS": [2],
                        "TARGETING_GEO_LOCATIONS_COUNTRIES": ["US", "CA"],
                        "TARGETING_EXCLUDED_GEO_LOCATIONS_REGIONS": "",
                        "PROMOTED_OBJECT_CUSTOM_EVENT_TYPE": "PURCHASE",
                        "LEARNING_STAGE_INFO_STATUS": "",
                        "_FIVETRAN_SYNCED": SYNCED,
                    }
                ]
            ),
            "ad_history.csv": "id,account_id,ad_set_id,campaign_id,creative_id,name,updated_time\n"
            "31,77,21,11,41,Spring,2026-03-01T10:00:00\n",
            "campaign_history.csv": "id,account_id,name,updated_time,_fivetran_synced\n"
            f"11,act_77,Sales,2026-03-01T10:00:00,{SYNCED}\n",
            "account_history.csv": f"id,name,_fivetran_synced\n77,Shop,{SYNCED}\n",
            "creative_history.csv": as_csv(
                [
                    {
                        "id": "41",
                        "account_id": "77",
                        "name": "Cards",
                        "url_tags": [
                            {"key": "utm_source", "value": "facebook", "type": "AD"},
                            {"key": "utm_campaign", "value": "{{campaign.id}}", "type": "AD"},
                        ],
                        "object_story_link_data_child_attachments": [{"link": "a"}, {"link": "b"}],
                        "page_link": "https://shop.example.com",
                        "asset_feed_spec_link_urls": "",
                        "template_page_link": "",
                    }
                ]
            ),
        }
    )
    assert raw.gate() == [] or raw.gate()[0].startswith("without")
    found = {
        (object_type, object_id, account): json.loads(text)
        for object_type, object_id, account, text in raw.rows(
            "select object_type, object_id, account_id, object from landing_objects"
        )
    }
    assert found == {
        ("adset", "21", "77"): {
            "id": "21",
            "updated_time": "2026-03-10 09:00:00+00",
            "account_id": "77",
            "campaign_id": "11",
            "name": 'The "Broad", one',
            "daily_budget": "5000",
            "status": "ACTIVE",
            "targeting": {
                "age_min": "25",
                "genders": [2],
                "geo_locations": {"countries": ["US", "CA"]},
            },
            "promoted_object": {"custom_event_type": "PURCHASE"},
            "_taken_at": SYNCED,
        },
        ("ad", "31", "77"): {
            "id": "31",
            "account_id": "77",
            "adset_id": "21",
            "campaign_id": "11",
            "creative": {"id": "41"},
            "name": "Spring",
            "updated_time": "2026-03-01T10:00:00",
        },
        ("campaign", "11", "77"): {
            "id": "11",
            "account_id": "77",
            "name": "Sales",
            "updated_time": "2026-03-01T10:00:00",
            "_taken_at": SYNCED,
        },
        ("account", "77", None): {"id": "77", "name": "Shop", "_taken_at": SYNCED},
        ("creative", "41", "77"): {
            "id": "41",
            "account_id": "77",
            "name": "Cards",
            "url_tags": "utm_source=facebook&utm_campaign={{campaign.id}}",
            "object_story_spec": {
                "link_data": {"child_attachments": [{"link": "a"}, {"link": "b"}]}
            },
            "page_link": "https://shop.example.com",
        },
    }


AIRBYTE = {
    "ad_id": "31",
    "adset_id": "21",
    "campaign_id": "11",
    "account_id": "77",
    "account_currency": "EUR",
    "date_start": "2026-03-15",
    "date_stop": "2026-03-15",
    "spend": 11.25,
    "impressions": 1100,
    "inline_link_clicks": 13,
    # broken down by the page that people went to: 1 + 2 purchases of 20.50 + 39.50
    "actions": [
        {"action_type": "omni_purchase", "action_destination": "a", "value": 1.0, "7d_click": 1.0},
        {"action_type": "omni_purchase", "action_destination": "b", "value": 2.0, "1d_view": 2.0},
    ],
    "action_values": [
        {"action_type": "omni_purchase", "action_destination": "a", "value": 20.5},
        {"action_type": "omni_purchase", "action_destination": "b", "value": 39.5},
    ],
}
EARLIER = {**AIRBYTE, "spend": 11.0, "actions": [], "action_values": []}
AD_SET = {
    "id": "21",
    "account_id": "77",
    "campaign_id": "11",
    "name": "Broad",
    "daily_budget": 5000.0,
    "targeting": {"age_min": 25},
    "updated_time": "2026-03-10T09:00:00+0000",
}
META = {"_airbyte_raw_id": "r", "_airbyte_meta": {"changes": []}}


def taken(row, moment):
    return {**META, "_airbyte_extracted_at": moment, **row}


def wrapped(row, moment):
    return {"_airbyte_ab_id": "r", "_airbyte_emitted_at": moment, "_airbyte_data": row}


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


# the evening read the day again and found three purchases; the morning's row stands before it
TYPED = [taken(AIRBYTE, "2026-03-17T20:00:00Z"), taken(EARLIER, "2026-03-16T06:00:00Z")]
RAW = [wrapped(EARLIER, 1773640800000), wrapped(AIRBYTE, 1773777600000)]


@pytest.mark.parametrize(
    ("insights", "objects"),
    [
        (("ads_insights.csv", as_csv(TYPED)), ("ad_sets.csv", as_csv([taken(AD_SET, "x")]))),
        (("ads_insights.jsonl", lines(TYPED)), ("ad_sets.jsonl", lines([taken(AD_SET, "x")]))),
        (("ads_insights.csv", as_csv(RAW)), ("ad_sets.csv", as_csv([wrapped(AD_SET, 1)]))),
        (("ads_insights.jsonl", lines(RAW)), ("ad_sets.jsonl", lines([wrapped(AD_SET, 1)]))),
        (("ads_insights.parquet", TYPED), ("ad_sets.parquet", [taken(AD_SET, "x")])),
        (("ads_insights.parquet", RAW), ("ad_sets.parquet", [wrapped(AD_SET, 1)])),
    ],
    ids=["csv", "jsonl", "raw csv", "raw jsonl", "parquet", "raw parquet"],
)
def test_airbyte(raw, tmp_path, insights, objects):
    files = dict([insights, objects])
    for name, content in files.items():
        if isinstance(content, list):
            source, target = tmp_path / "rows.jsonl", tmp_path / "rows.parquet"
            source.write_text(lines(content))
            duckdb.sql(f"copy (from '{source}') to '{target}'")
            files[name] = target.read_bytes()
    raw.land(files)
    assert raw.gate() == []
    ((spend, days, purchases, clicks, value),) = raw.rows("""
        select
            sum(spend::decimal(18, 2)), count(*),
            list_sum(flatten(list(list_transform(actions, lambda a: a.value::double)))),
            list_sum(flatten(list(list_transform(actions, lambda a: a.value_7d_click::double)))),
            list_sum(flatten(list(list_transform(action_values, lambda a: a.value::double))))
        from landing_insights""")
    assert (float(spend), days, purchases, clicks, value) == (11.25, 1, 3.0, 1.0, 60.0)
    ((object_type, object_id, text),) = raw.rows(
        "select object_type, object_id, object from landing_objects"
    )
    found = json.loads(text)
    assert (object_type, object_id) == ("adset", "21")
    assert (float(found["daily_budget"]), found["targeting"]["age_min"]) == (5000, 25)


DLT = {
    "campaign_id": "11",
    "adset_id": "21",
    "ad_id": "no_ad_id",
    "date_start": "2026-03-15T00:00:00Z",
    "date_stop": "2026-03-15T00:00:00Z",
    "reach": 900,
    "impressions": 1100,
    "clicks": 15,
    "spend": 11.25,
    "_dlt_load_id": "1773640800.1",
    "_dlt_id": "p1",
}
DLT_ACTION = {
    "action_type": "omni_purchase",
    "value": 3,
    "_7d_click": 2,
    "_1d_view": 1,
    "_dlt_parent_id": "p1",
    "_dlt_list_idx": 0,
    "_dlt_id": "c1",
}


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_dlt(raw, tmp_path, form):
    """Its lake has a folder for each table; rows and actions are joined by the parent's id."""
    tables = {
        "facebook_insights": DLT,
        "facebook_insights__actions": DLT_ACTION,
        "facebook_insights__action_values": {**DLT_ACTION, "value": 60.0},
        "facebook_insights__website_ctr": DLT_ACTION,
        "ad_sets": {
            **AD_SET,
            "targeting": "",
            "targeting__age_min": 25,
            "learning_stage_info__status": "SUCCESS",
            "_dlt_id": "s1",
        },
        "_dlt_loads": {"load_id": "1773640800.1", "schema_name": "facebook", "status": 0},
    }
    tables["ad_sets"].pop("targeting")
    for name, row in tables.items():
        content = as_csv([row]) if form == "csv" else lines([row])
        if form == "parquet":
            content = as_parquet(tmp_path, as_csv([row]))
        raw.add({f"{name}/1773640800.1.{'0a' if 'actions' in name else '0b'}.{form}": content})
    raw.land()
    assert raw.gate() == []
    assert raw.rows("""
        select
            level, adset_id, ad_id, try_cast(date_start as date)::varchar, spend::double,
            actions[1].value::double, actions[1].value_7d_click::double,
            actions[1].value_1d_view::double, action_values[1].value::double
        from landing_insights""") == [
        ("adset", "21", None, "2026-03-15", 11.25, 3.0, 2.0, 1.0, 60.0)
    ]
    ((text,),) = raw.rows("select object from landing_objects")
    found = json.loads(text)
    assert found["targeting"] == {"age_min": "25"}
    assert found["learning_stage_info"] == {"status": "SUCCESS"}
    statuses = raw.rows("select split_part(file_path, '/', 1), status from landing_files")
    assert {name for name, status in statuses if status == "skipped"} == {
        "facebook_insights__website_ctr",
        "_dlt_loads",
    }


def test_singer_rows(raw):
    row = {**AIRBYTE, "_sdc_extracted_at": "2026-03-17T06:00:00Z", "_sdc_batched_at": "x"}
    ad_set = {**AD_SET, "daily_budget": "5000", "_sdc_extracted_at": "2026-03-17T06:00:00Z"}
    raw.land({"ads_insights.csv": as_csv([row]), "adsets.jsonl": lines([ad_set])})
    assert raw.gate() == []
    assert raw.rows("select spend, len(actions) from landing_insights") == [("11.25", 2)]
    assert raw.rows("select object_type, object_id from landing_objects") == [("adset", "21")]


def test_other_peoples_tables_are_left_alone(raw):
    """Campaigns of other platforms, leads, products: none is taken for Meta's."""
    raw.land(
        {
            "basic_ad.csv": BASIC_AD,
            "google/ad_group_history.csv": "id,campaign_id,name,updated_at,_fivetran_synced\n"
            f"1,2,Shoes,2026-03-01,{SYNCED}\n",
            "snapchat/campaign_history.csv": "id,ad_account_id,objective,name,updated_at\n"
            "1,2,SALES,Shoes,2026-03-01\n",
            "leads.csv": "id,ad_id,adset_id,form_id,created_time\n1,2,3,5,2026-03-01\n",
            "shop/collection.csv": f"id,name,_fivetran_synced\n1,Shoes,{SYNCED}\n",
        }
    )
    assert raw.rows("from landing_objects") == []
    found = raw.rows("select file_path, status, message from landing_files order by file_path")
    assert [row for row in found if row[1] != "skipped"] == found[:1]


def test_files_of_the_connectors_maker(raw, shared_data):
    """Every row and cent, counted in the files themselves."""
    folder = shared_data / "fivetran_facebook_ads"
    files = sorted(folder.glob("*.csv"))
    raw.land({file.name: file.read_bytes() for file in files})
    assert raw.gate() == []
    assert raw.rows("select distinct status, unmapped_columns from landing_files") == [("read", [])]
    tables = {}
    for file in files:
        with file.open(encoding="utf-8", newline="") as text:
            tables[file.name.removeprefix("facebook_ads_").removesuffix("_data.csv")] = list(
                csv.DictReader(text)
            )
    rows = tables["basic_ad"]
    days = {(row["ad_id"], row["date"]) for row in rows}
    landed = raw.rows("""
        select
            sum(spend::decimal(18, 2)), sum(impressions::int),
            sum(list_sum(list_transform(actions, lambda a: a.value::double))),
            sum(list_sum(list_transform(action_values, lambda a: a.value::double)))
        from landing_insights where level = 'ad' and problem is null""")
    known = {
        action_type for (action_type,) in raw.rows("select action_type from seeds.action_priority")
    }

    def values(table):
        return sum(
            float(row["value"])
            for row in tables[table]
            if (row["ad_id"], row["date"]) in days and row["action_type"] in known
        )

    expected = (
        sum(float(row["spend"]) for row in rows),
        sum(int(row["impressions"]) for row in rows),
        values("basic_ad_actions"),
        values("basic_ad_action_values"),
    )
    assert [float(value) for value in landed[0]] == pytest.approx(expected)
    for breakdown in ("country", "region"):
        spent = raw.rows(f"""
            select sum(spend::decimal(18, 2)) from landing_insights
            where {breakdown} is not null""")
        in_file = sum(float(row["spend"]) for row in tables[f"demographics_{breakdown}"])
        assert float(spent[0][0]) == pytest.approx(in_file)
    for object_type, table in (
        ("account", "account_history"),
        ("campaign", "campaign_history"),
        ("adset", "ad_set_history"),
        ("ad", "ad_history"),
        ("creative", "creative_history"),
    ):
        found = raw.rows(f"""
            select object_id, object ->> '$.name' from landing_objects
            inner join landing_files using (file_id)
            where object_type = '{object_type}' and file_path = 'facebook_ads_{table}_data.csv'
            order by file_row""")
        assert found == [(row["id"], row["name"]) for row in tables[table]]


def test_a_column_of_many_levels_is_a_field_and_one_that_is_there_whole_and_in_parts_stays_whole(
    raw,
):
    deep = "daily" + 25 * "__" + "budget"
    row = {
        "id": "21",
        "account_id": "77",
        "campaign_id": "11",
        "name": "Broad",
        "daily_budget": "5000",
        "targeting": {"age_min": 25},
        "targeting__age_max": "65",
        "promoted_object__custom_event_type": "PURCHASE",
        "promoted_object__it's": "",
        deep: "1",
        "a" + 200 * "__a": "2",
    }
    raw.land({"ad_sets.csv": as_csv([row])})
    [(text,)] = raw.rows("select object from landing_objects where object_id = '21'")
    found = json.loads(text)
    assert found["targeting"] == {"age_min": 25}
    assert found["promoted_object"] == {"custom_event_type": "PURCHASE"}
    assert (found["daily_budget"], found[deep]) == ("5000", "1")
