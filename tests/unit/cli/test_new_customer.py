import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from python_jobs.cli.main import app
from python_jobs.config.load import load_parameters

DEFAULT = Path(__file__).parents[3] / "config" / "default"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AUTOPILOT_DATASETS", raising=False)
    monkeypatch.delenv("AUTOPILOT_CONFIG", raising=False)


def of_customer():
    """Parameters that the customer's own files set, which must be valid."""
    shutil.copytree(DEFAULT, "config/default", dirs_exist_ok=True)
    parameters, problems = load_parameters(Path("config"), "acme", "meta")
    assert problems == []
    return {p.parameter: json.loads(p.value) for p in parameters if p.tier == "customer"}


def test_it_makes_folders_and_hints():
    done = CliRunner().invoke(app, ["new-customer", "acme"])
    assert done.exit_code == 0
    assert Path("datasets/acme/meta/raw").is_dir()
    assert list(Path("datasets/acme/meta/raw").iterdir()) == []
    assert "autopilot inspect --customer acme" in Path("datasets/acme/meta/README.txt").read_text()
    assert "datasets/acme/meta/raw" in done.output


def test_its_settings_change_nothing_until_somebody_edits_them():
    CliRunner().invoke(app, ["new-customer", "acme"])
    for name in ("inputs.yaml", "rules.yaml"):
        assert f"config/default/{name}" in Path("config/acme/meta", name).read_text()
    assert of_customer() == {}


def test_its_settings_are_valid_once_the_hashes_are_gone():
    CliRunner().invoke(app, ["new-customer", "acme"])
    for file in Path("config/acme/meta").iterdir():
        # lines with two hashes explain, as do those at the margin
        file.write_text(re.sub(r"^( +)# ", r"\1", file.read_text(), flags=re.MULTILINE))
    assert of_customer() == {
        "account.currency": "EUR",
        "account.time_zone": "Europe/Berlin",
        "shopify.revenue_basis": "total_less_refunds",
        "targets.target_roas": 2.5,
        "targets.gross_margin": 0.45,
        "monthly_budget.amount": 30000,
        "safety_rules.max_increase": 0.15,
        "safety_rules.max_daily_budget": 500,
        "export.mode": "live",
    }


def test_what_is_given_is_set():
    given = ["--currency", "jpy", "--target-roas", "2.25", "--monthly-budget", "1e9", "--no-shop"]
    done = CliRunner().invoke(app, ["new-customer", "acme", *given])
    assert done.exit_code == 0
    assert of_customer() == {
        "account.currency": "JPY",
        "targets.target_roas": 2.25,
        "monthly_budget.amount": 1e9,
    }
    assert "Shopify" not in Path("datasets/acme/meta/README.txt").read_text()


def test_on_a_terminal_it_asks_again_until_the_answer_is_possible(monkeypatch):
    """Answers: no currency, then one; no ROAS; a budget that is none, then one; no shop."""
    monkeypatch.setattr("python_jobs.cli.data_commands._is_terminal", lambda: True)
    typed = "dollars\nusd\n\nmuch\n30000\nn\n"
    done = CliRunner().invoke(app, ["new-customer", "acme"], input=typed)
    assert done.exit_code == 0, done.output
    assert "'dollars' is no currency: three letters, as in EUR." in done.output
    assert "much is not a month's budget: above 0, as in 30000." in done.output
    assert of_customer() == {"account.currency": "USD", "monthly_budget.amount": 30000}


def test_without_a_terminal_it_never_asks():
    done = CliRunner().invoke(app, ["new-customer", "acme"], input="")
    assert done.exit_code == 0
    assert "Currency" not in done.output


def test_a_script_is_told_what_was_written(monkeypatch):
    monkeypatch.setattr("python_jobs.cli.data_commands._is_terminal", lambda: True)
    Path("config/acme/meta").mkdir(parents=True)
    Path("config/acme/meta/inputs.yaml").touch()
    done = CliRunner().invoke(app, ["new-customer", "acme", "--json"], input="")
    assert json.loads(done.output) == {
        "customer": "acme",
        "platform": "meta",
        "problems": [],
        "raw_folder": "datasets/acme/meta/raw",
        "written": ["datasets/acme/meta/README.txt", "config/acme/meta/rules.yaml"],
        "kept": ["config/acme/meta/inputs.yaml"],
    }


def test_it_keeps_what_is_there():
    Path("config/acme/meta").mkdir(parents=True)
    Path("config/acme/meta/inputs.yaml").write_text("account: {currency: EUR}\n")
    done = CliRunner().invoke(app, ["new-customer", "acme", "--currency", "USD"])
    assert "config/acme/meta/inputs.yaml (there already, left as it is)" in done.output
    assert of_customer() == {"account.currency": "EUR"}
