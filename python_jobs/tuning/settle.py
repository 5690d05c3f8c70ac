"""Putting back what does not matter: parameters that moved along without earning anything."""

from collections.abc import Callable

import numpy as np

from python_jobs.decisions.arrays import Floats

Worth = Callable[[Floats], float]
"""a point in the unit cube -> what it is worth on the folds that choose, more is better"""


def settled(worth: Worth, point: Floats, home: Floats) -> tuple[Floats, Floats]:
    """Put each parameter back to its default unless that costs something.

    A search in a hundred dimensions moves parameters that no decision of the past depended on. One
    after the other, the least costly first, they go back to the defaults for as long as the whole
    is worth no less.

    Args:
        worth: What a point is worth.
        point: The point picked, (parameters,).
        home: The defaults, (parameters,).

    Returns:
        The point with what matters, and for each parameter what it is worth: by how much the whole
        falls with this one put back; 0 where it is at its default.

    """
    kept = point.copy()
    while True:
        reached = worth(kept)
        cost = np.zeros(len(kept))
        for place in np.flatnonzero(kept != home).tolist():
            cost[place] = reached - worth(_put_back(kept, home, place))
        free = np.flatnonzero((kept != home) & (cost <= 0))
        if not len(free):
            return kept, cost
        for place in free[np.argsort(cost[free], kind="stable")].tolist():
            without = worth(_put_back(kept, home, place))
            if without >= reached:
                kept, reached = _put_back(kept, home, place), without


def _put_back(point: Floats, home: Floats, place: int) -> Floats:
    changed = point.copy()
    changed[place] = home[place]
    return changed
