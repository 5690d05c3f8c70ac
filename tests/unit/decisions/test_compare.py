import pandas as pd
import pytest

from python_jobs.decisions.compare import COLUMNS, compare_decisions

HOLDER = {
    "budget_level": "adset",
    "account_id": "1",
    "currency": "EUR",
    "current_budget": 50.0,
    "recommended_budget": 50.0,
    "action": "hold",
    "rule_id": "long_stable",
    "binding_limit": None,
    "expected_7d_revenue": 700.0,
    "hold_7d_revenue": 690.0,
}


def decisions(**by_id):
    rows = [
        HOLDER | {"budget_entity_id": i, "budget_entity_name": f"Name {i}"} | changes
        for i, changes in by_id.items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def test_equal_decisions_do_not_differ_also_where_no_limit_binds():
    compared = compare_decisions(decisions(a={}, b={}), decisions(b={}, a={}))
    assert list(compared["budget_entity_id"]) == ["a", "b"]
    assert not compared["differs"].any()
    assert list(compared["difference"]) == [0, 0]


@pytest.mark.parametrize(
    ("column", "before", "after"),
    [
        ("recommended_budget", 50.0, 50.01),
        ("action", "hold", "review_bid"),
        ("rule_id", "long_stable", "high_rising"),
        ("binding_limit", "largest_step", "delivery"),
        ("binding_limit", None, "delivery"),
        ("binding_limit", "delivery", None),
    ],
)
def test_whatever_a_buyer_would_do_or_ask_for_counts_as_different(column, before, after):
    [row] = compare_decisions(
        decisions(a={column: before}), decisions(a={column: after})
    ).itertuples()
    assert row.differs
    sides = [getattr(row, f"{column}_{side}") for side in ("before", "after")]
    assert [None if pd.isna(side) else side for side in sides] == [before, after]


def test_other_expectations_alone_are_no_other_decision():
    [row] = compare_decisions(
        decisions(a={"expected_7d_revenue": 700.0}), decisions(a={"expected_7d_revenue": 710.0})
    ).itertuples()
    assert not row.differs
    assert (row.expected_7d_revenue_before, row.expected_7d_revenue_after) == (700, 710)


def test_differences_are_in_cents_and_the_largest_of_an_account_comes_first():
    # 0.3 - 0.1 is 0.19999999999999998 in floats
    before = {"a": 0.1, "b": 60.0, "c": 50.0}
    after = {"a": 0.3, "b": 40.0, "c": 50.0}
    compared = compare_decisions(
        *(
            decisions(**{i: {"recommended_budget": budget} for i, budget in side.items()})
            for side in (before, after)
        )
    )
    assert list(compared["budget_entity_id"]) == ["b", "a", "c"]
    assert list(compared["difference"]) == [-20, 0.2, 0]


def test_accounts_stay_together():
    before = decisions(a={"account_id": "2"}, b={"account_id": "1"}, c={"account_id": "2"})
    after = before.assign(recommended_budget=[90.0, 51.0, 80.0])
    assert list(compare_decisions(before, after)["budget_entity_id"]) == ["b", "a", "c"]


def test_a_holder_of_one_side_alone_differs_and_keeps_its_name():
    gone, same, new = (
        compare_decisions(decisions(a={}, b={}), decisions(b={}, c={"current_budget": 70.0}))
        .sort_values("budget_entity_id")
        .itertuples()
    )
    assert [row.differs for row in (gone, same, new)] == [True, False, True]
    assert (gone.budget_entity_name, new.budget_entity_name) == ("Name a", "Name c")
    assert (gone.current_budget, new.current_budget) == (50, 70)
    assert (gone.action_before, new.action_after) == ("hold", "hold")
    for absent in (gone.recommended_budget_after, new.action_before, gone.difference):
        assert pd.isna(absent)


def test_a_campaign_and_an_ad_set_of_the_same_id_are_two_holders():
    before = pd.concat([decisions(a={}), decisions(a={"budget_level": "campaign"})])
    after = before.assign(recommended_budget=[50.0, 60.0])
    compared = compare_decisions(before, after).set_index("budget_level")
    assert dict(compared["differs"]) == {"adset": False, "campaign": True}


def test_no_holders_on_either_side_are_no_rows():
    assert compare_decisions(decisions(), decisions()).empty
