"""What a detector is."""

from dataclasses import dataclass
from typing import Literal

from python_jobs.decisions.rules.condition import (
    Column,
    Condition,
    Constant,
    Expression,
    Missing,
    Parameter,
    all_of,
    columns_read,
    parameters_read,
)

Level = Literal["adset", "adset_pair", "campaign", "account"]
Severity = Literal["high", "medium", "low"]
Cause = Literal["learning", "audience", "creative", "delivery", "segment", "goal", "setup"]

NO_CONDITION = all_of()
ONE = Constant(1)
EFFECT = Column("effect")
"""in a detector's money: the effect of its test, at its best guess and at both ends"""


@dataclass(frozen=True)
class Beyond:
    """A figure with chance in it, which is lognormal, against a threshold.

    The chance to see it if nothing were wrong (`harmless`) is its p-value, of which the
    false-discovery rate of a run is made. How likely the true figure is beyond `threshold` is the
    confidence. Of a best among several comparisons the p-value is multiplied by their number.
    """

    effect: Expression
    """more is worse"""
    threshold: Expression
    log_error: Expression
    """standard error of the logarithm of the effect"""
    harmless: Expression = ONE
    comparisons: Expression = ONE


@dataclass(frozen=True)
class NoneSold:
    """No purchase where so many were due: chance of that is exp(-expected) (Poisson)."""

    expected: Expression


@dataclass(frozen=True)
class Stake:
    """Money at stake in 30 days, in account currency; without low and high they are the same.

    An amount that reads `EFFECT` has its interval from the effect's.
    """

    amount: Expression
    low: Expression | None = None
    high: Expression | None = None


@dataclass(frozen=True)
class Detector:
    """One mistake that a setup or its figures can show.

    Templates hold columns and parameters as `{name}` for text, `{name|2}` for a number with so
    many decimals, `{name|2 currency}` for money, `{name|0 days}` for a count of days (1 day),
    `{name|%}` for a share in per cent, `{name|day}` for a date and `{name|words}` for a name of
    Meta's without its `_`. A part behind a semicolon is left out where it is not known.
    """

    detector_id: str
    level: Level
    what: str
    """one sentence: what is wrong, and why it costs"""
    data: str
    """in words what it needs, for where that is missing"""
    applies: Condition
    """which entities it can speak of"""
    condition: Condition
    severity: Severity
    cause: Cause
    """findings of one cause share one loss"""
    evidence: str
    fix: str
    falsifier: str
    falsified_in_days: int
    needs: tuple[str, ...] = ()
    """columns without which nothing can be said of an entity it applies to"""
    screen: Condition = NO_CONDITION
    """which of them are tested, by what has no part in the chance that is tested for"""
    test: Beyond | NoneSold | None = None
    certain: Condition | None = None
    """holds where the mistake is plain whatever the test says"""
    severe: Condition | None = None
    """where it holds the severity is high"""
    stake: Stake | None = None
    """None where no honest estimate is possible"""

    @property
    def parts(self) -> list[Condition | Expression]:
        """Everything that reads columns and parameters."""
        test: list[Expression] = []
        if isinstance(self.test, Beyond):
            test = [
                self.test.effect,
                self.test.threshold,
                self.test.log_error,
                self.test.harmless,
                self.test.comparisons,
            ]
        elif self.test:
            test = [self.test.expected]
        stakes = [self.stake.amount, self.stake.low, self.stake.high] if self.stake else []
        parts = [
            self.applies,
            self.screen,
            self.condition,
            *test,
            self.certain,
            self.severe,
            *stakes,
        ]
        return [part for part in parts if part is not None]

    @property
    def parameters(self) -> list[str]:
        """Paths of the parameters that it reads."""
        return list(dict.fromkeys(path for part in self.parts for path in parameters_read(part)))

    @property
    def columns(self) -> list[str]:
        """Columns of its level's inputs that it reads, those of templates not among them."""
        read = [*self.needs, *(name for part in self.parts for name in columns_read(part))]
        return [name for name in dict.fromkeys(read) if name != EFFECT.name]

    @property
    def is_known(self) -> Condition:
        """Holds where the data it needs are there."""
        return all_of(*(Missing(Column(name), is_negated=True) for name in self.needs))


def setting(name: str) -> Parameter:
    """Name a parameter of the section `detectors`."""
    return Parameter(f"detectors.{name}")
