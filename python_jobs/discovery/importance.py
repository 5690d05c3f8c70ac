"""Which features tell something of later weeks, and which only say the same again."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.ensemble import RandomForestRegressor

from python_jobs.decisions.arrays import Bools, Codes, Floats
from python_jobs.discovery.targets import TRANSFORMS, Target, deviance

ALIKE = 0.8
"""features that are correlated by rank so much, either way, are shuffled together"""
TREES, DEPTH, SHUFFLES = 60, 5, 5
LEAST_LEAF = 0.01
"""share of the purchases behind a leaf"""


class Parts(NamedTuple):
    """Rows of a target, (rows,) each."""

    learned: Bools
    judged: Bools
    """later ones, on which features are shuffled"""


def groups_of(features: pd.DataFrame) -> Codes:
    """Return the number of each feature's group (columns,), alike in their ranks: 1, 2, ..."""
    if features.shape[1] < 2:
        return np.ones(features.shape[1], dtype=np.intp)
    alike = features.corr(method="spearman").abs().fillna(0.0).to_numpy().copy()
    np.fill_diagonal(alike, 1.0)
    distance = squareform(1.0 - alike, checks=False)
    return np.asarray(fcluster(linkage(distance, "average"), 1.0 - ALIKE, "distance"), np.intp)


def importance(
    target: Target,
    features: pd.DataFrame,
    parts: Parts,
    transform: str,
    seed: int = 0,
) -> pd.DataFrame:
    """Shuffle each group of features in weeks that a forest has not seen, and see what it costs.

    Args:
        target: What is predicted.
        features: One row per row of the target; what is missing counts as its column's median.
        parts: Rows that the forest is grown on, and later ones.
        transform: Of `TRANSFORMS`.
        seed: Of the forest and of the shuffles.

    Returns:
        One row per feature: feature, feature_group, importance (rise of the mean deviance per
        purchase when its group is shuffled) and importance_error (its standard error over
        shuffles). All of a group have the same.

    """
    learned, judged = parts
    group = groups_of(features[learned])
    filled = features.fillna(features[learned].median()).fillna(0.0).to_numpy()
    forest = RandomForestRegressor(
        TREES, max_depth=DEPTH, min_weight_fraction_leaf=LEAST_LEAF, random_state=seed
    )
    values = TRANSFORMS[transform](target, learned)
    forest.fit(filled[learned], values[learned], sample_weight=target.purchases[learned])
    # a ratio per level of the prediction, as leaves have one: transforms are on scales of their own
    levels = np.unique(np.quantile(forest.predict(filled[learned]), np.linspace(0, 1, 9)[1:-1]))
    level = np.searchsorted(levels, forest.predict(filled[learned]))
    one = float(np.average(target.expected / target.purchases, weights=target.purchases))
    observed = np.bincount(level, target.observed[learned], len(levels) + 1)
    expected = np.bincount(level, target.expected[learned], len(levels) + 1)
    ratio = (observed + one) / (expected + one)

    def error(columns: Floats) -> float:
        predicted = np.ones(len(columns))
        predicted[judged] = ratio[np.searchsorted(levels, forest.predict(columns[judged]))]
        return deviance(target, predicted, judged)

    random = np.random.default_rng(seed)
    usual = error(filled)
    places = np.flatnonzero(judged)
    rises = {}
    for number in np.unique(group):
        members = np.flatnonzero(group == number)
        costs = []
        for _ in range(SHUFFLES):
            shuffled = filled.copy()
            shuffled[np.ix_(places, members)] = filled[np.ix_(random.permutation(places), members)]
            costs.append(error(shuffled) - usual)
        rises[number] = (np.mean(costs), np.std(costs, ddof=1) / np.sqrt(SHUFFLES))
    return pd.DataFrame(
        {
            "feature": features.columns,
            "feature_group": group,
            "importance": [float(rises[number][0]) for number in group],
            "importance_error": [float(rises[number][1]) for number in group],
        }
    )
