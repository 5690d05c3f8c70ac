"""Budgets left alone, and placebos that must not win."""

from dataclasses import replace

import numpy as np

from python_jobs.backtest.panel import Panel
from python_jobs.decisions.arrays import Codes, Floats, floats


def held(panel: Panel) -> Floats:
    """Return the budgets in force on each morning."""
    return floats(panel.inputs, "current_budget")


def random_moves(panel: Panel, budgets: Floats, seed: int) -> Floats:
    """Deal the moves of `budgets` out anew among the holders of each morning.

    As much money moves as often, by nobody's judgement.
    """
    today = held(panel)
    move = np.divide(budgets, today, out=np.ones(len(today)), where=today > 0)
    return today * move[_shuffled(panel.morning, seed)]


def with_permuted_outcomes(panel: Panel, seed: int) -> Panel:
    """Return the panel with each morning's returns dealt out anew: nothing tells them any more.

    What was spent stays; its ROAS, clicks and impressions are another's, and so is what more of it
    would bring: who could not spend more, and how fast returns fall. Else budgets that go where
    money finds room and returns fall slowly would still win.
    """
    outcome, order = panel.outcome, _shuffled(panel.morning, seed)

    def of_another(values: Floats) -> Floats:
        per_unit = np.divide(
            values, outcome.spend, out=np.zeros(len(values)), where=outcome.spend > 0
        )
        return outcome.spend * per_unit[order]

    return replace(
        panel,
        outcome=replace(
            outcome,
            revenue=of_another(outcome.revenue),
            impressions=of_another(outcome.impressions),
            clicks=of_another(outcome.clicks),
            is_limited=outcome.is_limited[order],
        ),
        belief=replace(
            panel.belief,
            elasticity=panel.belief.elasticity[order],
            type_deviation=panel.belief.type_deviation[order],
            own_deviation=panel.belief.own_deviation[order],
        ),
    )


def _shuffled(group: Codes, seed: int) -> Codes:
    """Return an order of all rows that keeps each group's in its places; groups are in order."""
    rng = np.random.default_rng(seed)
    return np.lexsort((rng.random(len(group)), group))
