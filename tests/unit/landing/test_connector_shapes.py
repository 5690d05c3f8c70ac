"""One account's days, as API pages and as each connector would keep them, land as the same."""

import json
from datetime import timedelta

import duckdb
import pytest

from python_jobs.simulation.account import make_account
from python_jobs.simulation.ads import draw_ads
from python_jobs.simulation.customer import record_customer
from python_jobs.simulation.history import History
from python_jobs.simulation.insights_writer import Request, insight_rows
from python_jobs.simulation.levels import entity_keys, level_days
from python_jobs.simulation.settings import WorldSettings
from python_jobs.simulation.shop import ShopSettings
from python_jobs.simulation.world import make_world

DAYS = 6
LISTS = ("actions", "action_values")
# entries under the names of their types, less those of no value, so that forms of a number are one
LANDED = """
    select
        level, account_id, coalesce(ad_id, adset_id, campaign_id) as entity_id,
        try_cast(date_start as date)::varchar as day,
        spend::decimal(18, 2)::varchar as spend, impressions::int as impressions,
        reach::int as reach, link_clicks::int as link_clicks,
        list_sort(list_transform(actions, lambda a: struct_pack(
            action_type := a.action_type, value := a.value::double,
            w1 := a.value_1d_click::double, w7 := a.value_7d_click::double,
            v1 := a.value_1d_view::double))) as actions,
        list_sort(list_transform(action_values, lambda a: struct_pack(
            action_type := a.action_type, value := a.value::double,
            w1 := a.value_1d_click::double, w7 := a.value_7d_click::double,
            v1 := a.value_1d_view::double))) as action_values
    from landing_insights
    order by all
"""


@pytest.fixture(scope="module")
def days():
    """Rows as the API gives them, by level."""
    settings = WorldSettings(seed=11, ad_sets=3, ad_sets_per_campaign=2)
    world = make_world(settings)
    history = History.of([world.step(world.start_budgets) for _ in range(DAYS)])
    ads = draw_ads(settings, world.ad_sets, days=DAYS)
    customer = record_customer(
        settings.seed,
        world.ad_sets,
        history,
        ads=ads,
        account=make_account(world.ad_sets, ads),
        shop=ShopSettings(earlier_days=1),
    )
    as_of = history.first_day + timedelta(days=DAYS)
    return {
        level: [
            json.loads(row)
            for row in insight_rows(
                level_days(level, customer, as_of), entity_keys(level, customer), Request(level)
            )
        ]
        for level in ("ad", "campaign")
    }


def pages(level, rows):
    return {f"{level}.json": {"data": rows}}


def fivetran(level, rows):
    """A report and two tables of actions, joined by a key of the connector's own."""
    windows = {"1d_click": "_1_d_click", "7d_click": "_7_d_click", "1d_view": "_1_d_view"}
    tables = {
        f"basic_{level}": [],
        f"basic_{level}_actions": [],
        f"basic_{level}_action_values": [],
    }
    for number, row in enumerate(rows):
        key = {"_fivetran_id": f"k{number}", "date": row["date_start"]}
        key[f"{level}_id"] = row[f"{level}_id"]
        fields = ("account_id", "spend", "impressions", "reach", "inline_link_clicks")
        tables[f"basic_{level}"].append(
            {**key, **{field: row[field] for field in fields}, "_fivetran_synced": "2026-03-20"}
        )
        for name in LISTS:
            tables[f"basic_{level}_{name}"] += [
                {
                    **key,
                    "index": place,
                    "action_type": entry["action_type"],
                    "value": entry["value"],
                    **{column: entry.get(window) for window, column in windows.items()},
                }
                for place, entry in enumerate(row.get(name, []))
            ]
    return {f"fivetran/{name}": rows for name, rows in tables.items()}


def dlt(level, rows):
    """A table and its children, joined by the parent's id."""
    tables = {"facebook_insights": []} | {f"facebook_insights__{name}": [] for name in LISTS}
    no_ids = {name: f"no_{name}" for name in ("campaign_id", "adset_id", "ad_id")}
    for number, row in enumerate(rows):
        plain = {key: value for key, value in row.items() if key not in LISTS}
        days = {key: f"{row[key]}T00:00:00Z" for key in ("date_start", "date_stop")}
        tables["facebook_insights"].append({**no_ids, **plain, **days, "_dlt_id": f"p{number}"})
        for name in LISTS:
            tables[f"facebook_insights__{name}"] += [
                {
                    "action_type": entry["action_type"],
                    "value": entry["value"],
                    "_1d_click": entry.get("1d_click"),
                    "_7d_click": entry.get("7d_click"),
                    "_1d_view": entry.get("1d_view"),
                    "_dlt_parent_id": f"p{number}",
                    "_dlt_list_idx": place,
                    "_dlt_id": f"{name}{number}.{place}",
                }
                for place, entry in enumerate(row.get(name, []))
            ]
    return {f"{level}/{name}": rows for name, rows in tables.items()}


def airbyte(level, rows):
    """Typed columns, numbers as numbers, each day taken twice: first without late purchases."""
    numbers = ("spend", "impressions", "reach", "clicks", "inline_link_clicks")
    typed = []
    for row in rows:
        lists = {
            name: [
                {key: v if key == "action_type" else float(v) for key, v in entry.items()}
                for entry in row[name]
            ]
            for name in LISTS
            if name in row
        }
        later = {**row, **{number: float(row[number]) for number in numbers}, **lists}
        earlier = {**later, "spend": 0.01, "actions": None}
        typed += [
            {"_airbyte_extracted_at": "2026-03-20T06:00:00Z", **later},
            {"_airbyte_extracted_at": "2026-03-19T06:00:00Z", **earlier},
        ]
    return {f"{level}_insights": typed}


def airbyte_raw(level, rows):
    return {
        name: [
            {
                "_airbyte_raw_id": str(number),
                "_airbyte_data": {k: v for k, v in row.items() if not k.startswith("_")},
                "_airbyte_extracted_at": row["_airbyte_extracted_at"],
            }
            for number, row in enumerate(typed)
        ]
        for name, typed in airbyte(level, rows).items()
    }


def written(name, rows, form, folder):
    """A table as a file of some form, made by DuckDB alone."""
    source, target = folder / "rows.jsonl", folder / f"table.{form}"
    keys = list(dict.fromkeys(key for row in rows for key in row))
    source.write_text("".join(json.dumps({k: row.get(k) for k in keys}) + "\n" for row in rows))
    if form == "jsonl":
        return {f"{name}.jsonl": source.read_text()}
    if form == "csv":
        nested = [key for key in keys if any(isinstance(row.get(key), list | dict) for row in rows)]
        as_json = ", ".join(f'to_json("{key}")::varchar as "{key}"' for key in nested)
        select = f"* replace ({as_json})" if nested else "*"
        duckdb.sql(f"copy (select {select} from '{source}') to '{target}' (header)")
    else:
        duckdb.sql(f"copy (from '{source}') to '{target}'")
    return {f"{name}.{form}": target.read_bytes()}


FORMS = {fivetran: ("csv", "parquet")}


@pytest.mark.parametrize("shape", [fivetran, dlt, airbyte, airbyte_raw])
def test_a_connector_changes_nothing(raw, tmp_path, days, shape):
    for level, rows in days.items():
        raw.add(pages(level, rows))
    expected = raw.land().rows(LANDED)
    assert len(expected) > 2 * DAYS
    for form in FORMS.get(shape, ("csv", "parquet", "jsonl")):
        for file in [file for file in raw.folder.rglob("*") if file.is_file()]:
            file.unlink()
        for level, rows in days.items():
            for name, table in shape(level, rows).items():
                raw.add(written(name, table, form, tmp_path))
        raw.land()
        assert raw.gate() == [], form
        assert raw.rows("from landing_rejected_rows") == [], form
        assert raw.rows(LANDED) == expected, form
