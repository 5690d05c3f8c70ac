"""Which candidates are chosen: money and days by hand, and what holds whatever the candidates."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recommendation_cases import BUYERS, OPEN_SPEC, SPEC, constraint, tables

from python_jobs.audience.recommendations.candidates import candidates
from python_jobs.audience.recommendations.choose import CHOSEN, choose, poisson_quantile
from python_jobs.audience.recommendations.estimate import Range, estimate, probability
from python_jobs.audience.recommendations.proposed import flagged
from python_jobs.decisions.rules.catalogue import default_parameters

PARAMETERS = default_parameters()
SETTINGS = PARAMETERS.recommendations
ADSETS = "abcdef"
ACCOUNT = tables(
    {name: {"spec": SPEC | {"age_max": 60 - place}} for place, name in enumerate(ADSETS)},
    constraints=[constraint("geo", ["CA", "GB", "US"])],
)
"""six ad sets of 100 a day: 600 together, which return 36,000 in 30 days"""

SOUND = {
    "account_id": "1",
    "table": "adset",
    "recommendation_type": "exclude_buyers",
    "adset_ids": ["a"],
    "campaign_id": "k",
    "name": "Ad set",
    "targeting": SPEC,
    "optimization_goal": "OFFSITE_CONVERSIONS",
    "promoted_event": "PURCHASE",
    "daily_budget": 100.0,
    "expected_roas": 2.0,
    "expected_roas_low": 1.8,
    "expected_roas_high": 2.2,
    "expected_cpa": 20.0,
    "expected_cpa_low": 18.0,
    "expected_cpa_high": 22.0,
    "expected_revenue_30d": 6000.0,
    "gain_30d": 500.0,
    "gain_30d_low": 300.0,
    "gain_30d_high": 700.0,
    "evidence_purchases": 100.0,
    "evidence": "",
    "reason": "",
    "setup_steps": "",
}
NEW = SOUND | {"table": "audience", "recommendation_type": "new_broad", "daily_budget": 60.0}
# set-ups that something speaks against
FLAWS = {
    "no buyers excluded": {"targeting": OPEN_SPEC},
    "one platform": {"targeting": SPEC | {"publisher_platforms": ["facebook"]}},
    "two languages": {"targeting": SPEC | {"locales": [6, 24]}},
    "clicks": {"optimization_goal": "LINK_CLICKS", "promoted_event": "ADD_TO_CART"},
    "less than a purchase a day": {"daily_budget": 10.0, "expected_revenue_30d": 600.0},
    "a country it does not ship to": {
        "targeting": SPEC | {"geo_locations": {"countries": ["DE"]}},
    },
    "an age that Meta does not take": {"targeting": SPEC | {"age_min": 70}},
    "nothing gained": {"gain_30d": -1.0, "gain_30d_low": -2.0},
    "hardly anything gained": {"gain_30d": 30.0, "gain_30d_low": 29.0},
    "not sure": {"gain_30d_low": -2000.0},
    "judged in a year": {"expected_cpa": 4000.0, "expected_cpa_low": 3000.0},
}


def chosen(*rows, account=ACCOUNT, parameters=PARAMETERS):
    return choose(candidates(pd.DataFrame(list(rows))), account, parameters)


def test_a_sound_candidate_is_chosen_with_its_confidence_and_its_falsifier():
    [row] = chosen(SOUND).to_dict("records")
    # 500 is 2.5 times the way to its lower end: 2.5 x 1.2816 standard deviations
    assert row["confidence"] == pytest.approx(0.99932, abs=1e-5)
    # 5 purchases a day at 20: 35 in the 7 days of its attribution window
    assert row["falsified_after_days"] == 7
    # of 35 due 27 or fewer come with the chance 0.0988, 28 or fewer with 0.1343 (Poisson)
    assert row["falsified_by"].startswith("Fewer than 28 purchases in the 7 days")
    assert row["rank"] == 1


@pytest.mark.parametrize("flaw", FLAWS)
def test_what_something_speaks_against_is_not_chosen(flaw):
    assert chosen(SOUND | FLAWS[flaw]).empty


def test_a_dear_purchase_takes_longer_to_judge():
    # 1 purchase a day; of 10 due 5 or fewer come with the chance 0.0671, 6 or fewer with 0.1301
    [row] = chosen(SOUND | {"expected_cpa": 100.0}).to_dict("records")
    assert row["falsified_after_days"] == 10
    assert row["falsified_by"].startswith("Fewer than 6 purchases in the 10 days")


def test_learning_makes_the_first_days_dearer():
    # 1 a day in the mean of 30 days; 10 days of learning at half of it: 30 = a (30 - 0.5 x 10)
    learns = {"expected_cpa": 100.0, "learning_days": 10.0, "learning_share": 0.5}
    [row] = chosen(SOUND | learns).to_dict("records")
    # 1.2 a day afterwards: 10 x 0.6 while it learns, 4 more in 3.33 days; 14 days have 6 + 4.8 due
    assert row["falsified_after_days"] == 14
    # of 10.8 due 6 or fewer come with the chance 0.0873, 7 or fewer with 0.1558
    assert row["falsified_by"].startswith("Fewer than 7 purchases in the 14 days")
    assert "10.8 are due while it learns" in row["falsified_by"]
    # 2.4 a day afterwards: 1.2 x 8.33 while it learns
    [row] = chosen(SOUND | learns | {"expected_cpa": 50.0}).to_dict("records")
    assert row["falsified_after_days"] == 9


@pytest.mark.parametrize(
    ("kind", "detector"),
    [
        ("scale", "retargeting_over_credited"),
        ("scale", "frequency_too_high"),
        ("change_bid", "retargeting_over_credited"),
        ("exclude_buyers", "edits_reset_learning"),
        ("pause", "on_off_switching"),
    ],
)
def test_nothing_is_recommended_that_a_finding_there_is_speaks_against(kind, detector):
    row = SOUND | {"recommendation_type": kind, "targeting": None}
    if kind == "pause":
        row |= {"daily_budget": 0.0, "expected_revenue_30d": 0.0, "expected_roas": np.nan}
    adsets = {name: {"spec": SPEC | {"age_max": 60 - i}} for i, name in enumerate(ADSETS)}
    assert len(chosen(row, account=tables(adsets, findings=[(detector, "b")]))) == 1
    assert chosen(row, account=tables(adsets, findings=[(detector, "a")])).empty


def test_no_money_is_added_for_buyers_where_strangers_have_too_little():
    warm = {"audience_type": "buyers", "funnel": "buyers", "spec": SPEC | {"age_max": 50}}
    adsets = {"a": warm, "b": {}}
    row = SOUND | {"recommendation_type": "scale", "targeting": None}
    told = [("retargeting_overfunded", "1")]
    assert len(chosen(row, account=tables(adsets))) == 1
    assert chosen(row, account=tables(adsets, findings=told)).empty
    assert len(chosen(row | {"adset_ids": ["b"]}, account=tables(adsets, findings=told))) == 1


def test_no_campaign_gets_more_new_ad_sets_than_it_brings_through_learning():
    # 100 purchases a week on 285.72 a day: 50 for each of its two ad sets
    campaign = {"daily_budget": 2000 / 7, "cpa": 20.0, "running_adsets": 2.0}
    campaign |= {"purchases_matured": 400.0, "cpa_log_error": 0.01}
    account = {**ACCOUNT}
    account["detector_inputs_campaign"] = ACCOUNT["detector_inputs_campaign"].assign(**campaign)
    new = NEW | {"targeting": SPEC | {"age_min": 25}, "expected_cpa_low": 9.0}
    enough = new | {"daily_budget": 160.0, "expected_revenue_30d": 9600.0}
    assert len(chosen(enough, account=account)) == 1
    # 60 a day buy 21 a week
    assert chosen(new, account=account).empty
    # in a campaign of its own
    assert len(chosen(new | {"campaign_id": None}, account=account)) == 1


def test_what_is_switched_off_is_judged_by_the_account():
    off = {
        "recommendation_type": "pause",
        "targeting": None,
        "daily_budget": 0.0,
        "expected_roas": np.nan,
        "expected_cpa": np.nan,
        "expected_revenue_30d": 0.0,
    }
    [row] = chosen(SOUND | off).to_dict("records")
    assert row["falsified_by"].startswith("Within 7 days the account sells 35 purchases less")


def test_no_candidates_are_no_recommendations():
    assert list(choose(candidates(pd.DataFrame()), ACCOUNT, PARAMETERS).columns) == list(CHOSEN)
    assert chosen(SOUND, account=tables({"a": {}}, open_incident=True)).empty


def test_what_is_set_up_like_another_ad_set_is_not_chosen_again():
    of_b = SPEC | {"age_max": 59}
    assert chosen(NEW | {"targeting": of_b}).empty
    assert len(chosen(NEW | {"targeting": of_b | {"age_min": 25}})) == 1
    # to leave an ad set as it is, is no second one
    assert len(chosen(SOUND | {"targeting": of_b, "adset_ids": ["b"]})) == 1


def test_no_new_ad_set_is_modelled_on_one_that_is_switched_off():
    new = NEW | {"targeting": SPEC | {"age_min": 25}, "adset_ids": ["b"]}
    off = SOUND | {"recommendation_type": "pause", "targeting": None, "adset_ids": ["b"]}
    off |= {"daily_budget": 0.0, "expected_revenue_30d": 0.0, "expected_roas": np.nan}
    assert set(chosen(new, off)["recommendation_type"]) == {"pause"}
    assert set(chosen(new | {"adset_ids": ["a"]}, off)["table"]) == {"audience", "adset"}


def test_no_new_ad_set_is_for_a_country_that_is_dropped():
    american = SPEC | {"geo_locations": {"countries": ["US"]}}
    drops = SOUND | {"recommendation_type": "drop_country", "targeting": american}
    in_canada = NEW | {"targeting": SPEC | {"geo_locations": {"countries": ["CA"]}}}
    assert set(chosen(in_canada)["table"]) == {"audience"}
    assert set(chosen(in_canada, drops)["table"]) == {"adset"}


def test_raises_of_budgets_leave_the_places_of_other_changes():
    raises = [
        SOUND | {"recommendation_type": "scale", "adset_ids": [name], "gain_30d": 900.0}
        for name in ADSETS
    ]
    rows = chosen(*raises[:-1], SOUND | {"adset_ids": ["f"]})
    counts = rows["recommendation_type"].value_counts()
    assert counts.to_dict() == {"scale": SETTINGS.limits.scale_rows, "exclude_buyers": 1}


amounts = st.floats(min_value=-500, max_value=3000)
groups = st.lists(st.sampled_from(ADSETS), min_size=1, max_size=3, unique=True)


@st.composite
def any_candidate(draw):
    is_new = draw(st.booleans())
    gain = draw(amounts)
    row = (NEW if is_new else SOUND) | {
        "adset_ids": draw(groups),
        "gain_30d": gain,
        "gain_30d_low": gain - draw(st.floats(min_value=1, max_value=2000)),
        "recommendation_type": draw(st.sampled_from(["merge", "scale", "widen_people"])),
        "targeting": SPEC | {"age_min": draw(st.integers(min_value=19, max_value=30))},
    }
    if is_new:
        budget = draw(st.floats(min_value=25, max_value=90))
        row |= {"daily_budget": budget, "expected_revenue_30d": 60 * budget}
    flaw = draw(st.none() | st.sampled_from(list(FLAWS)))
    return row | (FLAWS[flaw] if flaw else {})


@settings(max_examples=15, deadline=None)
@given(rows=st.lists(any_candidate(), min_size=1, max_size=12))
def test_whatever_the_candidates_the_chosen_agree_with_each_other_and_the_account(rows):
    found = chosen(*rows)
    of_adsets, new = found[found["table"] == "adset"], found[found["table"] == "audience"]
    # no ad set twice, no set-up twice
    assert not of_adsets["adset_ids"].explode().duplicated().any()
    assert not new["targeting"].map(str).duplicated().any()
    # by gain times confidence
    for part in (of_adsets, new):
        score = (part["gain_30d"] * part["confidence"]).to_numpy()
        assert (np.diff(score) <= 1e-9).all()
        assert part["rank"].tolist() == list(range(1, len(part) + 1))
    # within the limits
    limits = SETTINGS.limits
    assert new["daily_budget"].sum() <= SETTINGS.budgets.largest_share_together * 600 + 0.01
    assert len(new) <= limits.audience_rows
    assert (of_adsets["recommendation_type"] != "scale").sum() <= limits.adset_rows
    assert (found["confidence"] >= limits.min_confidence).all()
    assert (found["gain_30d"] >= limits.min_gain_share * 36_000).all()
    # nothing that a detector flags or the account does not do
    assert not flagged(found, ACCOUNT, PARAMETERS).any()
    for spec in found["targeting"]:
        assert [item["id"] for item in spec["excluded_custom_audiences"]] == [BUYERS]
        assert set(spec["geo_locations"]["countries"]) <= {"CA", "GB", "US"}
        assert "locales" not in spec
        assert "publisher_platforms" not in spec


def test_where_no_ad_set_says_its_targeting_one_can_still_be_scaled():
    untold = ACCOUNT["stg_meta__adsets"].assign(targeting=None)
    row = SOUND | {"recommendation_type": "scale", "targeting": None}
    assert len(chosen(row, account={**ACCOUNT, "stg_meta__adsets": untold})) == 1


@given(
    mean=st.floats(min_value=0.01, max_value=200),
    chance=st.floats(min_value=0.01, max_value=0.5),
)
def test_fewer_than_the_quantile_come_more_seldom_than_the_chance(mean, chance):
    [few] = poisson_quantile(np.array([mean]), chance).tolist()
    logs = [count * math.log(mean) - mean - math.lgamma(count + 1) for count in range(few + 1)]
    chances = [math.exp(log) for log in logs]
    assert sum(chances[:-1]) < chance + 1e-9
    assert sum(chances) >= chance - 1e-9


def test_parts_of_an_amount_add_their_errors_in_squares():
    one = Range(np.array([10.0]), np.array([7.0]), np.array([14.0]))
    other = Range(np.array([5.0]), np.array([1.0]), np.array([8.0]))
    together = one + other
    assert (together.best, together.low, together.high) == (15, 15 - 5, 15 + 5)
    less = one - other
    # down by its own lower end and the other's higher one
    assert less.low == pytest.approx(5 - np.hypot(3, 3))
    assert less.high == pytest.approx(5 + np.hypot(4, 4))
    squared = estimate(lambda part: part**2, one)
    assert (squared.low, squared.high) == (49, 196)


def test_how_likely_an_amount_is_above_0_is_read_from_the_side_of_0():
    amount = Range(*(np.array(end) for end in ([1.0, -1.0, 0.0], [0.0, -9.0, -1.0], [9.0, 0, 1])))
    # 1.2816 standard deviations away, and none
    assert probability(amount) == pytest.approx([0.9, 0.1, 0.5], abs=1e-4)
