"""An account of the audience side as staging shows it, without files in between.

What `simulation/tables.py` gives, with the account's activity history, and the tables that only
the audience side reads: ads, creatives, custom audiences and breakdowns. A test compares them with
what landing and staging make of the files of `writers.py`.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa

from python_jobs.config.load import Parameter
from python_jobs.simulation.ads import ALL_FORMATS
from python_jobs.simulation.audience.activities import Edit, edits
from python_jobs.simulation.audience.build import AudienceCustomer
from python_jobs.simulation.audience.writers import BREAKDOWNS
from python_jobs.simulation.breakdowns_writer import NAMES, BreakdownRequest, breakdown_days
from python_jobs.simulation.curves import Ints
from python_jobs.simulation.levels import entity_keys, level_days
from python_jobs.simulation.objects_writer import (
    ad_objects,
    creative_objects,
    custom_audience_objects,
)
from python_jobs.simulation.tables import (
    DATE,
    MOMENT,
    MONEY,
    SUM_OF_MONEY,
    TEXT,
    Columns,
    Tables,
    _days,
    _moments,
    _money,
    _picked,
    _repeated,
    _texts,
    make_tables,
)

BREAKDOWN_COLUMNS = (
    "age",
    "gender",
    "country",
    "region",
    "publisher_platform",
    "platform_position",
    "device",
    "other_breakdown",
)


def make_audience_tables(
    account: AudienceCustomer,
    as_of: date,
    parameters: Sequence[Parameter],
    run_id: str,
    *,
    breakdowns: tuple[BreakdownRequest, ...] = BREAKDOWNS,
) -> Tables:
    """Return all tables that models of budget and audience side read, as visible on `as_of`.

    Raises:
        ValueError: no day is over on `as_of`.

    """
    tables = make_tables(account.customer, as_of, parameters, run_id)
    own: dict[str, Columns] = {
        "stg_meta__activities": _activities(account, as_of),
        "stg_meta__ads": _ads(account, as_of),
        "stg_meta__creatives": _creatives(account),
        "stg_meta__custom_audiences": _custom_audiences(account),
    }
    tables |= {("staging", name): pa.table(columns) for name, columns in own.items()}
    parts = [pa.table(_breakdown(account, as_of, request)) for request in breakdowns]
    tables["staging", "stg_meta__breakdowns"] = pa.concat_tables(parts)
    return tables


def _activities(account: AudienceCustomer, as_of: date) -> Columns:
    made = [edit for edit in edits(account) if edit.day < as_of]
    words = {"Active": "active", "Inactive": "paused"}

    def of_budget(edit: Edit, amount: str) -> Decimal | None:
        return Decimal(amount) if edit.change == "budget" else None

    return {
        "account_id": pa.array([account.customer.account.account_id] * len(made), TEXT),
        "entity_level": pa.array([edit.level for edit in made], TEXT),
        "entity_id": pa.array([edit.entity_id for edit in made], TEXT),
        "entity_name": pa.array([edit.name for edit in made], TEXT),
        "change_type": pa.array([edit.change for edit in made], TEXT),
        "changed_at": pa.array([datetime.fromisoformat(edit.utc) for edit in made], MOMENT),
        "changed_on": pa.array([edit.day for edit in made], DATE),
        "old_value": pa.array([words.get(edit.old, edit.old) for edit in made], TEXT),
        "new_value": pa.array([words.get(edit.new, edit.new) for edit in made], TEXT),
        "budget_period": pa.array(
            ["daily" if edit.change == "budget" else None for edit in made], TEXT
        ),
        "old_budget": pa.array([of_budget(edit, edit.old) for edit in made], MONEY),
        "new_budget": pa.array([of_budget(edit, edit.new) for edit in made], MONEY),
    }


def _ads(account: AudienceCustomer, as_of: date) -> Columns:
    items = ad_objects(account.customer, as_of)
    creatives = dict(zip(account.customer.account.ad_ids, _creative_ids(account), strict=True))
    return {
        "ad_id": _texts(items, "id"),
        "account_id": _texts(items, "account_id"),
        "campaign_id": _texts(items, "campaign_id"),
        "adset_id": _texts(items, "adset_id"),
        "ad_name": _texts(items, "name"),
        "status": _texts(items, "status"),
        "effective_status": _texts(items, "effective_status"),
        "creative_id": pa.array([creatives[str(item["id"])] for item in items], TEXT),
        "created_at": _moments(items, "created_time"),
    }


def _creative_ids(account: AudienceCustomer) -> list[str]:
    ids = account.customer.account.creative_ids
    return [ids[place] for place in account.customer.ads.creative.tolist()]


def _creatives(account: AudienceCustomer) -> Columns:
    items = creative_objects(account.customer)
    formats = account.customer.ads.creative_format.tolist()
    return {
        "creative_id": _texts(items, "id"),
        "account_id": _texts(items, "account_id"),
        "creative_name": _texts(items, "name"),
        "object_type": _texts(items, "object_type"),
        "url_tags": _texts(items, "url_tags"),
        "creative_format": pa.array([ALL_FORMATS[kind] for kind in formats], TEXT),
    }


def _custom_audiences(account: AudienceCustomer) -> Columns:
    items = custom_audience_objects(account.customer)
    lookalikes = [item.get("lookalike_spec") for item in items]

    def whole(name: str, kind: pa.DataType) -> pa.Array:
        return pa.array([item.get(name) for item in items], kind)

    return {
        "audience_id": _texts(items, "id"),
        "account_id": pa.array([account.customer.account.account_id] * len(items), TEXT),
        "audience_name": _texts(items, "name"),
        "subtype": _texts(items, "subtype"),
        "size_low": whole("approximate_count_lower_bound", pa.int64()),
        "size_high": whole("approximate_count_upper_bound", pa.int64()),
        "retention_days": whole("retention_days", pa.int32()),
        "lookalike_percent": pa.array([_percent(spec) for spec in lookalikes], pa.float64()),
        "lookalike_origin": pa.array([_origin(spec) for spec in lookalikes], TEXT),
    }


def _percent(spec: object) -> float | None:
    return float(spec["ratio"]) * 100 if isinstance(spec, dict) else None


def _origin(spec: object) -> str | None:
    return ", ".join(o["name"] for o in spec["origin"]) if isinstance(spec, dict) else None


def _breakdown(account: AudienceCustomer, as_of: date, request: BreakdownRequest) -> Columns:
    past = account.customer.until(as_of)
    days = past.history.days
    part = past.part(max(0, days - request.last_days) if request.last_days else 0, days)
    cells = breakdown_days(level_days(request.level, part, as_of), part, request)
    rows, keys = len(cells.day), entity_keys(request.level, part)
    dates = np.array(part.history.dates, dtype="datetime64[D]")

    def listed(values: Ints, unit: float) -> pa.Array:
        return pa.array(values / unit, mask=values == 0)

    labels = {
        name: _picked([label[place] for label in cells.labels], cells.cell)
        for place, name in enumerate(NAMES[request.kind])
    }
    return {
        "level": _repeated(request.level, rows),
        "account_id": _picked(keys["account_id"], cells.entity),
        "campaign_id": _picked(keys["campaign_id"], cells.entity),
        "adset_id": _picked(keys["adset_id"], cells.entity),
        "ad_id": _picked([None], np.zeros(rows, dtype=np.int64)),
        "entity_id": _picked(keys["adset_id"], cells.entity),
        **{
            name: labels.get(name, _picked([None], np.zeros(rows, dtype=np.int64)))
            for name in BREAKDOWN_COLUMNS
        },
        "campaign_name": pa.nulls(rows, TEXT),
        "adset_name": pa.nulls(rows, TEXT),
        "ad_name": pa.nulls(rows, TEXT),
        "spend": _money(cells.spend_cents, SUM_OF_MONEY),
        "impressions": pa.array(cells.impressions),
        "reach": pa.array(cells.reach),
        "link_clicks": pa.array(cells.link_clicks),
        "purchases": listed(cells.purchases, 1.0),
        "purchase_value": listed(cells.value_cents, 100.0),
        "date_day": _days(dates[cells.day]),
    }
