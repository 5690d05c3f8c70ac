"""Other ways to set budgets, each at its best: what the engine must beat."""

from collections.abc import Callable

from python_jobs.simulation.closed_loop.observed import Observed
from python_jobs.simulation.closed_loop.peers.bandits import (
    gp_bandit,
    hierarchical_thompson,
    thompson,
)
from python_jobs.simulation.closed_loop.peers.buyer import buyer
from python_jobs.simulation.closed_loop.peers.curves import greedy_grid, response_curves
from python_jobs.simulation.closed_loop.peers.rules import common_rules, rule_pack
from python_jobs.simulation.closed_loop.peers.simple import (
    equal_split,
    flat_steps,
    left_alone,
    proportional,
)
from python_jobs.simulation.closed_loop.peers.sketch import sketch
from python_jobs.simulation.curves import Floats

PEERS: dict[str, Callable[[Observed], Floats]] = {
    "left alone": left_alone,
    "buyer goes on": buyer,
    "equal split": equal_split,
    "proportional": proportional,
    "flat steps": flat_steps,
    "common rules": common_rules,
    "rule-tool pack": rule_pack,
    "Thompson": thompson,
    "hierarchical Thompson": hierarchical_thompson,
    "GP bandit": gp_bandit,
    "response curves": response_curves,
    "greedy grid": greedy_grid,
    "sketch": sketch,
}
WEEKLY = ("left alone", "buyer goes on")
"""who keep to one rhythm of their own, whatever the others' is"""
