from types import SimpleNamespace

import pytest

from python_jobs.config.decision_rules import default_decision_rules


@pytest.fixture(scope="session")
def parameters():
    """The default thresholds, with the three limits of another section that rules read."""
    return SimpleNamespace(
        decision_rules=default_decision_rules(),
        safety_rules=SimpleNamespace(
            cooldown_days=2, learning_protect_days=7, learning_min_conversions=50
        ),
    )
