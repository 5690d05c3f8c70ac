"""A few accounts of the audience benchmark: what is planted is found, and nothing else is told."""

from pathlib import Path

import pytest

from python_jobs.simulation.audience.accounts import AccountSpec
from python_jobs.simulation.audience.benchmark import Project, judge
from python_jobs.simulation.audience.judged import TARGETS
from python_jobs.simulation.audience.scores import detection, effects_of
from python_jobs.simulation.closed_loop.engine import default_settings
from python_jobs.simulation.pipeline import compile_project

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def project() -> Project:
    return Project(ROOT, compile_project(ROOT, TARGETS), default_settings(ROOT))


def test_mistakes_are_found_and_nothing_is_told_of_clean_accounts(project):
    specs = [
        AccountSpec("tuning", is_planted=True, number=4),
        AccountSpec("tuning", is_planted=True, number=3),
        AccountSpec("tuning", is_planted=False, number=0),
    ]
    rows = [judge(spec, project) for spec in specs]
    effects = effects_of(rows)
    of_detectors = effects[effects["is_detector"]]
    counts = detection(of_detectors)
    assert counts["true"].sum() / counts["told"].sum() >= 0.95
    assert counts["found"].sum() / counts["to_find"].sum() >= 0.9
    planted = of_detectors[of_detectors["is_told"] & of_detectors["is_true"]]
    assert {"duplicate_ad_sets", "on_off_switching", "placement_leak"} <= set(planted.detector_id)
    clean = of_detectors[~of_detectors["is_planted"] & of_detectors["is_told"]]
    assert clean.empty
    for row in rows:
        assert {e["measure"] for e in row["estimates"]} == {"roas", "marginal_roas"}
        assert all(e["low"] < e["estimate"] < e["high"] for e in row["estimates"])
