"""The six modifiers: each takes a rule's factor and what is known of a holder and shifts it.

All of them never fall when a holder's ROAS rises at equal spend, so that more evidence in favour
never lowers a budget. What is unknown (NaN) changes nothing. All arrays have one value per holder.
"""

import numpy as np

from python_jobs.config.decision_schema import (
    BudgetRelativeConfig,
    GradientConfig,
    HealthScoreConfig,
    SampleSizeConfig,
    TimeWeightedSmoothing,
    TrendConfig,
)
from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import Bools, Floats, known_or
from python_jobs.decisions.table import Table

SMALLEST_FACTOR = 1e-6
"""Scaling must not turn a factor negative; limits decide long before."""


def modified_factors(
    rule_factor: Floats, keep: Bools, holders: Table, parameters: Parameters
) -> dict[str, Floats]:
    """Apply all six in their order.

    Args:
        rule_factor: The rule's factor, 1 = no change.
        keep: Holders whose rule fixes the budget: their factor stays as the rule has it.
        holders: Columns of `decision_inputs`.
        parameters: All settings.

    Returns:
        The factor after each modifier, by output column, in the order of application.

    """
    log_roas_index = holders.logarithms("roas_index")
    log_click_index = holders.logarithms("click_index")
    after: dict[str, Floats] = {}
    after["factor_after_gradient"] = factor = gradient(
        rule_factor, log_roas_index, parameters.gradient_config
    )
    after["factor_after_trend"] = factor = trend(factor, log_click_index, parameters.trend_config)
    after["factor_after_health_score"] = factor = health_score(
        factor,
        log_roas_index=log_roas_index,
        log_click_index=log_click_index,
        utilization=holders.floats("budget_utilization_7d"),
        frequency=holders.floats("frequency_7d_high"),
        config=parameters.health_score_config,
    )
    after["factor_after_budget_relative"] = factor = budget_relative(
        factor, holders.floats("budget_share"), parameters.budget_relative_config
    )
    after["factor_after_sample_size"] = factor = sample_size(
        factor, holders.floats("expected_purchases"), parameters.sample_size_config
    )
    after["factor_after_smoothing"] = smoothing(
        factor,
        log_recent=holders.logarithms("roas_recent"),
        log_base=holders.logarithms("roas_base"),
        log_long=holders.logarithms("roas_long"),
        log_projected=holders.logarithms("projected_roas"),
        config=parameters.time_weighted_smoothing,
    )
    return {name: np.where(keep, rule_factor, factor) for name, factor in after.items()}


def gradient(factor: Floats, log_roas_index: Floats, config: GradientConfig) -> Floats:
    """Let a rule act in full only far from the account's ROAS.

    A raise looks at how far ROAS is above the account's, a cut at how far below.
    """
    if not config.enabled:
        return factor
    distance = np.where(factor > 1, 1.0, -1.0) * log_roas_index / config.full_strength_at
    strength = config.min_strength + (1 - config.min_strength) * np.clip(distance, 0, 1)
    return _scaled(factor, strength)


def trend(factor: Floats, log_click_index: Floats, config: TrendConfig) -> Floats:
    """Raise or lower with the clicks of the last week: they move before purchases do."""
    if not config.enabled:
        return factor
    shift = np.exp(config.click_strength * log_click_index)
    return factor * _shift_within(shift, config.max_adjustment)


def health_score(
    factor: Floats,
    *,
    log_roas_index: Floats,
    log_click_index: Floats,
    utilization: Floats,
    frequency: Floats,
    config: HealthScoreConfig,
) -> Floats:
    """Raise or lower by a score from -1 to 1.

    ROAS and clicks count (x - 1) / (x + 1) for an index x; the unspent share of the budget and
    frequency above the watched one count against a holder, never for it.
    """
    weights = config.weights
    weight = weights.roas + weights.click + weights.delivery + weights.frequency
    if not config.enabled or weight == 0:
        return factor
    score = (
        weights.roas * known_or(np.tanh(log_roas_index / 2), otherwise=0)
        + weights.click * known_or(np.tanh(log_click_index / 2), otherwise=0)
        + weights.delivery * known_or(np.clip(utilization, 0, 1) - 1, otherwise=0)
        + weights.frequency
        * known_or(config.frequency_watch / np.maximum(frequency, config.frequency_watch) - 1, 0)
    ) / weight
    return factor * (1 + config.max_adjustment * score)


def budget_relative(factor: Floats, budget_share: Floats, config: BudgetRelativeConfig) -> Floats:
    """Move holders of a large part of the account's money with more care than small ones."""
    if not config.enabled:
        return factor
    strength = np.interp(
        budget_share,
        [config.small_share, config.large_share],
        [config.small_strength, config.large_strength],
    )
    return _scaled(factor, strength)


def sample_size(factor: Floats, expected_purchases: Floats, config: SampleSizeConfig) -> Floats:
    """Take small steps on little evidence.

    Evidence is what the spend would have bought at the account's rate: it does not depend on how
    well the holder sold, so that a bad one is believed as early as a good one.
    """
    if not config.enabled:
        return factor
    known = np.clip(expected_purchases / config.full_confidence_purchases, 0, 1)
    return _scaled(factor, config.min_strength + (1 - config.min_strength) * known)


def smoothing(
    factor: Floats,
    *,
    log_recent: Floats,
    log_base: Floats,
    log_long: Floats,
    log_projected: Floats,
    config: TimeWeightedSmoothing,
) -> Floats:
    """Lean toward what the rolling windows agree on: their weighted geometric mean of ROAS."""
    if not config.enabled:
        return factor
    weights = (config.recent_weight, config.base_weight, config.long_weight)
    logs = (log_recent, log_base, log_long)
    total = sum(
        weight * np.isfinite(log).astype(float) for weight, log in zip(weights, logs, strict=True)
    )
    mean = sum(weight * known_or(log, 0) for weight, log in zip(weights, logs, strict=True))
    mean = np.divide(mean, total, out=np.full(len(factor), np.nan), where=total > 0)
    shift = np.exp(config.strength * (mean - log_projected))
    return factor * _shift_within(shift, config.max_adjustment)


def _scaled(factor: Floats, strength: Floats) -> Floats:
    """Scale the distance from 1."""
    return np.maximum(1 + (factor - 1) * known_or(strength, otherwise=1), SMALLEST_FACTOR)


def _shift_within(shift: Floats, largest: float) -> Floats:
    return known_or(np.clip(shift, 1 - largest, 1 + largest), otherwise=1)
