"""Distribute each account's total so that the next unit of budget returns the same everywhere.

A holder's marginal return falls as its budget to the power of -curvature. So its budget at a
clearing marginal return p is clip(exp(level - slope * ln p), lower, upper), slope = 1 / curvature.
For all accounts at once, p is found at which each adds up.
"""

from dataclasses import dataclass, replace

import numpy as np

from python_jobs.decisions.arrays import Bools, Codes, Floats

STEPS = 200
"""About 10 are needed; the half that bisect would do alone."""

SMALLEST = 1e-9
"""Of a minor unit: stands for a limit of 0 in logarithms."""


@dataclass(frozen=True)
class Holders:
    """One value per holder, sorted by account; budgets in minor units per day."""

    account: Codes
    """0, 1, 2, ..."""
    level: Floats
    """ln of the budget desired at a marginal return of 1"""
    slope: Floats
    """how fast the logarithm of the desired budget falls with that of the marginal return"""
    lower: Floats
    upper: Floats

    def budgets(self, log_price: Floats) -> Floats:
        """Return budgets within limits at each account's ln of the clearing marginal return."""
        with np.errstate(over="ignore"):
            desired = np.exp(self.level - self.slope * log_price[self.account])
        return np.clip(desired, self.lower, self.upper)

    def only(self, rows: Bools, accounts: Bools) -> "Holders":
        """Keep these holders; the kept accounts are numbered anew."""
        number = np.cumsum(accounts) - 1
        return Holders(
            number[self.account[rows]],
            self.level[rows],
            self.slope[rows],
            self.lower[rows],
            self.upper[rows],
        )


@dataclass(frozen=True)
class Plan:
    """What the allocation found; budgets in minor units per day."""

    budgets: Floats
    """per holder, not yet rounded"""
    log_price: Floats
    """per account: ln of the clearing marginal return; NaN where nothing can move"""
    in_dead_band: Bools
    """per holder: stays because a move would hardly earn anything"""


def allocate(
    holders: Holders, total: Floats, *, today: Floats, advantage: Floats, dead_band: float
) -> Plan:
    """Distribute the totals.

    Args:
        holders: All holders; those with lower = upper come off the total first.
        total: Per account, in minor units.
        today: Today's budget per holder, in minor units.
        advantage: ln of what the next unit returns at today's budget over what it returns in the
            account if no rule has a say. Taken without rules and before the dead band it rises with
            a holder's own evidence and falls with that of others, so that more evidence never
            lowers a budget.
        dead_band: A holder stays if its advantage is within this distance of 0, unless the total
            cannot be reached otherwise.

    """
    log_price = clearing(holders, total)
    none = np.zeros(len(holders.level), dtype=bool)
    if dead_band == 0:
        return Plan(_budgets(holders, log_price), log_price, none)
    stay = np.clip(today, holders.lower, holders.upper)
    up, down = advantage > dead_band, advantage < -dead_band
    banded = _within(
        holders, np.where(down, holders.lower, stay), np.where(up, holders.upper, stay)
    )
    log_price = clearing(banded, total)
    budgets = _budgets(banded, log_price)
    # totals that the movers alone cannot reach: they go to their limits and the others follow
    count = len(total)
    short = total > np.bincount(holders.account, banded.upper, count)
    over = total < np.bincount(holders.account, banded.lower, count)
    if (short | over).any():
        everyone = _within(
            holders,
            np.where(short[holders.account], np.where(up, holders.upper, stay), holders.lower),
            np.where(over[holders.account], np.where(down, holders.lower, stay), holders.upper),
        )
        again = (short | over)[holders.account]
        everyone_price = clearing(everyone, total)
        log_price = np.where(short | over, everyone_price, log_price)
        budgets = np.where(again, _budgets(everyone, everyone_price), budgets)
    in_dead_band = ~up & ~down & (holders.lower < holders.upper) & (budgets == stay)
    return Plan(budgets, log_price, in_dead_band)


def clearing(holders: Holders, total: Floats) -> Floats:
    """Find ln of the marginal return at which budgets within limits add up to the total.

    Returns:
        One value per account. Where the total lies outside the limits: where all are at one of
        them. NaN where no holder can move.

    """
    count = len(total)
    movable = holders.lower < holders.upper
    at_upper = (holders.level - np.log(np.maximum(holders.upper, SMALLEST))) / holders.slope
    at_lower = (holders.level - np.log(np.maximum(holders.lower, SMALLEST))) / holders.slope
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, holders.account[movable], at_upper[movable])
    np.maximum.at(high, holders.account[movable], at_lower[movable])
    most = np.bincount(holders.account, holders.upper, count)
    least = np.bincount(holders.account, holders.lower, count)
    some_move = np.isfinite(low)
    result = np.where(some_move, np.where(total >= most, low, high), np.nan)

    unsolved = some_move & (total < most) & (total > least)
    where = np.flatnonzero(unsolved)
    fixed = np.bincount(holders.account[~movable], holders.lower[~movable], count)
    low, high, target = low[where], high[where], (total - fixed)[where]
    active = holders.only(movable & unsolved[holders.account], unsolved)
    price = (low + high) / 2
    for step in range(STEPS):
        if not len(where):
            break
        budgets = active.budgets(price)
        inside = (budgets > active.lower) & (budgets < active.upper)
        excess = np.bincount(active.account, budgets, len(where)) - target
        fall = np.bincount(active.account, active.slope * budgets * inside, len(where))
        result[where] = price
        low = np.where(excess > 0, price, low)
        high = np.where(excess > 0, high, price)
        newton = price + np.divide(excess, fall, out=np.full(len(where), np.inf), where=fall > 0)
        halve = (newton <= low) | (newton >= high) | (step % 2 == 1 and step > 20)
        price = np.where(halve, (low + high) / 2, newton)
        # a thousandth of a minor unit, or as close as sums of floating-point numbers come
        done = (np.abs(excess) <= np.maximum(1e-3, 1e-12 * target)) | (high - low <= 1e-14)
        if done.mean() > 0.25 or done.all():
            active = active.only(~done[active.account], ~done)
            where, low, high, price, target = (
                values[~done] for values in (where, low, high, price, target)
            )
    return result


def whole_units(budgets: Floats, holders: Holders, total: Floats) -> Floats:
    """Round to whole minor units so that every account adds up to its total (largest remainder).

    Ties go to the first holder in order. Totals outside the limits are missed by what is missing.
    """
    near = np.rint(budgets)
    budgets = np.where(np.abs(budgets - near) < 1e-7, near, budgets)
    whole = np.floor(budgets)
    missing = np.rint(total - np.bincount(holders.account, whole, len(total)))
    room = np.flatnonzero((whole < holders.upper) & (missing > 0)[holders.account])
    account = holders.account[room]
    # nine digits of the remainder, so that what is equal but for floating point ties
    remainder = np.rint((budgets - whole)[room] * 1e9) / 1e9
    order = np.argsort(account + (1 - remainder) / 2, kind="stable")
    first = np.searchsorted(account, account[order], side="left")
    chosen = order[np.arange(len(order)) - first < missing[account[order]]]
    whole[room[chosen]] += 1
    return whole


def _budgets(holders: Holders, log_price: Floats) -> Floats:
    """Return budgets within limits; where none can move the two limits are one."""
    return holders.budgets(np.nan_to_num(log_price))


def _within(holders: Holders, lower: Floats, upper: Floats) -> Holders:
    return replace(holders, lower=lower, upper=upper)
