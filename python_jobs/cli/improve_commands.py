"""The commands that ask whether other settings or rules would be better."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from python_jobs.cli.app import IMPROVE, AsJson, Customer, Platform, app, run, run_view

if TYPE_CHECKING:
    from python_jobs.cli.screen import Screen


class SamplerName(StrEnum):
    """Methods of `autopilot tune`: the keys of `python_jobs.tuning.samplers.SAMPLERS`.

    They stand here a second time, for importing that module takes as long as the help may.
    """

    GP = "gp"
    SCIKIT_OPTIMIZE = "scikit-optimize"
    OPTUNA_TPE = "optuna-tpe"
    OPTUNA_CMA = "optuna-cma"
    RANDOM = "random"


@app.command("diff", rich_help_panel=IMPROVE)
def diff(
    file: Annotated[
        Path, typer.Option("--config", metavar="FILE", help="Settings to try, as YAML.")
    ],
    customer: Customer = "moprobo",
    platform: Platform = "meta",
    csv: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Write all rows into this file.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show which of today's decisions would differ under other settings, publishing nothing.

    The file holds any keys that the customer's own settings may have: docs/parameters.md

    - `echo 'safety_rules: {max_increase: 0.3}' > bolder.yaml`
    - `autopilot diff --customer acme --config bolder.yaml --csv all.csv`
    """
    from python_jobs.cli.diff import diff

    run(
        lambda screen: diff(screen, customer, platform, file, csv),
        as_json=as_json,
        customer=customer,
        platform=platform,
    )


@app.command("auto-params", rich_help_panel=IMPROVE)
def auto_params(
    customer: Customer = "moprobo",
    platform: Platform = "meta",
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be written.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Derive parameters from the customer's own published data and write them.

    They go into rules.auto.yaml and params.auto.yaml of the customer's settings, before the
    defaults and behind your own files: docs/parameters-from-data.md

    - `autopilot auto-params --customer acme --dry-run`
    """
    from python_jobs.cli.auto_params import auto_params

    run(
        lambda screen: auto_params(screen, customer, platform, dry_run=dry_run),
        as_json=as_json,
        customer=customer,
        platform=platform,
    )


@app.command("tune", rich_help_panel=IMPROVE)
def tune(
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
    as_json: AsJson = False,
) -> None:
    """Try other parameters on the customer's past; adopt what wins where nothing was chosen.

    Stopped by Ctrl-C it keeps its trials, and the same command goes on. How it judges, and when
    data cannot tell: docs/tuning.md

    - `autopilot tune --customer acme --iterations 100 --dry-run`
    - `autopilot tune --customer acme --apply`
    """
    from python_jobs.cli import tune as job

    def search(screen: "Screen") -> bool:
        if apply:
            return job.apply(screen, customer, platform)
        return job.tune(
            screen,
            customer,
            platform,
            iterations=iterations,
            sampler=sampler.value,
            seed=seed,
            dry_run=dry_run,
        )

    try:
        run(search, as_json=as_json, customer=customer, platform=platform)
    except KeyboardInterrupt:
        typer.echo("Stopped. The trials are kept: the same command goes on from here.", err=True)
        raise typer.Exit(job.INTERRUPTED) from None


@app.command("discover", rich_help_panel=IMPROVE)
def discover(
    customer: Customer = "moprobo", platform: Platform = "meta", *, as_json: AsJson = False
) -> None:
    """Mine past weeks for conditions under which ad sets earned more or less than expected.

    What holds on later weeks than it was found in is shown as a rule to try: docs/discovery.md

    - `autopilot discover --customer acme`
    """
    from python_jobs.cli.discover import DISCOVER

    run_view(DISCOVER, customer, platform, as_json=as_json)


@app.command("replay", rich_help_panel=IMPROVE)
def replay(
    customer: Customer = "moprobo", platform: Platform = "meta", *, as_json: AsJson = False
) -> None:
    """Show what the engine would have set in the last eight weeks, and how that turned out.

    Beside what was really set, with interval and placebo: docs/replay.md

    - `autopilot replay --customer acme`
    """
    from python_jobs.cli.replay import REPLAY

    run_view(REPLAY, customer, platform, as_json=as_json)


trials = typer.Typer(
    no_args_is_help=True,
    help="""Try the engine against the hand on budgets drawn at random.

- `autopilot trial start --customer acme`
- `autopilot trial read --customer acme`, some weeks later
""",
)
app.add_typer(trials, name="trial", rich_help_panel=IMPROVE)


@trials.command("start")
def trial_start(
    customer: Customer = "moprobo",
    platform: Platform = "meta",
    weeks: Annotated[int, typer.Option(min=2, max=12, help="How long it runs.")] = 4,
    seed: Annotated[
        int | None, typer.Option(min=0, help="The same seed draws the same; else by chance.")
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what a trial could show; draw nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Draw which budgets are the engine's and which the hand's, and say what that could show.

    It starts today, so decisions must not be out of date: docs/follow-through.md

    - `autopilot trial start --customer acme --dry-run`
    - `autopilot trial start --customer acme --weeks 6`
    """
    from python_jobs.cli import trial

    def draw(screen: "Screen") -> bool:
        today = datetime.now().astimezone().date()
        trial.start(
            screen, customer, platform, weeks=weeks, seed=seed, today=today, dry_run=dry_run
        )
        return True

    run(draw, as_json=as_json, customer=customer, platform=platform)


@trials.command("read")
def trial_read(
    customer: Customer = "moprobo", platform: Platform = "meta", *, as_json: AsJson = False
) -> None:
    """Say what the last trial showed, once its purchases are in.

    - `autopilot trial read --customer acme`
    """
    from python_jobs.cli import trial

    def tell(screen: "Screen") -> bool:
        trial.read(screen, customer, platform)
        return True

    run(tell, as_json=as_json, customer=customer, platform=platform)
