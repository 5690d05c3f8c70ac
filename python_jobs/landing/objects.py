"""Accounts, campaigns, ad sets, ads, creatives and custom audiences as the API described them."""

from typing import Any

from python_jobs.landing.columns import OBJECTS
from python_jobs.landing.connectors import objects_columns
from python_jobs.landing.personal import without_personal
from python_jobs.landing.scan import Scan, files_to_read, landed, scan_nodes
from python_jobs.landing.tables import scan_table
from python_jobs.landing.wrapped import scan_wrapped

# a page's address for the next page carries the access token; what an object contains has rows of
# its own
_REMOVED = (
    "insights",
    "paging",
    "access_token",
    "campaigns",
    "adsets",
    "ads",
    "adcreatives",
    "customaudiences",
    "objects",
)


def land_objects(session: Any, inventory: Any, already_read: str | None) -> Any:
    """Read the objects of files not yet read: relation of `columns.OBJECTS`.

    Has a row for every object wherever it stands in a file and one for every problem met.
    """
    scans: list[Scan] = []
    all_files = []
    for plan, files in files_to_read(session, inventory, ["objects"], already_read):
        table = f"landing_objects_{len(scans)}"
        if plan["shape"] == "objects":
            scans.append(scan_table(session, table, files, plan, objects_columns(plan)))
        elif plan["shape"] == "wrapped":
            scans.append(scan_wrapped(session, table, files, plan, _SELECT, tells=True))
        else:
            scans.append(scan_nodes(session, table, files, plan, _SELECT))
        all_files += files
    return landed(
        session,
        "landing_objects",
        scans=scans,
        files=all_files,
        columns=OBJECTS,
        # audiences are named after people, and texts may hold their addresses
        select=f"scanned.* exclude (filename, n) replace ({without_personal('object')} as object)",
    )


_REMOVALS = ", ".join(f"'{key}', null" for key in _REMOVED)
_SELECT = f"""
    select
        filename,
        row_number() over (partition by filename order by place) as n,
        object_type,
        replace(p.id ->> '$', 'act_', '') as object_id,
        replace(account_id, 'act_', '') as account_id,
        json_merge_patch(
            json,
            json_object({_REMOVALS}),
            if(
                object_type in ('adset', 'ad') and campaign_id is not null,
                json_object('campaign_id', campaign_id), '{{}}'
            ),
            if(
                object_type = 'ad' and adset_id is not null,
                json_object('adset_id', adset_id), '{{}}'
            )
        )::varchar as object,
        null::varchar as problem
    from nodes
    where object_type <> 'insights'
        and json_type(p.id) not in ('NULL', 'ARRAY', 'OBJECT')
        -- an ad names its creative by id alone: that describes nothing
        and not (object_type = 'creative' and len(json_keys(json)) = 1)"""
