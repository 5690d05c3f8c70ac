"""Hurts the product as its users will: `python -m python_jobs.faults`, or `make faults`."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from python_jobs.faults.customer import arrange, make_home
from python_jobs.faults.home import Home
from python_jobs.faults.kills import kill_builds, moments
from python_jobs.faults.machine import full_disks, little_memory, two_builds

ROOMS = (0, 1_000, 4_000, 16_000, 64_000, 256_000)
"""KiB left on a disk; a build of the small customer needs some tens of thousands"""
LIMITS = ("256MB", "64MB", "32MB", "16MB")
TOGETHER = 10


def main(
    *,
    kills: Annotated[int, typer.Option(help="how many builds are killed")] = 200,
    seed: Annotated[int, typer.Option(help="of the moments")] = 1,
    only_kills: Annotated[bool, typer.Option(help="leave the other attacks out")] = False,
    folder: Annotated[Path, typer.Option(help="where builds go")] = Path("target/faults"),
) -> None:
    """Print what was tried and what happened; ends with an error at the first broken promise.

    Kills that are done are kept in the folder and not done again.
    """
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    home = make_home(folder / "customer", Path.cwd())
    if not only_kills:
        _publishing(folder / "publishing")
        arranged = partial(arrange, home)
        attacks = (
            full_disks(home, arranged, ROOMS),
            little_memory(home, arranged, LIMITS),
            two_builds(home, TOGETHER),
        )
        for attack in attacks:
            for tried, happened in attack:
                print(f"{tried}: {happened}", flush=True)
        home = make_home(folder / "customer", Path.cwd())
    for line in _kills(home, folder, kills, seed):
        print(line, flush=True)


def _publishing(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    # in a process of its own, which forks and so may have no threads
    command = [sys.executable, "-m", "python_jobs.faults.publishing", str(folder), "1", "60", "20"]
    subprocess.run(command, check=True)  # noqa: S603


def _kills(home: Home, folder: Path, kills: int, seed: int) -> Iterator[str]:
    kept = folder / f"kills_{seed}.jsonl"
    done = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    known = {kill["number"] for kill in done}
    planned = [each for each in enumerate(moments(kills, seed)) if each[0] not in known]
    copy = folder / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    if planned:
        with kept.open("a") as lines:
            for kill in kill_builds(home, partial(arrange, home), planned, copy):
                done.append(asdict(kill))
                lines.write(json.dumps(done[-1]) + "\n")
                lines.flush()
                yield str(kill)
    outcomes = Counter(kill["outcome"] for kill in done)
    yield f"builds killed: {len(done)}, results readable and whole after each: {dict(outcomes)}"


if __name__ == "__main__":
    typer.run(main)
