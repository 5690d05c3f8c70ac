"""No two rules undo each other, and better figures never lower a budget within a class."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import mixed_rows
from views import decided, evaluated

from python_jobs.decisions.rules.catalogue import RULES
from python_jobs.decisions.rules.checks import punishing, undoing
from python_jobs.decisions.rules.condition import Column, Constant, all_of, any_of, not_
from python_jobs.decisions.rules.rule import Rule
from python_jobs.decisions.rules.shared import setting

room, index = Column("delivery_room"), Column("roas_index")
DIRECTION = {rule.rule_id: rule.direction for rule in RULES}
OPEN = {
    "none": (-1, 1),
    "hold": (0, 0),
    "no_raise": (-1, 0),
    "no_cut": (0, 1),
    "cut_to_floor": (-1, -1),
    "pause": (-2, -2),
}


def a_rule(rule_id, condition, factor="excellent.steady_factor", **others):
    return Rule(
        rule_id=rule_id,
        rule_class=others.pop("rule_class", "volume"),
        priority=others.pop("priority", 1),
        condition=condition,
        factor=factor if isinstance(factor, Constant) else setting(factor),
        decision_path=rule_id,
        rationale="",
        **others,
    )


RAISE, CUT = "excellent.steady_factor", "declining.far_below_factor"


def test_no_two_rules_undo_each_other():
    assert undoing(RULES) == []


def test_better_figures_never_lower_a_factor_within_a_class(parameters):
    assert punishing(RULES, parameters) == []


@pytest.mark.parametrize(
    ("raises", "cuts"),
    [
        # the ranges of these settings, 1 to 5 and 0.05 to 1, meet at 1, which the second leaves out
        (
            index >= setting("common.min_marginal_index_to_raise"),
            index < setting("common.max_marginal_index_to_cut"),
        ),
        (index > 1, index <= 1),
        (index >= Column("cpa_28d"), index < Column("cpa_28d")),
        (any_of(room.is_missing(), room >= 1.05), room < 1),
        (all_of(index >= 1, any_of(room >= 2, room < 1)), all_of(room >= 1, room < 2)),
        (Column("status").is_in("a", "b"), Column("status").is_in("c")),
        (Column("status").is_in("a", "b"), not_(Column("status").is_in("a", "b", "c"))),
    ],
)
def test_conditions_that_exclude_each_other_are_seen(raises, cuts):
    assert undoing([a_rule("up", raises), a_rule("down", cuts, CUT)]) == []


@pytest.mark.parametrize(
    ("raises", "cuts"),
    [
        (index >= 1, index <= 1),
        (index >= 1, room < 1),
        # this setting may be anything from 0.3 to 3
        (index >= 1, index < setting("common.max_roas_index_high_to_cut")),
        (any_of(room.is_missing(), room >= 1.05), room < 1.1),
        (any_of(index >= 2, room >= 1.05), index < 1),
        (Column("status").is_in("a", "b"), not_(Column("status").is_in("a", "c"))),
        (Column("status").is_missing(), index < 1),
    ],
)
def test_rules_that_undo_each_other_are_found(raises, cuts):
    assert undoing([a_rule("up", raises), a_rule("down", cuts, CUT)]) == [("up", "down")]
    paused = a_rule("down", cuts, CUT, bound="pause")
    assert undoing([a_rule("up", raises), paused]) == [("up", "down")]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # a better index leads from the raise to the hold that goes before it
        ((index >= 2, Constant(1)), (index >= 1, RAISE), [("second", "first")]),
        # a trend of roas may flip with the days on which the better figures come
        (
            (index >= Column("roas_long"), RAISE),
            (index >= 1, Constant(1)),
            [("first", "second")],
        ),
        # leaves the raise and finds the cut
        ((Column("aov_28d") >= 1, RAISE), (room < 1, CUT), [("first", "second")]),
        # cost per purchase falls with better figures
        ((Column("cpa_28d") >= 9, RAISE), (room < 1, CUT), [("first", "second")]),
        ((Column("cpa_28d") <= 9, RAISE), (room < 1, CUT), []),
        ((Column("cpa_28d") <= 9, CUT), (room < 1, RAISE), [("second", "first")]),
        # worst first among cuts, best first among raises
        ((index < 1, "declining.far_below_factor"), (index < 2, "declining.falling_factor"), []),
        ((index >= 2, "excellent.rising_factor"), (index >= 1, RAISE), []),
        # nothing that better figures move
        ((room < 1, CUT), (Column("click_index") >= 1, RAISE), []),
        # the first asks for nothing better than the second does
        ((all_of(index >= 1, room < 1), Constant(1)), (index >= 1, RAISE), []),
    ],
)
def test_orders_that_punish_better_figures_are_found(first, second, expected, parameters):
    rules = [
        a_rule("first", first[0], first[1], priority=1),
        a_rule("second", second[0], second[1], priority=2),
    ]
    assert punishing(rules, parameters) == expected
    other_class = [rules[0], a_rule("second", second[0], second[1], rule_class="high", priority=2)]
    assert punishing(other_class, parameters) == []


def test_a_bound_that_leaves_less_open_punishes_too(parameters):
    capped = a_rule("capped", index >= 2, Constant(1), bound="no_raise", priority=1)
    free = a_rule("free", index >= 1, Constant(1), priority=2)
    assert punishing([capped, free], parameters) == [("free", "capped")]


@given(rows=mixed_rows)
@settings(max_examples=20, deadline=None)
def test_no_row_matches_a_raise_and_a_cut(rows, parameters):
    found = evaluated(rows, parameters)
    directions = found["rule_id"].map(DIRECTION).where(found["fired"], "none")
    by_row = directions.groupby(found["budget_entity_id"]).agg(set)
    assert not any("raise" in found and found & {"cut", "pause"} for found in by_row)


BETTER = [
    "projected_roas",
    "roas_index",
    "roas_index_low",
    "roas_index_high",
    "marginal_index",
    "marginal_index_high",
    "roas_recent",
    "roas_base",
    "roas_long",
    "purchases_14d",
    "purchases_28d",
    "purchase_value_28d",
    "cvr_28d",
]


@given(
    rows=mixed_rows,
    times=st.lists(st.sampled_from([1.0, 1.01, 1.1, 1.5, 4.0]), min_size=15, max_size=15),
)
@settings(max_examples=30, deadline=None)
def test_more_purchases_at_equal_spend_never_lower_the_factor(rows, times, parameters):
    """Each figure rises by a factor of its own; order values move as they please."""
    better = rows.copy()
    better[BETTER] *= times[: len(BETTER)]
    better[["purchases_14d", "purchases_28d"]] += [times[0] - 1, times[1] - 1]
    better["cpa_28d"] /= times[13]
    better["aov_28d"] *= 2 - times[14] / 4
    before, after = decided(rows, parameters), decided(better, parameters)
    same = before["rule_class"] == after["rule_class"]
    low, high = (
        np.array([OPEN[bound] for bound in m["bound"][same]]).reshape(-1, 2).T
        for m in (before, after)
    )
    assert (high >= low).all()
    moves = low[0] < low[1]
    assert (after["rule_factor"][same][moves] >= before["rule_factor"][same][moves]).all()
