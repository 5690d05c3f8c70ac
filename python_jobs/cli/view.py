"""What most commands do: build some tables, publish them and show what a person decides by."""

from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from python_jobs.cli.run import run_dbt
from python_jobs.cli.screen import Screen
from python_jobs.warehouse.paths import published_file


@dataclass(frozen=True)
class View:
    """What a command builds and what it shows of it."""

    selected: tuple[str, ...]
    """what dbt builds, in dbt's words"""
    doing: str
    """what the user waits for; {customer} stands for the name"""
    show: Callable[[Screen, duckdb.DuckDBPyConnection], None]
    """prints what of the published file asks for a decision"""
    tables: tuple[str, ...]
    """tables of schema `results` that `--json` gives whole"""
    rest: str
    """where there is more; {file} stands for the published file"""


def build_and_show(view: View, screen: Screen, customer: str, platform: str) -> bool:
    """Build and publish the view's tables, then show them.

    Returns:
        False if something did not pass; then nothing was published.

    Raises:
        ValueError: the customer's name or folder is not right.

    """
    command = ["build", "--select", *view.selected]
    outcome = run_dbt(command, customer, platform, view.doing.format(customer=customer))
    screen.problems(outcome.problems)
    if outcome.problems:
        screen.sentences(["Nothing was published: the last results stay as they were."])
        return False
    live = published_file(customer, platform)
    with duckdb.connect(str(live), read_only=True) as published:
        for table in view.tables:
            screen.keep_rows(table, published, f"from results.{table}")
        view.show(screen, published)
    screen.sentences(["\n" + view.rest.format(file=live)])
    return True
