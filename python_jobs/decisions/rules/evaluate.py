"""All rules on all rows: which one decides, which others match, and why the rest do not."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from python_jobs.decisions.rules.catalogue import FALLBACK, NO_OTHER_RULE, RULES
from python_jobs.decisions.rules.condition import leaves, text
from python_jobs.decisions.rules.rows import Booleans, Rows
from python_jobs.decisions.rules.rule import BOUND
from python_jobs.decisions.table import Table

BLOCK_ROWS = 1 << 16
"""rows evaluated at a time: their columns fit into the processor's cache, which halves the time"""

HOLDER = ["decision_date", "account_id", "budget_level", "budget_entity_id"]

BOUNDS = np.array([BOUND[rule.bound] for rule in RULES], np.int8)

Patterns = NDArray[np.uint8]
"""one row per holder; the bits say which rules match, in order of priority"""


@dataclass(frozen=True)
class Matched:
    """Which rule decides each row: the first in order of priority that matches."""

    rule: NDArray[np.intp]
    """its position in RULES"""
    factor: NDArray[np.float64]
    """a multiple of the budget"""
    bound: NDArray[np.int8]
    """numbers in BOUND"""
    fired: list[NDArray[np.uint8]]
    """which rules match, by blocks of rows: one row per rule, one bit per holder"""

    def texts(self) -> dict[str, "pd.Series[str]"]:
        """Write out rule_id, rule_class, decision_path and matched_rules, all that match."""
        # rows with the same rules matching have the same answer, and there are few such patterns
        sizes = [min(BLOCK_ROWS, len(self.rule) - start) for start in _starts(len(self.rule))]
        blocks = [
            _patterns(np.unpackbits(bits, axis=1, count=size).view(bool))
            for bits, size in zip(self.fired, sizes, strict=True)
        ]
        number, distinct = _number_patterns(np.concatenate(blocks))
        fired = np.unpackbits(distinct, axis=1, count=len(RULES)).astype(bool)
        rule_ids = [rule.rule_id for rule in RULES]
        return {
            "rule_id": _take(rule_ids, self.rule),
            "rule_class": _take([rule.rule_class for rule in RULES], self.rule),
            "decision_path": _take([rule.decision_path for rule in RULES], self.rule),
            "matched_rules": _take(_joined(rule_ids, fired), number),
        }


def first_match(inputs: Table, parameters: object) -> Matched:
    """Find the rule that decides each row.

    Args:
        inputs: One row per budget holder, with the columns of `allocation.decision_inputs`.
        parameters: Sections with the parameters that the rules read, such as `Parameters`.

    """
    blocks = (
        _fired(Rows(inputs.at(slice(start, start + BLOCK_ROWS)), parameters))
        for start in _starts(len(inputs))
    )
    found = [(_first(fired), np.packbits(fired, axis=1)) for fired in blocks]
    rule = np.concatenate([first for first, _ in found])
    return Matched(
        rule,
        factor=np.array([rule.factor_under(parameters) for rule in RULES])[rule],
        bound=BOUNDS[rule],
        fired=[bits for _, bits in found],
    )


def evaluations(inputs: Table, parameters: object) -> pd.DataFrame:
    """Say of every rule on every row whether it matches, decides, and if not, what it lacks.

    Returns:
        One row per holder and rule, rules in order of priority: the holder's key, rule_id, fired
        (it matches), decided (it is the first that does), and where it does not match:
        failed_condition (the comparison that fails; of alternatives the nearest), its value and
        threshold, and short_by, by how much value misses threshold. Comparisons of text and values
        that are missing have no numbers.

    """
    rows = Rows(inputs, parameters)
    fired = _fired(rows)
    decided = np.zeros_like(fired)
    decided[fired.argmax(axis=0), np.arange(len(inputs))] = True
    shape = fired.shape
    failed_condition = np.full(shape, None, dtype=object)
    value, threshold, short_by = (np.full(shape, np.nan) for _ in range(3))
    for number, rule in enumerate(RULES):
        if rule is FALLBACK:
            failed_condition[number, ~fired[number]] = NO_OTHER_RULE
            continue
        failed = rows.failure(rule.condition).leaf
        for leaf_number, leaf in enumerate(leaves(rule.condition)):
            here = failed == leaf_number
            if here.any():
                measure = rows.measure(leaf)
                failed_condition[number, here] = text(leaf)
                value[number, here] = measure.value[here]
                threshold[number, here] = measure.threshold[here]
                short_by[number, here] = measure.short_by[here]
    holders = inputs.frame(HOLDER).iloc[np.repeat(np.arange(len(inputs)), len(RULES))]
    return holders.reset_index(drop=True).assign(
        rule_id=[rule.rule_id for rule in RULES] * len(inputs),
        fired=fired.ravel(order="F"),
        decided=decided.ravel(order="F"),
        failed_condition=failed_condition.ravel(order="F"),
        value=value.ravel(order="F"),
        threshold=threshold.ravel(order="F"),
        short_by=short_by.ravel(order="F"),
    )


def _starts(count: int) -> range:
    """Return the first row of each block."""
    return range(0, max(count, 1), BLOCK_ROWS)


def _fired(rows: Rows) -> Booleans:
    """Say which rules match: one row per rule, one column per holder."""
    fired = np.array([rows.holds(rule.condition) for rule in RULES])
    fallback = RULES.index(FALLBACK)
    fired[fallback] = ~fired[:fallback].any(axis=0)
    return fired


def _first(fired: Booleans) -> NDArray[np.intp]:
    """Return the first rule of each holder; numpy's own argmax is slow along this axis."""
    first = np.empty(fired.shape[1], dtype=np.intp)
    for rule in reversed(range(len(fired))):
        first[fired[rule]] = rule
    return first


def _patterns(fired: Booleans) -> Patterns:
    """Pack into bits; numpy's own packbits takes ten times as long along this axis."""
    count, holders = fired.shape
    packed = np.zeros((-(-count // 8), holders), dtype=np.uint8)
    for rule, matches in enumerate(fired):
        packed[rule // 8] |= matches.view(np.uint8) << (7 - rule % 8)
    return np.ascontiguousarray(packed.T)


def _number_patterns(patterns: Patterns) -> tuple[NDArray[np.intp], Patterns]:
    """Give each row the number of its pattern, and the distinct patterns in order of number."""
    count, width = patterns.shape
    words = np.zeros((count, -(-width // 8) * 8), dtype=np.uint8)
    words[:, :width] = patterns
    number = np.zeros(count, dtype=np.intp)
    for word in words.view(np.uint64).T:
        within, distinct = pd.factorize(word)
        number = pd.factorize(number * len(distinct) + within)[0]
    first = np.zeros(number.max(initial=-1) + 1, dtype=np.intp)
    first[number[::-1]] = np.arange(count)[::-1]
    return number, patterns[first]


def _joined(rule_ids: list[str], fired: Booleans) -> list[str]:
    """Ids of the rules that match, joined by commas: one text per row of `fired`."""
    ids = [rule_ids[rule] for rule in np.nonzero(fired)[1]]
    ends = [0, *np.cumsum(fired.sum(axis=1)).tolist()]
    return [",".join(ids[start:end]) for start, end in pairwise(ends)]


def _take(texts: list[str], numbers: NDArray[np.intp]) -> "pd.Series[str]":
    values = np.array(texts, dtype=object)[numbers]
    return pd.Series(values, dtype=object)
