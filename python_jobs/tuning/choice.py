"""What a trial is worth, and which one to pick.

Two aims pull against each other, what budgets earn and how little they change; a trial is worth
more where it is better in one and no worse in the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from python_jobs.config.tuning_schema import Objectives
from python_jobs.decisions.arrays import Bools, Codes, Floats
from python_jobs.tuning import gaussian_process
from python_jobs.tuning.samplers import without_outliers
from python_jobs.tuning.space import Space

Scores = Mapping[str, Floats]
"""(folds,) for each of 'roas', 'ctr', 'stability', 'utilization' and 'learning_resets'"""

LEADING = 10
"""trials among which one is picked"""
AUGMENTED = 0.05
"""weight of the sum beside the largest shortfall, so that of two equal ones the better is seen"""
UTILIZATION_UNIT, RESETS_UNIT = 0.05, 0.5
"""beyond a bound by so much counts as much as the whole range of an aim"""


@dataclass(frozen=True)
class Trial:
    """Parameters that were tried, and what they would have done in each fold of past weeks."""

    number: int
    stage: str
    """'start', 'earlier', 'families', 'parameters' or 'evidence'"""
    point: Floats
    """(parameters,) in the unit cube"""
    tied: Floats | None
    """(families,), where families moved"""
    scores: Scores


def wish(objectives: Objectives) -> float:
    """Return the customer's weight of what budgets earn against steadiness."""
    return objectives.roas / (objectives.roas + objectives.stability)


def aims(trials: Sequence[Trial], objectives: Objectives) -> Floats:
    """Return (trials, 2): what budgets earn, clicks added by their weight, and steadiness."""
    return np.array(
        [
            [
                steady_mean(_earned(trial.scores, objectives), objectives),
                steady_mean(trial.scores["stability"], objectives),
            ]
            for trial in trials
        ]
    )


def _earned(scores: Scores, objectives: Objectives) -> Floats:
    earned: Floats = scores["roas"] + scores["ctr"] * objectives.ctr / objectives.roas
    return earned


def steady_mean(values: Floats, objectives: Objectives) -> float:
    """Return the mean over folds less its spread times `objectives.fold_spread`."""
    return float(values.mean() - objectives.fold_spread * values.std())


def excess(trials: Sequence[Trial], objectives: Objectives) -> Floats:
    """Return how far trials (trials,) are out of bounds; 0 within.

    Bounds are those of the settings, or where the start itself is out of them, the start's.
    """
    unspent, resets = np.array(
        [
            [-trial.scores["utilization"].mean(), trial.scores["learning_resets"].mean()]
            for trial in trials
        ]
    ).T
    most_unspent = max(-objectives.min_utilization, unspent[0])
    most_resets = max(objectives.max_learning_resets, 1.0) * resets[0]
    beyond: Floats = (
        np.maximum(unspent - most_unspent, 0.0) / UTILIZATION_UNIT
        + np.maximum(resets - most_resets, 0.0) / RESETS_UNIT
    )
    return beyond


def losses(trials: Sequence[Trial], objectives: Objectives, weight: float) -> Floats:
    """Return one number per trial (trials,), less is better, for a weight of what budgets earn.

    Each aim goes from 0, the best so far, to 1, the worst; the larger weighted shortfall counts.
    """
    reached = aims(trials, objectives)
    short = (reached.max(axis=0) - reached) / units(trials, objectives)
    weighted = short * np.array([weight, 1.0 - weight])
    loss: Floats = weighted.max(axis=1) + AUGMENTED * weighted.sum(axis=1)
    loss += excess(trials, objectives)
    return loss


def front(trials: Sequence[Trial], objectives: Objectives) -> Bools:
    """Tell which trials (trials,) are within bounds and no other is better than in both aims."""
    reached = aims(trials, objectives)
    within = excess(trials, objectives) <= 0
    reached = np.where(within[:, None], reached, -np.inf)
    at_least = (reached[None, :, :] >= reached[:, None, :]).all(axis=2)
    better = at_least & (reached.sum(axis=1)[None, :] > reached.sum(axis=1)[:, None])
    beaten = np.asarray(better.any(axis=1))
    return np.asarray(within & ~beaten)


def hypervolume(trials: Sequence[Trial], objectives: Objectives) -> float:
    """Return the area between the front and the worst of each aim among trials of families.

    In units of those trials' ranges, so that it only grows once they are done.
    """
    spread = [trial for trial in trials if trial.stage not in ("parameters", "evidence")]
    worst = aims(spread, objectives).min(axis=0)
    on_front = aims(trials, objectives)[front(trials, objectives)]
    above = np.maximum((on_front - worst) / units(spread, objectives), 0.0)
    above = above[np.argsort(-above[:, 0])]
    height = np.maximum.accumulate(above[:, 1])
    return float((above[:, 0] * np.diff(height, prepend=0.0)).sum())


def pick(trials: Sequence[Trial], space: Space, objectives: Objectives) -> int:
    """Return the number of the trial to adopt, 0 for the parameters in force.

    Among the ten best by the posterior mean of the wished weights, those in force and the defaults,
    all that are within one standard error of the best over folds are taken for equal, and the one
    nearest to the defaults is picked: luck in a few folds moves parameters no further than it must.
    """
    loss = losses(trials, objectives, wish(objectives))
    points = np.array([trial.point for trial in trials])
    believed = loss
    if len(trials) > 2 and np.ptp(loss) > 0:
        believed, _ = gaussian_process.fit(points, without_outliers(loss)).predict(points)
    believed = np.where(excess(trials, objectives) <= 0, believed, np.inf)
    leading: Codes = np.argsort(believed, kind="stable")[:LEADING]
    at_home = np.flatnonzero((points == space.home).all(axis=1))[:1]
    leading = np.unique(np.concatenate([leading, [0], at_home]))
    leading = leading[np.isfinite(believed[leading])]
    leading = leading[np.argsort(believed[leading], kind="stable")]
    unit = units(trials, objectives)
    by_fold = np.array([_worth_by_fold(trials[at].scores, objectives, unit) for at in leading])
    behind = by_fold[0] - by_fold
    error = behind.std(axis=1, ddof=1) / np.sqrt(behind.shape[1]) if behind.shape[1] > 1 else 0.0
    equal = leading[behind.mean(axis=1) <= error]
    distance = np.abs(points[equal] - space.home).sum(axis=1)
    return int(equal[np.argmin(distance)])


def units(trials: Sequence[Trial], objectives: Objectives) -> Floats:
    """Return the ranges (2,) that the aims have in these trials; 1 where all are equal."""
    span = np.ptp(aims(trials, objectives), axis=0)
    return np.where(span > 0, span, 1.0)


def worth(scores: Scores, objectives: Objectives, unit: Floats) -> float:
    """Return the weighted sum of both aims, each in units of its range; more is better."""
    earned = steady_mean(_earned(scores, objectives), objectives) / unit[0]
    steadiness = steady_mean(scores["stability"], objectives) / unit[1]
    weight = wish(objectives)
    return float(weight * earned + (1.0 - weight) * steadiness)


def _worth_by_fold(scores: Scores, objectives: Objectives, unit: Floats) -> Floats:
    weight = wish(objectives)
    by_fold: Floats = (
        weight * _earned(scores, objectives) / unit[0]
        + (1.0 - weight) * scores["stability"] / unit[1]
    )
    return by_fold
