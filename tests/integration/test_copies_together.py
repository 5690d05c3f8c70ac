"""Copies of an account that share a warehouse go as each would alone."""

import pytest
from conftest import ROOT

from python_jobs.simulation.closed_loop.engine import Engine, default_settings, with_changes
from python_jobs.simulation.closed_loop.loop import REST, prepare, run
from python_jobs.simulation.closed_loop.together import revenue_of_each
from python_jobs.simulation.closed_loop.worlds import WorldSpec, draw_settings

SETS = [{}, {"safety_rules.max_increase": 0.05}]


@pytest.mark.long
def test_copies_earn_what_each_earns_alone(project):
    compiled = project.compiled()
    settings = default_settings(ROOT)
    start = prepare(draw_settings(WorldSpec("tuning", "10", "power", "buyer", 8)), days=56)
    found = revenue_of_each(
        start, SETS, compiled=compiled, project=ROOT, settings=settings, rhythm="weekly"
    )
    common = {"incidents.enabled": False, "safety_rules.cooldown_days": REST["weekly"]}
    engine = Engine(compiled, ROOT, with_changes(settings, common | SETS[1]))
    alone = run(start, engine, "weekly").revenue
    engine.close()
    assert abs(found[1] / alone - 1) < 1e-9
    assert found[0] != found[1]
