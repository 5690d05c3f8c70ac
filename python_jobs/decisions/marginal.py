"""What a holder's next unit of money returns against what the account's last one does."""

import numpy as np

from python_jobs.decisions.arrays import Codes, Floats, known_or
from python_jobs.decisions.limits import Limits
from python_jobs.decisions.plan import by_returns_alone
from python_jobs.decisions.table import Table
from python_jobs.decisions.value import INTERVAL, Response

COLUMNS = ("account_marginal_roas", "marginal_index", "marginal_index_low", "marginal_index_high")
"""The account's clearing return, and a holder's over it with its 80 % interval."""


def against_the_account(
    holders: Table,
    account: Codes,
    total: Floats,
    answer: Response,
    limit: Limits,
) -> Table:
    """Set each holder's marginal return against the one that clears its account without rules.

    That, not the mean, is what money earns elsewhere: a holder that cannot spend more may return
    a lot and yet leave the account's next unit to the others. Rules compare with it, so that none
    asks for a cut where the allocation has reason to raise.

    Args:
        holders: `decision_inputs`, sorted by account.
        account: Number of each holder's account: 0, 1, 2, ... in order.
        total: Per account, per day.
        answer: How each holder answers to money.
        limit: How far each may move, before any rule.

    Returns:
        The holders with COLUMNS.

    """
    _, clearing = by_returns_alone(account, total, answer=answer, limit=limit)
    # where nothing can move, the mean weighted by spend stands for it
    mean = np.bincount(account, known_or(answer.spend * answer.marginal_roas, 0), len(total))
    spend = np.bincount(
        account, np.where(np.isnan(answer.marginal_roas), 0, answer.spend), len(total)
    )
    mean = np.divide(mean, spend, out=np.full(len(total), np.nan), where=spend > 0)[account]
    clearing = np.where(np.isnan(clearing), mean, clearing)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        index = np.where(clearing > 0, holders.floats("marginal_roas") / clearing, np.nan)
    spread = np.exp(INTERVAL * answer.roas_sd)
    added = dict(zip(COLUMNS, (clearing, index, index / spread, index * spread), strict=True))
    return holders.with_columns(added)
