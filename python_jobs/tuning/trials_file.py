"""The file that keeps every trial: one JSON object a line, written to disk before the next begins.

A line is of one kind: 'run' (how a search was started), 'trial', or 'summary' (what came of it). A
search that was killed leaves its trials; half a line at the end counts as none.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from python_jobs.tuning.choice import Trial


def append(file: Path, record: Mapping[str, Any]) -> None:
    """Add a line and wait until it is on disk; a half line that a kill left is closed first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab+") as lines:
        if lines.tell():
            lines.seek(-1, os.SEEK_END)
            if lines.read(1) != b"\n":
                lines.write(b"\n")
        lines.write(json.dumps(record).encode() + b"\n")
        lines.flush()
        os.fsync(lines.fileno())


def records(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines that are whole; none where there is no file."""
    if not file.exists():
        return
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            record = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            continue
        if isinstance(record, dict) and all(
            isinstance(record.get(key), str) for key in ("kind", "run")
        ):
            yield record


def trial_record(
    run: str, trial: Trial, values: Mapping[str, float], seconds: float
) -> dict[str, Any]:
    """Return a trial as its line; `values` are the parameters that it changes."""
    return {
        "kind": "trial",
        "run": run,
        "number": trial.number,
        "stage": trial.stage,
        "point": trial.point.tolist(),
        "tied": None if trial.tied is None else trial.tied.tolist(),
        "scores": {name: values.tolist() for name, values in trial.scores.items()},
        "values": values,
        "seconds": seconds,
    }


def trials_of(lines: Sequence[Mapping[str, Any]], run: str) -> list[Trial]:
    """Return the trials of a run, from the first to the one before a gap."""
    found = [_trial_of(r) for r in lines if r["kind"] == "trial" and r["run"] == run]
    of_run = {trial.number: trial for trial in found if trial}
    trials: list[Trial] = []
    while len(trials) in of_run:
        trials.append(of_run[len(trials)])
    return trials


def _trial_of(record: Mapping[str, Any]) -> Trial | None:
    """Return the trial of a line; None where somebody has damaged it."""
    try:
        return Trial(
            number=int(record["number"]),
            stage=str(record["stage"]),
            point=np.array(record["point"], dtype=float),
            tied=None if record["tied"] is None else np.array(record["tied"], dtype=float),
            scores={n: np.array(values, dtype=float) for n, values in record["scores"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None


def trials_file(warehouse: Path, customer: str, platform: str) -> Path:
    """Return where a customer's trials are kept."""
    return warehouse / f"{customer}_{platform}.tuning.jsonl"


def record_rows(session: duckdb.DuckDBPyConnection, file: Path) -> duckdb.DuckDBPyRelation:
    """Return the file's lines as rows of line, kind, search_id and body."""
    rows = pd.DataFrame(
        [
            (number, record["kind"], record["run"], json.dumps(record))
            for number, record in enumerate(records(file), start=1)
        ],
        columns=["line", "kind", "search_id", "body"],
    )
    return session.from_df(rows).project(
        "line::bigint as line, kind::varchar as kind, search_id::varchar as search_id, "
        "body::varchar as body"
    )
