"""What the exported files say, read back with plain Python."""

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from simulated import rows_of

from python_jobs.simulation.account import usual_targeting
from python_jobs.simulation.breakdowns_writer import BreakdownRequest, write_breakdowns
from python_jobs.simulation.insights_writer import PURCHASE_TYPES, Request
from python_jobs.simulation.levels import level_days
from python_jobs.simulation.writers import write_export

LEVELS = ("account", "campaign", "adset", "ad")


def of_type(row: dict, field: str, action_type: str) -> dict:
    found = [entry for entry in row.get(field, []) if entry["action_type"] == action_type]
    assert len(found) <= 1
    return found[0] if found else {}


def cents(text: str) -> int:
    return round(float(text) * 100)


def totals(rows: list[dict], keys=("date_start",)) -> dict:
    """Sums by key of everything that adds up."""
    sums: dict[tuple, Counter] = {}
    for row in rows:
        total = sums.setdefault(tuple(row[key] for key in keys), Counter())
        total["spend"] += cents(row["spend"])
        for name in ("impressions", "clicks", "inline_link_clicks"):
            total[name] += int(row[name])
        for window in ("value", "1d_click", "7d_click", "1d_view"):
            bought = of_type(row, "actions", "omni_purchase")
            total[f"n_{window}"] += int(bought.get(window, 0))
            earned = of_type(row, "action_values", "omni_purchase")
            total[f"v_{window}"] += cents(earned.get(window, "0"))
        for name in ("landing_page_view", "view_content", "add_to_cart", "initiate_checkout"):
            total[name] += int(of_type(row, "actions", name).get("value", 0))
    return sums


def test_four_levels_of_files_agree_day_by_day(export):
    by_level = {level: totals(rows_of(export, f"insights_{level}")) for level in LEVELS}
    assert len(by_level["account"]) == 45
    for level in LEVELS[1:]:
        assert by_level[level] == by_level["account"]
    by_campaign = ("date_start", "campaign_id")
    campaigns = totals(rows_of(export, "insights_campaign"), by_campaign)
    assert totals(rows_of(export, "insights_ad"), by_campaign) == campaigns


def test_files_agree_with_the_world(export, customer, as_of):
    rows = totals(rows_of(export, "insights_adset"), ("adset_id",))
    history, ids = customer.history, customer.account.ad_set_ids
    seen = history.visible(as_of)
    for place, ad_set_id in enumerate(ids):
        total = rows[(ad_set_id,)]
        assert total["spend"] == round(history.spend[:, place].sum() * 100)
        assert total["impressions"] == history.funnel.impressions[:, place].sum()
        mine = seen & (history.purchases.ad_set == place)
        assert total["n_value"] == mine.sum()
        assert total["v_value"] == np.rint(history.purchases.value[mine] * 100).sum()


def test_one_purchase_appears_under_every_duplicate_type_alike(export):
    for level in LEVELS:
        rows = rows_of(export, f"insights_{level}")
        assert any(of_type(row, "actions", "omni_purchase") for row in rows)
        for row in rows:
            for field in ("actions", "action_values"):
                entries = [of_type(row, field, name) for name in PURCHASE_TYPES[level]]
                without = [{k: v for k, v in e.items() if k != "action_type"} for e in entries]
                assert all(entry == without[0] for entry in without)


def test_rows_have_the_shape_of_the_api(export):
    text = (export / "insights_account.json").read_text("utf-8")
    page = json.loads(text)
    assert set(page) == {"data", "paging"}
    assert set(page["paging"]) == {"cursors"}
    assert text.count("\n") == len(page["data"]) + 2
    for level in LEVELS:
        for row in rows_of(export, f"insights_{level}"):
            assert row["date_start"] == row["date_stop"]
            assert all(isinstance(value, str | list) for value in row.values())
            assert all(value for value in row.values())
            assert int(row["reach"]) <= int(row["impressions"])
            for entry in row.get("actions", []) + row.get("action_values", []):
                assert all(value not in ("", "0") for value in entry.values())
    ads = rows_of(export, "insights_ad")
    assert any("action_values" not in row for row in ads)
    assert {"campaign_id", "adset_id", "ad_id", "ad_name"} <= set(ads[0])
    assert "adset_id" not in rows_of(export, "insights_campaign")[0]


def test_rates_follow_from_the_row(export):
    for row in rows_of(export, "insights_account"):
        spend, value = float(row["spend"]), of_type(row, "action_values", "omni_purchase")
        frequency = int(row["impressions"]) / int(row["reach"])
        assert float(row["frequency"]) == pytest.approx(frequency, abs=1e-5)
        assert float(row["cpm"]) == pytest.approx(1000 * spend / int(row["impressions"]), abs=1e-4)
        roas = float(row["purchase_roas"][0]["value"])
        assert roas == pytest.approx(float(value["value"]) / spend, abs=1e-5)


def test_a_request_for_less_gives_less(customer, as_of, tmp_path):
    request = Request("ad", names="none", windows=False, funnel=())
    write_export(tmp_path, customer, as_of, requests=(request,))
    assert not list(tmp_path.glob("insights_adset*"))
    for row in rows_of(tmp_path, "insights_ad"):
        assert not [key for key in row if key.endswith("_name")]
        for entry in row.get("actions", []):
            assert set(entry) == {"action_type", "value"}
            assert entry["action_type"] in PURCHASE_TYPES["ad"]
    with pytest.raises(ValueError, match="level is 'adgroup'"):
        Request("adgroup")


def test_an_earlier_export_shows_fewer_days_and_less_of_the_last_ones(
    export, customer, as_of, tmp_path
):
    early = as_of - timedelta(days=10)
    write_export(tmp_path, customer, early)
    then = totals(rows_of(tmp_path, "insights_account"))
    now = totals(rows_of(export, "insights_account"))
    assert max(then) == ((early - timedelta(days=1)).isoformat(),)
    assert min(then) == min(now)
    last = max(then)
    assert then[last]["spend"] == now[last]["spend"]
    assert then[last]["n_value"] < now[last]["n_value"]
    matured = (customer.history.first_day.isoformat(),)
    assert then[matured] == now[matured]


def test_no_day_over_is_an_error(customer, tmp_path):
    with pytest.raises(ValueError, match="before the end of the first day"):
        write_export(tmp_path, customer, customer.history.first_day)


@pytest.mark.parametrize("kind", ["age_gender", "country", "placement"])
@pytest.mark.parametrize(("level", "last_days"), [("adset", None), ("campaign", 9)])
def test_breakdowns_add_up_to_the_days_of_their_entities(
    export, customer, as_of, tmp_path, kind, level, last_days
):
    request = BreakdownRequest(kind, level, last_days)
    write_breakdowns(tmp_path, customer, as_of, requests=(request,))
    start = as_of - timedelta(days=last_days or 45)
    whole = rows_of(export, f"insights_{level}")
    whole = [row for row in whole if row["date_start"] >= start.isoformat()]
    keys = ("date_start", f"{level}_id")
    want, have = totals(whole, keys), totals(rows_of(tmp_path, f"breakdown_{kind}"), keys)
    assert set(have) == set(want)
    for key, total in have.items():
        for name in ("spend", "impressions", "clicks", "inline_link_clicks", "n_value", "v_value"):
            assert total[name] == want[key][name]


def test_a_country_that_is_not_targeted_gets_no_delivery(customer, as_of, tmp_path):
    places = [("US",), ("CA", "GB"), *[("US", "CA")] * 10]
    targetings = tuple(usual_targeting("broad", countries=place) for place in places)
    abroad = replace(customer, account=replace(customer.account, targetings=targetings))
    for level, want in (("adset", {"CA", "GB"}), ("campaign", {"US", "CA", "GB"})):
        request = BreakdownRequest("country", level)
        write_breakdowns(tmp_path, abroad, as_of, requests=(request,))
        ids = abroad.account.ad_set_ids[1], abroad.account.campaign_ids[0]
        rows = rows_of(tmp_path, "breakdown_country")
        mine = [row["country"] for row in rows if row[f"{level}_id"] in ids]
        assert set(mine) == want


def test_late_conversions_show_at_every_level(customer, as_of):
    for level in LEVELS:
        now = level_days(level, customer, as_of)
        later = level_days(level, customer, as_of + timedelta(days=8))
        assert later.purchases[-1, :, 0].sum() > now.purchases[-1, :, 0].sum()
        assert np.array_equal(later.spend_cents, now.spend_cents)


def test_the_funnel_narrows(export):
    for total in totals(rows_of(export, "insights_account")).values():
        steps = ("impressions", "inline_link_clicks", "landing_page_view", "view_content")
        for wide, narrow in pairwise((*steps, "add_to_cart", "initiate_checkout", "n_value")):
            assert total[wide] > total[narrow] > 0
