"""Builds killed at random moments: what is left must be readable, and the next build succeed."""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from python_jobs.faults.home import BrokenError, Home, Published

Morning = Literal["old", "new"]


@dataclass(frozen=True)
class Kill:
    """One build that was killed, and what was published then."""

    number: int
    moment: float
    """share of a build's time after which it was killed"""
    outcome: Literal["old", "new", "ended"]
    """which morning's results were readable; 'ended': the build was done before"""
    was_publishing: bool
    """a file to replace the published one was there"""


def moments(count: int, seed: int) -> Sequence[float]:
    """Draw moments as shares of the time that a build takes."""
    return [float(share) for share in np.random.default_rng(seed).random(count)]


def kill_builds(
    home: Home,
    arrange: Callable[[Morning], None],
    planned: Sequence[tuple[int, float]],
    copy: Path,
) -> Iterator[Kill]:
    """Kill the build of a new morning at each moment, read, and build again.

    Args:
        home: with nothing built.
        arrange: puts the files of a morning where a build reads them.
        planned: number and moment of each kill.
        copy: a folder that is not there; the old morning's build is kept in it.

    Raises:
        BrokenError: results were not readable, not of one run, or not as without a kill.

    """
    arrange("old")
    _expect_success(home)
    old = home.published()
    home.keep(copy)
    arrange("new")
    seconds = _expect_success(home)
    new = home.published()
    shutil.copyfile(home.live, copy.with_suffix(".duckdb"))  # to look at where something differs
    if not new.differing(old):
        raise BrokenError("both mornings have the same results, so that nothing can be told")
    for number, moment in planned:
        home.restore(copy)
        arrange("new")
        building = home.start()
        building.join(moment * seconds)
        has_ended = building.exitcode is not None
        building.kill()
        building.join()
        was_publishing = home.live.with_name(home.live.name + ".new").exists()
        found = home.published()
        outcome: Literal["old", "new"] = "old" if found.runs == old.runs else "new"
        _expect_same(found, old if outcome == "old" else new, f"after kill {number}")
        seconds = _expect_success(home)
        again = home.published()
        if len(again.runs) != len(found.runs) + 1:
            raise BrokenError(f"after kill {number} a build is not among the runs: {again.runs}")
        if outcome == "old":
            # else the history has this morning already, which results may tell
            _expect_same(again, new, f"a build after kill {number}")
        yield Kill(number, moment, "ended" if has_ended else outcome, was_publishing)


def _expect_same(found: Published, expected: Published, when: str) -> None:
    if differing := found.differing(expected):
        raise BrokenError(f"{when} other results than without it: {differing}")


def _expect_success(home: Home) -> float:
    """Build and return the seconds it took."""
    began = time.monotonic()
    if home.build():
        raise BrokenError(f"the build failed: {home.said[-2000:]}")
    return time.monotonic() - began
