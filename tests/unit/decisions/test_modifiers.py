"""The six modifiers against values calculated by hand."""

import numpy as np
import pytest
from inputs import holders, no_modifiers, settings

from python_jobs.config.decision_schema import (
    BudgetRelativeConfig,
    GradientConfig,
    HealthScoreConfig,
    HealthWeights,
    SampleSizeConfig,
    TimeWeightedSmoothing,
    TrendConfig,
)
from python_jobs.decisions.arrays import logarithm
from python_jobs.decisions.modifiers import (
    budget_relative,
    gradient,
    health_score,
    modified_factors,
    sample_size,
    smoothing,
    trend,
)
from python_jobs.decisions.table import Table

MISSING = np.nan


def numbers(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


def test_gradient_grows_from_the_least_strength_at_the_account_roas_to_full_strength():
    config = GradientConfig(enabled=True, full_strength_at=float(np.log(2)), min_strength=0.4)
    # at half the distance strength is .4 + .6 / 2 = .7; beyond full distance it stays 1
    index = numbers(1, np.sqrt(2), 2, 5, MISSING)
    raised = gradient(numbers(1.2, 1.2, 1.2, 1.2, 1.2), logarithm(index), config)
    assert raised == pytest.approx([1.08, 1.14, 1.2, 1.2, 1.2])
    cut = gradient(numbers(0.8, 0.8, 0.8, 0.8, 0.8), logarithm(1 / index), config)
    assert cut == pytest.approx([0.92, 0.86, 0.8, 0.8, 0.8])


def test_gradient_sees_no_reason_in_roas_on_the_other_side_of_the_account():
    config = GradientConfig(enabled=True, full_strength_at=float(np.log(2)), min_strength=0.4)
    index = logarithm(numbers(0.5, 2))
    assert gradient(numbers(1.2, 0.8), index, config) == pytest.approx([1.08, 0.92])


def test_trend_is_a_power_of_the_click_index_within_its_largest_shift():
    config = TrendConfig(enabled=True, click_strength=0.5, max_adjustment=0.05)
    # 1.0404 ** .5 = 1.02; 4 ** .5 = 2 and .25 ** .5 = .5 are cut off
    shifted = trend(np.ones(4), logarithm(numbers(1.0404, 4, 0.25, MISSING)), config)
    assert shifted == pytest.approx([1.02, 1.05, 0.95, 1])


def test_health_score_weighs_four_parts():
    config = HealthScoreConfig(
        enabled=True,
        weights=HealthWeights(roas=0.4, click=0.2, delivery=0.2, frequency=0.2),
        max_adjustment=0.05,
        frequency_watch=3,
    )
    # (3-1)/(3+1) = .5, (1/3-1)/(1/3+1) = -.5, .5-1 = -.5, 3/6-1 = -.5:
    # .4 * .5 - .2 * .5 * 3 = -.1, times .05
    one = health_score(
        numbers(1),
        log_roas_index=logarithm(numbers(3)),
        log_click_index=logarithm(numbers(1 / 3)),
        utilization=numbers(0.5),
        frequency=numbers(6),
        config=config,
    )
    assert one == pytest.approx([0.995])


def test_health_score_counts_neither_what_is_unknown_nor_full_delivery_or_low_frequency():
    config = HealthScoreConfig(
        enabled=True,
        weights=HealthWeights(roas=0.4, click=0.2, delivery=0.2, frequency=0.2),
        max_adjustment=0.05,
        frequency_watch=3,
    )
    same = health_score(
        numbers(1.1, 1.1),
        log_roas_index=logarithm(numbers(1, MISSING)),
        log_click_index=logarithm(numbers(1, MISSING)),
        utilization=numbers(1.2, MISSING),
        frequency=numbers(1.5, MISSING),
        config=config,
    )
    assert same == pytest.approx([1.1, 1.1])


def test_budget_relative_goes_evenly_from_small_to_large_holders():
    config = BudgetRelativeConfig(
        enabled=True, large_share=0.25, large_strength=0.7, small_share=0.05, small_strength=1.0
    )
    # in the middle, at .15, strength is .85
    scaled = budget_relative(np.full(4, 1.2), numbers(0.01, 0.15, 0.6, MISSING), config)
    assert scaled == pytest.approx([1.2, 1.17, 1.14, 1.2])


def test_budget_relative_never_turns_a_factor_negative():
    config = BudgetRelativeConfig(
        enabled=True, large_share=0.25, large_strength=2.0, small_share=0.05, small_strength=2.0
    )
    assert budget_relative(numbers(0.2), numbers(0.1), config) > 0


def test_sample_size_goes_evenly_from_no_evidence_to_full_confidence():
    config = SampleSizeConfig(enabled=True, full_confidence_purchases=20, min_strength=0.3)
    scaled = sample_size(np.full(4, 1.2), numbers(0, 10, 40, MISSING), config)
    assert scaled == pytest.approx([1.06, 1.13, 1.2, 1.2])


def test_smoothing_compares_the_weighted_geometric_mean_of_windows_with_projected_roas():
    config = TimeWeightedSmoothing(
        enabled=True,
        recent_weight=0.25,
        base_weight=0.25,
        long_weight=0.5,
        strength=1.0,
        max_adjustment=0.3,
    )
    # 4^.25 * 1^.25 * 2^.5 = 2, over 2, 1.6 and 1 (2 is cut off at 1.3);
    # without the recent one (1^.25 * 2^.5)^(1/.75) = 2^(2/3); without any no change
    shifted = smoothing(
        np.ones(5),
        log_recent=logarithm(numbers(4, 4, 4, MISSING, MISSING)),
        log_base=logarithm(numbers(1, 1, 1, 1, 0)),
        log_long=logarithm(numbers(2, 2, 2, 2, MISSING)),
        log_projected=logarithm(numbers(2, 1.6, 1, 1.6, 2)),
        config=config,
    )
    assert shifted == pytest.approx([1, 1.25, 1.3, 2 ** (2 / 3) / 1.6, 1])


def test_modifiers_follow_one_another_and_leave_alone_what_a_rule_fixes():
    parameters = settings(
        **no_modifiers()
        | {
            "gradient_config": {
                "enabled": True,
                "full_strength_at": float(np.log(2)),
                "min_strength": 0.4,
            },
            "sample_size_config": {
                "enabled": True,
                "full_confidence_purchases": 20,
                "min_strength": 0.3,
            },
        }
    )
    frame = Table(holders(*[{"roas_index": 1.0, "expected_purchases": 10.0}] * 2))
    after = modified_factors(numbers(1.2, 1.2), np.array([False, True]), frame, parameters)
    # gradient: 1 + .2 * .4 = 1.08; sample size: 1 + .08 * .65 = 1.052
    assert [values[0] for values in after.values()] == pytest.approx(
        [1.08, 1.08, 1.08, 1.08, 1.052, 1.052]
    )
    assert all(values[1] == 1.2 for values in after.values())


def test_modifiers_that_are_off_change_nothing():
    after = modified_factors(
        numbers(1.2),
        np.array([False]),
        Table(holders({"roas_index": 0.5, "click_index": 3.0, "expected_purchases": 0.0})),
        settings(**no_modifiers()),
    )
    assert [values[0] for values in after.values()] == [1.2] * 6
