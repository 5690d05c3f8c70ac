"""Settings, rates and files that come back from people, damaged, before their readers.

Each reader may say what is wrong in the one way that it promises; anything else is a fault.
"""

import csv
import io
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import openpyxl
import yaml
from damage import damaged
from fuzzed_files import NASTY

from python_jobs.config.exchange_rates import load_exchange_rates
from python_jobs.config.load import load_parameters
from python_jobs.exports.approvals import read_approvals
from python_jobs.trial.files import Holder, Trial, newest_trial, trial_file
from python_jobs.tuning.choice import Trial as TuningTrial
from python_jobs.tuning.trials_file import append, records, trial_record, trials_of

ROOT = Path(__file__).parents[2]
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{after}: &{after} [{', '.join(['*' + before] * 9)}]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE_YAML = (
    BOMB,
    "rolling_windows: !!python/object/apply:os.system ['touch /tmp/fuzz_ran']\n",
    "rolling_windows: !!python/name:os.system\n",
    "groups: &g {a: *g}\n",
    BOMB.replace("a: &a", "groups:\n  a: &a").replace("\n", "\n  "),
    "account: {currency: !!bool maybe}\n",
    "account: {currency: 2026-13-01}\n",
    "groups: {? [a, b] : c}\n",
    "? {a: b}\n: c\n",
    "groups: " + "[" * 5000 + "\n",
    "groups: {a: {ids: [1], excluded: yes}}\n",
    "account: {currency: !!binary aGk=}\n",
    "account: {currency: 2026-02-30}\n",
    "account: {currency: 9999-99-99T00:00:00Z}\n",
    "account: {currency: !!float nan}\n",
    "account: {currency: !!int abc}\n",
    "account: {currency: !!timestamp x}\n",
    "safety_rules: {max_increase: 1e999}\n",
    "safety_rules: {max_increase: .nan}\n",
    "safety_rules: {max_increase: 0x" + "f" * 5000 + "}\n",
    "safety_rules: {max_increase: " + "9" * 5000 + "}\n",
    "safety_rules: {<<: {max_increase: 1}}\n",
    "safety_rules: {<<: [1]}\n",
    "account: {currency: 190:20:30}\n",
    "%YAML 9.9\n---\naccount: {}\n",
    "---\na: 1\n---\nb: 2\n",
    "\x00",
)


@cache
def _defaults() -> list[str]:
    """Sections of the defaults as text, which a customer's file is made of."""
    text = "".join(
        file.read_text(encoding="utf-8")
        for file in sorted((ROOT / "config" / "default").glob("*.yaml"))
        if file.stem != "search_space"
    )
    parts: list[str] = []
    for line in text.splitlines(keepends=True):
        if line[:1].isalpha():
            parts.append("")
        if parts and not line.strip().startswith("#"):
            parts[-1] += line
    return [part for part in parts if len(part) < 3000]


def settings(draw: Random, folder: Path) -> str:
    own = folder / "config" / "acme" / "meta"
    own.mkdir(parents=True)
    if draw.random() < 0.1:
        content = draw.choice(HOSTILE_YAML).encode()
    else:
        some = draw.sample(_defaults(), draw.randrange(1, 4))
        content = "".join(some).encode()
    if draw.random() < 0.9:
        content = damaged(content, draw)
    (own / "rules.yaml").write_bytes(content)
    found, problems = load_parameters(folder / "config", "acme", "meta")
    assert not found
    for problem in problems:
        _one_sentence(problem)
    return "told"


def exchange_rates(draw: Random, folder: Path) -> str:
    days = [date(2026, 1, 1) + timedelta(n) for n in range(draw.randrange(1, 9))]
    rates = [(str(day), "USD", "EUR", f"0.{draw.randrange(1, 10**6)}") for day in days]
    text = io.StringIO()
    csv.writer(text).writerows([("rate_date", "from_currency", "to_currency", "rate"), *rates])
    whole = draw.random() < 0.3
    content = text.getvalue().encode()
    file = folder / "exchange_rates.csv"
    file.write_bytes(content if whole else damaged(content, draw))
    found, problems = load_exchange_rates(file)
    if whole:
        assert [(str(r.rate_date), r.rate) for r in found] == [(r[0], float(r[3])) for r in rates]
    for problem in problems:
        _one_sentence(problem)
    return "told" if problems else "read"


def approvals(draw: Random, folder: Path) -> str:
    header = ["approved_by", "budget_level", "budget_entity_id", "budget_entity_name"]
    header += ["current_budget", "recommended_budget"]
    rows = [
        ["Me", "adset", f"c:12023{n:010}", draw.choice(NASTY), f"{n}.50", f"{n + 1}.25"]
        for n in range(draw.randrange(1, 6))
    ]
    if draw.random() < 0.3:
        book = openpyxl.Workbook()
        for row in [header, *rows]:
            book.active.append(list(row))
        content = io.BytesIO()
        book.save(content)
        made, file = content.getvalue(), folder / "decisions.xlsx"
    else:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=draw.choice(",;\t")).writerows([header, *rows])
        made, file = text.getvalue().encode("utf-8-sig"), folder / "decisions.csv"
    whole = draw.random() < 0.3
    file.write_bytes(made if whole else damaged(made, draw))
    try:
        found = read_approvals([file])
    except ValueError as error:
        if whole:
            raise
        _one_sentence(str(error))
        return "told"
    if whole:
        wanted = {(row[1], row[2].removeprefix("c:")): row[5] for row in rows}
        assert {k: f"{v.recommended_budget:.2f}" for k, v in found.budgets.items()} == wanted
    return "read"


def tuning_trials(draw: Random, folder: Path) -> str:
    file = folder / "acme_meta.tuning.jsonl"
    for number in range(3):
        scores = {"roas": np.array([0.1, 0.2])}
        trial = TuningTrial(number, "families", np.array([0.5]), None, scores)
        append(file, trial_record("a", trial, {"a.b": 0.5}, 0.5))
    file.write_bytes(damaged(file.read_bytes(), draw))
    lines = list(records(file))
    return f"{len(trials_of(lines, 'a'))} of 3"


def trial(draw: Random, folder: Path) -> str:
    holders = [Holder("adset", str(n), draw.choice(NASTY)) for n in range(4)]
    drawn = Trial(date(2026, 3, 1), date(2026, 3, 28), 4, 7, 1.5, 0.1, holders[:2], holders[2:])
    file = trial_file(folder, drawn)
    text = yaml.safe_dump(_plain(drawn), sort_keys=False, allow_unicode=True)
    whole = draw.random() < 0.3
    file.write_bytes(text.encode() if whole else damaged(text.encode(), draw))
    try:
        found = newest_trial(folder)
    except ValueError as error:
        if whole:
            raise
        _one_sentence(str(error))
        return "told"
    if whole:
        assert found == drawn
    return "read"


def _plain(drawn: Trial) -> dict[str, Any]:
    values = dict(vars(drawn))
    return values | {arm: [vars(holder) for holder in values[arm]] for arm in ("engine", "hand")}


def _one_sentence(text: str) -> None:
    assert text, "says nothing"
    assert "Traceback" not in text, text


READERS: Mapping[str, Callable[[Random, Path], str]] = {
    "settings": settings,
    "exchange_rates": exchange_rates,
    "approvals": approvals,
    "tuning_trials": tuning_trials,
    "trial": trial,
}


def check_reader(name: str, numbers: range, folder: Path) -> Mapping[str, int]:
    """Read files by their numbers one after another, and count what came of them."""
    counts: Counter[str] = Counter()
    for number in numbers:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            counts[READERS[name](Random(f"{name} {number}"), folder)] += 1
        except Exception as error:
            raise RuntimeError(f"{name} {number}: {type(error).__name__}: {error}") from error
    return counts
