"""The language rules are written in: comparisons of columns and parameters, nested.

    all_of(
        Column("roas_long") >= Parameter("decision_rules.high.ratio") * Column("account_roas"),
        any_of(Column("delivery_room").is_missing(), Column("delivery_room") >= 1.05),
    )

A condition is data: it says how it reads and what it reads. `rows.py` evaluates it for all rows at
once, and says of each row where it does not hold which comparison failed and by how much.

What is not known makes a comparison false, also a negated one: `not_` turns each comparison around.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter


class Expression:
    """A number per row. Comparing two makes a condition; plain numbers become constants."""

    def __mul__(self, other: "Expression | float") -> "Product":
        return Product(self, _expression(other))

    def __truediv__(self, other: "Expression | float") -> "Ratio":
        return Ratio(self, _expression(other))

    def __sub__(self, other: "Expression | float") -> "Difference":
        return Difference(self, _expression(other))

    def __rsub__(self, other: float) -> "Difference":
        return Difference(_expression(other), self)

    def __rtruediv__(self, other: float) -> "Ratio":
        return Ratio(_expression(other), self)

    def __ge__(self, other: "Expression | float") -> "Comparison":
        return Comparison(self, ">=", _expression(other))

    def __gt__(self, other: "Expression | float") -> "Comparison":
        return Comparison(self, ">", _expression(other))

    def __le__(self, other: "Expression | float") -> "Comparison":
        return Comparison(self, "<=", _expression(other))

    def __lt__(self, other: "Expression | float") -> "Comparison":
        return Comparison(self, "<", _expression(other))


def _expression(value: Expression | float) -> Expression:
    return value if isinstance(value, Expression) else Constant(value)


@dataclass(frozen=True)
class Column(Expression):
    """A column of the decision inputs."""

    name: str

    def equals(self, value: str | float) -> "OneOf":
        """Hold where the column has this value."""
        return OneOf(self, (value,))

    def is_in(self, *values: str | float) -> "OneOf":
        """Hold where the column has one of these values."""
        return OneOf(self, values)

    def is_missing(self) -> "Missing":
        """Hold where the column's value is not known."""
        return Missing(self)


@dataclass(frozen=True)
class Parameter(Expression):
    """A parameter by its dotted path."""

    path: str

    def value(self, parameters: object) -> float:
        """Look it up in nested sections, such as `python_jobs.config.schema.Parameters`."""
        return float(self._read(parameters))

    @cached_property
    def _read(self) -> "attrgetter[float]":
        return attrgetter(self.path)


@dataclass(frozen=True)
class Constant(Expression):
    """A number that is no setting, such as 0 or the days of a week."""

    number: float


@dataclass(frozen=True)
class Product(Expression):
    """Left times right."""

    left: Expression
    right: Expression


@dataclass(frozen=True)
class Ratio(Expression):
    """Left over right; not known where right is 0."""

    left: Expression
    right: Expression


@dataclass(frozen=True)
class Difference(Expression):
    """Left less right."""

    left: Expression
    right: Expression


@dataclass(frozen=True)
class Comparison:
    """Left against right by one of >=, >, <=, <; false where either is not known."""

    left: Expression
    operator: str
    right: Expression


@dataclass(frozen=True)
class OneOf:
    """The column's value is one of these, or with `is_negated` is known and none of these."""

    column: Column
    values: tuple[str | float, ...]
    is_negated: bool = False


@dataclass(frozen=True)
class Missing:
    """The column's value is not known, or with `is_negated` is known."""

    column: Column
    is_negated: bool = False


@dataclass(frozen=True)
class All:
    """Every part holds; without parts it always does."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: "tuple[Condition, ...]"


Leaf = Comparison | OneOf | Missing
Condition = Leaf | All | AnyOf

_OPPOSITE = {">=": "<", ">": "<=", "<=": ">", "<": ">="}


def all_of(*conditions: Condition) -> All:
    """Hold where all of them do."""
    return All(conditions)


def any_of(*conditions: Condition) -> AnyOf:
    """Hold where one of them does."""
    return AnyOf(conditions)


def not_(condition: Condition) -> Condition:
    """Hold where it is known not to."""
    match condition:
        case Comparison(left, operator, right):
            return Comparison(left, _OPPOSITE[operator], right)
        case OneOf(column, values, is_negated):
            return OneOf(column, values, not is_negated)
        case Missing(column, is_negated):
            return Missing(column, not is_negated)
        case All(parts):
            return AnyOf(tuple(map(not_, parts)))
        case AnyOf(parts):
            return All(tuple(map(not_, parts)))


def text(condition: Condition) -> str:
    """How a condition reads."""
    match condition:
        case Comparison(left, operator, right):
            return f"{expression_text(left)} {operator} {expression_text(right)}"
        case OneOf(column, (value,), is_negated):
            return f"{column.name} {'!=' if is_negated else '=='} {value!r}"
        case OneOf(column, values, is_negated):
            return f"{column.name} {'not in' if is_negated else 'in'} {values!r}"
        case Missing(column, is_negated):
            return f"{column.name} is {'known' if is_negated else 'missing'}"
        case All(parts):
            return " and ".join(f"({text(p)})" if isinstance(p, AnyOf) else text(p) for p in parts)
        case AnyOf(parts):
            return " or ".join(f"({text(p)})" if isinstance(p, All) else text(p) for p in parts)


def expression_text(expression: Expression) -> str:
    """How an expression reads."""
    match expression:
        case Column(name):
            return name
        case Parameter(path):
            return path
        case Constant(number):
            return f"{number:g}"
        case Product(left, right):
            return f"{_factor_text(left)} * {_factor_text(right)}"
        case Ratio(left, right):
            below = expression_text(right)
            return f"{_factor_text(left)} / {f'({below})' if ' ' in below else below}"
        case Difference(left, right):
            return f"{expression_text(left)} - {expression_text(right)}"
    raise TypeError(expression)


def _factor_text(expression: Expression) -> str:
    written = expression_text(expression)
    return f"({written})" if isinstance(expression, Difference) else written


def leaves(condition: Condition) -> tuple[Leaf, ...]:
    """Give its comparisons from left to right."""
    if isinstance(condition, All | AnyOf):
        return tuple(leaf for part in condition.parts for leaf in leaves(part))
    return (condition,)


def parameters_read(condition: Condition | Expression) -> list[str]:
    """Paths of the parameters it reads, in order, each once."""
    return list(dict.fromkeys(p.path for p in _operands(condition) if isinstance(p, Parameter)))


def columns_read(condition: Condition | Expression) -> list[str]:
    """Names of the columns it reads, in order, each once."""
    return list(dict.fromkeys(p.name for p in _operands(condition) if isinstance(p, Column)))


def _operands(part: Expression | Condition) -> Iterator[Expression]:
    match part:
        case All(parts) | AnyOf(parts):
            for nested in parts:
                yield from _operands(nested)
        case (
            Comparison(left, _, right)
            | Product(left, right)
            | Ratio(left, right)
            | Difference(left, right)
        ):
            yield from _operands(left)
            yield from _operands(right)
        case OneOf(column) | Missing(column):
            yield column
        case Expression():
            yield part
