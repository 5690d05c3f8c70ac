"""The search space as a cube, and families that move together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from python_jobs.config.search_space import Tunable
from python_jobs.tuning.space import Space

TUNABLES = [
    Tunable("safety_rules.max_increase", 0.05, 0.25, "linear"),
    Tunable("evidence.half_life_days", 10, 1000, "log"),
    Tunable("safety_rules.cooldown_days", 0, 7, "integer"),
    Tunable("rolling_windows.base_days", 7, 14, "integer"),
    Tunable("decision_rules.high.rising_factor", 1.0, 1.2, "linear"),
    Tunable("decision_rules.high.worn_factor", 0.8, 1.0, "linear"),
    Tunable("decision_rules.high.max_cpa_ratio", 0.6, 1.0, "linear"),
    Tunable("decision_rules.high.min_cvr_ratio", 1.0, 1.6, "linear"),
]
IN_FORCE = {
    "safety_rules.max_increase": 0.20,
    "evidence.half_life_days": 100,
    "safety_rules.cooldown_days": 3,
    "rolling_windows.base_days": 14,
    "decision_rules.high.rising_factor": 1.05,
    "decision_rules.high.worn_factor": 0.9,
    "decision_rules.high.max_cpa_ratio": 0.8,
    "decision_rules.high.min_cvr_ratio": 1.3,
}
DEFAULTS = IN_FORCE | {"safety_rules.max_increase": 0.10}
SPACE = Space.around(TUNABLES, IN_FORCE, DEFAULTS)
UNIT = st.floats(0.0, 1.0)


def test_the_start_is_what_is_in_force():
    assert SPACE.start == pytest.approx([0.75, 0.5, 3 / 7, 1.0, 0.25, 0.5, 0.5, 0.5])
    assert SPACE.values(SPACE.start) == pytest.approx(IN_FORCE)
    assert SPACE.values(SPACE.home) == pytest.approx(DEFAULTS)


def test_a_logarithmic_side_is_walked_in_proportion():
    point = SPACE.start.copy()
    point[1] = 0.25
    # a quarter of the way from 10 to 1000: 10 * 100 ** 0.25
    assert SPACE.values(point)["evidence.half_life_days"] == pytest.approx(31.6227766)


def test_a_window_takes_a_length_that_exists():
    point = SPACE.start.copy()
    for at, days in ((0.0, 7), (0.4, 7), (0.6, 14), (1.0, 14)):
        point[3] = at
        assert SPACE.values(point)["rolling_windows.base_days"] == days


def test_families_are_sections_and_in_rules_their_factors_and_thresholds():
    assert SPACE.families == [
        "safety_rules",
        "evidence: memory",
        "rolling_windows",
        "decision_rules.high factors",
        "decision_rules.high thresholds",
    ]


def test_a_family_gets_stronger_as_one():
    factors = SPACE.families.index("decision_rules.high factors")
    thresholds = SPACE.families.index("decision_rules.high thresholds")
    tied = np.full(5, 0.5)
    assert SPACE.untied(tied) == pytest.approx(SPACE.start)
    tied[[factors, thresholds]] = 0.75, 0.75
    values = SPACE.values(SPACE.untied(tied))
    # half of the way that is left: up for raises, down for cuts
    assert values["decision_rules.high.rising_factor"] == pytest.approx(1.125)
    assert values["decision_rules.high.worn_factor"] == pytest.approx(0.85)
    # harder to pass: below a lower one, above a higher one
    assert values["decision_rules.high.max_cpa_ratio"] == pytest.approx(0.7)
    assert values["decision_rules.high.min_cvr_ratio"] == pytest.approx(1.45)
    assert values["safety_rules.max_increase"] == pytest.approx(0.20)


@given(st.lists(UNIT, min_size=8, max_size=8), st.lists(UNIT, min_size=5, max_size=5))
def test_every_point_is_within_the_ranges_and_found_again(free, tied):
    for point in (np.array(free), SPACE.untied(np.array(tied))):
        values = SPACE.values(point)
        for tunable in TUNABLES:
            assert tunable.low <= values[tunable.parameter] <= tunable.high
        assert SPACE.values(SPACE.point(values)) == pytest.approx(values)
