"""What a build keeps of the last one, and when it makes everything anew."""

import json

import duckdb
import pytest

LAYERS = ("landing", "staging", "intermediate")
BUILD = (
    *("build", "--select", "resource_type:seed", *(f"path:models/{layer}" for layer in LAYERS)),
    *("--exclude-resource-type", "unit_test", "test"),
)
# a column of each table that is kept, and a value that tells its rows of before
MARKED = {
    "landing.landing_insight_values": ("clicks_all", 77_001),
    "staging.stg_meta__insights": ("clicks_all", 77_002),
    "intermediate.int_level_days": ("clicks_all", 77_003),
    "intermediate.int_entity_ads": ("newest_ad_age_days", 77_004),
}


NOTHING = {"values": [], "insights": [], "days": [], "ads": []}


def page(*days, spend="5.00"):
    ids = {"account_id": "1", "campaign_id": "11", "adset_id": "111", "ad_id": "1111"}
    row = ids | {"account_currency": "USD", "spend": spend, "impressions": "100", "clicks": "3"}
    dates = [f"2026-03-{day:02}" for day in days]
    return {"data": [row | {"date_start": date, "date_stop": date} for date in dates]}


class Customer:
    def __init__(self, home):
        self.home = home
        self.add("a.json", page(1, 2, 3))
        self.build()

    def add(self, name, content):
        (self.home.raw / name).write_text(json.dumps(content))

    def build(self, *arguments):
        done = self.home.dbt(*(arguments or BUILD))
        assert done.success, done.exception

    def mark(self):
        with duckdb.connect(str(self.home.build_file)) as build:
            for table, (column, mark) in MARKED.items():
                build.execute(f"update {table} set {column} = {mark}")

    def marked(self):
        """Days that still have the mark, by table."""
        with duckdb.connect(str(self.home.build_file), read_only=True) as build:
            return {
                table.split("_")[-1]: sorted(
                    day
                    for (day,) in build.execute(
                        f"select distinct day(date_day) from {table} where {column} = {mark}"
                    ).fetchall()
                )
                for table, (column, mark) in MARKED.items()
            }


@pytest.fixture(scope="module")
def customer(new_home):
    """Each test finds it built as a whole and leaves it so."""
    return Customer(new_home())


def test_a_new_file_leaves_other_files_and_earlier_days_as_they_are(customer):
    customer.mark()
    customer.add("b.json", page(3, 4, spend="6.00"))
    customer.build()
    assert customer.marked() == {
        "values": [1, 2, 3],
        "insights": [1, 2],
        "days": [1, 2],
        "ads": [1, 2],
    }
    with duckdb.connect(str(customer.home.build_file), read_only=True) as build:
        spend = build.execute(
            "select day(date_day), spend from staging.stg_meta__insights order by all"
        ).fetchall()
    assert [(day, float(amount)) for day, amount in spend] == [(1, 5), (2, 5), (3, 6), (4, 6)]

    # and without the file the day that it restated is the old one again
    customer.mark()
    (customer.home.raw / "b.json").unlink()
    customer.build()
    assert customer.marked() == {
        "values": [1, 2, 3],
        "insights": [1, 2],
        "days": [1, 2],
        "ads": [1, 2],
    }


def test_after_a_build_that_failed_everything_is_made_anew(customer):
    customer.mark()
    broken = customer.home.raw / "broken.json"
    broken.write_text('{"data": [')
    assert not customer.home.dbt(*BUILD).success
    # of what is there any table can be made, and as a whole
    customer.build("build", "--select", "int_level_days")
    assert customer.marked()["days"] == []
    broken.unlink()
    customer.build()
    assert customer.marked() == NOTHING


@pytest.mark.long
def test_after_a_build_of_some_tables_everything_is_made_anew(customer):
    customer.mark()
    customer.build("build", "--select", "run_settings")
    assert customer.marked()["days"] == [1, 2, 3]
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
