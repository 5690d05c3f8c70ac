"""What several peers share."""

import numpy as np

from python_jobs.simulation.closed_loop.limits import step_limits
from python_jobs.simulation.closed_loop.observed import Observed
from python_jobs.simulation.curves import Floats


def roas(seen: Observed, days: int) -> Floats:
    """Return Meta's ROAS of the last `days` days as shown, per holder; 0 without spend."""
    value = seen.by_holder(seen.purchase_value[-days:].sum(axis=0))
    spend = seen.by_holder(seen.spend[-days:].sum(axis=0))
    return np.divide(value, spend, out=np.zeros_like(value), where=spend > 0)


def account_roas(seen: Observed, days: int) -> float:
    """Return the same of the whole account."""
    return float(seen.purchase_value[-days:].sum() / max(seen.spend[-days:].sum(), 1e-9))


def raisable(seen: Observed) -> tuple[Floats, Floats]:
    """Return the step limits, the upper one no higher than what an idle budget can spend.

    Idle is a budget of which less than nine tenths were spent over four days. Without this every
    optimizer pours money into ad sets that cannot spend it, and nobody would let it.
    """
    lower, upper = step_limits(seen.budgets)
    spent = seen.by_holder(seen.spend[-4:].mean(axis=0))
    idle = spent < 0.9 * seen.past_budgets[-4:].mean(axis=0)
    return lower, np.where(idle, np.clip(1.05 * spent, lower, seen.budgets), upper)


def equal_marginals(
    seen: Observed,
    marginal: Floats,
    spend: Floats,
    fall: Floats,
    limits: tuple[Floats, Floats],
) -> Floats:
    """Return budgets within `limits`, lowest and highest, at one marginal return of all holders.

    `marginal` is each holder's at its present `spend` a day; it falls as spend to the power of
    minus `fall`. All (holders,).
    """
    log_marginal = np.log(np.maximum(marginal, 1e-9))
    low, high = log_marginal.min() - 5.0, log_marginal.max() + 5.0
    for _ in range(60):
        price = (low + high) / 2.0
        at_price = spend * np.exp(np.clip((log_marginal - price) / fall, -20.0, 20.0))
        if np.clip(at_price, *limits).sum() > seen.total:
            low = price
        else:
            high = price
    at_price = spend * np.exp(np.clip((log_marginal - high) / fall, -20.0, 20.0))
    budgets: Floats = np.clip(at_price, *limits)
    return budgets
