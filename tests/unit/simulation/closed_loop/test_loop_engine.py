"""The engine as a policy, without the SQL: ids, settings, what is logged, what rules did."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from python_jobs.simulation.closed_loop.ablation import VARIANTS
from python_jobs.simulation.closed_loop.engine import (
    change_days,
    default_settings,
    holder_ids,
    moves_by_rule,
    peak_event,
    recommended,
    with_changes,
)
from python_jobs.simulation.closed_loop.loop import ManagedAccount

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def settings():
    return default_settings(ROOT)


@pytest.mark.parametrize("fixture", ["start", "small_start"])
def test_holders_go_by_the_ids_that_the_objects_give_their_budgets(fixture, request):
    account = request.getfixturevalue(fixture)
    customer = account.export()
    ids = holder_ids(customer)
    assert len(ids) == len(account.budgets)
    ad_sets, names = customer.ad_sets, customer.account
    for place, holder in enumerate(ad_sets.holder):
        level, entity = ids[holder]
        own = names.campaign_ids[ad_sets.campaign[place]], names.ad_set_ids[place]
        assert entity == own[0 if level == "campaign" else 1]
    alone = np.bincount(ad_sets.holder) == 1
    assert [level == "adset" for level, _ in ids] == alone.tolist()


def test_budgets_are_laid_out_by_id_and_not_by_position(start):
    customer = start.export()
    ids = holder_ids(customer)
    decided = pd.DataFrame(ids, columns=["budget_level", "budget_entity_id"])
    decided["recommended_budget"] = np.arange(len(ids)) + 1.0
    shuffled = decided.drop(index=3).sample(frac=1, random_state=1)
    expected = np.arange(len(ids)) + 1.0
    expected[3] = start.budgets[3]  # undecided: stays
    assert recommended(shuffled, customer, start.budgets) == pytest.approx(expected)
    stranger = decided.assign(budget_entity_id="1")
    with pytest.raises(ValueError, match="who holds no budget here"):
        recommended(stranger, customer, start.budgets)


def test_the_buyers_changes_were_seen_on_the_morning_after(start):
    history = start.export().history
    days = change_days(history)
    assert days[0] == 0
    assert set(days[1:]) <= set(range(14, 84, 7))
    assert len(days) > 5
    for day in days[1:]:
        assert (history.budgets[day] != history.budgets[day - 1]).any()


def test_changed_settings_reach_sql_and_decision(settings):
    changed = with_changes(settings, {"evidence.shopify_weight": 0.0})
    assert changed.parameters.evidence.shopify_weight == 0.0
    rows = {row.parameter: row.value for row in changed.rows}
    assert rows["evidence.shopify_weight"] == "0.0"
    others = {row.parameter: row.value for row in settings.rows} | {
        "evidence.shopify_weight": "0.0"
    }
    assert rows == others
    with pytest.raises(ValueError, match=r"no such parameters: evidence\.nothing"):
        with_changes(settings, {"evidence.nothing": 1})


@pytest.mark.parametrize("name", VARIANTS)
def test_every_part_can_be_taken_out_by_parameters_that_exist(name, settings):
    variant = VARIANTS[name]
    rows = {row.parameter: row.value for row in with_changes(settings, variant.changes).rows}
    before = {row.parameter: row.value for row in settings.rows}
    changed = {path for path in rows if rows[path] != before[path]}
    assert changed <= set(variant.changes)
    assert changed or variant.rules_only or name == "engine"


def test_the_customer_tells_of_the_peak_by_its_days_and_its_budget(start):
    assert peak_event(start) == {}
    days = (100, 101, 102, 103)
    world = start.world.fork()
    world.settings = replace(world.settings, first_day=date(2026, 1, 1), peak_days=days)
    world.ad_sets = replace(world.ad_sets, elasticity=np.full(len(world.ad_sets), 0.75))
    account = ManagedAccount(world, start.record, start.budgets, 250.0)
    assert peak_event(account) == {
        "events": {
            "sale": {
                "from": "2026-04-11",  # 100 days after New Year
                "to": "2026-04-14",
                "kind": "peak",
                "scope": None,
                "expected_lift": 1.41,  # 4 ** 0.25
                "largest_step": 3.8,  # to 4 x 1.2 budgets
                "daily_budget": 1000.0,
            }
        }
    }


def test_moves_are_counted_by_rule():
    first = pd.DataFrame(
        {
            "rule_id": ["a", "a", "b"],
            "budget_change_pct": [20.0, -3.0, 0.0],
            "matched_rules": ["a,b", "a", "b"],
        }
    )
    second = pd.DataFrame({"rule_id": ["a"], "budget_change_pct": [0.0], "matched_rules": ["a,c"]})
    assert moves_by_rule([first, second]) == {
        "a": {"decided": 3, "raised": 1, "cut": 1, "matched": 3},
        "b": {"decided": 1, "raised": 0, "cut": 0, "matched": 2},
        "c": {"matched": 1},
    }
