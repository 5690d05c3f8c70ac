"""Long measurements that go on where they stopped: what is finished stands in a file of rows."""

import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

Row = dict[str, Any]
CODE = (".sql", ".yml", ".yaml", ".csv", ".py")


def code_version(project: Path, folders: Iterable[str], but: Collection[str]) -> str:
    """Return a hash of code, settings and seeds in some folders of a project.

    Args:
        project: The folder of the project.
        folders: Those that count, below it.
        but: Names of files that do not, such as those that print what others computed.

    """
    digest = hashlib.sha256()
    paths = [path for folder in folders for path in (project / folder).rglob("*.*")]
    for path in sorted(paths):
        if path.suffix in CODE and path.name not in but:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def measured(file: Path) -> list[Row]:
    """Return the rows of what is finished; none where nothing was begun.

    A last line that was being written when its run was killed is none.
    """
    rows = []
    for line in file.read_text().splitlines() if file.exists() else ():
        with suppress(json.JSONDecodeError):
            rows.append(json.loads(line))
    return rows


def measure(
    work: Callable[..., Iterable[Row]],
    tasks: Iterable[tuple[Any, ...]],
    file: Path,
    *,
    processes: int,
    told: str,
    console: Console,
) -> list[Row]:
    """Do `work(*task)` for each task, in processes, and add its rows to the file once it is done.

    Where some fail, the others are done all the same; then the first failure is raised.

    Args:
        work: A function of a module, as processes need it.
        tasks: Those that are missing.
        file: JSON, one row a line; its folder is made.
        processes: At a time.
        told: What the tasks are, for the bar.
        console: Where the bar is shown.

    """
    # one thread of numpy in each of several processes
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    file.parent.mkdir(parents=True, exist_ok=True)
    is_torn = file.exists() and file.read_bytes()[-1:] not in (b"", b"\n")
    with ProcessPoolExecutor(processes) as executor, file.open("a") as lines:
        waiting = [executor.submit(work, *task) for task in tasks]
        failures = []
        lines.write("\n" * is_torn)
        for done in track(as_completed(waiting), told, len(waiting), console=console):
            if failure := done.exception():
                failures.append(failure)
                continue
            lines.writelines(json.dumps(row) + "\n" for row in done.result())
            lines.flush()
    if failures:
        raise failures[0]
    return measured(file)
