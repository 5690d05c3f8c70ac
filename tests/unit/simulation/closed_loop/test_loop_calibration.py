import numpy as np
import pandas as pd
import pytest

from python_jobs.decisions.value import UNFORESEEN
from python_jobs.simulation.closed_loop.calibration import best_share, held, log_loss


@pytest.mark.parametrize("planted", [0.0, 0.2, 0.4])
def test_the_share_of_moves_that_nothing_foresees_is_found(planted):
    random = np.random.default_rng(1)
    estimated = random.uniform(0.3, 0.99, 20_000)
    right = random.uniform(size=20_000) < planted / 2 + (1 - planted) * estimated
    stated = UNFORESEEN / 2 + (1 - UNFORESEEN) * estimated
    moves = pd.DataFrame({"stated": stated, "right": right})
    assert best_share(moves) == pytest.approx(planted, abs=0.03)


def test_log_loss():
    # -(ln .8 + ln .6) / 2
    assert log_loss(np.array([0.8, 0.4]), np.array([True, False])) == pytest.approx(0.3669846)


def test_intervals_of_budgets_and_of_the_account_are_held_against_what_came():
    # two budgets of 100: .15 of ln(ROAS) is open by themselves, .1 they share
    reach = np.exp(1.2816 * np.hypot(0.15, 0.1))
    weeks = pd.DataFrame(
        {
            "account": [0, 0, 1, 1],
            "truth": [125.0, 100.0, 130.0, 130.0],
            "expected_7d_revenue": 100.0,
            "expected_7d_revenue_low": 100.0 / reach,
            "expected_7d_revenue_high": 100.0 * reach,
        }
    )
    # reach is 1.26, so 130 is beyond; accounts reach e^(1.2816 * sqrt(.15^2 / 2 + .1^2)) = 1.206
    assert held(weeks, 0.1) == [
        "80 % intervals held the ROAS of 50 % of 4 budgets",
        "80 % intervals held the ROAS of 50 % of 2 accounts",
    ]
    assert held(weeks.assign(truth=120.0), 0.1)[1].endswith("100 % of 2 accounts")
    assert held(weeks.assign(truth=121.0), 0.1)[1].endswith("0 % of 2 accounts")
