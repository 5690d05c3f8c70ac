"""Files that somebody made to do harm: refused or read, never a crash, a hang or a leak."""

import io
import json
import re
import zipfile

import duckdb
import openpyxl
import pytest

from python_jobs.landing.json_prefix import parse_prefix

ROW = {"date_start": "2026-03-15", "date_stop": "2026-03-15", "ad_id": "1", "spend": "2"}
HEADER = "Day,Ad name,Amount spent (USD)\n"
TOKEN = "EAAB" + "x" * 40
ANN = "ann.person@example.com"
TOO_DEEP = "is JSON in more brackets than any export: download it again or take it away"
ELSEWHERE = (
    "is a link out of the raw folder: put the file itself here, or name its folder under "
    "`locations` in the settings"
)
NO_DATABASE = (
    "cannot be opened as a DuckDB database: close the program that writes it, or copy it again "
    "with this or an older version of DuckDB"
)


def workbook(change):
    """A workbook of two days whose sheet's XML is changed."""
    book = openpyxl.Workbook()
    for row in (["Day", "Ad name", "Amount spent (USD)"], ["2026-03-14", "A", 5.5]):
        book.active.append(row)
    book.active.append(["2026-03-15", "A", 6.5])
    made, changed = io.BytesIO(), io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            xml = old.read(name)
            new.writestr(name, change(xml) if name.endswith("sheet1.xml") else xml)
    return changed.getvalue()


def with_cell(place):
    """Put a cell behind the last row."""
    row = re.sub("[A-Z]", "", place)
    cell = f'<row r="{row}"><c r="{place}"><v>1</v></c></row></sheetData>'
    return lambda xml: xml.replace(b"</sheetData>", cell.encode())


def with_entity(xml):
    doctype = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    return doctype + xml.replace(b"6.5", b"&e;")


CASES = {
    # 900,000 brackets behind what the first look sees
    "deep.json": (json.dumps({"x": "y" * 70_000})[:-1] + ',"z":' + "[" * 900_000, TOO_DEEP),
    "columns.csv": (
        "," * 1_000_000,
        "has 1,000,001 columns, more than the 5,000 allowed: export it with fewer, or take it away",
    ),
    "entity.xlsx": (
        workbook(with_entity),
        "is a damaged Excel workbook: download it again",
    ),
    "far_right.xlsx": (
        workbook(with_cell("XFD4")),
        "has a cell below row 1,048,576 or right of column 5,000: delete what stands around the "
        "table, or export it again",
    ),
    # behind the rows that the first look sees
    "far_down.xlsx": (
        workbook(with_cell("A2000000000")),
        "vanished while the build ran or is damaged further down: put it back whole, or build "
        "without it",
    ),
    # of somebody's own making, so that Python and not DuckDB reads it
    "half_a_letter.json": (
        json.dumps({"mine": {"adsets_of_ours": [{"id": "1", "name": "X"}]}})
        .encode()
        .replace(b"X", b"\xff\x81"),
        "is not UTF-8: save it as UTF-8",
    ),
}


def test_each_is_refused_with_a_sentence(raw, tmp_path):
    (tmp_path / "secret.csv").write_text(HEADER + "2026-03-15,A,1\n")
    (raw.folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (raw.folder / "folder").mkdir()
    (raw.folder / "folder" / "up.csv").symlink_to(tmp_path / "secret.csv")
    with duckdb.connect(str(raw.folder / "ads.duckdb")) as database:
        database.execute(f"""
            create view ads as
            select '2026-03-15' as date, content as ad_name, '1' as ad_id, '1' as spend
            from read_text('{tmp_path}/secret.csv')""")
    raw.land({name: content for name, (content, _) in CASES.items()})
    said = {name: sentence for name, (_, sentence) in CASES.items()}
    said |= {"link.csv": ELSEWHERE, "folder/up.csv": ELSEWHERE, "ads.duckdb": NO_DATABASE}
    assert raw.gate() == [f"{name} {sentence}" for name, sentence in sorted(said.items())]
    assert raw.rows("select count(*) from landing_insights where problem is null") == [(0,)]


@pytest.mark.parametrize("size", ["A1", "A1:C2", "A1:XFD1048576"])
def test_what_a_workbook_says_of_its_size_leaves_no_row_out(raw, size):
    raw.land(
        {"ads.xlsx": workbook(lambda xml: re.sub(b'ref="A1:C3"', f'ref="{size}"'.encode(), xml))}
    )
    assert raw.gate() == []
    assert raw.rows("select sum(spend::decimal(9, 2)) from landing_insights") == [(12,)]


def test_addresses_under_wrong_headers_are_not_kept(raw):
    raw.land(
        {
            "names.csv": "Name,Created at,Total\n"
            f"{ANN},2026-03-15,20\nbob@example.com,2026-03-15,5\n",
            "moved.csv": "Name,Created at,Total,Currency,Source,Payment Method,Refunded Amount\n"
            f'#1,{ANN},20,"{{""address1"": ""1 Side Street""}}",{ANN},{"Ann Person " * 30},{ANN}\n',
        }
    )
    raw.judge()
    kept = str(raw.rows("from landing_orders") + raw.rows("from landing_rejected_rows"))
    for personal in (ANN, "bob@", "Side Street", "Ann Person"):
        assert personal not in kept
    # they are orders of two buyers all the same
    assert raw.rows(
        "select count(distinct order_name) from landing_orders where total in ('20', '5')"
    ) == [(3,)]


def test_names_keep_no_address_phone_or_token(raw):
    audience = {"id": "9", "name": f"Friends of {ANN}, +1 (555) 010-0100", "subtype": "CUSTOM"}
    adset = {"id": [{"paging": {"next": f"https://x?access_token={TOKEN}"}}], "campaign_id": "2"}
    raw.land(
        {
            "audiences.json": [audience],
            "adsets.json": [
                {**adset, "id": "3", "targeting": {"custom_audiences": [audience]}},
                adset,
            ],
            "ads.json": [{**ROW, "ad_name": f"for ann.person%40example.com {TOKEN} 18+"}],
        }
    )
    assert raw.rows("select ad_name from landing_insights") == [("for (removed) (removed) 18+",)]
    objects = raw.rows("select object_id, object from landing_objects order by 1")
    assert [key for key, _ in objects] == ["3", "9"]
    assert [json.loads(text).get("name") for _, text in objects] == [
        None,
        "Friends of (removed), (removed)",
    ]
    for personal in ("example.com", "555", TOKEN):
        assert personal not in str(objects)


def test_a_repeated_key_is_found_among_many():
    """In time that grows with their number; it grew with its square."""
    keys = ",".join(f'"k{n}": 1' for n in range(60_000))
    with pytest.raises(ValueError, match="k59999"):
        parse_prefix(f'{{{keys}, "k59999": 2}}')
