import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from python_jobs.cli.dbt import expand_vars, main, prepare


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "dbt_project.yml").write_text("name: autopilot\n")
    (tmp_path / "profiles.yml").write_text("")
    (tmp_path / "models").mkdir()
    for customer in ("moprobo", "x", "0123"):
        raw = tmp_path / "datasets" / customer / "meta" / "raw"
        raw.mkdir(parents=True)
        (raw / "insights.json").write_text("[]")
    monkeypatch.chdir(tmp_path)
    for variable in (
        "AUTOPILOT_DATASETS",
        "DBT_LOG_PATH",
        "DBT_TARGET_PATH",
        "DBT_EXCLUDE_RESOURCE_TYPES",
    ):
        # set first, so that what prepare() sets is taken back
        monkeypatch.setenv(variable, "")
        monkeypatch.delenv(variable)
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "expanded"),
    [
        ("customer:moprobo", {"customer": "moprobo"}),
        ("customer:0123", {"customer": "0123"}),
        ("customer:x,platform:meta", {"customer": "x", "platform": "meta"}),
        ("customer:x, platform:meta", {"customer": "x", "platform": "meta"}),
        ("customer:a-b_c", {"customer": "a-b_c"}),
        ("fail:1", {"fail": 1}),
        ("as_of:null", {"as_of": None}),
    ],
)
def test_shorthand_becomes_yaml(typed, expanded):
    assert yaml.safe_load(expand_vars(typed)) == expanded


@pytest.mark.parametrize(
    "typed",
    [
        "customer: x",
        "{customer: x, platform: meta, as_of: 2026-08-01}",
        '{"customer": "x"}',
        '{"customer":"x"}',
        "{customer:x}",
        "customer:x platform:meta",
        "customer:",
        "customer",
        "",
        ":x",
        "customer:x,",
        "customer:x:y",
        "url:http://x",
        "- a",
        "[",
    ],
)
def test_everything_else_is_left_to_dbt(typed):
    assert expand_vars(typed) == typed


TEXT = st.text(max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(TEXT, VALUES, max_size=4), st.sampled_from([True, False, None]))
def test_any_yaml_mapping_is_left_as_it_is(mapping, flow_style):
    text = yaml.safe_dump(mapping, default_flow_style=flow_style)
    assert expand_vars(text) == text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("customer:X", "'X' cannot name a customer"),
        ("customer: X", "'X' cannot name a customer"),
        ("{customer: ../x}", "'../x' cannot name a customer"),
        ("{customer: null}", "'None' cannot name a customer"),
        ("{customer: x, platform: Meta}", "'Meta' cannot name a platform"),
        ("customer:x,platform:a-b", "'a-b' cannot name a platform"),
        ("costumer:x", "unknown key 'costumer'; nearest is 'customer'"),
        ("config_fil:x", "unknown key 'config_fil'; nearest is 'config_file'"),
        ("as_of:soon", "as_of is 'soon'; expected a date such as 2026-08-01"),
        ("{as_of: 2026-02-30}", "--vars {as_of: 2026-02-30}: day is out of range for month."),
    ],
)
@pytest.mark.parametrize("form", ["two words", "one word"])
def test_impossible_vars_are_refused_before_dbt_starts(
    project, monkeypatch, capsys, typed, sentence, form
):
    words = ["--vars", typed] if form == "two words" else [f"--vars={typed}"]
    monkeypatch.setattr("sys.argv", ["dbt", "build", *words])
    assert main() == 2
    said = capsys.readouterr()
    assert sentence in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_a_missing_folder_says_what_to_do(project):
    with pytest.raises(ValueError, match=r"No folder datasets/new/meta/raw: .*new-customer new`"):
        prepare(["build", "--vars", "customer:new"])
    with pytest.raises(ValueError, match="new-customer x --platform tiktok`"):
        prepare(["run", "--vars", "customer:x,platform:tiktok"])


def test_an_empty_folder_says_what_to_do(project):
    raw = Path("datasets/x/meta/raw")
    (raw / "insights.json").rename(raw / ".hidden")
    with pytest.raises(ValueError, match="datasets/x/meta/raw is empty: put"):
        prepare(["build", "--vars", "customer:x"])


def test_a_link_to_another_customer_is_refused(project):
    Path("datasets/copy").symlink_to(Path("datasets/x").absolute())
    with pytest.raises(ValueError, match=r"^datasets/copy/meta/raw leads to datasets/x/meta/raw: "):
        prepare(["build", "--vars", "customer:copy"])


def test_a_link_to_a_disk_with_the_files_is_followed(project, tmp_path_factory):
    disk = tmp_path_factory.mktemp("disk")
    Path("datasets/x").rename(disk / "x")
    Path("datasets/x").symlink_to(disk / "x")
    prepare(["build", "--vars", "customer:x"])


def test_an_empty_folder_is_no_matter_where_tables_lie_elsewhere(project):
    raw = Path("datasets/x/meta/raw")
    (raw / "insights.json").rename(raw / ".hidden")
    settings = Path("config/x/meta/inputs.yaml")
    settings.parent.mkdir(parents=True)
    settings.write_text("locations:\n  - path: elsewhere\n")
    assert prepare(["build", "--vars", "customer:x"])[0] == "build"


@pytest.mark.parametrize("arguments", [["ls"], ["build", "--help"], ["docs", "generate"], []])
def test_commands_that_build_nothing_need_no_files(project, arguments):
    prepare([*arguments, "--vars", "customer:new"])


def test_arguments_pass_unchanged(project):
    arguments = ["--no-use-colors", "build", "--select", "+a", "--threads=2", "--vars", "{a: b}"]
    assert prepare(arguments) == arguments


def test_vars_in_one_word_are_expanded_in_place(project):
    assert prepare(["build", "--vars=customer:x", "-s", "a"]) == [
        "build",
        '--vars={customer: "x"}',
        "-s",
        "a",
    ]


def test_of_two_vars_the_last_counts_as_in_dbt(project):
    prepare(["ls", "--vars", "customer:x", "--vars", "customer:0123"])
    assert os.environ["DBT_TARGET_PATH"] == "target/0123_meta"


def test_each_run_has_its_log_and_each_customer_its_target(project):
    prepare(["build", "--vars", "customer:x"])
    assert os.environ["DBT_LOG_PATH"].startswith("logs/x/")
    assert os.environ["DBT_LOG_PATH"].endswith("_build")
    assert os.environ["DBT_TARGET_PATH"] == "target/x_meta"


@pytest.mark.parametrize(
    "arguments", [["build"], ["docs", "generate", "--vars", "customer:x"], ["docs", "serve"]]
)
def test_docs_and_the_default_customer_stay_in_target(project, arguments):
    prepare(arguments)
    assert "DBT_TARGET_PATH" not in os.environ


def test_paths_that_the_user_sets_stay(project, monkeypatch):
    monkeypatch.setenv("DBT_LOG_PATH", "l")
    monkeypatch.setenv("DBT_TARGET_PATH", "t")
    prepare(["build", "--vars", "customer:x"])
    assert os.environ["DBT_LOG_PATH"] == "l"
    assert os.environ["DBT_TARGET_PATH"] == "t"


@pytest.mark.parametrize("arguments", [["build"], ["build", "--select", "+budget_allocations"]])
def test_a_build_leaves_unit_tests_out(project, arguments):
    prepare(arguments)
    assert os.environ["DBT_EXCLUDE_RESOURCE_TYPES"] == "unit_test"


@pytest.mark.parametrize(
    "arguments",
    [
        ["build", "--select", "test_type:unit"],
        ["build", "--select", "unit_test:revenue_is_total"],
        ["build", "--resource-type=unit_test"],
        ["build", "--exclude-resource-types", "seed"],
        ["test", "--select", "a"],
    ],
)
def test_unit_tests_run_where_they_are_asked_for(project, arguments):
    prepare(arguments)
    assert "DBT_EXCLUDE_RESOURCE_TYPES" not in os.environ


def test_it_moves_to_the_project_from_a_folder_inside(project, monkeypatch):
    monkeypatch.chdir(project / "models")
    prepare(["build"])
    assert Path.cwd() == project


def test_it_moves_to_the_project_named(project, monkeypatch, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    given_path = os.path.relpath(project)
    arguments = prepare(["build", f"--project-dir={given_path}", "--state", "old"])
    assert arguments == ["build", f"--project-dir={project}", "--state", str(elsewhere / "old")]
    assert Path.cwd() == project


def test_another_project_is_left_alone(project):
    Path("dbt_project.yml").write_text("name: jaffle_shop\n")
    assert prepare(["build", "--vars", "{customer: Mr X}"]) == [
        "build",
        "--vars",
        "{customer: Mr X}",
    ]
    assert "DBT_LOG_PATH" not in os.environ
