from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from python_jobs.simulation.curves import (
    MONTHLY_CPM,
    marginal_response,
    poisson_quantile,
    ratio_at_marginal,
    relative_response,
    split_by_marginal,
    split_integers,
    yearly_index,
)

FAMILIES = ("power", "hill")
elasticities = st.floats(0.3, 0.95)
ratios = st.floats(0.01, 20.0)


@pytest.mark.parametrize("family", FAMILIES)
@given(elasticity=elasticities, ratio=ratios, more=st.floats(1.01, 3.0))
def test_more_spend_gives_more_at_a_falling_rate(family, elasticity, ratio, more):
    spend = np.array([ratio, ratio * more])
    given_elasticity = np.full(2, elasticity)
    low, high = relative_response(spend, given_elasticity, family)
    assert high > low
    assert high / low < more
    slope = marginal_response(spend, given_elasticity, family)
    assert slope[1] < slope[0]


@pytest.mark.parametrize("family", FAMILIES)
def test_both_families_agree_at_base(family):
    elasticity, one = np.array([0.5, 0.75, 0.9]), np.ones(3)
    assert relative_response(one, elasticity, family) == pytest.approx(1.0)
    assert marginal_response(one, elasticity, family) == pytest.approx(elasticity)


def test_hill_saturates_and_power_does_not():
    elasticity = np.array([0.75])
    far = np.array([1e6])
    # half-way point 0.75 / 0.25 = 3, so the ceiling is 1 + 3
    assert relative_response(far, elasticity, "hill") == pytest.approx(4.0, rel=1e-4)
    assert relative_response(far, elasticity, "power") > 1000


@pytest.mark.parametrize("family", FAMILIES)
@given(elasticity=elasticities, ratio=ratios)
def test_ratio_at_marginal_inverts_the_slope(family, elasticity, ratio):
    e = np.array([elasticity])
    slope = marginal_response(np.array([ratio]), e, family)
    assert ratio_at_marginal(slope, e, family) == pytest.approx(ratio, rel=1e-6)


@pytest.mark.parametrize("family", FAMILIES)
@given(seed=st.integers(0, 10_000), scale=st.floats(0.2, 3.0))
def test_split_uses_the_budget_and_equalizes_marginal_returns(family, seed, scale):
    rng = np.random.default_rng(seed)
    group = np.array([0, 0, 0, 1, 1])
    base = rng.uniform(10, 100, 5)
    roas = rng.uniform(1.0, 3.0, 5)
    elasticity = rng.uniform(0.4, 0.85, 5)
    budgets = np.bincount(group, base) * scale
    split = split_by_marginal(
        budgets,
        group,
        roas_at_base=roas,
        base=base,
        elasticity=elasticity,
        capacity=np.full(5, 1e9),
        family=family,
    )
    assert np.bincount(group, split) == pytest.approx(budgets)
    slope = roas * marginal_response(split / base, elasticity, family)
    for campaign in (0, 1):
        used = (group == campaign) & (split > 1e-6)
        assert slope[used] == pytest.approx(slope[used].mean(), rel=1e-4)


def test_split_respects_capacity_while_others_have_room():
    split = split_by_marginal(
        np.array([100.0]),
        np.array([0, 0]),
        roas_at_base=np.array([9.0, 1.0]),
        base=np.array([50.0, 50.0]),
        elasticity=np.array([0.7, 0.7]),
        capacity=np.array([30.0, 500.0]),
        family="power",
    )
    assert split == pytest.approx([30.0, 70.0], rel=1e-3)


@given(uniform=st.floats(0.0, 0.999999), mean=st.floats(0.0, 150.0), more=st.floats(0.0, 50.0))
def test_poisson_quantile_never_falls_with_the_mean(uniform, mean, more):
    counts = poisson_quantile(np.full(2, uniform), np.array([mean, mean + more]))
    assert counts[1] >= counts[0] >= 0


def test_poisson_quantile_is_poisson():
    uniform = np.random.default_rng(1).random(40_000)
    counts = poisson_quantile(uniform, np.full(40_000, 3.0))
    assert counts.mean() == pytest.approx(3.0, abs=0.04)
    assert counts.var() == pytest.approx(3.0, abs=0.1)
    assert (counts == 0).mean() == pytest.approx(np.exp(-3.0), abs=0.004)
    assert poisson_quantile(uniform[:5], np.zeros(5)).tolist() == [0] * 5


@given(
    total=st.integers(0, 10**7),
    weights=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=6).filter(lambda w: sum(w) > 0.01),
)
def test_split_integers_loses_nothing(total, weights):
    shares = np.array(weights) / sum(weights)
    parts = split_integers(np.array(total), shares)
    assert parts.sum() == total
    assert (parts >= 0).all()
    assert np.abs(parts - total * shares).max() <= 1.0


def test_yearly_index_meets_the_months_and_wraps_around():
    assert yearly_index(date(2026, 11, 16), MONTHLY_CPM) == pytest.approx(1.25, abs=0.01)
    new_year = yearly_index(date(2026, 1, 1), MONTHLY_CPM)
    assert new_year == pytest.approx(yearly_index(date(2026, 12, 31), MONTHLY_CPM), abs=0.01)
    assert new_year == pytest.approx((0.88 + 1.11) / 2, abs=0.01)
