import shutil
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from python_jobs.cli.main import app, main
from python_jobs.config.load import load_parameters

DEFAULT = Path(__file__).parents[3] / "config" / "default"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AUTOPILOT_DATASETS", raising=False)
    monkeypatch.delenv("AUTOPILOT_CONFIG", raising=False)


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
        text = Path("config/acme/meta", name).read_text()
        assert f"config/default/{name}" in text
        assert yaml.safe_load(text) is None


def test_its_settings_are_valid_once_the_hashes_are_gone():
    CliRunner().invoke(app, ["new-customer", "acme"])
    shutil.copytree(DEFAULT, "config/default")
    for file in Path("config/acme/meta").iterdir():
        _, *examples = file.read_text().split("\n\n")  # the first paragraph explains
        file.write_text("\n".join(examples).replace("# ", ""))
    parameters, problems = load_parameters(Path("config"), "acme", "meta")
    assert problems == []
    assert {p.parameter for p in parameters if p.tier == "customer"} >= {"monthly_budget.amount"}


def test_it_keeps_what_is_there():
    Path("config/acme/meta").mkdir(parents=True)
    Path("config/acme/meta/inputs.yaml").write_text("account: {currency: EUR}\n")
    CliRunner().invoke(app, ["new-customer", "acme"])
    assert "EUR" in Path("config/acme/meta/inputs.yaml").read_text()


def test_an_impossible_name_is_one_sentence(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["autopilot", "new-customer", "../acme"])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    assert capsys.readouterr().err == (
        "'../acme' cannot name a customer: use lower-case letters, digits, - and _, "
        "and begin with a letter or digit.\n"
    )
    assert not Path("datasets").exists()
