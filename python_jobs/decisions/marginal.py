"""What a holder's next unit of money returns against what the account's last one does."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import Codes, Floats, floats
from python_jobs.decisions.limits import limits
from python_jobs.decisions.plan import by_returns_alone
from python_jobs.decisions.value import INTERVAL, Response


class Marginal(NamedTuple):
    """What marginal returns alone say."""

    holders: pd.DataFrame
    """with account_marginal_roas and marginal_index, the latter with its 80 % interval"""
    direction: Floats
    """per holder: 1 where its budget would rise, -1 where it would fall, 0 where it would stay"""


def against_the_account(
    holders: pd.DataFrame,
    account: Codes,
    total: Floats,
    answer: Response,
    parameters: Parameters,
) -> Marginal:
    """Set each holder's marginal return against the one that clears its account without rules.

    That, not the mean, is what money earns elsewhere: a holder that cannot spend more may return
    a lot and yet leave the account's next unit to the others. Rules compare with it, so that none
    asks for a cut where the allocation has reason to raise.

    Args:
        holders: `decision_inputs`, sorted by account.
        account: Number of each holder's account: 0, 1, 2, ... in order.
        total: Per account, per day.
        answer: How each holder answers to money.
        parameters: All settings.

    """
    no_rule = pd.Series("none", index=holders.index)
    limit = limits(holders, no_rule, total[account], parameters)
    direction, clearing = by_returns_alone(account, total, answer=answer, limit=limit)
    # where nothing can move, the mean weighted by spend stands for it
    mean = np.bincount(account, np.nan_to_num(answer.spend * answer.marginal_roas), len(total))
    spend = np.bincount(
        account, np.where(np.isnan(answer.marginal_roas), 0, answer.spend), len(total)
    )
    mean = np.divide(mean, spend, out=np.full(len(total), np.nan), where=spend > 0)[account]
    clearing = np.where(np.isnan(clearing), mean, clearing)
    index = np.divide(
        floats(holders, "marginal_roas"),
        clearing,
        out=np.full(len(clearing), np.nan),
        where=clearing > 0,
    )
    spread = np.exp(INTERVAL * answer.roas_sd)
    return Marginal(
        holders.assign(
            account_marginal_roas=clearing,
            marginal_index=index,
            marginal_index_low=index / spread,
            marginal_index_high=index * spread,
        ),
        direction,
    )
