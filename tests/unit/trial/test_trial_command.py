"""Drawing and reading a trial by its commands, on published tables made by hand."""

import re
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
import yaml
from typer.testing import CliRunner

from python_jobs.cli import improve_commands
from python_jobs.cli.main import app
from python_jobs.config.load import load_parameters

DEFAULTS = Path(__file__).parents[3] / "config" / "default"

# thirteen ad sets and a campaign; sixteen weeks before the first of June and eight from it on, in
# which a day spends 10 to 16 and returns three times as much, give or take a sine
PUBLISHED = """
    create schema results;
    create table results.budget_allocations as
    select
        date '2026-06-01' as decision_date,
        date '2026-06-04' as valid_until,
        '1' as account_id,
        case when number = 13 then 'campaign' else 'adset' end as budget_level,
        (120000 + number)::varchar as budget_entity_id,
        'Holder ' || number as budget_entity_name,
        50.0 as current_budget,
        2.0 as marginal_roas,
        case when number = 12 then 'pinned' end as binding_limit
    from range(14) as numbers (number);
    create table results.days as
    select
        budget_level,
        budget_entity_id,
        date '2026-02-09' + day::integer as date_day,
        10 + budget_entity_id::integer % 7 as spend,
        spend * (3 + sin(budget_entity_id::integer * day)) as purchase_value
    from results.budget_allocations, range(24 * 7) as days (day);
    create view results.adset_daily as
    select budget_entity_id as adset_id, * from results.days where budget_level = 'adset';
    create view results.campaign_daily as
    select budget_entity_id as campaign_id, * from results.days where budget_level = 'campaign';
    create table results.recommendation_outcomes as
    select
        date '2026-06-05' as decision_date,
        budget_level,
        budget_entity_id,
        case when budget_level = 'adset' then 0.5 else 0 end as applied_share
    from results.budget_allocations;
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The folders of a customer with default settings and published tables."""
    for name in ("warehouse", "config", "results"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(f"AUTOPILOT_{name.upper()}", str(tmp_path / name))
    monkeypatch.setenv("COLUMNS", "1000")
    (tmp_path / "config" / "default").symlink_to(DEFAULTS)
    publish(tmp_path, PUBLISHED)
    return tmp_path


def publish(home, sql):
    with duckdb.connect(str(home / "warehouse" / "acme_meta.duckdb")) as published:
        published.execute(sql)


@pytest.fixture
def trial(home, monkeypatch):
    """Says what `autopilot trial` says to acme, be it an error; today is the first of June."""

    class Now(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2026, 6, 1, 12, tzinfo=tz)

    monkeypatch.setattr(improve_commands, "datetime", Now)

    def say(*arguments):
        done = CliRunner().invoke(app, ["trial", *arguments, "--customer", "acme"])
        return str(done.exception) if done.exception else done.output

    return say


def drawn(home):
    [file] = (home / "results" / "acme" / "meta").glob("trial_*.yaml")
    return yaml.safe_load(file.read_text())


def groups(home):
    parameters, problems = load_parameters(home / "config", "acme", "meta")
    assert problems == []
    [found] = [each for each in parameters if each.parameter == "groups"]
    return found


def test_a_draw_leaves_the_hands_budgets_to_the_hand(home, trial):
    publish(home, "update results.budget_allocations set decision_date = date '2026-05-31'")
    said = trial("start", "--seed", "1")
    trial_drawn = drawn(home)
    arms = [[one["budget_entity_id"] for one in trial_drawn[arm]] for arm in ("engine", "hand")]
    # all but the pinned one, of thirteen one is left over
    assert len(arms[0]) == len(arms[1]) == 6
    assert len({*arms[0], *arms[1]} - {"120012"}) == 12
    assert trial_drawn["price_of_money"] == 2
    settings = groups(home)
    assert settings.tier == "auto"
    assert yaml.safe_load(settings.value)["trial_hand"]["ids"] == arms[1]
    # from the morning decided for, though the trial starts a day later
    kept = yaml.safe_load(settings.value)["trial_hand"]
    assert kept["excluded"]
    assert (kept["excluded_from"], kept["excluded_until"]) == ("2026-05-31", "2026-06-28")
    assert "6 pairs of like spend and ROAS" in said
    assert f"a difference of {100 * trial_drawn['detectable_share']:.0f} % of the engine's" in said
    assert "once purchases are in, on 2026-07-06, and not before" in said
    assert "bid for the same people" in said
    # who runs one does not draw again
    assert "A trial of acme runs until 2026-06-28; delete" in trial("start")


def test_of_decisions_that_are_out_of_date_no_trial_starts_but_what_one_could_show_is_told(
    home, trial
):
    publish(home, "update results.budget_allocations set valid_until = date '2026-05-31'")
    assert "were to be set until 2026-05-31, and a trial starts today, 2026-06-01" in trial("start")
    assert "6 pairs of like spend and ROAS: a coin would give" in trial("start", "--dry-run")
    assert not list((home / "results").rglob("*.yaml"))


def test_groups_of_a_persons_own_are_asked_to_hold_the_hands_first(home, trial):
    own = home / "config" / "acme" / "meta" / "adsets.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("groups:\n  brand:\n    match: ['*brand*']\n    pinned_budget: 50\n")
    said = trial("start", "--seed", "1")
    assert f"The groups in {own} go before those of a trial" in said
    assert not list((home / "results").rglob("*.yaml"))
    block = said.partition("\n\n")[2]
    own.write_text(own.read_text().replace("groups:\n", f"groups:\n{block}"))
    assert "6 pairs" in trial("start", "--seed", re.search(r"--seed (\d+)", said)[1])
    assert [file.name for file in own.parent.iterdir()] == ["adsets.yaml"]
    ids = yaml.safe_load(groups(home).value)["trial_hand"]["ids"]
    assert ids == [one["budget_entity_id"] for one in drawn(home)["hand"]]


def test_a_trial_is_read_once_its_purchases_are_in(home, trial):
    assert "holds no trial: draw one" in trial("read")
    trial("start", "--seed", "1")
    ids = [one["budget_entity_id"] for one in drawn(home)["engine"]]
    publish(home, "update results.budget_allocations set decision_date = date '2026-07-05'")
    assert "can be read on 2026-07-06" in trial("read")
    # a half more for each of the engine's from the first of June on
    publish(
        home,
        f"""
        update results.budget_allocations set decision_date = date '2026-07-06';
        update results.days set purchase_value = 1.5 * purchase_value
        where date_day >= '2026-06-01' and budget_entity_id in {tuple(ids)}
        """,
    )
    said = trial("read")
    assert "The engine's earned more" in said
    gain, low, high = (float(found) for found in re.findall(r"([+-][\d.]+) %", said)[:3])
    assert low < 50 < high
    assert low < gain < high
    asked, made = re.search(r"Of (\d+) changes .* budgets (\d+) were made", said).groups()
    assert (int(asked), int(made)) == (6, 6 - ids.count("120013"))


def test_too_few_budgets_are_told(home, trial):
    publish(home, "delete from results.budget_allocations where budget_entity_id > '120008'")
    assert "A trial takes 10 budgets" in trial("start")
    publish(home, "update results.budget_allocations set marginal_roas = null")
    assert "there are 0" in trial("start")


def test_what_a_build_of_the_budgets_alone_lacks_is_named(home, trial):
    publish(home, "drop view results.adset_daily; drop view results.campaign_daily")
    assert "published of adset_daily, campaign_daily: run `dbt build" in trial("start")
