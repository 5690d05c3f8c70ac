"""A day table written in any way that people have one, and read back, is the same to the cent."""

import shutil
from datetime import date, timedelta
from decimal import Decimal

import pytest
from day_tables import (
    COUNTS,
    LAYOUTS,
    LEVELS,
    MEASURES,
    MONEY,
    DayTable,
    Writing,
    in_container,
    languages,
)
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

# from landing to the rows of days that the daily results are made of
STAGED = (
    "landing_default_account",
    "landing_insight_values",
    "landing_latest_objects",
    "stg_meta__accounts",
    "stg_meta__ads",
    "stg_meta__adsets",
    "stg_meta__campaigns",
    "stg_meta__entities",
    "stg_meta__insight_entities",
    "stg_meta__insights",
)
PARAMETERS = ("account.account_id", "account.currency", "account.time_zone")
# with what splits tables, with what looks like a number, and in the world's scripts
NAMES = st.sampled_from(
    ("Broad, 18-65", 'Été; "soldes"', "007", "1,234", "春のセール", "Продажи", "عروض", "It's | on")
) | st.text("aZ09 ,;'\"&-_|éñ", min_size=1, max_size=8).map("N{}N".format)
DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp1252")
NUMBERS = (
    "1234.56",
    "1,234.56",
    "$1,234.56",
    "1\u2019234.56",
    "1234,56",
    "1.234,56",
    "1\u00a0234,56",
)
DATES = ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%-m/%-d/%Y", "%d.%m.%Y")


@st.composite
def tables(draw):
    """A few entities of one level over a few days, on some of which nothing ran."""
    level = draw(st.sampled_from(LEVELS))
    currency, digits = draw(st.sampled_from((("USD", 2), ("EUR", 2), ("JPY", 0), ("VND", 0))))
    money = st.integers(0, 300_000_000).map(lambda units: Decimal(units).scaleb(-digits))
    measured = st.fixed_dictionaries(
        {
            "spend": money,
            # four digits tell points of thousands from those of cents, whatever the money is
            "impressions": st.integers(1_000, 9_999_999),
            "clicks_all": st.integers(0, 99_999),
            "link_clicks": st.integers(0, 99_999),
            "purchases": st.none() | st.integers(1, 4_000),
            "purchase_value": st.none() | money,
        }
    )
    nothing = dict.fromkeys(COUNTS[:3], 0) | {"spend": Decimal(0).scaleb(-digits)}
    nothing |= {"purchases": None, "purchase_value": None}
    # from the 13th on every date tells its day from its month
    start = date(2026, 3, draw(st.integers(13, 27)))
    days = [start + timedelta(days) for days in range(draw(st.integers(1, 5)))]
    entities = [{}]
    for number in range(LEVELS.index(level) + 1):
        names = draw(st.lists(NAMES, min_size=1, max_size=2, unique=True))
        entities = [
            entity
            | {
                f"{LEVELS[number]}_id": f"1202{number}00000000{place:02}{child:03}"[-18:],
                f"{LEVELS[number]}_name": name,
            }
            for place, entity in enumerate(entities)
            for child, name in enumerate(names)
        ]
    pairs = [entity | {"day": day} for entity in entities for day in days]
    rows = [pairs[0] | draw(measured)]
    rows += [pair | draw(st.just(nothing) | measured) for pair in pairs[1:]]
    return DayTable(level, currency, tuple(draw(st.permutations(rows))))


@st.composite
def writings(draw):
    """A layout and all that there is to its files."""
    return Writing(
        layout=draw(st.sampled_from(tuple(LAYOUTS))),
        with_ids=draw(st.booleans()),
        language=draw(st.sampled_from(languages())),
        synonym=draw(st.integers(0, 2)),
        delimiter=draw(st.sampled_from(DELIMITERS)),
        encoding=draw(st.sampled_from(ENCODINGS)),
        numbers=draw(st.sampled_from(NUMBERS)),
        dates=draw(st.sampled_from(DATES)),
        files=draw(st.integers(1, 3)),
        container=draw(st.sampled_from((None, None, "zip", "gzip"))),
        page_size=draw(st.integers(1, 7)),
        extras=draw(st.booleans()),
    )


def days_written(table):
    """What the daily rows must be: measures by entity and day, less days on which nothing ran."""
    return {
        (*(row[key] for key in table.naming(with_ids=False)), row["day"]): tuple(
            row[measure] for measure in MEASURES
        )
        for row in table.with_delivery().rows
    }


def days_read(raw, table, rows):
    """The same of a table of the warehouse; `rows` is SQL for it and which of its rows."""
    names = table.naming(with_ids=False)
    sums = ", ".join(f"sum({measure})" for measure in MEASURES)
    found = raw.rows(f"""
        select {", ".join(names)}, date_day, {sums}
        from {rows} and level = '{table.level}' and (spend <> 0 or impressions <> 0)
        group by all""")
    return {
        row[: len(names) + 1]: tuple(
            value if value is None else round(Decimal(value), 2) if measure in MONEY else value
            for measure, value in zip(MEASURES, row[len(names) + 1 :], strict=True)
        )
        for row in found
    }


@pytest.fixture(scope="session")
def staged_sql(compiled):
    """Compiled text of the models from landing to the daily rows."""
    return compiled("--select", *STAGED)


@pytest.fixture
def staged(raw, staged_sql):
    """Lands files into an emptied raw folder and stages them."""
    raw.connection.execute("create schema staging")
    for column in ("currencies alter minor_unit_offset", "action_priority alter priority"):
        raw.connection.execute(f"alter table seeds.{column} type int")
    raw.connection.executemany(
        "insert into landing.landing_parameters values (?, ?)",
        [*((name, "null") for name in PARAMETERS), ("targets.value_per_result", "{}")],
    )

    def stage(files):
        shutil.rmtree(raw.folder, ignore_errors=True)
        raw.folder.mkdir()
        raw.land(files).judge()
        for model in STAGED:
            schema = "landing" if model.startswith("landing") else "staging"
            raw.connection.execute(
                f"create or replace table {schema}.{model} as {staged_sql[model]}"
            )
        return raw

    return stage


# landing a folder costs more than the files in it: a few folders of many files show more
@settings(
    max_examples=6,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(table=tables(), ways=st.lists(writings(), min_size=4, max_size=7))
def test_a_day_table_comes_back_from_any_file(staged, table, ways):
    files = {}
    for number, how in enumerate(ways):
        plain = LAYOUTS[how.layout](table, how)
        for name, content in plain.items():
            note(f"{number}/{name}:\n{content!r}")
        for name, content in in_container(plain, how).items():
            files[f"{number}/{name}"] = content
    raw = staged(files)
    assert raw.gate() == []
    assert raw.rows("from landing_rejected_rows") == []
    written = days_written(table)
    for number, how in enumerate(ways):
        rows = f"""
            landing.landing_insight_values inner join landing.landing_files using (file_id)
            where file_path like '{number}/%'"""
        assert days_read(raw, table, rows) == written, how
    # all of them tell of the same days, which count once
    assert days_read(raw, table, "staging.stg_meta__insights where true") == written
