"""Tables of connectors - Fivetran, Airbyte, dlt, Singer - told by their columns.

A report may come as several tables: a row a day in one, its actions and their values a row each in
others, named after it: `basic_ad`, `basic_ad_actions`, `basic_ad_action_values`. The first is read,
and its plan names the others. Of campaigns, ad sets, ads and creatives there is a table each, often
with a row for every version; columns such as `targeting_age_min` are parts of one field of the API.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

# columns that a connector adds to every table
_SYSTEM_PREFIXES = ("_fivetran_", "_airbyte_", "_dlt_", "_sdc_", "_ab_")
# when a row was taken, the first that a table has
_TAKEN_AT = (
    "_airbyte_extracted_at",
    "_airbyte_emitted_at",
    "_fivetran_synced",
    "_sdc_extracted_at",
    "_sdc_batched_at",
    "_dlt_load_id",
)
_WRAPPED = "_airbyte_data"
_IDS = ("id", "account_id", "campaign_id", "adset_id")
# what a report's actions are put to its rows by
_REPORT_KEYS = ("_fivetran_id", "date", "account_id", "campaign_id", "adset_id", "ad_id")
# windows as Fivetran and dlt call them, whose columns cannot begin with a digit
_WINDOWS = {
    form: window
    for window in ("1d_click", "7d_click", "1d_view")
    for form in (window, f"_{window}", f"_{window[0]}_{window[1:]}")
}
# a table is of the first type of which it has a column
_TYPES = {
    "account": {"account_status", "timezone_name", "timezone_offset_hours_utc", "amount_spent"},
    "custom_audience": {"approximate_count", "approximate_count_lower_bound", "lookalike_spec"},
    "ad": {"adset_id", "ad_set_id"},
    "creative": {
        "asset_feed_spec",
        "asset_feed_spec_link_urls",
        "effective_object_story_id",
        "object_story_id",
        "object_story_spec",
        "template_page_link",
    },
    "adset": {"campaign_id"},
    "campaign": {
        "boosted_object_id",
        "budget_rebalance_flag",
        "buying_type",
        "objective",
        "smart_promotion_type",
        "special_ad_categories",
    },
}
# other platforms have campaigns too, and other words for these
_META_COLUMNS = {
    "account_id",
    "configured_status",
    "created_time",
    "effective_status",
    "updated_time",
}
_COMMON_TYPES = {"ad", "adset", "campaign"}
# a table of these alone may be of any type
_ANY_OBJECT = {"id", "name", "account_id", "status", "created_time", "updated_time"}
# columns of things that belong to an object and are none
_NOT_OBJECTS = {"ad_id", "form_id", "date", "date_start", "action_type"}
# fields of the API that Fivetran makes columns of, the longest first
_FIELDS_IN_COLUMNS = {
    "targeting_excluded_geo_locations_": ("targeting", "excluded_geo_locations"),
    "targeting_geo_locations_": ("targeting", "geo_locations"),
    "targeting_": ("targeting",),
    "promoted_object_": ("promoted_object",),
    "learning_stage_info_": ("learning_stage_info",),
    "bid_info_": ("bid_info",),
    "object_story_link_data_": ("object_story_spec", "link_data"),
    "asset_feed_spec_": ("asset_feed_spec",),
}
_FIELDS_OF_OTHER_NAMES = {
    "ad_set_id": ("adset_id",),
    "creative_id": ("creative", "id"),
    "targeting_optimization_types": ("targeting_optimization_types",),
    "template_page_link": ("object_story_spec", "template_data", "link"),
    "url_tags_string": ("url_tags",),
}


def is_system_column(header: str) -> bool:
    """Tell whether a column is of the connector's own making."""
    return header.lower().startswith(_SYSTEM_PREFIXES)


def is_table_of_lines(keys: Collection[str]) -> bool:
    """Tell whether JSON rows are those of a table, and no objects as the API gives them."""
    return _WRAPPED in keys or "_dlt_id" in keys


def wrapped_plan(headers: Sequence[str]) -> dict[str, Any] | None:
    """Plan of a table that holds one JSON document of the API a row, else None."""
    places = _places(headers)
    if _WRAPPED not in places:
        return None
    return {"shape": "wrapped", "data": places[_WRAPPED], **taken_at(headers)}


def taken_at(headers: Sequence[str]) -> dict[str, Any]:
    """Plan of the column that says when a row was taken; empty where there is none."""
    places = _places(headers)
    return next(({"taken_at": places[column]} for column in _TAKEN_AT if column in places), {})


def taken_at_key(row: Mapping[str, Any]) -> dict[str, Any]:
    """Plan of the key that says when a JSON row was taken; empty where there is none."""
    return next(({"taken_at_key": [key]} for key in _TAKEN_AT if key in row), {})


def actions_plan(headers: Sequence[str]) -> dict[str, Any] | None:
    """Plan of a table of actions, a row each, else None; only its name says of which report."""
    places = _places(headers)
    is_keyed = "_dlt_parent_id" in places or {"date", "date_start"} & places.keys()
    if not {"action_type", "value"} <= places.keys() or "spend" in places or not is_keyed:
        return None
    columns = {name: places[name] for name in ("action_type", "value")}
    columns |= {window: places[column] for column, window in _WINDOWS.items() if column in places}
    return {"cells": columns, "keys": _keys(places)}


def report_keys(headers: Sequence[str]) -> dict[str, int]:
    """Find the columns by which a report's actions are put to its rows."""
    return _keys(_places(headers))


def object_plan(headers: Sequence[str]) -> dict[str, Any] | None:
    """Plan of a table of objects, else None.

    Its `object_type` is None where the columns do not tell: the name may.
    """
    places = _places(headers)
    if "id" not in places or _NOT_OBJECTS & places.keys():
        return None
    own = {column: place for column, place in places.items() if not is_system_column(column)}
    known = {column.split("__")[0] for column in own}
    object_type = next((kind for kind, columns in _TYPES.items() if columns & known), None)
    if object_type is None and (len(own) == len(places) or not known <= _ANY_OBJECT):
        return None
    if object_type in _COMMON_TYPES and not _META_COLUMNS & known:
        return None
    fields = [[place, *_field(column)] for column, place in own.items()]
    return {"shape": "objects", "object_type": object_type, "fields": fields, **taken_at(headers)}


def objects_columns(plan: Mapping[str, Any]) -> str:
    """Write the select list of `columns.OBJECTS` over the cells of a table of objects."""
    ids: dict[str, str] = {}
    tree: dict[str, Any] = {}
    for place, *path in plan["fields"]:
        cell = f"nullif(c{place}, '')"
        if path[-1] in _IDS and len(path) == 1:
            cell = ids[path[0]] = bare_id(cell)
        elif path == ["url_tags"]:
            cell = _query_string(cell)
        put(tree, path, _json_value(cell))
    if "taken_at" in plan:
        tree["_taken_at"] = _json_value(f"c{plan['taken_at']}")
    return f"""
        '{plan["object_type"]}' as object_type,
        {ids["id"]} as object_id,
        {ids.get("account_id", "null::varchar")} as account_id,
        json_merge_patch('{{}}', {_json_object(tree)})::varchar as object,
        if(object_id is null, 'has no id', null) as problem"""


def bare_id(cell: str) -> str:
    """Write SQL for an id without what tools add to it.

    Pandas writes an id column with a gap in it as 120210000000.0, dlt `no_ad_id` where there is
    none.
    """
    return f"""case
        when starts_with({cell}, 'act_') then substr({cell}, 5)
        when ends_with({cell}, '.0') then left({cell}, length({cell}) - 2)
        when not starts_with({cell}, 'no_') then {cell}
    end"""


def row_key(keys: Mapping[str, int], shared: Iterable[str]) -> str:
    """Write SQL for the key by which actions and rows of a report find each other."""
    parts = []
    for name in shared:
        cell = f"c{keys[name]}"
        if name == "date":
            cell = f"left({cell}, 10)"
        elif not name.startswith("_"):
            cell = bare_id(cell)
        parts.append(f"coalesce({cell}, '')")
    return f"concat_ws('|', {', '.join(parts)})"


def _places(headers: Sequence[str]) -> dict[str, int]:
    return {header.strip().lower(): place for place, header in enumerate(headers)}


def _keys(places: Mapping[str, int]) -> dict[str, int]:
    """Name the key columns; dlt's parent is the row itself, and needs nothing else."""
    for column in ("_dlt_parent_id", "_dlt_id"):
        if column in places:
            return {"_dlt_id": places[column]}
    keys = {name: places[name] for name in _REPORT_KEYS if name in places}
    if "date_start" in places:
        keys["date"] = places["date_start"]
    if "ad_set_id" in places:
        keys["adset_id"] = places["ad_set_id"]
    return keys


_DEEPEST = 8
"""levels that the name of a column may have; objects of the API have four"""


def _field(column: str) -> list[str]:
    """Say where in the API's object a column stands."""
    if column in _FIELDS_OF_OTHER_NAMES:
        return list(_FIELDS_OF_OTHER_NAMES[column])
    parts = column.split("__")
    if 1 < len(parts) <= _DEEPEST and all(parts):
        return parts
    for prefix, path in _FIELDS_IN_COLUMNS.items():
        if column.startswith(prefix):
            return [*path, column.removeprefix(prefix)]
    return [column]


def put(tree: dict[str, Any], path: Sequence[str], value: str) -> None:
    """Put SQL where a path leads in a tree of objects; an object that has a column stays whole."""
    branch = tree
    for key in path[:-1]:
        branch = branch.setdefault(key, {})
        if not isinstance(branch, dict):
            return
    branch[path[-1]] = value


def json_key(key: str) -> str:
    """Write a key of a JSON object as SQL."""
    return "'" + json.dumps(key)[1:-1].replace("'", "''") + "'"


def _json_value(cell: str) -> str:
    """Write SQL for a cell as JSON: lists and objects as such, anything else as text."""
    return f"""case
        when regexp_matches({cell}, '^\\s*[\\[{{]') and json_valid({cell}) then {cell}::json
        when {cell} is not null then to_json({cell})
    end"""


def _query_string(cell: str) -> str:
    """Write SQL for URL tags as the API has them, also where they are a list of keys and values."""
    pairs = f'from_json({cell}, \'[{{"key":"VARCHAR","value":"VARCHAR"}}]\')'
    return f"""case
        when not starts_with({cell}, '[') or not json_valid({cell}) then {cell}
        else array_to_string(list_transform({pairs}, lambda t: concat(t.key, '=', t.value)), '&')
    end"""


def _json_object(tree: Mapping[str, Any]) -> str:
    """Write SQL for a JSON object of SQL values; of nothing but nulls, null.

    Each value stands in it once: twice at each level would be a text of gigabytes where a header
    names 26 of them.
    """
    pairs = ", ".join(
        f"{json_key(key)}, {_json_object(value) if isinstance(value, dict) else value}"
        for key, value in tree.items()
    )
    # a patch takes away what is null
    return f"nullif(json_merge_patch('{{}}', json_object({pairs}))::varchar, '{{}}')::json"
