"""Which budgets share money: those of one account that are compared, less groups kept apart."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from python_jobs.config.account_schema import Group
from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import Bools, Codes, Floats, known_or
from python_jobs.decisions.limits import Limits
from python_jobs.decisions.plan import by_returns_alone
from python_jobs.decisions.table import Table, Texts
from python_jobs.decisions.value import Response

NO_RING = -1
"""where groups kept apart have the number of their name: who shares money with the others"""

OFF = 1e-9
"""relative, of what is equal but for floating point"""


@dataclass(frozen=True)
class Pools:
    """Who shares money with whom."""

    pool: Codes
    """per holder: number of its pool, 0, 1, 2, ... by account"""
    total: Floats
    """per pool, per day"""


def pools(
    holders: Table,
    account: Codes,
    total: Floats,
    *,
    answer: Response,
    limit: Limits,
    parameters: Parameters,
) -> Pools:
    """Divide each account's total among its pools.

    A pool in which nothing can move keeps its budgets, a test its own, a group with a `daily_total`
    has that; the others share what is left in proportion to their budgets. A group whose budgets,
    set by returns alone, leave its shares of the account's total becomes a pool at that share, as
    far as its limits let it.

    Args:
        holders: Sorted by account.
        account: Number of each holder's account.
        total: Per account, per day.
        answer: How each holder answers to money.
        limit: How far each may move, before any rule.
        parameters: All settings.

    """
    groups, group = parameters.groups, holders.texts("budget_group")
    apart = [name for name, settings in groups.items() if settings.test or settings.daily_total]
    ring = np.where(group.among(apart), group.code, NO_RING)
    compared = holders.texts("comparison_pool")
    pool = _numbered(account, compared, ring)
    own_totals = {
        number: groups[name].daily_total or 0.0
        for number, name in enumerate(group.distinct)
        if name in apart and groups[name].daily_total
    }
    found = Pools(pool, _shared_out(pool, ring, account, total, limit=limit, own_totals=own_totals))
    shares = {
        name: settings
        for name, settings in groups.items()
        if name not in apart and (settings.least_share or settings.largest_share)
    }
    # one that is set apart changes what is left to the others
    for _ in shares:
        before = found
        for name, settings in shares.items():
            members = group.among([name]) & (ring == NO_RING)
            budgets, _ = by_returns_alone(found.pool, found.total, answer=answer, limit=limit)
            due = _at_its_share(
                members, budgets, account=account, total=total, limit=limit, settings=settings
            )
            leaves = members & ~np.isnan(due)[account]
            if not leaves.any():
                continue
            ring = np.where(leaves, group.code, ring)
            found = _set_apart(
                found, leaves, budgets, account=account, compared=compared, ring=ring, due=due
            )
        if found is before:
            break
    return found


def _numbered(account: Codes, compared: Texts, ring: Codes) -> Codes:
    """Return the number of each holder's pool, in order of account, what is compared and ring."""
    key = account * (len(compared.distinct) + 1) + compared.code
    key = key * (ring.max(initial=NO_RING) + 2) + ring
    step = np.diff(key, prepend=key[:1])
    if (step >= 0).all():
        return np.cumsum(step > 0)
    return np.asarray(pd.factorize(key, sort=True)[0], dtype=np.intp)


def _first_rows(pool: Codes) -> Codes:
    """Return the first row of each pool."""
    first = np.empty(pool.max(initial=-1) + 1, dtype=np.intp)
    first[pool[::-1]] = np.arange(len(pool))[::-1]
    return first


def _shared_out(
    pool: Codes,
    ring: Codes,
    account: Codes,
    total: Floats,
    *,
    limit: Limits,
    own_totals: dict[int, float],
) -> Floats:
    """Divide each account's total before any shares; the largest pool takes what cents are left.

    `own_totals` are those of rings that have one.
    """
    first = _first_rows(pool)
    count = len(first)
    of, of_ring = account[first], ring[first]
    today = np.bincount(pool, limit.budget, count)
    moves = np.bincount(pool, limit.lower < limit.upper, count) > 0
    fixed = np.where(moves & (of_ring == NO_RING), np.nan, today)
    for number, own_total in own_totals.items():
        mine = of_ring == number
        of_group = np.bincount(of, today * mine, len(total))[of]
        share = np.divide(today, of_group, out=np.zeros(count), where=of_group > 0)
        fixed = np.where(mine, own_total * share, fixed)
    free = np.isnan(fixed)
    left = np.maximum(total - np.bincount(of, known_or(fixed, 0), len(total)), 0)
    free_today = np.bincount(of, today * free, len(total))
    grown = np.divide(left, free_today, out=np.zeros(len(total)), where=free_today > 0)
    minor = limit.minor_units[first]
    found = np.rint(np.where(free, today * grown[of], fixed) * minor) / minor
    # the largest of what is free, or else of all
    order = np.lexsort((today, free, of))
    last = order[np.flatnonzero(np.diff(of[order], append=-1) != 0)]
    found[last] += total[of[last]] - np.bincount(of, found, len(total))[of[last]]
    return found


def _at_its_share(
    members: Bools,
    budgets: Floats,
    *,
    account: Codes,
    total: Floats,
    limit: Limits,
    settings: Group,
) -> Floats:
    """Return per account what a group may have where it leaves its shares, else NaN."""
    count = len(total)
    now = np.bincount(account, budgets * members, count)
    share = np.divide(now, total, out=np.zeros(count), where=total > 0)
    largest = 1 if settings.largest_share is None else settings.largest_share
    bound = np.clip(share, settings.least_share or 0, largest) * total
    bound = np.clip(
        bound,
        np.bincount(account, limit.lower * members, count),
        np.bincount(account, limit.upper * members, count),
    )
    present = np.bincount(account, members, count) > 0
    return np.where(present & (np.abs(bound - now) > OFF * total), bound, np.nan)


def _set_apart(
    found: Pools,
    leaves: Bools,
    budgets: Floats,
    *,
    account: Codes,
    compared: Texts,
    ring: Codes,
    due: Floats,
) -> Pools:
    """Make pools of those who leave, with what their group may have; the rest keeps the rest."""
    pool = _numbered(account, compared, ring)
    first = _first_rows(pool)
    count = len(first)
    own = leaves[first]
    # a group of which some are compared apart: its money as returns alone would have it
    mine = np.bincount(pool, budgets, count)
    of_account = np.bincount(account[first], mine * own, len(due))[account[first]]
    share = np.divide(mine, of_account, out=np.ones(count), where=of_account > 0)
    got = np.where(own, np.nan_to_num(due)[account[first]] * share, 0)
    parent = found.pool[first]
    taken_from = np.bincount(parent, got, len(found.total))
    rest = np.maximum(found.total - taken_from, 0)
    return replace(found, pool=pool, total=np.where(own, got, rest[parent]))
