"""A simulated account whose buyer follows, halves, turns round or leaves what was recommended."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from python_jobs.simulation.closed_loop.engine import (
    Engine,
    default_settings,
    holder_ids,
    with_changes,
)
from python_jobs.simulation.closed_loop.loop import warm_up
from python_jobs.simulation.closed_loop.worlds import WorldSpec
from python_jobs.simulation.pipeline import TARGETS, compile_project
from python_jobs.simulation.tables import make_tables

ROOT = Path(__file__).parents[2]
COOLDOWN = 5
# part of the recommended change that is made, holder by holder in turn
FOLLOWED = {"applied": 1.0, "partly": 0.5, "opposite": -0.5, "untouched": 0.0}
LOG = """
    insert into history.decision_log by name
    select
        * exclude (shopify_correction, incrementality),
        shopify_correction * incrementality as claim_correction
    from decided
"""


class Followed:
    """The account three weeks after the first of two decisions, and what was seen on the way."""

    def __init__(self, compiled):
        settings = with_changes(default_settings(ROOT), {"safety_rules.cooldown_days": COOLDOWN})
        self.engine = Engine(compiled, ROOT, settings)
        self.account = warm_up(WorldSpec("tuning", "10", "power", "buyer", 3)).fork()
        # the last changes of the warm-up are too long ago to rest from
        self.live(7)
        self.ids = [entity for _, entity in holder_ids(self.account.export())]
        self.first_row = self.account.record.days
        self.before = self.account.budgets
        self.asked = self.decide() - self.before
        moved = np.flatnonzero(self.asked)
        self.words = dict(zip(moved, np.resize(list(FOLLOWED), len(moved)), strict=True))
        share = np.array([FOLLOWED.get(self.words.get(place), 1) for place in range(len(self.ids))])
        # to whole units as Ads Manager shows them, which changes no word
        self.account.budgets = self.before + (share * self.asked).round(2)
        self.live(3)
        self.decide()
        self.changed_days_ago = self.of_inputs("days_since_budget_change")
        self.live(18)
        seen = self.account.seen()
        tables = make_tables(seen.export(), seen.today, settings.rows, "last")
        self.engine.pipeline.build(tables)
        self.outcomes = self.query("from results.recommendation_outcomes order by decision_date")

    def live(self, days):
        for _ in range(days):
            self.account.live()

    def decide(self):
        """Decide as the engine does, log it in full, and return the recommended budgets."""
        seen = self.account.seen()
        recommended = self.engine(seen)
        connection = self.engine.pipeline.connection
        run_id = f"run {len(self.engine.decisions) - 1}"
        connection.execute("delete from history.decision_log where run_id = ?", [run_id])
        known = [*self.engine.pipeline.compiled.history["decision_log"], "shopify_correction"]
        decided = self.engine.decisions[-1]
        decided = decided[[c for c in decided.columns if c in [*known, "incrementality"]]]
        decided = decided.assign(run_id=run_id, valid_until=seen.today + timedelta(days=COOLDOWN))
        connection.register("decided", decided)
        connection.execute(LOG)
        connection.execute(
            "insert into history.runs by name select ? as run_id, ?::timestamp as published_at",
            [run_id, seen.today],
        )
        return recommended

    def query(self, sql):
        return self.engine.pipeline.connection.execute(sql).df()

    def of_inputs(self, column):
        """A column of the last decision's inputs, holder by holder."""
        inputs = self.query("from allocation.decision_inputs where is_decided")
        return inputs.set_index("budget_entity_id")[column].reindex(self.ids).to_numpy()

    def of_outcomes(self, column, decision=0):
        """A column of the outcomes of a decision, holder by holder."""
        day = self.outcomes["decision_date"].unique()[decision]
        rows = self.outcomes[self.outcomes["decision_date"] == day]
        return rows.set_index("budget_entity_id")[column].reindex(self.ids)

    def of_record(self, by_ad_set):
        """What the world gave the seven days from the first decision on, holder by holder."""
        week = by_ad_set[self.first_row : self.first_row + 7].sum(axis=0)
        return self.account.seen().by_holder(week)


@pytest.fixture(scope="module")
def followed(project):
    project.compiled()
    return Followed(compile_project(ROOT, (*TARGETS, "recommendation_outcomes")))


def test_each_recommendation_is_told_by_what_the_buyer_made_of_it(followed):
    assert set(followed.words.values()) == set(FOLLOWED)
    told = followed.of_outcomes("outcome").tolist()
    assert told == [followed.words.get(place, "applied") for place in range(len(followed.ids))]
    share = followed.of_outcomes("applied_share").to_numpy(float)
    moved = followed.asked != 0
    assert np.isnan(share[~moved]).all()
    expected = np.array([FOLLOWED[word] for word in followed.words.values()])
    assert share[moved] == pytest.approx(expected, abs=0.01)


def test_every_logged_row_is_there_once(followed):
    logged = followed.query("from history.decision_log")
    keys = ["run_id", "decision_date", "budget_entity_id"]
    assert len(logged) == 2 * len(followed.ids)
    found = pd.concat([logged[keys], followed.outcomes[keys]]).value_counts()
    assert (found == 2).all()


def test_a_change_that_was_made_rests_and_one_that_was_only_recommended_does_not(followed):
    decided = followed.engine.decisions[1].set_index("budget_entity_id")["rule_id"]
    rests = decided.reindex(followed.ids).eq("cooldown").to_numpy()
    for place, word in followed.words.items():
        days = followed.changed_days_ago[place]
        if word == "untouched":
            assert not days < COOLDOWN
            assert not rests[place]
        else:
            # made as recommended it counts from that morning, else from the look that shows it
            assert days == (3 if word == "applied" else 0)
            assert rests[place]


def test_a_matured_week_holds_what_the_account_spent_and_meta_reported(followed):
    assert followed.of_outcomes("is_matured").all()
    seen = followed.account.seen()
    spent = followed.of_outcomes("actual_7d_spend").to_numpy(float)
    assert spent == pytest.approx(followed.of_record(seen.spend), abs=0.05)
    corrections = followed.query(
        "select budget_entity_id, claim_correction from history.decision_log where run_id = 'run 0'"
    )
    correction = corrections.set_index("budget_entity_id")["claim_correction"]
    reported = followed.of_record(seen.purchase_value) * correction.reindex(followed.ids).to_numpy()
    earned = followed.of_outcomes("actual_7d_revenue").to_numpy(float)
    assert earned == pytest.approx(reported, abs=0.05)
    # where the expected money was spent, what is expected is what was said
    expected = followed.of_outcomes("expected_at_spend").to_numpy(float)
    said = followed.of_outcomes("expected_7d_revenue").to_numpy(float)
    planned = followed.of_outcomes("expected_7d_spend").to_numpy(float)
    assert ((expected > said) == (spent > planned)).all()
