"""Each kind of bad file gets one sentence that names it, the place and what to do."""

import pytest

HEADER = "Reporting starts,Reporting ends,Ad name,Amount spent (USD)\n"
GOOD = HEADER + "2026-03-14,2026-03-14,Spring,12.50\n2026-03-15,2026-03-15,Spring,7.25\n"
ROW = '{"date_start": "2026-03-15", "date_stop": "2026-03-15", "ad_id": "1", "spend": "2"}'
PAGE = f'{{"data": [{ROW}]}}'
ORDERS = "Name,Email,Created at,Total\n#1,a@b.example,2026-03-15 10:00:00 +0000,20.00\n"

BROKEN = {
    "cut_off.json": (
        PAGE[:-20],
        "breaks off in the middle: download it again",
    ),
    "odd_inside.json": (
        PAGE.replace('"spend": "2"', '"spend": 2,,'),
        "is no valid JSON in line 1: download it again",
    ),
    "login.json": (
        "<!DOCTYPE html><html><body>Log in</body></html>",
        "is a web page, perhaps an error page saved under that name: download it again",
    ),
    "sorry.json": (
        "Service unavailable",
        "is no JSON, perhaps an error page saved under that name: download it again or take it "
        "away",
    ),
    "reply.json": (
        '{"error": {"message": "Error validating access token", "code": 190}}',
        "is an error reply of the Marketing API (code 190) instead of rows: ask for the data again "
        "or take the file away",
    ),
    "nothing.csv": (
        "",
        "is empty: export it again or take it away",
    ),
    "workbook.xlsx": (
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00",
        "is a damaged archive: download it again",
    ),
    "packed.json": (
        b"\x1f\x8b\x08\x00abc",
        "is a damaged archive: download it again",
    ),
    "picture.csv": (
        b"abc\x00def",
        "is a binary file: export the same data as CSV",
    ),
    "two_encodings.csv": (
        GOOD.encode()
        + "2026-03-16,2026-03-16,Frühling,3\n".encode()
        + "2026-03-16,2026-03-16,Frühling,3\n".encode("cp1252"),
        "is not UTF-8 in line 5: save it as CSV UTF-8",
    ),
    "half_a_letter.csv": (
        (GOOD + "2026-03-16,2026-03-16,Frü").encode()[:-1],
        "breaks off in line 4, in the middle of a letter: download it again",
    ),
    "half_a_letter_of_two.csv": (
        GOOD.encode("utf-16")[:-1],
        "breaks off in line 3, in the middle of a letter: download it again",
    ),
    "half.parquet": (
        b"PAR1 and then nothing",
        "is no whole Parquet file: download it again",
    ),
    "quote.csv": (
        GOOD + '2026-03-16,2026-03-16,"Spring,3\n2026-03-17,2026-03-17,Spring,4\n',
        "has in data row 3 a quotation mark that is never closed, so the rest is lost: export it "
        "again",
    ),
    "swallowed.csv": (
        ORDERS + '"#2' + ",later rows\n" * 20_000,
        "has in data row 2 a quotation mark that is never closed, so the rest is lost: export it "
        "again",
    ),
    "mixed.csv": (
        GOOD.replace("12.50\n", "12.50\r\n"),
        "ends its lines in two different ways: open it and save it as CSV again",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_damaged_file_stops_the_build_beside_good_ones(raw, name):
    content, sentence = BROKEN[name]
    raw.land({"good.csv": GOOD, name: content})
    assert raw.file(name) == ("refused", sentence)
    assert raw.gate() == [f"{name} {sentence}"]
    assert raw.rows(
        "select count(*), sum(spend::double) from landing_insights where problem is null"
    ) == [(2, 19.75)]


INCOMPLETE = {
    "no_spend.csv": (
        "Day,Ad name,Impressions\n2026-03-15,Spring,10\n",
        "has no column for spend (`Amount spent`): add it in the export's columns and export again",
    ),
    "no_day.csv": (
        "Ad name,Amount spent (USD)\nSpring,10\n",
        "has no column for day (`Day`, or `Reporting starts` and `Reporting ends`): add it in the "
        "export's columns and export again",
    ),
    "no_name.csv": (
        "Day,Amount spent (USD)\n2026-03-15,10\n",
        "has no column for name or id (`Campaign name`, `Ad set name`, `Ad name` or `Account ID`): "
        "add it in the export's columns and export again",
    ),
}


@pytest.mark.parametrize("name", INCOMPLETE)
def test_a_table_without_a_column_stops_the_build_where_it_is_the_only_one(raw, name):
    content, sentence = INCOMPLETE[name]
    raw.land({name: content})
    assert raw.file(name) == ("refused", sentence)
    assert raw.gate() == [f"{name} {sentence}"]
    raw.land({"good.csv": GOOD})
    assert raw.gate() == []


def test_orders_without_their_total_stop_the_build_where_there_are_no_others(raw):
    raw.land({"good.csv": GOOD, "orders.csv": ORDERS.replace("Total", "Vendor")})
    sentence = "looks like orders and has no column `Total`: export the orders again with it"
    assert raw.gate() == [f"orders.csv {sentence}"]
    raw.land({"more_orders.csv": ORDERS})
    assert raw.gate() == []
    assert raw.file("orders.csv") == ("refused", sentence)


def test_totals_of_a_period_stop_the_build_where_there_are_no_days(raw):
    totals = HEADER + "2026-01-01,2026-03-15,Spring,100\n"
    raw.land({"totals.csv": totals})
    assert raw.gate() == [
        "totals.csv holds totals of 2026-01-01 to 2026-03-15 and no single days: export again with "
        "the time breakdown Day"
    ]
    raw.land({"good.csv": GOOD})
    assert raw.gate() == []
    assert raw.file("totals.csv")[1].endswith(
        "1 row is a total of several days: its settings are used, its delivery is set aside"
    )


UNUSABLE = {
    "dates.csv": (
        HEADER + "3/4/2026,3/4/2026,Spring,1\n5/4/2026,5/4/2026,Spring,1\n",
        "date_start is no date that can be told apart from others: write it as 2026-03-15",
    ),
    "semicolons.csv": (
        HEADER + "2026-03-15;2026-03-15;Spring;1\n",
        "has fewer cells than the header: the file may be cut off there",
    ),
    "numbers.csv": (
        HEADER + "2026-03-15,2026-03-15,Spring,a lot\n",
        "spend is no number: write it as 1234.56",
    ),
    "rounded.csv": (
        "Day,Ad ID,Amount spent (USD)\n2026-03-15,1.2023E+17,5\n",
        "ad_id was rounded by a spreadsheet (1.2E+17): export again and do not save it in the "
        "spreadsheet",
    ),
    "twice.csv": (
        "Day,Ad ID,Amount spent (USD)\n2026-03-15,1,5\n2026-03-15,1,6\n",
        "ids and day are in the file more than once with different values: export without further "
        "breakdowns",
    ),
    "blank_days.csv": (
        HEADER + ",,Spring,5\n",
        "date_start is blank, but every row needs a day",
    ),
    "orders.csv": (
        ORDERS.replace("2026-03-15 10", "yesterday 10"),
        "created_at is no time: write it as 2026-03-15 10:30:00 -0700",
    ),
    "order_totals.csv": (
        ORDERS.replace("20.00", "twenty"),
        "total is no number: write it as 1234.56",
    ),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_file_of_which_no_row_can_be_used_stops_the_build(raw, name):
    content, reason = UNUSABLE[name]
    raw.land({"good.csv": GOOD, name: content})
    rows = content.count("\n") - 1
    words = "row" if rows == 1 else "rows"
    assert raw.gate() == [f"{name} has {rows} {words}, none of them usable: {reason}"]
    assert raw.rows("select count(distinct file_row) from landing_rejected_rows") == [(rows,)]


def test_single_bad_rows_are_set_aside_and_the_others_keep_their_place(raw):
    raw.land(
        {
            "ragged.csv": HEADER
            + "2026-03-11,2026-03-11,Spring,1\n"
            + "2026-03-12,2026-03-12,Spring, autumn,2\n"
            + "2026-03-13,2026-03-13,Spring\n"
            + "2026-03-14,2026-03-14,Spring,4\n"
            + '2026-03-15,2026-03-15,"Spring" sale,5\n'
            + "some day,2026-03-16,Spring,6\n"
        }
    )
    assert raw.gate() == []
    assert raw.rows(
        "select file_row, spend from landing_insights where problem is null order by 1"
    ) == [
        (1, "1"),
        (4, "4"),
        (6, "6"),
    ]
    assert raw.rows(
        "select file_row, column_name, reason from landing_rejected_rows order by 1"
    ) == [
        (2, None, "has more cells than the header: put names with a comma in quotation marks"),
        (3, None, "has fewer cells than the header: the file may be cut off there"),
        (5, None, "has a stray quotation mark: double it inside a quoted cell"),
        (
            6,
            "date_start",
            "is no date that can be told apart from others: write it as 2026-03-15",
        ),
    ]
    assert raw.rows("select rows_read from landing_file_rows") == [(6,)]


def test_one_page_that_breaks_off_is_named_and_the_others_are_read(raw):
    pages = {f"page_{i}.json": PAGE.replace('"1"', f'"{i}"') for i in range(5)}
    raw.land({**pages, "page_3.json": PAGE[:60]})
    assert raw.gate() == ["page_3.json breaks off in the middle: download it again"]
    assert raw.rows("select count(*) from landing_insights where problem is null") == [(4,)]


def test_a_line_that_is_no_json_is_told(raw):
    raw.land({"rows.ndjson": f"{ROW}\n{ROW[:40]}\n{ROW}\n"})
    assert raw.gate() == ["rows.ndjson breaks off in its line 2: download it again"]
    raw.land({"rows.ndjson": f"{ROW}\n{ROW}\n{ROW[:40]},,\n"})
    assert raw.gate() == ["rows.ndjson is no valid JSON in its line 3, byte 41: download it again"]


def test_a_document_of_ones_own_making_that_breaks_off_is_told(raw):
    document = f'{{"made_by": "me", "july_ads": [{{"id": "1"}}], "july": [{ROW}, {ROW}]}}'
    raw.land({"report.json": document + " " * 70_000 + "}"})
    assert raw.gate() == ["report.json is no valid JSON in line 1: download it again"]


def test_a_document_too_large_for_the_memory_is_told_and_others_are_read(raw):
    large = f'{{"data": [{", ".join([ROW] * 200_000)}]}}'
    raw.connection.execute("set memory_limit = '60MB'")
    raw.land({"large.json": large, "small.json": PAGE})
    assert raw.gate() == [
        "large.json is too large for the memory allowed: allow more with AUTOPILOT_MEMORY, save "
        "its rows one a line, or fewer in each file"
    ]
    assert raw.rows("select count(*) from landing_insights where problem is null") == [(1,)]


def test_an_empty_folder_says_what_to_put_there(raw):
    raw.land({".gitkeep": ""})
    assert raw.gate() == [
        "datasets/acme/meta/raw holds no files: put the exports from Meta into it, or check the "
        "name of the customer"
    ]


def test_files_for_others_are_passed_over_and_named_only_where_nothing_else_is_there(raw):
    files = {
        "LICENSE": "MIT License\n\nCopyright",
        "notes.json": '{"title": "shopping list", "items": ["milk"]}',
        "poster.pdf": b"%PDF-1.7",
        "~$sheet.xlsx": b"\x00\x01",
        ".DS_Store": b"\x00",
        ".trash/old.csv": GOOD,
        "campaigns.csv": "campaign_id,brand\n1,Home\n",
        "novel.txt": '"Once upon a time' + " and then" * 20_000,
    }
    raw.land(files)
    assert raw.rows("select distinct status from landing_files") == [("skipped",)]
    assert "poster.pdf is a PDF: export the same data as CSV" in raw.gate()
    raw.land({"good.csv": GOOD})
    assert raw.gate() == []


def test_tables_with_headers_alone_are_no_error(raw):
    raw.land(
        {
            "ads.csv": HEADER,
            "orders.csv": ORDERS.splitlines()[0] + "\n",
            "page.json": '{"data": []}',
        }
    )
    assert raw.gate() == []
    assert raw.rows("""
        select file_path, rows_read, last_day
        from landing_files inner join landing_file_rows using (file_id)
        order by 1""") == [
        ("ads.csv", 0, None),
        ("orders.csv", 0, None),
        ("page.json", 0, None),
    ]


def test_settings_without_insights_pass_with_a_warning(raw):
    raw.land({"adsets.json": [{"id": "1", "campaign_id": "2", "daily_budget": "2000"}]})
    assert raw.gate() == []
    assert raw.file("adsets.json") == (
        "read",
        "objects of the Marketing API, and any insights inside them; without insights beside it "
        "nothing can be decided",
    )
    assert raw.rows("select count(*) from landing_insights") == [(0,)]
