"""`autopilot build`: all that a customer's files allow, for one customer or for all of them.

Each customer is built by dbt in a process of its own, as many at a time as there are cores. What
takes long and is the same for all is done once: processes are forked from one that has imported dbt
and what the models call, and dbt parses the project in the name of a customer that nobody has.
"""

import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from python_jobs.cli.dbt import target_folder
from python_jobs.cli.run import run_dbt
from python_jobs.cli.screen import Screen
from python_jobs.config.names import WrongUseError, check_names
from python_jobs.warehouse.paths import datasets_folder, published_file

COMMAND = ["build"]
NOBODY = ("customer-that-nobody-has", "platformthatnobodyhas")
"""in whose name dbt parses; no name, text or path of the project holds it"""
IMPORTED = ["dbt.cli.main", "python_jobs.warehouse.plugin", "python_jobs.discovery.relations"]
SHARE_OF_MEMORY = 50.0  # per cent of the machine's that DuckDB may take in builds at the same time

FOLDERS = ("DBT_TARGET_PATH", "DBT_ENGINE_TARGET_PATH", "DBT_LOG_PATH", "DBT_ENGINE_LOG_PATH")
"""each customer has its own within these, where they are set"""


@dataclass(frozen=True)
class Built:
    """What became of a customer's build."""

    customer: str
    platform: str
    seconds: float
    problems: tuple[str, ...]
    """why nothing was published, a sentence each; empty if it was"""


def build_one(screen: Screen, customer: str, platform: str) -> bool:
    """Build and publish all of a customer.

    Returns:
        False if something did not pass; then nothing was published.

    Raises:
        ValueError: the customer's name or folder is not right.

    """
    outcome = run_dbt(COMMAND, customer, platform, f"Building {customer}")
    screen.problems(outcome.problems)
    if outcome.problems:
        screen.sentences(["Nothing was published: the last results stay as they were."])
        return False
    screen.sentences([f"Published {published_file(customer, platform)}."])
    return True


def build_all(screen: Screen, at_a_time: int | None) -> bool:
    """Build every customer that has a folder of raw files, and print a line for each.

    Args:
        screen: what is printed on.
        at_a_time: builds that run at once; None for as many as there are cores.

    Returns:
        False if any did not pass; the others are published all the same.

    Raises:
        ValueError: there is no customer, or dbt cannot parse the project.

    """
    customers = customers_with_files()
    if not customers:
        raise WrongUseError(
            f"No customer has a folder of raw files in {datasets_folder()}: "
            "`autopilot new-customer NAME` makes one."
        )
    cores = os.cpu_count() or 1
    at_a_time = min(at_a_time or cores, len(customers))
    start = time.perf_counter()
    with _environment(_share(cores, at_a_time)):
        built = _build(customers, at_a_time, _parsed())
    seconds = time.perf_counter() - start
    failed = [one for one in built if one.problems]
    screen.keep("customers", [asdict(one) for one in built])
    screen.keep("seconds", seconds)
    screen.keep("at_a_time", at_a_time)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("customer", no_wrap=True)
    table.add_column("seconds", justify="right")
    table.add_column("published", no_wrap=True)
    for one in built:
        table.add_row(_name(one), f"{one.seconds:.0f}", "no" if one.problems else "yes")
    screen.print(table)
    screen.print()
    screen.problems([f"{_name(one)}: {problem}" for one in failed for problem in one.problems])
    screen.print(
        Text(
            f"{len(built) - len(failed)} of {len(built)} customers published in "
            f"{seconds:,.0f} s, {at_a_time} at a time."
        )
    )
    return not failed


def customers_with_files() -> Sequence[tuple[str, str]]:
    """List customer and platform of every folder of raw files."""
    found = []
    for raw in sorted(datasets_folder().glob("*/*/raw")):
        customer, platform = raw.parts[-3:-1]
        try:
            check_names(customer, platform)
        except WrongUseError:
            continue  # none of ours
        found.append((customer, platform))
    return found


def _name(one: Built) -> str:
    return one.customer if one.platform == "meta" else f"{one.customer}/{one.platform}"


def _share(cores: int, at_a_time: int) -> Mapping[str, str]:
    """Give each build its part of cores and memory, as variables that a build looks at."""
    share = {"AUTOPILOT_THREADS": str(max(1, cores // at_a_time))}
    if at_a_time > 1:
        share["AUTOPILOT_MEMORY"] = f"{SHARE_OF_MEMORY / at_a_time:.2f}%"
    return share | {name: os.environ[name] for name in share if name in os.environ}


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set what processes that are started meanwhile find in their environment."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _build(customers: Sequence[tuple[str, str]], at_a_time: int, parsed: bytes) -> list[Built]:
    """Build all of them and show on stderr how many are done; in the order of `customers`."""
    console = Console(stderr=True)
    columns = (
        TextColumn("Building customers"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    built = []
    with (
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar,
        ThreadPoolExecutor(at_a_time) as pool,
    ):
        task = bar.add_task("", total=len(customers))
        waited_for = [pool.submit(_build_apart, *names, parsed) for names in customers]
        try:
            for done in as_completed(waited_for):
                built.append(done.result())
                failed = sum(bool(one.problems) for one in built)
                bar.update(task, advance=1, description=f"{failed} failed" if failed else "")
        except KeyboardInterrupt:
            # those that run have been interrupted as well
            pool.shutdown(cancel_futures=True)
            raise
    return sorted(built, key=lambda one: customers.index((one.customer, one.platform)))


def _build_apart(customer: str, platform: str, parsed: bytes) -> Built:
    start = time.perf_counter()
    problems = _apart((customer, platform), _build_with_dbt, customer, platform, parsed)
    return Built(customer, platform, time.perf_counter() - start, tuple(problems))


def _apart(names: tuple[str, str], do: Any, *arguments: str | bytes) -> Sequence[str]:
    """Call a function in a process of its own, with dbt's folders of a customer.

    Returns:
        What it finds wrong, a sentence each, that the process died included.

    """
    processes = get_context("forkserver")
    processes.set_forkserver_preload(IMPORTED)
    receiver, sender = processes.Pipe(duplex=False)
    process = processes.Process(target=_answer, args=(sender, names, do, arguments))
    process.start()
    sender.close()
    try:
        problems: Sequence[str] = receiver.recv()
    except EOFError:
        process.join()
        problems = [_death(process.exitcode or 0)]
    process.join()
    return problems


def _death(exit_code: int) -> str:
    if exit_code == -signal.SIGKILL:
        return "The build was killed, as where memory runs short: run fewer with --at-a-time."
    return f"The build ended by itself with exit code {exit_code}; its log says where."


def _answer(
    sender: Connection, names: tuple[str, str], do: Any, arguments: Sequence[str | bytes]
) -> None:
    """Send what a function finds wrong; what dbt prints goes nowhere, as it has a log."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.dup2(nowhere, sys.stderr.fileno())
    os.environ.update(_own_folders(*names))
    try:
        sender.send(do(*arguments))
    except ValueError as error:
        sender.send([str(error)])


def _parse() -> Sequence[str]:
    """Let dbt parse the project; what has not changed since the last time it takes from there."""
    return run_dbt(["parse"], *NOBODY, "").problems


def _parsed() -> bytes:
    """Let dbt parse the project and return what it made of it.

    Raises:
        ValueError: it cannot.

    """
    with _environment(_own_folders(*NOBODY)):
        file = target_folder(*NOBODY) / "partial_parse.msgpack"
    file.parent.mkdir(parents=True, exist_ok=True)
    # dbt empties the file before it writes it: of two of these commands the second waits
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        problems = _apart(NOBODY, _parse)
        if problems:
            raise ValueError("\n".join(problems))
        return file.read_bytes()


def _build_with_dbt(customer: str, platform: str, parsed: bytes) -> Sequence[str]:
    """Build from what dbt parsed, put under the customer's names: a third of its time less."""
    # both are there already, as the process was forked from one that has imported dbt
    from dbt.contracts.graph.manifest import Manifest  # noqa: PLC0415
    from dbt.parser.manifest import extended_mashumuro_decoder  # noqa: PLC0415

    names = dict(zip(NOBODY, (customer, platform), strict=True))
    manifest = Manifest.from_msgpack(
        parsed,
        decoder=lambda packed: renamed(extended_mashumuro_decoder(packed), names),
    )
    manifest.build_flat_graph()
    return run_dbt(COMMAND, customer, platform, "", manifest=manifest).problems


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Replace names in all texts of nested lists and dicts, keys included."""
    if isinstance(value, str):
        for name, other in names.items():
            value = value.replace(name, other)
        return value
    if isinstance(value, dict):
        return {renamed(key, names): renamed(part, names) for key, part in value.items()}
    if isinstance(value, list):
        return [renamed(part, names) for part in value]
    return value


def _own_folders(customer: str, platform: str) -> dict[str, str]:
    """Put a customer's files of dbt into a folder of its own where the environment names one."""
    return {
        name: str(Path(os.environ[name], f"{customer}_{platform}"))
        for name in FOLDERS
        if name in os.environ
    }
