"""All detectors, by what they look at."""

from typing import Any

from python_jobs.audience.detectors.audiences import AUDIENCES
from python_jobs.audience.detectors.creatives import CREATIVES
from python_jobs.audience.detectors.delivery import DELIVERY
from python_jobs.audience.detectors.detector import NO_CONDITION, Beyond, Detector
from python_jobs.audience.detectors.learning import LEARNING
from python_jobs.audience.detectors.segments import SEGMENTS
from python_jobs.decisions.rules.condition import expression_text, text

PARTS = {
    "Learning": LEARNING,
    "Delivery and order": DELIVERY,
    "Audiences": AUDIENCES,
    "Segments": SEGMENTS,
    "Creatives": CREATIVES,
}
DETECTORS: tuple[Detector, ...] = tuple(detector for part in PARTS.values() for detector in part)

ALL = "all"
"""what a detector applies to that asks for nothing, in words"""


def catalogue_rows() -> list[dict[str, Any]]:
    """One row per detector: what it asks of whom, how sure it must be and what it says.

    `test` is null for mistakes of setup, which need none; `formula` is null where money at stake is
    not estimated.
    """
    return [
        {
            "detector_id": detector.detector_id,
            "entity_level": detector.level,
            "what": detector.what,
            "data_needed": detector.data,
            "applies_to": ALL if detector.applies == NO_CONDITION else text(detector.applies),
            "screen": None if detector.screen == NO_CONDITION else text(detector.screen),
            "condition": text(detector.condition),
            "test": test_text(detector),
            "severity": detector.severity,
            "severe_if": text(detector.severe) if detector.severe else None,
            "cause": detector.cause,
            "formula": formula(detector),
            "fix": detector.fix,
            "falsifier": detector.falsifier,
            "falsified_in_days": detector.falsified_in_days,
            "parameters_read": ", ".join(detector.parameters),
            "columns_read": ", ".join(detector.columns),
        }
        for detector in DETECTORS
    ]


def formula(detector: Detector) -> str | None:
    """How money at stake is worked out."""
    return expression_text(detector.stake.amount) if detector.stake else None


def test_text(detector: Detector) -> str | None:
    """What a detector holds against chance."""
    match detector.test:
        case None:
            return None
        case Beyond(effect, _, _, harmless):
            unless = f" unless {text(detector.certain)}" if detector.certain else ""
            return f"{expression_text(effect)} above {expression_text(harmless)}{unless}"
    return f"no purchase of {expression_text(detector.test.expected)} expected"
