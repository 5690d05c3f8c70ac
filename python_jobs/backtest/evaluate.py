"""What a set of parameters would have earned: the objective that tuning climbs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel

from python_jobs.backtest.panel import WEEK, Panel
from python_jobs.backtest.path import at_budgets
from python_jobs.backtest.policies import held
from python_jobs.backtest.value import drawn_elasticities, value
from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import Bools, Floats
from python_jobs.decisions.decide import Known, recommended_budgets

READ_BY_EVIDENCE = ("evidence.", "rolling_windows.")
READ_BY_TABLES = (*READ_BY_EVIDENCE, "incrementality.")
"""Parameters that only SQL reads: a panel stands for one set of their values. Those of the evidence
may be tried on a panel that is built anew (`rebuild.py`)."""

DRAWS = 16


@dataclass(frozen=True)
class Evaluation:
    """What budgets would have earned, in the order of the panel's folds or rows."""

    gain: Floats
    """per fold: revenue over that of what was budgeted, less 1"""
    roas: Floats
    """per fold"""
    ctr: Floats
    """per fold: clicks an impression, each holder's as it was"""
    stability: Floats
    """per fold: mean square of ln(budget / budget before), weighted by budget; 0 moves nothing"""
    utilization: Floats
    """per fold: spend over budget"""
    learning_resets: Floats
    """per fold: budgets moved by more than a learning phase allows, per holder and week"""
    row_gain: Floats
    """per row: revenue over that of what was budgeted, account currency, mean over draws"""
    row_revenue: Floats
    """per row: what was earned with what was budgeted"""
    row_spend: Floats
    """per row: what would have been spent in the week"""
    draw_gain: Floats
    """(draws, folds): gain under each draw of elasticities"""
    budgets: Floats
    """per row, per day"""


class Evaluator:
    """Decides all mornings of a panel under changed parameters and values the budgets.

    Deterministic, and the same elasticities are drawn for every call: differences between two sets
    of parameters are theirs.
    """

    def __init__(
        self,
        panel: Panel,
        parameters: Parameters,
        *,
        follow: int = 1,
        draws: int = DRAWS,
        seed: int = 0,
    ) -> None:
        """Prepare what is the same for all parameters.

        Args:
            panel: Past mornings; `panel.of("choice")` for choosing.
            parameters: All settings in force.
            follow: Weeks that budgets go on from those decided the week before, before they start
                from what was budgeted again; 1 decides every morning from what was budgeted.
            draws: Of elasticities.
            seed: Of these draws.

        """
        self.panel = panel
        self.parameters = parameters
        self.follow = follow
        self.elasticities = drawn_elasticities(panel.belief, draws, seed)
        step = panel.step[panel.morning] % follow
        self._steps = [np.flatnonzero(step == number) for number in range(step.max(initial=0) + 1)]
        self._inputs = [panel.inputs.iloc[rows].reset_index(drop=True) for rows in self._steps]
        self._first = Known.of(self._inputs[0])
        self._held = held(panel)
        self._row_fold = panel.row_fold
        self._logged = self._per_fold(panel.outcome.revenue)

    def __call__(self, changes: Mapping[str, Any]) -> Evaluation:
        """Evaluate the parameters in force with other values under some dotted paths.

        Raises:
            ValueError: a path does not exist, or tables read it.

        """
        parameters = with_values(self.parameters, changes)
        budgets, before = self.budgets(parameters)
        return self.evaluate(budgets, before)

    def budgets(self, parameters: Parameters) -> tuple[Floats, Floats]:
        """Return budgets decided for each row, and those that were in force before."""
        budgets, before = self._held.copy(), self._held.copy()
        for number, (rows, as_logged) in enumerate(zip(self._steps, self._inputs, strict=True)):
            if number:
                past = self.panel.before[rows]
                goes_on = past >= 0
                before[rows[goes_on]] = budgets[past[goes_on]]
                elasticity = self.panel.belief.elasticity[rows]
                known = Known.of(at_budgets(as_logged, before[rows], elasticity))
            else:
                known = self._first
            budgets[rows] = recommended_budgets(known, parameters)
        return budgets, before

    def evaluate(self, budgets: Floats, before: Floats | None = None) -> Evaluation:
        """Value budgets (rows,) per day, whoever decided them.

        Args:
            budgets: Per row and day.
            before: Budgets in force before; each morning's own without.

        """
        panel, outcome = self.panel, self.panel.outcome
        before = self._held if before is None else before
        change = np.divide(budgets, before, out=np.ones(len(budgets)), where=before > 0)
        largest = self.parameters.safety_rules.significant_budget_step
        resets = np.abs(change - 1) > largest + 1e-6
        kept = np.where(resets, 1 - self.parameters.backtest.learning_cost, 1.0)
        weeks = self.parameters.backtest.outcome_weeks
        found = value(panel, budgets, self.elasticities, kept, weeks)
        mean = found.revenue.mean(axis=0)
        scaled = np.divide(
            found.spend, outcome.spend, out=np.ones(len(mean)), where=outcome.spend > 0
        )
        draw_gain = np.stack([self._per_fold(drawn) for drawn in found.revenue]) / self._logged - 1
        gain = draw_gain.mean(axis=0)
        moved = np.log(np.maximum(change, 1e-6)) ** 2
        return Evaluation(
            gain=gain,
            roas=self._per_fold(mean) / self._per_fold(found.spend),
            ctr=self._per_fold(outcome.clicks * scaled)
            / np.maximum(self._per_fold(outcome.impressions * scaled), 1),
            stability=self._per_fold(moved * before) / self._per_fold(before),
            utilization=self._per_fold(found.spend) / self._per_fold(WEEK * found.budget),
            learning_resets=self._per_fold(resets) / self._per_fold(np.ones(len(resets))),
            row_gain=mean - outcome.revenue,
            row_revenue=outcome.revenue,
            row_spend=found.spend,
            draw_gain=draw_gain,
            budgets=budgets,
        )

    def _per_fold(self, values: Floats | Bools) -> Floats:
        sums = np.bincount(self._row_fold, values, len(self.panel.folds))
        return np.asarray(sums, dtype=np.float64)


def with_values(parameters: Parameters, changes: Mapping[str, Any]) -> Parameters:
    """Return parameters with other values under some dotted paths, of which ranges are not checked.

    Raises:
        ValueError: a path does not exist, or only tables read it.

    """
    fixed = [path for path in changes if path.startswith(READ_BY_TABLES)]
    if fixed:
        raise ValueError(f"tables read these, not the decision: {', '.join(sorted(fixed))}")
    tree: dict[str, Any] = {}
    for path, new in changes.items():
        *sections, key = path.split(".")
        branch = tree
        for section in sections:
            branch = branch.setdefault(section, {})
        branch[key] = new
    updated: Parameters = _updated(parameters, tree)
    return updated


def _updated(section: BaseModel, tree: Mapping[str, Any], place: str = "") -> Any:
    unknown = tree.keys() - type(section).model_fields.keys()
    if unknown:
        raise ValueError(f"no such parameters: {', '.join(place + key for key in sorted(unknown))}")
    update = {
        key: _updated(getattr(section, key), new, f"{place}{key}.")
        if isinstance(getattr(section, key), BaseModel)
        else new
        for key, new in tree.items()
    }
    return section.model_copy(update=update)
