"""Peers of a line or two: nothing, everything equal, proportional, flat steps."""

import numpy as np

from python_jobs.simulation.closed_loop.limits import held, step_limits
from python_jobs.simulation.closed_loop.observed import Observed
from python_jobs.simulation.closed_loop.peers.common import account_roas, raisable, roas
from python_jobs.simulation.curves import Floats

USUAL_DAYS = 56


def left_alone(seen: Observed) -> Floats:
    """Keep today's budgets: the zero of every comparison."""
    return seen.budgets


def equal_split(seen: Observed) -> Floats:
    """Go toward the same budget for every ad set: the usual naive baseline (science A3)."""
    members = np.bincount(seen.holder, minlength=len(seen.budgets))
    return held(members.astype(np.float64), *step_limits(seen.budgets), seen.total)


def proportional(seen: Observed) -> Floats:
    """Go toward usual spend times the ROAS of the last 28 days, as shown.

    The baseline of the ad set literature (science A3 and E1), with the steadiest of the windows
    that were tried and nothing poured into what cannot spend.
    """
    usual = seen.by_holder(seen.spend[-USUAL_DAYS:].mean(axis=0))
    return held(np.maximum(usual * roas(seen, 28), 1e-6), *raisable(seen), seen.total)


def flat_steps(seen: Observed) -> Floats:
    """Raise by 20 % what is above the account's 7-day ROAS, cut by 20 % what is below.

    The rule that every rule tool's help page begins with (Bïrch, Madgicx).
    """
    desired = seen.budgets * np.where(roas(seen, 7) > account_roas(seen, 7), 1.2, 0.8)
    return held(desired, *step_limits(seen.budgets), seen.total)
