"""Requests of the Marketing API, one JSON object a line, with the time each may be sent from.

`method`, `relative_url` and `params` are those of a request of the Graph API, as
`FacebookAdsApi.call` and its batches take them; the other keys say what it is for. Amounts are in
minor units. Requests that refer to each other's results carry the same `batch` and belong into one
batch call, in their order.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any

from python_jobs.exports.changes import Change, Row, minor_units, plain

Request = dict[str, Any]

AN_HOUR = timedelta(hours=1)
MOST_CHANGES = 4
"""times that Meta lets the budget of one ad set be changed within an hour, before it refuses any
for the next"""


def budget_requests(
    changes: Iterable[Change], earlier: Mapping[str, Sequence[datetime]], now: datetime
) -> list[Request]:
    """Make a request of each change, in the order of the times.

    Args:
        changes: in a known currency.
        earlier: per id the times from which requests of earlier files may be sent, in any order.
        now: with time zone.

    """
    requests: list[Request] = [
        {
            "not_before": _free_from(earlier.get(change.entity_id, ()), now).isoformat(),
            "method": "POST",
            "relative_url": change.entity_id,
            "params": _params(change),
            "budget_of": change.name,
            "currency": change.currency,
            "budget_before": plain(change.before, change.currency),
            "budget_after": plain(change.after, change.currency),
        }
        | ({"approved_by": change.approved_by} if change.approved_by else {})
        for change in changes
    ]
    return sorted(requests, key=itemgetter("not_before"))


def _params(change: Change) -> dict[str, Any]:
    if change.switches:
        return {"status": "ACTIVE" if change.after else "PAUSED"}
    return {"daily_budget": minor_units(change.after, str(change.currency))}


def _free_from(earlier: Sequence[datetime], now: datetime) -> datetime:
    """Return the first time from now on that comes after all earlier changes and not too soon."""
    times = sorted(earlier)
    free = [now.replace(microsecond=0), *times[-1:]]
    if len(times) >= MOST_CHANGES:
        free.append(times[-MOST_CHANGES] + AN_HOUR)
    return max(free).astimezone(UTC)


def planned_times(files: Iterable[Path]) -> dict[str, list[datetime]]:
    """Read from earlier files of requests, per id, from when on each may be sent.

    Raises:
        ValueError: a file is none of ours.

    """
    times: dict[str, list[datetime]] = {}
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                request = json.loads(line)
                at = datetime.fromisoformat(request["not_before"])
                times.setdefault(request["relative_url"], []).append(at)
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(
                    f"{file} holds a line that no export wrote: take the file out of the folder."
                ) from error
    return times


def lines(requests: Iterable[Request]) -> bytes:
    """Write requests, one a line; amounts as numbers."""
    texts = [json.dumps(request, ensure_ascii=False, default=float) for request in requests]
    return "".join(f"{text}\n" for text in texts).encode()


def recommendation_requests(adsets: Iterable[Row], audiences: Iterable[Row]) -> list[Request]:
    """Make the requests of those recommendations that are nothing but requests.

    Those are edits of targeting and bid, pauses, and new ad sets in a campaign there is, which are
    copies of their model, off and without ads. The others need a person: merges, ads, events.
    """
    requests: list[Request] = []
    for row in adsets:
        requests += _told(row, _edit(row))
    for row in audiences:
        if row["campaign_id"] and row["currency"]:
            requests += _told(row, _new(row))
    return requests


def undo_requests(adsets: Iterable[Row]) -> list[Request]:
    """Make the requests that take edits back: what each ad set's file had, and on again.

    An audience that was made stays, and so does a new ad set: it is off, and nobody knows its id
    before it is there.
    """
    return [
        request
        for row in adsets
        if (params := _setting(row, back=True))
        for request in _told(row, [_post(row["adset_ids"][0], params)])
    ]


def _told(row: Row, requests: list[Request]) -> list[Request]:
    """Say of requests what they are for; those that belong together say so."""
    about: Request = {"recommendation": row["recommendation_type"], "for": row["name"]}
    if row.get("approved_by"):
        about["approved_by"] = row["approved_by"]
    if len(requests) > 1:
        about["batch"] = f"{row['recommendation_type']} {row['rank']}"
    return [request | about for request in requests]


def _edit(row: Row) -> list[Request]:
    params = _setting(row)
    return [*_audience(row), _post(row["adset_ids"][0], params)] if params else []


def _setting(row: Row, *, back: bool = False) -> dict[str, Any]:
    """Return what an edit sets, or what was set before; nothing where it is no single request."""
    kind, ending = row["recommendation_type"], "_before" if back else ""
    bid, targeting = row[f"bid_amount{ending}"], row[f"targeting{ending}"]
    if kind == "pause":
        return {"status": "ACTIVE" if back else "PAUSED"}
    if kind == "change_bid":
        known = bid is not None and row["currency"]
        return {"bid_amount": minor_units(bid, row["currency"])} if known else {}
    return {"targeting": json.loads(targeting)} if targeting and kind != "merge" else {}


def _new(row: Row) -> list[Request]:
    params = {
        "name": row["name"],
        "targeting": json.loads(row["targeting"]),
        "daily_budget": minor_units(row["daily_budget"], row["currency"]),
        "bid_strategy": row["bid_strategy"],
    }
    copied = {"campaign_id": row["campaign_id"], "deep_copy": False, "status_option": "PAUSED"}
    return [
        *_audience(row),
        {"name": "copy"} | _post(f"{row['adset_ids'][0]}/copies", copied),
        _post("{result=copy:$.copied_adset_id}", params),
    ]


def _audience(row: Row) -> list[Request]:
    """Make the audience first to which the targeting refers as `{result=audience:$.id}`."""
    if not row["audience_to_create"]:
        return []
    address = f"act_{row['account_id']}/customaudiences"
    return [{"name": "audience"} | _post(address, json.loads(row["audience_to_create"]))]


def _post(address: str, params: dict[str, Any]) -> Request:
    return {"method": "POST", "relative_url": address, "params": params}
