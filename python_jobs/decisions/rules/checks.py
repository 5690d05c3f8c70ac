"""Proofs from the declarations alone that rules neither undo each other nor punish better figures.

They hold for every row there could be; `undoing` also for every setting within its range.
"""

from collections.abc import Iterable, Iterator
from itertools import permutations, product
from math import inf

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
    columns_read,
    leaves,
    not_,
)
from python_jobs.decisions.rules.rule import Rule, allowed_range

RISING = (
    "projected_roas",
    "roas_index",
    "roas_recent",
    "roas_base",
    "roas_long",
    "roas_matured_",
    "marginal_",
    "purchases_",
    "purchase_value_",
    "cvr_",
)
"""columns (how their names begin) that rise, if anything, with more purchases at equal spend;
without `conversions_7d`, which says how far learning has come: stages are compared by themselves"""
FALLING = ("cpa_",)
EITHER = ("aov_", "roas_trend", "roas_volatility_")

_OPENING = {
    "none": (-1, 1),
    "hold": (0, 0),
    "no_raise": (-1, 0),
    "no_cut": (0, 1),
    "cut_to_floor": (-1, -1),
    "pause": (-2, -2),
}
"""lowest and highest change that a bound leaves open: -2 = stopped, -1 = as low as a step may go,
0 = as it is, 1 = as high as a step may go"""


def undoing(rules: Iterable[Rule]) -> list[tuple[str, str]]:
    """Find rules of which one raises and the other cuts or pauses, and both may match one row."""
    rules = tuple(rules)
    return [
        (one.rule_id, other.rule_id)
        for one, other in product(rules, rules)
        if one.direction == "raise"
        and other.direction in ("cut", "pause")
        and not _exclusive(one.condition, other.condition)
    ]


def punishing(rules: Iterable[Rule], parameters: object) -> list[tuple[str, str]]:
    """Find rules of one class where better figures may lead from the first to a lower second.

    Better means more purchases and value at equal spend, in whatever proportion over the days.
    """
    return [
        (one.rule_id, other.rule_id)
        for one, other in permutations(rules, 2)
        if one.rule_class == other.rule_class
        and _gives_less(other, one, parameters)
        and _may_lead(one, other)
    ]


def _exclusive(one: Condition, other: Condition) -> bool:
    """Whether no row can match both."""
    return all(
        any(_leaves_exclusive(a, b) or _leaves_exclusive(b, a) for a in these for b in those)
        for these, those in product(_alternatives(one), _alternatives(other))
    )


def _alternatives(condition: Condition) -> Iterator[tuple[Leaf, ...]]:
    """Yield the sets of comparisons each of which is enough for the condition to hold."""
    match condition:
        case All(parts):
            for chosen in product(*map(_alternatives, parts)):
                yield tuple(leaf for leaves_ in chosen for leaf in leaves_)
        case AnyOf(parts):
            for part in parts:
                yield from _alternatives(part)
        case _:
            yield (condition,)


def _leaves_exclusive(one: Leaf, other: Leaf) -> bool:
    match one, other:
        case Missing(column, False), Comparison() | OneOf():
            return column.name in columns_read(other)
        case OneOf(column, values, False), OneOf(same, others, is_negated) if column == same:
            return all((value in others) == is_negated for value in values)
        case Comparison(left, ">=" | ">", low), Comparison(same, "<=" | "<", high) if left == same:
            lowest, highest = _range(low)[0], _range(high)[1]
            touch = one.operator == ">=" and other.operator == "<="
            return other == not_(one) or lowest > highest or (lowest == highest and not touch)
    return other == not_(one)


def _range(expression: Expression) -> tuple[float, float]:
    match expression:
        case Constant(number):
            return number, number
        case Parameter():
            return allowed_range(expression)
    return -inf, inf


def _gives_less(one: Rule, other: Rule, parameters: object) -> bool:
    low, high = _OPENING[one.bound]
    other_low, other_high = _OPENING[other.bound]
    return (
        low < other_low
        or high < other_high
        or (low < high and one.factor_under(parameters) < other.factor_under(parameters))
    )


def _may_lead(one: Rule, other: Rule) -> bool:
    """Whether a row decided by one may be decided by other once its figures are better."""
    these, those = _conjuncts(one.condition), _conjuncts(other.condition)
    if other.priority < one.priority:
        # other must begin to match, by something that one does not ask for as well
        return any(_may_turn(True, part) for part in those if part not in these)
    # one must cease to match, by something that other does not ask for as well
    return any(_may_turn(False, part) for part in these if part not in those)


def _conjuncts(condition: Condition) -> list[Condition]:
    if isinstance(condition, All):
        return [nested for part in condition.parts for nested in _conjuncts(part)]
    return [condition]


def _may_turn(into: bool, condition: Condition) -> bool:
    """Whether better figures may turn a condition true, or false."""
    wanted = 1 if into else -1
    return any(_tendency(leaf) in (wanted, None) for leaf in leaves(condition))


def _tendency(leaf: Leaf) -> int | None:
    """1 where better figures can only turn it true, -1 only false, 0 neither, None either."""
    if not isinstance(leaf, Comparison):
        return 0
    tendency = _combine(_direction(leaf.left), _opposite(_direction(leaf.right)))
    return tendency if leaf.operator in (">=", ">") else _opposite(tendency)


def _direction(expression: Expression) -> int | None:
    """1 where it rises with better figures, -1 falls, 0 stays, None either; all are positive."""
    match expression:
        case Column(name):
            if name.startswith(EITHER):
                return None
            return name.startswith(RISING) - name.startswith(FALLING)
        case Product(left, right):
            return _combine(_direction(left), _direction(right))
        case Ratio(left, right) | Difference(left, right):
            return _combine(_direction(left), _opposite(_direction(right)))
    return 0


def _combine(one: int | None, other: int | None) -> int | None:
    if one is None or other is None or one * other < 0:
        return None
    return one or other


def _opposite(direction: int | None) -> int | None:
    return None if direction is None else -direction
