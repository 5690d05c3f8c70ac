"""What accounts that were built and held against their truth add up to."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

Row = dict[str, Any]

TO_FIND = 1.5  # ratio from which on an effect has to be found
CONVERSIONS = 30.0  # behind it, in 28 days
# what is wrong is that hardly anything is sold: these have to be found whatever stands behind them
WITHOUT_SALES = ("no_purchases", "dead_but_active", "budget_below_cpa")

# What a table tells is true from another ratio on than 1: that a segment claims more than the
# account does (1.6 times as much is the threshold), that its next unit returns more than
# elsewhere, that a creative has an effect at all
NO_DETECTORS = {
    "segment_over_credited": 1 / 1.6,
    "segment_with_room": 1e-9,
    "creative_audience_effect": 1e-9,
}


def effects_of(rows: Sequence[Row]) -> pd.DataFrame:
    """Return the effects of all accounts, with `is_true` (told rightly) and `is_to_find`."""
    parts = [
        pd.DataFrame(row["effects"]).assign(
            number=row["number"],
            is_planted=row["is_planted"],
            is_detector=lambda part: ~part["detector_id"].isin(list(NO_DETECTORS)),
        )
        for row in rows
        if row["effects"]
    ]
    effects = pd.concat(parts, ignore_index=True)
    enough = (effects["conversions"] >= CONVERSIONS) | effects["detector_id"].isin(WITHOUT_SALES)
    return effects.assign(
        is_true=effects["ratio"] >= effects["detector_id"].map(NO_DETECTORS).fillna(1.0),
        is_to_find=(effects["ratio"] >= TO_FIND) & enough,
    )


def detection(effects: pd.DataFrame) -> pd.DataFrame:
    """Return a row per detector: `told`, `true` of these, `to_find`, `found` of these."""
    counted = effects.assign(
        true=effects["is_told"] & effects["is_true"],
        found=effects["is_told"] & effects["is_to_find"],
    ).rename(columns={"is_told": "told", "is_to_find": "to_find"})
    columns = ["told", "true", "to_find", "found"]
    return counted.groupby("detector_id")[columns].sum()


def coverage(rows: Sequence[Row]) -> pd.DataFrame:
    """Return a row per measure: how many 80 % intervals there are and which share holds the truth.

    `below` and `above` are the shares of truths under the lower and over the upper end.
    """
    parts = [pd.DataFrame(row["estimates"]) for row in rows if row["estimates"]]
    estimates = pd.concat(parts, ignore_index=True)
    below = estimates["true"] < estimates["low"]
    above = estimates["true"] > estimates["high"]
    judged = estimates.assign(below=below, above=above, covered=~(below | above))
    return judged.groupby("measure").agg(
        intervals=("covered", "size"),
        covered=("covered", "mean"),
        below=("below", "mean"),
        above=("above", "mean"),
    )
