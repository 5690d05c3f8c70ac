"""Bad files in real builds: they stop with a sentence a file, and the last good results stay."""

import json

import pytest
from reading import WITHOUT_TESTS, rows

ADDRESS = "ann.person@example.com"
HEADER = "Day,Ad name,Amount spent (USD)\n"
GOOD = HEADER + "2026-03-14,Spring,12.50\n2026-03-15,Spring,7.25\n"
ORDERS = (
    "Name,Email,Created at,Total\n"
    f"#1,{ADDRESS},2026-03-15 10:00:00 +0000,20.00\n"
    f"#2,{ADDRESS},2026-03-15 11:00:00 +0000,30.00\n"
)
PAGE = json.dumps({"data": [{"date_start": "2026-03-15", "ad_id": "1", "spend": "2"}]})
BAD = {
    "cut_off.json": (PAGE[:-12], "breaks off in the middle: download it again"),
    "login.json": (
        "<html>Log in</html>",
        "is a web page, perhaps an error page saved under that name: download it again",
    ),
    "reply.json": (
        '{"error": {"message": "Session has expired", "code": 190}}',
        "is an error reply of the Marketing API (code 190) instead of rows: ask for the data again "
        "or take the file away",
    ),
    "nothing.json": ("", "is empty: export it again or take it away"),
    "workbook.csv": (
        b"PK\x03\x04",
        "is a damaged archive: download it again",
    ),
    "two_encodings.csv": (
        (GOOD + "2026-03-16,Frühling,3\n").encode() + "2026-03-17,Frühling,3\n".encode("cp1252"),
        "is not UTF-8 in line 5: save it as CSV UTF-8",
    ),
    "open_quote.csv": (
        ORDERS + f'#3,"{ADDRESS},2026-03-15 12:00:00 +0000,1\n#4,,2026-03-15,1\n',
        "has in data row 3 a quotation mark that is never closed, so the rest is lost: export it "
        "again",
    ),
    "ragged.csv": (
        ORDERS.replace(",20.00", ",20.00,7").replace(",30.00", ",30.00,7"),
        "has 2 rows, none of them usable: has more cells than the header: put names with a "
        "comma in quotation marks",
    ),
    "dates.csv": (
        HEADER + "3/4/2026,Spring,1\n",
        "has 1 row, none of them usable: date_start is no date that can be told apart "
        "from others: write it as 2026-03-15",
    ),
    "numbers.csv": (
        HEADER + "2026-03-15,Spring,a lot\n",
        "has 1 row, none of them usable: spend is no number: write it as 1234.56",
    ),
    "rounded.csv": (
        "Day,Ad ID,Amount spent (USD)\n2026-03-15,1.2E+17,1\n",
        "has 1 row, none of them usable: ad_id was rounded by a spreadsheet (1.2E+17): "
        "export again and do not save it in the spreadsheet",
    ),
    "twice.csv": (
        "Day,Ad ID,Amount spent (USD)\n2026-03-15,1,5\n2026-03-15,1,6\n",
        "has 2 rows, none of them usable: ids and day are in the file more than once with "
        "different values: export without further breakdowns",
    ),
    "half.parquet": (b"PAR1", "is no whole Parquet file: download it again"),
}
TABLES = ("+input_files", "+rejected_rows", "+landing_gate", *WITHOUT_TESTS)


class Customer:
    """A customer's folders, built again and again as files come and go."""

    def __init__(self, home):
        self.home = home

    def write(self, files):
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (self.home.raw / name).write_bytes(data)

    def build(self, *arguments):
        """What stopped the build, a line for each reason; empty if it passed."""
        # dbt says and writes what it does for anybody
        done = self.home.dbt("build", "--select", *TABLES, *arguments, options=("--quiet",))
        if done.exception:
            raise done.exception
        messages = [step.message for step in done.result if step.status == "error"]
        return [line for message in messages for line in message.splitlines()[1:]]

    def published(self, query):
        return rows(self.home.published_file, query)

    def landed(self, query):
        return rows(self.home.build_file, query)


@pytest.fixture
def customer(new_home):
    return Customer(new_home())


def test_every_bad_file_has_its_sentence_and_the_last_good_results_stay(customer, capfd):
    customer.write({"good.csv": GOOD, "orders.csv": ORDERS})
    assert customer.build() == []
    good = customer.published("from results.input_files order by file_path")
    assert [row[0] for row in good] == ["good.csv", "orders.csv"]

    customer.write({name: content for name, (content, _) in BAD.items()})
    stopped = [line.strip().removeprefix("Invalid Input Error: ") for line in customer.build()]
    assert [line for line in stopped if line.startswith(tuple(BAD))] == [
        f"{name} {sentence}" for name, (_, sentence) in sorted(BAD.items())
    ]
    assert customer.published("from results.input_files order by file_path") == good

    console = capfd.readouterr()
    written = "".join(
        file.read_bytes().decode("latin-1")
        for file in customer.home.path.rglob("*")
        if file.is_file() and customer.home.raw not in file.parents
    )
    assert "good.csv" in written
    for text in (console.out, console.err, written):
        assert ADDRESS not in text
        assert "Frühling" not in text

    # left out instead: the other files have every day
    settings = customer.home.config / "inputs.yaml"
    settings.write_text("on_bad_input: set_aside\n")
    for name in BAD.keys() - {"login.json"}:
        (customer.home.raw / name).unlink()
    assert customer.build() == []
    sentence = f"{BAD['login.json'][1]}; it is set aside, and the rest is used without it"
    assert customer.published(
        "select file_path, status, message from results.input_files where status <> 'read'"
    ) == [("login.json", "set_aside", sentence)]
    assert f"login.json {sentence}" in (customer.home.path / "logs" / "dbt.log").read_text()


def test_only_what_changed_is_read_again_and_what_is_gone_goes(customer):
    customer.write({"a.csv": GOOD, "b.csv": GOOD.replace("Spring", "Autumn"), "orders.csv": ORDERS})
    assert customer.build() == []
    query = """
        select file_path, count(*), sum(spend::double)
        from landing.landing_insights inner join landing.landing_files using (file_id)
        group by file_path order by file_path"""
    assert customer.landed(query) == [("a.csv", 2, 19.75), ("b.csv", 2, 19.75)]
    before = customer.landed("from landing.landing_orders order by file_row")

    (customer.home.raw / "a.csv").unlink()
    customer.write({"b.csv": GOOD + "2026-03-16,Autumn,1\n", "c.csv": GOOD})
    assert customer.build() == []
    assert customer.landed(query) == [("b.csv", 3, 20.75), ("c.csv", 2, 19.75)]
    assert customer.landed("from landing.landing_orders order by file_row") == before

    again = customer.landed("from landing.landing_insights order by file_id, file_row")
    assert customer.build("--full-refresh") == []
    assert customer.landed("from landing.landing_insights order by file_id, file_row") == again


def test_a_file_that_memory_was_too_short_for_is_read_by_the_next_build(customer, monkeypatch):
    customer.write({"page.json": PAGE, "orders.csv": ORDERS})
    with monkeypatch.context() as short:
        short.setenv("AUTOPILOT_MEMORY", "16MB")
        [line] = customer.build()
    assert "page.json is too large for the memory allowed: allow more with AUTOPILOT_" in line
    assert customer.build() == []
    assert customer.published("select file_path, status from results.input_files order by 1") == [
        ("orders.csv", "read"),
        ("page.json", "read"),
    ]
