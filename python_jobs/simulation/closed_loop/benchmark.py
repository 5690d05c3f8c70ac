"""Compares policies in closed loop: `python -m python_jobs.simulation.closed_loop.benchmark`.

Every finished world is a line in a file, so an interrupted run goes on where it stopped, and tables
can be printed again without running anything. Lines that another version of the code wrote are left
out.
"""

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

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


@dataclass(frozen=True)
class Project:
    """The code as it stood when the benchmark began: what workers run, whatever changes later."""

    folder: Path
    compiled: CompiledProject | None  # None: no engine among the policies
    settings: Settings | None


@dataclass(frozen=True)
class Task:
    """A world and what is still to be run in it."""

    spec: WorldSpec
    missing: tuple[Key, ...]


def code_versions(project: Path) -> tuple[str, str]:
    """Return one for worlds and peers, one for the engine: hashes of the code that counts."""
    loop = project / "python_jobs" / "simulation"
    worlds = [path for path in loop.rglob("*.py") if path.name not in NOT_RUN]
    engine = [path for name in ENGINE_CODE for path in (project / name).rglob("*.*")]
    engine = [path for path in engine if path.suffix in (".sql", ".yml", ".yaml", ".csv", ".py")]
    engine = [path for path in engine if path.name not in NOT_RUN]
    return _digest(worlds), _digest(engine)


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _run_task(task: Task, project: Project) -> list[dict[str, Any]]:
    start = warm_up(task.spec)
    return [_run_one(task.spec, start, project, policy, rhythm) for policy, rhythm in task.missing]


def _run_one(
    spec: WorldSpec, start: ManagedAccount, project: Project, policy: str, rhythm: str
) -> dict[str, Any]:
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


class Results:
    """The file of finished worlds."""

    def __init__(self, path: Path, versions: tuple[str, str]) -> None:
        """Read what the present versions of the code have written so far."""
        self.path = path
        self.versions = versions
        self.rows: list[dict[str, Any]] = []
        self.outdated = 0
        text = path.read_text() if path.exists() else ""
        self.torn = text != "" and not text.endswith("\n")  # a run was killed while it wrote
        for line in text.splitlines():
            try:
                row = json.loads(line)
            except json.JSONDecodeError:
                continue
            if row["version"] == self._version(row["policy"]):
                self.rows.append(row)
            else:
                self.outdated += 1

    def _version(self, policy: str) -> str:
        worlds, engine = self.versions
        return engine if policy in ENGINES else worlds

    def add(self, rows: list[dict[str, Any]]) -> None:
        """Append rows to the file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            file.write("\n" * self.torn)
            self.torn = False
            for row in rows:
                file.write(json.dumps(row | {"version": self._version(row["policy"])}) + "\n")
        self.rows += rows

    def finished(self, spec: WorldSpec) -> set[Key]:
        """Return policies and rhythms that are there for a world."""
        wanted = asdict(spec)
        return {
            (row["policy"], row["rhythm"])
            for row in self.rows
            if all(row[name] == value for name, value in wanted.items())
        }


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
    known = Results(results, code_versions(folder))
    if known.outdated:
        console.print(f"{known.outdated} lines of {results} are of another version of the code.")
    if not only_print:
        tasks = [
            Task(spec, tuple(k for k in keys_of(named, all_rhythms) if k not in finished))
            for spec in specs
            for finished in [known.finished(spec)]
        ]
        _run_all([task for task in tasks if task.missing], known, folder, processes, console)
    wanted = {tuple(asdict(spec).values()) for spec in specs}
    rows = [
        row
        for row in known.rows
        if tuple(row[name] for name in asdict(specs[0])) in wanted and row["policy"] in named
    ]
    print_tables(rows, all_rhythms, family_name, console)


def _run_all(
    tasks: list[Task], known: Results, folder: Path, processes: int, console: Console
) -> None:
    needs_engine = any(policy in ENGINES for task in tasks for policy, _ in task.missing)
    project = Project(
        folder,
        compile_project(folder) if needs_engine else None,
        default_settings(folder) if needs_engine else None,
    )
    # one thread of numpy in each of several processes
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    with ProcessPoolExecutor(processes) as executor:
        waiting = [executor.submit(_run_task, task, project) for task in tasks]
        for done in track(as_completed(waiting), "worlds", len(waiting), console=console):
            known.add(done.result())


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
