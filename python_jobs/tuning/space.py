"""Parameters that may be tuned, as points of a cube with sides of length one.

Each side goes from a parameter's `low` to its `high` in `search_space.yaml`, on its scale. A
hundred sides are more than a hundred evaluations can tell apart, so a search begins with families:
all factors, or all thresholds, of a section move together. A family's coordinate is 0.5 where its
parameters stand at the start; towards 1 factors get stronger, thresholds harder to pass and
evidence is believed sooner, towards 0 the other way round, until every member is at an end of its
range.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from python_jobs.backtest.evaluate import READ_BY_EVIDENCE
from python_jobs.config.paths import field_schema
from python_jobs.config.search_space import Tunable
from python_jobs.decisions.arrays import Bools, Codes, Floats

OF_EVIDENCE = {
    "history": "evidence: memory",
    "half": "evidence: memory",
    "elasticity": "evidence: elasticity",
    "click": "evidence: clicks",
    "aov": "evidence: priors",
    "prior": "evidence: priors",
    "shopify": "evidence: Shopify",
    "member": "evidence: members",
    "limited": "evidence: delivery",
    "ceiling": "evidence: delivery",
    "interval": "evidence: intervals",
}
"""Families of `evidence.*` by the first word of the name."""


@dataclass(frozen=True)
class Space:
    """The cube of some tunable parameters, and the point where a search begins."""

    tunables: tuple[Tunable, ...]
    start: Floats
    """(parameters,), where the parameters in force lie"""
    home: Floats
    """(parameters,), where the product's defaults lie"""

    @classmethod
    def around(
        cls,
        tunables: Sequence[Tunable],
        in_force: Mapping[str, float],
        defaults: Mapping[str, float],
    ) -> "Space":
        """Return the space of `tunables` with the values in force as its start.

        Raises:
            KeyError: a parameter has no value in force.

        """
        start, home = (
            np.array([_to_unit(tunable, values[tunable.parameter]) for tunable in tunables])
            for values in (in_force, defaults)
        )
        return cls(tuple(tunables), start, home)

    @property
    def names(self) -> list[str]:
        """Return the dotted paths, in the order of the sides."""
        return [tunable.parameter for tunable in self.tunables]

    def values(self, point: Floats) -> dict[str, float | int]:
        """Return the parameters at a point (parameters,), by dotted path."""
        return {
            tunable.parameter: _from_unit(tunable, float(at))
            for tunable, at in zip(self.tunables, point, strict=True)
        }

    def point(self, values: Mapping[str, float]) -> Floats:
        """Return the point of parameters by dotted path; the others stay at the start."""
        at = self.start.copy()
        for place, tunable in enumerate(self.tunables):
            if tunable.parameter in values:
                at[place] = _to_unit(tunable, values[tunable.parameter])
        return at

    @cached_property
    def family_names(self) -> list[str]:
        """Return the name of each parameter's family, in the order of the sides."""
        return [_family(tunable) for tunable in self.tunables]

    @cached_property
    def families(self) -> list[str]:
        """Return the names of the families, in the order in which they first appear."""
        return list(dict.fromkeys(self.family_names))

    @cached_property
    def _family_of(self) -> Codes:
        return np.array([self.families.index(name) for name in self.family_names])

    @cached_property
    def _direction(self) -> Floats:
        return np.array([_direction(tunable) for tunable in self.tunables])

    @cached_property
    def of_evidence(self) -> Bools:
        """Tell which parameters (parameters,) past mornings must be built anew for."""
        return np.array([name.startswith(READ_BY_EVIDENCE) for name in self.names], dtype=bool)

    def part(self, chosen: Bools) -> "Space":
        """Return the space of some of the parameters."""
        places = np.flatnonzero(chosen)
        tunables = tuple(self.tunables[place] for place in places)
        return Space(tunables, self.start[places], self.home[places])

    def members(self, family: str) -> Codes:
        """Return the places of a family's parameters."""
        return np.flatnonzero(self._family_of == self.families.index(family))

    def untied(self, tied: Floats) -> Floats:
        """Return the point (parameters,) at which families stand at `tied` (families,)."""
        return self.shifted(self.start, 2.0 * tied[self._family_of] - 1.0)

    def shifted(self, point: Floats, shares: Floats) -> Floats:
        """Return a point from which each parameter went a share (parameters,) of its way.

        1 is all the way to the end where a factor is strongest, -1 to the other end.
        """
        shift = shares * self._direction
        room = np.where(shift > 0, 1.0 - point, point)
        return np.clip(point + shift * room, 0.0, 1.0)


def _family(tunable: Tunable) -> str:
    *section, name = tunable.parameter.split(".")
    if section[0] == "evidence":
        return OF_EVIDENCE[tunable.parameter.split(".")[1].split("_")[0]]
    if section[0] != "decision_rules":
        return section[0]
    return f"{'.'.join(section[:2])} {'factors' if name.endswith('_factor') else 'thresholds'}"


def _direction(tunable: Tunable) -> float:
    """Return 1 where more is stronger, harder to pass or sooner believed, else -1."""
    name = tunable.parameter.rsplit(".", 1)[-1]
    is_cut = name.endswith("_factor") and tunable.high <= 1
    is_doubt = tunable.parameter.startswith("evidence.") and re.search("_(prior|min)", name)
    return -1.0 if is_cut or is_doubt or name.startswith("max_") else 1.0


def _to_unit(tunable: Tunable, value: float) -> float:
    low, high = tunable.low, tunable.high
    if tunable.scale == "log":
        value, low, high = math.log(max(value, low)), math.log(low), math.log(high)
    return min(max((value - low) / (high - low), 0.0), 1.0)


def _from_unit(tunable: Tunable, at: float) -> float | int:
    low, high = tunable.low, tunable.high
    if tunable.scale == "log":
        return float(np.clip(low * (high / low) ** at, low, high))
    value = low + at * (high - low)
    if tunable.scale == "linear":
        return float(np.clip(value, low, high))
    allowed = field_schema(tuple(tunable.parameter.split("."))).get("enum")
    if allowed is None:
        return round(value)
    inside = [number for number in allowed if low <= number <= high]
    return int(min(inside, key=lambda number: abs(number - value)))
