"""The commands that carry what was decided to people and to Meta."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from python_jobs.cli.app import DECIDE, AsJson, Customer, Platform, app, run
from python_jobs.exports.order import Format, Order

if TYPE_CHECKING:
    from python_jobs.cli.screen import Screen


@app.command("report", rich_help_panel=DECIDE)
def report(
    customer: Customer = "moprobo", platform: Platform = "meta", *, as_json: AsJson = False
) -> None:
    """Write the published results as one page for the browser, with charts and reasons.

    It goes to results/{customer}/{platform}/report.html and opens without a network. What is on it:
    docs/report.md

    - `autopilot report --customer acme`
    """

    def write(screen: "Screen") -> bool:
        # the charts take two seconds to load
        from python_jobs.cli import report as job

        job.report(screen, customer, platform)
        return True

    run(write, as_json=as_json, customer=customer, platform=platform)


@app.command("export", rich_help_panel=DECIDE)
def export(
    form: Annotated[Format, typer.Option("--format", help="Who shall take the files.")],
    customer: Customer = "moprobo",
    platform: Platform = "meta",
    since_run: Annotated[
        str | None,
        typer.Option(metavar="RUN_ID", help="Only budgets that this run recommended otherwise."),
    ] = None,
    approved: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Only rows with a name in its column approved_by; once or, with those of "
            "recommendations, twice.",
        ),
    ] = None,
    *,
    stale_ok: Annotated[
        bool, typer.Option("--stale-ok", help="Export decisions that are out of date, too.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the changes and write nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the budgets as files for Ads Manager, the Marketing API or a spreadsheet.

    They go into results/{customer}/{platform}, each with one that gives the budgets back. Refused
    where the decisions are out of date or budgets changed since: docs/exports.md

    - `autopilot export --customer acme --format ads-manager`
    - `autopilot export -c acme --format xlsx --dry-run`
    """

    def write(screen: "Screen") -> bool:
        # workbooks take a moment to load
        from python_jobs.cli import export as job

        order = Order(customer, form, since_run, approved or (), stale_ok)
        return job.export(screen, order, platform, datetime.now().astimezone(), dry_run=dry_run)

    run(write, as_json=as_json, customer=customer, platform=platform)
