"""`autopilot replay` over a table made by hand; dbt itself is replaced."""

import duckdb
import pytest
from typer.testing import CliRunner

from python_jobs.cli import view
from python_jobs.cli.main import app
from python_jobs.cli.run import Outcome

COLUMNS = (
    "decision_date date, account_id varchar, currency varchar, budget_entity_id varchar, "
    "budget_entity_name varchar, agreement varchar, next_7d_revenue decimal(18,2), "
    + "".join(
        f"{name} decimal(18,2), "
        for gain in ("gain", "account_gain", "total_gain")
        for name in (gain, f"{gain}_low", f"{gain}_high")
    )
    + "placebo_gain decimal(18,2), total_placebo_gain decimal(18,2), "
    "sentence varchar, reason varchar"
)


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOPILOT_WAREHOUSE", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "120")

    def run(rows, problems=()):
        with duckdb.connect(str(tmp_path / "acme_meta.duckdb")) as live:
            live.execute(f"create schema results; create table results.replay ({COLUMNS})")
            for row in rows:
                marks = ", ".join("?" * len(row))
                live.execute(f"insert into results.replay values ({marks})", row)
        commands = []

        def dbt(command, *_):
            commands.append(command)
            return Outcome(frozenset(), tuple(problems))

        monkeypatch.setattr(view, "run_dbt", dbt)
        done = CliRunner().invoke(app, ["replay", "--customer", "acme"])
        assert commands == [["build", "--select", "+replay"]]
        return done.exit_code, " ".join(done.output.split())

    return run


def row(day, name, agreement, gain):
    """A holder of a morning; both mornings gained 10 (5 to 15), the account 20 (12 to 28)."""
    drawn = [gain, None if gain is None else gain - 1, None if gain is None else gain + 1]
    judged = [10, 5, 15, 20, 12, 28, -3, -6] if gain is not None else [None] * 8
    said = [f"Sentence of {name}.", f"Reason of {name}."]
    return [day, "a1", "EUR", name, None, agreement, 1000, *drawn, *judged, *said]


def test_gains_first_then_what_mattered_most(run):
    code, words = run(
        [
            row("2026-03-02", "small", "engine alone", 2),
            row("2026-03-02", "agreed", "same direction", 99),
            row("2026-03-09", "large", "opposite", -40),
            row("2026-03-16", "newest", "engine alone", None),
        ]
    )
    assert code == 0
    assert "3 past mornings decided again on what was known then; of 2 the days since are" in words
    # 10 of 2 x 1000 are 0.5 %, 10 of 1000 are 1 %, 20 of 3000 are 0.7 %
    assert "a1 2026-03-02 2,000 10 5 to 15 0.50 -3 EUR" in words
    assert "a1 2026-03-09 1,000 10 5 to 15 1.00 -3 EUR" in words
    assert "a1 all 3,000 20 12 to 28 0.70 -6 EUR" in words
    told = words[words.index("mattered most") :]
    assert told.index("2026-03-09 large Sentence of large. Why: Reason") < told.index("small")
    assert "agreed" not in told
    assert "newest" not in told


def test_before_anything_is_in(run):
    code, words = run([row("2026-03-16", "newest", "engine alone", None)])
    assert code == 0
    assert "1 past mornings decided again" in words
    assert "mattered most" not in words


def test_without_past_mornings(run):
    code, words = run([])
    assert code == 0
    assert "no past morning" in words


def test_what_went_wrong_is_said(run):
    code, words = run([], ["The test unique_replay does not hold."])
    assert code == 1
    assert "The test unique_replay does not hold." in words
