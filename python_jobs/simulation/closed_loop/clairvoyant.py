"""The best that 20 % steps allow to one who knows every curve: what gains are measured against."""

import numpy as np

from python_jobs.simulation.closed_loop.limits import step_limits
from python_jobs.simulation.closed_loop.loop import ManagedAccount, Outcome, forward
from python_jobs.simulation.curves import Floats

GRID = 17  # points from the lowest to the highest budget that a step allows


def clairvoyant(start: ManagedAccount) -> Outcome:
    """Run eight weeks on the truth, deciding every second day whatever the others' rhythm."""
    return forward(start, best_step, "every 2nd day")


def best_step(account: ManagedAccount) -> Floats:
    """Return the budgets (holders,) that bring most on a typical coming day.

    The true revenue of each holder is looked up along a grid; money then goes where the next
    piece brings most. Pieces of one holder are taken in order, as if its curve were concave.
    """
    world = account.world
    lower, upper = step_limits(account.budgets)
    shares = np.linspace(0.0, 1.0, GRID)[:, None]
    revenue = np.array(
        [
            np.bincount(
                world.ad_sets.holder,
                world.expected_revenue(budgets, typical=True),
                world.ad_sets.holders,
            )
            for budgets in lower + shares * (upper - lower)
        ]
    )
    piece = np.maximum(upper - lower, 1e-9) / (GRID - 1)
    piece = np.broadcast_to(piece, (GRID - 1, len(lower)))
    slope = np.minimum.accumulate(np.diff(revenue, axis=0) / piece, axis=0)
    order = np.argsort(-slope.ravel(), kind="stable")
    cost = piece.ravel()[order]
    left = account.total - lower.sum() - (np.cumsum(cost) - cost)
    taken = np.zeros(slope.size)
    taken[order] = np.clip(left, 0.0, cost)
    budgets: Floats = lower + taken.reshape(slope.shape).sum(axis=0)
    return budgets
