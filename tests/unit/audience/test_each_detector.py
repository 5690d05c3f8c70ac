"""Every detector speaks of an entity made by hand, with the numbers written there, and no other."""

import pytest
from detector_cases import CASES, SOUND, frames, frames_without

from python_jobs.audience.detectors.catalogue import DETECTORS
from python_jobs.audience.detectors.evaluate import coverage, findings
from python_jobs.decisions.rules.catalogue import default_parameters
from python_jobs.decisions.rules.condition import columns_read

PARAMETERS = default_parameters()
each_detector = pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.detector_id)


def found(detector, **changes):
    """What one detector finds."""
    return findings(frames(detector.level, **changes), PARAMETERS, [detector])


def test_there_is_a_case_for_every_detector():
    assert list(CASES) == [detector.detector_id for detector in DETECTORS]


def test_what_is_set_up_well_is_left_alone():
    assert findings(frames("account"), PARAMETERS).empty


@each_detector
def test_it_speaks_with_the_numbers_calculated_by_hand(detector):
    case = CASES[detector.detector_id]
    [finding] = found(detector, **case.speaks).to_dict("records")
    assert finding["evidence"] == case.evidence
    assert finding["severity"] == (case.severity or detector.severity)
    assert finding["entity_level"] == detector.level
    assert 0 < finding["confidence"] <= 1
    assert "unknown" not in finding["fix"] + finding["what_would_change_our_mind"]
    money = [finding[name] for name in ("money_low", "money_at_stake", "money_high")]
    assert money == pytest.approx(case.money or [float("nan")] * 3, nan_ok=True)


@each_detector
def test_it_does_not_speak_just_across_any_of_its_thresholds(detector):
    case = CASES[detector.detector_id]
    for miss in case.misses:
        assert found(detector, **case.speaks | miss).empty, miss


@each_detector
def test_every_column_it_asks_for_has_a_miss(detector):
    asked = [detector.applies, detector.screen, detector.condition]
    missed = {name for miss in CASES[detector.detector_id].misses for name in miss}
    if detector.test is not None and hasattr(detector.test, "log_error"):
        missed_error = set(columns_read(detector.test.log_error)) & missed
        assert missed_error or detector.detector_id == "too_many_ad_sets"
    allowed = {"frequency_7d_low", "reach_low_28d", "excludes_buyers"}  # other ways to speak
    assert {name for part in asked for name in columns_read(part)} - missed - allowed == set()


@each_detector
def test_without_its_data_it_says_so(detector):
    speaks = CASES[detector.detector_id].speaks
    for column in detector.needs:
        inputs = frames_without(detector.level, column, speaks)
        [covered] = coverage(inputs, PARAMETERS, [detector]).to_dict("records")
        assert covered["status"] == f"no data: {detector.data}", column
        assert covered["findings"] == 0


# the other ways to speak, of detectors that have alternatives
@pytest.mark.parametrize(
    ("detector_id", "changes"),
    [
        ("frequency_too_high", {"frequency_7d": 3.0, "frequency_7d_low": 3.0}),
        (
            "frequency_too_high",
            {"funnel": "buyers", "frequency_7d": 7.0, "frequency_7d_low": 7.0},
        ),
        ("audience_too_narrow", {"reach_low_28d": 1_000_000.0}),
        ("audience_too_narrow", {"funnel": "buyers", "audience_size_high": 999.0}),
        ("retargeting_reaches_buyers", {"funnel": "retargeting", "excludes_buyers": 0.0}),
        ("one_creative_carries", {"running_ads": 2.0}),
        (
            "learning_stuck",
            {
                "conversions_7d": 20.0,
                "events_a_week": 30.0,
                "campaign_running_adsets": 1.0,
                "campaign_events_a_week": 30.0,
            },
        ),
        (
            "mixed_countries",
            {
                "country_count": 2.0,
                "country_pairs": 1.0,
                "country_roas_ratio": 1.1,
                "country_cpm_ratio": 2.5,
            },
        ),
    ],
)
def test_alternatives(detector_id, changes):
    [detector] = [one for one in DETECTORS if one.detector_id == detector_id]
    [finding] = found(detector, **changes).to_dict("records")
    assert finding["confidence"] == 1.0


def test_a_mistake_that_its_fix_does_not_mend_is_not_severe():
    """At 20 a purchase and 50 a week one ad set takes 142.86 a day: at 130 merging brings none."""
    [detector] = [one for one in DETECTORS if one.detector_id == "too_many_ad_sets"]
    for daily_budget, severity in ((300.0, "high"), (145.0, "high"), (130.0, "medium")):
        [finding] = found(detector, running_adsets=6.0, daily_budget=daily_budget).to_dict(
            "records"
        )
        assert finding["severity"] == severity


def test_every_column_is_in_the_inputs():
    assert {(one.level, name) for one in DETECTORS for name in one.columns} <= {
        (level, name) for level, sound in SOUND.items() for name in sound
    }


NOT_ASKED_OF_ADVANTAGE = (
    "too_many_ad_sets",
    "audience_too_narrow",
    "audience_too_broad",
    "buyers_not_excluded",
    "retargeting_reaches_buyers",
    "tight_lookalike",
    "age_gender_split_by_hand",
    "age_gender_cut_contradicted",
    "placements_switched_off",
    "placement_leak",
    "one_creative_carries",
    "too_many_ads",
)


@pytest.mark.parametrize("detector_id", NOT_ASKED_OF_ADVANTAGE)
def test_advantage_campaigns_are_judged_as_campaigns(detector_id):
    [detector] = [one for one in DETECTORS if one.detector_id == detector_id]
    speaks = CASES[detector_id].speaks
    assert found(detector, **speaks | {"is_advantage_campaign": True}).empty


@pytest.mark.parametrize("detector_id", ["overlapping_audiences", "duplicate_ad_sets"])
def test_without_targeting_there_are_no_pairs_and_that_is_said(detector_id):
    [detector] = [one for one in DETECTORS if one.detector_id == detector_id]
    inputs = frames("adset")
    inputs["adset_pair"] = inputs["adset_pair"].iloc[:0]
    assert coverage(inputs, PARAMETERS, [detector])["status"].tolist() == ["nothing to check"]
    inputs["adset"]["setup_source"] = "name"
    assert coverage(inputs, PARAMETERS, [detector])["status"].tolist() == [
        f"no data: {detector.data}"
    ]
