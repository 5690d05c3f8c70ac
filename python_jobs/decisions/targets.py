"""What the next unit of money must return, and how far budgets go until it does not."""

import numpy as np

from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import Floats
from python_jobs.decisions.groups import of_group
from python_jobs.decisions.table import Table
from python_jobs.decisions.value import Response


def targets(holders: Table, parameters: Parameters) -> Floats:
    """Return the least marginal ROAS of each holder: the strictest of the targets that are set.

    A group's own targets go before those of all, a campaign's before both. A cost per purchase
    becomes a ROAS by the account's order value of 28 days, or the value of a result where the goal
    has one, a margin one at which an order just pays for its ads.

    Returns:
        One value per holder; NaN where there is none.

    """
    setting = parameters.targets
    found = np.full(len(holders), np.nan)
    order_value = holders.floats("account_aov_28d")
    if setting.target_roas is not None:
        found = np.fmax(found, setting.target_roas)
    if setting.gross_margin is not None:
        found = np.fmax(found, 1 / setting.gross_margin)
    if setting.target_cpa is not None:
        found = np.fmax(found, order_value / setting.target_cpa)
    of_its_group = np.fmax.reduce(
        [
            of_group(holders, parameters, "target_roas"),
            order_value / of_group(holders, parameters, "target_cpa"),
            1 / of_group(holders, parameters, "gross_margin"),
        ]
    )
    found = np.where(np.isnan(of_its_group), found, of_its_group)
    if setting.target_roas_by_campaign:
        own = holders.texts("campaign_id").looked_up(setting.target_roas_by_campaign, np.nan)
        found = np.where(np.isnan(own), found, own)
    return found


def budgets_at_target(target: Floats, answer: Response) -> Floats:
    """Return the budgets at which the next unit returns just the target; NaN where not known.

    Marginal returns fall as spend to the power of -curvature.
    """
    spend = np.minimum(answer.spend, answer.budget)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.asarray(spend * (answer.marginal_roas / target) ** (1 / answer.curvature))
