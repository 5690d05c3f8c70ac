"""Trials of a search on a past that is made up, so that the best parameters are known."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from python_jobs.config.search_space import Tunable
from python_jobs.config.tuning_schema import Objectives
from python_jobs.tuning.choice import Trial, excess, front, hypervolume, losses, pick
from python_jobs.tuning.samplers import SAMPLERS
from python_jobs.tuning.search import Search
from python_jobs.tuning.space import Space

WEIGHTS = Objectives(
    roas=0.75,
    ctr=0.05,
    stability=0.25,
    min_utilization=0.95,
    max_learning_resets=1.5,
    fold_spread=0.5,
)
TUNABLES = [
    Tunable(f"decision_rules.{section}.{name}", 0.0, 1.0, "linear")
    for section in ("high", "volume")
    for name in ("rising_factor", "min_cvr_ratio", "min_roas_index")
]
MIDDLE = {tunable.parameter: 0.5 for tunable in TUNABLES}
SPACE = Space.around(TUNABLES, MIDDLE, MIDDLE)
BEST = np.array([0.8, 0.3, 0.5, 0.6, 0.5, 0.5])
FOLDS = np.array([0.9, 1.0, 1.1])


def evaluate(values):
    distance = float(((np.array(list(values.values())) - BEST) ** 2).sum())
    return scores(roas=FOLDS * (0.1 - distance), stability=-0.01 * FOLDS)


def scores(roas, stability, utilization=1.0, resets=1.0):
    return {
        "roas": np.array(roas),
        "ctr": np.zeros(len(roas)),
        "stability": np.array(stability),
        "utilization": np.full(len(roas), utilization),
        "learning_resets": np.full(len(roas), resets),
    }


def trial(number, roas, stability, utilization=1.0, resets=1.0, at=0.5):
    point = np.full(len(TUNABLES), at)
    made = scores([roas] * 3, [stability] * 3, utilization, resets)
    return Trial(number, "families", point, None, made)


SEARCH = Search(SPACE, WEIGHTS, 30, SAMPLERS["gp"], seed=7, allowed=lambda _: True)


def test_a_search_begins_with_what_is_in_force_and_finds_better():
    trials = list(SEARCH.trials(evaluate))
    assert trials[0].point == pytest.approx(SPACE.start)
    assert [t.stage for t in trials] == ["start"] + ["families"] * 14 + ["parameters"] * 15
    picked = trials[pick(trials, SPACE, WEIGHTS)]
    # the start lies 0.3^2 + 0.2^2 + 0.1^2 = 0.14 away from it
    assert ((picked.point - BEST) ** 2).sum() < 0.14 / 3


def test_a_search_that_was_stopped_goes_on_as_if_it_had_not_been():
    whole = list(SEARCH.trials(evaluate))
    begun = list(islice(SEARCH.trials(evaluate), 17))
    rest = list(SEARCH.trials(evaluate, begun))
    assert [t.number for t in rest] == list(range(17, 30))
    for one, other in zip(whole[17:], rest, strict=True):
        assert one.point == pytest.approx(other.point, abs=1e-12)


def test_the_front_by_hand():
    trials = [
        trial(0, roas=0.00, stability=-0.010),
        trial(1, roas=0.02, stability=-0.020),
        trial(2, roas=0.01, stability=-0.030),
        trial(3, roas=0.03, stability=-0.040),
        trial(4, roas=0.09, stability=-0.001, utilization=0.80),
        trial(5, roas=0.09, stability=-0.001, resets=2.0),
    ]
    # 2 earns less than 1 and changes more; 4 leaves money, 5 restarts learning too often
    assert front(trials, WEIGHTS).tolist() == [True, True, False, True, False, False]
    # out by .15 of units of .05; by half of units of a half
    assert excess(trials, WEIGHTS) == pytest.approx([0, 0, 0, 0, 3, 1])
    # ranges .03 and .03 without the two: areas (1 x 0) + (2/3 x 2/3) + (0 x 1/3 more)
    assert hypervolume(trials[:4], WEIGHTS) == pytest.approx(2 / 3 * 2 / 3)


def test_where_others_are_in_force_the_defaults_are_tried_next_and_picked_unless_worse():
    away = Space.around(TUNABLES, dict.fromkeys(MIDDLE, 0.9), MIDDLE)
    search = Search(away, WEIGHTS, 9, SAMPLERS["gp"], 1, lambda _: True)
    start, home = islice(search.trials(evaluate), 2)
    assert start.point == pytest.approx(away.start)
    assert home.point == pytest.approx(away.home)
    equal = Trial(0, "start", away.start, None, home.scores)
    assert pick([equal, home], away, WEIGHTS) == 1
    better = Trial(0, "start", away.start, None, scores([0.2, 0.3, 0.4], [-0.01] * 3))
    assert pick([better, home], away, WEIGHTS) == 0


def test_what_cannot_be_told_apart_stays_near_what_is_in_force():
    start = Trial(0, "start", SPACE.start, None, scores([0.01, 0.02, 0.03], [-0.01] * 3))
    # better by .002 on average, with a standard error of .0115 over three folds
    lucky = Trial(1, "parameters", BEST, None, scores([0.03, 0.001, 0.035], [-0.01] * 3))
    assert pick([start, lucky], SPACE, WEIGHTS) == 0
    # better by .01 in each
    better = Trial(1, "parameters", BEST, None, scores([0.02, 0.03, 0.04], [-0.01] * 3))
    assert pick([start, better], SPACE, WEIGHTS) == 1


@given(
    st.lists(
        st.tuples(st.floats(-0.1, 0.1), st.floats(-0.1, 0.0), st.floats(0.5, 1.0)), min_size=2
    ),
    st.floats(0.0, 1.0),
)
def test_who_is_better_in_both_aims_never_loses(outcomes, weight):
    trials = [trial(n, r, s, u) for n, (r, s, u) in enumerate(outcomes)]
    loss, over = losses(trials, WEIGHTS, weight), excess(trials, WEIGHTS)
    for one, (roas, stability, _) in enumerate(outcomes):
        for other, (less, shakier, _) in enumerate(outcomes):
            if roas >= less and stability >= shakier and over[one] <= over[other]:
                assert loss[one] <= loss[other] + 1e-9


def test_what_settings_do_not_allow_is_drawn_to_the_start():
    search = Search(
        SPACE,
        WEIGHTS,
        12,
        SAMPLERS["random"],
        seed=7,
        allowed=lambda values: values["decision_rules.high.rising_factor"] <= 0.55,
        earlier=[BEST],
    )
    trials = list(search.trials(evaluate))
    place = SPACE.names.index("decision_rules.high.rising_factor")
    assert [each.stage for each in trials[:3]] == ["start", "earlier", "families"]
    # from .8 halfway to .5 until allowed: .65, .575, .5375
    assert trials[1].point[place] == pytest.approx(0.5375)
    assert all(each.point[place] <= 0.55 for each in trials)
    assert len({each.point[place] for each in trials}) > 3


WITH_EVIDENCE = [
    *TUNABLES,
    Tunable("rolling_windows.recent_days", 1, 3, "integer"),
    Tunable("evidence.half_life_days", 10.0, 90.0, "linear"),
    Tunable("evidence.click_weight", 0.0, 1.0, "linear"),
    Tunable("evidence.click_prior", 0.0, 1.0, "linear"),
]

IN_FORCE = MIDDLE | {
    "rolling_windows.recent_days": 3,
    "evidence.half_life_days": 50.0,
    "evidence.click_weight": 0.5,
    "evidence.click_prior": 0.5,
}


def test_evidence_moves_last_one_family_at_a_time_then_one_parameter():
    space = Space.around(WITH_EVIDENCE, IN_FORCE, IN_FORCE)

    def evaluate(values):
        # clicks are worth .01 less for each whole way of their weight; nothing else counts
        return scores(roas=FOLDS * -0.01 * values["evidence.click_weight"], stability=[-0.01] * 3)

    search = Search(space, WEIGHTS, 50, SAMPLERS["random"], seed=7, allowed=lambda _: True)
    trials = list(search.trials(evaluate))
    assert [each.stage for each in trials].count("evidence") == 10
    assert all(each.stage == "evidence" for each in trials[40:])
    assert all(each.point[6:] == pytest.approx(space.start[6:]) for each in trials[:40])
    # windows, memory and clicks, up and down by .6 of the way; believing clicks sooner is more
    # weight and less prior; down is better for clicks, so later moves start there
    steps = [
        (1.0, 0.5, 0.5, 0.5),
        (0.4, 0.5, 0.5, 0.5),
        (1.0, 0.8, 0.5, 0.5),
        (1.0, 0.2, 0.5, 0.5),
        (1.0, 0.5, 0.8, 0.2),
        (1.0, 0.5, 0.2, 0.8),
        # then the weight, whose family did best, and the prior
        (1.0, 0.5, 0.68, 0.8),
        (1.0, 0.5, 0.08, 0.8),
        (1.0, 0.5, 0.08, 0.32),
        (1.0, 0.5, 0.08, 0.92),
    ]
    moved = np.array([each.point[6:] for each in trials[40:]])
    np.testing.assert_allclose(moved, steps, atol=1e-9)


def test_moves_of_evidence_are_made_two_at_a_time_and_give_the_same_search():
    space = Space.around(WITH_EVIDENCE, IN_FORCE, IN_FORCE)
    search = Search(space, WEIGHTS, 30, SAMPLERS["gp"], 1, lambda _: True)

    def evaluate(values):
        away = abs(values["evidence.click_weight"] - 0.9) + abs(values[TUNABLES[0].parameter] - 0.7)
        return scores(roas=FOLDS * -0.01 * away, stability=[-0.01] * 3)

    asked = []

    def at_once(function, many):
        asked.append(len(many))
        # as if the last were finished first
        return reversed([function(each) for each in reversed(many)])

    together = list(search.trials(evaluate, at_once=at_once))
    assert asked == [1] * 24 + [2] * 3
    for one, other in zip(search.trials(evaluate), together, strict=True):
        assert one.stage == other.stage
        np.testing.assert_array_equal(one.point, other.point)
    # stopped between two that belong together
    begun = list(islice(search.trials(evaluate), 27))
    for one, other in zip(search.trials(evaluate, begun), together[27:], strict=True):
        np.testing.assert_array_equal(one.point, other.point)
