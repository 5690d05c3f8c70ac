"""What is written about the project is there, and is about what is really there."""

import re
from pathlib import Path

import duckdb
import pytest
import yaml

ROOT = Path(__file__).parents[2]
GRAIN_TESTS = {"key", "unique", "unique_combination"}


@pytest.fixture(scope="module")
def manifest(project):
    """dbt's manifest of the project as it stands, as plain dictionaries."""
    return project.home.manifest.writable_manifest().to_dict()


@pytest.fixture(scope="module")
def models(manifest):
    return nodes_of(manifest, "model")


def nodes_of(manifest, kind):
    """The project's nodes of one kind by name."""
    return {
        node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == kind
    }


def test_every_description_starts_with_the_grain(models):
    assert {
        name: model["description"]
        for name, model in models.items()
        if not model["description"].startswith("One row")
    } == {}


def test_every_column_is_described_and_none_but_those_there_are(manifest, demo_warehouse):
    with duckdb.connect(str(demo_warehouse), read_only=True) as built:
        real = {}
        for schema, table, column in built.execute(
            "select table_schema, table_name, column_name from information_schema.columns"
        ).fetchall():
            real.setdefault((schema, table), set()).add(column)
    wrong = {}
    for name, node in (nodes_of(manifest, "model") | nodes_of(manifest, "seed")).items():
        described = {c["name"] for c in node["columns"].values() if c["description"].strip()}
        difference = described ^ real[node["schema"], node["alias"]]
        if difference:
            wrong[name] = sorted(difference)
    assert wrong == {}


def test_every_seed_is_described(manifest):
    seeds = nodes_of(manifest, "seed")
    assert [name for name, seed in seeds.items() if not seed["description"]] == []


def test_every_model_has_a_test_of_its_grain(manifest, models):
    tested = {
        test["attached_node"]
        for test in nodes_of(manifest, "test").values()
        if (test.get("test_metadata") or {}).get("name") in GRAIN_TESTS
    }
    assert [name for name, model in models.items() if model["unique_id"] not in tested] == []


def test_every_source_and_its_columns_are_described(manifest):
    assert manifest["sources"]
    for source in manifest["sources"].values():
        assert source["source_description"], source["unique_id"]
        assert source["description"].startswith("One row"), source["unique_id"]
        assert source["columns"], source["unique_id"]
        for column in source["columns"].values():
            assert column["description"], (source["unique_id"], column["name"])


def test_every_macro_and_its_arguments_are_described(manifest):
    own = [
        macro
        for macro in manifest["macros"].values()
        if macro["package_name"] == manifest["metadata"]["project_name"]
    ]
    assert own
    for macro in own:
        assert macro["description"], macro["name"]
        signature = re.search(r"\{%-?\s*(?:macro|test)\s+\w+\((.*?)\)\s*-?%\}", macro["macro_sql"])
        assert signature, macro["name"]
        named = re.findall(r"(\w+)\s*(?:=[^,]*)?(?:,|$)", signature[1])
        described = [a["name"] for a in macro["arguments"] if a["description"]]
        assert described == named, macro["name"]


def test_every_published_table_is_under_contract(models):
    published = [m for m in models.values() if m["config"]["meta"].get("published")]
    assert {m["schema"] for m in published} == {"results", "features", "backtest"}
    for model in published:
        assert model["contract"]["enforced"], model["name"]
        for column in model["columns"].values():
            assert column["data_type"], (model["name"], column["name"])


def test_every_model_is_in_a_group(models):
    assert [name for name, model in models.items() if not model["group"]] == []


def test_the_table_reference_has_every_published_table(models):
    headings = re.findall(
        r"^### (\w+\.\w+)$", (ROOT / "docs" / "tables.md").read_text(), re.MULTILINE
    )
    published = {
        f"{model['schema']}.{name}"
        for name, model in models.items()
        if model["config"]["meta"].get("published")
    }
    without_history = {heading for heading in headings if not heading.startswith("history.")}
    assert without_history == published | {"results.runs"}


def test_something_reads_every_published_table(manifest, models):
    read = {
        unique_id
        for exposure in manifest["exposures"].values()
        for unique_id in exposure["depends_on"]["nodes"]
    }
    published = [m["unique_id"] for m in models.values() if m["config"]["meta"].get("published")]
    assert [unique_id for unique_id in published if unique_id not in read] == []


def test_lineage_leads_from_budgets_back_to_raw_files_and_settings(manifest, models):
    upstream, ahead = set(), [models["budget_allocations"]["unique_id"]]
    while ahead:
        key = ahead.pop()
        if key not in upstream:
            upstream.add(key)
            ahead += manifest["parent_map"].get(key, [])
    names = {key.partition(".autopilot.")[2] for key in upstream}
    assert {"raw.files", "landing_parameters", "history.decision_log"} <= names
    decides = models["decisions"]["depends_on"]["nodes"]
    assert {key.rpartition(".")[2] for key in decides} == {"decision_inputs", "landing_parameters"}


def test_the_overview_links_to_what_there_is(manifest):
    overview = manifest["docs"]["doc.autopilot.__overview__"]["block_contents"]
    links = re.findall(r"#!/(?:model|source)/([\w.]+)", overview)
    assert links
    assert [link for link in links if link not in manifest["nodes"] | manifest["sources"]] == []


def test_what_meta_or_shopify_say_is_not_called_more_than_that(models):
    """Neither count is the effect of the ads, and no description may say so."""
    for model in models.values():
        texts = [model["description"], *(c["description"] for c in model["columns"].values())]
        claims = [
            t for t in texts if re.search(r"\b(true|incremental|real) (revenue|ROAS|purch)", t)
        ]
        assert claims == [], model["name"]


def test_yaml_is_of_the_form_that_dbt_asks_for():
    """dbt does not check this for DuckDB itself."""
    files = [
        file
        for folder in ("models", "seeds", "macros", "tests/dbt")
        for file in (ROOT / folder).rglob("*.yml")
    ]
    assert files
    for file in files:
        for mapping in mappings_in(yaml.safe_load(file.read_text())):
            assert "tests" not in mapping, file.name
            for test in mapping.get("data_tests", []):
                details = next(iter(test.values())) if isinstance(test, dict) else {}
                assert details.keys() <= {"name", "description", "arguments", "config"}, file.name


def mappings_in(value):
    """Every mapping in the value, itself included."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, dict | list):
            yield from mappings_in(part)
