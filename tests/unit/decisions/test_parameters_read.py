"""A parameter that nothing reads would promise an effect that it does not have."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from inputs import random_holders, settings
from pydantic import BaseModel

from python_jobs.audience.creative import compatibility
from python_jobs.config.paths import parameter_names
from python_jobs.decisions.decide import decide, try_rules
from python_jobs.tuning.choice import Trial, losses, wish

ROOT = Path(__file__).parents[3]
CODE_OF = {
    "recommendations.": "audience/recommendations",
    "backtest.": "backtest",
    "export.": "exports",
}
"""section -> folder of the code that reads it, besides SQL"""
QUOTED = re.compile(r"'([a-z0-9_.]+)'")


class Recording:
    """A section that notes which of its values are asked for."""

    def __init__(self, section: BaseModel, path: str, seen: set[str]) -> None:
        self.section, self.path, self.seen = section, path, seen

    def __getattr__(self, key: str) -> Any:
        value, path = getattr(self.section, key), f"{self.path}.{key}".removeprefix(".")
        if isinstance(value, BaseModel):
            return Recording(value, path, self.seen)
        self.seen.add(path)
        return value


@pytest.fixture(scope="module")
def read_in_python():
    seen: set[str] = set()
    parameters = Recording(settings(), "", seen)
    holders = random_holders(200, 3)
    decide(holders, parameters)
    try_rules(holders, parameters)
    compatibility(two_ads(), parameters.creative)
    losses(two_trials(), parameters.objectives, wish(parameters.objectives))
    return seen


def two_trials() -> list[Trial]:
    """Give the same trial twice."""
    names = ("roas", "ctr", "stability", "utilization", "learning_resets")
    trial = Trial(0, "start", np.zeros(1), None, {name: np.ones(2) for name in names})
    return [trial, trial]


def two_ads() -> pd.DataFrame:
    """Give a video and an image of one ad set."""
    columns = {"account_id": "1", "adset_id": "a", "audience_type": "broad", "impressions": 900.0}
    counts = {"link_clicks": 90.0, "purchases_matured": 9.0, "is_for_purchases": True}
    return pd.DataFrame({"creative_type": ["video", "image"]}).assign(**columns, **counts)


def quoted_in_sql() -> set[str]:
    files = [file for folder in ("models", "macros") for file in (ROOT / folder).rglob("*.sql")]
    return {text for file in files for text in QUOTED.findall(file.read_text())}


def is_read_in_sql(name: str, quoted: set[str]) -> bool:
    """By its path, or by that of its section with the key put together: 'incrementality.' || ..."""
    return name in quoted or f"{name.rpartition('.')[0]}." in quoted


def test_every_parameter_is_read_by_sql_or_by_a_decision(read_in_python):
    quoted = quoted_in_sql()
    # a test of the detectors' own holds each of theirs to being read
    own = ("detectors.", *CODE_OF)
    others = {name for name in parameter_names() if not name.startswith(own)}
    unread = {name for name in others - read_in_python if not is_read_in_sql(name, quoted)}
    assert sorted(unread) == []


@pytest.mark.parametrize("section", CODE_OF)
def test_every_parameter_of_a_section_stands_in_its_code_or_in_sql(section):
    files = (ROOT / "python_jobs" / CODE_OF[section]).glob("*.py")
    code = "".join(file.read_text() for file in files)
    own = {name for name in parameter_names() if name.startswith(section)}
    assert own
    left = {name for name in own if not is_read_in_sql(name, quoted_in_sql())}
    unread = [name for name in left if not re.search(rf"\.{name.rpartition('.')[2]}\b", code)]
    assert unread == []
