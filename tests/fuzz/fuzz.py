"""Feeds made-up files, whole and damaged, to every reader: `make fuzz`.

File number n of a format is always the same. A folder of files at a time is read by a process of
its own, which may use so much processor time and memory and no more; where one goes wrong, its
files are read one by one and those at fault are kept. What was done is written down after each
folder, so that a run that was stopped goes on where it was.
"""

import argparse
import json
import multiprocessing
import os
import resource
import shutil
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fuzzed_readers import FORMATS, check, make
from fuzzed_settings import READERS, check_reader

SECONDS_A_FILE = 20
"""of processor time; reading one takes some thousandths"""
SECONDS_A_FOLDER = 120
MEMORY = 6 << 30


def _check(format_name: str, numbers: range, folder: Path) -> Mapping[str, int]:
    if format_name in FORMATS:
        return check(format_name, numbers, folder)
    return check_reader(format_name, numbers, folder)


def _in_child(format_name: str, numbers: range, folder: Path, seconds: int, pipe: Any) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        pipe.send((dict(_check(format_name, numbers, folder)), None))
    except BaseException as error:
        pipe.send(({}, f"{type(error).__name__}: {error}"[:2000]))


def read_apart(
    format_name: str, numbers: range, folder: Path, seconds: int
) -> tuple[Mapping[str, int], str | None]:
    """Read files in a process of their own; return counts, or what went wrong."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(
        target=_in_child, args=(format_name, numbers, folder, seconds, sender)
    )
    child.start()
    sender.close()
    try:
        outcome: tuple[Mapping[str, int], str | None] = receiver.recv()
    except EOFError:
        outcome = ({}, None)
    child.join()
    if child.exitcode:
        how = {-9: "more than its time", -24: "more than its time"}.get(child.exitcode)
        return {}, f"the process ended with {child.exitcode}: {how or 'a crash'}"
    return outcome


def fuzz(format_name: str, files: int, batch: int, notes: Path) -> dict[str, Any]:
    """Read files of a format from where the last run stopped, up to `files`."""
    record_file = notes / f"{format_name}.json"
    record: dict[str, Any] = {"files": 0, "cpu_seconds": 0.0, "outcomes": {}, "faults": []}
    if record_file.exists():
        record = json.loads(record_file.read_text())
    scratch = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with TemporaryDirectory(prefix="fuzz-", dir=scratch) as folder:
        while record["files"] < files:
            numbers = range(record["files"], min(record["files"] + batch, files))
            before = _cpu_of_children()
            counts, problem = read_apart(
                format_name, numbers, Path(folder, "raw"), SECONDS_A_FOLDER
            )
            if problem:
                found = len(record["faults"])
                for number in numbers:
                    alone = range(number, number + 1)
                    some, fault = read_apart(
                        format_name, alone, Path(folder, "raw"), SECONDS_A_FILE
                    )
                    counts = Counter(counts) + Counter(some)
                    if fault:
                        record["faults"].append({"number": number, "fault": fault})
                        _keep(format_name, number, notes)
                if found == len(record["faults"]):
                    record["faults"].append(
                        {"number": [numbers.start, numbers.stop], "fault": problem}
                    )
            record["outcomes"] = dict(Counter(record["outcomes"]) + Counter(counts))
            record["files"] = numbers.stop
            record["cpu_seconds"] = round(record["cpu_seconds"] + _cpu_of_children() - before, 1)
            record_file.write_text(json.dumps(record, indent=1))
    return record


def _keep(format_name: str, number: int, notes: Path) -> None:
    """Keep the files at fault, to look at and to make a test of."""
    if format_name not in FORMATS:
        return
    made, _ = make(format_name, number)
    for name, content in made.files.items():
        (notes / f"{format_name}-{number}-{name}").write_bytes(content)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Read files of each format and print what came of them, a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000, help="of each format")
    parser.add_argument("--batch", type=int, default=400, help="files read together")
    parser.add_argument("--formats", default=",".join([*FORMATS, *READERS]))
    parser.add_argument("--notes", type=Path, default=Path("target", "fuzz"))
    parser.add_argument("--anew", action="store_true", help="forget what earlier runs did")
    options = parser.parse_args()
    if options.anew:
        shutil.rmtree(options.notes, ignore_errors=True)
    options.notes.mkdir(parents=True, exist_ok=True)
    started, faults = time.monotonic(), 0
    for format_name in options.formats.split(","):
        record = fuzz(format_name, options.files, options.batch, options.notes)
        faults += len(record["faults"])
        outcomes = ", ".join(f"{count:,} {what}" for what, count in record["outcomes"].items())
        print(
            f"{format_name}: {record['files']:,} files, {record['cpu_seconds']:,.0f} s of "
            f"processor time, {len(record['faults'])} faults; {outcomes}",
            flush=True,
        )
    print(f"{faults} faults, {time.monotonic() - started:,.0f} s; what was found: {options.notes}")
    os._exit(1 if faults else 0)


if __name__ == "__main__":
    main()
