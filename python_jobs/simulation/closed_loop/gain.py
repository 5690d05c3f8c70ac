"""What a policy earned: gain shares, per cent, intervals, and differences in pairs."""

import numpy as np
import pandas as pd

from python_jobs.simulation.curves import Floats

CELL = ["size", "curve", "rhythm"]
"""columns of what is compared: figures are given for each of their combinations"""
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
        runs: One row per world, policy and rhythm, with columns start, size, curve, number,
            policy, rhythm, revenue. Rhythm 'any' is for policies that keep their own; such rows
            are repeated for each of `rhythms`.
        rhythms: Those to be compared.

    Returns:
        The rows of worlds that have both references, with columns alone and best.

    """
    world = ["start", "size", "curve", "number"]
    own = runs[runs["rhythm"] == "any"].drop(columns="rhythm")
    repeated = own.merge(pd.DataFrame({"rhythm": rhythms}), how="cross")
    every = pd.concat([runs[runs["rhythm"].isin(rhythms)], repeated], ignore_index=True)
    for name, policy in (("alone", "left alone"), ("best", "clairvoyant")):
        reference = own.loc[own["policy"] == policy, [*world, "revenue"]]
        every = every.merge(reference.rename(columns={"revenue": name}), on=world)
    return every


def summary(runs: pd.DataFrame) -> pd.DataFrame:
    """Summarize runs of `with_references`, one row per policy and cell.

    Columns: worlds; gain (share), low and high (its 80 % interval), per_cent (revenue over left
    alone), below (share of worlds below left alone by more than a ten-thousandth), spend (share of
    the account's total), lowest_spend (that of the world that spent least), of_deliverable (spend
    as a share of what the budgets could have spent), edits (budgets changed a day, per holder),
    corrected (share of decisions that had to be held to the limits).
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
                "edits": group["edits"].sum() / group["holder_days"].sum(),
                "corrected": group["corrected"].sum() / max(group["decisions"].sum(), 1),
            }
        )
    return pd.DataFrame(rows)


def paired_differences(summarized: pd.DataFrame, policy: str) -> pd.DataFrame:
    """Compare a policy's gain share with every other's, cell by cell.

    Returns one row per peer: cells, mean and lowest difference, and the cell of the lowest. The
    clairvoyant and budgets left alone are no peers.
    """
    ours = summarized.loc[summarized["policy"] == policy, [*CELL, "gain"]]
    others = summarized[~summarized["policy"].isin([policy, "clairvoyant", "left alone"])]
    both = ours.merge(others[["policy", *CELL, "gain"]], on=CELL, suffixes=("", "_peer"))
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
            }
        )
    return pd.DataFrame(rows, columns=["peer", "cells", "mean", "lowest", "lowest_cell"])
