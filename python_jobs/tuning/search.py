"""Trial after trial: which parameters to try next on the past.

A search alternates between the weights that the customer gave and weights drawn at random, so that
the whole front between earning more and changing less is seen (ParEGO, Knowles 2006).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from python_jobs.config.tuning_schema import Objectives
from python_jobs.decisions.arrays import Floats
from python_jobs.tuning.choice import Scores, Trial, losses, wish
from python_jobs.tuning.samplers import Sampler, first_points
from python_jobs.tuning.space import Space

Evaluate = Callable[[Mapping[str, float | int]], Scores]
"""parameters by dotted path -> what they would have done"""

FIRST_SHARE, FAMILIES_SHARE = 0.2, 0.5
"""of all trials: those spread evenly, and those in which whole families move"""


@dataclass(frozen=True)
class Search:
    """A search from the parameters in force; the same search gives the same trials."""

    space: Space
    objectives: Objectives
    iterations: int
    sampler: Sampler
    seed: int
    allowed: Callable[[Mapping[str, float | int]], bool]
    """whether settings may have these values; those in force may"""
    earlier: Sequence[Floats] = ()
    """points tried right after the start: those that won earlier searches"""

    def trials(self, evaluate: Evaluate, done: Sequence[Trial] = ()) -> Iterator[Trial]:
        """Yield trials, the parameters in force first; `done` are those before a stop."""
        trials = list(done)
        for number in range(len(trials), self.iterations):
            stage, point, tied = self._proposal(trials)
            while not self.allowed(self.space.values(point)):
                point = self._nearer(point)
            trials.append(Trial(number, stage, point, tied, evaluate(self.space.values(point))))
            yield trials[-1]

    def _proposal(self, trials: Sequence[Trial]) -> tuple[str, Floats, Floats | None]:
        number, space = len(trials), self.space
        middle = np.full(len(space.families), 0.5)
        if number == 0:
            return "start", space.start, middle
        known = self._known
        if number <= len(known):
            return "earlier", known[number - 1], None
        first = max(2, round(FIRST_SHARE * self.iterations))
        spread = number - len(known)
        if spread < first:
            tied = first_points(middle, first, self.seed)[spread]
            return "families", space.untied(tied), tied
        loss = losses(trials, self.objectives, self._weight(number))
        seed = int(np.random.SeedSequence([self.seed, number]).generate_state(1)[0])
        if number < FAMILIES_SHARE * self.iterations:
            of_families = [at for at, trial in enumerate(trials) if trial.tied is not None]
            tied = self.sampler(
                np.array([trials[at].tied for at in of_families]), loss[of_families], seed
            )
            return "families", space.untied(tied), tied
        points = np.array([trial.point for trial in trials])
        return "parameters", self.sampler(points, loss, seed), None

    @property
    def _known(self) -> list[Floats]:
        """Return points known to be good elsewhere: the defaults where others are in force."""
        at_home = np.array_equal(self.space.home, self.space.start)
        return [*([] if at_home else [self.space.home]), *self.earlier]

    def _nearer(self, point: Floats) -> Floats:
        """Return a point half as far from the start, and the start once it is all but there."""
        nearer: Floats = (point + self.space.start) / 2.0
        return self.space.start if np.allclose(nearer, self.space.start, atol=1e-3) else nearer

    def _weight(self, number: int) -> float:
        """Return the weight of what budgets earn; every second one is the customer's."""
        if number % 2:
            return float(np.random.default_rng([self.seed, number, 1]).uniform())
        return wish(self.objectives)
