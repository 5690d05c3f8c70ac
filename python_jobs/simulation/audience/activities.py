"""The account's activity history: edits of budgets, of the status and of targeting.

Events and the shape of their `extra_data` are those of the Marketing API's ad account activities.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from python_jobs.simulation.account import ApiObject
from python_jobs.simulation.audience.build import AudienceCustomer
from python_jobs.simulation.audience.targeting import name_of
from python_jobs.simulation.clock import seconds_of, utc_offset_hours
from python_jobs.simulation.objects_writer import minor_units

STATUS_CODE = {"Active": 1, "Inactive": 15}


@dataclass(frozen=True)
class Edit:
    """One edit. Budgets in currency units, texts as the API has them."""

    level: str  # 'campaign' or 'adset'
    entity_id: str
    name: str
    change: str  # 'budget', 'status' or 'targeting'
    old: str
    new: str
    day: date
    hour: float = 9.25  # local time

    @property
    def utc(self) -> str:
        """`2026-03-05T14:10:00+0000`."""
        local = np.array([seconds_of(self.day, self.hour)])
        seconds = local - 3600 * utc_offset_hours(local)
        stamp: str = np.datetime_as_string(seconds.astype("datetime64[s]"))[0]
        return f"{stamp}+0000"


def edits(account: AudienceCustomer) -> list[Edit]:
    """Return all edits of the records, in order of time."""
    customer, draft = account.customer, account.draft
    history, ad_sets, names = customer.history, customer.ad_sets, customer.account
    days, found = draft.spec.days, list[Edit]()
    for holder in range(ad_sets.holders):
        place = int(np.flatnonzero(ad_sets.holder == holder)[0])
        plan, campaign = draft.ad_sets[place], int(ad_sets.campaign[place])
        if names.campaign_holds_budget[campaign]:
            who = ("campaign", names.campaign_ids[campaign], names.campaign_names[campaign])
        else:
            who = ("adset", names.ad_set_ids[place], name_of(plan))
        budgets = history.budgets[:, holder]
        kept = budgets[0]
        for day in np.flatnonzero(np.diff(budgets)) + 1:
            if day < ad_sets.first_day[place]:
                continue
            before, after, on = budgets[day - 1], budgets[day], history.dates[day]
            if before == 0 or after == 0:
                words = ("Active", "Inactive") if after == 0 else ("Inactive", "Active")
                found.append(Edit(*who, "status", *words, on))
            if after > 0 and abs(after - kept) > 0.005:
                found.append(Edit(*who, "budget", f"{kept:.2f}", f"{after:.2f}", on, 9.5))
            kept = after or kept
    for place, plan in enumerate(draft.ad_sets):
        for ago in plan.resets:
            on = history.first_day + timedelta(days=days - ago)
            who = ("adset", names.ad_set_ids[place], name_of(plan))
            found.append(Edit(*who, "targeting", "[]", "[]", on, 10.0))
    return sorted(found, key=lambda edit: (edit.day, edit.hour, edit.entity_id))


def activity_objects(account: AudienceCustomer, as_of: date) -> list[ApiObject]:
    """Return the edits before `as_of` as events of the API."""
    return [_event(account, edit) for edit in edits(account) if edit.day < as_of]


def _event(account: AudienceCustomer, edit: Edit) -> ApiObject:
    level = "ad_set" if edit.level == "adset" else edit.level
    kind = {"status": "run_status", "targeting": "target_spec"}.get(edit.change, edit.change)
    extra: ApiObject = {"old_value": edit.old, "new_value": edit.new}
    if edit.change == "budget":
        extra = {
            f"{side}_value": {
                "type": "payment_amount",
                "currency": account.customer.account.currency,
                f"{side}_value": int(minor_units(float(amount))),
                "additional_value": "Per day",
            }
            for side, amount in (("old", edit.old), ("new", edit.new))
        }
    elif edit.change == "status":
        codes = {"old_value": STATUS_CODE[edit.old], "new_value": STATUS_CODE[edit.new]}
        extra["run_status"] = codes
    else:
        extra = {"old_value": [], "new_value": []}
    return {
        "event_type": f"update_{level}_{kind}",
        "event_time": edit.utc,
        "extra_data": json.dumps(extra, separators=(",", ":")),
        "object_id": edit.entity_id,
        "object_name": edit.name,
        "object_type": edit.level.upper(),
        "actor_id": "1",
        "actor_name": "Simulated buyer",
    }
