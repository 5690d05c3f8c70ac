"""The sketch: evidence cleaned of what distorts it, then equal marginal returns; no rules."""

import numpy as np

from python_jobs.simulation.closed_loop.limits import step_limits
from python_jobs.simulation.closed_loop.observed import Observed
from python_jobs.simulation.closed_loop.peers.common import equal_marginals
from python_jobs.simulation.curves import Floats
from python_jobs.simulation.settings import AUDIENCES, USUAL_MATURITY

ELASTICITY = 0.75
DAYS = 84
HALF_LIFE = 28.0
SHOP_DAYS = 56
PSEUDO_PURCHASES = 20.0  # that pull an audience type's Shopify ratio to the account's
PSEUDO_VALUES = 40.0  # that pull an order value to the account's
PRIOR_VARIANCE, PRIOR_UNITS = 0.15, 6.0  # of relative purchase rates between budget holders
LIMITED_BELOW = 0.93  # spend over budget


def sketch(seen: Observed) -> Floats:
    """Allocate by completed, corrected and shrunk ROAS with one elasticity.

    Late conversions are completed by a usual curve, Meta's claim is corrected by Shopify's orders
    per audience type, purchase rates are shrunk by empirical Bayes (DHEB, arXiv 1809.02213), what
    cannot spend is not raised, and b = spend x (ROAS / price) ** (1 / (1 - 0.75)) makes marginal
    returns equal (science A3).
    """
    last = slice(-DAYS, None)
    age = seen.age[last, None]
    spend = seen.by_holder(seen.spend[last])
    current = np.maximum(spend[-3:].mean(axis=0), 0.2 * seen.budgets)
    # what each day would have been at today's spend
    exposure = current * (spend / current) ** ELASTICITY
    weight = 0.5 ** (age / HALF_LIFE)
    visible = np.asarray(USUAL_MATURITY)[np.minimum(age, 7)]
    counted = seen.by_holder(seen.purchases[last])
    expected = (weight * exposure * visible).sum(axis=0)
    purchases = (weight * counted).sum(axis=0)
    value = (weight * seen.by_holder(seen.purchase_value[last])).sum(axis=0)
    # weighted counts vary less than Poisson counts of their size by this factor
    scale = (weight**2 * counted).sum() / max(purchases.sum(), 1e-9)

    rate = purchases.sum() / expected.sum()
    likely = rate * expected / scale
    relative = purchases / np.maximum(rate * expected, 1e-9)
    share = likely / likely.sum()
    spread = (share * (relative - 1.0) ** 2).sum() - (share / np.maximum(likely, 1e-9)).sum()
    units = len(relative)
    variance = (max(spread, 0.02) * units + PRIOR_VARIANCE * PRIOR_UNITS) / (units + PRIOR_UNITS)
    shrunk = rate * (1.0 / variance + purchases / scale) / (1.0 / variance + likely)
    order_value = value.sum() / max(purchases.sum(), 1e-9)
    order_values = (value + PSEUDO_VALUES * order_value) / (purchases + PSEUDO_VALUES)
    roas = shrunk * order_values * shopify_correction(seen)

    recent_budget = seen.past_budgets[-4:].mean(axis=0)
    delivered = spend[-4:].mean(axis=0)
    limited = delivered < LIMITED_BELOW * recent_budget
    lower, upper = step_limits(seen.budgets)
    upper = np.where(limited, np.clip(1.03 * delivered, lower, seen.budgets), upper)
    fall = np.full(units, 1.0 - ELASTICITY)
    return equal_marginals(seen, ELASTICITY * roas, current, fall, (lower, upper))


def shopify_correction(seen: Observed) -> Floats:
    """Return what Shopify confirms of each holder's claim, relative to the account. (holders,)."""
    last = slice(-SHOP_DAYS, None)
    kinds = len(AUDIENCES)
    claimed = np.bincount(seen.audience, seen.purchases[last].sum(axis=0), kinds)
    matched = np.bincount(seen.audience, seen.orders[last].sum(axis=0), kinds)
    overall = matched.sum() / max(claimed.sum(), 1e-9)
    ratio = (matched + PSEUDO_PURCHASES * overall) / (claimed + PSEUDO_PURCHASES)
    by_ad_set = ratio[seen.audience] / max(overall, 1e-9)
    spend = seen.spend[-28:].sum(axis=0) + 1e-9
    return seen.by_holder(spend * by_ad_set) / seen.by_holder(spend)
