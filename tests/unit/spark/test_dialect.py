"""What differs between the engines, each on a query made by hand.

Spark itself is not among what the tests install: its side is compared as text.
"""

import pytest

from python_jobs.spark.dialect import spark_sql, spark_type

COLUMNS = {
    "s": {
        "t": {
            "whole": "INTEGER",
            "big": "BIGINT",
            "real": "DOUBLE",
            "money": "DECIMAL(18, 4)",
            "word": "VARCHAR",
            "day": "DATE",
            "other_day": "DATE",
            "wall": "TIMESTAMP",
            "moment": "TIMESTAMP WITH TIME ZONE",
            "words": "VARCHAR[]",
            "json": "JSON",
            "flag": "BOOLEAN",
        }
    }
}


def spark(expression: str) -> str:
    """Return a column as Spark reads it, on one line and without what names it."""
    text = " ".join(spark_sql(f"select {expression} as r from d.s.t", COLUMNS).split())
    assert text.startswith("SELECT ")
    assert text.endswith(" AS `r` FROM `s`.`t` AS `t`")
    text = text.removeprefix("SELECT ").removesuffix(" AS `r` FROM `s`.`t` AS `t`")
    return text.replace("`t`.", "").replace("`", "").replace("( ", "(").replace(" )", ")")


@pytest.mark.parametrize(
    ("duckdb", "expected"),
    [
        # DuckDB rounds doubles half to even, decimals half up; Spark cuts off
        ("cast(real as integer)", "CAST(RINT(real) AS INT)"),
        ("cast(money as bigint)", "CAST(ROUND(money) AS BIGINT)"),
        ("cast(whole as bigint)", "CAST(whole AS BIGINT)"),
        # a quotient of decimals has few digits in Spark
        ("money / whole", "CAST(money AS DOUBLE) / whole"),
        ("0.5 / whole", "CAST(0.5 AS DOUBLE) / whole"),
        ("real / whole", "real / whole"),
        ("avg(money)", "CAST(AVG(CAST(money AS DECIMAL(38, 16))) AS DOUBLE)"),
        ("avg(money) over ()", "AVG(CAST(money AS DOUBLE)) OVER ()"),
        # days
        ("day - other_day", "DATEDIFF(day, other_day)"),
        ("day + big", "day + CAST((big) AS INT)"),
        ("day - 7", "day - 7"),
        ("extract(isodow from day)", "EXTRACT(DAYOFWEEK_ISO FROM day)"),
        # nulls
        ("max_by(word, day)", "MAX_BY(word, day) FILTER(WHERE NOT word IS NULL)"),
        (
            "max_by(word, day) filter (where flag)",
            "MAX_BY(word, day) FILTER(WHERE flag AND NOT word IS NULL)",
        ),
        ("any_value(word)", "ANY_VALUE(word, TRUE)"),
        # what is JSON's null is text in Spark
        ("json ->> '$'", "NULLIF(GET_JSON_OBJECT(json, '$'), 'null')"),
        ("json ->> '$.a.b'", "GET_JSON_OBJECT(json, '$.a.b')"),
        ("json ->> word", r"GET_JSON_OBJECT(json, CONCAT('$[\'', word, '\']'))"),
        ("json_extract_string(json, '$.a[*].b')", "JSON_TEXTS(json, '$.a[*].b')"),
        ("cast(json as integer[])", "FROM_JSON(json, 'ARRAY<INT>')"),
        # parts, counted from 1 in DuckDB
        ("words[1]", "GET(words, 0)"),
        ("words[whole + 1]", "GET(words, (whole + 1) - 1)"),
        ("word[1]", "SUBSTRING(word, 0 + 1, 1)"),
        ("word[2:]", "SUBSTRING(word, 2)"),
        ("len(words)", "SIZE(words)"),
        ("length(word)", "LENGTH(word)"),
        # patterns
        ("regexp_full_match(word, 'a|b')", r"word RLIKE '^(?:a|b)\\z'"),
        (r"regexp_replace(word, '(a)', '\1$', 'g')", r"REGEXP_REPLACE(word, '(a)', '$1\\$')"),
        # lists
        (
            "list(word order by day) filter (where flag)",
            "NULLIF(TRANSFORM(ARRAY_SORT(COLLECT_LIST(STRUCT(day AS k0, word AS v)) "
            "FILTER(WHERE flag) RESPECT NULLS), e -> e.v), ARRAY())",
        ),
        (
            "list(distinct word order by word)",
            "NULLIF(ARRAY_SORT(ARRAY_DISTINCT(COLLECT_LIST(word) RESPECT NULLS)), ARRAY())",
        ),
        (
            "string_agg(distinct word, ', ' order by word) filter (where flag)",
            "ARRAY_JOIN(NULLIF(ARRAY_SORT(ARRAY_DISTINCT(COLLECT_LIST(word) FILTER(WHERE flag AND "
            "NOT word IS NULL) RESPECT NULLS)), ARRAY()), ', ')",
        ),
        ("list_position(words, word)", "NULLIF(ARRAY_POSITION(words, word), 0)"),
        # windows
        (
            "median(real) over (order by day rows between 6 preceding and current row)",
            "PERCENTILE(real, 0.5) OVER (ORDER BY day NULLS LAST "
            "rows BETWEEN 6 preceding AND CURRENT ROW)",
        ),
        (
            "count(distinct word) over (partition by day)",
            "SIZE(COLLECT_SET(word) OVER (PARTITION BY day))",
        ),
        # times
        (
            "try_strptime(word, '%Y-%m-%d')",
            "CAST(COALESCE(TRY_TO_TIMESTAMP(word, 'yyyy-M-d')) AS TIMESTAMP_NTZ)",
        ),
        (
            "try_strptime(word, ['%d %b %Y %I:%M %p', '%Y-%m-%dT%H:%M:%S%z'])",
            "COALESCE(TRY_TO_TIMESTAMP(word, 'd MMM yyyy h:m a'), "
            r"TRY_TO_TIMESTAMP(word, 'yyyy-M-d\'T\'H:m:s[XXX][XX][X]'))",
        ),
        ("timezone('UTC', moment)", "CAST(FROM_UTC_TIMESTAMP(moment, 'UTC') AS TIMESTAMP_NTZ)"),
        # texts
        ("format('{:,.2f}', real)", "FORMAT_NUMBER(real, 2)"),
        ("isfinite(real)", "ABS(real) < DOUBLE('infinity')"),
    ],
)
def test_an_expression(duckdb, expected):
    assert spark(duckdb) == expected


def test_whether_a_part_is_copied_is_left_to_spark():
    text = spark_sql("with a as not materialized (select word from s.t) from a", COLUMNS)
    assert "MATERIALIZED" not in text


def test_unions_by_name_are_put_in_order():
    text = spark_sql(
        "select word, day from s.t union all by name select day, whole, word from s.t", COLUMNS
    )
    one, other = text.replace("`", "").split("UNION ALL")
    assert " ".join(one.split()).startswith("SELECT t.word AS word, t.day AS day, NULL AS whole")
    assert " ".join(other.split()).startswith(
        "SELECT t.word AS word, t.day AS day, t.whole AS whole"
    )


def test_types_go_by_name_too():
    text = spark_sql(
        "with both as (select money, real from s.t union all by name select real, money from s.t)"
        " select money / 2 as half from both",
        COLUMNS,
    )
    assert "CAST(both.money AS DOUBLE) / 2" in text.replace("`", "")


def test_qualify_becomes_a_query_around():
    text = spark_sql(
        "select word, sum(real) as total from s.t group by word"
        " qualify row_number() over (order by sum(real) desc) = 1",
        COLUMNS,
    )
    text = " ".join(text.replace("`", "").split())
    assert text.startswith("SELECT word, total FROM ( SELECT")
    assert text.endswith("AS _t WHERE _kept")
    assert "QUALIFY" not in text


def test_json_each_becomes_a_list_of_variants():
    text = spark_sql("select e.key, e.value from s.t cross join json_each(t.json) as e", COLUMNS)
    assert "variant_explode(parse_json(`t`.`json`))" in text
    assert "CROSS JOIN LATERAL" in text


@pytest.mark.parametrize(
    ("duckdb", "expected"),
    [
        ("HUGEINT", "DECIMAL(38, 0)"),
        ("JSON", "STRING"),
        ("TIMESTAMP", "TIMESTAMP_NTZ"),
        ("TIMESTAMP WITH TIME ZONE", "TIMESTAMP"),
        ("VARCHAR[]", "ARRAY<STRING>"),
        ("STRUCT(goal VARCHAR, results DOUBLE)[]", "ARRAY<STRUCT<goal: STRING, results: DOUBLE>>"),
        ("DECIMAL(18,4)", "DECIMAL(18, 4)"),
    ],
)
def test_a_type(duckdb, expected):
    assert spark_type(duckdb) == expected
