"""Archives, workbooks and encodings: each file in them is read like one that lies there plain."""

import gzip
import io
import json
import os
import stat
import tempfile
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from python_jobs.landing import archives, scan

HEADER = "Day,Ad set name,Ad name,Amount spent (EUR)\n"
DAYS = HEADER + "2026-03-14,Frühling,Über 1,12.50\n2026-03-15,Frühling,Über 2,7.25\n"
ROWS = [("2026-03-14", "Über 1", "12.50"), ("2026-03-15", "Über 2", "7.25")]
ORDERS = "Name,Email,Created at,Total\n#1,anna@shop.example,2026-03-15 10:00:00 +0000,20.00\n"
SIZE = len(DAYS.encode())
LANDED = "select date_start, ad_name, spend from landing_insights where problem is null order by 1"


def zipped(files, **options):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content, **options)
    return packed.getvalue()


def workbook(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


ENCODED = {
    "utf-8": (DAYS.encode(), ""),
    "utf-8 with a mark": (DAYS.encode("utf-8-sig"), ""),
    "utf-16 little-endian": (b"\xff\xfe" + DAYS.encode("utf-16-le"), ""),
    "utf-16 big-endian": (b"\xfe\xff" + DAYS.encode("utf-16-be"), ""),
    "utf-16 little-endian, unmarked": (DAYS.encode("utf-16-le"), "UTF-16"),
    "utf-16 big-endian, unmarked": (DAYS.encode("utf-16-be"), "UTF-16"),
    "windows": (DAYS.encode("cp1252"), "Windows-1252"),
    # no letter beyond ASCII within the first megabyte
    "windows, far down": (
        (HEADER + "2026-03-13,a,b,0\n" * 70_000).encode() + DAYS[len(HEADER) :].encode("cp1252"),
        "Windows-1252",
    ),
}


@pytest.mark.parametrize("encoding", ENCODED)
def test_a_text_in_any_encoding(raw, encoding):
    content, assumed = ENCODED[encoding]
    raw.land({"days.csv": content})
    assert raw.gate() == []
    assert raw.rows(LANDED)[-2:] == ROWS
    message = raw.file("days.csv")[1]
    assert assumed in message
    assert ("; taken for" in message) == bool(assumed)


def test_what_ads_manager_calls_csv_for_excel(raw):
    raw.land({"days.csv": b"\xff\xfe" + DAYS.replace(",", "\t").encode("utf-16-le")})
    assert raw.rows(LANDED) == ROWS


def test_json_in_utf_16(raw):
    row = {"date_start": "2026-03-14", "date_stop": "2026-03-14", "ad_id": "1", "spend": "12.50"}
    raw.land({"page.json": json.dumps({"data": [row]}).encode("utf-16")})
    assert raw.rows("select date_start, spend from landing_insights") == [("2026-03-14", "12.50")]


def test_members_of_an_archive_are_files_of_their_own(raw):
    archive = zipped(
        {
            "meta/days 2026-03-15.csv": DAYS,
            "orders_export_2.csv": ORDERS,
            "__MACOSX/._days.csv": b"\0",
            "readme.txt": "about",
        }
    )
    raw.land({"export_2026-03-16.zip": archive})
    assert raw.gate() == []
    assert raw.rows(LANDED) == ROWS
    assert raw.rows("""
        select file_path, status, extracted_on, name_number, size_bytes
        from landing_files order by 1""") == [
        ("export_2026-03-16.zip/__MACOSX/._days.csv", "skipped", date(2026, 3, 16), 16, 1),
        ("export_2026-03-16.zip/meta/days 2026-03-15.csv", "read", date(2026, 3, 15), 15, SIZE),
        ("export_2026-03-16.zip/orders_export_2.csv", "read", date(2026, 3, 16), 2, len(ORDERS)),
        ("export_2026-03-16.zip/readme.txt", "skipped", date(2026, 3, 16), 16, 5),
    ]
    assert raw.rows("select order_name, total, length(customer_hash) from landing_orders") == [
        ("#1", "20.00", 64)
    ]


def test_a_compressed_file_is_the_file(raw):
    raw.land({"days_2.csv.gz": gzip.compress(DAYS.encode("utf-16"))})
    assert raw.rows(LANDED) == ROWS
    assert raw.rows("select file_path, name_number from landing_files") == [("days_2.csv.gz", 2)]


def test_parquet_and_workbooks_inside_an_archive(raw, tmp_path):
    file = tmp_path / "days.parquet"
    raw.connection.execute(f"""
        copy (select date '2026-03-14' as date_start, date '2026-03-14' as date_stop,
            'Über 1' as ad_name, '12.50' as spend) to '{file}' (format parquet)""")
    sheet = workbook(Report=[HEADER.strip().split(","), ["2026-03-15", "a", "Über 2", 7.25]])
    raw.land({"a.zip": zipped({"days.parquet": file.read_bytes(), "days.xlsx": sheet})})
    assert raw.gate() == []
    assert raw.rows(LANDED) == ROWS


def test_only_a_changed_member_is_read_again(raw):
    def ids():
        return dict(raw.rows("select file_path, file_id from landing_files"))

    raw.land({"a.zip": zipped({"1.csv": DAYS, "2.csv": DAYS})})
    first = ids()
    raw.land({"a.zip": zipped({"1.csv": DAYS, "2.csv": DAYS.replace("7.25", "8.25"), "3.csv": ""})})
    assert ids()["a.zip/1.csv"] == first["a.zip/1.csv"]
    assert ids()["a.zip/2.csv"] != first["a.zip/2.csv"]


def with_link():
    link = zipfile.ZipInfo("days.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return zipped({link: "/etc/passwd"})


def locked():
    # the flag of the archive's list, after its mark, two versions of two bytes each
    packed = bytearray(zipped({"days.csv": DAYS}))
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    return bytes(packed)


def damaged():
    packed = bytearray(zipped({"days.csv": DAYS * 50}))
    packed[60] ^= 255
    return bytes(packed)


def no_name(times):
    """The name of a file is bytes that are no text, in its own header or in the list as well."""
    name = "Täglich.csv".encode()
    return zipped({name.decode(): DAYS}).replace(name, b"\xff" * len(name), times)


def damaged_lzma():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("days.csv", DAYS * 50)
    content = packed.getvalue()
    return content[:60] + b"\xff" * 20 + content[80:]


def twice():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("days.csv", DAYS)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("days.csv", DAYS)
    return packed.getvalue()


REFUSED = {
    "bomb.zip": (
        lambda: zipped({"days.csv": b"0" * 60_000_000}),
        "is more than 200 times larger unpacked, as no export is: download it again or unpack it "
        "yourself",
    ),
    "bomb.csv.gz": (
        lambda: gzip.compress(b"0" * 60_000_000),
        "is more than 200 times larger unpacked, as no export is: download it again or unpack it "
        "yourself",
    ),
    "up.zip": (
        lambda: zipped({"../days.csv": DAYS}),
        "holds a file that points outside of it: unpack it yourself",
    ),
    "root.zip": (
        lambda: zipped({"/days.csv": DAYS}),
        "holds a file that points outside of it: unpack it yourself",
    ),
    "drive.zip": (
        lambda: zipped({"C:\\days.csv": DAYS}),
        "holds a file that points outside of it: unpack it yourself",
    ),
    "link.zip": (with_link, "holds a link to another file: unpack it yourself"),
    "locked.zip": (locked, "is protected by a password: unpack it yourself"),
    "twice.zip": (twice, "holds two files of one name: unpack it and rename one of them"),
    "nothing.zip": (
        lambda: zipped({"folder/": ""}),
        "is an empty archive: download it again or take it away",
    ),
    "half.zip": (
        lambda: zipped({"days.csv": DAYS * 50})[:-30],
        "is a damaged archive: download it again",
    ),
    "no_name.zip": (
        lambda: no_name(2),
        "is a damaged archive: download it again",
    ),
    "half.csv.gz": (
        lambda: gzip.compress(DAYS.encode() * 50)[:-30],
        "is a damaged archive: download it again",
    ),
    "half.xlsx": (
        lambda: zipped({"xl/workbook.xml": "<workbook"}),
        "is a damaged Excel workbook: download it again",
    ),
    "nothing.xlsx": (
        lambda: workbook(Sheet1=[], Sheet2=[]),
        "is an empty workbook: export it again or take it away",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_archive_that_is_not_to_be_opened(raw, name):
    make, sentence = REFUSED[name]
    raw.land({"good.csv": DAYS, name: make()})
    assert raw.file(name) == ("refused", sentence)
    assert raw.gate() == [f"{name} {sentence}"]


def test_too_many_or_too_much_is_refused(raw, monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 2)
    raw.land({"a.zip": zipped(dict.fromkeys("123", DAYS))})
    assert raw.gate() == [
        "a.zip holds 3 files, more than the 2 allowed: unpack it and take along the exports alone"
    ]
    monkeypatch.setattr(archives, "MAX_MEMBERS", 10)
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 200)
    raw.land()
    assert raw.gate() == ["a.zip is more than 0 GB unpacked: split it into several files"]


def test_a_damaged_member_and_an_archive_in_it_are_named(raw):
    raw.land(
        {
            "a.zip": zipped({"good.csv": DAYS, "more.zip": zipped({"days.csv": DAYS})}),
            "b.zip": damaged(),
            "c.zip": no_name(1),
            "d.zip": damaged_lzma(),
        }
    )
    assert raw.gate() == [
        "a.zip/more.zip is an archive inside an archive: unpack it yourself",
        "b.zip/days.csv is a damaged archive: download it again",
        "c.zip/Täglich.csv is a damaged archive: download it again",
        "d.zip/days.csv is a damaged archive: download it again",
    ]


def test_documents_of_other_programs_are_passed_over(raw):
    raw.land({"good.csv": DAYS, "letter.docx": zipped({"word/document.xml": "<w/>"})})
    assert raw.gate() == []
    assert raw.file("letter.docx") == ("skipped", "is a Word document: not looked into")


class Watch:
    """The folders that copies lay in while files were scanned."""

    def __init__(self, monkeypatch, home):
        home.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(home))
        self.home = home
        self.seen = []
        self.scan = scan._scan_or_tell
        monkeypatch.setattr(scan, "_scan_or_tell", self.look)

    def look(self, session, table, files, *arguments, **options):
        for file in files:
            folder = Path(file.path).parent
            self.seen.append((folder.parent, stat.S_IMODE(folder.stat().st_mode)))
        return self.scan(session, table, files, *arguments, **options)


def test_copies_of_orders_are_private_and_gone_after_the_scan(raw, monkeypatch, tmp_path):
    watch = Watch(monkeypatch, tmp_path / "temporary")
    raw.land({"a.zip": zipped({"orders.csv": ORDERS})})
    assert watch.seen == [(watch.home, 0o700)]
    assert os.listdir(watch.home) == []


def test_copies_are_gone_after_a_scan_that_fails(raw, monkeypatch, tmp_path):
    watch = Watch(monkeypatch, tmp_path / "temporary")
    swallowed = ORDERS + '"#2' + ",later rows\n" * 20_000
    raw.land({"a.zip": zipped({"orders.csv": swallowed})})
    assert raw.file("a.zip/orders.csv")[0] == "refused"
    assert watch.seen
    assert os.listdir(watch.home) == []

    def fail(*_, **__):
        assert os.listdir(watch.home) != []
        raise KeyboardInterrupt

    monkeypatch.setattr(scan, "_scan_or_tell", fail)
    with pytest.raises(KeyboardInterrupt):
        raw.land()
    assert os.listdir(watch.home) == []


def test_a_file_that_changed_since_it_was_listed_is_told(raw, monkeypatch):
    copies = scan.plain_copies

    def gone(files):
        (raw.folder / "a.zip").write_bytes(b"PK\x03\x04")
        return copies(files)

    monkeypatch.setattr(scan, "plain_copies", gone)
    raw.land({"a.zip": zipped({"days.csv": DAYS})})
    assert raw.gate() == [
        "a.zip/days.csv vanished while the build ran or is damaged further down: put it back "
        "whole, or build without it"
    ]


def test_the_sheets_of_a_workbook(raw):
    header = HEADER.strip().split(",")
    raw.land(
        {
            "one.xlsx": workbook(
                Report=[
                    header,
                    # the row of totals that Ads Reporting puts first
                    [None, None, None, 19.75],
                    [datetime(2026, 3, 14), "Frühling", "Über 1", 12.5],
                ],
                Empty=[],
            ),
            "two.xlsx": workbook(
                First=[header, [date(2026, 3, 15), "Frühling", "Über 2", 7]],
                Second=[["shopping list"], ["milk"]],
            ),
        }
    )
    assert raw.gate() == []
    assert raw.rows(LANDED) == [("2026-03-14", "Über 1", "12.5"), ("2026-03-15", "Über 2", "7")]
    assert raw.rows("select file_path, status from landing_files order by 1") == [
        ("one.xlsx", "read"),
        ("two.xlsx/First", "read"),
        ("two.xlsx/Second", "skipped"),
    ]


def test_ids_that_a_spreadsheet_rounded_are_told(raw):
    raw.land(
        {
            "days.xlsx": workbook(
                Report=[
                    ["Day", "Ad ID", "Amount spent (USD)"],
                    [date(2026, 3, 14), 120210000000123456, 1],
                    [date(2026, 3, 15), "120210000000123456", 2],
                    [date(2026, 3, 16), 23850000000123, 3],
                ]
            )
        }
    )
    assert raw.rows("select ad_id from landing_insights order by file_row")[1:] == [
        ("120210000000123456",),
        ("23850000000123",),
    ]
    assert raw.rows("select file_row, column_name, reason from landing_rejected_rows") == [
        (
            1,
            "ad_id",
            "was rounded by a spreadsheet (1.2E+17): export again and do not save it in the "
            "spreadsheet",
        )
    ]


def test_rows_with_errors_of_a_spreadsheet_are_set_aside(raw):
    header = ["Day", "Ad name", "Amount spent", "Purchases"]
    rows = [
        ["2026-03-13", "a", 1, 2],
        ["2026-03-14", "#REF!", 1, 2],
        ["2026-03-15", "#1 offer", 3, 4],
        ["2026-03-16", "b", 5, "#N/A"],
    ]
    text = "\n".join(",".join(map(str, row)) for row in [header, *rows])
    raw.land(
        {
            "a.xlsx": workbook(Sheet=[header, *rows]),
            "b.csv": text,
            "c.csv": text.encode("utf-16"),
            "d.csv": ORDERS.replace("20.00", "#VALUE!") + "#2,,2026-03-15 10:00:00 +0000,5\n",
        }
    )
    assert raw.gate() == []
    sentence = (
        "holds an error of the spreadsheet, such as #REF! or #N/A: correct it and export again"
    )
    assert raw.rows("""
        select file_path, file_row, reason
        from landing_rejected_rows join landing_files using (file_id) order by all""") == [
        ("a.xlsx", 2, sentence),
        ("a.xlsx", 4, sentence),
        ("b.csv", 2, sentence),
        ("b.csv", 4, sentence),
        ("c.csv", 2, sentence),
        ("c.csv", 4, sentence),
        ("d.csv", 1, sentence),
    ]


PAGE = {
    "data": [{"id": "1", "name": "Spring", "date_start": "2026-03-15", "daily_budget": "2000"}],
    "paging": {"next": "https://graph.facebook.com/v25.0/1/ads?access_token=EAAsecret123456789012"},
}
ROW = {"date_start": "2026-03-15", "date_stop": "2026-03-15", "ad_id": "1", "spend": "2"}


def test_no_token_of_a_page_inside_an_archive_is_stored(raw):
    insights = {"data": [ROW], "paging": PAGE["paging"]}
    tree = {**PAGE["data"][0], "ads": {"data": [{"id": "2"}], "paging": PAGE["paging"]}}
    files = {"page.json": insights, "objects.json": PAGE, "tree.json": tree}
    raw.land({"a.zip": zipped({name: json.dumps(file) for name, file in files.items()})})
    assert raw.gate() == []
    stored = raw.rows("select * from landing_objects") + raw.rows("select * from landing_insights")
    stored += raw.rows("select * from landing_inventory") + raw.rows("select * from landing_files")
    assert len(stored) == 3 + 1 + 3 + 3
    assert "secret" not in str(stored)
    assert "graph.facebook.com" not in str(stored)


def test_shapes_inside_an_archive(raw):
    """Single quotes as Python writes them, rows without ids, totals of a period, nested fields."""
    nested = {
        "id": "9",
        "adsets": {"data": [{"id": "8", "insights": {"data": [{**ROW, "ad_id": "7"}]}}]},
    }
    files = {
        "quotes.csv": "date_start,date_stop,ad_id,spend,actions\n2026-03-15,2026-03-15,5,1,"
        "\"[{'action_type': 'omni_purchase', 'value': '3'}]\"\n",
        "no_ids.ndjson": json.dumps({**ROW, "ad_id": None, "ad_name": "Spring"}) + "\n",
        "totals.csv": HEADER.replace("Day", "Reporting starts,Reporting ends")
        + "2026-03-01,2026-03-31,a,b,9\n",
        "nested.json": json.dumps([nested]),
    }
    raw.land({"a.zip": zipped(files)})
    assert raw.gate() == []
    assert raw.rows("""
        select file_path, ad_id, ad_name, date_stop, spend, actions[1].value
        from landing_insights join landing_files using (file_id) order by 1""") == [
        ("a.zip/nested.json", "7", None, "2026-03-15", "2", None),
        ("a.zip/no_ids.ndjson", None, "Spring", "2026-03-15", "2", None),
        ("a.zip/quotes.csv", "5", None, "2026-03-15", "1", "3"),
        ("a.zip/totals.csv", None, "b", "2026-03-31", "9", None),
    ]
    assert raw.file("a.zip/totals.csv")[1].endswith("its delivery is set aside")


def test_dates_numbers_and_repeated_headers_of_a_workbook(raw):
    """Both layouts: of the table, with its own columns, and of the report."""
    raw.land(
        {
            "table.xlsx": workbook(
                Sheet=[
                    ["Reporting starts", "Reporting ends", "Ad name", "Amount spent", "My metric"],
                    ["2026-03-15", "2026-03-15", "Summer", 1000, 0.5],
                ]
            ),
            "report.xlsx": workbook(
                Report=[
                    ["Days of March"],
                    [],
                    ["Day", "Ad name", "Amount spent (EUR)", "Purchases", "Purchases", "Ends"],
                    [None, None, 12.346, 3, None, None],
                    [datetime(2026, 3, 14), "Spring", 1.234, None, 2, datetime(2026, 4, 1, 9, 30)],
                    [date(2026, 3, 15), "Spring", 11.112, 1.0, 5, "Ongoing"],
                ]
            ),
        }
    )
    assert raw.rows("""
        select layout, spend, unmapped_columns
        from landing_insights join landing_files using (file_id) where ad_name = 'Summer'""") == [
        ("ads_manager_export", "1000", ["My metric"])
    ]
    assert raw.rows("""
        select file_row, date_start, spend::double, account_currency, actions[1].value, ends
        from landing_insights where ad_name = 'Spring' order by 1""") == [
        (2, "2026-03-14", 1.234, "EUR", "2", "2026-04-01 09:30:00"),
        (3, "2026-03-15", 11.112, "EUR", "1", "Ongoing"),
    ]
