"""What a rule is."""

from dataclasses import dataclass
from typing import Literal, get_args

from python_jobs.config.paths import field_schema
from python_jobs.decisions.rules.condition import (
    Condition,
    Constant,
    Parameter,
    columns_read,
    parameters_read,
)

RuleClass = Literal[
    "safety",
    "excellent",
    "high",
    "efficiency",
    "volume",
    "lifecycle",
    "time_based",
    "declining",
    "fallback",
]
Bound = Literal["none", "hold", "no_raise", "no_cut", "cut_to_floor", "pause"]
BOUND: dict[Bound, int] = {name: number for number, name in enumerate(get_args(Bound))}
Direction = Literal["raise", "cut", "hold", "pause"]

UNCHANGED = Constant(1)
"""the factor of rules that hold: the budget moves only as far as marginal returns differ"""


@dataclass(frozen=True)
class Rule:
    """One reason to raise, cut, hold or pause a budget.

    The first rule in order of priority whose condition holds decides. Its factor tilts the budget
    before marginal returns are made equal; its bound limits what may come of it: 'hold' leaves the
    budget as it is, 'no_raise' and 'no_cut' leave one direction, 'cut_to_floor' takes it as low as
    a step may go, 'pause' stops delivery.
    """

    rule_id: str
    rule_class: RuleClass
    priority: int
    """unique; lower goes first"""
    condition: Condition
    decision_path: str
    rationale: str
    """one sentence: why the rule exists, with its source where it has one"""
    factor: Parameter | Constant = UNCHANGED
    bound: Bound = "none"

    @property
    def direction(self) -> Direction:
        """What it does to a budget, by its bound and the range its factor may be set to."""
        if self.bound == "pause":
            return "pause"
        if isinstance(self.factor, Constant):
            return "hold"
        return "raise" if allowed_range(self.factor)[0] >= 1 else "cut"

    def factor_under(self, parameters: object) -> float:
        """Give its factor as the parameters set it."""
        if isinstance(self.factor, Parameter):
            return self.factor.value(parameters)
        return self.factor.number

    @property
    def parameters(self) -> list[str]:
        """Paths of the parameters that its condition and factor read."""
        factor = [self.factor.path] if isinstance(self.factor, Parameter) else []
        return [*parameters_read(self.condition), *factor]

    @property
    def columns(self) -> list[str]:
        """Columns of the decision inputs that its condition reads."""
        return columns_read(self.condition)


def allowed_range(parameter: Parameter) -> tuple[float, float]:
    """Give the smallest and the largest value that a parameter may be set to."""
    schema = field_schema(tuple(parameter.path.split(".")))
    return float(schema["minimum"]), float(schema["maximum"])
