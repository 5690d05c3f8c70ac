"""Distribute each account's total so that the next unit of budget returns the same everywhere.

A holder's marginal return falls as its budget to the power of -curvature. So its budget at a
clearing marginal return p is clip(exp(level - slope * ln p), lower, upper), slope = 1 / curvature.
For all accounts at once, p is found at which each adds up.
"""

from dataclasses import dataclass, replace

import numpy as np

from python_jobs.decisions.arrays import Bools, Codes, Floats, known_or

STEPS = 200
"""About 10 are needed; the half that bisect would do alone."""

BEYOND = 1e3
"""Times worse than leaving as much money over is to go beyond the total."""

PASSES = 25
"""halve the range of returns; what is left of it no change depends on"""

LARGEST_LOG = 700.0
"""of a budget, which limits keep far below: beyond it there may be no number"""

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
        desired = log_price[self.account]
        desired *= self.slope
        np.subtract(self.level, desired, out=desired)
        np.minimum(desired, LARGEST_LOG, out=desired)
        np.exp(desired, out=desired)
        np.maximum(desired, self.lower, out=desired)
        return np.minimum(desired, self.upper, out=desired)

    def only(self, rows: Bools, accounts: Bools) -> "Holders":
        """Keep these holders; the kept accounts are numbered anew."""
        number = np.cumsum(accounts) - 1
        kept = np.flatnonzero(rows)  # counted once, not once for each array
        return Holders(
            number[self.account[kept]],
            self.level[kept],
            self.slope[kept],
            self.lower[kept],
            self.upper[kept],
        )


@dataclass(frozen=True)
class Changes:
    """Which changes are worth an edit; one value per holder, budgets in minor units per day."""

    today: Floats
    unit: Floats
    """changed budgets are whole multiples of this"""
    raised_from: Floats
    """smallest budget that counts as a raise"""
    cut_to: Floats
    """largest budget that counts as a cut"""

    def of(self, holders: Holders, desired: Floats, may_change: Bools) -> tuple[Bools, Bools]:
        """Say who is raised and who is cut if these budgets within limits are desired."""
        raised = may_change & (desired >= self.raised_from)
        cut = may_change & (desired <= self.cut_to)
        # whom its limits leave no choice
        return raised | (self.today < holders.lower), cut | (self.today > holders.upper)

    def between(self, holders: Holders, raised: Bools, cut: Bools) -> Holders:
        """Narrow limits to whole units of what is raised or cut; all others stay."""
        free = (self.today >= holders.lower) & (self.today <= holders.upper)
        lower = np.where(raised & free, self.raised_from, holders.lower)
        upper = np.where(cut & free, self.cut_to, holders.upper)
        whole_lower = np.ceil(lower / self.unit) * self.unit
        whole_upper = np.floor(upper / self.unit) * self.unit
        none_between = whole_lower > whole_upper
        changed = raised | cut
        return replace(
            holders,
            lower=np.where(changed, np.where(none_between, lower, whole_lower), self.today),
            upper=np.where(changed, np.where(none_between, upper, whole_upper), self.today),
        )


@dataclass(frozen=True)
class Plan:
    """What the allocation found; budgets in minor units per day."""

    budgets: Floats
    """per holder, not yet rounded"""
    within: Holders
    """the holders with the limits that rounding must keep"""
    log_price: Floats
    """per account: ln of the clearing marginal return; NaN where nothing can move"""
    too_small: Bools
    """per holder: stays because its change would not be worth an edit"""
    too_many: Bools
    """per holder: stays because others' changes are worth more"""


def allocate(holders: Holders, total: Floats, changes: Changes, most_changes: int | None) -> Plan:
    """Distribute the totals by changes that are worth an edit.

    A holder whose desired budget is too near to today's keeps today's. Desired budgets still never
    rise with the clearing return, so there is one at which the account passes its total; between
    the changes on either side of it, the ones that meet the total are made.

    Args:
        holders: All holders; those with lower = upper come off the total first.
        total: Per account, in minor units.
        changes: Which changes are worth an edit.
        most_changes: How many budgets of an account may change; None = any number. Those that
            limits leave no choice change beyond that.

    """
    movable = holders.lower < holders.upper
    everyone = np.ones(len(holders.level), dtype=bool)
    low, high = _passing(holders, total, changes, everyone)
    many = np.zeros(len(everyone), dtype=bool)
    if most_changes is not None:
        raised, cut = changes.of(holders, holders.budgets(high), everyone)
        few = _worth_most(holders, changes, high, raised | cut, most_changes)
        low, high = _passing(holders, total, changes, few)
        # also those that ask for a change only now that fewer others take or give money
        raised_now, cut_now = changes.of(holders, holders.budgets(high), everyone)
        many = raised | cut | raised_now | cut_now
        everyone = few
    desired_low, desired_high = holders.budgets(low), holders.budgets(high)
    no_one = np.zeros_like(everyone)
    within = _nearest(
        total,
        at_low=changes.between(holders, *changes.of(holders, desired_low, everyone)),
        low=low,
        at_high=changes.between(holders, *changes.of(holders, desired_high, everyone)),
        high=high,
        unchanged=changes.between(holders, *changes.of(holders, desired_high, no_one)),
    )
    within = _taking_up_the_rest(holders, within, total, changes, everyone)
    log_price = clearing(within, total)
    budgets = within.budgets(known_or(log_price, 0))
    nothing_moves = np.isnan(log_price)
    if nothing_moves.any():
        log_price = np.where(nothing_moves, clearing(holders, total), log_price)
    stays = movable & (budgets == changes.today) & (within.lower == within.upper)
    return Plan(
        budgets=budgets,
        within=within,
        log_price=log_price,
        too_small=stays & ~many,
        too_many=stays & many,
    )


def _passing(
    holders: Holders, total: Floats, changes: Changes, may_change: Bools
) -> tuple[Floats, Floats]:
    """Bracket each account's clearing return where changes worth an edit pass the total.

    Returns:
        Per account: ln of a return at which budgets reach the total, and of one just above it at
        which they do not; both 0 where nothing can move.

    """
    count = len(total)
    movable = holders.lower < holders.upper
    fixed = np.bincount(holders.account, np.where(movable, 0, holders.lower), count)
    moving = holders.only(movable, np.ones(count, dtype=bool))
    low, high = _range(moving, count)
    low, high = np.where(np.isfinite(low), low, 0), np.where(np.isfinite(high), high, 0)
    today, may_change = changes.today[movable], may_change[movable]
    # whom its limits leave no choice is changed at any return
    no_choice = (today < moving.lower) | (today > moving.upper)
    raised_from = np.where(may_change, changes.raised_from[movable], np.inf)
    raised_from = np.where(no_choice, -np.inf, raised_from)
    cut_to = np.where(may_change, changes.cut_to[movable], -np.inf)
    for _ in range(PASSES):
        price = (low + high) / 2
        desired = moving.budgets(price)
        changed = (desired >= raised_from) | (desired <= cut_to)
        budgets = np.where(changed, desired, today)
        reached = np.bincount(moving.account, budgets, count) + fixed >= total
        low, high = np.where(reached, price, low), np.where(reached, high, price)
    return low, high


def _worth_most(
    holders: Holders, changes: Changes, log_price: Floats, changed: Bools, most: int
) -> Bools:
    """Choose the changes of each account that move most revenue: money times what it gains.

    Raises and cuts in turn, since what one is given has to be taken from another.
    """
    price = log_price[holders.account]
    today = np.maximum(changes.today, SMALLEST)
    gap = np.abs((holders.level - np.log(today)) / holders.slope - price)
    money = np.abs(holders.budgets(log_price) - changes.today)
    worth = np.where(changed, money * np.exp(price) * np.expm1(np.minimum(gap, 10)), -1)
    is_raise = holders.budgets(log_price) > changes.today
    in_turn = _rank(np.lexsort((-worth, is_raise, holders.account)), 2 * holders.account + is_raise)
    return changed & (
        _rank(np.lexsort((-worth, in_turn, ~changed, holders.account)), holders.account) < most
    )


def _rank(order: Codes, group: Codes) -> Codes:
    """Count the rows of each group from 0 in `order`, by which groups come one after another."""
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - np.searchsorted(group[order], group[order])
    return rank


def _nearest(
    total: Floats,
    *,
    at_low: Holders,
    low: Floats,
    at_high: Holders,
    high: Floats,
    unchanged: Holders,
) -> Holders:
    """Make as many of the changes at the lower return as bring each account nearest to its total.

    Holders that are alike change at the same return; the first in order go before the others. If no
    changes come as near as none at all, none are made.
    """
    account, count = at_low.account, len(total)
    differ = np.flatnonzero((at_low.lower != at_high.lower) | (at_low.upper != at_high.upper))
    least = _sums(account, at_high.lower, count)
    most = _sums(account, at_high.upper, count)
    missed = _missed(least, most, total)
    best = np.zeros(count, dtype=np.int64)
    if len(differ):
        of = account[differ]
        place = np.arange(len(differ)) - np.searchsorted(of, of)
        then_least = least[of] + _running(at_low.lower[differ] - at_high.lower[differ], of)
        then_most = most[of] + _running(at_low.upper[differ] - at_high.upper[differ], of)
        then_missed = _missed(then_least, then_most, total[of])
        # among those that can meet it: which do at the very return at which they are made
        budgets = at_high.budgets(high)
        off = np.bincount(account, budgets, count) - total
        then_off = off[of] + _running((at_low.budgets(low) - budgets)[differ], of)
        order = np.lexsort((place, np.abs(then_off), then_missed, of))
        accounts, first = np.unique(of[order], return_index=True)
        chosen = order[first]
        nearer = (then_missed[chosen] < missed[accounts]) | (
            (then_missed[chosen] == missed[accounts])
            & (np.abs(then_off[chosen]) < np.abs(off[accounts]))
        )
        best[accounts] = np.where(nearer, place[chosen] + 1, 0)
        missed[accounts] = np.where(nearer, then_missed[chosen], missed[accounts])
        differ = differ[place < best[of]]
    lower, upper = at_high.lower.copy(), at_high.upper.copy()
    lower[differ], upper[differ] = at_low.lower[differ], at_low.upper[differ]
    at_rest = _missed(
        _sums(account, unchanged.lower, count), _sums(account, unchanged.upper, count), total
    )
    rests = (at_rest < missed)[account]
    return replace(
        at_high,
        lower=np.where(rests, unchanged.lower, lower),
        upper=np.where(rests, unchanged.upper, upper),
    )


def _taking_up_the_rest(
    holders: Holders, within: Holders, total: Floats, changes: Changes, may_change: Bools
) -> Holders:
    """Let as few as need be change by less than is worth an edit, so that no money is left over.

    For a raise those come first whose next unit returns most, for a cut those whose returns least.
    """
    account, count = holders.account, len(total)
    over = (total - _sums(account, within.upper, count))[account]
    under = (_sums(account, within.lower, count) - total)[account]
    stays = may_change & (within.lower == within.upper) & (within.lower == changes.today)
    lower, upper = within.lower.copy(), within.upper.copy()
    value = (holders.level - np.log(np.maximum(changes.today, SMALLEST))) / holders.slope
    for missing, limit, sign in ((over, holders.upper, 1), (under, holders.lower, -1)):
        whole = np.floor(sign * limit / changes.unit) * changes.unit
        room = np.maximum(whole - sign * changes.today, 0)
        rows = np.flatnonzero(stays & (room > 0) & (missing >= changes.unit))
        rows = rows[np.lexsort((-sign * value[rows], account[rows]))]
        before = _running(room[rows], account[rows]) - room[rows]
        opened = rows[before < missing[rows]]
        bound = upper if sign > 0 else lower
        bound[opened] = (sign * whole)[opened]
    return replace(within, lower=lower, upper=upper)


def _missed(least: Floats, most: Floats, total: Floats) -> Floats:
    """Return how far totals lie outside what limits allow; what goes beyond a total counts most.

    What is left over can be taken up by a change that is not worth an edit by itself.
    """
    return np.maximum(np.maximum(BEYOND * (least - total), total - most), 0)


def _sums(account: Codes, values: Floats, count: int) -> Floats:
    return np.asarray(np.bincount(account, values, count), dtype=np.float64)


def _running(values: Floats, account: Codes) -> Floats:
    """Sum up within each account."""
    sums = np.cumsum(values)
    start = np.searchsorted(account, account)
    return sums - sums[start] + values[start]


def _range(movers: Holders, count: int) -> tuple[Floats, Floats]:
    """Return ln of the returns at which all movers are at their upper, and at their lower limits.

    Infinite where nothing can move.
    """
    at_upper = (movers.level - np.log(np.maximum(movers.upper, SMALLEST))) / movers.slope
    at_lower = (movers.level - np.log(np.maximum(movers.lower, SMALLEST))) / movers.slope
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, movers.account, at_upper)
    np.maximum.at(high, movers.account, at_lower)
    return low, high


def clearing(holders: Holders, total: Floats) -> Floats:
    """Find ln of the marginal return at which budgets within limits add up to the total.

    Returns:
        One value per account. Where the total lies outside the limits: where all are at one of
        them. NaN where no holder can move.

    """
    count = len(total)
    movable = holders.lower < holders.upper
    movers = holders.only(movable, np.ones(count, dtype=bool))
    low, high = _range(movers, count)
    most = np.bincount(holders.account, holders.upper, count)
    least = np.bincount(holders.account, holders.lower, count)
    some_move = np.isfinite(low)
    result = np.where(some_move, np.where(total >= most, low, high), np.nan)

    unsolved = some_move & (total < most) & (total > least)
    where = np.flatnonzero(unsolved)
    fixed = np.bincount(holders.account, np.where(movable, 0, holders.lower), count)
    low, high, target = low[where], high[where], (total - fixed)[where]
    # a thousandth of a minor unit, or as close as sums of floating-point numbers come
    close = np.maximum(1e-3, 1e-12 * target)
    active = movers.only(unsolved[movers.account], unsolved)
    price = (low + high) / 2
    for step in range(STEPS):
        if not len(where):
            break
        budgets = active.budgets(price)
        inside = (budgets > active.lower) & (budgets < active.upper)
        excess = np.bincount(active.account, budgets, len(where)) - target
        fall = np.bincount(active.account, active.slope * budgets * inside, len(where))
        result[where] = price
        more = excess > 0
        low, high = np.where(more, price, low), np.where(more, high, price)
        middle = (low + high) / 2
        if step > 20 and step % 2 == 1:
            price = middle
        else:
            # where next to nothing is left to fall, the step has no length that is a number
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                newton = price + excess / fall
            price = np.where((newton > low) & (newton < high), newton, middle)
        left = (np.abs(excess) > close) & (high - low > 1e-14)
        if np.count_nonzero(left) < 0.75 * len(left):
            active = active.only(left[active.account], left)
            where, low, high = where[left], low[left], high[left]
            price, target, close = price[left], target[left], close[left]
    return result


def whole_units(budgets: Floats, holders: Holders, total: Floats, unit: Floats) -> Floats:
    """Round to whole units so that every account adds up to its total (largest remainder).

    No total is exceeded: what is less than the next unit goes to a holder of a smaller unit, or
    stays over. Ties go to the first holder in order. Totals outside the limits are missed by what
    is missing.

    Args:
        budgets: Within limits, in minor units.
        holders: With limits in whole units; where the two are one, the budget is not rounded.
        total: Per account, in minor units.
        unit: Of each holder, in minor units.

    """
    fixed = holders.lower == holders.upper
    units = budgets / unit
    near = np.rint(units)
    units = np.where(np.abs(units - near) < 1e-7, near, units)
    floor = np.floor(units)
    whole = np.where(fixed, budgets, np.maximum(floor * unit, holders.lower))
    missing = np.rint(total - np.bincount(holders.account, whole, len(total)))
    fits = (whole + unit <= holders.upper) & (unit <= missing[holders.account])
    room = np.flatnonzero(~fixed & fits)
    account = holders.account[room]
    # nine digits of the remainder, so that what is equal but for floating point ties
    remainder = np.rint((units - floor)[room] * 1e9) / 1e9
    order = np.argsort(account + (1 - remainder) / 2, kind="stable")
    ordered, steps = account[order], unit[room][order]
    before = np.cumsum(steps) - steps
    taken = before - before[np.searchsorted(ordered, ordered, side="left")] + steps
    chosen = room[order[taken <= missing[ordered]]]
    whole[chosen] += unit[chosen]
    missing = np.rint(total - np.bincount(holders.account, whole, len(total)))
    units_more = np.floor(np.minimum(missing[holders.account], holders.upper - whole) / unit)
    more = np.where(fixed, 0, np.maximum(units_more, 0)) * unit
    rows = np.flatnonzero(more > 0)
    rows = rows[np.lexsort((-more[rows], holders.account[rows]))]
    rows = rows[np.flatnonzero(np.diff(holders.account[rows], prepend=-1) != 0)]
    whole[rows] += more[rows]
    return whole
