"""`autopilot note` over published files made by hand."""

import json
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from python_jobs.cli.app import app
from python_jobs.cli.main import main  # noqa: F401 - adds the commands

MOST_LINES = 60
"""of a page"""


@pytest.fixture
def live(tmp_path, monkeypatch):
    """Open a published file with the budgets of a morning: a raise, a cut and one that learns."""
    for variable in ("DATASETS", "CONFIG", "WAREHOUSE", "RESULTS"):
        monkeypatch.setenv(f"AUTOPILOT_{variable}", str(tmp_path / variable.lower()))
    (tmp_path / "warehouse").mkdir()
    connection = duckdb.connect(str(tmp_path / "warehouse" / "acme_meta.duckdb"))
    connection.execute(
        """
        create schema results;
        create table results.budget_allocations as
        select
            date '2026-06-01' as decision_date, date '2026-05-31' as data_through,
            date '2026-06-04' as valid_until, 'EUR' as currency, 'adset' as budget_level, *
        from (values
            ('1', 'Star', 100, 120, 3.0, 2.0, 'largest_step', 2100, 2400),
            ('2', 'Idle', 80, 70, 2.5, 1.8, 'delivery', 1400, 1300),
            ('3', 'New', 50, 50, 1.5, 1.2, 'learning', 500, 500)
        ) as t(
            budget_entity_id, budget_entity_name, current_budget, recommended_budget,
            projected_roas, marginal_roas, binding_limit, hold_7d_revenue, expected_7d_revenue
        );
        alter table results.budget_allocations add column clearing_marginal_roas double;
        update results.budget_allocations set clearing_marginal_roas = 1.4;
        """
    )
    yield connection
    connection.close()


@pytest.fixture
def note(live, tmp_path):
    def write():
        live.close()
        done = CliRunner().invoke(app, ["note", "--customer", "acme"])
        assert done.exit_code == 0, done.exception
        file = tmp_path / "results" / "acme" / "meta" / "note_2026-06-01.txt"
        text = file.read_text(encoding="utf-8")
        assert done.stdout == text
        assert done.stderr == f"\nWritten: {file}\n"
        return text

    return write


def words(text):
    return " ".join(text.split())


def test_what_changes_now_and_why(note):
    text = note()
    told = words(text)
    assert text.startswith("acme: your ads on 1 Jun 2026, by data to 31 May 2026\n====")
    # 2400 + 1300 + 500 and 2100 + 1400 + 500
    assert (
        "2 of 3 budgets change: 20.00 EUR a day more for some, 10.00 less for others, 240.00 in "
        "all. Expected revenue of the next seven days: 4,200, against 4,000 with the budgets as "
        "they are."
    ) in told
    assert (
        '- "Star", 100.00 to 120.00 EUR a day: expected return 3.00 for each unit spent, 2.00 for '
        'the next one against 1.40 elsewhere. - "Idle", 80.00 to 70.00 EUR a day: expected return '
        "2.50 for each unit spent, 1.80 for the next one against 1.40 elsewhere; it does not spend "
        "all it has."
    ) in told
    assert '"New"' not in told.partition("What came of")[0]
    assert '- Learning: "New" is left alone until Meta has learned.' in told
    assert "the next decision is due by 4 Jun 2026" in told
    assert "Nothing yet: no earlier change is on record." in told


def test_the_week_and_what_was_edited_in_it(live, note):
    live.execute(
        """
        -- 14 days: 10 then 12 a day spent, 30 then 33 worth, a shop of 50 then 40
        create table results.account_daily as
        select
            'a1' as account_id, 'Acme' as account_name, 'EUR' as currency,
            date '2026-05-18' + day::int as date_day,
            if(day < 7, 10, 12) as spend, if(day < 7, 30, 33) as purchase_value,
            1.0 as purchases, if(day < 7, 50, 40) as shopify_revenue
        from range(14) as days (day);
        create table results.change_log as
        from (values
            ('1', 'Star', 'budget', date '2026-05-28', null, 90.0, 100.0, 'edit'),
            ('2', 'Idle', 'bid', date '2026-05-30', date '2026-05-26', null, null, 'inferred'),
            ('3', 'New', 'budget', date '2026-05-20', null, 40.0, 50.0, 'edit')
        ) as t(
            entity_id, entity_name, change_type, changed_on, changed_after, old_budget, new_budget,
            source
        );
        alter table results.change_log add column currency varchar;
        update results.change_log set currency = 'EUR';
        """
    )
    told = words(note())
    assert (
        "84 EUR were spent, +20 % against the week before. Meta attributes 7 purchases worth 231 "
        "to the ads, 2.75 for each unit spent; late purchases of the last days are still to come. "
        "The shop took 280 in all, -20 % against the week before."
    ) in told
    assert (
        'Edited in the account: - "Idle": bid, between 26 May and 30 May '
        '- "Star": budget from 90.00 to 100.00 EUR, on 28 May What we change'
    ) in told


def test_what_came_of_the_newest_changes_that_are_known(live, note):
    live.execute(
        """
        create table results.recommendation_outcomes as
        select *, 'EUR' as currency
        from (values
            (date '2026-05-11', 'Old', 10, 12, 'applied', true, true, 95, 85, 105, 99),
            (date '2026-05-18', 'Star', 80, 100, 'applied', true, true, 800, 750, 850, 810),
            (date '2026-05-18', 'Idle', 90, 80, 'partly', true, false, 480, 450, 500, 400),
            (date '2026-05-18', 'Sale', 20, 30, 'applied', true, null, null, null, null, 300),
            (date '2026-05-18', 'New', 60, 50, 'untouched', true, true, 80, 70, 90, 85),
            (date '2026-05-18', 'Kept', 60, 60, 'applied', true, true, 80, 70, 90, 85),
            (date '2026-05-28', 'Star', 100, 110, 'too early', false, null, null, null, null, null)
        ) as t(
            decision_date, budget_entity_name, budget_before, recommended_budget, outcome,
            is_matured, is_within_interval, expected_at_spend, expected_at_spend_low,
            expected_at_spend_high, actual_7d_revenue
        );
        alter table results.recommendation_outcomes add column budget_entity_id varchar;
        """
    )
    told = words(note())
    # of Star and Idle: 810 + 400, 800 + 480; the week of Sale was no evidence
    assert (
        "Of 4 changes proposed on 18 May 2026, 3 were made. The 2 that can be judged brought 1,210 "
        "EUR of revenue in seven days; 1,280 was expected of what they spent. 1 came out within "
        "the range expected."
    ) in told
    assert '"Sale", 20.00 to 30.00 EUR a day: applied.' in told
    assert (
        '- "Star", 80.00 to 100.00 EUR a day: applied; 810 of revenue in seven days, 750 to 850 '
        "expected."
    ) in told
    assert '"New", 60.00 to 50.00 EUR a day: untouched' in told
    assert "Kept" not in told


def test_before_outcomes_were_published_the_log_says_what_stands(live, note):
    live.execute(
        """
        create table results.decision_log as
        select 'adset' as budget_level, * from (values
            (date '2026-05-25', '1', 90, 100), (date '2026-05-25', '2', 90, 81),
            (date '2026-05-25', '3', 50, 50), (date '2026-05-11', '1', 70, 80),
            (date '2026-06-01', '1', 100, 120)
        ) as t(decision_date, budget_entity_id, current_budget, recommended_budget)
        """
    )
    # Star has its 100; Idle has 80 and not 81; New was to stay
    assert "Of 2 changes proposed on 25 May 2026, in the account now: 1." in words(note())


def test_a_large_account_still_fits_a_page(live, note):
    live.execute(
        """
        insert into results.budget_allocations by name
        select
            * exclude (n) replace (
                'n' || n as budget_entity_id,
                'Prospecting - Interest of a rather long name ' || n as budget_entity_name
            )
        from results.budget_allocations
        cross join range(100) as numbers (n)
        """
    )
    text = note()
    assert "and 96 more are left alone" in words(text)
    assert len(text.splitlines()) <= MOST_LINES
    assert max(map(len, text.splitlines())) <= 78


def test_the_note_of_the_demo(demo_warehouse, tmp_path, monkeypatch):
    """Every table it reads has the columns that it asks for."""
    (tmp_path / "warehouse").mkdir()
    Path(tmp_path, "warehouse", "moprobo_meta.duckdb").symlink_to(demo_warehouse)
    monkeypatch.setenv("AUTOPILOT_WAREHOUSE", str(tmp_path / "warehouse"))
    monkeypatch.setenv("AUTOPILOT_RESULTS", str(tmp_path / "results"))
    done = CliRunner().invoke(app, ["note", "--json"])
    assert done.exit_code == 0, done.exception
    note = json.loads(done.stdout)["note"]
    # as the README shows the star
    assert '- "Star - Broad US 18-65 (held back by budget)", 180.00 to 216.00 USD' in note
    assert '- Your answer: "' in note
    assert len(note.splitlines()) <= MOST_LINES
