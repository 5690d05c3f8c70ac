"""The engine in closed loop: real builds and the pipeline in memory must give the same budgets."""

from pathlib import Path

import numpy as np
import pytest
from reading import WITHOUT_TESTS

from python_jobs.simulation.closed_loop.engine import Engine, default_settings
from python_jobs.simulation.closed_loop.loop import warm_up
from python_jobs.simulation.closed_loop.through_builds import BuiltEngine, compare
from python_jobs.simulation.closed_loop.worlds import WorldSpec

ROOT = Path(__file__).parents[2]
# what is read of a build, what it remembers for the next, and no tests: the data are in order
SELECTED = ("--select", "+budget_allocations", "+int_extract_values", "+int_budgets_current")


@pytest.mark.long
def test_two_mornings_through_files_and_builds_give_the_budgets_of_the_pipeline(new_home, project):
    home = new_home()

    def build(morning):
        done = home.dbt("build", *SELECTED, *WITHOUT_TESTS, as_of=morning.isoformat())
        assert done.success, done.exception or [step.message for step in done.result]

    account = warm_up(WorldSpec("tuning", "10", "power", "buyer", 0)).fork()
    first = account.budgets
    engine = Engine(project.compiled(), ROOT, default_settings(ROOT))
    rows = compare(account, BuiltEngine(home.path, build, "acme"), engine, 3, 2)
    assert rows["difference"].max() < 0.005
    # the second morning knows what the first decided, or all would rest
    assert (rows["moved"] >= len(first) / 2).all()
    assert np.abs(account.budgets / first - 1).max() <= 1.2**2 - 1 + 1e-3
    assert account.budgets.sum() <= account.total + 0.01
