"""A competent buyer: who the accounts were managed by, and who goes on as a peer."""

import numpy as np

from python_jobs.simulation.closed_loop.limits import held, step_limits
from python_jobs.simulation.closed_loop.observed import Observed
from python_jobs.simulation.closed_loop.peers.common import roas
from python_jobs.simulation.curves import Floats

SPENT = 0.90  # of the budget: below it, more budget is of no use


def buyer(seen: Observed) -> Floats:
    """Move up to 20 % toward the better 7-day ROAS.

    What does not spend its budget is not raised, and what it leaves is taken back. So worked the
    buyers whose weekly routine practitioners describe (ROAS of the last 7 days, steps of 20 %).
    """
    lower, upper = step_limits(seen.budgets)
    spent = seen.by_holder(seen.spend[-7:].mean(axis=0))
    idle = spent < SPENT * seen.budgets
    upper = np.where(idle, np.clip(1.05 * spent, lower, seen.budgets), upper)
    reference = seen.purchase_value[-7:].sum() / max(seen.spend[-7:].sum(), 1e-9)
    desired = seen.budgets * np.clip(roas(seen, 7) / max(reference, 1e-9), 0.8, 1.2)
    return held(np.minimum(desired, upper), lower, upper, seen.total)
