"""Other places to read are checked before anything is asked of them, and hold no secrets."""

from pathlib import Path

import duckdb
import pytest

from python_jobs.config.rows import locations_in, parameter_rows

ROOT = Path(__file__).parents[3]


@pytest.fixture
def read(tmp_path):
    """The parameter rows of a customer whose settings hold a text."""

    def parameters(text):
        default = tmp_path / "config" / "default"
        own = tmp_path / "config" / "acme" / "meta"
        if not default.exists():
            default.parent.mkdir()
            default.symlink_to(ROOT / "config" / "default")
            own.mkdir(parents=True)
        (own / "inputs.yaml").write_text(text)
        return parameter_rows(duckdb.connect(), tmp_path / "config", "acme", "meta")

    return parameters


def test_places_arrive_as_they_were_set(read):
    rows = read(
        "locations:\n"
        "  - path: lake/*.parquet\n"
        "  - {duckdb: ads.duckdb, schema: meta}\n"
        "  - {postgres_env: ADS_DATABASE, tables: [basic_ad]}\n"
    )
    found = [
        (one.path, one.duckdb, one.postgres_env, one.schema_name, one.tables)
        for one in locations_in(rows)
    ]
    assert found == [
        ("lake/*.parquet", None, None, None, None),
        (None, "ads.duckdb", None, "meta", None),
        (None, None, "ADS_DATABASE", None, ["basic_ad"]),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "- {path: a, duckdb: b}",
            '{"path": "a", "duckdb": "b"}; allowed: exactly one of path, duckdb, postgres_env.',
        ),
        ("- {schema: main}", "allowed: exactly one of path, duckdb, postgres_env."),
        (
            "- {path: a, tables: [b]}",
            "allowed: schema and tables beside duckdb or postgres_env alone.",
        ),
        ("- {pth: a}", "nearest is 'path'."),
    ],
)
def test_a_mistake_is_told(read, text, sentence):
    rows = read(f"locations:\n  {text}\n").fetchall()
    assert [row[2] for row in rows] == ["error"]
    assert rows[0][1].endswith(sentence)
    assert "inputs.yaml, line 2: " in rows[0][1]


def test_an_address_is_refused_without_being_repeated(read):
    rows = read("locations:\n  - postgres_env: postgresql://reader:secret@db/ads\n")
    ((_, sentence, tier, *_),) = rows.fetchall()
    assert tier == "error"
    assert sentence.endswith(
        "locations, item 1,.postgres_env is not the name of an environment variable; allowed: text "
        "such as ADS_DATABASE or null."
    )
    assert "secret" not in sentence
    assert locations_in(rows) == []
