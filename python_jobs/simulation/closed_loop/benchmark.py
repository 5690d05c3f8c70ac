"""Compares policies in closed loop: `python -m python_jobs.simulation.closed_loop.benchmark`.

Every finished world is a line in a file, so an interrupted run goes on where it stopped, and tables
can be printed again without running anything. Lines that another version of the code wrote are left
out.
"""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console

from python_jobs.simulation.closed_loop.ablation import (
    ENGINES,
    UNTOLD,
    VARIANTS,
    WHOLE,
    WITHOUT_SHOPIFY,
)
from python_jobs.simulation.closed_loop.clairvoyant import clairvoyant
from python_jobs.simulation.closed_loop.engine import (
    Engine,
    Settings,
    default_settings,
    moves_by_rule,
    peak_event,
    with_changes,
)
from python_jobs.simulation.closed_loop.limits import largest_changes
from python_jobs.simulation.closed_loop.loop import (
    REST,
    RHYTHMS,
    ManagedAccount,
    Outcome,
    Rhythm,
    run,
    warm_up,
)
from python_jobs.simulation.closed_loop.observed import Observed
from python_jobs.simulation.closed_loop.peers import PEERS, WEEKLY
from python_jobs.simulation.closed_loop.report import print_tables
from python_jobs.simulation.closed_loop.worlds import (
    CURVES,
    FAMILIES,
    FIRST_SEED,
    RUN_DAYS,
    SIZES,
    STARTS,
    Family,
    WorldSpec,
)
from python_jobs.simulation.curves import Floats
from python_jobs.simulation.measured import Row, code_version, measure, measured
from python_jobs.simulation.pipeline import CompiledProject, compile_project

OWN_RHYTHM = (*WEEKLY, "clairvoyant")
ANY = "any"
# engines that a family's own table compares with the whole one
ALSO_RUN: dict[Family, tuple[str, ...]] = {"peak": (UNTOLD,), "harm": (WITHOUT_SHOPIFY,)}
NOT_RUN = ("benchmark.py", "gain.py", "report.py")  # print what others computed
ENGINE_CODE = (
    "models",
    "macros",
    "seeds",
    "config/default",
    "python_jobs/config",
    "python_jobs/decisions",
    "python_jobs/simulation",
)

app = typer.Typer(add_completion=False)
Key = tuple[str, str]  # policy and rhythm


class Versions(NamedTuple):
    """Hashes of the code that counts."""

    worlds: str
    """for worlds and peers"""
    engine: str

    def of(self, policy: str) -> str:
        """Return that of what runs a policy."""
        return self.engine if policy in ENGINES else self.worlds


@dataclass(frozen=True)
class Project:
    """The code as it stood when the benchmark began: what workers run, whatever changes later."""

    folder: Path
    versions: Versions
    compiled: CompiledProject | None  # None: no engine among the policies
    settings: Settings | None


def code_versions(folder: Path) -> Versions:
    """Return the versions of the code in a folder."""
    return Versions(
        code_version(folder, ["python_jobs/simulation"], NOT_RUN),
        code_version(folder, ENGINE_CODE, NOT_RUN),
    )


def known_rows(file: Path, versions: Versions) -> list[Row]:
    """Return the rows of a file that the present versions of the code have written."""
    return [row for row in measured(file) if row["version"] == versions.of(row["policy"])]


def finished(rows: Iterable[Row], spec: WorldSpec) -> set[Key]:
    """Return policies and rhythms that are there for a world."""
    wanted = asdict(spec)
    return {
        (row["policy"], row["rhythm"])
        for row in rows
        if all(row[name] == value for name, value in wanted.items())
    }


def _run_world(spec: WorldSpec, missing: Sequence[Key], project: Project) -> list[Row]:
    start = warm_up(spec)
    return [_run_one(spec, start, project, policy, rhythm) for policy, rhythm in missing]


def _run_one(
    spec: WorldSpec, start: ManagedAccount, project: Project, policy: str, rhythm: str
) -> Row:
    began = time.process_time()
    details: dict[str, Any] = {}
    if policy == "clairvoyant":
        outcome = clairvoyant(start)
    elif policy in PEERS:
        outcome = run(start, PEERS[policy], "weekly" if rhythm == ANY else _rhythm(rhythm))
    else:
        outcome, details = _run_engine(start, project, policy, _rhythm(rhythm))
    return {
        **asdict(spec),
        "policy": policy,
        "rhythm": rhythm,
        "version": project.versions.of(policy),
        **asdict(outcome),
        "holder_days": RUN_DAYS * len(start.budgets),
        "seconds": round(time.process_time() - began, 2),
        **details,
    }


def _run_engine(
    start: ManagedAccount, project: Project, policy: str, rhythm: Rhythm
) -> tuple[Outcome, dict[str, Any]]:
    if project.compiled is None or project.settings is None:
        raise ValueError(f"{policy} needs the compiled project")
    variant = ENGINES[policy]
    told = peak_event(start) if variant.told else {}
    rest = {"safety_rules.cooldown_days": REST[rhythm]}
    engine = Engine(
        project.compiled,
        project.folder,
        with_changes(project.settings, rest | variant.changes | told),
        rules_only=variant.rules_only,
    )

    def carried_out(seen: Observed) -> Floats:
        wanted = engine(seen)
        count = variant.carried_out
        return wanted if count is None else largest_changes(wanted, seen.budgets, count, seen.total)

    try:
        outcome = run(start, carried_out, rhythm, "decided" if variant.told else "missed")
    finally:
        engine.close()
    return outcome, {"rules": moves_by_rule(engine.decisions)}


def _rhythm(name: str) -> Rhythm:
    return next(rhythm for rhythm in RHYTHMS if rhythm == name)


def keys_of(policies: Iterable[str], rhythms: Iterable[str]) -> Iterator[Key]:
    """Name what is run in a world: who has a rhythm of its own once, the others in each."""
    for policy in policies:
        yield from [(policy, ANY)] if policy in OWN_RHYTHM else [(policy, r) for r in rhythms]


@app.command()
def main(
    *,
    purpose: Annotated[str, typer.Option(help="tuning or judging worlds")] = "tuning",
    sizes: Annotated[str, typer.Option(help="comma-separated: 10, 40, 150, small")] = "10,40,small",
    worlds: Annotated[
        str, typer.Option(help="worlds of each size, in the order of sizes")
    ] = "8,3,4",
    curves: Annotated[str, typer.Option(help="comma-separated: power, hill")] = "power,hill",
    rhythms: Annotated[str, typer.Option(help="comma-separated, or all")] = "twice a week",
    start: Annotated[str, typer.Option(help="buyer or random")] = "buyer",
    family: Annotated[str, typer.Option(help="usual, outage, peak or harm")] = "usual",
    policies: Annotated[
        str, typer.Option(help="comma-separated; peers, engine, ablation stand for several")
    ] = "peers,engine",
    processes: Annotated[int, typer.Option(help="worlds at a time")] = 2,
    results: Annotated[Path, typer.Option(help="file of finished worlds")] = Path(
        "target/closed_loop/results.jsonl"
    ),
    only_print: Annotated[bool, typer.Option(help="run nothing")] = False,
) -> None:
    """Run what is missing and print what there is."""
    # a file or a pipe has no width of its own
    console = Console(width=None if sys.stdout.isatty() else 180)
    folder = Path.cwd()
    [family_name] = [known for known in FAMILIES if known in _chosen(family, FAMILIES)]
    named = _policies(policies)
    if WHOLE in named:
        named = list(dict.fromkeys([*named, *ALSO_RUN.get(family_name, ())]))
    all_rhythms = _chosen(",".join(RHYTHMS) if rhythms == "all" else rhythms, RHYTHMS)
    [start_name] = _chosen(start, STARTS)
    [purpose_name] = _chosen(purpose, FIRST_SEED)
    named_sizes, numbers = _chosen(sizes, SIZES), worlds.split(",")
    if len(numbers) != len(named_sizes) or not all(number.strip().isdigit() for number in numbers):
        raise typer.BadParameter(f"--worlds needs one number for each of: {', '.join(named_sizes)}")
    counts = dict(zip(named_sizes, map(int, numbers), strict=True))
    # an outage is judged against the same worlds without it
    families = ("usual", "outage") if family_name == "outage" else (family_name,)
    specs = [
        WorldSpec(purpose_name, size, curve, start_name, number, each)  # type: ignore[arg-type]
        for each in families
        for size, count in counts.items()
        for curve in _chosen(curves, CURVES)
        for number in range(count)
    ]
    versions = code_versions(folder)
    known = known_rows(results, versions)
    if outdated := len(measured(results)) - len(known):
        console.print(f"{outdated} lines of {results} are of another version of the code.")
    missing = [
        (spec, [key for key in keys_of(named, all_rhythms) if key not in done])
        for spec in specs
        for done in [finished(known, spec)]
    ]
    tasks = [(spec, keys) for spec, keys in missing if keys]
    if tasks and not only_print:
        needs_engine = any(policy in ENGINES for _, keys in tasks for policy, _ in keys)
        project = Project(
            folder,
            versions,
            compile_project(folder) if needs_engine else None,
            default_settings(folder) if needs_engine else None,
        )
        measure(
            _run_world,
            [(*task, project) for task in tasks],
            results,
            processes=processes,
            told="worlds",
            console=console,
        )
        known = known_rows(results, versions)
    wanted = {tuple(asdict(spec).values()) for spec in specs}
    rows = [
        row
        for row in known
        if tuple(row[name] for name in asdict(specs[0])) in wanted and row["policy"] in named
    ]
    print_tables(rows, all_rhythms, family_name, console)


def _policies(text: str) -> list[str]:
    groups = {
        "peers": [*PEERS, "clairvoyant"],
        "ablation": list(VARIANTS),
    }
    names = [name for part in text.split(",") for name in groups.get(part.strip(), [part.strip()])]
    names = list(dict.fromkeys(["left alone", "clairvoyant", *names]))
    return _chosen(",".join(names), [*PEERS, *ENGINES, "clairvoyant"])


def _chosen(text: str, allowed: Iterable[str]) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in set(allowed)]
    if unknown:
        raise typer.BadParameter(f"{unknown[0]!r} is none of: {', '.join(allowed)}")
    return names


if __name__ == "__main__":
    app()
