"""SQL reads settings by name; a name that nobody sets would silently be null."""

import re
from pathlib import Path

from python_jobs.config.paths import parameter_names, section_names

ROOT = Path(__file__).parents[3]
QUOTED = re.compile(r"'(\w+\.[\w.]*)'")


def is_known(name):
    """A parameter, a section, or the beginning of several names: 'evidence.shopify_'."""
    if name.endswith(("_", ".")):
        return any(known.startswith(name) for known in parameter_names())
    return name in parameter_names() + section_names()


def test_sql_names_only_parameters_that_exist():
    sections = set(section_names())
    named = {
        name
        for folder in ("models", "macros", "tests/dbt")
        for file in (ROOT / folder).rglob("*.sql")
        for name in QUOTED.findall(file.read_text())
        if name.partition(".")[0] in sections
    }
    assert "shopify.revenue_basis" in named
    assert [name for name in sorted(named) if not is_known(name)] == []
