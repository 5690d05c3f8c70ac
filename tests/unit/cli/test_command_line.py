"""What all commands have in common: names, help, exit codes, completion, the page of the docs."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import typer
from typer.testing import CliRunner

from python_jobs.cli import main, reference
from python_jobs.cli.app import app
from python_jobs.cli.improve_commands import SamplerName
from python_jobs.tuning.samplers import SAMPLERS

ROOT = Path(__file__).parents[3]


@pytest.fixture
def customers(tmp_path, monkeypatch):
    """Two customers with a folder, one with settings alone, one of whom only results are left."""
    for variable in ("DATASETS", "CONFIG", "WAREHOUSE"):
        monkeypatch.setenv(f"AUTOPILOT_{variable}", str(tmp_path / variable.lower()))
    for folder in ("datasets/acme/meta", "datasets/acorn/meta/raw", "config/beta/meta"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "config" / "default").mkdir()
    (tmp_path / "warehouse").mkdir()
    (tmp_path / "warehouse" / "gone_one_meta.duckdb").touch()
    return tmp_path


def called(monkeypatch, capsys, *arguments):
    """Run the command as the shell does; return its exit code, stdout and stderr."""
    monkeypatch.setattr("sys.argv", ["autopilot", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main.main()
    return stopped.value.code, *capsys.readouterr()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["status", "-c", "acmee"],
            "There is no customer 'acmee': the nearest name is 'acme'; "
            "`autopilot new-customer acmee` makes it.",
        ),
        (
            ["budgets", "--platform", "meta", "--customer", "zzz"],
            "There is no customer 'zzz': there is acme, acorn, beta, gone_one; "
            "`autopilot new-customer zzz` makes it.",
        ),
        (["note", "-c", "acme", "--platform", "x"], "acme has no platform 'x': it has meta."),
        (
            ["new-customer", "../acme"],
            "'../acme' cannot name a customer: use lower-case letters, digits, - and _, and begin "
            "with a letter or digit.",
        ),
        (
            ["new-customer", "new", "--currency", "euro"],
            "'euro' is no currency: three letters, as in EUR.",
        ),
        (
            ["new-customer", "new", "--target-roas", "0"],
            "0.0 is not a ROAS: above 0 and at most 100, as in 2.5.",
        ),
    ],
)
def test_wrong_use_is_a_sentence_and_exit_code_2(
    customers, monkeypatch, capsys, arguments, sentence
):
    assert called(monkeypatch, capsys, *arguments) == (2, "", f"{sentence}\n")
    assert not (customers / "datasets" / "new").exists()


def test_a_misspelt_option_is_exit_code_2(monkeypatch, capsys):
    code, _, said = called(monkeypatch, capsys, "budgets", "--custmer", "acme")
    assert code == 2
    assert "--customer" in said


def test_what_is_not_published_is_a_sentence_and_exit_code_1(customers, monkeypatch, capsys):
    sentence = "Nothing of acme is published yet: run `autopilot budgets --customer acme` first.\n"
    assert called(monkeypatch, capsys, "note", "-c", "acme", "--json") == (1, "", sentence)


def test_a_published_file_that_is_broken_is_a_sentence(customers, monkeypatch, capsys):
    file = customers / "warehouse" / "acme_meta.duckdb"
    file.write_text("no database")
    assert called(monkeypatch, capsys, "note", "-c", "acme") == (
        1,
        "",
        f"{file} cannot be read: put a copy of it back, or move it away and build anew.\n",
    )


def test_a_file_of_a_version_that_lacks_a_column_is_a_sentence(customers, monkeypatch, capsys):
    file = customers / "warehouse" / "acme_meta.duckdb"
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as older:
        older.execute("create schema results; create table results.runs (run_id varchar)")
        older.execute("create table results.budget_allocations (run_id varchar)")
    told = called(monkeypatch, capsys, "note", "-c", "acme")
    again = "run `autopilot budgets --customer acme` again."
    assert told == (1, "", f"{file} was published by another version: {again}\n")
    code, out, _ = called(monkeypatch, capsys, "status", "-c", "acme")
    assert code == 1
    assert "was published by another version" in " ".join(out.split())
    assert "Next: Run `autopilot budgets --customer acme`" in " ".join(out.split())


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PermissionError(13, "Permission denied", "results"), "results: Permission denied."),
        (
            duckdb.BinderException('Binder Error: no column "x"!\nLINE 1: select x'),
            'Binder Error: no column "x"!: was the file published by another version, build the '
            "customer anew.",
        ),
        (ValueError("One thing."), "One thing."),
    ],
)
def test_errors_of_files_are_sentences(customers, monkeypatch, capsys, error, sentence):
    def fail(*_):
        raise error

    monkeypatch.setattr("python_jobs.status.note.open_published", fail)
    assert called(monkeypatch, capsys, "note", "-c", "acme") == (1, "", f"{sentence}\n")


def test_customers_are_completed(customers):
    shell = {
        "_AUTOPILOT_COMPLETE": "complete_bash",
        "COMP_WORDS": "autopilot budgets --customer ac",
        "COMP_CWORD": "3",
    }
    done = CliRunner().invoke(app, [], prog_name="autopilot", env=shell)
    assert done.output.split() == ["acme", "acorn"]


def test_plainer_names_and_those_of_old_do_the_same():
    commands = typer.main.get_command(app).commands
    for old, new in (("extract", "features"), ("execute", "budgets"), ("rules", "audiences")):
        assert commands[old].callback.__wrapped__ is commands[new].callback.__wrapped__


def test_samplers_are_those_there_are():
    assert [name.value for name in SamplerName] == list(SAMPLERS)


def test_help_waits_for_nothing_heavy():
    code = (
        "import sys; from python_jobs.cli import main; "
        "print({'duckdb', 'numpy', 'pandas', 'dbt', 'yaml', 'pydantic'} & sys.modules.keys())"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_page_of_the_docs_is_what_the_commands_say():
    page = (ROOT / reference.PAGE).read_text(encoding="utf-8")
    assert page == reference.reference_page(), "run `python -m python_jobs.cli.reference`"


def test_every_command_has_its_example_in_the_help():
    for name, command in typer.main.get_command(app).commands.items():
        if command.rich_help_panel != "The same by other names":
            assert f"`autopilot {name} " in command.help, name
