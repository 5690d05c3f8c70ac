"""What may be given a value is what the seeds know how to find and count."""

from pathlib import Path
from typing import get_args

import pandas as pd

from python_jobs.config.decision_schema import Goal

SEEDS = Path(__file__).parents[3] / "seeds"
GOALS = pd.read_csv(SEEDS / "goals.csv")
TYPES = pd.read_csv(SEEDS / "action_priority.csv")


def test_every_goal_but_purchases_may_have_a_value():
    [words, _] = get_args(Goal)
    assert set(get_args(words)) == set(GOALS["goal"]) - {"purchases"}


def test_every_action_type_is_a_result_of_one_goal_and_those_of_a_metric_of_the_same():
    results = GOALS[GOALS["source"] == "result"].set_index("name")["goal"]
    goals = TYPES["action_type"].str.upper().map(results)
    assert goals.notna().all()
    pairs = pd.DataFrame({"metric": TYPES["metric"], "goal": goals}).drop_duplicates()
    assert pairs["metric"].is_unique
    # or priorities of two metrics would mix
    assert pairs["goal"].is_unique
