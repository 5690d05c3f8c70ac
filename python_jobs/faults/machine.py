"""Builds on a machine that has too little: disk, rights, memory, or patience for one at a time."""

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from python_jobs.faults.home import BrokenError, Home, Published
from python_jobs.faults.kills import Morning

AMPLE = 1_000_000
"""KiB of a disk that is large enough"""


def full_disks(
    home: Home, arrange: Callable[[Morning], None], rooms: Sequence[int]
) -> Iterator[tuple[str, str]]:
    """Build where the warehouse's disk has only so many KiB left, then where it is read-only.

    Gives what was tried and what happened; with no right to mount a disk, one line that says so.

    Raises:
        BrokenError: something was lost, the message is not clear, or no later build succeeds.

    """
    warehouse = home.live.parent
    warehouse.mkdir(parents=True, exist_ok=True)
    with _disk(warehouse) as is_there:
        if not is_there:
            yield "disk full", "not tried: this user may not mount a disk"
            return
        arrange("old")
        _build(home)
        old = home.published()
        arrange("new")
        for room in rooms:
            used = _used(warehouse)
            _mount(warehouse, f"remount,size={used + room}k")
            code = home.build()
            _expect(home, old, code, ("No space left", "is full"))
            yield f"disk full, {room} KiB left", _told(home, code)
            _mount(warehouse, f"remount,size={AMPLE}k")
            if not code:
                break
        _mount(warehouse, "remount,ro")
        old = home.published()
        code = home.build()
        _expect(home, old, code, ("cannot be written",))
        yield "folder read-only", _told(home, code)
        _mount(warehouse, "remount,rw")
        _build(home)


def little_memory(
    home: Home, arrange: Callable[[Morning], None], limits: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Build with less and less memory; gives what was tried and what happened.

    Raises:
        BrokenError: as `full_disks`.

    """
    arrange("old")
    _build(home)
    for limit in limits:
        old = home.published()
        arrange("new")
        code = home.build(AUTOPILOT_MEMORY=limit)
        _expect(home, old, code, ("Out of Memory", "memory"))
        yield f"memory limit {limit}", _told(home, code)
    _build(home)


def two_builds(home: Home, times: int) -> Iterator[tuple[str, str]]:
    """Begin two builds of one customer at once; gives what was tried and what happened.

    Raises:
        BrokenError: both failed, or the message is not clear.

    """
    second = Home(home.folder, home.project, home.arguments, "said by the second")
    refused = 0
    for _ in range(times):
        both = [each.start() for each in (home, second)]
        for process in both:
            process.join()
        failed = [each for each, p in zip((home, second), both, strict=True) if p.exitcode]
        if len(failed) > 1:
            raise BrokenError(f"both failed: {home.said[-1000:]} {second.said[-1000:]}")
        for each in failed:
            if "Another build of acme is running" not in each.said:
                raise BrokenError(f"the second says {each.said[-1000:]}")
            refused += 1
        home.published()
    yield f"two builds at once, {times} times", f"{refused} refused with a sentence, others built"


def _expect(home: Home, before: Published, code: int, said: Sequence[str]) -> None:
    """Check that nothing was lost and, where a build failed, that it says why."""
    now = home.published()
    if code and (now.runs != before.runs or now.differing(before)):
        raise BrokenError(f"a build failed and something was published: {home.said[-1000:]}")
    if not code and now.runs == before.runs:
        raise BrokenError("a build passed and published nothing")
    if code and not any(words in home.said for words in said):
        raise BrokenError(f"none of {said} in what the build says: {home.said[-3000:]}")


def _told(home: Home, code: int) -> str:
    return "failed with a sentence, nothing lost" if code else "built"


def _build(home: Home) -> None:
    if home.build():
        raise BrokenError(f"the build failed: {home.said[-2000:]}")


@contextmanager
def _disk(folder: Path) -> Iterator[bool]:
    """Mount a disk in memory; False where that is not allowed."""
    is_there = _mount(folder, f"size={AMPLE}k", "-t", "tmpfs", "tmpfs")
    try:
        yield is_there
    finally:
        if is_there:
            subprocess.run(["umount", str(folder)], check=True)  # noqa: S603, S607


def _mount(folder: Path, options: str, *more: str) -> bool:
    command = ["mount", "-o", options, *more, str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603


def _used(folder: Path) -> int:
    """KiB on the disk."""
    found = subprocess.run(  # noqa: S603
        ["df", "--output=used", "-k", str(folder)],  # noqa: S607
        check=True,
        capture_output=True,
        text=True,
    )
    return int(found.stdout.split()[1])
