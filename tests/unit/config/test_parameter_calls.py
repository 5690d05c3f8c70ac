"""SQL reads settings by name; a name that nobody sets would silently be null."""

import re
from pathlib import Path

from python_jobs.config.paths import parameter_names, section_names

ROOT = Path(__file__).parents[3]
QUOTED = re.compile(r"'(\w+\.[\w.]*)'")


def test_sql_reads_only_parameters_that_exist():
    sections = set(section_names())
    read = {
        name
        for folder in ("models", "macros", "tests/dbt")
        for file in (ROOT / folder).rglob("*.sql")
        for name in QUOTED.findall(file.read_text())
        if name.partition(".")[0] in sections
    }
    assert "shopify.revenue_basis" in read
    prefixes = {f"{section}." for section in sections}  # SQL puts the rest of the name behind it
    assert read - set(parameter_names()) - prefixes == set()
