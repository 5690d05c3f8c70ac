"""What the tuner may move; every mistake in a range is told with its place."""

import json
import random
import shutil
from pathlib import Path

import duckdb
import pytest

from python_jobs.config.load import load_parameters
from python_jobs.config.paths import field_schema, nested
from python_jobs.config.rows import parameter_rows
from python_jobs.config.schema import Parameters
from python_jobs.config.search_space import Tunable, load_search_space

ROOT = Path(__file__).parents[3]


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "config" / "default", "config/default")
    Path("config/x/meta").mkdir(parents=True)
    return Path("config")


def load(config):
    parameters, problems = load_parameters(config, "x", "meta")
    assert problems == []
    return load_search_space(config, "x", "meta", parameters)


def test_at_least_60_parameters_can_be_tuned(config):
    ranges, problems = load(config)
    assert problems == []
    assert len(ranges) >= 60


def test_a_customers_range_goes_before_the_default(config):
    Path("config/x/meta/search_space.yaml").write_text(
        "evidence.half_life_days: {low: 40, high: 45, scale: linear}"
    )
    ranges, problems = load(config)
    assert problems == []
    assert ranges["evidence.half_life_days"] == Tunable("evidence.half_life_days", 40, 45, "linear")
    assert ranges["evidence.click_prior"].scale == "log"


def test_any_choice_within_the_ranges_is_valid(config):
    """The tuner walks one parameter at a time; no two ranges may make an order impossible."""
    defaults = {p.parameter: p.value for p in load_parameters(config, "x", "meta")[0]}
    ranges, _ = load(config)
    chance = random.Random(7)
    for _ in range(50):
        chosen = {}
        for path, tunable in ranges.items():
            choices = field_schema(tuple(path.split("."))).get("enum")
            if choices:
                fitting = [c for c in choices if tunable.low <= c <= tunable.high]
                chosen[path] = chance.choice(fitting)
            elif tunable.scale == "integer":
                chosen[path] = chance.randint(int(tunable.low), int(tunable.high))
            else:
                chosen[path] = chance.choice([tunable.low, tunable.high])
        values = {tuple(p.split(".")): chosen.get(p, json.loads(v)) for p, v in defaults.items()}
        Parameters.model_validate(nested(values))
    assert all(choice in defaults for choice in ranges)


def test_what_a_person_sets_may_lie_outside(config):
    Path("config/x/meta/rules.yaml").write_text("safety_rules: {max_increase: 0.5}")
    assert load(config)[1] == []


def test_what_a_person_tries_may_lie_outside(config):
    tried = Path("tried.yaml")
    tried.write_text("safety_rules: {max_increase: 0.5}")
    rows = parameter_rows(duckdb.connect(), config, "x", "meta", tried).df()
    in_force = rows.set_index("parameter").loc["safety_rules.max_increase"]
    assert (in_force["value"], in_force["tier"]) == ("0.5", "tried")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "evidence.half_live_days: {low: 1, high: 2, scale: log}",
            "line 1: unknown parameter 'evidence.half_live_days'; nearest is "
            "'evidence.half_life_days'.",
        ),
        (
            "evidence:\n  half_life_days: {low: 1, high: 2, scale: log}",
            "line 1: unknown parameter 'evidence'.",
        ),
        (
            "\ntrend_config.enabled: {low: 0, high: 1, scale: integer}",
            "line 2: trend_config.enabled cannot be tuned: it is true or false, not a number.",
        ),
        (
            "monthly_budget.amount: {low: 10, high: 20, scale: linear}",
            "line 1: monthly_budget.amount cannot be tuned: it is a number above 0 and up to "
            "1000000000 or null, not a number.",
        ),
        (
            "evidence.half_life_days: {low: 14, high: 60}",
            "line 1: evidence.half_life_days must be {low: number, high: number, scale: linear or "
            "log or integer}.",
        ),
        (
            "evidence.half_life_days: 42",
            "line 1: evidence.half_life_days must be {low: number, high: number, scale: linear or "
            "log or integer}.",
        ),
        (
            "evidence.half_life_days: {low: 14, high: 60, scale: lienar}",
            'line 1: evidence.half_life_days.scale is "lienar"; allowed here: linear or log; '
            "nearest is linear.",
        ),
        (
            "evidence.history_days: {low: 56, high: 180, scale: log}",
            'line 1: evidence.history_days.scale is "log"; allowed here: integer.',
        ),
        (
            "evidence.half_life_days: {low: 60, high: 14, scale: log}",
            "line 1: evidence.half_life_days has low 60 and high 14; low must be below high.",
        ),
        (
            "evidence.half_life_days: {low: 14, high: 400, scale: log}",
            "line 1: evidence.half_life_days.high is 400; allowed: a number from 3 to 365.",
        ),
        (
            "evidence.half_life_days: {low: '14', high: 60, scale: log}",
            'line 1: evidence.half_life_days.low is "14"; allowed: a number from 3 to 365.',
        ),
        (
            "rolling_windows.recent_days: {low: 1, high: 5, scale: integer}",
            "line 1: rolling_windows.recent_days.high is 5; allowed: one of 1, 3, 7, 14, 28.",
        ),
        (
            "evidence.elasticity_decline: {low: 0, high: 2, scale: log}",
            "line 1: evidence.elasticity_decline.low is 0; a log scale begins above 0.",
        ),
        (
            "evidence.half_life_days: {low: 50, high: 60, scale: linear}",
            "line 1: evidence.half_life_days goes from 50 to 60, which leaves out its value 42.0 "
            "in config/default/rules.yaml.",
        ),
        (
            "evidence.half_life_days: {low: 14, high: 60, scale: log}\n"
            "evidence.half_life_days: {low: 14, high: 60, scale: log}",
            "line 2: evidence.half_life_days is given a second time; keep one.",
        ),
        ("a: b: c", "line 1: not valid YAML: mapping values are not allowed here."),
        ("[1, 2]", "line 1: must hold parameters by their dotted paths."),
    ],
)
def test_each_mistake_names_file_line_and_remedy(config, text, sentence):
    Path("config/x/meta/search_space.yaml").write_text(text)
    assert load(config)[1] == [f"config/x/meta/search_space.yaml, {sentence}"]


def test_mistakes_in_ranges_stop_with_the_settings(config):
    Path("config/x/meta/search_space.yaml").write_text("a: 1\nb: 2\n")
    rows = parameter_rows(duckdb.connect(), config, "x", "meta").df()
    assert list(rows["tier"]) == ["error", "error"]
    assert "search_space.yaml, line 2: unknown parameter 'b'." in rows["value"][1]
