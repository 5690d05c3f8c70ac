"""A customer's past, what other parameters would have done on it, and what may be adopted."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from pydantic import ValidationError

from python_jobs.backtest.evaluate import READ_BY_EVIDENCE, Evaluation, Evaluator
from python_jobs.backtest.panel import Panel, Role
from python_jobs.backtest.policies import held, random_moves, with_permuted_outcomes
from python_jobs.config.load import Parameter
from python_jobs.config.paths import nested
from python_jobs.config.schema import Parameters
from python_jobs.config.search_space import Tunable
from python_jobs.decisions.arrays import Floats
from python_jobs.tuning.adopt import Differences, Improvement, improvement, smallest_provable
from python_jobs.tuning.choice import Scores, Trial, pick, units, worth
from python_jobs.tuning.samplers import first_points
from python_jobs.tuning.settle import settled
from python_jobs.tuning.space import Space

Values = Mapping[str, float | int]
Rebuild = Callable[[Values], Panel]
"""all values that evidence reads, by dotted path -> the panel under them"""

REBUILT = 3
"""panels that are kept: the parameters that follow one another share theirs"""
PROBES = 6
"""sets of parameters that show, before the search, how far luck goes"""
PLACEBOS = 10
SURELY = 3.0
"""standard errors by which a placebo must win to say that the backtest is broken"""


@dataclass(frozen=True)
class Placebos:
    """What cannot win, if the backtest is right: means over `PLACEBOS` seeds."""

    moves: float
    """gain of moves as large, dealt out among holders at random, over budgets left alone"""
    moves_error: float
    outcomes: float
    """gain of the pick over budgets left alone, returns dealt out at random"""
    outcomes_error: float

    @property
    def win(self) -> bool:
        """Tell whether one does."""
        return (
            self.moves > SURELY * self.moves_error or self.outcomes > SURELY * self.outcomes_error
        )


class Past:
    """A customer's past mornings, and what parameters would have done on them."""

    def __init__(
        self,
        panel: Panel,
        rows: Sequence[Parameter],
        tunables: Sequence[Tunable],
        defaults: Mapping[str, Any],
        rebuild: Rebuild | None = None,
    ) -> None:
        """Take what a search needs.

        Args:
            panel: Past mornings under the parameters in force.
            rows: These parameters.
            tunables: Ranges of those that may be tuned.
            defaults: What the product comes with, by dotted path.
            rebuild: How the panel becomes another under other values of what evidence reads;
                without it these parameters are left alone.

        """
        self.panel = panel
        self._rebuild = rebuild or (lambda _: panel)
        self._can_rebuild = rebuild is not None
        self.in_force = {row.parameter: json.loads(row.value) for row in rows}
        self.tiers = {row.parameter: row.tier for row in rows}
        self.parameters = _parameters(self.in_force)
        self.tunables = tuple(tunables)
        tried = [each for each in tunables if self.left_alone(each.parameter) is None]
        self.space = Space.around(tried, self.in_force, defaults)
        self._choice = Evaluator(panel.of("choice"), self.parameters)
        self._rebuilt = lru_cache(maxsize=REBUILT)(self._rebuilt_under)
        self._alone = self._choice.evaluate(held(self._choice.panel))

    def left_alone(self, parameter: str) -> str | None:
        """Say why a parameter is not tried; None for those that are."""
        if self.tiers[parameter] == "customer":
            return "set by a person"
        if parameter.startswith(READ_BY_EVIDENCE) and not self._can_rebuild:
            return "read before decisions"
        return None

    def allowed(self, values: Values) -> bool:
        """Tell whether the settings would be right with these values."""
        try:
            _parameters(self.in_force | dict(values))
        except ValidationError:
            return False
        return True

    def scores(self, values: Values) -> Scores:
        """Return what parameters would have done in each fold that chooses (folds,)."""
        return self._scores(self._evaluated("choice", values))

    def _evaluated(self, role: Role, values: Values) -> Evaluation:
        decided = {n: v for n, v in values.items() if not n.startswith(READ_BY_EVIDENCE)}
        return self._evaluator(role, values)(decided)

    def _evaluator(self, role: Role, values: Values) -> Evaluator:
        """Return what evaluates the mornings of a role as they would be described under values."""
        in_force = self.space.values(self.space.start)
        changed = {
            name: value
            for name, value in values.items()
            if name.startswith(READ_BY_EVIDENCE) and value != in_force[name]
        }
        if changed:
            return Evaluator(self._rebuilt(tuple(changed.items())).of(role), self.parameters)
        return self._choice if role == "choice" else Evaluator(self.kept_out, self.parameters)

    def _rebuilt_under(self, changed: tuple[tuple[str, float | int], ...]) -> Panel:
        evidence = {n: v for n, v in self.in_force.items() if n.startswith(READ_BY_EVIDENCE)}
        return self._rebuild(evidence | dict(changed))

    def _scores(self, done: Evaluation) -> Scores:
        alone = self._alone
        return {
            "roas": done.gain,
            "ctr": done.ctr / np.where(alone.ctr > 0, alone.ctr, 1.0) - 1.0,
            "stability": -done.stability,
            "utilization": done.utilization / alone.utilization,
            "learning_resets": done.learning_resets,
        }

    @cached_property
    def plausible(self) -> float:
        """Return what decisions win over budgets left alone: others may win as much again."""
        return max(float((self._as_they_are.gain - self._alone.gain).mean()), 0.0)

    @cached_property
    def _as_they_are(self) -> Evaluation:
        return self._choice({})

    def smallest_provable(self, seed: int) -> float:
        """Return the smallest gain that the kept-out weeks could prove four times in five.

        By how much luck moves other sets of parameters against those in force on the weeks that
        choose, and how many fewer the kept-out weeks are.
        """
        points = first_points(self.space.start, PROBES, seed)[1:]
        of_evidence = self.space.of_evidence
        points[:, of_evidence] = self.space.start[of_evidence]
        errors = [self._against("choice", self.space.values(p), seed).error for p in points]
        chosen, kept = (
            part.holders["decision_date"].nunique() for part in (self._choice.panel, self.kept_out)
        )
        return smallest_provable(float(np.median(errors)) * float(np.sqrt(chosen / kept)))

    @cached_property
    def kept_out(self) -> Panel:
        """Return the weeks in which nothing is chosen.

        Raises:
            ValueError: there are none.

        """
        kept = self.panel.of("kept_out")
        if not len(kept):
            raise ValueError(
                "The data are too short for tuning: no weeks are left in which nothing is chosen."
            )
        return kept

    def chosen_on(self, values: Values, seed: int) -> Improvement:
        """Return the improvement over the parameters in force on the weeks that choose."""
        return self._against("choice", values, seed)

    def proved(self, values: Values, seed: int) -> Improvement:
        """Return the improvement on the kept-out weeks; to be asked once, of the last pick."""
        return self._against("kept_out", values, seed)

    def _against(self, role: Role, values: Values, seed: int) -> Improvement:
        now, then = self._evaluated(role, {}), self._evaluated(role, values)
        differences = Differences(
            gained=then.row_gain - now.row_gain,
            earned=now.row_revenue,
            spent=then.row_spend - now.row_spend,
            morning=(self._choice.panel if role == "choice" else self.kept_out).morning,
        )
        return improvement(differences, seed)

    def placebos(self, values: Values, seed: int) -> Placebos:
        """Return what random moves, and the pick on random returns, would have won."""
        budgets, _ = self._choice.budgets(self.parameters)
        decided = {n: v for n, v in values.items() if not n.startswith(READ_BY_EVIDENCE)}
        of_pick = self._evaluator("choice", values).panel
        moves, outcomes = [], []
        for number in range(PLACEBOS):
            own_seed = seed + number
            dealt = self._choice.evaluate(random_moves(self._choice.panel, budgets, own_seed))
            moves.append(float((dealt.gain - self._alone.gain).mean()))
            permuted = Evaluator(with_permuted_outcomes(of_pick, own_seed), self.parameters)
            alone = permuted.evaluate(held(permuted.panel))
            outcomes.append(float((permuted(decided).gain - alone.gain).mean()))
        return Placebos(*_mean_and_error(moves), *_mean_and_error(outcomes))

    def settled(self, picked: Trial, trials: Sequence[Trial]) -> tuple[Floats, Floats]:
        """Return the pick with defaults where they are no worse, and what each parameter earns."""
        objectives = self.parameters.objectives
        unit = units(trials, objectives)

        def worth_of(point: Floats) -> float:
            values = self.space.values(point)
            if not self.allowed(values):
                return -np.inf
            return worth(self.scores(values), objectives, unit)

        return settled(worth_of, picked.point, self.space.home)

    def changed(self, point: Floats) -> dict[str, float | int]:
        """Return the parameters of a point that differ from those in force."""
        start = self.space.values(self.space.start)
        values = self.space.values(point)
        return {name: value for name, value in values.items() if value != start[name]}

    def told(
        self, picked: Trial, point: Floats, importance: Floats, trials: Sequence[Trial]
    ) -> list[dict[str, Any]]:
        """Say of every parameter that may be tuned where it stands and why."""
        points = np.array([trial.point for trial in trials])
        moved = dict(zip(self.space.names, (points != points[0]).any(axis=0), strict=True))
        values, tuned = self.space.values(picked.point), self.space.values(point)
        family = dict(zip(self.space.names, self.space.family_names, strict=True))
        weight = dict(zip(self.space.names, importance.tolist(), strict=True))
        rows = []
        for each in self.tunables:
            name = each.parameter
            alone = self.left_alone(name)
            rows.append(
                {
                    "parameter": name,
                    "family": family.get(name),
                    "in_force": self.in_force[name],
                    "picked": values.get(name),
                    "tuned": tuned.get(name),
                    "importance": weight.get(name, 0.0),
                    "status": alone or self._status(name, tuned, was_tried=bool(moved[name])),
                }
            )
        return rows

    def _status(self, name: str, tuned: Values, *, was_tried: bool) -> str:
        in_force = self.space.values(self.space.start)
        if tuned[name] != in_force[name]:
            return "moved"
        if not was_tried:
            return "not tried"
        # to ask the evidence of each parameter at both ends would take longer than the search
        if not name.startswith(READ_BY_EVIDENCE) and not self._matters(name):
            return "makes no difference"
        return "no better elsewhere"

    def _matters(self, name: str) -> bool:
        """Tell whether any past decision depends on a parameter, at either end of its range."""
        place = self.space.names.index(name)
        for end in (0.0, 1.0):
            point = self.space.start.copy()
            point[place] = end
            values = {name: self.space.values(point)[name]}
            if self.allowed(values) and not np.allclose(
                self._choice(values).budgets, self._as_they_are.budgets
            ):
                return True
        return False


@dataclass(frozen=True)
class Conclusion:
    """What a search came to."""

    picked: Trial
    changed: Mapping[str, float | int]
    """parameters to adopt, by dotted path; none where nothing is better"""
    parameters: Sequence[Mapping[str, Any]]
    """of every parameter that may be tuned, where it stands and why"""
    proof: Improvement
    """on the weeks kept out"""
    placebos: Placebos
    verdict: str
    """a word of `results.tuning_summary`"""
    reason: str
    """a sentence for it"""


def conclude(past: Past, trials: Sequence[Trial], seed: int) -> Conclusion:
    """Pick a trial, put back what does not matter, and ask the kept-out weeks."""
    picked = trials[pick(trials, past.space, past.parameters.objectives)]
    point, importance = past.settled(picked, trials)
    changed = past.changed(point)
    proof, placebos = past.proved(changed, seed), past.placebos(changed, seed)
    may_adopt = bool(past.panel.folds["may_adopt"].all())
    word, reason = _verdict(changed, proof, placebos, may_adopt=may_adopt)
    told = past.told(picked, point, importance, trials)
    return Conclusion(picked, changed, told, proof, placebos, word, reason)


def search_id(past: Past, data: str, iterations: int, sampler: str, seed: int) -> str:
    """Return a name for a search that only the same search on the same data has."""
    told = [
        data,
        iterations,
        sampler,
        seed,
        past.space.names,
        past.space.start.tolist(),
        {name: value for name, value in past.in_force.items() if "objectives" in name},
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def _verdict(
    changed: Values, proof: Improvement, placebos: Placebos, *, may_adopt: bool
) -> tuple[str, str]:
    found = f"{proof.mean:+.2%} revenue (from {proof.low:+.2%} on) in the weeks kept out"
    if placebos.win:
        return "broken", (
            f"Random moves would have won {placebos.moves:+.2%}, random returns "
            f"{placebos.outcomes:+.2%}: this past cannot tell good parameters from bad ones."
        )
    if not changed:
        return "nothing better", "No parameters tried were surely better than those in force."
    if not may_adopt:
        return "too little data", f"{found}, but the data are too short to adopt anything."
    if not proof.is_sure:
        return "not sure", f"{found}: not surely an improvement, so the parameters stay."
    return "adopted", f"{found}."


def _parameters(values: Mapping[str, Any]) -> Parameters:
    tree = nested({tuple(name.split(".")): value for name, value in values.items()})
    return Parameters.model_validate(tree)


def _mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    return float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))
