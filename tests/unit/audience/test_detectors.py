"""What holds for all detectors together: false discoveries, shared money, and the catalogue."""

import re

import numpy as np
import pandas as pd
import pytest
import yaml
from detector_cases import ADSET, SOUND, frames
from hypothesis import given, settings
from hypothesis import strategies as st

from python_jobs.audience.detectors.catalogue import DETECTORS, catalogue_rows
from python_jobs.audience.detectors.evaluate import findings
from python_jobs.audience.detectors.money import share_losses
from python_jobs.audience.detectors.reference import ABOUT, PAGE, page
from python_jobs.audience.relations import CATALOGUE
from python_jobs.config.paths import field_schema, key_paths
from python_jobs.decisions.rules.catalogue import default_parameters

PARAMETERS = default_parameters()
TESTED = [detector for detector in DETECTORS if detector.test]
MODELS = PAGE.parents[1] / "models" / "audience"


def many(count, **columns):
    """Sound ad sets by number, with columns of arrays."""
    made = frames("adset")
    rows = pd.DataFrame([ADSET] * count).astype({"adset_name": object})
    made["adset"] = rows.assign(adset_id=[f"a{number}" for number in range(count)], **columns)
    return made


def test_of_pure_chance_hardly_a_run_reports_anything():
    """With nothing true a finding is a false one: at most 10 % of runs may hold any.

    In each of 15 runs 40 ad sets whose clicks on other ads buy exactly as often as those on the ad
    shown most, and whose order counts are the account's: the figures differ by their errors alone.
    """
    draw = np.random.default_rng(6)
    runs, with_findings = 15, 0
    for _ in range(runs):
        count = 40
        inputs = many(
            count,
            top_ad_impression_ratio=3.0,
            top_ad_purchase_log_error=0.4,
            others_conversion_ratio=np.exp(draw.normal(0, 0.4, count)),
            funnel="retargeting",
            order_index_log_error=0.5,
            order_index=np.exp(draw.normal(0, 0.5, count)),
        )
        with_findings += not findings(inputs, PARAMETERS, TESTED).empty
    # 10 % of 15 and two standard deviations of such a count
    assert with_findings <= 1.5 + 2 * np.sqrt(15 * 0.1 * 0.9)


def test_true_effects_are_found_among_chance_and_few_others():
    """Ten of 200 ad sets where clicks on the other ads buy 2.5 times as often, 4.6 errors."""
    draw = np.random.default_rng(7)
    truth = np.repeat([2.5, 1.0], [10, 190])
    inputs = many(
        200,
        top_ad_impression_ratio=3.0,
        top_ad_purchase_log_error=0.2,
        others_conversion_ratio=truth * np.exp(draw.normal(0, 0.2, 200)),
    )
    found = set(findings(inputs, PARAMETERS)["entity_id"])
    true_ones = {f"a{number}" for number in range(10)}
    assert len(found & true_ones) >= 9
    assert len(found - true_ones) <= 2


def test_the_more_is_tested_the_surer_a_finding_must_be():
    """ln 1.6 / 0.2 = 2.35 errors, chance 0.9 %: enough among few tests, not among 100."""
    ratio = np.array([1.6, *[1.0] * 99])
    chances = {"top_ad_impression_ratio": 3.0, "top_ad_purchase_log_error": 0.2}
    alone = many(1, others_conversion_ratio=ratio[:1], **chances)
    among = many(100, others_conversion_ratio=ratio, **chances)
    assert findings(alone, PARAMETERS)["detector_id"].tolist() == ["false_winner"]
    assert findings(among, PARAMETERS).empty


def claims(amounts):
    """Findings with these amounts, in turn of ad sets a and b, a pair, campaign k and account 1."""
    turns = [
        ("adset", "a"),
        ("adset", "b"),
        ("adset_pair", "a+b"),
        ("campaign", "k"),
        ("account", "1"),
    ]
    rows = [
        {
            "entity_level": turns[place % 5][0],
            "entity_id": turns[place % 5][1],
            "cause": ["learning", "segment", "audience"][place % 3],
            "money_at_stake": amount,
            "money_low": amount / 2,
            "money_high": amount * 2,
        }
        for place, amount in enumerate(amounts)
    ]
    return pd.DataFrame(rows)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=15))
def test_money_at_stake_is_never_more_than_what_was_spent(amounts):
    inputs = frames("adset")  # a spends 3,000, b 21,000 in campaign other, c 6,000 in campaign k
    shared = share_losses(claims(amounts), inputs)
    money = shared["money_at_stake"]
    assert money.sum() <= 30_000 * (1 + 1e-9)
    for entity_id, spend in (("a", 3000), ("b", 21_000)):
        assert money[shared["entity_id"] == entity_id].sum() <= spend * (1 + 1e-9)
    assert (money <= np.array(amounts) * (1 + 1e-9)).all()
    assert (shared["money_low"] <= money + 1e-9).all()
    assert (money <= shared["money_high"] + 1e-6).all()


def test_findings_of_one_cause_share_the_largest_of_their_claims():
    """Both of cause learning claim 750 and 250 of a's 3,000: together 750, as 562.50 and 187.50.

    Another cause's 3,000 claim all that was spent: all three are cut to 3,000 / 3,750 of it.
    """
    rows = claims([750, 0, 0, 0, 0, 0, 0, 0, 0, 0, 250.0, 0, 0, 0, 0, 3000.0])
    rows = rows[rows["money_at_stake"] > 0].assign(
        entity_level="adset", entity_id="a", cause=["learning", "learning", "segment"]
    )
    shared = share_losses(rows.iloc[:2].reset_index(drop=True), frames("adset"))
    assert shared["money_at_stake"].tolist() == pytest.approx([562.5, 187.5])
    all_three = share_losses(rows.reset_index(drop=True), frames("adset"))
    assert all_three["money_at_stake"].tolist() == pytest.approx([450, 150, 2400])


def test_a_campaign_claims_of_its_ad_sets_what_they_spend():
    """900 of campaign k: 300 of a, which spent 3,000 of 9,000 and where another claims all."""
    rows = claims([0, 0, 0, 900.0, 0, 3000.0]).assign(cause=list("abcdef"))
    shared = share_losses(rows, frames("adset"))
    # a: 3,000 / 3,300 of both; c: the campaign's 600 whole
    assert shared["money_at_stake"].tolist()[3::2] == pytest.approx([600 + 300 / 1.1, 3000 / 1.1])


def test_findings_are_ranked_by_money_times_confidence():
    inputs = frames(
        "adset",
        excludes_buyers=0.0,
        is_usual_writing=0.0,
        spend_past_end_30d=40.0,
        ends_on=pd.Timestamp("2026-03-01"),
    )
    found = findings(inputs, PARAMETERS)
    # 150, 40, none
    assert found["detector_id"].tolist() == [
        "buyers_not_excluded",
        "spends_past_end",
        "name_breaks_pattern",
    ]


def test_at_least_30_detectors_each_with_its_own_words():
    assert len(DETECTORS) >= 30
    for name in ("detector_id", "what", "evidence"):
        assert len({getattr(detector, name) for detector in DETECTORS}) == len(DETECTORS)
    for detector in DETECTORS:
        assert re.fullmatch(r"[A-Z].*\.", detector.what), detector.detector_id
        assert not re.search(r"[.!?] [A-Z]", detector.what), detector.detector_id
        assert 1 <= detector.falsified_in_days <= 90


def test_every_parameter_of_the_detectors_is_read():
    """By a declaration, by the wording, or by the SQL that prepares what detectors compare."""
    sql = "".join(file.read_text() for file in MODELS.glob("detector_*.sql"))
    declared = {".".join(path) for path in key_paths() if path[0] == "detectors"}
    read = {path for detector in DETECTORS for path in detector.parameters}
    read |= {path for path in declared if f"'{path}'" in sql}
    assert declared - read == {"detectors.reporting.false_discovery_rate"}
    for path in read:
        assert field_schema(tuple(path.split(".")))["type"] in ("number", "integer")


@pytest.mark.parametrize("level", SOUND)
def test_every_column_is_in_the_models(level):
    file = MODELS / f"detector_inputs_{'pair' if level == 'adset_pair' else level}.yml"
    [model] = yaml.safe_load(file.read_text())["models"]
    columns = {column["name"] for column in model["columns"]}
    read = {name for one in DETECTORS if one.level == level for name in one.columns}
    assert (read | set(SOUND[level])) - columns == set()


def test_the_table_says_what_a_detector_is():
    rows = {row["detector_id"]: row for row in catalogue_rows()}
    assert all(list(row) == list(CATALOGUE) for row in rows.values())
    leak = rows["placement_leak"]
    assert leak["applies_to"] == "is_active == 1 and is_advantage_campaign == 0"
    assert leak["screen"] == "network_share >= detectors.segments.network_share"
    assert leak["condition"] == "network_cpa_ratio >= detectors.segments.network_cpa"
    assert leak["test"] == "network_cpa_ratio above 1"
    assert leak["formula"] == "network_spend_30d * (1 - 1 / effect)"
    assert rows["dead_but_active"]["test"] is None
    assert rows["dead_but_active"]["formula"] is None
    assert rows["no_purchases"]["test"] == "no purchase of spend / account_cpa expected"


def test_the_page_is_up_to_date():
    assert PAGE.read_text() == page(), "run: python -m python_jobs.audience.detectors.reference"


def test_the_page_has_every_detector():
    headings = re.findall(r"^#+ (.*)$", page(), flags=re.MULTILINE)
    assert {detector.detector_id for detector in DETECTORS} | set(ABOUT) <= set(headings)
