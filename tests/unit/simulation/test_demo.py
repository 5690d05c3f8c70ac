from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from python_jobs.simulation import demo
from python_jobs.simulation.world import LEARNED, LEARNING
from python_jobs.simulation.writers import write_export

COMMITTED = Path(__file__).parents[3] / demo.DEFAULT_FOLDER


@pytest.fixture(scope="module")
def moprobo():
    return demo.make_demo()


def write_small(folder: Path) -> dict[str, bytes]:
    days = 30
    customer = demo.make_demo(days)
    on = demo.FIRST_DAY + timedelta(days=days)
    write_export(
        folder,
        customer,
        on,
        requests=demo.REQUESTS,
        breakdowns=demo.BREAKDOWN_REQUESTS,
        snapshots=(on,),
    )
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_writing_twice_gives_the_same_bytes(tmp_path):
    once, twice = write_small(tmp_path / "a"), write_small(tmp_path / "b")
    assert len(once) > 10
    assert once == twice


def test_the_committed_files_are_complete_and_small():
    names = {path.name for path in COMMITTED.iterdir() if path.is_file()}
    assert {"account.json", "ads.json", "creatives.json", "shopify_orders_export.csv"} <= names
    assert {f"adsets_{on}.json" for on in demo.SNAPSHOTS} <= names
    for stem in ("insights_account", "insights_campaign", "insights_adset", "insights_ad"):
        assert any(name.startswith(stem) for name in names)
    assert sum(path.stat().st_size for path in COMMITTED.iterdir()) <= 8_000_000


def test_it_has_the_size_of_a_small_account(moprobo):
    assert moprobo.history.days == 120
    assert len(moprobo.account.campaign_ids) == 6
    assert moprobo.account.campaign_holds_budget.sum() == 1
    assert len(moprobo.ad_sets) == 24
    assert 60 <= len(moprobo.ads) <= 80


def reported_roas(customer, rows) -> np.ndarray:
    history = customer.history.part(rows.start, rows.stop)
    end = customer.history.first_day + timedelta(days=demo.DAYS)
    _, cents = history.reported(end, history.purchases.ad_set, 24)
    spend = history.spend.sum(axis=0)
    return cents[:, :, 0].sum(axis=0) / 100 / np.where(spend > 0, spend, np.nan)


def test_each_story_shows_in_the_figures(moprobo):
    history = moprobo.history
    last_month = slice(demo.DAYS - 28, demo.DAYS)
    roas = reported_roas(moprobo, last_month)
    used = history.spend[last_month].sum(axis=0) / history.ad_set_budgets[last_month].sum(axis=0)
    prospecting = moprobo.ad_sets.campaign < 4

    assert roas[demo.STAR] > 1.5 * np.nanmedian(roas[prospecting])
    assert used[demo.STAR] > 0.93
    assert history.learning[-1, demo.STAR] == LEARNED

    assert used[demo.STUCK] < 0.6
    assert roas[demo.STUCK] > 2

    clicks = history.funnel.link_clicks[:, demo.WORN]
    shown = history.funnel.impressions[:, demo.WORN]
    ctr = [clicks[part].sum() / shown[part].sum() for part in (slice(0, 14), last_month)]
    assert ctr[1] < 0.5 * ctr[0]
    assert roas[demo.WORN] < 1.2
    assert moprobo.ads.first_day[moprobo.ads.ad_set == demo.WORN].max() == 0

    assert (history.spend[:, demo.NEW] > 0).sum() == 6
    assert history.learning[-1, demo.NEW] == LEARNING
    assert history.learning[-1, demo.IN_LEARNING] == LEARNING
    assert history.ad_set_budgets[-1, demo.STOPPED] == 0

    bought = history.purchases
    mine = bought.ad_set == demo.OVER_CREDITED
    claimed, true = bought.value[mine & bought.credited].sum(), bought.value[mine & bought.caused]
    assert claimed > 2.5 * true.sum()
    assert roas[demo.OVER_CREDITED] > 2


def test_the_buyer_edits_now_and_then(moprobo):
    budgets = moprobo.history.budgets
    edits = (np.diff(budgets, axis=0) != 0).sum(axis=0)
    assert 30 < edits.sum() < 120
    assert edits[moprobo.ad_sets.holder[demo.STAR]] == 0
    rows = [(on - demo.FIRST_DAY).days for on in demo.SNAPSHOTS]
    shown = budgets[np.minimum(rows, demo.DAYS - 1)]
    assert (np.diff(shown, axis=0) != 0).any(axis=1).sum() >= 3


def test_command_line(tmp_path, monkeypatch, capsys):
    small = demo.make_demo(8)
    monkeypatch.setattr(demo, "make_demo", lambda: small)
    monkeypatch.setattr(demo, "DAYS", 8)
    monkeypatch.setattr(demo, "SNAPSHOTS", ())
    monkeypatch.setattr("sys.argv", ["demo", "--folder", str(tmp_path / "raw")])
    demo.main()
    assert "files" in capsys.readouterr().out
    assert (tmp_path / "raw" / "account.json").exists()
