"""Files that are there whole or not at all, whatever ends the process that writes them."""

import os
from pathlib import Path


def write_whole(file: Path, text: str) -> None:
    """Write a file, in the place of one that may be there; make its folder if absent.

    Raises:
        OSError: what was there is as it was.

    """
    unfinished = _unfinished(file, text, 0o666)
    try:
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    _keep_names(file.parent)


def write_once(file: Path, text: str) -> None:
    """Write a file that its owner alone may read, unless one is there already.

    Raises:
        OSError: no file was made.

    """
    unfinished = _unfinished(file, text, 0o600)
    try:
        # of two processes that come here at once the first wins, and a file is never replaced
        os.link(unfinished, file)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink(missing_ok=True)
    _keep_names(file.parent)


def _unfinished(file: Path, text: str, mode: int) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    # the number of the process, or two could write into one
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    return unfinished


def _keep_names(folder: Path) -> None:
    """Write the names in a folder to disk, which a power cut could otherwise undo."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
