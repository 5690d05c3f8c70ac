"""`autopilot auto-params`: parameters that a customer's own published data show."""

from collections.abc import Sequence

import duckdb
import pandas as pd
from rich.console import Console

from python_jobs.cli.published import open_published
from python_jobs.cli.screen import Screen
from python_jobs.cli.show import show_blocks, show_lines
from python_jobs.config.load import load_parameters
from python_jobs.config.names import check_names
from python_jobs.config.search_space import load_search_space
from python_jobs.derived.derive import Derived, derive, measure_all
from python_jobs.derived.files import file_texts
from python_jobs.warehouse.paths import config_folder
from python_jobs.warehouse.whole_file import write_whole

SHOWN = """
    select
        concat_ws(
            ', ',
            format('{}: {:g} ({})', parameter, in_force, tier)
                || if(derived is null, ' stays', format(' -> {:g}', derived)),
            'confidence ' || nullif(confidence, '')
        ),
        evidence
    from derived
    order by derived is null
"""


def auto_params(screen: Screen, customer: str, platform: str, *, dry_run: bool) -> bool:
    """Derive what the published data show, print it and, unless `dry_run`, write it.

    Returns:
        False if the settings in force are wrong.

    Raises:
        ValueError: the customer's name or folder is not right, or nothing is published.

    """
    check_names(customer, platform)
    config = config_folder()
    in_force, problems = load_parameters(config, customer, platform)
    ranges, more_problems = load_search_space(config, customer, platform, in_force)
    problems += more_problems
    if problems:
        screen.problems(problems)
        return False
    defaults, _ = load_parameters(config, "default", "none")
    with (
        Console(stderr=True).status(f"Measuring what the data of {customer} show"),
        open_published(customer, platform) as connection,
    ):
        [[as_of]] = connection.execute("select max(as_of) from results.runs").fetchall()
        derived = derive(measure_all(connection), defaults, in_force, ranges)
    _show(screen, derived)
    folder = config / customer / platform
    texts = file_texts(derived, customer, platform, str(as_of))
    screen.keep("written", [] if dry_run else [str(folder / name) for name in texts])
    if dry_run:
        screen.print("\nNothing is written: a dry run.", highlight=False)
        return True
    for name, text in texts.items():
        write_whole(folder / name, text)
    show_lines(screen, "Written:", [str(folder / name) for name in texts])
    return True


def _show(screen: Screen, derived: Sequence[Derived]) -> None:
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
        screen.keep_rows("derived", session, "from derived")
        show_blocks(screen, session, SHOWN)
    show_lines(
        screen,
        "In force before what is derived:",
        [
            f"{each.parameter}: {each.in_force:g}, {each.tier}"
            for each in derived
            if each.is_overruled
        ],
    )
