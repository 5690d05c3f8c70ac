"""Folders for a while, of which a killed process leaves none for long.

Orders are unpacked into them with the buyers in plain text, so what a `kill -9` left goes as soon
as the next one is made. A folder is in use for as long as a process holds the lock beside it: the
system frees that when the process ends, however it ends.
"""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile, gettempdir

PREFIX = "autopilot-"
LOCK = ".lock"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make a folder that only this user can read; it is gone afterwards."""
    _remove_leftovers(Path(gettempdir()))
    # locked before the folder is there: a folder whose lock is free is nobody's
    with NamedTemporaryFile(prefix=PREFIX, suffix=LOCK) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = Path(lock.name).with_suffix("")
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _remove_leftovers(where: Path) -> None:
    for lock in where.glob(f"{PREFIX}*{LOCK}"):
        folder = lock.with_suffix("")
        # in use, another user's, or gone just now
        with suppress(OSError), lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if folder.exists():
                shutil.rmtree(folder)
                lock.unlink()
