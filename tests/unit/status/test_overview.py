"""`autopilot status` over published files made by hand."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from python_jobs.cli.app import app
from python_jobs.cli.main import main  # noqa: F401 - adds the commands
from python_jobs.status import show
from python_jobs.status.overview import overview
from python_jobs.trial.files import Trial, write_trial

TODAY = date(2026, 6, 3)
ROOT = Path(__file__).parents[3]


@pytest.fixture
def folders(tmp_path, monkeypatch):
    for variable in ("DATASETS", "CONFIG", "WAREHOUSE"):
        monkeypatch.setenv(f"AUTOPILOT_{variable}", str(tmp_path / variable.lower()))
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    monkeypatch.setenv("COLUMNS", "200")
    for folder in ("warehouse", "target"):
        (tmp_path / folder).mkdir()

    class Day(date):
        @classmethod
        def today(cls):
            return TODAY

    monkeypatch.setattr(show, "date", Day)
    return tmp_path


@pytest.fixture
def customer(folders):
    """Make a customer with a published file: two budgets that change, one that stays."""

    def make(name="acme", currency="EUR", star=100, until="2026-06-04", incident=False):
        raw = folders / "datasets" / name / "meta" / "raw"
        raw.mkdir(parents=True)
        (raw / "ads.csv").write_text("1234567")
        with duckdb.connect(str(folders / "warehouse" / f"{name}_meta.duckdb")) as live:
            live.execute(
                f"""
                create schema results;
                create table results.runs as select
                    timestamp '2026-06-01 07:30:00' as published_at,
                    date '2026-05-31' as data_through;
                create table results.budget_allocations as
                select
                    date '2026-06-01' as decision_date, date '{until}' as valid_until,
                    '{currency}' as currency, *
                from (values
                    ({star}, {star} * 1.2, 'increase', 300.0, 340.0),
                    (80, 64, 'decrease', 90.0, 80.0),
                    (50, 50, 'review_bid', 100.0, 100.0)
                ) as t(
                    current_budget, recommended_budget, action, hold_7d_revenue, expected_7d_revenue
                );
                create table results.monthly_budget_pacing as select
                    'a1' as account_id, 'Acme' as account_name, '{currency}' as currency,
                    30000.0 as monthly_budget, 12000.5 as spent_so_far, 9 as days_left,
                    28000.0 as projected_month_end_spend_low,
                    30500.4 as projected_month_end_spend_high, 'On plan.' as note;
                create table results.input_files as select
                    'ads.csv' as file_path, 7 as size_bytes, 'read' as status, '' as message;
                create table results.data_incidents as select
                    'a1' as account_id, 'Acme' as account_name, 'fell' as incident_kind,
                    date '2026-05-28' as first_day, 0.12 as share_by_clicks,
                    {incident} as is_open, true as is_acted_on;
                """
            )
        return raw

    return make


def said(*arguments):
    done = CliRunner().invoke(app, ["status", *arguments])
    assert not done.exception or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, [" ".join(line.split()) for line in done.output.splitlines()]


def test_what_waits_is_told_with_its_money(customer):
    customer()
    code, lines = said("-c", "acme")
    assert code == 0
    words = " ".join(lines)
    assert "data to 31 May 2026, 3 days old" in words
    assert "last run published 1 Jun 2026 07:30 UTC" in words
    # 20 up and 16 down; 340 + 80 + 100 against 300 + 90 + 100
    assert (
        "2 of 3 to change, 1 up and 1 down, 36.00 EUR a day moved; expected +30 EUR revenue in 7 "
        "days; 1 more to look at"
    ) in words
    assert (
        "month 12,000.50 of 30,000.00 EUR spent, 9 days left. On plan. Spent as budgets were "
        "before, the month ends at 28,000 to 30,500 EUR (80 %)."
    ) in words
    assert "tracking no open incident" in words
    assert "files all read, none refused" in words
    assert (
        "Next: Set these budgets by 4 Jun 2026: `autopilot export --format ads-manager --customer "
        "acme` writes them as a file."
    ) in words


def test_a_trial_is_told_until_it_can_be_read(customer, folders, monkeypatch):
    customer()
    monkeypatch.setenv("AUTOPILOT_RESULTS", str(folders / "results"))
    monkeypatch.setenv("AUTOPILOT_CONFIG", str(ROOT / "config"))
    drawn = Trial(date(2026, 5, 20), date(2026, 6, 16), 4, 1, 1.2, 0.3, [], [])
    write_trial(folders / "results" / "acme" / "meta", drawn)
    # purchases are complete at an age of 7 days: those of 16 June on the 23rd, seen the day after
    expected = "trial runs from 20 May 2026 to 16 Jun 2026, to be read with data to 23 Jun 2026"
    assert expected in said("-c", "acme")[1]
    over = replace(drawn, first_day=date(2026, 5, 21), last_day=date(2026, 5, 24))
    write_trial(folders / "results" / "acme" / "meta", over)
    assert (
        "trial of 21 May 2026 to 24 May 2026; `autopilot trial read --customer acme` says what it "
        "showed"
    ) in " ".join(said("-c", "acme")[1])


def test_what_is_decided_is_good_for_some_days(customer):
    raw = customer(until="2026-06-02")
    _, lines = said("-c", "acme")
    assert (
        f"Next: Export the days after 31 May 2026 into {raw}, then run `autopilot budgets "
        "--customer acme`: what was decided was good until 2 Jun 2026."
    ) in " ".join(lines)


def test_files_that_no_run_has_read_come_first(customer):
    raw = customer()
    (raw / "new.csv").touch()
    (raw / "ads.csv").write_text("longer than it was")
    (raw / ".hidden").touch()
    code, lines = said("-c", "acme")
    assert code == 0
    assert "files not read yet: ads.csv, new.csv" in lines
    assert lines[-1] == "Next: Read the new files: `autopilot budgets --customer acme`."


def test_members_of_archives_and_sheets_are_their_files(customer, folders):
    raw = customer()
    (raw / "all.zip").touch()
    (raw / "old.csv.gz").write_bytes(b"packed")
    with duckdb.connect(str(folders / "warehouse" / "acme_meta.duckdb")) as live:
        live.execute(
            "insert into results.input_files values "
            "('all.zip/a.csv', 99, 'read', ''), ('old.csv.gz', 99, 'read', ''), "
            "('b.csv', 9, 'set_aside', 'is damaged; it is set aside')"
        )
    found = overview("acme", "meta", TODAY)
    assert found.unread_files == []
    assert found.refused_files == ["b.csv: is damaged; it is set aside"]


def test_broken_tracking_puts_all_budgets_at_stake(customer):
    customer(incident=True)
    code, lines = said("-c", "acme")
    assert code == 1
    words = " ".join(lines)
    sentence = "Acme: purchases are missing since 2026-05-28, 12 % of what clicks lead to expect"
    assert f"tracking {sentence}" in words
    assert "Next: Find out what broke the count of purchases" in words
    _, lines = said("--all")
    assert "acme 230.00 EUR 2 of 3 3 d 1 0 look at tracking" in lines


def run_results(folders, *, customer="acme", ended="2026-06-02T09:00:00Z", status="error"):
    gate = {
        "unique_id": "model.autopilot.landing_gate",
        "status": status,
        "message": "Runtime Error\n  Invalid Input Error: a.csv is damaged\nb.csv is empty",
    }
    (folders / "target" / "run_results.json").write_text(
        json.dumps(
            {
                "metadata": {"generated_at": ended},
                "args": {"which": "build", "vars": {"customer": customer, "platform": "meta"}},
                "results": [gate, {"unique_id": "x", "status": "skipped", "message": None}],
            }
        )
    )


def test_a_build_that_did_not_pass_is_told(customer, folders):
    customer()
    run_results(folders)
    code, lines = said("-c", "acme")
    assert code == 1
    assert "last build published nothing: a.csv is damaged b.csv is empty" in lines
    assert lines[-1].startswith("Next: Put right what stopped the last build")
    code, lines = said("--all")
    assert code == 1
    assert "acme 36.00 EUR 2 of 3 3 d 0 2 mend the build" in lines


@pytest.mark.parametrize(
    "other", [{"customer": "beta"}, {"ended": "2026-06-01T07:00:00Z"}, {"status": "success"}]
)
def test_builds_of_others_earlier_ones_and_good_ones_are_not(customer, folders, other):
    customer()
    run_results(folders, **other)
    assert said("-c", "acme")[0] == 0


def test_all_customers_by_money_and_none_of_them_is_a_crash(customer, folders):
    customer("small", star=10)
    customer("large", star=1000)
    customer("yen", currency="JPY", star=50_000)
    for name in ("broken", "fresh", "waiting"):
        (folders / "datasets" / name / "meta" / "raw").mkdir(parents=True)
    (folders / "datasets" / "waiting" / "meta" / "raw" / "ads.csv").touch()
    (folders / "warehouse" / "broken_meta.duckdb").write_text("no database")
    code, lines = said("--all")
    assert code == 1
    assert lines[2:8] == [
        # 200 + 16, 2 + 16, 10,000 + 16
        "large 216.00 EUR 2 of 3 3 d 0 0 change budgets",
        "small 18.00 EUR 2 of 3 3 d 0 0 change budgets",
        "yen 10,016.00 JPY 2 of 3 3 d 0 0 change budgets",
        "broken mend the file",
        "fresh add data",
        "waiting build",
    ]
    words = " ".join(lines)
    assert "broken: " in words
    assert "broken_meta.duckdb cannot be read: put a copy of it back, or move it away" in words
    assert "Currencies are not converted" in words


def test_json_has_every_field(customer):
    customer(incident=True)
    done = CliRunner().invoke(app, ["status", "--all", "--json"])
    assert done.exit_code == 1
    [found] = json.loads(done.stdout)["customers"]
    assert found["customer"] == "acme"
    assert found["moved_per_day"] == {"EUR": 36}
    assert found["valid_until"] == "2026-06-04"
    assert found["problems"] == found["open_incidents"] != []
    assert found["next"] == "look at tracking"


def test_a_file_with_features_alone_asks_for_budgets(customer, folders):
    customer()
    with duckdb.connect(str(folders / "warehouse" / "acme_meta.duckdb")) as live:
        live.execute("drop table results.budget_allocations")
    _, lines = said("-c", "acme")
    assert lines[-1] == "Next: Decide the budgets: `autopilot budgets --customer acme`."
