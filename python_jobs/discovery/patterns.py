"""Patterns: conditions under which the next week earned more or less than was to be expected.

Trees are grown on the earlier weeks alone and every node of theirs is put to the test on later
ones, a gap of a week between. Weeks of one holder are alike, so what is uncertain is reckoned by
leaving out one holder after the other; of all patterns reported, at most the stated share is false
(Benjamini and Hochberg 1995).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as student
from sklearn.tree import DecisionTreeRegressor

from python_jobs.decisions.arrays import Bools, Codes, Floats
from python_jobs.discovery.targets import TRANSFORMS, Target, deviance

DEPTH = 3
LEAST_SHARE = 0.05
"""of the purchases that are learned from, behind every leaf"""
LEAST_PURCHASES, LEAST_HOLDERS = 20.0, 3
"""behind a pattern in the weeks that test it: fewer prove nothing"""
LEAST_ROWS = 40
"""to learn from, and to test on"""
LEARN_SHARE = 0.6
FOLDS = 3
"""parts of the weeks that are learned from, which choose the transform out of time"""
INTERVAL = 0.8


@dataclass(frozen=True)
class Bound:
    """One comparison of a pattern."""

    column: str
    operator: str
    """'<=' or '>'; neither holds where the column is not known"""
    threshold: float


@dataclass(frozen=True)
class Weeks:
    """The weeks of a target's rows: what is learned from, and what tests."""

    number: Codes
    """(rows,), of the row's morning: 0, 1, 2, ..."""
    learned: Bools
    """(rows,)"""
    tested: Bools
    """(rows,)"""

    @property
    def enough(self) -> bool:
        """Tell whether there is anything to learn from and to test on."""
        return min(int(self.learned.sum()), int(self.tested.sum())) >= LEAST_ROWS


def split_weeks(mornings: Sequence[object] | npt.NDArray[np.datetime64]) -> Weeks:
    """Split rows by their mornings into the first `LEARN_SHARE`, a gap of one, and the rest."""
    number = np.unique(np.asarray(mornings), return_inverse=True)[1]
    last = int(LEARN_SHARE * (number.max(initial=-1) + 1)) - 1
    return Weeks(number, number <= last, number > last + 1)


def chosen_transform(target: Target, features: pd.DataFrame, weeks: Weeks) -> tuple[str, float]:
    """Return the transform under which trees predict later weeks best, and that mean deviance.

    Only weeks that are learned from are looked at: trees of all but the last parts predict the
    next one.
    """
    last = weeks.number[weeks.learned].max(initial=0)
    edges = np.linspace(0, last + 1, FOLDS + 2)[1:]
    error = {}
    for name in TRANSFORMS:
        by_fold = []
        for start, end in pairwise(edges):
            before, then = weeks.number < start - 1, (weeks.number >= start) & (weeks.number < end)
            if before.any() and then.any():
                tree = grown(target, features, before, name)
                by_fold.append(deviance(target, _ratios(tree, target, features, before), then))
        error[name] = float(np.mean(by_fold)) if by_fold else np.inf
    best = min(error, key=error.__getitem__)
    return best, error[best]


def grown(
    target: Target, features: pd.DataFrame, learned: Bools, transform: str
) -> DecisionTreeRegressor:
    """Grow a tree of depth `DEPTH` on some rows, each by its expected purchases."""
    tree = DecisionTreeRegressor(
        max_depth=DEPTH, min_weight_fraction_leaf=LEAST_SHARE, random_state=0
    )
    values = TRANSFORMS[transform](target, learned)
    return tree.fit(
        features.to_numpy()[learned], values[learned], sample_weight=target.purchases[learned]
    )


def _ratios(
    tree: DecisionTreeRegressor, target: Target, features: pd.DataFrame, learned: Bools
) -> Floats:
    """Return every row's leaf's observed over expected revenue, a purchase added to each."""
    leaf = tree.apply(features.to_numpy())
    one = np.average(target.expected / target.purchases, weights=target.purchases)
    size = tree.tree_.node_count
    observed = np.bincount(leaf[learned], target.observed[learned], size)
    expected = np.bincount(leaf[learned], target.expected[learned], size)
    ratio: Floats = ((observed + one) / (expected + one))[leaf]
    return ratio


Condition = tuple[Bound, ...]
"""all of them hold"""


def nodes(tree: DecisionTreeRegressor, columns: Sequence[str]) -> list[tuple[Condition, Condition]]:
    """Return the condition of every node but the root, and that of the node above it.

    Of comparisons of one kind the tightest stands.
    """
    grown_tree = tree.tree_
    found: list[tuple[Condition, Condition]] = []

    def walk(node: int, way: dict[tuple[str, str], float], above: Condition) -> None:
        here = tuple(Bound(name, sign, at) for (name, sign), at in way.items())
        if way:
            found.append((here, above))
        if grown_tree.children_left[node] < 0:
            return
        name, at = columns[grown_tree.feature[node]], float(grown_tree.threshold[node])
        walk(grown_tree.children_left[node], way | {(name, "<="): at}, here)
        walk(grown_tree.children_right[node], way | {(name, ">"): at}, here)

    walk(0, {}, ())
    return found


def holds(condition: Sequence[Bound], features: pd.DataFrame) -> Bools:
    """Tell for which rows (rows,) all comparisons hold."""
    inside = np.ones(len(features), dtype=bool)
    for bound in condition:
        values = features[bound.column].to_numpy(np.float64)
        with np.errstate(invalid="ignore"):
            inside &= (
                values <= bound.threshold if bound.operator == "<=" else values > bound.threshold
            )
    return inside


@dataclass(frozen=True)
class Lift:
    """What a pattern's rows earned over what was expected of them, against all other rows."""

    ratio: float
    """1.2 = a fifth more than the others"""
    low: float
    high: float
    """80 % interval"""
    p_value: float
    purchases: float
    holders: int


def lift(target: Target, inside: Bools, rows: Bools, holder: Codes) -> Lift | None:
    """Reckon a pattern's lift on some rows; None where too little is behind it.

    The standard error of ln(lift) is that of a jackknife over holders; fewer holders inside leave
    wider tails.
    """
    within, without = inside & rows, ~inside & rows
    purchases, holders = target.purchases[within].sum(), len(np.unique(holder[within]))
    if min(purchases, target.purchases[without].sum()) < LEAST_PURCHASES:
        return None
    if holders < LEAST_HOLDERS:
        return None
    size = int(holder.max()) + 1
    sums = [
        np.bincount(holder[part], values[part], size)
        for part in (within, without)
        for values in (target.observed, target.expected)
    ]
    totals = [total.sum() for total in sums]
    if min(totals) <= 0:
        return None
    ratio = (totals[0] / totals[1]) / (totals[2] / totals[3])
    present = np.unique(holder[rows])
    left = [
        np.maximum(total - part[present], 1e-9) for total, part in zip(totals, sums, strict=True)
    ]
    logs = np.log(left[0] / left[1]) - np.log(left[2] / left[3])
    count = len(present)
    error = float(np.sqrt((count - 1) / count * ((logs - logs.mean()) ** 2).sum()))
    freedom = holders - 1
    reach = float(student.ppf(0.5 + INTERVAL / 2, freedom)) * error
    chance = 2.0 * float(student.sf(abs(np.log(ratio)) / max(error, 1e-9), freedom))
    return Lift(
        float(ratio),
        float(ratio * np.exp(-reach)),
        float(ratio * np.exp(reach)),
        chance,
        float(purchases),
        holders,
    )


def q_values(p_values: Floats) -> Floats:
    """Return for each test the false-discovery rate at which it would just be reported."""
    order = np.argsort(p_values)
    scaled = p_values[order] * len(p_values) / np.arange(1, len(p_values) + 1)
    found = np.empty_like(p_values)
    found[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return found


def stability(target: Target, inside: Bools, weeks: Weeks, ratio: float, parts: int = 4) -> float:
    """Return in which share of consecutive parts of the tested weeks the lift has the same sign."""
    last = weeks.number.max(initial=0)
    first = weeks.number[weeks.tested].min(initial=last)
    edges = np.linspace(first, last + 1, parts + 1)
    same = []
    for start, end in pairwise(edges):
        here = weeks.tested & (weeks.number >= start) & (weeks.number < end)
        sums = [
            values[here & part].sum()
            for part in (inside, ~inside)
            for values in (target.observed, target.expected)
        ]
        if min(sums[1], sums[3]) > 0:
            same.append((sums[0] / sums[1] > sums[2] / sums[3]) == (ratio > 1))
    return float(np.mean(same)) if same else float("nan")
