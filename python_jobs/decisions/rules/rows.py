"""Conditions evaluated for all rows of a table at once, and why they do not hold."""

from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from python_jobs.decisions.rules.condition import (
    All,
    AnyOf,
    Column,
    Comparison,
    Condition,
    Constant,
    Difference,
    Expression,
    Leaf,
    Missing,
    OneOf,
    Parameter,
    Product,
    Ratio,
    leaves,
)
from python_jobs.decisions.table import Table

Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]

_COMPARE = {">=": np.greater_equal, ">": np.greater, "<=": np.less_equal, "<": np.less}


class Failure(NamedTuple):
    """Per row: which comparison of a condition failed, and how far off it is.

    The distance is the shortfall as a share of the larger of value and threshold, so that
    comparisons of different units can be ranked; infinite where there is no number.
    """

    leaf: NDArray[np.intp]
    """number of the comparison from left to right; -1 where the condition holds"""
    distance: Floats


class Measure(NamedTuple):
    """Per row: a comparison's two sides, and by how much the first misses the second."""

    value: Floats
    threshold: Floats
    short_by: Floats
    """in the unit of value; all three are NaN where there is no number"""


class Rows:
    """Rows of a table under given parameters; what several rules share is worked out once.

    What was worked out is kept by the identity of the declaration, and that with it: to hash nested
    declarations takes longer than to compare columns.
    """

    def __init__(self, table: Table, parameters: object) -> None:
        """Take any table that has the columns asked for, any object that has the parameters."""
        self._table = table
        self._parameters = parameters
        self._values: dict[int, tuple[Expression, Floats]] = {}
        self._holds: dict[int, tuple[Condition, Booleans]] = {}

    def value(self, expression: Expression) -> Floats:
        """Give an expression's value: one number per row, or a single one for all rows."""
        known = self._values.get(id(expression))
        if known is None:
            known = self._values[id(expression)] = expression, self._value(expression)
        return known[1]

    def holds(self, condition: Condition) -> Booleans:
        """Say for each row whether a condition holds."""
        known = self._holds.get(id(condition))
        if known is None:
            known = self._holds[id(condition)] = condition, self._evaluate(condition)
        return known[1]

    def failure(self, condition: Condition) -> Failure:
        """Say which comparison failed: of all that must hold the first, of any the nearest."""
        if not isinstance(condition, All | AnyOf):
            short_by = self.measure(condition)
            scale = np.fmax(np.abs(short_by.value), np.abs(short_by.threshold))
            distance = short_by.short_by / np.where(scale == 0, 1, scale)
            return Failure(
                np.where(self.holds(condition), -1, 0),
                np.where(np.isnan(distance), np.inf, distance),
            )
        failures = []
        before = 0
        for part in condition.parts:
            leaf, distance = self.failure(part)
            failures.append(Failure(np.where(leaf < 0, -1, leaf + before), distance))
            before += len(leaves(part))
        count = len(self._table)
        holds = Failure(np.full(count, -1), np.zeros(count))
        if isinstance(condition, AnyOf):
            nearest = reduce(
                lambda best, other: _choose(other.distance < best.distance, other, best), failures
            )
            return _choose(self.holds(condition), holds, nearest)
        return reduce(
            lambda first, earlier: _choose(earlier.leaf >= 0, earlier, first),
            reversed(failures),
            holds,
        )

    def measure(self, leaf: Leaf) -> Measure:
        """Give both sides of a comparison and the shortfall; NaN for text and what is missing."""
        count = len(self._table)
        none = np.full(count, np.nan)
        match leaf:
            case Comparison(left, operator, right):
                value = np.broadcast_to(self.value(left), count).astype(float)
                threshold = np.broadcast_to(self.value(right), count).astype(float)
                wants_more = operator in (">=", ">")
                short_by = threshold - value if wants_more else value - threshold
                return Measure(value, threshold, short_by)
            case OneOf(column, values) if not isinstance(values[0], str):
                return Measure(self.value(column).astype(float), none, none)
        return Measure(none, none, none)

    def _value(self, expression: Expression) -> Floats:
        match expression:
            case Column(name):
                return self._table.numbers(name)
            case Parameter():
                return np.asarray(expression.value(self._parameters))
            case Constant(number):
                return np.asarray(float(number))
            case Product(left, right):
                with np.errstate(invalid="ignore", over="ignore"):
                    return self.value(left) * self.value(right)
            case Difference(left, right):
                return self.value(left) - self.value(right)
            case Ratio(left, right):
                below = self.value(right)
                with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                    return np.where(below == 0, np.nan, self.value(left) / below)
        raise TypeError(expression)

    def _evaluate(self, condition: Condition) -> Booleans:
        match condition:
            case Comparison(left, operator, right):
                found: Booleans = _COMPARE[operator](self.value(left), self.value(right))
                return found
            case All(parts):
                return self._combine(np.logical_and, parts)
            case OneOf(column, values, is_negated) if isinstance(values[0], str):
                is_in = self._table.is_one_of(column.name, *values)
                return ~is_in & ~self._table.missing(column.name) if is_negated else is_in
            case OneOf(column, values, is_negated):
                numbers = self.value(column)
                is_in = reduce(np.logical_or, [numbers == value for value in values])
                return ~is_in & ~np.isnan(numbers) if is_negated else is_in
            case Missing(column, is_negated):
                missing = self._table.missing(column.name)
                return ~missing if is_negated else missing
            case AnyOf(parts):
                return self._combine(np.logical_or, parts)

    def _combine(self, how: np.ufunc, parts: tuple[Condition, ...]) -> Booleans:
        if not parts:
            return np.full(len(self._table), how is np.logical_and)
        return reduce(how, map(self.holds, parts))


def _choose(where: Booleans, one: Failure, other: Failure) -> Failure:
    return Failure(
        np.where(where, one.leaf, other.leaf), np.where(where, one.distance, other.distance)
    )
