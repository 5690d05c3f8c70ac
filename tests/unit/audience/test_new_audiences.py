"""Which new audiences an account's data speak for, and with which set-up."""

import json

import numpy as np
import pandas as pd
import pytest

from python_jobs.audience.recommendations.audiences import (
    READS,
    creative_choice,
    new_audiences,
)
from python_jobs.audience.recommendations.candidates import CANDIDATES
from python_jobs.audience.recommendations.targeting import NEW_AUDIENCE, problems
from python_jobs.decisions.rules.catalogue import default_parameters

PARAMETERS = default_parameters()
BUYERS = {"id": "900", "name": "Purchasers 180 days"}
AUDIENCES = {
    "900": ("buyers", 20_000, None),
    "901": ("visitors", 80_000, 30),
    "911": ("lookalike", 2_000_000, None),
}
NAMES = {
    "900": "Purchasers 180 days",
    "901": "Visitors 30 days",
    "911": "Lookalike (US, 1%) - Purchasers 180 days",
}
TYPES = ("video", "image")


def adset(key, kind, *, countries=("US",), purchases=900.0, **changes):
    """An ad set at 100 a day that sells for 50: ROAS 2 where it sold 360 times in 90 days."""
    included = {"lookalike": ["911"], "visitors": ["901"], "buyers": ["900"]}.get(kind)
    spec = {
        "age_min": 25,
        "age_max": 65,
        "geo_locations": {"countries": list(countries or ()), "location_types": ["home", "recent"]},
        "publisher_platforms": ["facebook"],
        "targeting_automation": {"advantage_audience": 0},
    }
    if included:
        spec["custom_audiences"] = [{"id": included[0], "name": NAMES[included[0]]}]
    if kind == "interest":
        spec["flexible_spec"] = [{"interests": [{"id": "6003", "name": "Yoga"}]}]
    spec |= {"excluded_custom_audiences": [BUYERS]} if kind != "buyers" else {}
    value = purchases * 50.0
    roas = value / 9000.0
    windows = {
        "spend": 9000.0,
        "spending_days": 90.0,
        "purchases_matured": purchases,
        "purchase_value_matured": value,
        "purchase_value_corrected": value,
    }
    return {
        "account_id": "a",
        "currency": "USD",
        "campaign_id": f"c-{kind}",
        "campaign_name": f"{kind} campaign",
        "adset_id": key,
        "adset_name": f"PRO | {kind} {key} | {'+'.join(countries or ())} | 25-65",
        "audience_type": kind,
        "is_active": True,
        "is_advantage_campaign": False,
        "campaign_has_budget": False,
        "goal": "purchases",
        "optimization_goal": "OFFSITE_CONVERSIONS",
        "promoted_event": "PURCHASE",
        "special_ad_categories": [],
        "countries": countries and list(countries),
        "age_min": 25.0,
        "age_max": 65.0,
        "genders": [],
        "included_audience_ids": included,
        "lookalike_percent": 1.0 if kind == "lookalike" else np.nan,
        "audience_size_low": np.nan,
        "spend_all_days": 2800.0,
        "cpm_28d": 10.0,
        "roas": roas,
        "roas_low": 0.9 * roas,
        "roas_high": 1.1 * roas,
        "shopify_correction": 1.0,
        "incrementality": 1.0,
        **{f"{name}_long": number for name, number in windows.items()},
        **{name: number * 28 / 90 for name, number in windows.items()},
        "targeting": json.dumps(spec),
        **changes,
    }


SETUP = (
    "account_id campaign_id campaign_name adset_id adset_name audience_type is_active "
    "is_advantage_campaign campaign_has_budget goal optimization_goal promoted_event "
    "special_ad_categories countries age_min age_max genders included_audience_ids "
    "lookalike_percent audience_size_low"
).split()


def tables(adsets, *, audiences=AUDIENCES, leads=(), orders=(), total=4000.0, clearing=1.5):
    """One account's rows of everything that is read."""
    rows = pd.DataFrame(adsets)
    used = [key for row in adsets if row["is_active"] for key in row["included_audience_ids"] or []]
    evidence = [name for name in rows if name not in SETUP and name != "targeting"]
    countries = sorted({country for row in adsets for country in row["countries"] or []})
    constraints = [("geo", "a", json.dumps(countries)), ("exclusion", "900", '[{"id":"900"}]')]
    known = pd.DataFrame(
        [
            {
                "account_id": "a",
                "audience_id": key,
                "audience_name": NAMES.get(key, f"Audience {key}"),
                "audience_type": kind,
                "size_low": float(size),
                "size_high": size * 1.2,
                "retention_days": np.nan if days is None else float(days),
                "lookalike_origin": NAMES["900"] if kind == "lookalike" else None,
                "including_adsets": float(used.count(key)),
                "excluding_adsets": float(key == "900"),
            }
            for key, (kind, size, days) in audiences.items()
        ],
        columns=(
            "account_id audience_id audience_name audience_type size_low size_high retention_days "
            "lookalike_origin including_adsets excluding_adsets"
        ).split(),
    )
    made = {
        "adset_setups": rows[SETUP],
        "adset_evidence": rows[["account_id", "campaign_id", "adset_id", *evidence[1:]]]
        if evidence[0] == "account_id"
        else rows[["account_id", "campaign_id", "adset_id", *evidence]],
        "stg_meta__adsets": rows[["adset_id", "targeting"]],
        "custom_audiences": known,
        "order_countries": pd.DataFrame(
            [("a", *row) for row in orders],
            columns=["account_id", "country", "orders", "orders_share"],
        ),
        "creative_fit": cells(),
        "competitive_advantages": pd.DataFrame(
            [
                ("a", "country", country, verdict, lead, lead - 0.05, lead + 0.05, share, 100.0)
                for country, verdict, lead, share in leads
            ],
            columns="account_id segment_kind segment verdict lead lead_low lead_high spend_share "
            "purchases".split(),
        ),
        "recommendation_constraints": pd.DataFrame(
            [("a", *row) for row in constraints],
            columns=["account_id", "constraint_kind", "scope_id", "required_value"],
        ),
        "opportunity_sizes": pd.DataFrame(
            {
                "account_id": ["a"],
                "entity_level": ["adset"],
                "current_spend": [100.0],
                "clearing_marginal_roas": [clearing],
            }
        ),
        "budget_allocations": pd.DataFrame({"account_id": ["a"], "current_budget": [total]}),
        "country_people": pd.DataFrame(
            {"country": ["US", "CA", "NZ"], "people": [230e6, 28e6, 3.6e6]}
        ),
    }
    assert set(made) == set(READS)
    return made


def cells(rates=None):
    """Video sells 1.5 times as much a click as images, and is clicked as often."""
    rates = rates or {("video", "broad"): 0.03, ("image", "broad"): 0.02}
    of_types = [("a", "purchases_per_click", kind, None, 0, 0.0, 0.05, np.nan) for kind in TYPES]
    of_types += [("a", "clicks_per_impression", kind, None, 0, 0.0, 0.03, np.nan) for kind in TYPES]
    pairs = []
    for (kind, audience), rate in rates.items():
        pairs.append(("a", "purchases_per_click", kind, audience, 2, 100.0, 0.02, rate))
        pairs.append(("a", "clicks_per_impression", kind, audience, 2, 1e4, 0.01, 0.01))
    names = "account_id measure creative_type audience_type ads exposure effect_sd expected_rate"
    return pd.DataFrame([*of_types, *pairs], columns=names.split())


def found(*adsets, **more):
    return new_audiences(tables(list(adsets), **more), PARAMETERS)


def types(rows):
    return sorted(rows["recommendation_type"])


def test_the_next_step_outwards_from_a_lookalike_that_pays():
    rows = found(adset("1", "lookalike"), adset("2", "broad"), adset("3", "visitors"))
    [wider] = rows[rows["recommendation_type"] == "wider_lookalike"].to_dict("records")
    assert wider["table"] == "audience"
    assert wider["adset_ids"] == ["1"]
    assert wider["campaign_id"] == "c-lookalike"
    assert json.loads(wider["audience_to_create"]["lookalike_spec"]) == {
        "country": "US",
        "starting_ratio": 0.01,
        "ratio": 0.03,
    }
    assert wider["audience_to_create"]["origin_audience_id"] == "900"
    name = "Lookalike (US, 1% to 3%) - Purchasers 180 days"
    # its model's ages and countries; open placements; buyers left out
    assert wider["targeting"] == {
        "age_min": 25,
        "age_max": 65,
        "geo_locations": {"countries": ["US"], "location_types": ["home", "recent"]},
        "targeting_automation": {"advantage_audience": 0},
        "custom_audiences": [{"id": NEW_AUDIENCE, "name": name}],
        "excluded_custom_audiences": [BUYERS],
    }
    assert wider["exclusions"] == ["Purchasers 180 days"]
    assert wider["name"] == "PRO | LAL 1-3% Purchasers 180 days | US | 25-65"
    assert list(rows.columns) == list(CANDIDATES)


def test_the_budget_ends_learning_in_a_week_as_far_as_the_account_can_pay_for_it():
    three = [adset("1", "lookalike"), adset("2", "broad"), adset("3", "visitors")]
    [wider] = found(*three).query("recommendation_type == 'wider_lookalike'").to_dict("records")
    # 100 a day bring 10 purchases of 50 there, 70 a week: for 50 less than 100 are enough
    assert 40 < wider["daily_budget"] < 71.5
    share = PARAMETERS.recommendations.budgets.largest_share_each
    less = found(*three, total=0.8 * wider["daily_budget"] / share)
    [budget] = less.query("recommendation_type == 'wider_lookalike'")["daily_budget"]
    assert budget == pytest.approx(np.floor(0.8 * wider["daily_budget"]), abs=1)
    # with less than half of it nothing is to be learned
    assert found(*three, total=0.4 * wider["daily_budget"] / share).empty


def test_money_is_what_it_returns_less_what_it_returns_elsewhere():
    [row] = found(adset("1", "lookalike"), adset("2", "broad"), adset("3", "visitors")).to_dict(
        "records"
    )[:1]
    money = 30 * row["daily_budget"]
    assert row["expected_revenue_30d"] == pytest.approx(money * row["expected_roas"])
    for end in ("", "_low", "_high"):
        assert row[f"gain_30d{end}"] == pytest.approx(money * (row[f"expected_roas{end}"] - 1.5))


def test_a_lookalike_that_does_not_pay_is_not_widened():
    three = [adset("1", "lookalike"), adset("2", "broad"), adset("3", "visitors")]
    assert "wider_lookalike" in types(found(*three))
    assert "wider_lookalike" not in types(found(*three, clearing=5.0))


def test_a_first_lookalike_is_of_buyers_and_large_enough():
    two = [adset("2", "interest"), adset("3", "visitors"), adset("4", "broad")]
    rows = found(*two, audiences={key: AUDIENCES[key] for key in ("900", "901")})
    [new] = rows[rows["recommendation_type"] == "new_lookalike"].to_dict("records")
    assert new["audience_to_create"]["origin_audience_id"] == "900"
    assert json.loads(new["audience_to_create"]["lookalike_spec"])["ratio"] == 0.01
    assert "flexible_spec" not in new["targeting"]
    # of 28 million people it takes 3 % to have half a million
    canada = [adset("2", "interest", countries=("CA",)), adset("4", "broad", countries=("CA",))]
    rows = found(*canada, audiences={"900": AUDIENCES["900"]})
    [new] = rows[rows["recommendation_type"] == "new_lookalike"].to_dict("records")
    assert json.loads(new["audience_to_create"]["lookalike_spec"])["ratio"] == 0.03
    # too few buyers to find others like them
    small = found(*two, audiences={"900": ("buyers", 500, None)})
    assert "new_lookalike" not in types(small)


def test_broad_where_all_choose_their_people():
    narrow = [adset("1", "lookalike"), adset("3", "visitors")]
    [broad] = found(*narrow).query("recommendation_type == 'new_broad'").to_dict("records")
    assert "custom_audiences" not in broad["targeting"]
    assert broad["targeting"]["excluded_custom_audiences"] == [BUYERS]
    assert broad["creative_type"] == "video"
    assert "new_broad" not in types(found(*narrow, adset("2", "broad")))
    assert "new_broad" not in types(found(*narrow, adset("2", "advantage")))


def test_a_country_that_does_better_gets_what_sells():
    adsets = [
        adset("1", "interest"),
        adset("2", "broad", countries=("US", "CA")),
        adset("3", "visitors"),
    ]
    leads = [("US", "no sure difference", -0.02, 0.8), ("CA", "advantage", 0.2, 0.2)]
    rows = found(*adsets, leads=leads).query("recommendation_type == 'new_country'")
    [row] = rows.to_dict("records")
    assert row["targeting"]["geo_locations"]["countries"] == ["CA"]
    assert row["targeting"]["flexible_spec"] == [{"interests": [{"id": "6003", "name": "Yoga"}]}]
    assert row["name"] == "PRO | interest 1 | CA | 25-65"
    # ROAS is that of interest ad sets times 1.2, beside what a little more learning costs
    plain = found(*adsets, leads=[(*leads[1][:2], 0.0, 0.2)])
    [before] = plain.query("recommendation_type == 'new_country'")["expected_roas"]
    assert row["expected_roas"] / before == pytest.approx(1.2, rel=0.03)
    worse = [("CA", "disadvantage", -0.2, 0.2)]
    assert "new_country" not in types(found(*adsets, leads=worse))
    # of a country that it does not spend in nothing is known
    assert "new_country" not in types(found(*adsets, leads=[("GB", "advantage", 0.3, 0.0)]))


def test_a_country_of_many_orders_and_little_spend_is_one_too():
    adsets = [adset("1", "interest"), adset("2", "broad", countries=("US", "CA"))]
    leads = [("CA", "no sure difference", -0.02, 0.1)]
    more = found(*adsets, leads=leads, orders=[("CA", 50.0, 0.3)])
    assert "new_country" in types(more)
    as_much = found(*adsets, leads=leads, orders=[("CA", 50.0, 0.1)])
    assert "new_country" not in types(as_much)


def test_people_who_know_the_shop_and_see_no_ad():
    cold = [adset("1", "lookalike"), adset("2", "broad")]
    rows = found(*cold).set_index("recommendation_type")
    visitors, buyers = rows.loc["new_retargeting"], rows.loc["repeat_buyers"]
    assert visitors["targeting"]["custom_audiences"] == [{"id": "901", "name": "Visitors 30 days"}]
    assert visitors["exclusions"] == ["Purchasers 180 days"]
    assert buyers["targeting"]["custom_audiences"] == [BUYERS]
    assert buyers["exclusions"] == []
    # 20,000 people x 5 times / 7 days x 10 for 1000
    assert buyers["daily_budget"] <= 20_000 * 5 / 7 * 10 / 1000
    assert "new_retargeting" not in types(found(*cold, adset("3", "visitors")))
    old = {**AUDIENCES, "901": ("visitors", 80_000, 180)}
    assert "new_retargeting" not in types(found(*cold, audiences=old))
    few = {**AUDIENCES, "901": ("visitors", 900, 30)}
    assert "new_retargeting" not in types(found(*cold, audiences=few))


@pytest.mark.parametrize(
    "changes",
    [
        {"goal": "leads"},
        {"is_active": False},
        {"is_advantage_campaign": True},
        {"special_ad_categories": ["HOUSING"]},
        {"targeting": None, "countries": None},
        {"purchases": 5.0},
    ],
    ids=["not for purchases", "off", "Advantage+", "special", "nobody knows whom", "little"],
)
def test_nothing_is_modelled_on_what_cannot_be_a_model(changes):
    kinds = ("lookalike", "interest", "broad")
    assert found(*(adset(str(n), kind, **changes) for n, kind in enumerate(kinds))).empty


def test_where_only_names_are_known_they_are_built_on():
    named = {"targeting": None, "included_audience_ids": None}
    rows = found(adset("1", "lookalike", **named), audiences={})
    assert types(rows) == ["new_broad"]
    [row] = rows.to_dict("records")
    assert row["targeting"] == {
        "geo_locations": {"countries": ["US"], "location_types": ["home", "recent"]},
        "age_min": 25,
        "age_max": 65,
        "targeting_automation": {"advantage_audience": 0},
        "excluded_custom_audiences": [{"id": "900", "name": "900"}],
    }


def test_a_campaign_that_holds_its_budget_gets_no_new_ad_set():
    own = adset("1", "lookalike", campaign_has_budget=True)
    rows = found(own, adset("2", "broad"), adset("3", "visitors"))
    [wider] = rows[rows["recommendation_type"] == "wider_lookalike"].to_dict("records")
    assert pd.isna(wider["campaign_id"])
    assert "Create a campaign with the objective" in wider["setup_steps"]


def test_every_candidate_is_whole():
    rows = found(
        adset("1", "lookalike"),
        adset("2", "interest", countries=("US", "CA")),
        leads=[("CA", "advantage", 0.2, 0.2)],
    )
    assert len(rows) >= 4
    for row in rows.to_dict("records"):
        assert problems(row["targeting"]) == []
        assert row["daily_budget"] > 0
        assert row["expected_roas_low"] < row["expected_roas"] < row["expected_roas_high"]
        for text in ("name", "evidence", "reason", "setup_steps"):
            assert row[text]
            assert "nan" not in row[text].replace("finance", "")
        assert row["name"] in row["setup_steps"]


def test_the_creative_is_the_one_that_surely_sells_most():
    rates = {("video", "broad"): 0.03, ("image", "broad"): 0.02, ("image", "interest"): 0.02}
    chosen = creative_choice(cells(rates), PARAMETERS).set_index("audience_type")
    assert chosen.loc["broad", "creative_type"] == "video"
    # shown as often: ln 0.03 against the mean of ln 0.03 and ln 0.02
    assert chosen.loc["broad", "log_effect"] == pytest.approx(np.log(1.5) / 2)
    assert chosen.loc["broad", "effect_variance"] == pytest.approx(
        0.05**2 + 0.02**2 + 0.03**2 + 0.01**2
    )
    assert chosen.loc["interest", "creative_type"] == "image"
    assert chosen.loc["interest", "log_effect"] == pytest.approx(0.0)
