"""The accounts by which the audience side is judged: how large, and what is planted in them."""

from dataclasses import dataclass
from typing import Literal

from python_jobs.simulation.audience.spec import AudienceSpec, Plant

Purpose = Literal["tuning", "judging"]

# Whoever mends a detector looks at tuning accounts alone; the seeds never meet.
FIRST_SEED: dict[Purpose, int] = {"tuning": 61_000, "judging": 113_000}
CLEAN_FROM = 500  # clean accounts are numbered from here on within a purpose

SIZES = (30, 40, 50)
CLEAN_SIZES = (10, 20, 30, 44, 60)
# of the true effect over the threshold: one that is none yet, and three to be found
STRENGTHS = (1.6, 2.0, 2.5, 0.75)

# Plants that leave each other alone
GROUPS: tuple[tuple[str, ...], ...] = (
    (
        "too_many_ad_sets",
        "budget_below_cpa",
        "learning_stuck",
        "edits_reset_learning",
        "no_purchases",
        "stale_creatives",
        "name_breaks_pattern",
    ),
    (
        "frequency_too_high",
        "audience_too_narrow",
        "audience_too_broad",
        "overlapping_audiences",
        "buyers_not_excluded",
        "tight_lookalike",
    ),
    (
        "retargeting_reaches_buyers",
        "wrong_optimization_event",
        "mixed_countries",
        "mixed_languages",
        "one_creative_carries",
        "too_many_ads",
        "false_winner",
    ),
    (
        "bound_beside_underspender",
        "placement_leak",
        "placements_switched_off",
        "mixed_attribution",
    ),
    (
        "under_delivery",
        "age_gender_split_by_hand",
        "duplicate_ad_sets",
        "on_off_switching",
        "minimums_bind_campaign",
        "reacted_to_immature_days",
    ),
    (
        "retargeting_overfunded",
        "retargeting_over_credited",
        "dead_but_active",
        "throttled_by_bid",
    ),
    ("prospecting_underfunded", "age_gender_cut_contradicted", "creative_audience_effect"),
    ("segment_over_credited", "segment_with_room", "mixed_budget_levels", "spends_past_end"),
    ("value_goal_unused",),
)


@dataclass(frozen=True)
class AccountSpec:
    """Which account. `number` counts from 0 within purpose, planted and clean apart."""

    purpose: Purpose
    is_planted: bool
    number: int

    @property
    def seed(self) -> int:
        """Seed of everything random."""
        if not 0 <= self.number < CLEAN_FROM:
            raise ValueError(f"number is {self.number}; it must be from 0 to {CLEAN_FROM - 1}")
        first = FIRST_SEED[self.purpose]
        return first + self.number + (0 if self.is_planted else CLEAN_FROM)

    @property
    def strength(self) -> float:
        """What is planted, over the threshold: each group once with each, then again."""
        return STRENGTHS[self.number // len(GROUPS) % len(STRENGTHS)]


def audience_spec(spec: AccountSpec) -> AudienceSpec:
    """Return the account to be made."""
    if not spec.is_planted:
        return AudienceSpec(seed=spec.seed, ad_sets=CLEAN_SIZES[spec.number % len(CLEAN_SIZES)])
    group = GROUPS[spec.number % len(GROUPS)]
    return AudienceSpec(
        seed=spec.seed,
        ad_sets=SIZES[spec.number // len(GROUPS) % len(SIZES)],
        plants=tuple(Plant(kind, spec.strength) for kind in group),
    )
