"""Prints the benchmark's tables."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from python_jobs.decisions.rules.catalogue import RULES
from python_jobs.simulation.closed_loop.ablation import UNTOLD, WHOLE, WITHOUT_SHOPIFY
from python_jobs.simulation.closed_loop.gain import (
    CELL,
    in_pairs,
    paired_differences,
    summary,
    with_references,
)
from python_jobs.simulation.closed_loop.worlds import Family

Row = dict[str, Any]
LARGEST_PART = 1 / 3  # of all moves that one raising or cutting rule may make
EDITS = ("edits per\nholder, day", "edits per\naccount, day")


def print_tables(rows: Sequence[Row], rhythms: list[str], family: Family, console: Console) -> None:
    """Print gains by cell, comparisons in pairs, conduct, and what each rule did.

    Of `rows` those of `family`; its own table may compare them with the usual ones.
    """
    runs = with_references(pd.DataFrame(rows), rhythms)
    of_family = runs[runs["family"] == family]
    if of_family.empty:
        console.print("No world has been run to the end yet.")
        return
    # who does not raise the total in a peak is not compared on how it is split
    summarized = summary(of_family[of_family["policy"] != UNTOLD])
    for rhythm in rhythms:
        _gains(summarized[summarized["rhythm"] == rhythm], f"{family} worlds, {rhythm}", console)
    if WHOLE in set(summarized["policy"]):
        _detail(summarized, WHOLE, console)
        _pairs(paired_differences(summarized, WHOLE), WHOLE, console)
    _conduct(summarized, console)
    if family == "outage":
        _outage(of_family, runs[runs["family"] == "usual"], console)
    if family == "peak":
        _peak(of_family, console)
    if family == "harm":
        _harm(of_family, console)
    _rules([row for row in rows if row["policy"] == WHOLE and row["family"] == family], console)


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left")
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left", no_wrap=True)
    return table


def _edits(row: Any) -> tuple[str, str]:
    """Cells under EDITS of a summary's row."""
    return f"{row['edits']:.2f}", f"{row['account_edits']:.1f}"


def _gains(summarized: pd.DataFrame, where: str, console: Console) -> None:
    """Gain shares: policies down, from worst to best, sizes and curves across."""
    cells = summarized[["size", "curve"]].drop_duplicates().to_dict("records")
    columns = {}
    for cell in cells:
        inside = (summarized["size"] == cell["size"]) & (summarized["curve"] == cell["curve"])
        rows = summarized[inside].set_index("policy")
        columns[f"{cell['size']} {cell['curve']}\n{rows['worlds'].max()} worlds"] = rows["gain"]
    gains = pd.DataFrame(columns)
    edits = summarized.groupby("policy")[["edits", "account_edits"]].mean()
    table = _table(f"Gain share; {where}", "policy", *columns, *EDITS)
    for policy in gains.mean(axis=1).sort_values().index:
        shares = ["" if pd.isna(share) else f"{share:.3f}" for share in gains.loc[policy]]
        table.add_row(policy, *shares, *_edits(edits.loc[policy]))
    console.print(table)


def _detail(summarized: pd.DataFrame, policy: str, console: Console) -> None:
    title = f"{policy}: 80 % bootstrap interval over worlds, revenue over left alone, conduct"
    table = _table(
        title,
        "size, curve, rhythm",
        "gain",
        *EDITS,
        "interval",
        "revenue",
        "clairvoyant",
        "below alone",
        "spend / total",
        "lowest",
    )
    best = summarized[summarized["policy"] == "clairvoyant"].set_index(CELL)["per_cent"]
    for row in summarized[summarized["policy"] == policy].to_dict("records"):
        cell = tuple(row[name] for name in CELL)
        table.add_row(
            ", ".join(cell),
            f"{row['gain']:.3f}",
            *_edits(row),
            f"{row['low']:.2f} to {row['high']:.2f}",
            f"{row['per_cent']:+.1f} %",
            f"{best[cell]:+.1f} %",
            f"{row['below']:.0%}",
            f"{row['spend']:.1%}",
            f"{row['lowest_spend']:.1%}",
        )
    console.print(table)


def _pairs(pairs: pd.DataFrame, ours: str, console: Console) -> None:
    title = f"Gain share of {ours} less that of each peer, over cells of size, curve and rhythm"
    table = _table(title, "peer", "cells", "mean", *EDITS, "lowest", "where")
    for row in pairs.sort_values("mean").to_dict("records"):
        table.add_row(
            row["peer"],
            str(row["cells"]),
            f"{row['mean']:+.3f}",
            *_edits(row),
            f"{row['lowest']:+.3f}",
            row["lowest_cell"],
        )
    console.print(table)


def _conduct(summarized: pd.DataFrame, console: Console) -> None:
    title = "Conduct over all cells"
    table = _table(
        title,
        "policy",
        "worlds below left alone",
        "spend / total",
        "lowest",
        "spend / deliverable",
        *EDITS,
        "corrected",
    )
    for policy, group in summarized.groupby("policy", sort=False):
        weight = group["worlds"] / group["worlds"].sum()
        table.add_row(
            str(policy),
            f"{(weight * group['below']).sum():.1%}",
            f"{(weight * group['spend']).sum():.1%}",
            f"{group['lowest_spend'].min():.1%}",
            f"{(weight * group['of_deliverable']).sum():.1%}",
            *_edits(group[["edits", "account_edits"]].mul(weight, axis=0).sum()),
            f"{(weight * group['corrected']).sum():.1%}",
        )
    console.print(table)
    console.print("edits: budgets changed; corrected: decisions held to step or total")


def _outage(runs: pd.DataFrame, usual: pd.DataFrame, console: Console) -> None:
    """Say who loses what to an outage, and who cuts on the mornings after its days."""
    table = _table(
        "Gain share in outage worlds, less that in the same worlds without it",
        "policy, rhythm",
        "worlds",
        "gain",
        *EDITS,
        "without it",
        "difference",
        "standard error",
        "mornings",
        "cuts on them",
    )
    counted = runs.groupby(["policy", "rhythm"])[["outage_decisions", "outage_cuts"]].sum()
    for row in in_pairs(runs, usual).sort_values("difference").to_dict("records"):
        decisions, cuts = counted.loc[(row["policy"], row["rhythm"])]
        table.add_row(
            f"{row['policy']}, {row['rhythm']}",
            str(row["worlds"]),
            f"{row['gain']:.3f}",
            *_edits(row),
            f"{row['other_gain']:.3f}",
            f"{row['difference']:+.3f}",
            f"{row['error']:.3f}",
            str(decisions),
            str(cuts),
        )
    console.print(table)
    console.print("mornings: with a decision, on the day after a day of the outage")


def _peak(runs: pd.DataFrame, console: Console) -> None:
    """Say what it is worth to tell the engine of the peak."""
    title = "Revenue over budgets left alone that are scaled for the peak"
    table = _table(title, "policy, rhythm", "worlds", "revenue", *EDITS)
    shown = summary(runs[runs["policy"].isin([WHOLE, UNTOLD, "clairvoyant"])])
    for (policy, rhythm), group in shown.groupby(["policy", "rhythm"], sort=False):
        for row in group.to_dict("records"):
            table.add_row(
                f"{row['size']}, {row['curve']}: {policy}, {rhythm}",
                str(row["worlds"]),
                f"{row['per_cent']:+.1f} %",
                *_edits(row),
            )
    console.print(table)


def _harm(runs: pd.DataFrame, console: Console) -> None:
    """Say what Shopify's correction costs where Shopify is the worse witness."""
    table = _table(
        f"Gain share of {WHOLE}, less that of {WITHOUT_SHOPIFY}",
        "rhythm",
        "worlds",
        WHOLE,
        *EDITS,
        WITHOUT_SHOPIFY,
        "difference",
        "standard error",
        "better in",
    )
    without = runs[runs["policy"] == WITHOUT_SHOPIFY].assign(policy=WHOLE)
    for row in in_pairs(runs[runs["policy"] == WHOLE], without).to_dict("records"):
        table.add_row(
            row["rhythm"],
            str(row["worlds"]),
            f"{row['gain']:.3f}",
            *_edits(row),
            f"{row['other_gain']:.3f}",
            f"{row['difference']:+.3f}",
            f"{row['error']:.3f}",
            str(row["better"]),
        )
    console.print(table)


def _rules(rows: Sequence[Row], console: Console) -> None:
    """Who moved what, and which rules never matched or never decided anything."""
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        for rule, count in row["rules"].items():
            counts.setdefault(rule, Counter()).update(count)
    if not counts:
        return
    decided = sum(count["decided"] for count in counts.values())
    moves = sum(count["raised"] + count["cut"] for count in counts.values())
    title = f"Rules: {decided:,} decisions, {moves:,} moves"
    table = _table(title, "rule", "decided", "raised", "cut", "share of moves")
    for rule, count in sorted(counts.items(), key=lambda item: -item[1]["decided"]):
        share = (count["raised"] + count["cut"]) / max(moves, 1)
        table.add_row(
            rule,
            f"{count['decided'] / decided:.1%}",
            f"{count['raised']:,}",
            f"{count['cut']:,}",
            f"{share:.1%}" + (" more than a third" if share > LARGEST_PART else ""),
        )
    console.print(table)
    known = [rule.rule_id for rule in RULES]
    never = [rule for rule in known if not counts.get(rule, Counter())["matched"]]
    only_matched = [rule for rule in known if rule not in never and not counts[rule]["decided"]]
    console.print(f"Never matched: {', '.join(never) or 'none'}")
    console.print(f"Matched, never decided: {', '.join(only_matched) or 'none'}")
