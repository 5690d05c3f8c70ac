"""What people really drop in: for each file one sentence that says where, what and what to do.

All of them lie in one folder beside a good file, so that each is also shown not to disturb the
others. Sentences are compared whole; that they quote nothing of orders is looked at in the end.
"""

import json
import re
from typing import NamedTuple

import duckdb
import pytest

from python_jobs.landing import scan
from python_jobs.landing.scan import csv_source

HEADER = "Reporting starts,Reporting ends,Ad name,Amount spent (USD)\n"
ROW = {"date_start": "2026-03-15", "date_stop": "2026-03-15", "ad_id": "1", "spend": "2"}
PAGE = json.dumps({"data": [ROW]})
ORDERS = "Name,Email,Created at,Total\n#1,ann@b.example,2026-03-15 10:00:00 +0000,20.00\n"


def day(date_start, spend="1", name="Spring", date_stop=None):
    """A line of an export."""
    return f"{date_start},{date_stop or date_start},{name},{spend}\n"


GOOD = HEADER + day("2026-03-14", "12.50") + day("2026-03-15", "7.25")


class Case(NamedTuple):
    """A file and what is said of it."""

    content: str | bytes
    sentence: str


NO_NUMBER = "is no number: write it as 1234.56"
NO_DATE = "is no date that can be told apart from others: write it as 2026-03-15"
SPREADSHEET = (
    "holds an error of the spreadsheet, such as #REF! or ####: mend it there and save it again"
)
ERROR_CELL = "holds an error of the spreadsheet, such as #REF! or #N/A: correct it and export again"
REPEATED = (
    "is a header in the middle of the table, as where exports were put together: nothing is lost "
    "without it"
)
UNUSABLE = "has 1 row, none of them usable: "
DOUBTFUL = "has in row {} what makes it doubtful: "
NO_JSON = (
    "is no JSON, perhaps an error page saved under that name: download it again or take it away"
)
NOT_NEEDED = "has none of the columns that we read: not needed"
PICTURE = "is a picture: export the data that it shows as CSV"
TOO_DEEP = "is JSON in more brackets than any export: download it again or take it away"
FUTURE = "lies in the future: see whether day and month are the wrong way round, and export again"

# the build stops, and says this
STOP = {
    # ---- cut off, or something else under the name of an export
    "cut_off.json": Case(PAGE[:60], "breaks off in the middle: download it again"),
    "cut_off.ndjson": Case(
        f"{json.dumps(ROW)}\n{json.dumps(ROW)[:40]}",
        "breaks off in its line 2: download it again",
    ),
    "login.csv": Case(
        "<!DOCTYPE html><html><body>Log in to Facebook</body></html>",
        "is a web page, perhaps an error page saved under that name: download it again",
    ),
    "sorry.json": Case("Service unavailable", NO_JSON),
    "token.csv": Case(
        '{"error": {"message": "Error validating access token", "code": 190}}',
        "is an error reply of the Marketing API (code 190) instead of rows: ask for the data again "
        "or take the file away",
    ),
    "denied.json": Case(
        '{"error": "invalid_grant", "error_description": "expired"}',
        "is an error reply instead of rows: ask for the data again or take it away",
    ),
    "nothing.csv": Case("", "is empty: export it again or take it away"),
    "blanks.csv": Case(" \n\n ", "is empty: export it again or take it away"),
    "march.csv.crdownload": Case(
        GOOD, "is a download that has not finished: let it finish, or take it away"
    ),
    "pointer.csv": Case(
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
        "is a pointer of Git LFS and not the file: run git lfs pull",
    ),
    "merged.csv": Case(
        f"<<<<<<< HEAD\n{GOOD}=======\n{GOOD}>>>>>>> other\n",
        "holds both sides of a merge conflict (<<<<<<<): restore one of them",
    ),
    "table.csv": Case(
        "<?xml version='1.0'?><Workbook></Workbook>",
        "is XML: export the same data as CSV or JSON",
    ),
    "letter.csv": Case("{\\rtf1\\ansi Hello}", "is a text document: export the data as CSV"),
    "screenshot.csv": Case(b"\x89PNG\r\n\x1a\n\x00\x00", PICTURE),
    "photo.csv": Case(b"\xff\xd8\xff\xe0\x00\x10JFIF", PICTURE),
    "packed.csv": Case(b"7z\xbc\xaf\x27\x1c\x00\x04", "is compressed as 7z: unpack it"),
    "archive.csv": Case(b"Rar!\x1a\x07\x01\x00", "is compressed as RAR: unpack it"),
    "database.csv": Case(
        b"SQLite format 3\x00\x10", "is a binary file: export the same data as CSV"
    ),
    "nul.csv": Case(
        GOOD.encode() + b"2026-03-16,2026-03-16,Spr\x00ng,1\n",
        "is a binary file: export the same data as CSV",
    ),
    "wide_letters.csv": Case(GOOD.encode("utf-32"), "is UTF-32 text: save it as CSV UTF-8"),
    "half_a_letter.csv": Case(
        (GOOD + "2026-03-16,2026-03-16,Frü").encode()[:-1],
        "breaks off in line 4, in the middle of a letter: download it again",
    ),
    "old_mac.csv": Case(
        GOOD.replace("\n", "\r"),
        "ends its lines as no system does any more: open it and save it as CSV again",
    ),
    "open_quote.csv": Case(
        GOOD + '2026-03-16,2026-03-16,"Spring,3\n2026-03-17,2026-03-17,Spring,4\n',
        "has in data row 3 a quotation mark that is never closed, so the rest is lost: export it "
        "again",
    ),
    "long_cell.csv": Case(
        HEADER + day("2026-03-15", name="x" * 10_000_000),
        "has in data row 1 a line of more than 2 MB: export it again",
    ),
    # ---- JSON
    "many_brackets.json": Case("[" * 100_000 + "]" * 100_000, TOO_DEEP),
    "many_objects.json": Case('{"data":' * 50_000 + "1" + "}" * 50_000, TOO_DEEP),
    "half_an_emoji.json": Case(
        PAGE.replace('"spend"', '"ad_name": "\\ud83d", "spend"'),
        "holds half a character, perhaps of an emoji, in its value 1, byte 99: take it out",
    ),
    "python.json": Case(PAGE.replace('"', "'"), "is no valid JSON in line 1: download it again"),
    "callback.json": Case(f"show({PAGE});", NO_JSON),
    "commented.json": Case(f"// made by me\n{PAGE}", NO_JSON),
    "null.json": Case("null", NO_JSON),
    "spend_twice.json": Case(
        PAGE.replace('"spend": "2"', '"spend": "2", "spend": "3"'),
        "gives the key `spend` twice in one object, so that which of them counts is not known: "
        "export it again",
    ),
    "infinite.json": Case(
        PAGE.replace('"spend": "2"', '"spend": Infinity'), UNUSABLE + f"spend {NO_NUMBER}"
    ),
    "listed.json": Case(
        PAGE.replace('"spend": "2"', '"spend": [1, 2]'), UNUSABLE + f"spend {NO_NUMBER}"
    ),
    "no_such_day.json": Case(
        PAGE.replace("2026-03-15", "2026-02-30"), UNUSABLE + f"date_start {NO_DATE}"
    ),
    "dayless.json": Case(
        PAGE.replace("2026-03-15", ""),
        UNUSABLE + "date_start is blank, but every row needs a day",
    ),
    # ---- the table's shape
    "comma_in_name.csv": Case(
        HEADER + day("2026-03-15", name="Spring, women"),
        UNUSABLE + "has more cells than the header: put names with a comma in quotation marks",
    ),
    "semicolons_below.csv": Case(
        HEADER + day("2026-03-15").replace(",", ";"),
        UNUSABLE + "has fewer cells than the header: the file may be cut off there",
    ),
    # ---- days
    "two_orders.csv": Case(
        HEADER + day("15/03/2026") + day("3/16/2026"),
        f"has 2 rows, none of them usable: date_start {NO_DATE}",
    ),
    "spreadsheet_days.csv": Case(
        HEADER + day("46081"),
        UNUSABLE + "date_start is counted as Excel counts days (46081 is 2026-02-28): format the "
        "column as a date there",
    ),
    "narrow_column.csv": Case(HEADER + day("########"), UNUSABLE + f"date_start {SPREADSHEET}"),
    "three_orders.csv": Case(
        HEADER + day("2026-03-15") + day("15/03/2026") + day("3/16/2026"),
        DOUBTFUL.format(2) + "date_start is in another order than other dates of the file, and "
        "3/4/2026 may be either: write all as 2026-03-15",
    ),
    "future.csv": Case(
        HEADER + day("2026-03-15") + day("2062-03-15") + day("2062-03-16"),
        DOUBTFUL.format("2 and 1 more") + f"date_start {FUTURE}",
    ),
    "year_one.csv": Case(
        HEADER + day("0001-01-01"),
        DOUBTFUL.format(1) + "date_start lies before Facebook was there: export again",
    ),
    "backwards.csv": Case(
        HEADER + day("2026-03-15", date_stop="2026-03-14"),
        DOUBTFUL.format(1) + "date_start lies after date_stop: export again",
    ),
    # ---- amounts and ids
    "per_cent.json": Case(
        PAGE.replace('"spend": "2"', '"spend": "2%"'),
        UNUSABLE + "spend is a per cent and not an amount: export the amount",
    ),
    "in_words.csv": Case(HEADER + day("2026-03-15", "twelve"), UNUSABLE + f"spend {NO_NUMBER}"),
    "not_available.csv": Case(HEADER + day("2026-03-15", "N/A"), UNUSABLE + f"spend {NO_NUMBER}"),
    "broken_cells.csv": Case(HEADER + day("2026-03-15", "#DIV/0!"), UNUSABLE + ERROR_CELL),
    "formulas.csv": Case(
        HEADER + day("2026-03-15", "=SUM(D2:D9)"),
        UNUSABLE + "spend holds a formula instead of its result: save the sheet as CSV again",
    ),
    "costs_below_zero.csv": Case(
        HEADER + day("2026-03-15", "-5"),
        UNUSABLE + "spend is negative, which no day of delivery is: export again, or leave the row "
        "out",
    ),
    "shown_less.csv": Case(
        "Day,Ad name,Amount spent (USD),Impressions\n2026-03-15,Spring,5,-10\n",
        UNUSABLE + "impressions is negative, which no day of delivery is: export again, or leave "
        "the row out",
    ),
    "rounded.csv": Case(
        "Day,Ad ID,Amount spent (USD)\n2026-03-15,1.2023E+17,5\n",
        UNUSABLE + "ad_id was rounded by a spreadsheet (1.2E+17): export again and do not save it "
        "in the spreadsheet",
    ),
    "contradicts_itself.csv": Case(
        "Day,Ad ID,Amount spent (USD)\n2026-03-15,1,5\n2026-03-15,1,6\n",
        "has 2 rows, none of them usable: ids and day are in the file more than once with "
        "different values: export without further breakdowns",
    ),
    # ---- orders
    "orders_of_nobody.csv": Case(
        "Name,Created at,Total\n,2026-03-15 10:00:00 +0000,20.00\n",
        UNUSABLE + "order_name is blank and so is the id, but every order needs one: export the "
        "orders again",
    ),
    "orders_of_rome.csv": Case(
        ORDERS.replace("2026", "0001"),
        DOUBTFUL.format(1) + "created_at lies before there were web shops: export again",
    ),
    "orders_to_come.csv": Case(
        ORDERS.replace("2026", "2926"), DOUBTFUL.format(1) + f"created_at {FUTURE}"
    ),
    "orders_in_words.csv": Case(
        ORDERS.replace("20.00", "ann@b.example"), UNUSABLE + f"total {NO_NUMBER}"
    ),
}

# the build goes on without these rows, and says this of each
ROWS = {
    "one_comma.csv": (
        GOOD + day("2026-03-16", name="Spring, women"),
        [(3, None, "has more cells than the header: put names with a comma in quotation marks")],
    ),
    "cut_off.csv": (
        GOOD + "2026-03-16,2026-03",
        [(3, None, "has fewer cells than the header: the file may be cut off there")],
    ),
    "put_together.csv": (GOOD + GOOD, [(3, None, REPEATED)]),
    "orders_put_together.csv": (ORDERS + ORDERS.replace("#1", "#2"), [(2, None, REPEATED)]),
    "one_error.csv": (
        GOOD + day("2026-03-16", "#REF!"),
        [(3, None, ERROR_CELL)],
    ),
    "one_credit.csv": (
        GOOD + day("2026-03-16", "-0.01"),
        [
            (
                3,
                "spend",
                "is negative, which no day of delivery is: export again, or leave the row out",
            )
        ],
    ),
    "mixed_list.json": (
        json.dumps([ROW, 5]),
        [(2, "date_start", "is blank, but every row needs a day")],
    ),
}

# for somebody else: no build stops at them, and where nothing else is there they are named
PASSED_OVER = {
    "shopping.json": Case(
        '{"items": ["milk"]}',
        "is JSON without insights, campaigns, ad sets, ads, creatives, activities or orders",
    ),
    "google.json": Case(
        '{"results": [{"campaign": {"resourceName": "customers/1"}, "metrics": {}}]}',
        "is a report of Google Ads: only Meta and Shopify are read",
    ),
    "analytics.json": Case(
        '{"dimensionHeaders": [{"name": "date"}], "rows": []}',
        "is a report of Google Analytics: only Meta and Shopify are read",
    ),
    "tiktok.json": Case(
        '{"code": 0, "data": {"list": [{"dimensions": {"stat_time_day": "2026-03-15"}}]}}',
        "is a report of TikTok: only Meta and Shopify are read",
    ),
    "google.csv": Case(
        "Campaign,Day,Currency code,Cost,Impr.,Clicks\nBrand,2026-03-15,USD,5.00,100,3\n",
        "is a table of ads elsewhere, by its columns: only those of Meta are read",
    ),
    "tiktok.csv": Case(
        "Campaign name,Ad group name,Ad name,Date,Cost,Currency\nA,B,C,2026-03-15,5,USD\n",
        "is a table of ads elsewhere, by its columns: only those of Meta are read",
    ),
    "prices.csv": Case("SKU,Price\nA1,10\n", NOT_NEEDED),
    "Thumbs.db": Case(b"\xd0\xcf\x11\xe0", "is left there by the system: not looked into"),
    "desktop.ini": Case(
        "[.ShellClassInfo]\nIconIndex=0\n", "is left there by the system: not looked into"
    ),
    ".DS_Store": Case(b"\x00", "is hidden or temporary: not looked into"),
    "~$ads.xlsx": Case(b"\x00\x01", "is hidden or temporary: not looked into"),
    "README.md": Case(
        "[![build](badge.svg)](ci)\n", "is no valid JSON in line 1: download it again"
    ),
    "logo.png": Case(b"\x89PNG\r\n\x1a\n\x00\x00", PICTURE),
    "old.rar": Case(b"Rar!\x1a\x07\x01\x00", "is compressed as RAR: unpack it"),
}

# nothing is wrong with these, however odd they look
TAKEN = {
    # clicks are counted when they come, impressions when they are shown: at midnight one day may
    # have more clicks
    "clicks.csv": "Day,Ad name,Amount spent (USD),Impressions,Clicks (all)\n2026-03-15,A,5,1,2\n",
    "header_alone.csv": HEADER,
    "titled.csv": f"Spring report\nfrom 2026-03-14\n\n{GOOD}",
    "excel_hint.csv": "sep=;\n" + GOOD.replace(",", ";"),
    "two_headers.csv": HEADER + GOOD,
    # each of them can be read in one way only
    "two_ways.csv": HEADER + day("2026-03-14", '"1,234.56"') + day("2026-03-15", '"1.234,56"'),
    "total_alone.csv": HEADER + ",,,19.75\n",
    "empty_list.json": "[]",
    "two_pages.json": PAGE + PAGE,
    # how data frames write a cell that is blank
    "blank.json": PAGE.replace('"spend": "2"', '"spend": NaN'),
    "many_columns.csv": HEADER.strip()
    + "".join(f",c{i}" for i in range(3_000))
    + "\n2026-03-15,2026-03-15,Spring,1"
    + ",1" * 3_000
    + "\n",
    "semicolons.csv": GOOD.replace(",", ";"),
    # a shop may sell in several currencies; other than the account's are converted or left out
    "two_currencies_of_orders.csv": (
        "Name,Created at,Total,Currency\n"
        "#1,2026-03-15 10:00:00 +0000,20.00,USD\n#2,2026-03-15 10:00:00 +0000,20.00,EUR\n"
    ),
    # what was paid back for shipping or out of kindness may be more than the total
    "refunds.csv": "Name,Created at,Total,Refunded Amount\n#1,2026-03-15 10:00:00 +0000,20,30\n",
    "folder.csv/ads.csv": GOOD,
}


@pytest.fixture(scope="module")
def heap(new_folder):
    """All of it in one folder, landed once."""
    files = {name: case.content for name, case in (STOP | PASSED_OVER).items()}
    files |= {name: content for name, (content, _) in ROWS.items()}
    return new_folder().land({"good.csv": GOOD, **files, **TAKEN})


@pytest.fixture(scope="module")
def lines(heap):
    """What the build stops at."""
    return heap.gate()


@pytest.mark.parametrize("name", STOP)
def test_it_stops_the_build_with_one_sentence(lines, name):
    assert [line for line in lines if line.startswith(f"{name} ")] == [
        f"{name} {STOP[name].sentence}"
    ]


def test_nothing_else_stops_the_build(lines):
    assert {line.split(" ")[0] for line in lines} == set(STOP)
    assert len(lines) == len(STOP) >= 40


@pytest.mark.parametrize("name", ROWS)
def test_it_is_read_without_the_row_of_which_one_sentence_is_said(heap, name):
    assert heap.file(name)[0] == "read"
    assert (
        heap.rows(f"""
            select file_row, column_name, reason
            from landing_rejected_rows inner join landing_files using (file_id)
            where file_path = '{name}'""")
        == ROWS[name][1]
    )


@pytest.mark.parametrize("name", PASSED_OVER)
def test_it_is_passed_over_and_said_why(heap, name):
    assert heap.file(name) == ("skipped", PASSED_OVER[name].sentence)


@pytest.mark.parametrize("name", TAKEN)
def test_it_is_read_whole(heap, name):
    assert heap.file(name)[0] == "read"
    assert (
        heap.rows(f"""
            select * from landing_rejected_rows inner join landing_files using (file_id)
            where file_path = '{name}'""")
        == []
    )


def test_the_good_file_is_read_as_if_it_were_alone(heap):
    assert heap.rows("""
        select sum(spend::decimal(9, 2))
        from landing_insights inner join landing_files using (file_id)
        where file_path = 'good.csv'""") == [(19.75,)]


def test_a_sentence_is_one_sentence_and_quotes_nobody(heap, lines):
    messages = [message for (message,) in heap.rows("select message from landing_files")]
    reasons = [reason for (reason,) in heap.rows("select reason from landing_rejected_rows")]
    for sentence in [*lines, *messages, *reasons]:
        assert "\n" not in sentence
        assert "ann@b.example" not in sentence
        assert not re.search(r"[a-z]\. [A-Z]", sentence)
        assert not sentence.endswith(".")


def test_dates_of_a_clock_that_is_wrong_are_not_called_future(raw):
    """Where all days lie ahead of today, it is today that is wrong."""
    raw.land({"ads.csv": HEADER + day("2062-03-15") + day("2062-03-16")})
    assert raw.gate() == []


def test_days_that_run_on_past_today_are_not_called_future(raw):
    """The clock of the tests says 1 June: data up to the 8th tell of a clock behind."""
    days = [f"2026-05-{n}" for n in range(20, 32)] + [f"2026-06-0{n}" for n in range(1, 9)]
    raw.land({"ads.csv": HEADER + "".join(map(day, days))})
    assert raw.gate() == []


def test_an_account_has_one_currency(raw):
    head = "Day,Account ID,Ad name,Currency,Amount spent\n"
    raw.land({"ads.csv": head + "2026-03-15,7,A,USD,5\n2026-03-15,7,B,EUR,6\n"})
    assert raw.gate() == [
        "ads.csv gives the money of account 7 in EUR and USD, but an account has one currency: "
        "export again in that one, and with Account ID where they are several"
    ]


def test_currencies_of_an_account_are_compared_between_files(raw):
    head = "Day,Account ID,Ad name,Amount spent"
    raw.land(
        {
            "march.csv": f"{head} (USD)\n2026-03-15,7,A,5\n",
            "april.csv": f"{head} (EUR)\n2026-04-15,7,A,5\n",
            "other.csv": f"{head} (EUR)\n2026-04-15,8,A,5\n",
        }
    )
    assert raw.gate() == [
        "april.csv, march.csv give the money of account 7 in EUR and USD, but an account has one "
        "currency: export again in that one, and with Account ID where they are several"
    ]


def test_insights_without_days_stop_the_build_where_there_are_no_others(raw):
    sentence = "holds insights without `date_start`: ask for them with time_increment=1"
    raw.land({"ads.json": {"data": [{"ad_id": "1", "spend": "2"}]}})
    assert raw.gate() == [f"ads.json {sentence}"]
    raw.land({"good.csv": GOOD})
    assert raw.gate() == []
    assert raw.file("ads.json") == ("refused", sentence)


# ---- the file system


def test_links_that_lead_nowhere_are_told(raw):
    raw.add({"good.csv": GOOD})
    (raw.folder / "gone.csv").symlink_to(raw.folder / "elsewhere.csv")
    (raw.folder / "round.csv").symlink_to("round.csv")
    (raw.folder / "inside").symlink_to(raw.folder)
    raw.land()
    sentence = "is a link to a file that is not there: put the file back, or take the link away"
    assert raw.gate() == [f"gone.csv {sentence}", f"round.csv {sentence}"]
    assert raw.rows("select count(*) from landing_files") == [(3,)]


def test_a_file_that_cannot_be_opened_is_told(raw, monkeypatch):
    """As root every file can be opened, so its opening is made to fail."""
    opening = type(raw.folder).open

    def refused(path, *arguments, **options):
        if path.name == "locked.csv":
            raise PermissionError
        return opening(path, *arguments, **options)

    raw.add({"good.csv": GOOD, "locked.csv": GOOD})
    monkeypatch.setattr(type(raw.folder), "open", refused)
    raw.land()
    assert raw.gate() == [
        "locked.csv cannot be opened: give yourself the right to read it, or take it away"
    ]


def test_a_file_that_vanishes_between_a_look_and_its_reading_is_told(raw, monkeypatch):
    monkeypatch.setattr(raw, "between", (raw.folder / "fleeting.csv").unlink)
    raw.land({"good.csv": GOOD, "fleeting.csv": HEADER + day("2026-03-16")})
    assert raw.gate() == [
        "fleeting.csv vanished while the build ran or is damaged further down: put it back whole, "
        "or build without it"
    ]
    monkeypatch.undo()
    assert raw.land().gate() == []


def test_two_files_of_one_name_in_two_folders_are_two_files(raw):
    raw.land({"a/ads.csv": GOOD, "b/ads.csv": GOOD.replace("12.50", "13.50")})
    assert raw.gate() == []
    # nothing but the path tells which is later
    assert raw.rows("""
        select file_path, extract_rank
        from landing_files inner join landing_file_rows using (file_id) order by 2""") == [
        ("b/ads.csv", 1),
        ("a/ads.csv", 2),
    ]


# ---- set aside instead of stopping

MARCH = HEADER + "".join(day(f"2026-03-{n:02}") for n in range(1, 32))
CUT_OFF = GOOD + '2026-03-16,2026-03-16,"Spring,3\n'
UNCLOSED = (
    "has in data row 3 a quotation mark that is never closed, so the rest is lost: export it again"
)


@pytest.fixture
def lenient(raw):
    """A folder of which a damaged file is left out."""
    raw.set("on_bad_input", "set_aside")
    return raw


def said(folder, name):
    """What is said of a bad file, and whether the build goes on without it."""
    return folder.rows(
        f"select message, is_set_aside from landing_bad_files where file_path = '{name}'"
    )


def test_a_damaged_file_is_set_aside_where_the_others_have_all_days(lenient):
    lenient.land({"march.csv": MARCH, "again.csv": CUT_OFF, "denied.json": '{"error": "expired"}'})
    assert lenient.gate() == []
    aside = "; it is set aside, and the rest is used without it"
    assert said(lenient, "again.csv") == [(UNCLOSED + aside, True)]
    assert said(lenient, "denied.json") == [(STOP["denied.json"].sentence + aside, True)]


def test_of_a_doubtful_file_that_is_set_aside_no_row_counts(lenient):
    lenient.land({"march.csv": MARCH, "later.csv": HEADER + day("2026-03-05") + day("2062-03-05")})
    assert lenient.gate() == []
    assert lenient.rows("""
        select count(distinct file_row)
        from landing_rejected_rows inner join landing_files using (file_id)
        where file_path = 'later.csv'""") == [(2,)]


HOLES = {
    # without the middle of the month its days would count as days without spend
    "a_day_is_missing": (
        {"march.csv": MARCH.replace(day("2026-03-20"), "")},
        "there are then no rows of 1 of the last 28 days",
    ),
    # of 4 to 31 March the account has rows on 4 to 10: 21 days are missing
    "an_account_ends_early": (
        {
            "march.csv": MARCH.replace("Ad name", "Ad name,Account ID").replace(",Spring", ",A,7"),
            "early.csv": "Day,Ad name,Account ID,Amount spent (USD)\n"
            + "".join(f"2026-03-{n:02},B,8,1\n" for n in range(1, 11)),
        },
        "account 8 has then no rows of 21 of the last 28 days",
    ),
    "nothing_is_left": ({}, "no days are left without it"),
}


@pytest.mark.parametrize("name", HOLES)
def test_a_file_is_not_set_aside_where_that_leaves_a_hole(lenient, name):
    files, hole = HOLES[name]
    lenient.land({**files, "again.csv": CUT_OFF})
    assert lenient.gate() == [f"again.csv {UNCLOSED}; it is not set aside, as {hole}"]


def test_the_newest_by_its_name_is_not_set_aside(lenient):
    lenient.land({"march.csv": MARCH, "ads_2026-04-08.csv": CUT_OFF, "ads_2026-04-01.csv": CUT_OFF})
    assert lenient.gate() == [
        f"ads_2026-04-08.csv {UNCLOSED}; it is not set aside, as by its name it is later than the "
        "last day of the others, 2026-03-31"
    ]


def test_a_page_among_pages_is_not_set_aside(lenient):
    """The other pages have the same days, and other ads."""
    lenient.land({"march.csv": MARCH, "page_1.json": PAGE, "page_2.json": PAGE[:-30]})
    assert lenient.gate() == [
        "page_2.json breaks off in the middle: download it again; it is not set aside, as it may "
        "be one of several pages with ads that the others lack"
    ]


def test_orders_and_settings_are_not_set_aside(lenient):
    ad_sets = json.dumps([{"id": "1", "campaign_id": "2", "daily_budget": "2000"}])
    lenient.land(
        {
            "march.csv": MARCH,
            "orders.csv": ORDERS,
            "more_orders.csv": ORDERS + '#2,"ann,2026-03-15 10:00:00 +0000,20.00\n',
            "adsets.json": ad_sets[:-3],
        }
    )
    reason = "; it is not set aside, as nothing shows that other files have all of its "
    assert lenient.gate() == [
        f"adsets.json breaks off in the middle: download it again{reason}settings",
        "more_orders.csv has in data row 2 a quotation mark that is never closed, so the rest is "
        f"lost: export it again{reason}orders",
    ]


def test_files_that_take_too_much_memory_together_are_read_one_after_another(raw, monkeypatch):
    def short_of_memory(paths, plan, options):
        if len(paths) > 3:
            raise duckdb.OutOfMemoryException("Out of Memory Error")
        return csv_source(paths, plan, options)

    monkeypatch.setattr(scan, "csv_source", short_of_memory)
    files = {f"ads_{number}.csv": GOOD for number in range(5)}
    raw.land(files | {"long.csv": GOOD + day("2026-03-16", "1,2")})
    assert raw.rows("""
        select count(distinct file_id), count(*), sum(spend::double) from landing_insights
        where problem is null""") == [(6, 12, 6 * 19.75)]
    assert raw.rows("select file_row, problem from landing_insights where problem <> ''") == [
        (3, "has more cells than the header: put names with a comma in quotation marks")
    ]
