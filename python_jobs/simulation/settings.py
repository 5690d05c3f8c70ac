"""What a simulated ad account is like: one frozen object that checks itself."""

from dataclasses import dataclass, fields
from datetime import date
from itertools import pairwise
from typing import Literal

AUDIENCES = ("broad", "interest", "lookalike", "retargeting")
CurveFamily = Literal["power", "hill"]
ByAudience = tuple[float, float, float, float]  # in the order of AUDIENCES

# Share of a day's final purchases that has happened 0, 1, ... 7 days after the click. Anchors:
# about half within 24 hours (LeadEnforce), 71 % of the final ROAS on day 1 (Venture Beyond).
USUAL_MATURITY = (0.50, 0.66, 0.75, 0.81, 0.87, 0.92, 0.96, 1.0)


@dataclass(frozen=True)
class WorldSettings:
    """An account's size, economics and noise.

    Money is in units of the account currency, shares and standard deviations are fractions, and
    standard deviations are of natural logarithms. Raises ValueError naming the bad field.
    """

    seed: int = 1
    ad_sets: int = 40
    ad_sets_per_campaign: int = 5
    first_day: date = date(2026, 2, 1)

    # money
    median_daily_budget: float = 60.0
    budget_spread: float = 0.7
    order_value: float = 110.0
    order_value_variation: float = 0.7  # coefficient of variation of one order's value
    campaign_budget_share: float = 0.2  # of campaigns: those with their own budget (CBO)

    # response to spend: median e-commerce ROAS is 2.2 (Varos, 2025 and 2026)
    median_roas: float = 2.0
    dispersion: float = 0.40  # of true ROAS over ad sets
    roas_by_audience: ByAudience = (0.95, 1.0, 1.05, 1.0)
    curve: CurveFamily = "power"
    # per cent more revenue for one per cent more spend; public cases: 0.72 and 0.85 (Saxifrage,
    # MetricRig), lower for retargeting pools
    elasticity_by_audience: ByAudience = (0.82, 0.75, 0.75, 0.55)
    elasticity_spread: float = 0.07  # plain standard deviation
    saturation: float = 1.0  # scales 1 - elasticity

    # Chance of a click falls with (exposures + 1) ** -0.43 (research by Meta on ad repetition)
    fatigue: float = 1.0
    fatigue_exponent: float = 0.43

    # what Meta reports against what is true
    maturity: tuple[float, ...] = USUAL_MATURITY
    tracked_share: float = 0.93  # of the caused purchases: those that Meta sees at all
    # purchases that would have come anyway and are claimed, per caused purchase: lift tests put
    # retargeting 40 to 70 % below what is reported (Haus)
    over_claim: ByAudience = (0.0, 0.0, 0.0, 0.9)
    view_share: ByAudience = (0.12, 0.12, 0.15, 0.35)
    # of caused click purchases: orders that carry Meta's ids
    utm_share: ByAudience = (0.6, 0.6, 0.6, 0.6)
    claimed_utm_share: float = 0.2  # of the others: last clicks on an ad that caused nothing

    # delivery
    limited_share: float = 0.25  # ad sets that cannot spend their budget
    overspend_bound: float = 1.75  # Meta help: up to 75 % over on one day, 7 budgets in a week
    spend_noise: float = 0.06
    demand_pull: float = 0.10  # how far a good day also raises delivery

    # time
    weekday_spread: float = 0.07
    season: float = 1.0  # exponent on the yearly pattern; 0 is none
    day_shock: float = 0.12
    ad_set_shock: float = 0.15
    drift: float = 0.03  # per day, slowly pulled back to normal
    jump_rate: float = 0.003  # chance per ad set and day of a lasting change
    jump_size: float = 0.30

    # learning. Meta help: about 50 optimisation events in 7 days; a step above 20 % restarts it
    # by convention of practitioners (Meta gives no number)
    learning_events: int = 50
    learning_days: int = 7
    learning_efficiency: float = 0.80
    learning_noise: float = 1.5
    significant_step: float = 0.20
    # edits of targeting and the like, which restart it too: day number and ad set of each
    other_edits: tuple[tuple[int, int], ...] = ()

    # out of the ordinary, by days since the first day
    outage_days: tuple[int, ...] = ()  # Meta never hears of the purchases made on them
    # demand, and with it delivery, is so high that `peak_size` usual budgets are right
    peak_days: tuple[int, ...] = ()
    peak_size: float = 4.0

    def __post_init__(self) -> None:
        at_least_zero = [f.name for f in fields(self) if f.type is float or f.type is int]
        for name in at_least_zero:
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must not be negative")
        for name in (
            "campaign_budget_share",
            "tracked_share",
            "claimed_utm_share",
            "limited_share",
            "jump_rate",
        ):
            if getattr(self, name) > 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it is a share, at most 1")
        if not all(0 <= share <= 1 for share in self.utm_share):
            raise ValueError(f"utm_share is {self.utm_share}; they are shares, from 0 to 1")
        for name in (
            "ad_sets",
            "ad_sets_per_campaign",
            "order_value",
            "median_daily_budget",
            "peak_size",
        ):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be above 0")
        if self.curve not in ("power", "hill"):
            raise ValueError(f"curve is {self.curve!r}; it must be 'power' or 'hill'")
        if self.overspend_bound < 1:
            raise ValueError(f"overspend_bound is {self.overspend_bound}; it must be at least 1")
        steps = (0.0, *self.maturity)
        rising = all(a <= b for a, b in pairwise(steps))
        if len(self.maturity) != 8 or not rising or self.maturity[-1] != 1.0:
            raise ValueError("maturity must be 8 shares that never fall and end with 1.0")
