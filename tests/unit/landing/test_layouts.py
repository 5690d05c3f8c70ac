"""Every layout lands as the same columns; each test holds one small file of a layout."""

import json

import pytest

from python_jobs.landing import scan

DAY = {"date_start": "2026-03-15", "date_stop": "2026-03-15"}
ROW = {
    "account_id": "77",
    "account_currency": "EUR",
    "campaign_id": "1",
    "campaign_name": "Sales",
    "adset_id": "2",
    "adset_name": "Broad",
    "ad_id": "3",
    "ad_name": "Spring",
    "impressions": "100",
    "spend": "5.50",
    "clicks": "9",
    "inline_link_clicks": "7",
    "outbound_clicks": [{"action_type": "outbound_click", "value": "6"}],
    "purchase_roas": [{"action_type": "omni_purchase", "value": "4.0"}],
    "actions": [
        {"action_type": "omni_purchase", "value": "2", "7d_click": "2", "1d_view": "1"},
        {"action_type": "post_reaction", "value": "30"},
    ],
    "action_values": [{"action_type": "omni_purchase", "value": "22.00"}],
    **DAY,
}
PAGING = {
    "cursors": {"after": "MQZDZD"},
    "next": "https://graph.facebook.com/v25.0/act_77/insights?access_token=EAABsbCS1iHgBOx",
}
MEASURES = """
    level, account_id, ad_id, date_start, spend, clicks_all, link_clicks, outbound_clicks,
    purchase_roas
"""
PURCHASE = {
    "action_type": "omni_purchase",
    "value": "2",
    "value_1d_click": None,
    "value_7d_click": "2",
    "value_1d_view": "1",
}
API_SHAPES = {
    "envelope": json.dumps({"data": [ROW, ROW | {"ad_id": "4"}], "paging": PAGING}),
    "list": json.dumps([ROW, ROW | {"ad_id": "4"}]),
    "lines": json.dumps(ROW) + "\n" + json.dumps(ROW | {"ad_id": "4"}) + "\n",
    "pages one after another": "".join(
        json.dumps({"data": [ROW | {"ad_id": ad}]}) + "\n" for ad in ("3", "4")
    ),
    "indented, with a mark": "\ufeff" + json.dumps({"data": [ROW, ROW | {"ad_id": "4"}]}, indent=4),
    "large first row": json.dumps(
        {"data": [{"note": "x" * 70_000} | ROW, ROW | {"ad_id": "4"}], "paging": PAGING}
    ),
}


@pytest.mark.parametrize("shape", API_SHAPES)
def test_insights_of_the_api_in_any_shape(raw, shape):
    raw.land({"anything.txt": API_SHAPES[shape]})
    assert raw.rows("select layout, kind, status from landing_files") == [
        ("api_pages", "insights", "read")
    ]
    assert raw.rows(f"select file_row, {MEASURES} from landing_insights order by 1") == [
        (row, "ad", "77", ad, "2026-03-15", "5.50", "9", "7", "6", "4.0")
        for row, ad in ((1, "3"), (2, "4"))
    ]
    assert raw.rows("select actions, action_values[1].value from landing_insights limit 1") == [
        ([PURCHASE], "22.00")
    ]


def test_large_lists_are_read_item_by_item_to_the_same_rows(raw, monkeypatch):
    adsets = [{"id": str(i), "campaign_id": "1", "targeting": {"age_min": i}} for i in range(20)]
    rows = [ROW | {"ad_id": str(i)} for i in range(20)]
    raw.land({"rows.json": rows, "adsets.json": adsets})
    tables = ("landing_insights", "landing_objects")
    before = [raw.rows(f"from {table} order by file_row") for table in tables]
    assert [len(rows) for rows in before] == [20, 20]
    monkeypatch.setattr(scan, "_USUAL_DOCUMENT_BYTES", 100)
    raw.land()
    assert [raw.rows(f"from {table} order by file_row") for table in tables] == before


def test_insights_inside_objects_take_over_what_they_stand_in(raw):
    account = {
        "id": "act_77",
        "currency": "EUR",
        "campaigns": {
            "data": [
                {
                    "id": "1",
                    "name": "Sales",
                    "objective": "OUTCOME_SALES",
                    "adsets": {
                        "data": [
                            {
                                "id": "2",
                                "name": "Broad",
                                "daily_budget": "2000",
                                "ads": {
                                    "data": [
                                        {"id": "4", "name": "Never shown"},
                                        {
                                            "id": "3",
                                            "name": "Spring",
                                            "creative": {"id": "8", "title": "Buy"},
                                            "insights": {
                                                "data": [{"spend": "5.50", **DAY}],
                                                "paging": PAGING,
                                            },
                                        },
                                    ]
                                },
                            }
                        ],
                        "paging": PAGING,
                    },
                }
            ]
        },
    }
    raw.land({"account.json": account})
    assert raw.rows("""
        select level, account_id, account_currency, objective, campaign_id, campaign_name, adset_id,
            adset_name, ad_id, ad_name, spend
        from landing_insights""") == [
        ("ad", "77", "EUR", "OUTCOME_SALES", "1", "Sales", "2", "Broad", "3", "Spring", "5.50")
    ]
    objects = raw.rows(
        "select object_type, object_id, account_id from landing_objects order by 1, 2"
    )
    assert objects == [
        ("account", "77", "77"),
        ("ad", "3", "77"),
        ("ad", "4", "77"),
        ("adset", "2", "77"),
        ("campaign", "1", "77"),
        ("creative", "8", "77"),
    ]
    ((ad,),) = raw.rows("select object from landing_objects where object_id = '3'")
    assert json.loads(ad) == {
        "id": "3",
        "name": "Spring",
        "creative": {"id": "8", "title": "Buy"},
        "campaign_id": "1",
        "adset_id": "2",
    }


def test_objects_of_every_kind_are_told_by_their_keys(raw):
    raw.land(
        {
            "a.json": {"data": [{"id": "1", "name": "Sales", "objective": "OUTCOME_SALES"}]},
            "b.json": [
                {"id": "2", "campaign_id": "1", "targeting": {"custom_audiences": [{"id": "9"}]}}
            ],
            "c.json": {"data": [{"id": "3", "adset_id": None, "campaign_id": "1"}]},
            "d.json": [{"id": "4", "object_story_spec": {"page_id": "5"}}],
            "e.json": [{"id": "6", "subtype": "LOOKALIKE", "approximate_count_lower_bound": 1000}],
            "f.json": {
                "id": "act_7",
                "account_id": "7",
                "timezone_name": "Asia/Tokyo",
                "currency": "JPY",
            },
            "g.ndjson": '{"id": "8", "creative": {"id": "4"}}\n'
            '{"id": "9", "creative": {"id": "4"}}\n',
        }
    )
    assert raw.gate() == []
    assert raw.rows("""
        select file_path, object_type, list(object_id order by object_id)
        from landing_objects inner join landing_files using (file_id)
        group by all order by all""") == [
        ("a.json", "campaign", ["1"]),
        ("b.json", "adset", ["2"]),
        ("c.json", "ad", ["3"]),
        ("d.json", "creative", ["4"]),
        ("e.json", "custom_audience", ["6"]),
        ("f.json", "account", ["7"]),
        ("g.ndjson", "ad", ["8", "9"]),
    ]


def test_documents_of_ones_own_making_are_put_in_order(raw):
    raw.land(
        {
            "by_account.json": {
                "act_7": {
                    "campaigns": [{"id": "1", "name": "Sales"}],
                    "insights": [{"campaign_id": "1", "spend": "3", **DAY}],
                },
                "act_8": {"ads": [{"id": "2", "name": "Spring"}]},
            },
            "report.json": {
                "made_by": "a script",
                "account_info": {"id": "act_9", "name": "Shop", "currency": "VND"},
                "campaign_july_insights": [{"campaign_id": "4", "spend": "900", **DAY}],
                "account_july_insights": [{"spend": "900", **DAY}],
            },
        }
    )
    assert raw.gate() == []
    assert raw.rows("""
        select level, account_id, account_currency, campaign_id, spend
        from landing_insights order by account_id, level""") == [
        ("campaign", "7", None, "1", "3"),
        ("account", "9", "VND", None, "900"),
        ("campaign", "9", "VND", "4", "900"),
    ]
    assert raw.rows(
        "select account_id, object_type, object_id from landing_objects order by 1, 2"
    ) == [
        ("7", "account", "7"),
        ("7", "campaign", "1"),
        ("8", "account", "8"),
        ("8", "ad", "2"),
        ("9", "account", "9"),
    ]


def test_access_tokens_are_never_stored(raw):
    token = "EAABsbCS1iHgBOxyzEAABsbCS1iHgBO"
    url = f"https://graph.facebook.com/v25.0/x?access_token={token}&after=M"
    raw.land(
        {
            "page.json": {"data": [ROW], "paging": {"next": url}},
            "ads.json": {
                "data": [
                    {
                        "id": "3",
                        "creative": {"id": "1"},
                        "adlabels": {"data": [{"id": "5"}], "paging": {"next": url}},
                        "access_token": token,
                        "insights": {"data": [ROW], "paging": {"next": url}},
                    }
                ],
                "paging": {"next": url},
            },
        }
    )
    assert len(raw.rows("from landing_objects")) == 1
    for table in ("landing_inventory", "landing_insights", "landing_objects", "landing_files"):
        assert token not in str(raw.rows(f"from {table}"))


EXPORT = (
    '"Reporting starts","Reporting ends","Campaign name","Ad set name","Ad name","Ad delivery",'
    '"Ad set budget","Ad set budget type","Attribution setting","Amount spent (USD)",Impressions,'
    '"Link clicks",Purchases,"Purchases conversion value","Website purchases",'
    '"Last significant edit"\n'
    '2026-03-15,2026-03-15,"Sales, all",Broad,"Spring ""26""",active,70,Daily,'
    '"7-day click or 1-day view",'
    "5.5,100,7,2,22,1,2025-12-09T14:15:23-0800\n"
    '2026-03-15,2026-03-15,"Sales, all",Broad,12.23.2024,inactive,"Using campaign budget",0,-,'
    "0,0,,,,,0\n"
)


def test_an_export_of_ads_manager(raw):
    raw.land({"Untitled-report.csv": EXPORT})
    assert raw.rows("select layout, unmapped_columns from landing_files") == [
        ("ads_manager_export", [])
    ]
    assert raw.rows("""
        select file_row, level, account_currency, campaign_name, ad_name, delivery, adset_budget,
            attribution_setting, spend, link_clicks, last_significant_edit
        from landing_insights order by 1""") == [
        (
            1,
            "ad",
            "USD",
            "Sales, all",
            'Spring "26"',
            "active",
            "70",
            "7-day click or 1-day view",
            "5.5",
            "7",
            "2025-12-09T14:15:23-0800",
        ),
        (
            2,
            "ad",
            "USD",
            "Sales, all",
            "12.23.2024",
            "inactive",
            "Using campaign budget",
            "-",
            "0",
            None,
            "0",
        ),
    ]
    assert raw.rows("""
        select list_transform(actions, lambda a: [a.action_type, a.value]), action_values[1].value
        from landing_insights order by file_row""") == [
        (
            [["offsite_conversion.fb_pixel_purchase", "1"], ["omni_purchase", "2"]],
            "22",
        ),
        ([], None),
    ]


def test_a_report_with_breakdowns_a_mark_and_a_row_of_totals(raw):
    raw.land(
        {
            "report.csv": "\ufeffDay,Campaign name,Age,Gender,Amount spent (USD),Impressions,"
            "Reporting starts,Reporting ends\n"
            ",,,,8.5,150,2026-03-14,2026-03-15\n"
            "2026-03-14,Sales,18-24,female,5.5,100,2026-03-14,2026-03-15\n"
            "2026-03-15,Sales,25-34,male,3,50,2026-03-14,2026-03-15\n"
        }
    )
    assert raw.rows("select layout, message from landing_files") == [
        ("reports_export", "insights by campaign and age and gender, 8 of 8 columns known")
    ]
    assert raw.rows("""
        select file_row, level, date_start, date_stop, age, gender, spend
        from landing_insights order by 1""") == [
        (2, "campaign", "2026-03-14", "2026-03-14", "18-24", "female", "5.5"),
        (3, "campaign", "2026-03-15", "2026-03-15", "25-34", "male", "3"),
    ]


def test_a_report_of_the_account_alone_drops_the_row_without_a_day(raw):
    raw.land(
        {
            "account.csv": "Day,Account name,Amount spent (JPY)\n"
            ",,900\n2026-03-14,Shop,500\n2026-03-15,Shop,400\n"
        }
    )
    assert raw.rows(
        "select level, account_currency, spend from landing_insights order by file_row"
    ) == [
        ("account", "JPY", "500"),
        ("account", "JPY", "400"),
    ]


def test_weeks_are_totals_of_several_days(raw):
    raw.land({"weeks.csv": "Week,Ad name,Amount spent\n2026-03-02 - 2026-03-08,Spring,5\n"})
    assert raw.rows("select date_start, date_stop from landing_insights") == [
        ("2026-03-02", "2026-03-08")
    ]
    assert raw.gate()


def test_a_breakdown_without_a_column_of_its_own_is_never_taken_for_a_total(raw):
    raw.land(
        {
            "hours.json": {
                "data": [ROW | {"hourly_stats_aggregated_by_advertiser_time_zone": "01:00"}]
            }
        }
    )
    assert raw.rows("select other_breakdown from landing_insights") == [("01:00",)]


FLAT = (
    "account_id,adset_id,adset_name,date_start,date_stop,spend,actions:omni_purchase,"
    "actions:omni_purchase:7d_click,actions:omni_purchase:28d_click,action_values:omni_purchase,"
    "actions:video_view,mystery\n"
    "act_77,2,Broad,2026-03-15,2026-03-15,5.50,2,2,2,22.00,90,?\n"
    "act_77,2.0,Broad,2026-03-16,2026-03-16,1.00,,,,,,\n"
)


def test_a_table_with_flattened_actions(raw):
    raw.land({"rows.csv": FLAT})
    assert raw.rows("select layout, unmapped_columns from landing_files") == [
        ("api_table", ["mystery"])
    ]
    assert raw.rows("""
        select level, account_id, adset_id, spend, actions, action_values[1].value
        from landing_insights order by file_row""") == [
        ("adset", "77", "2", "5.50", [PURCHASE | {"value_1d_view": None}], "22.00"),
        ("adset", "77", "2", "1.00", [], None),
    ]


@pytest.mark.parametrize("dump", [json.dumps, str], ids=["json", "python"])
def test_a_table_with_nested_actions(raw, dump):
    cells = [
        dump(ROW[name]).replace('"', '""')
        for name in ("actions", "outbound_clicks", "purchase_roas")
    ]
    header = "ad_id,date_start,spend,actions,outbound_clicks,purchase_roas\n"
    quoted = ",".join(f'"{cell}"' for cell in cells)
    raw.land({"rows.csv": header + f"3,2026-03-15,5.50,{quoted}\n4,2026-03-15,1,no list,,2.5\n"})
    assert raw.rows("""
        select ad_id, date_stop, actions, outbound_clicks, purchase_roas
        from landing_insights where problem is null""") == [
        ("3", "2026-03-15", [PURCHASE], "6", "4.0")
    ]
    assert raw.rows("select file_row, reason from landing_rejected_rows") == [
        (2, "has actions that are no JSON list")
    ]


def test_parquet_nested_and_flattened(raw):
    raw.connection.execute(f"""
        copy (
            select
                3::bigint as ad_id, date '2026-03-15' as date_start, 5.5::decimal(9, 2) as spend,
                7::bigint as inline_link_clicks,
                [{{
                    'action_type': 'omni_purchase', 'value': '2', '7d_click': '2', '1d_view': '1'
                }}] as actions
        ) to '{raw.folder}/nested.parquet' (format parquet)""")
    raw.connection.execute(f"""
        copy (
            select
                3 as ad_id, timestamp '2026-03-15' as date_start, 5.5 as spend,
                7 as inline_link_clicks,
                2 as "actions:omni_purchase", 2 as "actions:omni_purchase:7d_click",
                1 as "actions:omni_purchase:1d_view"
        ) to '{raw.folder}/flat.parquet' (format parquet)""")
    raw.land()
    assert raw.rows("select distinct layout from landing_files") == [("api_table",)]
    assert (
        raw.rows("""
        select file_row, ad_id, date_start::date::varchar, spend::double, link_clicks, actions
        from landing_insights""")
        == [(1, "3", "2026-03-15", 5.5, "7", [PURCHASE])] * 2
    )


def test_a_table_saved_again_by_a_spreadsheet(raw):
    raw.land(
        {
            "comma.csv": "Day,Ad name,Amount spent\n"
            '3/5/2026,Spring,"$1,234.56"\n3/15/2026,Spring,2\n',
            "semicolon.csv": "Day;Ad name;Amount spent;Impressions\n"
            "15.03.2026;Spring;1.234,56;1.000\n05.03.2026;Spring;21,33;7\n",
            "tab.csv": "Day\tAd name\tAmount spent\n2026-03-15\tSpring\t2\n",
        }
    )
    assert raw.gate() == []
    assert raw.rows("""
        select file_path, date_start, spend
        from landing_insights inner join landing_files using (file_id)
        order by file_path, file_row""") == [
        ("comma.csv", "2026-03-05", "1234.56"),
        ("comma.csv", "2026-03-15", "2"),
        ("semicolon.csv", "2026-03-15", "1234.56"),
        ("semicolon.csv", "2026-03-05", "21.33"),
        ("tab.csv", "2026-03-15", "2"),
    ]


def test_of_repeated_headers_the_first_that_is_not_blank_counts(raw):
    raw.land(
        {
            "twice.csv": "Day,Ad name,Amount spent (USD),Purchases,Purchases,Amount spent (USD)\n"
            "2026-03-15,Spring,,,3,8\n"
        }
    )
    assert raw.rows("select spend, actions[1].value from landing_insights") == [("8", "3")]


def test_many_files_in_subfolders_with_unhandy_names_are_counted_each_for_itself(raw):
    header = "Day,Ad name,Amount spent\n"
    raw.land(
        {
            f"{folder}/{name}": header
            + "".join(f"2026-03-{day:02},{folder},{day}\n" for day in range(1, 11))
            for folder in ("january", "it's [old]", "50% *")
            for name in ("report.csv", "report (2).csv", "report[3].csv")
        }
    )
    assert raw.gate() == []
    assert raw.rows("""
        select count(*), count(distinct file_id), bool_and(file_row = spend::int)
        from landing_insights""") == [(90, 9, True)]


def test_rows_read_by_several_threads_keep_their_place(raw):
    header = "Day,Ad name,Amount spent\n"
    count = 500_000
    raw.land(
        {
            "first.csv": header + "".join(f"2026-03-15,Spring,{i + 1}\n" for i in range(count)),
            "second.csv": header + "2026-03-15,Spring,1\n",
        }
    )
    assert (
        raw.rows("""
        select count(*), max(file_row), bool_and(file_row = spend::int) from landing_insights""")
        == [(count + 1, count, True)]
    )


def test_the_same_numbers_under_one_id_count_once_and_are_not_rejected(raw):
    raw.land(
        {"rows.json": [ROW, ROW, ROW | {"date_start": "2026-03-14", "date_stop": "2026-03-14"}]}
    )
    assert raw.rows("from landing_rejected_rows") == []
    raw.land({"names.csv": "Day,Ad name,Amount spent\n2026-03-15,Spring,1\n2026-03-15,Spring,2\n"})
    assert raw.rows("from landing_rejected_rows") == []


def test_breakdowns_tell_rows_of_one_id_apart(raw):
    raw.land({"rows.json": [ROW | {"age": "18-24"}, ROW | {"age": "25-34", "spend": "9"}]})
    assert raw.rows("from landing_rejected_rows") == []


def test_a_page_of_a_later_extract_ranks_before_a_longer_page_of_an_earlier_one(raw):
    """As docs/getting-the-data.md writes them: a folder a day, and a number for each page.

    The first page of the 20th ends with the 3rd, before the only page of the 10th does: its days
    were extracted later all the same.
    """

    def page(*days):
        return {"data": [ROW | {"date_start": day, "date_stop": day} for day in days]}

    ad_sets = {"data": [{"id": "2", "campaign_id": "1", "daily_budget": "1000"}]}
    raw.land(
        {
            "2026-03-10/ad_1.json": page("2026-03-09"),
            "2026-03-20/ad_1.json": page("2026-03-03"),
            "2026-03-20/ad_2.json": page("2026-03-19"),
            "2026-03-10/adsets_1.json": ad_sets,
            "2026-03-20/adsets_1.json": ad_sets,
        }
    )
    assert raw.rows("""
        select file_path, strftime(extracted_on, '%d'), strftime(last_day, '%d')
        from landing_file_rows inner join landing_files using (file_id)
        order by extract_rank""") == [
        ("2026-03-20/ad_2.json", "20", "19"),
        ("2026-03-20/ad_1.json", "20", "03"),
        ("2026-03-10/ad_1.json", "10", "09"),
        ("2026-03-20/adsets_1.json", "20", None),
        ("2026-03-10/adsets_1.json", "10", None),
    ]


def test_the_later_extract_ranks_first(raw):
    row = "2026-03-{},2026-03-{},Spring,1\n"
    header = "Reporting starts,Reporting ends,Ad name,Amount spent\n"
    texts = {
        "z.csv": row.format(14, 14),
        "a.csv": row.format(15, 15),
        "report 2026-03-16.csv": row.format(15, 15),
        "report_20260317.csv": row.format(15, 15),
        "report (2).csv": row.format(15, 15),
        "b.csv": row.format(15, 15),
    }
    raw.land({name: header + text for name, text in texts.items()})
    assert [
        name
        for (name,) in raw.rows("""
        select file_path from landing_file_rows inner join landing_files using (file_id)
        order by extract_rank""")
    ] == [
        "report_20260317.csv",
        "report 2026-03-16.csv",
        "report (2).csv",
        "b.csv",
        "a.csv",
        "z.csv",
    ]
