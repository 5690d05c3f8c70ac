from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from simulated import SMALL, rows_of

from python_jobs.simulation.history import History
from python_jobs.simulation.objects_writer import ad_set_objects, minor_units
from python_jobs.simulation.world import make_world


def by_id(rows: list[dict]) -> dict[str, dict]:
    found = {row["id"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def test_a_budget_stands_on_the_campaign_or_on_its_ad_sets_never_on_both(export, customer, as_of):
    campaigns = by_id(rows_of(export, f"campaigns_{as_of}"))
    ad_sets = rows_of(export, f"adsets_{as_of}")
    assert len(ad_sets) == len(customer.ad_sets)
    pooled = {key for key, row in campaigns.items() if "daily_budget" in row}
    assert 0 < len(pooled) < len(campaigns)
    for row in ad_sets:
        assert ("daily_budget" in row) == (row["campaign_id"] not in pooled)
    total = sum(int(row.get("daily_budget", 0)) for row in [*campaigns.values(), *ad_sets])
    assert total == round(customer.history.budgets[-1].sum() * 100)


def test_minor_units():
    assert minor_units(130.0) == "13000"
    assert minor_units(0.29) == "29"


def test_objects_refer_to_each_other(export, as_of):
    ad_sets = by_id(rows_of(export, f"adsets_{as_of}"))
    creatives = by_id(rows_of(export, "creatives"))
    audiences = by_id(rows_of(export, "custom_audiences"))
    ads = by_id(rows_of(export, "ads"))
    for row in ads.values():
        assert row["campaign_id"] == ad_sets[row["adset_id"]]["campaign_id"]
        assert row["creative"]["id"] in creatives
    for row in ad_sets.values():
        targeting = row["targeting"]
        named = targeting.get("custom_audiences", [])
        named = named + targeting.get("excluded_custom_audiences", [])
        assert {audience["id"] for audience in named} <= set(audiences)
        assert row["learning_stage_info"]["status"] in ("LEARNING", "SUCCESS", "FAIL")
    ids = {*ad_sets, *creatives, *audiences, *ads}
    assert len(ids) == sum(map(len, (ad_sets, creatives, audiences, ads)))
    assert all(len(key) == 18 and key.isdigit() for key in ids)


def test_creatives_can_be_told_apart_by_format(export):
    kinds = set()
    for row in rows_of(export, "creatives"):
        story = row["object_story_spec"]
        if "product_set_id" in row and "template_data" in story:
            kinds.add("catalog")
        elif len(story.get("link_data", {}).get("child_attachments", [])) > 1:
            kinds.add("carousel")
        elif row["object_type"] == "VIDEO":
            kinds.add("video")
        else:
            kinds.add("image")
        assert "{{adset.id}}" in row["url_tags"]
    assert kinds == {"video", "image", "carousel", "catalog"}


def test_snapshots_show_edits_pauses_and_new_ad_sets(customer):
    world = make_world(replace(SMALL, campaign_budget_share=0.0))
    first = world.start_budgets
    changed = first.copy()
    changed[0] = first[0] * 1.5
    changed[1] = 0.0
    history = History.of([*(world.step(first) for _ in range(5)), world.step(changed)])
    ad_sets = replace(world.ad_sets, first_day=np.where(np.arange(12) == 2, 5, 0))
    account = replace(customer.account, campaign_holds_budget=np.zeros(3, dtype=bool))
    now = replace(customer, history=history, ad_sets=ad_sets, account=account)
    day = history.first_day
    before = by_id(ad_set_objects(now, day + timedelta(days=4)))
    after = by_id(ad_set_objects(now, day + timedelta(days=6)))
    ids = customer.account.ad_set_ids
    assert int(after[ids[0]]["daily_budget"]) == round(first[0] * 150)
    assert int(before[ids[0]]["daily_budget"]) == round(first[0] * 100)
    assert after[ids[0]]["learning_stage_info"]["status"] == "LEARNING"
    assert after[ids[0]]["updated_time"].startswith((day + timedelta(days=5)).isoformat())
    assert after[ids[1]]["status"] == "PAUSED"
    assert int(after[ids[1]]["daily_budget"]) == round(first[1] * 100)
    assert "status" not in after[ids[1]]["learning_stage_info"]
    assert ids[2] in after
    assert ids[2] not in before
    with pytest.raises(ValueError, match="before the first day"):
        ad_set_objects(now, day - timedelta(days=1))
