"""Which point to try next: one function per method, of the trials so far and nothing else.

A search that was interrupted goes on as if it had not been: what is asked depends on the trials and
a seed alone. Points lie in the unit cube, less is better.
"""

import warnings
from collections.abc import Callable

import numpy as np
from scipy.stats import qmc

from python_jobs.decisions.arrays import Floats
from python_jobs.tuning import gaussian_process

Sampler = Callable[[Floats, Floats, int], Floats]
"""points (trials, dimensions), their values (trials,) and a seed -> the next point (dimensions,)"""


def first_points(start: Floats, number: int, seed: int) -> Floats:
    """Return the points (number, dimensions) that every search begins with, whatever its method.

    The start itself, then a Sobol sequence in the half of each range around it: what is in force
    was chosen with care, and in many dimensions a point anywhere is far worse.
    """
    # a Sobol sequence is even in powers of two
    power = max(number - 1, 1).bit_length()
    cube = qmc.Sobol(len(start), rng=seed).random_base2(power)[: number - 1]
    low = np.clip(start - 0.25, 0.0, 0.5)
    return np.vstack([start[None, :], low + 0.5 * cube])


def gaussian(points: Floats, values: Floats, seed: int) -> Floats:
    """Ask the Gaussian process of this package."""
    process = gaussian_process.fit(points, without_outliers(values))
    return gaussian_process.next_point(process, points, np.random.default_rng(seed))


def scikit_optimize(points: Floats, values: Floats, seed: int) -> Floats:
    """Ask scikit-optimize's Gaussian process with its own settings."""
    from skopt import Optimizer  # noqa: PLC0415 -- takes a second

    search = Optimizer(
        [(0.0, 1.0)] * points.shape[1], "GP", n_initial_points=1, random_state=seed % 2**32
    )
    with warnings.catch_warnings():
        # it warns of points asked twice and of its own fit's limits
        warnings.simplefilter("ignore")
        search.tell(points.tolist(), without_outliers(values).tolist())
        return np.clip(np.array(search.ask(), dtype=np.float64), 0.0, 1.0)


def tree_parzen(points: Floats, values: Floats, seed: int) -> Floats:
    """Ask Optuna's tree-structured Parzen estimator.

    Raises:
        ModuleNotFoundError: Optuna is not installed; it is no part of this product.

    """
    import optuna  # noqa: PLC0415 -- no part of the product

    sampler = optuna.samplers.TPESampler(seed=seed % 2**32, n_startup_trials=1)
    return _ask_optuna(sampler, points, values)


def cma_es(points: Floats, values: Floats, seed: int) -> Floats:
    """Ask a separable CMA-ES started at the best of the first points.

    Raises:
        ModuleNotFoundError: Optuna or cmaes is not installed; they are no part of this product.

    """
    import optuna  # noqa: PLC0415

    sampler = optuna.samplers.CmaEsSampler(
        seed=seed % 2**32, n_startup_trials=1, use_separable_cma=True
    )
    return _ask_optuna(sampler, points, values)


def anywhere(points: Floats, values: Floats, seed: int) -> Floats:
    """Return a point at random around the start, as `first_points` has them."""
    del values
    low = np.clip(points[0] - 0.25, 0.0, 0.5)
    point: Floats = low + 0.5 * np.random.default_rng(seed).uniform(size=points.shape[1])
    return point


SAMPLERS: dict[str, Sampler] = {
    "gp": gaussian,
    "scikit-optimize": scikit_optimize,
    "optuna-tpe": tree_parzen,
    "optuna-cma": cma_es,
    "random": anywhere,
}


def without_outliers(values: Floats) -> Floats:
    """Return values with the worst drawn in, so that they do not set the scale for the others."""
    lower, upper = np.percentile(values, [25, 75])
    drawn_in: Floats = np.minimum(values, upper + 3.0 * (upper - lower) + 1e-12)
    return drawn_in


def _ask_optuna(sampler: object, points: Floats, values: Floats) -> Floats:
    import optuna  # noqa: PLC0415

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    names = [f"x{place:03d}" for place in range(points.shape[1])]
    kinds = {name: optuna.distributions.FloatDistribution(0.0, 1.0) for name in names}
    study = optuna.create_study(sampler=sampler)
    study.add_trials(
        [
            optuna.trial.create_trial(
                params=dict(zip(names, point, strict=True)), distributions=kinds, value=value
            )
            for point, value in zip(points.tolist(), values.tolist(), strict=True)
        ]
    )
    asked = study.ask(kinds)
    return np.array([asked.params[name] for name in names])
