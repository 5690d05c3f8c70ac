"""The file list: what is read from a file's name, and when a file counts as changed."""

from datetime import date
from pathlib import Path
from typing import get_args

import pytest
import yaml

from python_jobs.landing.headers import HeaderNames, map_headers
from python_jobs.landing.inventory import (
    date_in_name,
    extract_in_name,
    list_files,
    number_in_name,
)
from python_jobs.landing.recognise import Kind, Names

DAY_ROW = "Day,Ad name,Amount spent\n2026-03-15,Spring,1\n"


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("report 2026-03-15", date(2026, 3, 15)),
        ("20260315_ads", date(2026, 3, 15)),
        ("from 2026-01-01 to 2026_03_15", date(2026, 3, 15)),
        ("campaign 120210316 x", None),
        ("2026-13-45", None),
        ("ads", None),
    ],
)
def test_the_last_date_in_a_name(stem, expected):
    assert date_in_name(stem) == expected


@pytest.mark.parametrize(
    ("stem", "expected"),
    [("orders_export_12", 12), ("orders (2)", 2), ("orders", None), ("3 a", None)],
)
def test_the_number_that_ends_a_name(stem, expected):
    assert number_in_name(stem) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2026-03-20/ad_12.json", "/2026-03-20/ad"),
        ("orders.zip/orders_export_2.csv", "/orders.zip/orders_export"),
        ("Orders (2).csv.gz", "/orders"),
        ("ads_2026-03-20_1.json", "/ads_2026-03-20"),
        # dates and numbers of their own are of another extract
        ("orders_2026-03.csv", "/orders_2026-03.csv"),
        ("2026-03-20.json", "/2026-03-20.json"),
        ("ads_20260320.json", "/ads_20260320.json"),
        ("ads.json", "/ads.json"),
    ],
)
def test_the_pages_of_an_extract_have_a_name_in_common(name, expected):
    assert extract_in_name(name) == expected


def test_a_file_is_another_one_once_its_content_or_place_changes(raw):
    def ids():
        return dict(raw.rows("select file_path, file_id from landing_files"))

    first = raw.land({"a.csv": DAY_ROW, "b.csv": DAY_ROW}).folder and ids()
    assert first["a.csv"] != first["b.csv"]
    raw.land({"a.csv": DAY_ROW + "2026-03-16,Spring,2\n"})
    assert ids()["a.csv"] != first["a.csv"]
    assert ids()["b.csv"] == first["b.csv"]


def test_a_file_that_cannot_be_opened_stops_the_build(tmp_path):
    names = Names(HeaderNames({}), HeaderNames({}), HeaderNames({}))
    ((_, path, size, digest, status, *_, message, stops), *_) = [
        row[:9] for row in list_files([f"{tmp_path}/gone.csv"], str(tmp_path), names, "")
    ]
    assert (path, size, digest, status, stops) == ("gone.csv", None, None, "refused", True)
    assert message == "cannot be opened: give yourself the right to read it, or take it away"


NAMES = HeaderNames.of(
    [("Amount spent", "spend"), ("spend", "spend"), ("Ad set ID", "adset_id"), ("CPM", None)],
    currencies=["USD", "EUR"],
    action_types=["omni_purchase"],
)


@pytest.mark.parametrize(
    ("headers", "columns", "unmapped", "currency"),
    [
        (["Amount spent (USD)", "CPM (USD)"], {"spend": [0]}, [], "USD"),
        (["AMOUNT_SPENT (KWD)"], {"spend": [0]}, [], "KWD"),
        (["spend_usd", "ad_set_id"], {"spend": [0], "adset_id": [1]}, [], "USD"),
        (["spend_day"], {}, ["spend_day"], None),
        (["Ad  Set Id", "Mood"], {"adset_id": [0]}, ["Mood"], None),
        (["Amount spent (USD)", "Amount spent (EUR)"], {"spend": [0, 1]}, [], None),
        (["actions:omni_purchase"], {"actions:omni_purchase": [0]}, [], None),
        (["actions:omni_purchase:1d_view"], {"actions:omni_purchase:1d_view": [0]}, [], None),
        (["actions:omni_purchase:28d_click", "actions:video_view"], {}, [], None),
    ],
)
def test_headers_find_their_columns(headers, columns, unmapped, currency):
    mapping = map_headers(headers, NAMES)
    assert (mapping.columns, mapping.unmapped, mapping.currency) == (columns, unmapped, currency)


def test_every_kind_of_file_may_stand_in_the_published_list():
    """A test of the column that knew fewer would stop the build of whoever has the others."""
    models = Path(__file__).parents[3] / "models" / "results" / "input_files.yml"
    columns = yaml.safe_load(models.read_text("utf-8"))["models"][0]["columns"]
    [key] = [test["key"] for column in columns for test in column.get("data_tests", [])]
    assert set(key["arguments"]["values"]["kind"]) == set(get_args(Kind))
