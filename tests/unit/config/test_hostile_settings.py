"""Settings that would run, explode or crash: one sentence with file and line."""

import pytest

from python_jobs.config.load import load_parameters

BOMB = "groups:\n  a: &a [x, x]\n  b: [*a, *a]\n"
MISTAKES = {
    BOMB: "line 3: not valid YAML: *a stands for another value; write that value here.",
    "groups: &g {a: *g}\n": "line 1: not valid YAML: *g stands for another value; write that value "
    "here.",
    "account: {currency: !!python/object/apply:os.system [id]}\n": "line 1: not valid YAML: could "
    "not determine a constructor for the tag 'tag:yaml.org,2002:python/object/apply:os.system'.",
    "account: {currency: 2026-13-01}\n": "line 1: not valid YAML: the value is no timestamp.",
    "account: {currency: !!bool maybe}\n": "line 1: not valid YAML: the value is no bool.",
    f"safety_rules: {{max_increase: {'9' * 5000}}}\n": "line 1: not valid YAML: the value is no "
    "int.",
    "account: {currency: " + "[" * 2000: "not valid YAML.",
}


@pytest.mark.parametrize("text", MISTAKES, ids=range(len(MISTAKES)))
def test_it_is_told_where(tmp_path, text):
    file = tmp_path / "acme" / "meta" / "rules.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    [first, *_] = load_parameters(tmp_path, "acme", "meta")[1]
    assert first.removeprefix(str(file)).lstrip(",: ") == MISTAKES[text]
