"""When requests may be sent, and which recommendations are nothing but requests."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from facebook_business import apiconfig
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adset import AdSet
from facebook_business.api import FacebookAdsApi

from python_jobs.exports import api
from python_jobs.exports.changes import Change

BROAD = Change("1", "adset", "11", "9", "Broad", "EUR", Decimal("50.00"), Decimal("60.00"))
TARGETING = {"geo_locations": {"countries": ["US"]}}
ROW = {
    "account_id": "482",
    "rank": 3,
    "name": "Broad",
    "adset_ids": ["11"],
    "campaign_id": "9",
    "currency": "EUR",
    "targeting": None,
    "audience_to_create": None,
    "targeting_before": None,
    "bid_amount": None,
    "bid_amount_before": None,
    "bid_strategy": None,
    "daily_budget": None,
}


def at(hour, minute=0):
    return datetime(2026, 3, 10, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("earlier", "now", "expected"),
    [
        ([], at(9), at(9)),
        ([at(8, 10), at(8, 20), at(8, 30)], at(9), at(9)),
        # a fifth change within the hour waits until the first of the four is an hour old
        ([at(8, 10), at(8, 20), at(8, 30), at(8, 40)], at(9), at(9, 10)),
        # in whatever order, and however many there were before
        ([at(8, 40), at(5), at(8, 20), at(8, 30), at(8, 10)], at(9), at(9, 10)),
        ([at(7), at(7, 10), at(7, 20), at(7, 30)], at(9), at(9)),
        # never before one that is planned and waits itself
        ([at(9, 30)], at(9), at(9, 30)),
    ],
)
def test_a_budget_changes_four_times_an_hour_at_most(earlier, now, expected):
    [request, other] = api.budget_requests(
        [BROAD, BROAD.undone()], {"11": earlier, "12": [at(12)]}, now
    )
    assert datetime.fromisoformat(request["not_before"]) == expected
    assert other["not_before"] == request["not_before"]


def test_what_has_to_wait_stands_last():
    other = replace(BROAD, entity_id="12")
    requests = api.budget_requests([BROAD, other], {"11": [at(9, 30)]}, at(9))
    assert [request["relative_url"] for request in requests] == ["12", "11"]


def test_earlier_files_say_what_was_planned(tmp_path):
    for number, now in enumerate((at(8), at(9))):
        file = tmp_path / f"{number}_api.jsonl"
        file.write_bytes(api.lines(api.budget_requests([BROAD], {}, now)))
    assert api.planned_times(sorted(tmp_path.iterdir())) == {"11": [at(8), at(9)]}
    (tmp_path / "2_api.jsonl").write_text("{}\n")
    with pytest.raises(ValueError, match=r"2_api\.jsonl holds a line that no export wrote"):
        api.planned_times(sorted(tmp_path.iterdir()))


@pytest.fixture
def strict(monkeypatch):
    """Meta's classes: requests are checked and never sent."""
    monkeypatch.setitem(apiconfig.ads_api_config, "STRICT_MODE", True)
    return FacebookAdsApi.init(access_token="none", crash_log=False)


@pytest.mark.parametrize(
    ("change", "params", "before"),
    [
        ({"recommendation_type": "pause"}, {"status": "PAUSED"}, {"status": "ACTIVE"}),
        (
            {
                "recommendation_type": "change_bid",
                "bid_amount": Decimal("12.50"),
                "bid_amount_before": Decimal("10.00"),
            },
            {"bid_amount": 1250},
            {"bid_amount": 1000},
        ),
        (
            {
                "recommendation_type": "exclude_buyers",
                "targeting": json.dumps(TARGETING),
                "targeting_before": json.dumps({"age_min": 18}),
            },
            {"targeting": TARGETING},
            {"targeting": {"age_min": 18}},
        ),
    ],
)
def test_edits_of_ad_sets_are_requests_that_meta_accepts(strict, change, params, before):
    [request] = api.recommendation_requests([ROW | change], [])
    [undo] = api.undo_requests([ROW | change])
    assert undo == request | {"params": before}
    assert request == {
        "method": "POST",
        "relative_url": "11",
        "params": params,
        "recommendation": change["recommendation_type"],
        "for": "Broad",
    }
    AdSet("11", api=strict).api_update(params=params, pending=True)


@pytest.mark.parametrize(
    "change",
    [
        # of several ad sets, or of what is no setting of an ad set
        {"recommendation_type": "merge", "targeting": json.dumps(TARGETING)},
        {"recommendation_type": "new_creative"},
        # a file for the budgets has it
        {"recommendation_type": "scale", "daily_budget": Decimal(60)},
    ],
)
def test_what_needs_a_person_is_no_request(change):
    assert api.recommendation_requests([ROW | change], []) == []
    assert api.undo_requests([ROW | change]) == []


def test_a_new_ad_set_is_a_copy_of_its_model_that_is_off(strict):
    audience = {"name": "Lookalike", "subtype": "LOOKALIKE", "origin_audience_id": "77"}
    targeting = {"custom_audiences": [{"id": "{result=audience:$.id}"}]}
    row = ROW | {
        "recommendation_type": "new_lookalike",
        "name": "Lookalike US 1%",
        "targeting": json.dumps(targeting),
        "audience_to_create": json.dumps(audience),
        "bid_strategy": "LOWEST_COST_WITHOUT_CAP",
        "daily_budget": Decimal("40.00"),
    }
    made, copied, edited = api.recommendation_requests([], [row])
    assert {request["batch"] for request in (made, copied, edited)} == {"new_lookalike 3"}
    assert (made["name"], made["relative_url"]) == ("audience", "act_482/customaudiences")
    AdAccount("act_482", api=strict).create_custom_audience(params=made["params"], pending=True)
    assert (copied["name"], copied["relative_url"]) == ("copy", "11/copies")
    assert copied["params"] == {"campaign_id": "9", "deep_copy": False, "status_option": "PAUSED"}
    AdSet("11", api=strict).create_copy(params=copied["params"], pending=True)
    assert edited["relative_url"] == "{result=copy:$.copied_adset_id}"
    assert edited["params"] == {
        "name": "Lookalike US 1%",
        "targeting": targeting,
        "daily_budget": 4000,
        "bid_strategy": "LOWEST_COST_WITHOUT_CAP",
    }
    AdSet("1", api=strict).api_update(params=edited["params"], pending=True)
    # it would need a campaign of its own
    assert api.recommendation_requests([], [row | {"campaign_id": None}]) == []
