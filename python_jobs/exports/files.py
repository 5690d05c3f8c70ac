"""Files that are there whole or not at all, under names that were free."""

import os
from collections.abc import Mapping
from itertools import count
from pathlib import Path


def write_new(folder: Path, day: str, files: Mapping[str, bytes]) -> list[Path]:
    """Write `{folder}/{day}_{name}` for each name.

    Nothing is written over: where one of the files is there already, all are called
    `{day}_2_{name}`, then `{day}_3_{name}`. Each is written under a name that begins with a point
    and gets its own when all are whole, in the order given.

    Raises:
        OSError: those named so far are there, whole; the others are not.

    """
    if not files:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        prefix = f"{day}_" if number == 1 else f"{day}_{number}_"
        paths = [folder / f"{prefix}{name}" for name in files]
        if not any(path.exists() for path in paths):
            break
    parts = [path.with_name(f".{path.name}.{os.getpid()}.part") for path in paths]
    try:
        for part, content in zip(parts, files.values(), strict=True):
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for part, path in zip(parts, paths, strict=True):
            # unlike a rename it fails where another export was faster
            os.link(part, path)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)
    return paths
