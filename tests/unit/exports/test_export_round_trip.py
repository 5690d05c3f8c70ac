"""What the files say, read back: budgets to the last digit, ids as text, and Meta's own classes."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pandas as pd
import pytest
from facebook_business import apiconfig
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.campaign import Campaign
from facebook_business.api import FacebookAdsApi
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from python_jobs.exports import ads_manager, api
from python_jobs.exports.changes import Change
from python_jobs.exports.tables import csv_bytes, xlsx_bytes

OFFSETS = dict(pd.read_csv("seeds/currencies.csv").itertuples(index=False))
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
LARGEST = 10**11
"""minor units"""


@st.composite
def changes(draw):
    """Changes of budgets of both levels, no holder twice, in a currency with cents or without."""
    currency = draw(st.sampled_from(["USD", "EUR", "BHD", "JPY", "VND", "HUF"]))
    amounts = st.integers(1, LARGEST).map(lambda units: Decimal(units) / OFFSETS[currency])
    names = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=30)
    ids = st.integers(10**17, 10**18 - 1).map(str)
    return draw(
        st.lists(
            st.builds(
                Change,
                account_id=st.just("482170935516604"),
                level=st.sampled_from(["adset", "campaign"]),
                entity_id=ids,
                campaign_id=ids,
                name=names | st.sampled_from(["=1+1", "+20%", "-x", "@all", "'quoted'", "a\tb"]),
                currency=st.just(currency),
                before=amounts,
                after=amounts,
            ),
            min_size=1,
            max_size=5,
            unique_by=lambda change: change.entity_id,
        )
    )


def read_sheets(books):
    """Rows of the sheets by column: text but for the last one, an amount."""
    rows = []
    for content in books.values():
        header, *cells = load_workbook(io.BytesIO(content)).active.iter_rows()
        names = [cell.value for cell in header]
        for row in cells:
            assert [cell.data_type for cell in row] == ["s"] * (len(row) - 1) + ["n"]
            *texts, amount = [cell.value for cell in row]
            rows.append(dict(zip(names, [*texts, Decimal(str(amount))], strict=True)))
    return rows


def row_of(change, amount):
    """The row of a sheet that sets an amount."""
    if change.level == "adset":
        return {
            "Campaign ID": f"cg:{change.campaign_id}",
            "Ad Set ID": f"c:{change.entity_id}",
            "Ad Set Name": change.name,
            "Ad Set Daily Budget": amount,
        }
    return {
        "Campaign ID": f"cg:{change.campaign_id}",
        "Campaign Name": change.name,
        "Campaign Daily Budget": amount,
    }


@settings(deadline=None, max_examples=15)
@given(changes())
def test_sheets_read_back_give_the_recommended_budgets_and_undo_those_before(made):
    undone = [change.undone() for change in made]
    for some, expected in (
        (made, [row_of(change, change.after) for change in made]),
        (undone, [row_of(change, change.before) for change in made]),
    ):
        assert sorted(read_sheets(ads_manager.sheets(some)), key=str) == sorted(expected, key=str)


@settings(deadline=None, max_examples=60)
@given(changes())
def test_requests_read_back_give_the_recommended_budgets_and_undo_those_before(made):
    for some, amounts in (
        (made, [change.after for change in made]),
        ([change.undone() for change in made], [change.before for change in made]),
    ):
        text = api.lines(api.budget_requests(some, {}, NOW)).decode()
        read = [json.loads(line) for line in text.splitlines()]
        assert [request["relative_url"] for request in read] == [c.entity_id for c in made]
        assert [
            Decimal(request["params"]["daily_budget"]) / OFFSETS[request["currency"]]
            for request in read
        ] == amounts


@pytest.fixture
def strict(monkeypatch):
    """Meta's classes: requests are checked and never sent."""
    monkeypatch.setitem(apiconfig.ads_api_config, "STRICT_MODE", True)
    return FacebookAdsApi.init(access_token="none", crash_log=False)


def test_the_classes_of_meta_accept_the_requests(strict):
    made = [
        Change("1", level, "120222130000000001", "9", "Broad", currency, *amounts)
        for level in ("adset", "campaign")
        for currency, amounts in (
            ("USD", (Decimal("180.00"), Decimal("216.05"))),
            ("VND", (Decimal(700000), Decimal(840000))),
            ("USD", (Decimal("180.00"), Decimal("0.00"))),
        )
    ]
    requests = api.budget_requests(made, {}, NOW)
    assert [request["params"] for request in requests] == 2 * [
        {"daily_budget": 21605},
        {"daily_budget": 840000},
        {"status": "PAUSED"},
    ]
    for change, request in zip(made, requests, strict=True):
        kind = AdSet if change.level == "adset" else Campaign
        holder = kind(request["relative_url"], api=strict)
        checked = holder.api_update(params=request["params"], pending=True)
        assert (checked._method, checked._node_id) == (request["method"], change.entity_id)
        assert checked._params == request["params"]


def test_an_amount_that_the_currency_has_not_is_refused():
    change = Change("1", "adset", "1", "9", "Broad", "JPY", Decimal(100), Decimal("100.50"))
    with pytest.raises(ValueError, match=r"100\.50 is no amount of JPY"):
        api.budget_requests([change], {}, NOW)


def test_a_pause_is_a_sheet_of_its_own_that_changes_no_budget():
    pause = Change("7", "adset", "11", "9", "Broad", "EUR", Decimal("50.00"), Decimal(0))
    moved = replace(pause, entity_id="12", after=Decimal("60.00"))
    books = ads_manager.sheets([pause, moved])
    assert list(books) == ["7_adset-status", "7_adset-budgets"]
    assert list(load_workbook(io.BytesIO(books["7_adset-status"])).active.values) == [
        ("Campaign ID", "Ad Set ID", "Ad Set Name", "Ad Set Run Status"),
        ("cg:9", "c:11", "Broad", "PAUSED"),
    ]
    undone = ads_manager.sheets([pause.undone()])["7_adset-status"]
    assert list(load_workbook(io.BytesIO(undone)).active.values)[1][-1] == "ACTIVE"


DANGEROUS = ["=HYPERLINK(1)", "+49 30", "-5 % off", "@sum", "\tx", "\rx", "\nx"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_is_a_formula_in_a_spreadsheet(text):
    rows = [{"name": text, "currency": "USD", "change": -12.5, "amount": Decimal("-3.00")}]
    [_, [name, _, change, amount]] = csv.reader(
        io.StringIO(csv_bytes(rows).decode("utf-8-sig"), newline="")
    )
    assert (name, change, amount) == (f"'{text}", "-12.5", "-3.00")
    sheet = load_workbook(io.BytesIO(xlsx_bytes({"x": rows}))).active
    assert sheet["A2"].data_type == "s"
    # line ends are of one kind in XML
    assert sheet["A2"].value == text.replace("\r", "\n")
    assert [cell.value for cell in sheet[2]][2:] == [-12.5, -3]


@pytest.mark.parametrize("mark", [";", "; ", "\t", "\n"])
def test_no_text_is_a_formula_where_a_spreadsheet_ends_cells_elsewhere(mark):
    """Excel of many countries splits a CSV at semicolons, whatever else stands in it."""
    name = f"Spring{mark}=cmd|' /C calc'!A0"
    content = csv_bytes([{"date": "2026-03-15", "name": name, "currency": "USD"}])
    text = content.decode("utf-8-sig").replace("\t", ";").replace("\n", ";")
    assert [cell for cell in text.split(";") if cell.lstrip(' "')[:1] in tuple("=+-@")] == []
    assert "=cmd" in text


def test_ids_are_text_with_the_prefixes_of_meta():
    row = {
        "account_id": "482170935516604",
        "budget_level": "campaign",
        "budget_entity_id": "120221130000000009",
        "campaign_id": "120221130000000009",
        "adset_id": None,
        "adset_ids": ["120222130000000001", "120222130000000002"],
        "currency": "JPY",
        "amount": Decimal("700000.00"),
    }
    expected = [
        "act_482170935516604",
        "campaign",
        "cg:120221130000000009",
        "cg:120221130000000009",
        "",
        "c:120222130000000001; c:120222130000000002",
        "JPY",
        "700000",
    ]
    assert list(csv.reader(io.StringIO(csv_bytes([row]).decode("utf-8-sig"))))[1] == expected
    cells = load_workbook(io.BytesIO(xlsx_bytes({"x": [row]}))).active[2]
    assert ["" if cell.value is None else str(cell.value) for cell in cells] == expected
