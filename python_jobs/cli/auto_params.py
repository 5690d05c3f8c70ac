"""`autopilot auto-params`: parameters that a customer's own published data show."""

import os
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd
from rich.console import Console

from python_jobs.cli.show import show_lines, show_rows
from python_jobs.config.load import load_parameters
from python_jobs.config.names import check_names
from python_jobs.config.search_space import load_search_space
from python_jobs.derived.derive import Derived, derive, measure_all
from python_jobs.derived.files import file_texts

SHOWN = """
    select
        parameter,
        default_value as "default",
        in_force as "in force",
        tier as "from",
        derived,
        confidence,
        evidence
    from derived
"""


def auto_params(console: Console, customer: str, platform: str, *, dry_run: bool) -> bool:
    """Derive what the published data show, print it and, unless `dry_run`, write it.

    Returns:
        False if the settings in force are wrong.

    Raises:
        ValueError: the customer's name or folder is not right, or nothing is published.

    """
    check_names(customer, platform)
    config = Path(os.environ.get("AUTOPILOT_CONFIG", "config"))
    in_force, problems = load_parameters(config, customer, platform)
    ranges, more_problems = load_search_space(config, customer, platform, in_force)
    problems += more_problems
    if problems:
        show_lines(console, "The settings in force are wrong:", problems)
        return False
    defaults, _ = load_parameters(config, "default", "none")
    warehouse = Path(os.environ.get("AUTOPILOT_WAREHOUSE", "warehouse"))
    published = warehouse / f"{customer}_{platform}.duckdb"
    if not published.exists():
        raise ValueError(
            f"Nothing of {customer} is published that parameters could be derived from: run "
            f"`autopilot extract --customer {customer}` and `autopilot execute --customer "
            f"{customer}` first."
        )
    with duckdb.connect(str(published), read_only=True) as connection:
        [[as_of]] = connection.execute("select max(as_of) from results.runs").fetchall()
        derived = derive(measure_all(connection), defaults, in_force, ranges)
    _show(console, derived)
    folder = config / customer / platform
    texts = file_texts(derived, customer, platform, str(as_of))
    if dry_run:
        console.print("\nNothing is written: a dry run.", highlight=False)
        return True
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    show_lines(console, "Written:", [str(folder / name) for name in texts])
    return True


def _show(console: Console, derived: Sequence[Derived]) -> None:
    shown = pd.DataFrame(
        {
            "parameter": [each.parameter for each in derived],
            "default_value": [each.default for each in derived],
            "in_force": [each.in_force for each in derived],
            "tier": [each.tier for each in derived],
            "derived": [each.value for each in derived],
            "confidence": [each.confidence for each in derived],
            "evidence": [each.evidence for each in derived],
        }
    )
    with duckdb.connect() as session:
        session.register("derived", shown)
        show_rows(console, session, SHOWN)
    show_lines(
        console,
        "In force before what is derived:",
        [
            f"{each.parameter}: {each.in_force:g}, {each.tier}"
            for each in derived
            if each.is_overruled
        ],
    )
