"""The engine with one part taken out, or not followed in all it says: what each part is worth."""

from dataclasses import dataclass, field
from typing import Any

WHOLE = "engine"
WITHOUT_SHOPIFY = "without Shopify"
TEN_LARGEST = "ten largest changes"
ANY_CHANGE = "any change"
UNTOLD = "untold of the peak"
MODIFIERS = (
    "gradient_config",
    "trend_config",
    "health_score_config",
    "budget_relative_config",
    "sample_size_config",
    "time_weighted_smoothing",
)


@dataclass(frozen=True)
class Variant:
    """How an engine differs from the one that is judged."""

    changes: dict[str, Any] = field(default_factory=dict)
    """parameters and their values"""
    rules_only: bool = False
    """marginal returns are ignored"""
    carried_out: int | None = None
    """so many of the largest changes of a decision, in money; None: all"""
    told: bool = True
    """of a peak that is coming"""


# a share of 0 takes whatever a rule or an earlier modifier said out of the factor
RULES_OFF = {
    "budget_relative_config.enabled": True,
    "budget_relative_config.small_strength": 0.0,
    "budget_relative_config.large_strength": 0.0,
    "sample_size_config.enabled": False,
    "time_weighted_smoothing.enabled": False,
}
VARIANTS: dict[str, Variant] = {
    WHOLE: Variant(),
    "without maturity": Variant(
        {"maturity.share_visible_by_age": [1.0] * 8, "maturity.min_purchases": 1_000_000}
    ),
    WITHOUT_SHOPIFY: Variant({"evidence.shopify_weight": 0.0}),
    # as little as the allowed ranges leave of it
    "without shrinkage": Variant(
        {"evidence.prior_variance": 2.0, "evidence.prior_variance_units": 100}
    ),
    "without delivery limits": Variant({"evidence.limited_below": 0.01}),
    "without trends": Variant({"evidence.click_weight": 0.0, "trend_config.enabled": False}),
    "one elasticity": Variant(
        {
            f"evidence.elasticity.{kind}": 0.75
            for kind in ("broad", "interest", "lookalike", "retargeting", "unknown")
        }
    ),
    "constant elasticity": Variant({"evidence.elasticity_decline": 0.0}),
    "without modifiers": Variant({f"{name}.enabled": False for name in MODIFIERS}),
    **{f"without {name}": Variant({f"{name}.enabled": False}) for name in MODIFIERS},
    ANY_CHANGE: Variant({"effort.round_to": None, "effort.min_change_pct": 0}),
    "rules off": Variant(RULES_OFF),
    "rules only": Variant(rules_only=True),
}
ENGINES: dict[str, Variant] = {
    **VARIANTS,
    TEN_LARGEST: Variant(carried_out=10),
    UNTOLD: Variant(told=False),
}
