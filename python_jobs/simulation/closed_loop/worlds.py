"""The worlds in which policies are compared: how large, of which curve, start and family."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np

from python_jobs.simulation.settings import USUAL_MATURITY, CurveFamily, WorldSettings

Purpose = Literal["tuning", "judging"]
Size = Literal["10", "40", "150", "small"]
Start = Literal["buyer", "random"]
Family = Literal["usual", "outage", "peak", "harm"]

SIZES: tuple[Size, ...] = ("10", "40", "150", "small")
CURVES: tuple[CurveFamily, ...] = ("power", "hill")
STARTS: tuple[Start, ...] = ("buyer", "random")
FAMILIES: tuple[Family, ...] = ("usual", "outage", "peak", "harm")

WARM_UP_DAYS = 84
RUN_DAYS = 56

# Whoever chooses a number looks at tuning worlds alone; the seeds never meet.
FIRST_SEED: dict[Purpose, int] = {"tuning": 5_000, "judging": 90_000}
SEEDS_PER_SIZE = 1_000

# Share of the purchases seen by day since the click: usual, an impulse buy, one that people sleep
# on (65 % and 35 to 40 % on the first day; Venture Beyond, LeadEnforce)
MATURITIES = (
    USUAL_MATURITY,
    (0.65, 0.78, 0.85, 0.90, 0.93, 0.96, 0.98, 1.0),
    (0.38, 0.55, 0.66, 0.74, 0.82, 0.89, 0.95, 1.0),
)
PER_SMALL_CAMPAIGN = 4
SMALL_CAMPAIGNS = 5
DRAW, UNUSUAL = 60, 63  # kinds of random stream, beside those of world and loop

# Outage and peak begin on a day of the run between these two, so that there is a before and an
# after.
EARLIEST, LATEST = 14, 35
OUTAGE_LENGTH, PEAK_LENGTH = 3, 4


@dataclass(frozen=True)
class WorldSpec:
    """Which world. `number` counts from 0 within purpose and size.

    Families: in 'outage' Meta never hears of the purchases of three days; in 'peak' four times the
    usual budget is right on four days; in 'harm' Meta's claims are true and Shopify's last clicks
    favour retargeting.
    """

    purpose: Purpose
    size: Size
    curve: CurveFamily
    start: Start
    number: int
    family: Family = "usual"

    @property
    def seed(self) -> int:
        """Seed of everything random; curves, starts and families share it, and so the luck."""
        if not 0 <= self.number < SEEDS_PER_SIZE:
            raise ValueError(f"number is {self.number}; it must be from 0 to {SEEDS_PER_SIZE - 1}")
        return FIRST_SEED[self.purpose] + SEEDS_PER_SIZE * SIZES.index(self.size) + self.number


def draw_settings(spec: WorldSpec) -> WorldSettings:
    """Draw an account. Ranges surround the defaults of `WorldSettings`, which name sources.

    'small' accounts have five campaigns of four ad sets, each campaign with its own budget.
    """
    rng = np.random.default_rng([spec.seed, DRAW])
    maturity = MATURITIES[int(rng.integers(len(MATURITIES)))]
    shape: dict[str, Any] = (
        {"ad_sets": int(spec.size)}
        if spec.size != "small"
        else {
            "ad_sets": SMALL_CAMPAIGNS * PER_SMALL_CAMPAIGN,
            "ad_sets_per_campaign": PER_SMALL_CAMPAIGN,
            "campaign_budget_share": 1.0,
        }
    )

    def between(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    usual = WorldSettings(
        seed=spec.seed,
        curve=spec.curve,
        # any season: eight weeks may hold a Christmas or none
        first_day=date(2026, 1, 1) + timedelta(days=int(rng.integers(365))),
        dispersion=between(0.30, 0.50),
        saturation=between(0.80, 1.20),
        fatigue=between(0.60, 1.40),
        utm_share=(between(0.40, 0.80),) * 4,
        # retargeting alone: 40 to 70 % below what is reported in lift tests (Haus) is the upper end
        over_claim=(0.0, 0.0, 0.0, between(0.0, 0.9)),
        maturity=maturity,
        jump_rate=between(0.001, 0.006),
        drift=between(0.015, 0.040),
        day_shock=between(0.06, 0.18),
        ad_set_shock=between(0.10, 0.20),
        weekday_spread=between(0.03, 0.12),
        **shape,
    )
    return replace(usual, **_unusual(spec))


def _unusual(spec: WorldSpec) -> dict[str, Any]:
    """Return in which settings a family's world differs from the usual one of its number."""
    rng = np.random.default_rng([spec.seed, UNUSUAL])
    first = WARM_UP_DAYS + int(rng.integers(EARLIEST, LATEST, endpoint=True))
    families: dict[Family, dict[str, Any]] = {
        "usual": {},
        "outage": {"outage_days": tuple(range(first, first + OUTAGE_LENGTH))},
        "peak": {"peak_days": tuple(range(first, first + PEAK_LENGTH))},
        # ids on a fifth of the orders: half of that for prospecting, half more for retargeting
        "harm": {"over_claim": (0.0,) * 4, "utm_share": (0.1, 0.1, 0.1, 0.3)},
    }
    return families[spec.family]
