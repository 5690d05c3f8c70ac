"""A settings file that is edited counts in the next build, and a mistake in it changes nothing."""

import pytest
from reading import WITHOUT_TESTS, value

LARGEST_STEP = "select value from results.parameters where parameter = 'safety_rules.max_increase'"


@pytest.fixture(scope="module")
def home(new_home):
    home = new_home()
    (home.raw / "insights.json").write_text("[]")
    return home


def build(home, rules):
    (home.config / "rules.yaml").write_text(rules)
    return home.dbt("build", "--select", "+parameters", *WITHOUT_TESTS)


def test_an_edited_file_counts_and_a_mistake_in_it_changes_nothing(home):
    assert build(home, "safety_rules: {max_increase: 0.1}").success
    assert value(home.published_file, LARGEST_STEP) == "0.1"
    assert build(home, "safety_rules: {max_increase: 0.15}").success
    assert value(home.published_file, LARGEST_STEP) == "0.15"

    wrong = build(home, "safety_rules: {max_increase: 15}")
    assert not wrong.success
    [message] = [step.message for step in wrong.result if step.status == "error"]
    said = " ".join(message.split())
    assert "rules.yaml, line 1: safety_rules.max_increase is 15; allowed: a number from" in said
    assert value(home.published_file, LARGEST_STEP) == "0.15"
