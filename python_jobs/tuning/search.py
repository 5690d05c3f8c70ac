"""Trial after trial: which parameters to try next on the past.

A search alternates between the weights that the customer gave and weights drawn at random, so that
the whole front between earning more and changing less is seen (ParEGO, Knowles 2006).
Evidence, which costs a rebuild of past mornings for each trial, moves in the last trials alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from python_jobs.config.tuning_schema import Objectives
from python_jobs.decisions.arrays import Floats
from python_jobs.tuning.choice import Scores, Trial, losses, pick, wish
from python_jobs.tuning.samplers import Sampler, first_points
from python_jobs.tuning.space import Space

Evaluate = Callable[[Mapping[str, float | int]], Scores]
"""parameters by dotted path -> what they would have done"""
EvaluateAll = Callable[[Evaluate, Sequence[Mapping[str, float | int]]], Iterable[Scores]]
"""as `map`: evaluates each, in that order"""

FIRST_SHARE, FAMILIES_SHARE = 0.2, 0.5
"""of the trials before evidence moves: those spread evenly, and those in which families move"""
EVIDENCE_SHARE = 0.2
"""of all trials: the last ones, for each of which past mornings are built anew"""
TOGETHER = 2
"""moves of evidence, up and down, that begin at the same point and so can be made at once"""
EVIDENCE_STEP = 0.6
"""share of the way to an end of its range that evidence moves; a bit more than half moves a window
on to the next of two"""


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

    def trials(
        self, evaluate: Evaluate, done: Sequence[Trial] = (), at_once: EvaluateAll = map
    ) -> Iterator[Trial]:
        """Yield trials, the parameters in force first.

        Args:
            evaluate: What parameters would have done.
            done: The trials before a stop.
            at_once: How several trials that do not wait for each other are evaluated.

        """
        trials = list(done)

        @cache
        def decided() -> int:
            """Return the trial that would be picked without evidence."""
            return pick(trials[: self._searched], self.space, self.objectives)

        while len(trials) < self.iterations:
            numbers = self._next(len(trials))
            proposed = [self._proposal(trials, number, decided) for number in numbers]
            points = [self._within(point) for _, point, _ in proposed]
            found = at_once(evaluate, [self.space.values(point) for point in points])
            for number, (stage, _, tied), point, scores in zip(
                numbers, proposed, points, found, strict=True
            ):
                trials.append(Trial(number, stage, point, tied, scores))
                yield trials[-1]

    def _next(self, number: int) -> range:
        """Return the trials from this one on that do not wait for each other: evidence's pairs."""
        searched = self._searched
        first_of_two = number >= searched and (number - searched) % TOGETHER == 0
        return range(number, min(number + (TOGETHER if first_of_two else 1), self.iterations))

    def _within(self, point: Floats) -> Floats:
        while not self.allowed(self.space.values(point)):
            point = self._nearer(point)
        return point

    def _proposal(
        self, trials: Sequence[Trial], number: int, decided: Callable[[], int]
    ) -> tuple[str, Floats, Floats | None]:
        space = self._decided
        middle = np.full(len(space.families), 0.5)
        if number == 0:
            return "start", self.space.start, middle
        known = self._known
        if number <= len(known):
            return "earlier", known[number - 1], None
        if number >= self._searched:
            return "evidence", self._evidence_moved(trials, number, decided()), None
        first = max(2, round(FIRST_SHARE * self._searched))
        spread = number - len(known)
        if spread < first:
            tied = first_points(middle, first, self.seed)[spread]
            return "families", self._whole(space.untied(tied)), tied
        loss = losses(trials, self.objectives, self._weight(number))
        seed = int(np.random.SeedSequence([self.seed, number]).generate_state(1)[0])
        if number < FAMILIES_SHARE * self._searched:
            of_families = [at for at, trial in enumerate(trials) if trial.tied is not None]
            tied = self.sampler(
                np.array([trials[at].tied for at in of_families]), loss[of_families], seed
            )
            return "families", self._whole(space.untied(tied)), tied
        points = np.array([trial.point for trial in trials])[:, ~self.space.of_evidence]
        return "parameters", self._whole(self.sampler(points, loss, seed)), None

    @cached_property
    def _decided(self) -> Space:
        """Return the space of what the decision itself reads."""
        return self.space.part(~self.space.of_evidence)

    @property
    def _searched(self) -> int:
        """Return the number of trials in which evidence stays."""
        of_evidence = self.space.of_evidence.any()
        return self.iterations - round(EVIDENCE_SHARE * self.iterations) * int(of_evidence)

    def _whole(self, decided: Floats) -> Floats:
        """Return the point of all parameters, with evidence at the start."""
        point = self.space.start.copy()
        point[~self.space.of_evidence] = decided
        return point

    def _evidence_moved(self, trials: Sequence[Trial], number: int, decided: int) -> Floats:
        """Return the best point before a pair of moves with some of the evidence moved.

        The best point is at first that of trial `decided`, picked without evidence. From it each
        family moves up and down, then each parameter, beginning with those of the family that did
        best, and so on in steps half as large. Few trials tell what a move is worth only one by
        one.
        """
        space, searched = self.space, self._searched
        moved = number - searched
        before = trials[: number - moved % TOGETHER]
        loss = losses(before, self.objectives, wish(self.objectives))
        done = range(searched, len(before))
        best = min((decided, *done), key=lambda number: float(loss[number]))
        names = dict.fromkeys(np.array(space.family_names)[space.of_evidence].tolist())
        families = [space.members(name) for name in names]
        groups = families
        if len(done) >= 2 * len(families):
            of_family = loss[searched : searched + 2 * len(families)].reshape(-1, 2).min(axis=1)
            singles = np.concatenate(
                [families[place] for place in np.argsort(of_family, kind="stable")]
            )
            groups = families + list(singles[:, None])
        sweep, move = divmod(moved, 2 * len(groups))
        shares = np.zeros(len(space.start))
        shares[groups[move // 2]] = EVIDENCE_STEP / 2**sweep * (-1 if move % 2 else 1)
        return space.shifted(trials[best].point, shares)

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
