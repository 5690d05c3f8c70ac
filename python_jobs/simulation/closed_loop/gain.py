"""What a policy earned: gain shares, per cent, intervals, and differences in pairs."""

import numpy as np
import pandas as pd

from python_jobs.simulation.closed_loop.worlds import RUN_DAYS
from python_jobs.simulation.curves import Floats

CELL = ["size", "curve", "rhythm"]
"""columns of what is compared: figures are given for each of their combinations"""
WORLD = ["family", "start", "size", "curve", "number"]
DRAWS = 2_000
INTERVAL = (0.10, 0.90)


def gain_share(policy: Floats, alone: Floats, best: Floats) -> float:
    """Return the part of the possible gain that `policy` took.

    All are revenue (worlds,): under the policy, with budgets left alone, and of the clairvoyant.
    Sums come before the quotient, so a world counts by how much could be gained in it.
    """
    return float((policy - alone).sum() / (best - alone).sum())


def gain_interval(policy: Floats, alone: Floats, best: Floats) -> tuple[float, float]:
    """Return the 80 % bootstrap interval of the gain share over worlds; the same every time."""
    rng = np.random.default_rng(0)
    drawn = rng.integers(len(policy), size=(DRAWS, len(policy)))
    shares = (policy - alone)[drawn].sum(axis=1) / (best - alone)[drawn].sum(axis=1)
    low, high = np.quantile(shares, INTERVAL)
    return float(low), float(high)


def with_references(runs: pd.DataFrame, rhythms: list[str]) -> pd.DataFrame:
    """Give each run its world's revenue left alone and under the clairvoyant.

    Args:
        runs: One row per world, policy and rhythm, with columns family, start, size, curve,
            number, policy, rhythm, revenue. Rhythm 'any' is for policies that keep their own;
            such rows are repeated for each of `rhythms`.
        rhythms: Those to be compared.

    Returns:
        The rows of worlds that have both references, with columns alone and best.

    """
    own = runs[runs["rhythm"] == "any"].drop(columns="rhythm")
    repeated = own.merge(pd.DataFrame({"rhythm": rhythms}), how="cross")
    every = pd.concat([runs[runs["rhythm"].isin(rhythms)], repeated], ignore_index=True)
    for name, policy in (("alone", "left alone"), ("best", "clairvoyant")):
        reference = own.loc[own["policy"] == policy, [*WORLD, "revenue"]]
        every = every.merge(reference.rename(columns={"revenue": name}), on=WORLD)
    return every


def summary(runs: pd.DataFrame) -> pd.DataFrame:
    """Summarize runs of `with_references`, one row per policy and cell.

    Columns: worlds; gain (share), low and high (its 80 % interval), per_cent (revenue over left
    alone), below (share of worlds below left alone by more than a ten-thousandth), spend (share of
    the account's total), lowest_spend (that of the world that spent least), of_deliverable (spend
    as a share of what the budgets could have spent), edits (budgets changed a day, per holder),
    account_edits (the same, per account), corrected (share of decisions that had to be held to the
    limits).
    """
    rows = []
    for (policy, *cell), group in runs.groupby(["policy", *CELL], sort=False):
        revenue, alone, best = (
            group[name].to_numpy(np.float64) for name in ("revenue", "alone", "best")
        )
        low, high = gain_interval(revenue, alone, best)
        rows.append(
            {
                "policy": policy,
                **dict(zip(CELL, cell, strict=True)),
                "worlds": len(group),
                "gain": gain_share(revenue, alone, best),
                "low": low,
                "high": high,
                "per_cent": 100.0 * (revenue.sum() / alone.sum() - 1.0),
                "below": float((revenue < alone * (1.0 - 1e-4)).mean()),
                "spend": group["spend"].sum() / group["total"].sum(),
                "lowest_spend": (group["spend"] / group["total"]).min(),
                "of_deliverable": group["spend"].sum() / group["deliverable"].sum(),
                **_edits(group),
                "corrected": group["corrected"].sum() / max(group["decisions"].sum(), 1),
            }
        )
    return pd.DataFrame(rows)


def _edits(runs: pd.DataFrame) -> dict[str, float]:
    """Budgets changed a day, per holder and per account."""
    edits = runs["edits"].sum()
    return {
        "edits": edits / runs["holder_days"].sum(),
        "account_edits": edits / (len(runs) * RUN_DAYS),
    }


def paired_differences(summarized: pd.DataFrame, policy: str) -> pd.DataFrame:
    """Compare a policy's gain share with every other's, cell by cell.

    Returns one row per peer: cells, mean and lowest difference, the cell of the lowest, and the
    peer's edits and account_edits in the mean. The clairvoyant and budgets left alone are no peers.
    """
    ours = summarized.loc[summarized["policy"] == policy, [*CELL, "gain"]]
    others = summarized[~summarized["policy"].isin([policy, "clairvoyant", "left alone"])]
    theirs = others[["policy", *CELL, "gain", "edits", "account_edits"]]
    both = ours.merge(theirs, on=CELL, suffixes=("", "_peer"))
    both["difference"] = both["gain"] - both["gain_peer"]
    rows = []
    for peer, group in both.groupby("policy", sort=False):
        lowest = group.sort_values("difference").iloc[0]
        rows.append(
            {
                "peer": peer,
                "cells": len(group),
                "mean": group["difference"].mean(),
                "lowest": lowest["difference"],
                "lowest_cell": ", ".join(str(lowest[name]) for name in CELL),
                "edits": group["edits"].mean(),
                "account_edits": group["account_edits"].mean(),
            }
        )
    columns = ["peer", "cells", "mean", "lowest", "lowest_cell", "edits", "account_edits"]
    return pd.DataFrame(rows, columns=columns)


def in_pairs(runs: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Compare runs of `with_references` with those of `others` in worlds of the same numbers.

    Runs are paired by policy, rhythm and world, whatever its family; the possible gain is that of
    the worlds of `runs`. Returns one row per policy and rhythm: worlds, gain, other_gain,
    difference, error (standard error of the difference over worlds; null for one world), better
    (worlds in which the first of a pair earned more), edits and account_edits of the first.
    """
    pair = ["policy", "rhythm", "start", "size", "curve", "number"]
    both = runs.merge(others[[*pair, "revenue"]], on=pair, suffixes=("", "_other"))
    rows = []
    for (policy, rhythm), group in both.groupby(["policy", "rhythm"], sort=False):
        revenue, other, alone, best = (
            group[name].to_numpy(np.float64)
            for name in ("revenue", "revenue_other", "alone", "best")
        )
        differences = pd.Series((revenue - other) / (best - alone).mean())
        rows.append(
            {
                "policy": policy,
                "rhythm": rhythm,
                **_edits(group),
                "worlds": len(group),
                "gain": gain_share(revenue, alone, best),
                "other_gain": gain_share(other, alone, best),
                "difference": differences.mean(),
                "error": differences.sem(),
                "better": int((differences > 0).sum()),
            }
        )
    return pd.DataFrame(rows)
