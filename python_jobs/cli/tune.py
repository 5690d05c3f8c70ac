"""`autopilot tune`: other parameters tried on the customer's own past, and adopted if they win."""

import json
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import duckdb
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from threadpoolctl import threadpool_limits

from python_jobs.backtest.evaluate import READ_BY_EVIDENCE
from python_jobs.backtest.panel import Panel, read_panel
from python_jobs.backtest.rebuild import TARGET, EvidenceRebuilder, differing
from python_jobs.cli.published import open_published
from python_jobs.cli.run import run_dbt
from python_jobs.cli.screen import Screen
from python_jobs.cli.show import show_lines, show_rows
from python_jobs.config.load import Parameter, load_defaults, load_parameters
from python_jobs.config.names import check_names
from python_jobs.config.search_space import load_search_space
from python_jobs.simulation.pipeline import compile_project
from python_jobs.tuning.choice import Trial, aims, excess, front, hypervolume
from python_jobs.tuning.samplers import SAMPLERS
from python_jobs.tuning.search import TOGETHER, Search
from python_jobs.tuning.trials_file import append, records, trial_record, trials_file, trials_of
from python_jobs.tuning.tune import Past, Rebuild, Values, conclude, search_id
from python_jobs.tuning.tuned_file import write_tuned
from python_jobs.warehouse.paths import config_folder, published_file

MOST_EARLIER = 5
"""picks of earlier searches that a new one tries first"""
INTERRUPTED = 130
"""exit code after Ctrl-C, as shells have it"""


def tune(
    screen: Screen,
    customer: str,
    platform: str,
    *,
    iterations: int,
    sampler: str,
    seed: int,
    dry_run: bool,
) -> bool:
    """Search, show what came of it, and adopt what surely wins unless `dry_run`.

    Returns:
        False if the settings in force are wrong.

    Raises:
        ValueError: a name is not right, nothing is published, or the data are too short.
        KeyboardInterrupt: the search was stopped; its trials are kept.

    """
    check_names(customer, platform)
    config = config_folder()
    in_force, problems = load_parameters(config, customer, platform)
    ranges, more_problems = load_search_space(config, customer, platform, in_force)
    if problems + more_problems:
        screen.problems(problems + more_problems)
        return False
    with open_published(customer, platform) as live:
        panel = read_panel(live)
        [[run, data_through]] = live.execute(
            "select run_id, data_through from results.runs order by published_at desc limit 1"
        ).fetchall()
    warehouse = published_file(customer, platform).parent
    with Console(stderr=True).status(f"Deciding the past mornings of {customer} as they are"):
        rebuild, obstacle = _rebuild(warehouse, customer, platform, panel, in_force)
        past = Past(panel, in_force, list(ranges.values()), load_defaults(config), rebuild)
    file = trials_file(warehouse, customer, platform)
    kept = list(records(file))
    name = search_id(past, str(data_through), iterations, sampler, seed)
    started = {
        "kind": "run",
        "run": name,
        "started_at": _now(),
        "data_through": str(data_through),
        "data_days": int(panel.folds["data_days"].max()),
        "sampler": sampler,
        "seed": seed,
        "iterations": iterations,
        "smallest_provable": past.smallest_provable(seed),
        "plausible": past.plausible,
        "built_by": run,
    }
    _tell_power(screen, started)
    if obstacle:
        screen.print(
            f"evidence.* and rolling_windows.* are not tried: {obstacle} Run `dbt build --vars "
            f"customer:{customer}` and search again to have them tried.",
            highlight=False,
        )
    append(file, started)
    search = Search(
        past.space,
        past.parameters.objectives,
        iterations,
        SAMPLERS[sampler],
        seed,
        past.allowed,
        _earlier(kept, past, name),
    )
    trials = _searched(search, past, file, kept=trials_of(kept, name), name=name)
    summary = _summary(past, trials, name, seed, dry_run=dry_run)
    if summary["verdict"] == "adopted":
        summary["file"] = str(
            write_tuned(
                config / customer / platform,
                in_force=in_force,
                changed=summary["changed"],
                told=summary["parameters"],
                header={
                    "customer": customer,
                    "platform": platform,
                    "search": name,
                    "reason": summary["reason"],
                },
            )
        )
    append(file, summary)
    _publish(screen, customer, platform)
    screen.keep("summary", {key: value for key, value in summary.items() if key != "trials"})
    _show(screen, summary)
    return True


def apply(screen: Screen, customer: str, platform: str) -> bool:
    """Adopt what the last dry run found, if nothing has changed since.

    Returns:
        False if there is nothing to adopt.

    """
    check_names(customer, platform)
    config = config_folder()
    in_force, problems = load_parameters(config, customer, platform)
    if problems:
        screen.problems(problems)
        return False
    file = trials_file(published_file(customer, platform).parent, customer, platform)
    summaries = [record for record in records(file) if record["kind"] == "summary"]
    if not summaries or summaries[-1]["verdict"] != "would be adopted":
        screen.problems(["Nothing to adopt: the last search did not find a sure improvement."])
        return False
    summary = summaries[-1]
    now = {each.parameter: json.loads(each.value) for each in in_force}
    moved = [t["parameter"] for t in summary["parameters"] if now[t["parameter"]] != t["in_force"]]
    if moved:
        names = ", ".join(moved)
        screen.problems([f"Search again, for parameters have changed since that search: {names}."])
        return False
    written = write_tuned(
        config / customer / platform,
        in_force=in_force,
        changed=summary["changed"],
        told=summary["parameters"],
        header={
            "customer": customer,
            "platform": platform,
            "search": summary["run"],
            "reason": summary["reason"],
        },
    )
    append(file, summary | {"verdict": "adopted", "file": str(written), "ended_at": _now()})
    _publish(screen, customer, platform)
    screen.print(f"Adopted: {written}. The next build decides by it.", highlight=False)
    return True


def _rebuild(
    warehouse: Path, customer: str, platform: str, panel: Panel, in_force: Sequence[Parameter]
) -> tuple[Rebuild | None, str]:
    """Return how past mornings are described under other evidence, or why they cannot be.

    That the build file holds what was published, and the program still makes the same of it, is
    seen by doing so: under the parameters in force the mornings must come out as they are.
    """
    file = warehouse / ".build" / f"{customer}_{platform}.duckdb"
    if not file.exists():
        return None, f"{file} is missing."
    compiled = compile_project(Path.cwd(), (TARGET,))
    evidence = {
        each.parameter: json.loads(each.value)
        for each in in_force
        if each.parameter.startswith(READ_BY_EVIDENCE)
    }
    try:
        # as many as are asked for at once, and no more than there are cores: each holds a copy
        rebuilders = [EvidenceRebuilder(file, compiled) for _ in range(_at_once())]
        same = not differing(panel, rebuilders[0].rebuilt(panel, evidence))
    except duckdb.Error:
        return None, f"{file} is being written, or is not that of a whole build."
    if not same:
        return None, f"files, settings or the program have changed since {file} was built."
    free: SimpleQueue[EvidenceRebuilder] = SimpleQueue()
    for each in rebuilders:
        free.put(each)

    def rebuild(values: Values) -> Panel:
        one = free.get()
        try:
            return one.rebuilt(panel, values)
        finally:
            free.put(one)

    return rebuild, ""


def _at_once() -> int:
    return min(TOGETHER, os.cpu_count() or 1)


def _searched(
    search: Search, past: Past, file: Path, *, kept: Sequence[Trial], name: str
) -> list[Trial]:
    """Make the trials that are missing, each kept before the next begins."""
    trials = list(kept)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TextColumn("best {task.fields[best]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    # matrices this small are done before a second thread has started; in a log progress would leave
    # empty lines
    with (
        threadpool_limits(1),
        ThreadPoolExecutor(_at_once()) as threads,
        Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        ) as progress,
    ):
        task = progress.add_task(
            "Trying parameters", total=search.iterations, completed=len(trials), best=_best(trials)
        )
        begun = time.perf_counter()
        for trial in search.trials(past.scores, trials, threads.map):
            seconds = time.perf_counter() - begun
            append(file, trial_record(name, trial, past.changed(trial.point), seconds))
            trials.append(trial)
            progress.update(task, advance=1, best=_best(trials))
            begun = time.perf_counter()
    return trials


def _best(trials: Sequence[Trial]) -> str:
    """Say how much more than in trial 0 the best one so far would have earned."""
    if not trials:
        return "-"
    earned = [trial.scores["roas"].mean() for trial in trials]
    return f"{max(earned) - earned[0]:+.2%} revenue"


def _summary(
    past: Past, trials: Sequence[Trial], name: str, seed: int, *, dry_run: bool
) -> dict[str, Any]:
    objectives = past.parameters.objectives
    found = conclude(past, trials, seed)
    decided = found.verdict
    if decided == "adopted" and dry_run:
        decided = "would be adopted"
    reached, over, leading = (
        aims(trials, objectives),
        excess(trials, objectives),
        front(trials, objectives),
    )
    return {
        "kind": "summary",
        "run": name,
        "ended_at": _now(),
        "picked": found.picked.number,
        "changed": found.changed,
        "parameters": found.parameters,
        "chosen_on": asdict(past.chosen_on(found.changed, seed)),
        "kept_out": asdict(found.proof),
        "placebo_moves": found.placebos.moves,
        "placebo_outcomes": found.placebos.outcomes,
        "verdict": decided,
        "reason": found.reason,
        "file": None,
        "trials": [
            {
                "number": trial.number,
                "earned": float(reached[at, 0]),
                "steadiness": float(reached[at, 1]),
                "is_within_bounds": bool(over[at] <= 0),
                "is_on_front": bool(leading[at]),
                "is_picked": trial is found.picked,
                "hypervolume": hypervolume(trials[: at + 1], objectives),
            }
            for at, trial in enumerate(trials)
        ],
    }


def _earlier(
    kept: Sequence[Mapping[str, Any]], past: Past, name: str
) -> list["np.ndarray[Any, np.dtype[np.float64]]"]:
    """Return points that earlier searches picked, the newest first, each once."""
    changes = [
        record["changed"]
        for record in kept
        if record["kind"] == "summary" and record["run"] != name and record["changed"]
    ]
    known = set(past.space.names)
    points = [
        past.space.point({path: value for path, value in change.items() if path in known})
        for change in reversed(changes)
    ]
    distinct = {point.tobytes(): point for point in points}
    return list(distinct.values())[:MOST_EARLIER]


def _tell_power(screen: Screen, started: Mapping[str, Any]) -> None:
    least, most = started["smallest_provable"], started["plausible"]
    screen.print(
        f"{started['data_days']} days of data could prove an improvement from {least:.2%} of "
        f"revenue on; the decisions as they are win {most:.2%} over budgets left alone.",
        highlight=False,
    )
    if least > most:
        screen.print(
            "Other parameters will hardly win more than that again, so these data cannot tell "
            "better ones from worse: leave the parameters alone until there are more.",
            highlight=False,
        )


def _show(screen: Screen, summary: Mapping[str, Any]) -> None:
    moved = [row for row in summary["parameters"] if row["status"] == "moved"]
    with duckdb.connect() as session:
        if moved:
            rows = [(r["parameter"], r["in_force"], r["tuned"], r["importance"]) for r in moved]
            session.execute("create table moved (parameter text, i double, t double, w double)")
            session.executemany("insert into moved values (?, ?, ?, ?)", rows)
            show_rows(
                screen,
                session,
                """
                select
                    parameter,
                    printf('%g', i) as "in force",
                    printf('%g', t) as tuned,
                    w as worth
                from moved
                order by w desc
                """,
            )
    screen.print(f"\n{summary['verdict'].capitalize()}: {summary['reason']}", highlight=False)
    chosen, kept = summary["chosen_on"], summary["kept_out"]
    if moved:
        screen.print(
            f"On the weeks it was chosen on it looked like {chosen['mean']:+.2%}, on those kept "
            f"out like {kept['mean']:+.2%}.",
            highlight=False,
        )
    if summary["file"]:
        screen.print(f"Written: {summary['file']}. The next build decides by it.")
    screen.print("All trials: results.tuning_trials, tuning_summary, tuning_parameters.")


def _publish(screen: Screen, customer: str, platform: str) -> None:
    outcome = run_dbt(
        ["build", "--select", "landing_tuning+"], customer, platform, "Publishing the trials"
    )
    show_lines(screen, "The trials are kept but not published:", list(outcome.problems))


def _now() -> str:
    return datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
