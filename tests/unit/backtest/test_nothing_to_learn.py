import numpy as np
import pytest
from panels import small_panel

from python_jobs.backtest.evaluate import Evaluator, with_values
from python_jobs.backtest.policies import held
from python_jobs.decisions.rules.catalogue import default_parameters
from python_jobs.tuning.closed_loop import FREE_MOVES, with_nothing_to_learn

MORNINGS, HOLDERS, DEALINGS = 12, 6, 400
RANDOM = np.random.default_rng(5)
PANEL = small_panel(
    MORNINGS,
    HOLDERS,
    next_7d_spend=RANDOM.uniform(10, 900, MORNINGS * HOLDERS),
    next_7d_purchase_value=RANDOM.lognormal(7, 1, MORNINGS * HOLDERS),
)
FREE = with_values(default_parameters(), FREE_MOVES)


def gains(budgets):
    """Return what budgets earn over those left alone (dealings,), account currency."""
    found = []
    for seed in range(DEALINGS):
        evaluator = Evaluator(with_nothing_to_learn(PANEL, seed), FREE, draws=2)
        found.append(evaluator.evaluate(budgets).row_gain.sum())
    return np.array(found)


@pytest.mark.parametrize("spread", [0.1, 0.4])
def test_whatever_is_decided_is_expected_to_earn_the_same(spread):
    factors = np.random.default_rng(1).uniform(1 - spread, 1 + spread, len(PANEL))
    found = gains(held(PANEL) * factors)
    assert found.std() > 0
    assert abs(found.mean()) < 4 * found.std(ddof=1) / np.sqrt(DEALINGS)


def test_a_dealing_is_noise_of_its_own():
    assert not np.allclose(
        with_nothing_to_learn(PANEL, 0).outcome.revenue,
        with_nothing_to_learn(PANEL, 1).outcome.revenue,
    )
