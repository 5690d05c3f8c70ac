"""Prints the audience side's tables."""

from collections.abc import Sequence

import pandas as pd
from rich.console import Console
from rich.table import Table

from python_jobs.simulation.audience.scores import (
    Row,
    by_type,
    coverage,
    detection,
    effects_of,
    policies,
    recommendations_of,
)


def print_tables(rows: Sequence[Row], console: Console) -> None:
    """Print what was told and found, and how often intervals hold the truth."""
    if not rows:
        console.print("No account has been run to the end yet.")
        return
    planted = sum(row["is_planted"] for row in rows)
    seconds = sum(row["seconds"] for row in rows) / len(rows)
    console.print(
        f"{planted} planted and {len(rows) - planted} clean accounts, {seconds:.1f} s each"
    )
    effects = effects_of(rows)
    _detection(effects[effects["is_detector"]], "Detectors", console)
    _detection(effects[~effects["is_detector"]], "Segments and creatives", console)
    clean = effects[effects["is_detector"] & ~effects["is_planted"]]
    false = clean[clean["is_told"] & ~clean["is_true"]]
    console.print(f"False findings in clean accounts: {len(false)}")
    _coverage(coverage(rows), console)
    _types(by_type(recommendations_of(rows)), console)
    _policies(policies(rows), console)


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left")
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left", no_wrap=True)
    return table


def _detection(effects: pd.DataFrame, title: str, console: Console) -> None:
    table = _table(title, "detector", "told", "true", "precision", "to find", "found", "recall")
    counts = detection(effects)
    counts.loc["all"] = counts.sum()
    for name, told, true, to_find, found in counts.itertuples():
        precision, recall = _share(true, told), _share(found, to_find)
        table.add_row(name, str(told), str(true), precision, str(to_find), str(found), recall)
    console.print(table)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else ""


def _coverage(covered: pd.DataFrame, console: Console) -> None:
    table = _table("80 % intervals", "measure", "intervals", "hold the truth", "below", "above")
    for name, row in covered.iterrows():
        shares = [f"{row[column]:.1%}" for column in ("covered", "below", "above")]
        table.add_row(str(name), f"{row['intervals']:.0f}", *shares)
    console.print(table)


def _types(types: pd.DataFrame, console: Console) -> None:
    title = "Recommendations carried out one by one: money of 30 days in the mean, and ROAS"
    headings = ("type", "number", "told", "lower end", "true", "interval holds ROAS")
    table = _table(title, *headings)
    for row in types.reset_index().to_dict("records"):
        money = [f"{row[column]:,.0f}" for column in ("told", "low", "gain")]
        covered = "" if pd.isna(row["covered"]) else f"{row['covered']:.0%}"
        table.add_row(f"{row['table']}: {row['type']}", f"{row['number']:.0f}", *money, covered)
    console.print(table)


def _policies(found: pd.DataFrame, console: Console) -> None:
    title = (
        "The five best recommendations of each account carried out together, against as many others"
    )
    headings = (
        "changes",
        "worlds",
        "each",
        "told",
        "lower end",
        "true",
        "standard error",
        "worse in",
    )
    table = _table(title, *headings)
    for name, row in found.iterrows():
        told = ["" if pd.isna(row[column]) else f"{row[column]:,.0f}" for column in ("told", "low")]
        money = [*told, f"{row['gain']:,.0f}", f"{row['error']:,.0f}"]
        better = "" if name == "recommended" else f"{row['better']:.0%}"
        table.add_row(str(name), f"{row['accounts']:.0f}", f"{row['changes']:.1f}", *money, better)
    console.print(table)
