"""One at a time at a customer's build file.

DuckDB's own lock is not enough: two that try the file at the same moment refuse each other, and one
whose file somebody deletes, or writes anew, no longer has it.
"""

import fcntl
from pathlib import Path
from typing import TextIO


def locked(build: Path) -> TextIO:
    """Return the lock of a build file, opened: closing it, or the end of the process, frees it.

    Raises:
        BlockingIOError: another process has it.
        OSError: the folder cannot be written.

    """
    file = build.with_suffix(".lock").open("w")
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise
    return file
