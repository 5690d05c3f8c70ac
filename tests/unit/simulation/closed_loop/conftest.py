import pytest

from python_jobs.simulation.closed_loop.loop import ManagedAccount, warm_up
from python_jobs.simulation.closed_loop.worlds import WorldSpec


@pytest.fixture(scope="session")
def start() -> ManagedAccount:
    """Ten ad sets, some in a campaign with its own budget, as a buyer left them."""
    return warm_up(WorldSpec("tuning", "10", "power", "buyer", 2))


@pytest.fixture(scope="session")
def small_start() -> ManagedAccount:
    """Five campaigns with their own budgets."""
    return warm_up(WorldSpec("tuning", "small", "hill", "buyer", 0))
