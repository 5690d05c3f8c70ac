"""A Gaussian process for few, costly evaluations in many dimensions, and where to look next.

Matern 5/2 with one length scale per dimension. In 60 dimensions and 100 evaluations the likelihood
alone cannot tell length scales, so they have a log-normal prior whose mode grows with the square
root of the number of dimensions (Hvarfner, Hellsten and Nardi 2024, "Vanilla Bayesian optimization
performs great in high dimensions"). The next point is where the logarithm of expected improvement
is largest (Ament et al. 2023, "Unexpected improvements to expected improvement"), searched from
sparse steps away from the best points so far and from points anywhere. All points lie in the unit
cube, less is better.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from scipy.optimize import minimize
from scipy.special import erfcx, log_ndtr

from python_jobs.decisions.arrays import Floats

ROOT_5 = np.sqrt(5.0)
SPREAD = np.sqrt(3.0)
"""standard deviation of ln(length scale) in the prior, as published"""
NOISE = (-5.0, 1.0)
"""mean and standard deviation of ln(noise variance) in the prior; values have variance one"""
JITTER = 1e-6

BEST = 5
"""points around which it looks"""
ANYWHERE, NEARBY, STARTS = 512, 1024, 4
"""points tried before the search, and how many of them it starts from"""
USUAL_STEPS = 20
"""dimensions that a sparse step changes"""


@dataclass(frozen=True)
class GaussianProcess:
    """A fitted process. Points are (evaluations, dimensions) in the unit cube."""

    scaled: Floats
    """points over length scales"""
    lengths: Floats
    signal: float
    factor: tuple[Floats, bool]
    """Cholesky factor of the covariance"""
    weights: Floats
    center: float
    unit: float
    """mean and standard deviation of the values"""

    def predict(self, points: Floats) -> tuple[Floats, Floats]:
        """Return mean and standard deviation at points (n, dimensions), in units of the values."""
        distance = np.sqrt(_squared(points / self.lengths, self.scaled))
        cross = self.signal * _matern(distance)
        explained = solve_triangular(self.factor[0], cross.T, lower=True)
        variance = np.maximum(self.signal - (explained**2).sum(axis=0), 1e-12)
        return self.center + self.unit * (cross @ self.weights), self.unit * np.sqrt(variance)

    def gradients(self, point: Floats) -> tuple[float, float, Floats, Floats]:
        """Return mean and standard deviation at one point, and their slopes, on values' scale."""
        steps = point / self.lengths - self.scaled
        distance = np.sqrt((steps**2).sum(axis=1))
        decay = np.exp(-ROOT_5 * distance)
        cross = self.signal * _matern(distance)
        slope = -(self.signal * 5 / 3 * (1 + ROOT_5 * distance) * decay)[:, None]
        slopes = slope * steps / self.lengths
        solved = cho_solve(self.factor, cross)
        deviation = float(np.sqrt(max(self.signal - cross @ solved, 1e-12)))
        return (
            self.center + self.unit * float(cross @ self.weights),
            self.unit * deviation,
            self.unit * (self.weights @ slopes),
            -self.unit * (solved @ slopes) / deviation,
        )


def fit(points: Floats, values: Floats) -> GaussianProcess:
    """Fit length scales, noise and signal by their posterior mode.

    Args:
        points: (evaluations, dimensions) in the unit cube.
        values: (evaluations,), less is better.

    """
    dimensions = points.shape[1]
    center, unit = float(values.mean()), float(values.std()) or 1.0
    scaled_values = (values - center) / unit
    # the mode of the density over length scales, not over their logarithms
    usual = np.sqrt(2.0) + 0.5 * np.log(dimensions) - SPREAD**2
    start = np.concatenate([np.full(dimensions, usual), [NOISE[0], 0.0]])
    bounds = [(usual - 6, usual + 6)] * dimensions + [(-9, 2), (-3, 3)]
    found = minimize(
        _loss,
        start,
        args=(points, scaled_values, usual),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 60},
    ).x
    lengths, noise = np.exp(found[:dimensions]), np.exp(found[dimensions])
    signal = float(np.exp(found[dimensions + 1]))
    scaled = points / lengths
    covariance = signal * _matern(np.sqrt(_squared(scaled, scaled)))
    covariance[np.diag_indices_from(covariance)] += noise + JITTER
    factor = cho_factor(covariance, lower=True)
    weights = cho_solve(factor, scaled_values)
    return GaussianProcess(scaled, lengths, signal, factor, weights, center, unit)


def _loss(logs: Floats, points: Floats, values: Floats, usual: float) -> tuple[float, Floats]:
    """Return minus the log posterior and its gradient, by the logarithms of what is fitted."""
    dimensions = points.shape[1]
    lengths, noise = np.exp(logs[:dimensions]), np.exp(logs[dimensions])
    signal = np.exp(logs[dimensions + 1])
    scaled = points / lengths
    distance = np.sqrt(_squared(scaled, scaled))
    pure = signal * _matern(distance)
    covariance = pure.copy()
    covariance[np.diag_indices_from(covariance)] += noise + JITTER
    try:
        factor = cho_factor(covariance, lower=True)
    except np.linalg.LinAlgError:
        return 1e10, np.zeros_like(logs)
    weights = cho_solve(factor, values)
    inner = np.outer(weights, weights) - cho_solve(factor, np.eye(len(points)))
    pull = inner * (signal * 5 / 3 * (1 + ROOT_5 * distance) * np.exp(-ROOT_5 * distance))
    by_length = np.einsum("ij,ij->j", scaled, pull @ scaled) - pull.sum(axis=1) @ scaled**2
    from_usual = (logs[:dimensions] - usual) / SPREAD
    of_noise = (logs[dimensions] - NOISE[0]) / NOISE[1]
    of_signal = logs[dimensions + 1]
    loss = 0.5 * values @ weights + np.log(np.diag(factor[0])).sum()
    prior = 0.5 * (from_usual @ from_usual + of_noise**2 + of_signal**2)
    gradient = np.concatenate(
        [
            by_length + from_usual / SPREAD,
            [-0.5 * noise * np.trace(inner) + of_noise / NOISE[1]],
            [-0.5 * np.sum(inner * pure) + of_signal],
        ]
    )
    return float(loss + prior), gradient


def next_point(process: GaussianProcess, points: Floats, random: np.random.Generator) -> Floats:
    """Return the point (dimensions,) that promises the most improvement over the best mean."""
    means, _ = process.predict(points)
    best = float(means.min())
    tried = _candidates(points[np.argsort(means)[:BEST]], random)
    mean, deviation = process.predict(tried)
    promise = np.log(deviation) + _log_improvement((best - mean) / deviation)
    leading = np.argsort(-promise)[:200]
    weight = np.exp((promise[leading] - promise[leading[0]]) / (np.std(promise[leading]) + 1e-9))
    others = random.choice(leading, size=STARTS - 1, replace=False, p=weight / weight.sum())
    found = [
        minimize(
            _minus_promise,
            tried[place],
            args=(process, best),
            jac=True,
            method="L-BFGS-B",
            bounds=[(0.0, 1.0)] * points.shape[1],
            options={"maxiter": 50},
        )
        for place in (leading[0], *others)
    ]
    best_found: Floats = min(found, key=lambda result: float(result.fun)).x
    return np.clip(best_found, 0.0, 1.0)


def _minus_promise(point: Floats, process: GaussianProcess, best: float) -> tuple[float, Floats]:
    mean, deviation, mean_slope, deviation_slope = process.gradients(point)
    gap = (best - mean) / deviation
    promise = float(_log_improvement(np.array([gap]))[0])
    chance = np.exp(float(log_ndtr(gap)) - promise)
    gap_slope = -mean_slope / deviation - gap * deviation_slope / deviation
    slope = deviation_slope / deviation + chance * gap_slope
    return -(np.log(deviation) + promise), -slope


def _candidates(best: Floats, random: np.random.Generator) -> Floats:
    """Return points anywhere, and points a few coordinates away from the best."""
    dimensions = best.shape[1]
    origin = np.concatenate(
        [
            np.repeat(best[:1], NEARBY // 2, axis=0),
            best[random.integers(len(best), size=NEARBY // 2)],
        ]
    )
    changed = random.uniform(size=origin.shape) < min(1.0, USUAL_STEPS / dimensions)
    changed[np.arange(len(origin)), random.integers(dimensions, size=len(origin))] = True
    size = 10 ** random.uniform(-2.0, -0.3, size=(len(origin), 1))
    near = np.where(changed, origin + size * random.standard_normal(origin.shape), origin)
    return np.vstack([random.uniform(size=(ANYWHERE, dimensions)), np.clip(near, 0.0, 1.0)])


def _matern(distance: Floats) -> Floats:
    values: Floats = (1 + ROOT_5 * distance + 5 / 3 * distance**2) * np.exp(-ROOT_5 * distance)
    return values


def _squared(one: Floats, other: Floats) -> Floats:
    lengths = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)
    squared: Floats = np.maximum(lengths - 2 * one @ other.T, 0.0)
    return squared


def _log_improvement(gap: Floats) -> Floats:
    """Return ln(phi(gap) + gap * Phi(gap)), also far below zero, where the sum itself vanishes."""
    out: Floats = np.empty_like(gap)
    near = gap > -1
    there = gap[near]
    density = np.exp(-0.5 * there**2) / np.sqrt(2 * np.pi)
    out[near] = np.log(density + there * np.exp(log_ndtr(there)))
    far = gap[~near]
    tail = 1 + far * np.sqrt(np.pi / 2) * erfcx(-far / np.sqrt(2))
    # 1 / gap^2 is what the tail comes to where it cannot be told from zero
    log_tail = np.where(far > -1e3, np.log(np.maximum(tail, 1e-300)), -2 * np.log(np.abs(far)))
    out[~near] = -0.5 * far**2 - 0.5 * np.log(2 * np.pi) + log_tail
    return out
