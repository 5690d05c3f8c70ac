"""Which creative fits which audience, on accounts whose truth is known."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from python_jobs.audience.creative import compatibility, fit
from python_jobs.config.audience_schema import Creative
from python_jobs.decisions.arrays import Codes, Floats

DEFAULTS = Path(__file__).parents[3] / "config" / "default" / "params.yaml"
TYPES, AUDIENCES = 4, 5
INTERVAL = 1.2816


@pytest.fixture(scope="module")
def settings():
    return Creative(**yaml.safe_load(DEFAULTS.read_text())["creative"])


@dataclass(frozen=True)
class Account:
    events: Floats
    exposure: Floats
    creative: Codes
    audience: Codes
    ad_set: Codes
    pair: Floats
    """(types, audiences), planted logs"""
    rate: Floats
    """(types, audiences), ln of an ordinary ad's rate"""


def account(seed: int, planted: float, *, clicks: float = 700, base: float = 0.02) -> Account:
    """Draw 40 ad sets of 4 ads: types, ad sets and ads differ by a quarter, audiences by 0.3.

    Three of the twenty pairs have an effect of `planted`, up or down.
    """
    rng = np.random.default_rng(seed)
    ad_set = np.repeat(np.arange(40), 4)
    audience = ad_set % AUDIENCES
    creative = rng.integers(0, TYPES, len(ad_set))
    pair = np.zeros((TYPES, AUDIENCES))
    pair.ravel()[rng.choice(pair.size, 3, replace=False)] = planted * rng.choice([-1, 1], 3)
    rate = np.log(base) + rng.normal(0, 0.25, (TYPES, 1)) + rng.normal(0, 0.3, AUDIENCES) + pair
    exposure = clicks * rng.lognormal(0, 1, len(ad_set))
    of_ad = rate[creative, audience] + rng.normal(0, 0.25, 40)[ad_set]
    of_ad += rng.normal(0, 0.25, len(ad_set))
    events = rng.poisson(exposure * np.exp(of_ad)).astype(np.float64)
    return Account(events, exposure, creative, audience, ad_set, pair, rate)


def fitted(world: Account, settings):
    return fit(
        world.events,
        world.exposure,
        creative=world.creative,
        audience=world.audience,
        ad_set=world.ad_set,
        settings=settings,
    )


def told(world: Account, settings):
    found = fitted(world, settings)
    return np.abs(found.pair) > settings.min_deviations * found.pair_sd


# about 15 purchases or 1,000 clicks an ad
@pytest.mark.parametrize("clicks", [700, 50_000])
def test_where_nothing_was_planted_at_most_one_pair_in_twenty_is_told(clicks, settings):
    """1.64 standard deviations is one in ten at most, drawing to 0 makes it less."""
    share = [told(account(seed, 0, clicks=clicks), settings).mean() for seed in range(30)]

    assert np.mean(share) <= 0.05


def test_most_planted_effects_are_found_and_few_others(settings):
    """Where one pair truly differs, its type and audience are taken to differ a little too."""
    worlds = [account(seed, 0.9) for seed in range(30)]
    found = [told(world, settings) for world in worlds]

    planted = np.concatenate([f[w.pair != 0] for f, w in zip(found, worlds, strict=True)])
    others = np.concatenate([f[w.pair == 0] for f, w in zip(found, worlds, strict=True)])
    assert planted.mean() >= 0.75
    assert others.mean() <= 0.1


@pytest.mark.parametrize("planted", [0.0, 0.3, 0.6])
def test_eighty_percent_intervals_hold_what_was_planted_at_least_so_often(planted, settings):
    """Pairs that do not differ are drawn to what they are, so more than 80 % may hold them."""
    held, rates = [], []
    for seed in range(30):
        world = account(seed, planted)
        found = fitted(world, settings)
        held.append(np.abs(found.pair - world.pair) < INTERVAL * found.pair_sd)
        rates.append(np.abs(found.expected - world.rate) < INTERVAL * found.expected_sd)

    # 600 correlated pairs: the share is known to about 3 points
    assert np.mean(held) >= 0.75
    assert 0.72 <= np.mean(rates) <= 0.88


def ads(rows: list[tuple[str, str, str, float, float]], **change) -> pd.DataFrame:
    """Ads by creative type, audience type, ad set, clicks and purchases."""
    columns = ["creative_type", "audience_type", "adset_id", "link_clicks", "purchases_matured"]
    return pd.DataFrame(rows, columns=columns).assign(
        **{"account_id": "1", "impressions": 10_000.0, "is_for_purchases": True} | change
    )


TRIED = [
    ("video", "broad", "a", 1000.0, 30.0),
    ("image", "broad", "a", 1000.0, 10.0),
    ("video", "lookalike", "b", 1000.0, 30.0),
    ("unknown", "lookalike", "b", 1000.0, 20.0),
    ("image", "unknown", "c", 1000.0, 10.0),
]


def purchases(frame: pd.DataFrame) -> pd.DataFrame:
    rows = frame[frame["measure"] == "purchases_per_click"]
    return rows.set_index(["creative_type", "audience_type"]).sort_index()


def test_a_pair_never_tried_is_expected_to_do_as_type_and_audience_do(settings):
    rows = purchases(compatibility(ads(TRIED), settings))

    image = rows.loc[("image", "lookalike")]
    assert image["verdict"] == "never tried"
    assert image["effect"] == pytest.approx(1)
    # less than videos there, more than its own 1 %, less than the 2 % of all ads
    assert 0.01 < image["expected_rate"] < 0.02
    assert image["expected_rate_low"] < 0.01 < 0.02 < image["expected_rate_high"]
    assert not rows["is_untapped"].any()


def test_what_is_not_known_tells_of_others_but_has_no_row(settings):
    rows = purchases(compatibility(ads(TRIED), settings))

    assert list(rows.index) == [
        *[("image", "broad"), ("image", "lookalike"), ("image", np.nan)],
        *[("video", "broad"), ("video", "lookalike"), ("video", np.nan)],
    ]
    # the image that nobody knows the audience of is an image
    assert rows.loc["image"]["purchases"].to_list() == [10, 0, 20]


def test_an_account_with_one_type_of_creative_has_nothing_to_compare(settings):
    one = [row for row in TRIED if row[0] != "image"]

    assert compatibility(ads(one), settings).empty


def test_what_is_bought_for_clicks_says_nothing_of_purchases(settings):
    for_clicks = ads([*TRIED, ("video", "broad", "d", 9000.0, 0.0)])
    for_clicks.loc[len(TRIED), "is_for_purchases"] = False

    with_it = compatibility(for_clicks, settings)

    pd.testing.assert_frame_equal(
        purchases(with_it), purchases(compatibility(ads(TRIED), settings))
    )
    clicks = with_it[with_it["measure"] == "clicks_per_impression"]
    of_type = clicks[(clicks["creative_type"] == "video") & clicks["audience_type"].isna()]
    assert of_type["events"].to_list() == [11_000]


@pytest.mark.parametrize(("count", "verdict"), [(2, "no difference shown"), (3, "worse together")])
def test_few_ads_are_no_pair_whatever_they_sell(count, verdict, settings):
    """Videos sell 3 % and images 2 % everywhere, but images sell nothing to visitors."""
    rows = [
        (creative, audience, f"{audience} {number}", 9000.0, 9000 * rate)
        for creative, rate in (("video", 0.03), ("image", 0.02))
        for audience in ("broad", "interest", "lookalike", "visitors")
        for number in range(count if (creative, audience) == ("image", "visitors") else 6)
    ]
    frame = ads(rows)
    frame.loc[
        (frame["creative_type"] == "image") & (frame["audience_type"] == "visitors"),
        "purchases_matured",
    ] = 10.0

    found = purchases(compatibility(frame, settings))

    assert found.loc[("image", "visitors"), "verdict"] == verdict


def test_without_clicks_purchases_are_counted_by_impressions(settings):
    rows = compatibility(ads(TRIED, link_clicks=np.nan), settings)

    assert set(rows["measure"]) == {"purchases_per_impression"}
    video = rows[(rows["creative_type"] == "video") & rows["audience_type"].isna()]
    assert video["exposure"].to_list() == [20_000]
