"""What budgets are worth: expected spend and revenue per holder, and how sure a move is."""

from dataclasses import dataclass, replace

import numpy as np

from python_jobs.config.decision_schema import Evidence
from python_jobs.decisions.arrays import Bools, Floats, normal_cdf
from python_jobs.decisions.table import Table

DAYS = 7
INTERVAL = 1.2816
"""standard deviations that an 80 % interval reaches to either side"""

USUAL_CURVATURE = 0.5
"""where it is not known: that of an elasticity of .75 at usual spend"""

CURVATURES = (0.1, 10)
"""smallest and largest one that is believed"""

LARGEST_RATIO = 1e300
"""of two spends: beyond it there may be no number"""

LARGEST_SD = 5
"""of ln(ROAS) that is believed"""

LEAST_ELASTICITY = 0.1
"""below it its error is no share of it any more"""

UNFORESEEN = 0.24
"""share of moves that is decided by what no estimate tells: returns drift, and what Meta claims may
be wrong. Of these half are right. Fitted on simulated accounts (`python -m
python_jobs.simulation.closed_loop.calibration --purpose tuning --accounts 60`)"""


@dataclass(frozen=True)
class Response:
    """How each holder answers to money; one value per holder, NaN where not known."""

    budget: Floats
    """today's, per day"""
    spend: Floats
    """today's, per day"""
    ceiling: Floats
    """what it can spend per day, infinite where no ceiling was seen"""
    roas: Floats
    """projected"""
    marginal_roas: Floats
    """of the next unit of spend"""
    curvature: Floats
    """-d ln(marginal ROAS) / d ln(spend)"""
    roas_sd: Floats
    """of ln(ROAS)"""

    def told_sd(self, evidence: Evidence) -> Floats:
        """Return the standard deviation of ln(ROAS) of a coming week, its luck left out."""
        return np.hypot(self.roas_sd, np.hypot(evidence.week_drift, evidence.shared_week_drift))

    def spend_at(self, budget: Floats) -> Floats:
        """Return spend per day: of what budget and ceiling let it spend the same share as today."""
        most = np.minimum(self.budget, self.ceiling)
        spent = np.minimum(self.spend, most)
        share = np.divide(spent, most, out=np.ones(len(budget)), where=most > 0)
        return np.minimum(budget, self.ceiling) * share

    def revenue_at(self, spend: Floats) -> Floats:
        """Return revenue per day.

        The integral of a marginal return that falls as spend to the power of -curvature, through
        today's spend S and revenue S * roas: S * (roas + marginal * ((s/S)^q - 1) / q), q = 1 -
        curvature.
        """
        power = 1 - self.curvature
        straight = np.abs(power) < 1e-9
        power = np.where(straight, 1, power)
        # of a spend or a return without end it is not known
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            ratio = np.divide(spend, self.spend, out=np.ones(len(spend)), where=self.spend > 0)
            change = np.log(np.minimum(ratio, LARGEST_RATIO))
            gain = np.where(straight, change, np.expm1(power * change) / power)
            return self.spend * np.maximum(self.roas + self.marginal_roas * gain, 0)


def response(holders: Table) -> Response:
    """Read how each holder answers to money; what is not known of its spend is today's budget."""
    budget = np.fmax(holders.floats("current_budget"), 0)
    spend = holders.floats("current_spend")
    ceiling = holders.floats("delivery_ceiling")
    curvature = holders.floats("curvature")
    return Response(
        budget=budget,
        spend=np.where(np.isnan(spend), budget, np.maximum(spend, 0)),
        ceiling=np.where(ceiling >= 0, ceiling, np.inf),
        roas=np.maximum(holders.floats("projected_roas"), 0),
        marginal_roas=np.maximum(holders.floats("marginal_roas"), 0),
        curvature=np.where(np.isnan(curvature), USUAL_CURVATURE, np.clip(curvature, *CURVATURES)),
        roas_sd=np.clip(holders.floats("roas_sd"), 0, LARGEST_SD),
    )


def prob_beats_hold(
    holders: Response,
    recommended: Floats,
    clearing_roas: Floats,
    moved: Bools,
    elasticity_error: float,
) -> Floats:
    """Return the probability that moving a budget earns more than keeping it.

    A raise is right if the money it takes returns more than the account's clearing marginal
    return, which it would return elsewhere; a cut if it returned less. Returns are lognormal: their
    error is that of ROAS and that of the elasticity, the share of it that the next unit returns.
    As in the allocation, budgets count as spent up to the ceiling, and a spend above the budget
    as the budget. However sure the estimate is, a share of moves is `UNFORESEEN`.

    Args:
        holders: How they answer to money.
        recommended: Budget per day.
        clearing_roas: The account's clearing marginal return, repeated for its holders.
        moved: Whose budget changes; NaN for the others.
        elasticity_error: Standard deviation of a holder's elasticity around the one that is used.

    """
    # of a ROAS next to nothing it has no end
    with np.errstate(over="ignore"):
        elasticity = np.divide(
            holders.marginal_roas, holders.roas, out=np.ones(len(moved)), where=holders.roas > 0
        )
    sd = np.hypot(holders.roas_sd, elasticity_error / np.maximum(elasticity, LEAST_ELASTICITY))
    before = np.minimum(holders.budget, holders.ceiling)
    after = np.minimum(recommended, holders.ceiling)
    spends = replace(holders, spend=np.minimum(holders.spend, holders.budget))
    revenue = spends.revenue_at(after) - spends.revenue_at(before)
    change = recommended - holders.budget
    moved = moved & (change != 0)
    returned = revenue / np.where(moved, change, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        margin = (np.log(returned) - np.log(clearing_roas)) / np.maximum(sd, 1e-6)
    margin = np.where(recommended > holders.budget, margin, -margin)
    chance = UNFORESEEN / 2 + (1 - UNFORESEEN) * normal_cdf(margin)
    return np.where(moved, chance, np.nan)
