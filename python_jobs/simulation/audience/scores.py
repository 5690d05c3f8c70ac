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
POLICY_COLUMNS = ["changes", "gain", "told", "low"]


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

    `below` and `above` are the shares of truths under the lower and over the upper end. Beside what
    tables estimate of ad sets stands the ROAS that is expected of recommendations.
    """
    told = recommendations_of(rows)
    told = told[told["roas"].notna() & told["low"].notna()]
    estimates = pd.concat(
        [
            *(pd.DataFrame(row["estimates"]) for row in rows),
            told.assign(measure="expected ROAS: " + told["table"], true=told["roas"]),
            told.assign(measure="expected ROAS", true=told["roas"]),
        ],
        ignore_index=True,
    )
    below = estimates["true"] < estimates["low"]
    above = estimates["true"] > estimates["high"]
    judged = estimates.assign(below=below, above=above, covered=~(below | above))
    return judged.groupby("measure").agg(
        intervals=("covered", "size"),
        covered=("covered", "mean"),
        below=("below", "mean"),
        above=("above", "mean"),
    )


def recommendations_of(rows: Sequence[Row]) -> pd.DataFrame:
    """Return the recommendations of all accounts, one row each."""
    columns = "type table roas low high gain gain_told gain_low gain_high".split()
    listed = [each for row in rows for each in row["recommendations"]]
    return pd.DataFrame(listed, columns=columns).astype(
        dict.fromkeys(columns[2:], float) if listed else {}
    )


def by_type(recommendations: pd.DataFrame) -> pd.DataFrame:
    """Return a row per type: how many, and in the mean what was told, its lower end and the truth.

    Money of 30 days; `covered` is the share of 80 % intervals of ROAS that hold the truth.
    """
    inside = recommendations["roas"].between(recommendations["low"], recommendations["high"])
    known = recommendations["roas"].notna() & recommendations["low"].notna()
    return (
        recommendations.assign(covered=inside.astype(float).where(known))
        .groupby(["table", "type"])
        .agg(
            number=("gain", "size"),
            told=("gain_told", "mean"),
            low=("gain_low", "mean"),
            gain=("gain", "mean"),
            covered=("covered", "mean"),
        )
    )


def policies(rows: Sequence[Row]) -> pd.DataFrame:
    """Return a row per policy: `accounts`, and per account `changes`, `gain` and what was told.

    `error` is the standard error of the gain over accounts, `better` the share of accounts in which
    what is recommended gains more. Accounts of which nothing is recommended are left out.
    """
    judged = [row["policies"] for row in rows if row["policies"]]
    if not judged:
        return pd.DataFrame()
    ours = pd.Series([each["recommended"]["gain"] for each in judged])
    found = {}
    for name in judged[0]:
        results = pd.DataFrame([each[name] for each in judged]).reindex(columns=POLICY_COLUMNS)
        means = results.astype(float).mean().to_dict()
        found[name] = means | {
            "accounts": len(results),
            "error": results["gain"].sem(),
            "better": (ours > results["gain"]).mean(),
        }
    return pd.DataFrame.from_dict(found, orient="index")
