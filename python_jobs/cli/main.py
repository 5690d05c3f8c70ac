"""The `autopilot` command: the project's jobs by name, over dbt and the published tables."""

import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console

from python_jobs.cli.audiences import show_audiences
from python_jobs.cli.auto_params import auto_params
from python_jobs.cli.customer import create_customer
from python_jobs.cli.diff import diff
from python_jobs.cli.discover import discover
from python_jobs.cli.execute import execute
from python_jobs.cli.extract import extract
from python_jobs.cli.inspect import inspect_files
from python_jobs.cli.replay import replay
from python_jobs.exports.order import Format, Order

app = typer.Typer(
    help="Decides budgets from what Meta and Shopify exported for a customer, offline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Customer = Annotated[str, typer.Option(help="Folder name of the customer.")]
Platform = Annotated[str, typer.Option(help="Folder name of the platform.")]


class SamplerName(StrEnum):
    """Methods of `autopilot tune`, as in `python_jobs.tuning.samplers`."""

    GP = "gp"
    SCIKIT_OPTIMIZE = "scikit-optimize"
    OPTUNA_TPE = "optuna-tpe"
    OPTUNA_CMA = "optuna-cma"
    RANDOM = "random"


@app.command("extract")
def _extract(customer: Customer = "moprobo", platform: Platform = "meta") -> None:
    """Read the raw files and publish features and daily results."""
    if not extract(Console(), customer, platform):
        raise typer.Exit(1)


@app.command("execute")
def _execute(customer: Customer = "moprobo", platform: Platform = "meta") -> None:
    """Decide the budgets, publish them with all that explains them, and show them."""
    if not execute(Console(), customer, platform):
        raise typer.Exit(1)


@app.command("rules")
def _rules(customer: Customer = "moprobo", platform: Platform = "meta") -> None:
    """Judge audiences: mistakes, room for more, segments, creatives, ads; show what to change."""
    if not show_audiences(Console(), customer, platform):
        raise typer.Exit(1)


@app.command("diff")
def _diff(
    file: Annotated[
        Path, typer.Option("--config", metavar="FILE", help="Settings to try, as YAML.")
    ],
    customer: Customer = "moprobo",
    platform: Platform = "meta",
    csv: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Write all rows into this file.")
    ] = None,
) -> None:
    """Show which of today's decisions would differ under other settings, publishing nothing."""
    if not diff(Console(), customer, platform, file, csv):
        raise typer.Exit(1)


@app.command("auto-params")
def _auto_params(
    customer: Customer = "moprobo",
    platform: Platform = "meta",
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be written.")
    ] = False,
) -> None:
    """Derive parameters from the customer's own published data and write them."""
    if not auto_params(Console(), customer, platform, dry_run=dry_run):
        raise typer.Exit(1)


@app.command("tune")
def _tune(
    customer: Customer = "moprobo",
    platform: Platform = "meta",
    iterations: Annotated[
        int, typer.Option(min=2, max=5000, help="Sets of parameters to try.")
    ] = 100,
    sampler: Annotated[SamplerName, typer.Option(help="What chooses them.")] = SamplerName.GP,
    seed: Annotated[int, typer.Option(min=0, help="The same seed tries the same.")] = 0,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Search, but adopt nothing.")] = False,
    apply: Annotated[
        bool, typer.Option("--apply", help="Adopt what the last dry run found, without a search.")
    ] = False,
) -> None:
    """Try other parameters on the customer's past and adopt what wins where nothing was chosen."""
    # numpy, scipy and the backtest take a second, which other commands need not wait for
    from python_jobs.cli import tune as job  # noqa: PLC0415

    console = Console()
    try:
        if apply:
            done = job.apply(console, customer, platform)
        else:
            done = job.tune(
                console,
                customer,
                platform,
                iterations=iterations,
                sampler=sampler.value,
                seed=seed,
                dry_run=dry_run,
            )
    except KeyboardInterrupt:
        console.print("Stopped. The trials are kept: the same command goes on from here.")
        raise typer.Exit(job.INTERRUPTED) from None
    if not done:
        raise typer.Exit(1)


@app.command("discover")
def _discover(customer: Customer = "moprobo", platform: Platform = "meta") -> None:
    """Mine past weeks for conditions under which ad sets earned more or less than expected."""
    if not discover(Console(), customer, platform):
        raise typer.Exit(1)


@app.command("replay")
def _replay(customer: Customer = "moprobo", platform: Platform = "meta") -> None:
    """Show what the engine would have set in the last eight weeks, and how that turned out."""
    if not replay(Console(), customer, platform):
        raise typer.Exit(1)


@app.command("inspect")
def _inspect(customer: Customer = "moprobo", platform: Platform = "meta") -> None:
    """Show what the raw folder holds, how it is understood and what it does not allow."""
    if not inspect_files(Console(), customer, platform):
        raise typer.Exit(1)


@app.command("new-customer")
def _new_customer(
    customer: Annotated[str, typer.Argument(help="Lower-case letters, digits, - and _.")],
    platform: Platform = "meta",
) -> None:
    """Make the folders for a new customer."""
    create_customer(Console(), customer, platform)


trial_app = typer.Typer(
    no_args_is_help=True, help="Try the engine against the hand on budgets drawn at random."
)
app.add_typer(trial_app, name="trial")


@trial_app.command("start")
def _trial_start(
    customer: Customer = "moprobo",
    platform: Platform = "meta",
    weeks: Annotated[int, typer.Option(min=2, max=12, help="How long it runs.")] = 4,
    seed: Annotated[
        int | None, typer.Option(min=0, help="The same seed draws the same; else by chance.")
    ] = None,
) -> None:
    """Draw which budgets are the engine's and which the hand's, and say what that could show."""
    # numpy, scipy and pandas take a second, which other commands need not wait for
    from python_jobs.cli import trial  # noqa: PLC0415

    trial.start(Console(), customer, platform, weeks=weeks, seed=seed)


@trial_app.command("read")
def _trial_read(customer: Customer = "moprobo", platform: Platform = "meta") -> None:
    """Say what the last trial showed, once its purchases are in."""
    from python_jobs.cli import trial  # noqa: PLC0415

    trial.read(Console(), customer, platform)


@app.command("export")
def _export(
    form: Annotated[Format, typer.Option("--format", help="Who shall take the files.")],
    customer: Customer = "moprobo",
    platform: Platform = "meta",
    since_run: Annotated[
        str | None,
        typer.Option(metavar="RUN_ID", help="Only budgets that this run recommended otherwise."),
    ] = None,
    approved: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Only rows with a name in its column approved_by.",
        ),
    ] = None,
    *,
    stale_ok: Annotated[
        bool, typer.Option("--stale-ok", help="Export decisions that are out of date, too.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the changes and write nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document for scripts.")] = False,
) -> None:
    """Write the budgets as files for Ads Manager, the Marketing API or a spreadsheet.

    They go into results/CUSTOMER/PLATFORM, each with one that gives the budgets back.
    """
    # workbooks take a moment, which other commands need not wait for
    from python_jobs.cli.export import export  # noqa: PLC0415

    order = Order(customer, form, since_run, approved, stale_ok)
    now = datetime.now().astimezone()
    if not export(Console(), order, platform, now, dry_run=dry_run, as_json=as_json):
        raise typer.Exit(1)


def main() -> None:
    """Run the command; what goes wrong is one sentence and exit code 1."""
    try:
        app()
    except (ValueError, duckdb.Error, OSError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
