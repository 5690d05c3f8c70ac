"""All detectors on all entities: what they find, how sure it is, and where they could not look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from python_jobs.audience.detectors.catalogue import DETECTORS, formula
from python_jobs.audience.detectors.detector import EFFECT, Beyond, Detector, Level, setting
from python_jobs.audience.detectors.money import share_losses
from python_jobs.audience.detectors.wording import sentences
from python_jobs.decisions.arrays import normal_cdf
from python_jobs.decisions.rules.condition import Expression
from python_jobs.decisions.rules.rows import Booleans, Floats, Rows
from python_jobs.decisions.table import Table

Inputs = Mapping[Level, pd.DataFrame]
"""by level one row per entity, columns as in `audience.detector_inputs_*`"""

KEYS: Mapping[Level, tuple[str, str]] = {
    "adset": ("adset_id", "adset_name"),
    "adset_pair": ("pair_id", "pair_name"),
    "campaign": ("campaign_id", "campaign_name"),
    "account": ("account_id", "account_name"),
}
NORMAL_80 = 1.2816
"""80 of 100 in a normal distribution lie within so many standard deviations"""


@dataclass(frozen=True)
class Looked:
    """What one detector saw. Arrays have one item per entity of its level."""

    detector: Detector
    rows: Rows
    applies: Booleans
    known: Booleans
    """of those it applies to: data it needs are there"""
    holds: Booleans
    """of those known: the condition"""
    certain: Booleans
    effect: Floats
    log_error: Floats
    p_value: Floats
    """NaN where nothing is tested"""
    confidence: Floats


def findings(
    inputs: Inputs, parameters: object, detectors: Sequence[Detector] = DETECTORS
) -> pd.DataFrame:
    """Say what is set up wrong, largest money times confidence first.

    Returns:
        One row per detector and entity: keys and names of account, campaign and entity, what, the
        evidence, the fix, money at stake in 30 days with its interval (account currency; NaN where
        it is not estimated) and formula, confidence from 0 to 1, p_value (NaN for mistakes of
        setup), what would change our mind and in how many days.

    """
    looked = _look_all(inputs, parameters, detectors)
    found = [
        _rows_found(one, is_found, inputs[one.detector.level], parameters)
        for one, is_found in zip(looked, _found(looked, parameters), strict=True)
        if is_found.any()
    ]
    if not found:
        return pd.DataFrame(columns=COLUMNS)
    together = share_losses(pd.concat(found, ignore_index=True), inputs)
    rank = (together["money_at_stake"] * together["confidence"]).fillna(-1.0)
    order = np.lexsort((together["entity_id"], together["detector_id"], -rank))
    return together.iloc[order].reset_index(drop=True)[COLUMNS]


def coverage(
    inputs: Inputs, parameters: object, detectors: Sequence[Detector] = DETECTORS
) -> pd.DataFrame:
    """Say of every account and detector to how many entities it applied, and of how many it knew.

    Returns:
        One row per account and detector: entities (to which it applies), entities_known (of which
        it has the data), tested (by a test that chance could pass), findings, status: 'checked',
        'in part' or 'no data: ...' with what is missing, 'nothing to check'.

    """
    looked = _look_all(inputs, parameters, detectors)
    accounts = inputs["account"]["account_id"]
    adsets = inputs["adset"]
    # pairs are made of ad sets with known targeting
    has_targeting = accounts.isin(
        adsets.loc[adsets["setup_source"] == "targeting", "account_id"]
    ).to_numpy()
    parts = []
    for one, is_found in zip(looked, _found(looked, parameters), strict=True):
        of_entity = pd.DataFrame(
            {
                "account_id": inputs[one.detector.level]["account_id"].to_numpy(),
                "entities": one.applies,
                "entities_known": one.known,
                "tested": ~np.isnan(one.p_value),
                "findings": is_found,
            }
        )
        counted = of_entity.groupby("account_id").sum().reindex(accounts, fill_value=0)
        unknown = f"no data: {one.detector.data}"
        status = np.select(
            [
                (counted["entities"] == 0) & (has_targeting | (one.detector.level != "adset_pair")),
                counted["entities_known"] == 0,
                counted["entities_known"] < counted["entities"],
            ],
            ["nothing to check", unknown, f"in part, for some {unknown}"],
            "checked",
        )
        parts.append(
            counted.reset_index().assign(detector_id=one.detector.detector_id, status=status)
        )
    return pd.concat(parts, ignore_index=True)


def _look_all(inputs: Inputs, parameters: object, detectors: Sequence[Detector]) -> list[Looked]:
    rows = {level: Rows(Table(frame), parameters) for level, frame in inputs.items()}
    return [
        _look(detector, rows[detector.level], len(inputs[detector.level])) for detector in detectors
    ]


def _look(detector: Detector, rows: Rows, count: int) -> Looked:
    applies = rows.holds(detector.applies)
    known = applies & rows.holds(detector.is_known)
    screened = known & rows.holds(detector.screen)
    holds = screened & rows.holds(detector.condition)
    certain = holds & rows.holds(detector.certain) if detector.certain else np.zeros(count, bool)
    none = np.full(count, np.nan)
    effect, log_error, p_value = none, none, none
    confidence = np.ones(count)

    def value(expression: Expression) -> Floats:
        return np.broadcast_to(rows.value(expression), count).astype(float)

    if isinstance(detector.test, Beyond):
        test = detector.test
        effect, log_error = value(test.effect), value(test.log_error)
        p_value = value(test.comparisons) * _above(effect, value(test.harmless), log_error)
        confidence = 1 - _above(effect, value(test.threshold), log_error)
    elif detector.test is not None:
        p_value = np.exp(-value(detector.test.expected))
        confidence = 1 - p_value
    return Looked(
        detector,
        rows,
        applies,
        known,
        holds,
        certain,
        effect,
        log_error,
        np.where(screened & ~certain, np.minimum(p_value, 1.0), np.nan),
        np.where(certain, 1.0, confidence),
    )


def _above(effect: Floats, limit: Floats, log_error: Floats) -> Floats:
    """Chance of an effect this large where the true one is at a limit; 1 where that is unknown."""
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = normal_cdf(-np.log(effect / limit) / log_error)
    return np.where(np.isnan(chance), 1.0, chance)


def _found(looked: list[Looked], parameters: object) -> list[Booleans]:
    """Per detector: mistakes of setup as they are, others as far as few of them are false.

    Benjamini and Hochberg (1995) over all tests of the run; a test whose condition does not hold
    counts with 1, which only makes it stricter.
    """
    p_values = [np.where(one.holds, one.p_value, one.p_value * 0 + 1) for one in looked]
    tests = np.sort(np.concatenate(p_values))
    tests = tests[~np.isnan(tests)]
    rate = setting("reporting.false_discovery_rate").value(parameters)
    allowed = rate * np.arange(1, len(tests) + 1) / max(len(tests), 1)
    limit = tests[tests <= allowed].max(initial=0.0)
    return [
        one.holds & ((p_value <= limit) | one.certain | (one.detector.test is None))
        for one, p_value in zip(looked, p_values, strict=True)
    ]


def _rows_found(
    one: Looked, is_found: Booleans, frame: pd.DataFrame, parameters: object
) -> pd.DataFrame:
    """Write what one detector found; money is not yet shared with other findings."""
    detector = one.detector
    mine = frame[is_found].reset_index(drop=True)
    effect, error = one.effect[is_found], one.log_error[is_found]
    mine[EFFECT.name] = effect
    money = _money(detector, mine, parameters, effect, error)
    severity = np.full(len(mine), detector.severity, dtype=object)
    if detector.severe:
        severity[one.rows.holds(detector.severe)[is_found]] = "high"
    entity_id, entity_name = KEYS[detector.level]
    level = detector.level
    return pd.DataFrame(
        {
            "account_id": mine["account_id"],
            "account_name": mine["account_name"],
            "detector_id": detector.detector_id,
            "severity": severity,
            "entity_level": level,
            "entity_id": mine[entity_id],
            "entity_name": mine[entity_name],
            "campaign_id": mine["campaign_id"] if level != "account" else None,
            "campaign_name": mine["campaign_name"] if level != "account" else None,
            "what": detector.what,
            "evidence": sentences(detector.evidence, mine, parameters),
            "fix": sentences(detector.fix, mine, parameters),
            "currency": mine["currency"],
            **money,
            "formula": formula(detector),
            "confidence": one.confidence[is_found],
            "p_value": np.where(one.certain, np.nan, one.p_value)[is_found],
            "what_would_change_our_mind": sentences(detector.falsifier, mine, parameters),
            "falsified_in_days": detector.falsified_in_days,
            "cause": detector.cause,
            "run_id": mine["run_id"],
        }
    )


def _money(
    detector: Detector, mine: pd.DataFrame, parameters: object, effect: Floats, error: Floats
) -> dict[str, Floats]:
    """Money at stake and its interval, from the effect's interval where it reads the effect."""
    count = len(mine)
    if detector.stake is None:
        none = np.full(count, np.nan)
        return {"money_at_stake": none, "money_low": none, "money_high": none}
    stake = detector.stake

    def amount(expression: Expression | None, deviations: float) -> Floats:
        shifted = mine.assign(effect=effect * np.exp(deviations * error))
        value = Rows(Table(shifted), parameters).value(expression or stake.amount)
        return np.broadcast_to(np.maximum(value, 0.0), count).astype(float)

    best = amount(None, 0.0)
    return {
        "money_at_stake": best,
        "money_low": np.fmin(amount(stake.low, -NORMAL_80), best),
        "money_high": np.fmax(amount(stake.high, NORMAL_80), best),
    }


COLUMNS = [
    "account_id",
    "account_name",
    "detector_id",
    "severity",
    "entity_level",
    "entity_id",
    "entity_name",
    "campaign_id",
    "campaign_name",
    "what",
    "evidence",
    "fix",
    "money_at_stake",
    "money_low",
    "money_high",
    "formula",
    "confidence",
    "p_value",
    "what_would_change_our_mind",
    "falsified_in_days",
    "cause",
    "currency",
    "run_id",
]
