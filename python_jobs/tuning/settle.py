"""Putting back what does not matter: parameters that moved along without earning anything."""

from collections.abc import Callable

import numpy as np

from python_jobs.decisions.arrays import Floats

Worth = Callable[[Floats], float]
"""a point in the unit cube -> what it is worth on the folds that choose, more is better"""


def settled(worth: Worth, point: Floats, start: Floats) -> tuple[Floats, Floats]:
    """Put each parameter back to where it was unless that costs something.

    A search in a hundred dimensions moves parameters that no decision of the past depended on. One
    after the other, the least costly first, they go back to the start for as long as the whole is
    worth no less.

    Args:
        worth: What a point is worth.
        point: The point picked, (parameters,).
        start: The parameters in force, (parameters,).

    Returns:
        The point with what matters, and for each parameter what it is worth: by how much the whole
        falls with this one put back; 0 where it is at the start.

    """
    kept = point.copy()
    while True:
        reached = worth(kept)
        cost = np.zeros(len(kept))
        for place in np.flatnonzero(kept != start).tolist():
            cost[place] = reached - worth(_put_back(kept, start, place))
        free = np.flatnonzero((kept != start) & (cost <= 0))
        if not len(free):
            return kept, cost
        for place in free[np.argsort(cost[free], kind="stable")].tolist():
            without = worth(_put_back(kept, start, place))
            if without >= reached:
                kept, reached = _put_back(kept, start, place), without


def _put_back(point: Floats, start: Floats, place: int) -> Floats:
    changed = point.copy()
    changed[place] = start[place]
    return changed
