"""Functions that Spark lacks, against those of DuckDB that they stand for."""

import json

import duckdb
import pytest

from python_jobs.spark.functions import json_texts, strip_accents

TARGETING = json.dumps(
    {
        "geo_locations": {
            "countries": ["DE", "AT"],
            "regions": [{"name": "Tirol", "country": "AT"}],
            "cities": [{"name": "Bern", "country": "CH"}, {"key": "7"}],
        },
        "genders": [1, 2],
        "flexible_spec": [{"interests": [{"name": "Tea"}], "behaviors": [{"name": None}]}],
    }
)


@pytest.mark.parametrize(
    "path",
    [
        "$.geo_locations.countries[*]",
        "$.geo_locations.regions[*].name",
        "$.geo_locations.*[*].country",
        "$.flexible_spec[*].*[*].name",
        "$.genders[*]",
        "$.nothing[*].name",
    ],
)
def test_wildcards_find_what_duckdb_finds(path):
    [(expected,)] = duckdb.sql(
        "select json_extract_string(?, ?)", params=[TARGETING, path]
    ).fetchall()
    assert json_texts(TARGETING, path) == expected


def test_of_no_text_nothing_is_found():
    assert json_texts(None, "$.a[*]") is None


@pytest.mark.parametrize("text", ["Zürich Ação naïve ĞİŞ", "Łódź 25", "日本 가", "plain", "", None])
def test_accents_are_taken_off_as_by_duckdb(text):
    [(expected,)] = duckdb.sql("select strip_accents(?)", params=[text]).fetchall()
    assert strip_accents(text) == expected
