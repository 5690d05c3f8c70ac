"""Two accounts of the audience benchmark: mistakes are found, nothing else, and advice pays."""

from pathlib import Path

import pytest

from python_jobs.simulation.audience.accounts import AccountSpec
from python_jobs.simulation.audience.benchmark import judge, read_project
from python_jobs.simulation.audience.scores import detection, effects_of

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def rows():
    project = read_project(ROOT)
    return [
        *judge(AccountSpec("tuning", is_planted=True, number=4), project),
        *judge(AccountSpec("tuning", is_planted=False, number=0), project),
    ]


def test_mistakes_are_found_and_nothing_is_told_of_a_clean_account(rows):
    effects = effects_of(rows)
    of_detectors = effects[effects["is_detector"]]
    counts = detection(of_detectors)
    assert counts["true"].sum() / counts["told"].sum() >= 0.95
    assert counts["found"].sum() / counts["to_find"].sum() >= 0.9
    right = of_detectors[of_detectors["is_told"] & of_detectors["is_true"]]
    assert {"duplicate_ad_sets", "on_off_switching"} <= set(right["detector_id"])
    assert of_detectors[of_detectors["is_planted"]]["is_told"].sum() > 5
    assert not of_detectors.loc[~of_detectors["is_planted"], "is_told"].any()


def test_intervals_lie_around_their_estimates(rows):
    for row in rows:
        assert {each["measure"] for each in row["estimates"]} == {"roas", "marginal_roas"}
        assert all(each["low"] < each["estimate"] < each["high"] for each in row["estimates"])


def test_what_is_recommended_earns_more_than_changes_at_random(rows):
    policies = rows[0]["policies"]
    assert policies["recommended"]["gain"] > max(0.0, policies["at random"]["gain"])
    assert policies["recommended"]["changes"] == len(rows[0]["recommendations"][:5])
    for each in rows[0]["recommendations"]:
        assert each["gain_low"] < each["gain_told"] < each["gain_high"]
