"""What is tried next: the Gaussian process against scikit-learn's and finite differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from scipy.stats import norm
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

from python_jobs.tuning import gaussian_process
from python_jobs.tuning.samplers import SAMPLERS, first_points, without_outliers


@pytest.fixture(scope="module")
def evaluated():
    random = np.random.default_rng(4)
    points = random.uniform(size=(40, 8))
    values = np.sin(3 * points[:, 0]) + points[:, 1] ** 2 + 0.01 * random.standard_normal(40)
    return points, values


def test_predictions_are_those_of_scikit_learn_with_the_same_kernel(evaluated):
    points, values = evaluated
    process = gaussian_process.fit(points, values)
    lower = np.tril(process.factor[0])
    noise = (lower @ lower.T)[0, 0] - process.signal
    kernel = ConstantKernel(process.signal, "fixed") * Matern(
        process.lengths, "fixed", nu=2.5
    ) + WhiteKernel(noise, "fixed")
    theirs = GaussianProcessRegressor(kernel, alpha=0.0, optimizer=None, normalize_y=True)
    theirs.fit(points, values)
    asked = np.random.default_rng(5).uniform(size=(30, 8))
    mean, deviation = process.predict(asked)
    expected, expected_deviation = theirs.predict(asked, return_std=True)
    assert mean == pytest.approx(expected, abs=1e-6)
    # theirs is of a new value, with its noise
    with_noise = np.sqrt(deviation**2 + process.unit**2 * noise)
    assert with_noise == pytest.approx(expected_deviation, rel=1e-5)


def test_length_scales_tell_what_matters(evaluated):
    process = gaussian_process.fit(*evaluated)
    assert max(process.lengths[:2]) < min(process.lengths[2:])


def test_slopes_are_those_of_finite_differences(evaluated):
    points, values = evaluated
    random = np.random.default_rng(6)
    usual = 0.3
    scaled = (values - values.mean()) / values.std()
    for _ in range(3):
        logs = np.concatenate([random.normal(0, 0.5, 8), [-3.0, 0.2]])
        slope = gaussian_process._loss(logs, points, scaled, usual)[1]
        expected = approx_fprime(
            logs, lambda at: gaussian_process._loss(at, points, scaled, usual)[0], 1e-7
        )
        assert slope == pytest.approx(expected, rel=1e-3, abs=1e-3)
    process = gaussian_process.fit(points, values)
    best = float(values.min())
    for _ in range(3):
        point = random.uniform(size=8)
        slope = gaussian_process._minus_promise(point, process, best)[1]
        expected = approx_fprime(
            point, lambda at: gaussian_process._minus_promise(at, process, best)[0], 1e-7
        )
        assert slope == pytest.approx(expected, rel=1e-3, abs=1e-2)


def test_log_of_expected_improvement_also_where_it_vanishes():
    gap = np.array([3.0, 0.0, -1.5, -5.0])
    expected = np.log(norm.pdf(gap) + gap * norm.cdf(gap))
    assert gaussian_process._log_improvement(gap) == pytest.approx(expected, rel=1e-6)
    # phi(u) / u^2 far below zero
    far = np.array([-30.0, -200.0, -5000.0])
    asymptote = norm.logpdf(far) - 2 * np.log(-far)
    assert gaussian_process._log_improvement(far) == pytest.approx(asymptote, rel=1e-4)


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_method_asks_the_same_of_the_same_trials_and_learns(name):
    sampler = SAMPLERS[name]
    best = np.array([0.7, 0.4, 0.5, 0.6])
    points = first_points(np.full(4, 0.5), 8, seed=3)
    values = ((points - best) ** 2).sum(axis=1)
    first = values.min()
    assert sampler(points, values, 11) == pytest.approx(sampler(points, values, 11))
    for trial in range(12 if name == "gp" else 3):
        point = sampler(points, values, trial)
        assert ((point >= 0) & (point <= 1)).all()
        points = np.vstack([points, point])
        values = np.append(values, ((point - best) ** 2).sum())
    if name == "gp":
        assert values.min() < first / 20


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=150),
    st.integers(1, 40),
    st.integers(0, 1000),
)
def test_a_search_begins_at_the_start_and_in_the_half_of_the_cube_around_it(start, number, seed):
    points = first_points(np.array(start), number, seed)
    assert points.shape == (number, len(start))
    assert points[0] == pytest.approx(start)
    assert ((points >= 0) & (points <= 1)).all()
    assert (points.max(axis=0) - points.min(axis=0) <= 0.5 + 1e-9).all() or number == 1
    assert (np.abs(points - start) <= 0.5 + 1e-9).all()


def test_outliers_do_not_set_the_scale():
    values = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 1e9])
    # quartiles 1.25 and 3.75: nothing above 3.75 + 3 * 2.5
    assert without_outliers(values) == pytest.approx([0.0, 1.0, 2.0, 3.0, 4.0, 11.25])
