import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from panels import small_panel

from python_jobs.backtest.evaluate import Evaluator, with_values
from python_jobs.backtest.policies import held, random_moves, with_permuted_outcomes
from python_jobs.decisions.bench_data import random_holders
from python_jobs.decisions.rules.catalogue import default_parameters

DEFAULTS = default_parameters()
WEEKS, HOLDERS = 8, 20


def telling_panel(seed=0, *, all_spent=False):
    """Mornings on which the days after return what was projected, at the elasticity known then."""
    some = random_holders(WEEKS * HOLDERS, 1, seed)
    spend = 7 * some["current_budget" if all_spent else "current_spend"]
    return small_panel(
        WEEKS,
        HOLDERS,
        seed,
        next_7d_spend=spend,
        next_7d_purchase_value=spend * some["projected_roas"],
        learning_status="out of learning",
        change_response={"elasticity": 0.75, "type_deviation": 0.05, "own_deviation": 0.05},
    )


def two_alike():
    """Two folds of one morning, two holders of 100 a day each at a ROAS of 2."""
    return small_panel(2, 2, current_budget=100.0, next_7d_budget=100.0, next_7d_spend=700.0,
                       next_7d_purchase_value=1400.0, next_7d_impressions=[1000.0, 3000.0] * 2,
                       next_7d_clicks=[10.0, 90.0] * 2)  # fmt: skip


def test_figures_by_hand():
    """In the first fold 121 and 79 of 200: 1.1 and 0.888819 of what was, less a fifth, as both
    moved by more than 20 %; in the second nothing moves."""
    found = Evaluator(two_alike(), DEFAULTS).evaluate(np.array([121.0, 79.0, 100.0, 100.0]))
    gain = 0.8 * (1.21**0.5 + 0.79**0.5) / 2 - 1
    np.testing.assert_allclose(found.gain, [gain, 0], atol=1e-12)
    np.testing.assert_allclose(found.roas, [2 * (1 + gain), 2])
    np.testing.assert_allclose(found.ctr, [(12.1 + 71.1) / (1210 + 2370), 100 / 4000])
    np.testing.assert_allclose(
        found.stability, [(np.log(1.21) ** 2 + np.log(0.79) ** 2) / 2, 0], atol=1e-12
    )
    np.testing.assert_allclose(found.utilization, 1)
    np.testing.assert_allclose(found.learning_resets, [1, 0])
    np.testing.assert_allclose(found.row_gain.sum(), gain * 2800)


def test_a_step_that_learning_allows_costs_nothing():
    found = Evaluator(two_alike(), DEFAULTS).evaluate(np.array([120.0, 80.0, 100.0, 100.0]))
    np.testing.assert_allclose(found.learning_resets, 0)
    assert found.gain[0] == pytest.approx((1.2**0.5 + 0.8**0.5) / 2 - 1)


def test_the_same_parameters_are_valued_the_same_every_time():
    evaluator = Evaluator(telling_panel(), DEFAULTS)
    once, again = evaluator({}), Evaluator(telling_panel(), DEFAULTS)({})
    np.testing.assert_array_equal(once.draw_gain, again.draw_gain)
    np.testing.assert_array_equal(once.gain, evaluator({}).gain)


def test_parameters_decide():
    evaluator = Evaluator(telling_panel(), DEFAULTS)
    usual = evaluator({})
    assert (usual.gain > 0).all()
    timid = evaluator({"safety_rules.max_increase": 0.05, "safety_rules.max_decrease": 0.05})
    assert (timid.gain < usual.gain).all()
    assert (timid.stability < usual.stability).all()
    at_rest = evaluator({"safety_rules.cooldown_days": 1000})
    np.testing.assert_allclose(at_rest.budgets, held(evaluator.panel))


def test_draws_lie_around_the_mean():
    found = Evaluator(telling_panel(), DEFAULTS, draws=64)({})
    assert found.draw_gain.shape == (64, 2)
    np.testing.assert_allclose(found.draw_gain.mean(axis=0), found.gain)
    assert (found.draw_gain.std(axis=0) > 0).all()


def test_following_its_own_budgets_a_policy_goes_further():
    panel = telling_panel()
    one_step = Evaluator(panel, DEFAULTS)({})
    evaluator = Evaluator(panel, DEFAULTS, follow=4)
    budgets, before = evaluator.budgets(DEFAULTS)
    first = panel.step[panel.morning] == 0
    np.testing.assert_allclose(budgets[first], one_step.budgets[first])
    goes_on = panel.before >= 0
    np.testing.assert_allclose(before[goes_on], budgets[panel.before[goes_on]])
    step = budgets / before
    assert (step <= 1.2 + 0.01).all()
    furthest = np.abs(np.log(budgets / held(panel)))
    assert furthest.max() > np.log(1.2) + 0.1


@hypothesis_settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000))
def test_a_placebo_does_not_win(seed):
    """Moves dealt out anew earn nothing in the mean: returns fall as spend grows."""
    evaluator = Evaluator(telling_panel(seed), DEFAULTS)
    usual = evaluator({})
    placebos = [
        evaluator.evaluate(random_moves(evaluator.panel, usual.budgets, 100 * seed + n)).gain.mean()
        for n in range(20)
    ]
    error = np.std(placebos) / len(placebos) ** 0.5
    assert np.mean(placebos) < 2.5 * error
    assert usual.gain.mean() > np.mean(placebos) + 2.5 * error


@hypothesis_settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000))
def test_where_outcomes_are_dealt_out_anew_nothing_is_gained(seed):
    """But for money that could not be spent, which is no matter of returns."""
    panel = telling_panel(seed, all_spent=True)
    gains = [
        Evaluator(with_permuted_outcomes(panel, 100 * seed + n), DEFAULTS, draws=2)({}).gain.mean()
        for n in range(10)
    ]
    assert np.mean(gains) < 3 * np.std(gains) / len(gains) ** 0.5


def test_what_does_not_exist_or_only_tables_read_is_refused():
    evaluator = Evaluator(two_alike(), DEFAULTS)
    with pytest.raises(ValueError, match=r"no such parameters: safety_rules\.max_rise"):
        evaluator({"safety_rules.max_rise": 0.1})
    with pytest.raises(ValueError, match=r"tables read these.*evidence\.click_prior"):
        evaluator({"evidence.click_prior": 3})


def test_values_under_paths_replace_those_in_force():
    changed = with_values(
        DEFAULTS, {"health_score_config.weights.roas": 0.9, "safety_rules.max_increase": 0.1}
    )
    assert changed.health_score_config.weights.roas == 0.9
    assert changed.safety_rules.max_increase == 0.1
    assert changed.health_score_config.weights.click == DEFAULTS.health_score_config.weights.click
    assert changed.safety_rules.max_decrease == DEFAULTS.safety_rules.max_decrease
    assert with_values(DEFAULTS, {}) == DEFAULTS
