"""The language: how a condition reads, what it reads, where it holds and why it does not."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from python_jobs.decisions.rules.condition import (
    Column,
    Parameter,
    all_of,
    any_of,
    columns_read,
    leaves,
    not_,
    parameters_read,
    text,
)
from python_jobs.decisions.rules.rows import Rows
from python_jobs.decisions.table import Table

NAN = float("nan")
roas, spend, cpa, kind = Column("roas"), Column("spend"), Column("cpa"), Column("kind")
limit = Parameter("limits.roas")
PARAMETERS = SimpleNamespace(limits=SimpleNamespace(roas=2, share=0.5))
FRAME = pd.DataFrame(
    {
        "roas": [1.0, 2.0, 3.0, NAN],
        "spend": [100.0, 100.0, 0.0, 100.0],
        "cpa": [50.0, 0.0, NAN, 10.0],
        "kind": pd.Series(["a", "b", None, "c"], dtype=object),
        "whole": [1, 2, 3, 4],
        "flag": pd.Series([True, False, None, True], dtype=object),
    }
)


def holds(condition, frame=FRAME):
    return Rows(Table(frame), PARAMETERS).holds(condition).tolist()


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (roas >= limit, [False, True, True, False]),
        (roas > limit, [False, False, True, False]),
        (roas <= 2, [True, True, False, False]),
        (roas < 2, [True, False, False, False]),
        (kind.equals("a"), [True, False, False, False]),
        (kind.is_in("a", "c"), [True, False, False, True]),
        (Column("whole").equals(2), [False, True, False, False]),
        (Column("whole").is_in(1, 4), [True, False, False, True]),
        (Column("flag").equals(True), [True, False, False, True]),
        (Column("whole") >= 3, [False, False, True, True]),
        (cpa.is_missing(), [False, False, True, False]),
        (kind.is_missing(), [False, False, True, False]),
        # metric with metric: spend of at least 1 times, 2 times the cost per purchase
        (spend >= cpa, [True, True, False, True]),
        (spend >= limit * cpa, [True, True, False, True]),
        (spend >= cpa * 3, [False, True, False, True]),
        # 100 / 50 = 2; over 0 and over what is missing nothing is known
        (spend / cpa >= limit, [True, False, False, True]),
        (spend / cpa < limit, [False, False, False, False]),
        (all_of(roas >= 2, spend > 0), [False, True, False, False]),
        (any_of(roas >= 3, kind.equals("a")), [True, False, True, False]),
        (all_of(spend > 0, any_of(roas >= 3, kind.equals("a"))), [True, False, False, False]),
        (all_of(), [True] * 4),
    ],
    ids=lambda value: None if isinstance(value, list) else text(value),
)
def test_where_it_holds(condition, expected):
    assert holds(condition) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (roas >= limit, [True, False, False, False]),
        (roas > 2, [True, True, False, False]),
        (roas <= 2, [False, False, True, False]),
        (roas < 2, [False, True, True, False]),
        (kind.equals("a"), [False, True, False, True]),
        (Column("flag").equals(True), [False, True, False, False]),
        (kind.is_missing(), [True, True, False, True]),
        # not (both) = either is known not to
        (all_of(roas >= 2, spend > 0), [True, False, True, False]),
        (any_of(roas >= 3, kind.equals("a")), [False, True, False, False]),
    ],
    ids=lambda value: None if isinstance(value, list) else text(value),
)
def test_a_negation_holds_where_it_is_known_not_to(condition, expected):
    assert holds(not_(condition)) == expected
    assert not_(not_(condition)) == condition


def test_text_columns_of_any_pandas_type_read_the_same():
    for dtype in (object, "str", "category"):
        frame = FRAME.astype({"kind": dtype})
        assert holds(kind.is_in("a", "c"), frame) == [True, False, False, True]
        assert holds(not_(kind.equals("a")), frame) == [False, True, False, True]


def test_how_it_reads_and_what_it_reads():
    condition = all_of(
        spend >= limit * cpa,
        any_of(all_of(roas > 0.5, kind.equals("a")), roas.is_missing(), kind.is_in("b", "c")),
        not_(any_of(kind.equals("d"), spend / (cpa * 2) < Parameter("limits.share"))),
        not_(cpa.is_missing()),
    )
    assert text(condition) == (
        "spend >= limits.roas * cpa"
        " and ((roas > 0.5 and kind == 'a') or roas is missing or kind in ('b', 'c'))"
        " and kind != 'd' and spend / (cpa * 2) >= limits.share"
        " and cpa is known"
    )
    assert parameters_read(condition) == ["limits.roas", "limits.share"]
    assert columns_read(condition) == ["spend", "cpa", "roas", "kind"]
    assert len(leaves(condition)) == 8


def why(condition, frame=FRAME):
    """Per row: the comparison that fails, its value, threshold and shortfall."""
    rows = Rows(Table(frame), PARAMETERS)
    found = []
    for row, number in enumerate(rows.failure(condition).leaf):
        leaf = leaves(condition)[number]
        measure = rows.measure(leaf)
        numbers = tuple(None if np.isnan(side[row]) else float(side[row]) for side in measure)
        found.append((text(leaf), *numbers) if number >= 0 else None)
    return found


def test_of_conditions_that_must_all_hold_the_first_that_fails_is_named():
    condition = all_of(spend >= 50, roas >= limit, cpa <= 5)
    assert why(condition) == [
        ("roas >= limits.roas", 1.0, 2.0, 1.0),
        None,
        ("spend >= 50", 0.0, 50.0, 50.0),
        ("roas >= limits.roas", None, 2.0, None),
    ]


def test_of_alternatives_the_nearest_is_named():
    # row by row: cpa 40 over its 10, roas 2 under its 3; cpa holds; roas holds; cpa holds
    assert why(any_of(cpa <= 10, roas >= 3)) == [
        ("roas >= 3", 1.0, 3.0, 2.0),
        None,
        None,
        None,
    ]
    # cpa 50 is 20 % under 62.5, roas a third of 3
    assert why(any_of(roas >= 3, cpa >= 62.5))[0] == ("cpa >= 62.5", 50.0, 62.5, 12.5)
    # what has no number is farther than anything that has one
    assert why(any_of(kind.equals("z"), roas >= 300))[0] == ("roas >= 300", 1.0, 300.0, 299.0)
    assert why(any_of(kind.equals("z"), roas >= 300))[3] == ("kind == 'z'", None, None, None)


def test_nested_alternatives_are_counted_through():
    condition = all_of(spend > 0, any_of(all_of(roas >= 0.5, cpa <= 40), roas >= 10), roas < 1.5)
    assert why(condition) == [
        ("cpa <= 40", 50.0, 40.0, 10.0),
        ("roas < 1.5", 2.0, 1.5, 0.5),
        ("spend > 0", 0.0, 0.0, 0.0),
        ("roas >= 0.5", None, 0.5, None),
    ]


def test_numbers_out_of_a_list_have_a_value_but_no_shortfall():
    assert why(Column("whole").is_in(2, 3))[0] == ("whole in (2, 3)", 1.0, None, None)


def test_an_unknown_column_or_parameter_is_an_error():
    with pytest.raises(KeyError, match="nowhere"):
        holds(Column("nowhere") > 0)
    with pytest.raises(AttributeError, match="nowhere"):
        holds(roas > Parameter("limits.nowhere"))
