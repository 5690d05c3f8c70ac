"""The files of a trial: what was drawn, and the setting that keeps the hand's budgets."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from python_jobs.config.load import Parameter
from python_jobs.warehouse.whole_file import write_whole

NAME = "trial.auto.yaml"
GROUP = "trial_hand"
HEADER = """\
# Written by `autopilot trial start`: the budgets of a trial that are left to the hand while it
# runs. Delete this file to end the trial before its time; your own settings stay before it.
"""


@dataclass(frozen=True)
class Holder:
    """An ad set or campaign that holds a budget."""

    budget_level: str
    budget_entity_id: str
    budget_entity_name: str | None


@dataclass(frozen=True)
class Trial:
    """What was drawn, and what was said beforehand."""

    first_day: date
    last_day: date
    weeks: int
    seed: int
    price_of_money: float
    """revenue that a unit of spend is held against"""
    detectable_share: float
    engine: Sequence[Holder]
    hand: Sequence[Holder]
    """in pairs with those of the engine"""


def trial_file(folder: Path, trial: Trial) -> Path:
    """Return the file of a trial in the customer's folder of results."""
    return folder / f"trial_{trial.first_day}.yaml"


def write_trial(folder: Path, trial: Trial) -> Path:
    """Write what was drawn into a file of its own, whole."""
    file = trial_file(folder, trial)
    write_whole(file, yaml.safe_dump(asdict(trial), sort_keys=False, allow_unicode=True))
    return file


def newest_trial(folder: Path) -> Trial | None:
    """Read the trial that was drawn last; none if there is none.

    Raises:
        ValueError: the file is not what `write_trial` wrote.

    """
    files = sorted(folder.glob("trial_*.yaml"))
    if not files:
        return None
    try:
        values: dict[str, Any] = yaml.safe_load(files[-1].read_text("utf-8"))
        arms = {arm: [Holder(**holder) for holder in values[arm]] for arm in ("engine", "hand")}
        return TypeAdapter(Trial).validate_python(values | arms)
    except (TypeError, KeyError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise ValueError(
            f"{files[-1]} is not as it was written: put a copy back, or delete it and draw anew."
        ) from error


def readable_on(trial: Trial, parameters: Sequence[Parameter]) -> date:
    """Return the first morning on which no purchases of the trial are to come."""
    [shares] = [p.value for p in parameters if p.parameter == "maturity.share_visible_by_age"]
    mature_age = next(age for age, share in enumerate(json.loads(shares)) if share >= 1)
    return trial.last_day + timedelta(days=1 + mature_age)


def keep_for_hand(
    folder: Path, trial: Trial, decided_for: date, parameters: Sequence[Parameter]
) -> Path | None:
    """Let decisions leave the hand's budgets alone, by a group that excludes them.

    Args:
        folder: The customer's folder of settings.
        trial: Whose `hand` is kept until it ends.
        decided_for: Morning of the newest decisions, from which on it is kept.
        parameters: The settings in force.

    Returns:
        The file that was written; None where a file of the person's own says it already.

    Raises:
        ValueError: the person's own groups would go before it; the message has what to add.

    """
    group = {
        "ids": [holder.budget_entity_id for holder in trial.hand],
        "excluded": True,
        "excluded_from": str(decided_for),
        "excluded_until": str(trial.last_day),
    }
    [groups] = [each for each in parameters if each.parameter == "groups"]
    if groups.tier == "customer":
        own: dict[str, dict[str, Any]] = json.loads(groups.value)
        if list(own)[:1] == [GROUP] and group.items() <= own[GROUP].items():
            return None
        block = yaml.safe_dump({GROUP: group}, sort_keys=False, default_flow_style=None, width=96)
        raise ValueError(
            f"The groups in {groups.file} go before those of a trial. Make this the first of them, "
            f"then give the same command with --seed {trial.seed}:\n\n"
            + "".join(f"  {line}\n" for line in block.splitlines())
        )
    text = yaml.safe_dump({"groups": {GROUP: group}}, sort_keys=False)
    write_whole(folder / NAME, HEADER + text)
    return folder / NAME
