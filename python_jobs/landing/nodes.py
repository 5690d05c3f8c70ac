"""Objects of the Marketing API wherever they stand in a document: alone, in lists, inside others.

An answer may be a list of ad sets, an envelope `{"data": [...]}`, or an account with its campaigns,
their ads and the ads' insights inside (field expansion). SQL walks down from the outermost objects
one containment at a time and hands every object what it inherits: the ids and names of the account,
campaign, ad set and ad it stands in. Documents of somebody's own making ("odd") are first put into
that form by `regroup`.
"""

import re
from typing import Any

# what an object inside another one is, by the key it stands under
CONTAINERS = {
    "campaigns": "campaign",
    "campaign": "campaign",
    "adsets": "adset",
    "adset": "adset",
    "ads": "ad",
    "adcreatives": "creative",
    "creative": "creative",
    "customaudiences": "custom_audience",
    "insights": "insights",
    "objects": None,
}
# in a document of somebody's own making the key need only contain the word
_WORDS = {
    "creative": "adcreatives",
    "audience": "customaudiences",
    "adset": "adsets",
    "campaign": "campaigns",
    "ads": "ads",
}
_TYPE_BY_KEYS = {
    "insights": ("date_start",),
    "account": ("account_status", "timezone_name", "amount_spent"),
    "creative": (
        "object_story_spec",
        "object_type",
        "effective_object_story_id",
        "asset_feed_spec",
        "image_hash",
        "thumbnail_url",
    ),
    "custom_audience": (
        "approximate_count_lower_bound",
        "lookalike_spec",
        "retention_days",
        "subtype",
    ),
    "ad": ("tracking_specs", "creative"),
    "adset": ("campaign_id", "targeting", "optimization_goal", "billing_event"),
    "campaign": ("objective", "buying_type", "special_ad_categories"),
}
_ACCOUNT_ID = re.compile(r"act_\d+")
_PLAIN = ("id", "name", "account_id", "campaign_id", "adset_id", "currency", "objective")

# keys that are looked at; of what is no object all are null
_PARSED = (
    "{"
    + ", ".join(
        f'"{key}": "JSON"'
        for key in dict.fromkeys(
            [*_PLAIN, *CONTAINERS, *(key for keys in _TYPE_BY_KEYS.values() for key in keys)]
        )
    )
    + "}"
)


def _type_by_keys() -> str:
    branches = "".join(
        f" when coalesce({', '.join(f'p.{key}' for key in keys)}) is not null then '{object_type}'"
        for object_type, keys in _TYPE_BY_KEYS.items()
    )
    return f"""case
        when starts_with(p.id ->> '$', 'act_') then 'account'
        when json_exists(json, '$.adset_id') and p.date_start is null then 'ad'
        {branches}
    end"""


def nodes_sql() -> str:
    """Write SQL over `source` (filename, json): `nodes`, one row per object and insights row.

    Columns: filename, place (a list that orders them as in the file), object_type, json, and what
    holds for it: account_id, account_currency, objective, id and name of campaign, ad set and ad.
    """
    # a list or an object in the place of an id is none
    text = {
        key: f"if(json_type(p.{key}) not in ('ARRAY', 'OBJECT'), p.{key} ->> '$', null)"
        for key in _PLAIN
    }
    levels = ("campaign", "adset", "ad")
    inherited = ["account_id", "account_currency", "objective"]
    inherited += [f"{level}_{part}" for level in levels for part in ("id", "name")]
    known = f"""
        coalesce({text["account_id"]}, if(object_type = 'account', {text["id"]}, account_id))
            as account_id,
        if(object_type = 'account', {text["currency"]}, account_currency) as account_currency,
        if(object_type = 'campaign', {text["objective"]}, objective) as objective,
        {", ".join(_own_or_inherited(level, text) for level in levels)}"""
    children = ", ".join(
        f"""list_transform({_items(f"p.{key}")}, lambda item, position: {{
            'place': [{number}, position], 'type': {f"'{kind}'" if kind else "null::varchar"},
            'json': item}})"""
        for number, (key, kind) in enumerate(CONTAINERS.items())
    )
    nothing = ", ".join(f"null::varchar as {column}" for column in inherited)
    return f"""
        outermost as (
            select filename, row_number() over () as record, {_items("json")} as items from source
        ),
        nodes as (
            select filename, place, json, p, {_type_by_keys()} as object_type, {known}
            from (
                select *, from_json(json, '{_PARSED}') as p
                from (
                    select
                        filename, [record, unnest(range(1, len(items) + 1))] as place,
                        unnest(items) as json, {nothing}
                    from outermost
                )
            )
            union all
            select
                filename, list_concat(outer_place, place) as place, json, p,
                coalesce(type, {_type_by_keys()}) as object_type, {known}
            from (
                select *, from_json(json, '{_PARSED}') as p
                from (
                    select
                        filename, place as outer_place, {", ".join(inherited)},
                        unnest(flatten([{children}]), max_depth := 2)
                    from nodes
                )
            )
        )"""


def _own_or_inherited(level: str, text: dict[str, str]) -> str:
    """Write SQL for the id and name of a level; insights are of the object that they stand in."""
    own_id = text.get(f"{level}_id", "null")
    return f"""
        case object_type
            when '{level}' then {text["id"]}
            when 'insights' then coalesce({level}_id, {own_id})
            else coalesce({own_id}, {level}_id)
        end as {level}_id,
        if(object_type = '{level}', {text["name"]}, {level}_name) as {level}_name"""


def _items(json: str) -> str:
    """Write SQL for what a JSON value holds: its own items, those of `data`, or itself."""
    return f"""case
        when json_type({json}) = 'ARRAY' then from_json({json}, '["JSON"]')
        when json_type({json}, '$.data') = 'ARRAY' then from_json({json} -> '$.data', '["JSON"]')
        when json_type({json}) = 'OBJECT' then [{json}]
        else []
    end"""


def regroup(document: Any) -> list[dict[str, Any]]:
    """Make account documents, objects and insights inside, of a document of any making."""
    accounts: dict[str, dict[str, Any]] = {}
    for account in _accounts(document):
        accounts.setdefault(account["id"], {}).update(account)
    default = next(iter(accounts)) if len(accounts) == 1 else ""
    _collect("", document, default, accounts)
    return list(accounts.values())


def _accounts(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [account for item in value for account in _accounts(item)]
    if not isinstance(value, dict):
        return []
    found = [{"id": key} for key in value if _ACCOUNT_ID.fullmatch(key)]
    if isinstance(value.get("id"), str) and _ACCOUNT_ID.fullmatch(value["id"]):
        found.append({k: v for k, v in value.items() if not isinstance(v, dict | list)})
    return found + [account for item in value.values() for account in _accounts(item)]


def _collect(key: str, value: Any, account: str, accounts: dict[str, dict[str, Any]]) -> None:
    if isinstance(value, list):
        for item in value:
            _collect(key, item, account, accounts)
    elif isinstance(value, dict):
        if "date_start" in value and "id" not in value:
            _put("insights", value, account, accounts)
        elif "id" in value and not _ACCOUNT_ID.fullmatch(str(value["id"])):
            word = next((word for word in _WORDS if word in key.replace("_", "").lower()), None)
            _put(_WORDS[word] if word else "objects", value, account, accounts)
        else:
            for inner, item in value.items():
                own = inner if _ACCOUNT_ID.fullmatch(inner) else account
                _collect(key if inner == "data" else inner, item, own, accounts)


def _put(
    container: str, item: dict[str, Any], account: str, accounts: dict[str, dict[str, Any]]
) -> None:
    document = accounts.setdefault(account, {})
    document.setdefault(container, []).append(item)
