"""Which parameters a customer's data can tell, each from what and how.

One that the data cannot tell is not here; docs/parameters-from-data.md says why.
"""

from collections.abc import Callable
from dataclasses import dataclass

USUAL_SPREAD = 0.35
"""standard deviation of ln(ROAS) that the default bands are made for"""
USUAL_FATIGUE = 0.43
"""exponent that default frequencies are made for: P(click) ~ (exposures + 1)^-0.43, by Meta"""
DUE_TO_JUDGE = 3
"""purchases that were due: none of them by chance is e^-3"""


@dataclass(frozen=True)
class Derivation:
    """How one parameter follows from one measure."""

    parameter: str
    """dotted path"""
    measure: str
    """key of MEASURES"""
    value: Callable[[float, float], float]
    """of the measure and the default, the derived value before the schema's range holds it"""
    formula: str
    """the same in words, for the file"""
    is_only_lowered: bool = False
    """the measure is known to err toward values above the default"""


def _band(parameter: str, measure: str) -> Derivation:
    """Keep a band as many standard deviations from the account's mean as the default is."""
    return Derivation(
        parameter,
        measure,
        lambda spread, default: _power(default, spread / USUAL_SPREAD),
        f"default ^ (spread / {USUAL_SPREAD})",
    )


def _frequency(parameter: str) -> Derivation:
    """Find where the customer's clicks have fallen as far as usual ones have at the default.

    Frequency of 7 days leaves out what people saw before, so that clicks seem to fall less with it
    than they do: a frequency above the default may be nothing but that.
    """
    return Derivation(
        parameter,
        "exponent of clicks on frequency",
        lambda exponent, default: 2 * _power((default + 1) / 2, USUAL_FATIGUE / exponent) - 1,
        f"2 * ((default + 1) / 2) ^ ({USUAL_FATIGUE} / exponent) - 1",
        is_only_lowered=True,
    )


def _power(base: float, exponent: float) -> float:
    """Raise to a power, beyond any range instead of to an overflow."""
    return float(base ** min(exponent, 100.0))


BUDGET_SIDE: tuple[Derivation, ...] = (
    Derivation(
        "gradient_config.full_strength_at",
        "spread of ln(ROAS)",
        lambda spread, _: spread,
        "the spread",
    ),
    _band("decision_rules.excellent.min_roas_index", "spread of ln(ROAS)"),
    _band("decision_rules.high.min_roas_index", "spread of ln(ROAS)"),
    _band("decision_rules.declining.max_roas_index_uncertain", "spread of ln(ROAS)"),
    _band("decision_rules.efficiency.max_cpa_ratio", "spread of ln(CPA)"),
    _band("decision_rules.efficiency.min_cpa_ratio_to_cut", "spread of ln(CPA)"),
    _band("decision_rules.efficiency.min_cvr_ratio", "spread of ln(conversion rate)"),
    _band("decision_rules.efficiency.max_cvr_ratio_to_cut", "spread of ln(conversion rate)"),
    Derivation(
        "evidence.interval_spread",
        "variation of order values",
        lambda variation, _: 1 + variation**2,
        "1 + variation^2",
    ),
    Derivation(
        "safety_rules.learning_min_conversions",
        "conversions with which learning ends",
        lambda events, _: events,
        "the conversions",
    ),
    _frequency("health_score_config.frequency_watch"),
    _frequency("decision_rules.volume.min_frequency"),
)
AUDIENCE_SIDE: tuple[Derivation, ...] = (
    Derivation(
        "detectors.learning.events_a_week",
        "conversions with which learning ends",
        lambda events, _: events,
        "the conversions",
    ),
    Derivation(
        "detectors.budgets.no_purchase_spend",
        "cost of a purchase",
        lambda cost, _: DUE_TO_JUDGE * cost,
        f"{DUE_TO_JUDGE} costs: with so many due, none is chance once in 20 times (Poisson)",
    ),
    _frequency("detectors.audiences.frequency_cold"),
    _frequency("detectors.audiences.frequency_warm"),
)
DERIVATIONS = (*BUDGET_SIDE, *AUDIENCE_SIDE)
