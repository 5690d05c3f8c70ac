"""What is written, stopped at each of its steps: by a kill, or by a disk that takes no more.

A step is a call that opens a file to write, makes, renames, links or removes one, waits for the
disk, or runs a statement of SQL. Each time, what is done runs in a child process.
"""

import errno
import os
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal

import duckdb

How = Literal["kill", "full disk"]
Act = Callable[[], None]
"""raises nothing but OSError, ValueError, DuckDB's errors and dbt's"""

FILES = {"os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir", "shutil.copyfile"}
OTHERS = {"open", "fsync", "statement"}
DONE, FAILED, WENT_ON = 0, 3, 4
"""exit codes of a child: not stopped, stopped with an error, stopped and done all the same"""


class Connection:
    """A connection to DuckDB whose statements are steps."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Wrap the connection."""
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        """Count a step where steps are counted."""
        sys.audit("statement")
        return getattr(self._connection, name)


def stop_at_steps(act: Act, check: Act, how: How, every: int = 1) -> int:
    """Do something again and again, each time stopped a step later, and check what is left.

    Args:
        act: what is done.
        check: raises if anything is broken; called after each time.
        how: what stops it.
        every: how many steps later it is stopped the next time.

    Returns:
        How often it was stopped.

    """
    stops = 0
    while in_child(partial(_stopped, act, stops * every, how)) != DONE:
        check()
        stops += 1
    check()
    return stops


def limit_file_sizes(act: Act, check: Act, sizes: Sequence[int]) -> int:
    """Do something while no file may grow beyond each of the sizes; return how often it failed."""

    def limited(size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        act()

    failed = 0
    for size in sizes:
        failed += in_child(partial(limited, size)) == FAILED
        check()
    return failed


def at_once(acts: Sequence[Act]) -> Sequence[int]:
    """Do several things at the same time and return their exit codes."""
    children = [_start(act) for act in acts]
    return [_code(child) for child in children]


def in_child(act: Callable[[], int | None]) -> int:
    """Do something in a child process; return its exit code, that of a signal below zero."""
    return _code(_start(act))


def _start(act: Callable[[], int | None]) -> int:
    from dbt_common.exceptions import DbtRuntimeError  # noqa: PLC0415 - files alone need no dbt

    child = os.fork()
    if child:
        return child
    code = 1
    try:
        code = act() or DONE
    except (OSError, ValueError, duckdb.Error, DbtRuntimeError):
        code = FAILED
    finally:
        os._exit(code)


def _code(child: int) -> int:
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code not in (DONE, FAILED, WENT_ON, -signal.SIGKILL):
        raise RuntimeError(f"what was tried ended with exit code {code}")
    return code


def _stopped(act: Act, last: int, how: How) -> int:
    """Do something up to the step with the number `last`, counted from 0."""
    steps = 0

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal steps
        if event not in FILES | OTHERS or (event == "open" and not _writes(arguments)):
            return
        steps += 1
        if steps <= last:
            return
        if how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if event not in ("os.remove", "os.rmdir"):  # a full disk lets files go
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    original = os.fsync

    def fsync(descriptor: int) -> None:
        sys.audit("fsync")
        original(descriptor)

    os.fsync = fsync  # type: ignore[assignment]  # in the child alone
    sys.addaudithook(count)
    act()
    return WENT_ON if steps > last else DONE


def _writes(arguments: tuple[Any, ...]) -> bool:
    flags = arguments[2]
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))
