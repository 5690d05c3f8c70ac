"""Recommendations as the simulator's changes."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from python_jobs.decisions.rules.catalogue import default_parameters
from python_jobs.simulation.account import PURCHASERS
from python_jobs.simulation.audience.carry_out import (
    AddAds,
    BuyPurchases,
    EditTargeting,
    ExcludeBuyers,
    Merge,
    PauseAd,
    RaiseCap,
    SetBudget,
)
from python_jobs.simulation.audience.recommended import Judge, apart

SPEC = {"geo_locations": {"countries": ["US"]}, "age_min": 18, "age_max": 65}


def candidate(kind, adset_ids, **fields):
    usual = {"table": "adset", "targeting": None, "audience_to_create": None, "campaign_id": None}
    usual |= {"creative_type": None, "daily_budget": 100.0, "name": "A new one"}
    return SimpleNamespace(recommendation_type=kind, adset_ids=adset_ids, **(usual | fields))


@pytest.fixture(scope="module")
def judge(flawed):
    ids = flawed.customer.account.ad_set_ids
    tables = {
        "opportunity_sizes": pd.DataFrame(
            {"entity_level": ["adset", "audience_type"], "clearing_marginal_roas": [1.5, 9.0]}
        ),
        "ad_verdicts": pd.DataFrame(
            {"adset_id": [ids[0], ids[0]], "ad_id": ["1", "2"], "verdict": ["pause", "keep"]}
        ),
        "decisions": pd.DataFrame(
            {"budget_entity_id": [ids[0], "campaign"], "recommended_budget": [120.0, 900.0]}
        ),
    }
    return Judge(flawed, tables, default_parameters())


def test_changes_of_an_ad_set_are_the_simulators_own(flawed, judge):
    a, b = flawed.customer.account.ad_set_ids[:2]
    assert judge.changes(candidate("merge", [a, b])) == [Merge((a, b))]
    assert judge.changes(candidate("pause_ads", [a])) == [PauseAd("1")]
    assert judge.changes(candidate("change_bid", [a])) == [RaiseCap(a)]
    assert judge.changes(candidate("change_event", [a])) == [BuyPurchases(a)]
    ads = default_parameters().recommendations.changes.ads_to_add
    added = judge.changes(candidate("new_creative", [a], creative_type="video"))
    assert added == [AddAds(a, "video", ads)]
    assert judge.changes(candidate("scale", [a])) == [SetBudget(a, 120.0)]
    held = judge.changes(candidate("scale", [b], campaign_id="campaign"))
    assert held == [SetBudget("campaign", 900.0)]
    with pytest.raises(ValueError, match="no simulated account can carry out 'dance'"):
        judge.changes(candidate("dance", [a]))


def test_a_pause_switches_all_running_ads_off(flawed, judge):
    key = flawed.customer.account.ad_set_ids[0]
    ads, ids = flawed.customer.ads, flawed.customer.account.ad_ids
    running = np.flatnonzero((ads.ad_set == 0) & (ads.last_day >= flawed.spec.days))
    assert judge.changes(candidate("pause", [key])) == [PauseAd(ids[ad]) for ad in running]


def test_an_edit_is_what_the_targeting_says_beyond_what_it_was(flawed, judge, place_of):
    ids, plans = flawed.customer.account.ad_set_ids, flawed.draft.ad_sets
    [place] = place_of["mixed_countries"]
    [edit] = judge.changes(candidate("drop_country", [ids[place]], targeting=SPEC))
    age = (18, 65) if plans[place].age != (18, 65) else None
    assert edit == EditTargeting(ids[place], countries=("US",), age=age)
    [place] = place_of["buyers_not_excluded"]
    spec = SPEC | {
        "geo_locations": {"countries": list(plans[place].countries)},
        "age_min": plans[place].age[0],
        "excluded_custom_audiences": [PURCHASERS],
        "publisher_platforms": ["facebook", "instagram"],
    }
    both = judge.changes(candidate("exclude_buyers", [ids[place]], targeting=spec))
    assert both == [EditTargeting(ids[place], without_network=True), ExcludeBuyers(ids[place])]
    made = {"lookalike_spec": json.dumps({"ratio": 0.05})}
    place = next(i for i, plan in enumerate(plans) if plan.kind == "lookalike")
    row = candidate("wider_lookalike", [ids[place]], targeting=SPEC, audience_to_create=made)
    assert judge.changes(row)[0].percent == 5


def test_new_ad_sets_are_of_the_kind_that_their_targeting_is_for(flawed, judge):
    visitors = next(
        audience
        for audience in flawed.customer.account.custom_audiences
        if audience["name"].startswith("Website visitors")
    )
    specs = {
        "broad": ("new_broad", SPEC),
        "interest": ("new_country", SPEC | {"flexible_spec": [{"interests": []}]}),
        "visitors": ("new_retargeting", SPEC | {"custom_audiences": [{"id": visitors["id"]}]}),
        "buyers": ("repeat_buyers", SPEC | {"custom_audiences": [PURCHASERS]}),
    }
    for kind, (name, spec) in specs.items():
        [new] = judge.changes(candidate(name, [], table="audience", targeting=spec))
        assert (new.kind, new.budget, new.creative_type) == (kind, 100.0, None)
    # a lookalike does not exist yet; it can be in a new country, too
    spec = SPEC | {"custom_audiences": [{"id": "{result=audience:$.id}"}]}
    made = {"lookalike_spec": json.dumps({"ratio": 0.05})}
    for name in ("new_lookalike", "new_country"):
        row = candidate(name, [], table="audience", targeting=spec, audience_to_create=made)
        assert judge.changes(row)[0].kind == "lookalike"


def test_money_is_told_less_what_it_returns_elsewhere(flawed, judge):
    key = flawed.customer.account.ad_set_ids[0]
    lost = judge.alone.revenue[0] * judge.usual
    freed = 1.5 * judge.alone.spend[0]
    told = judge.one(
        SimpleNamespace(
            **vars(candidate("pause", [key], daily_budget=0.0)),
            expected_roas_low=None,
            expected_roas_high=None,
            gain_30d=1.0,
            gain_30d_low=0.0,
            gain_30d_high=2.0,
        )
    )
    assert told["gain"] == pytest.approx((freed - lost) * 30 / 28, rel=0.02)
    assert told["roas"] is None


def test_changes_taken_together_touch_no_ad_set_twice():
    found = pd.DataFrame(
        {
            "table": ["adset", "adset", "audience", "adset", "adset"],
            "adset_ids": [["a", "b"], ["b"], ["a"], ["c"], ["d"]],
        }
    )
    assert [row.Index for row in apart(found, 3)] == [0, 2, 3]
