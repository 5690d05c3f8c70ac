import numpy as np
import pandas as pd
import pytest

from python_jobs.decisions.value import UNFORESEEN
from python_jobs.simulation.closed_loop.calibration import best_share, log_loss


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
