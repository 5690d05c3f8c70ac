"""What a build keeps of the last one, and when it makes everything anew."""

import json

import duckdb
import pytest

LAYERS = ("landing", "staging", "intermediate")
BUILD = (
    *("build", "--select", "resource_type:seed", *(f"path:models/{layer}" for layer in LAYERS)),
    *("--exclude-resource-type", "unit_test", "test"),
)
# of each table that is kept: a column, a value that tells its rows of before, and what tells rows
MARKED = {
    "landing.landing_insight_values": ("clicks_all", 77_001, "day(date_day)"),
    "landing.landing_order_values": ("line_items", 77_002, "order_name"),
    "landing.landing_rejected_rows": ("reason", 77_003, "file_row"),
    "staging.stg_meta__insights": ("clicks_all", 77_004, "day(date_day)"),
    "intermediate.int_level_days": ("clicks_all", 77_005, "day(date_day)"),
    "intermediate.int_entity_ads": ("newest_ad_age_days", 77_006, "day(date_day)"),
}
NOTHING = {table.partition("_")[2]: [] for table in MARKED}
OF_FIRST_FILES = {
    "insight_values": [1, 2, 3],
    "order_values": ["#1"],
    "rejected_rows": [4],
    "meta__insights": [1, 2],
    "level_days": [1, 2],
    "entity_ads": [1, 2],
}
UNREADABLE = {"date_start": "2026-03-01", "date_stop": "2026-03-01", "spend": "a lot"}


def page(*days, spend="5.00"):
    ids = {"account_id": "1", "campaign_id": "11", "adset_id": "111", "ad_id": "1111"}
    row = ids | {"account_currency": "USD", "spend": spend, "impressions": "100", "clicks": "3"}
    dates = [f"2026-03-{day:02}" for day in days]
    return {"data": [row | {"date_start": date, "date_stop": date} for date in dates]}


class Customer:
    def __init__(self, home):
        self.home = home
        first = page(1, 2, 3)
        first["data"].append(first["data"][0] | {"ad_id": "1112"} | UNREADABLE)
        self.add("a.json", first)
        self.add_order("a.csv", "#1")
        self.build()

    def add(self, name, content):
        (self.home.raw / name).write_text(json.dumps(content))

    def add_order(self, name, order):
        lines = f"Name,Id,Created at,Total\n{order},{order[1:]},2026-03-03 10:00:00 +0000,9\n"
        (self.home.raw / name).write_text(lines)

    def build(self, *arguments):
        done = self.home.dbt(*(arguments or BUILD))
        assert done.success, done.exception

    def mark(self):
        with duckdb.connect(str(self.home.build_file)) as build:
            for table, (column, mark, _) in MARKED.items():
                build.execute(f"update {table} set {column} = '{mark}'")

    def marked(self):
        """What still has the mark, by table."""
        with duckdb.connect(str(self.home.build_file), read_only=True) as build:
            return {
                table.partition("_")[2]: sorted(
                    row
                    for (row,) in build.execute(
                        f"select distinct {told_by} from {table} where {column} = '{mark}'"
                    ).fetchall()
                )
                for table, (column, mark, told_by) in MARKED.items()
            }


@pytest.fixture(scope="module")
def customer(new_home):
    """Each test finds it built as a whole and leaves it so."""
    return Customer(new_home())


def test_a_new_file_leaves_other_files_and_earlier_days_as_they_are(customer):
    customer.mark()
    customer.add("b.json", page(3, 4, spend="6.00"))
    customer.add_order("b.csv", "#2")
    customer.build()
    assert customer.marked() == OF_FIRST_FILES
    with duckdb.connect(str(customer.home.build_file), read_only=True) as build:
        spend = build.execute(
            "select day(date_day), spend from staging.stg_meta__insights order by all"
        ).fetchall()
    assert [(day, float(amount)) for day, amount in spend] == [(1, 5), (2, 5), (3, 6), (4, 6)]

    # and without the file the day that it restated is the old one again
    customer.mark()
    (customer.home.raw / "b.json").unlink()
    (customer.home.raw / "b.csv").unlink()
    customer.build()
    assert customer.marked() == OF_FIRST_FILES


def test_after_a_build_that_failed_everything_is_made_anew(customer):
    customer.mark()
    broken = customer.home.raw / "broken.json"
    broken.write_text('{"data": [')
    assert not customer.home.dbt(*BUILD).success
    # of what is there any table can be made, and as a whole
    customer.build("build", "--select", "int_level_days")
    assert customer.marked()["level_days"] == []
    broken.unlink()
    customer.build()
    assert customer.marked() == NOTHING


@pytest.mark.long
def test_after_a_build_of_some_tables_everything_is_made_anew(customer):
    customer.mark()
    customer.build("build", "--select", "run_settings")
    assert customer.marked()["level_days"] == [1, 2, 3]
    customer.build()
    assert customer.marked() == NOTHING


@pytest.mark.long
def test_under_other_settings_everything_is_made_anew(customer):
    customer.mark()
    (customer.home.config / "inputs.yaml").write_text("account: {currency: USD}\n")
    customer.build()
    assert customer.marked() == NOTHING


@pytest.mark.long
def test_a_full_refresh_makes_everything_anew(customer):
    customer.mark()
    customer.build(*BUILD, "--full-refresh")
    assert customer.marked() == NOTHING
