"""An account written by hand, as the tables that recommendations read.

An ad set spends 100 a day, 3,000 in 30; it returns 2.00, its next unit 1.50, elsewhere money
returns 1.20. It has 5 events a week of the 50 that end learning. Its errors are a tenth, to which
that of the model comes (`ROAS_ERROR`).
"""

import json

import numpy as np
import pandas as pd
from detector_cases import ACCOUNT, ADSET, CAMPAIGN, PAIR

from python_jobs.decisions.value import INTERVAL

BUYERS, SEED, LOOKALIKE, VISITORS = "900", "901", "902", "903"
NAMES = {BUYERS: "Buyers 180 days", SEED: "Best buyers", LOOKALIKE: "LAL 1%", VISITORS: "Visitors"}
SPEC = {
    "geo_locations": {"countries": ["US", "CA"], "location_types": ["home", "recent"]},
    "age_min": 18,
    "age_max": 65,
    "excluded_custom_audiences": [{"id": BUYERS, "name": NAMES[BUYERS]}],
    "targeting_automation": {"advantage_audience": 0},
}
OPEN_SPEC = {name: value for name, value in SPEC.items() if not name.startswith("excluded")}

# 0.1 and `advantages.model_error`
ROAS_ERROR = float(np.hypot(0.1, 0.06))

SETUP = {
    "account_id": "1",
    "account_name": "Shop",
    "campaign_id": "k",
    "campaign_name": "Strangers",
    "currency": "USD",
    "is_active": True,
    "goal": "purchases",
    "optimization_goal": "OFFSITE_CONVERSIONS",
    "promoted_event": "PURCHASE",
    "bid_strategy": "LOWEST_COST_WITHOUT_CAP",
    "bid_amount": np.nan,
    "campaign_has_budget": False,
    "audience_type": "broad",
    "funnel": "prospecting",
    "countries": ["US", "CA"],
    "lookalike_percent": np.nan,
    "special_ad_categories": None,
    "attribution_setting": "7d_click_1d_view",
    "is_advantage_campaign": False,
    "excludes_buyers": 1.0,
    "setup_source": "targeting",
}
EVIDENCE = {
    "account_id": "1",
    "campaign_id": "k",
    "spend": 2800.0,
    "purchase_value_corrected": 5600.0,
    # 40 an order, as 2.00 at 20 a purchase
    "purchases_matured_long": 450.0,
    "purchase_value_corrected_long": 18_000.0,
    "current_spend": 100.0,
    "evidence_purchases": 100.0,
    "roas": 2.0,
    "roas_log_error": 0.1,
    "roas_low": 2 * np.exp(-INTERVAL * 0.1),
    "roas_high": 2 * np.exp(INTERVAL * 0.1),
    "marginal_roas": 1.5,
    "elasticity": 0.75,
    "expected_cpa": 20.0,
    "shopify_correction": 1.0,
    "incrementality": 1.0,
}
SIZE = {
    "account_id": "1",
    "entity_level": "adset",
    "current_spend": 100.0,
    "marginal_roas": 1.5,
    "marginal_roas_high": 1.5 * np.exp(INTERVAL * 0.1),
    "clearing_marginal_roas": 1.2,
    "spend_to": 200.0,
    "spend_by_return": 244.0,
}
MORNING = pd.Timestamp("2026-06-01")
DECISION = {
    "decision_date": MORNING,
    "account_id": "1",
    "action": "hold",
    "lower_limit": 80.0,
    "upper_limit": 120.0,
    "upper_limit_name": "largest_step",
    "current_budget": 100.0,
    "recommended_budget": 100.0,
}
# countries are a list in the one table and a text in the other
INPUT = ADSET | {"events_a_week": 5.0, "marginal_roas": 1.5}
PARTS = {
    "adset_setups": SETUP,
    "adset_evidence": EVIDENCE,
    "detector_inputs_adset": INPUT,
    "opportunity_sizes": SIZE,
    "decisions": DECISION,
}
ID_OF = {
    "adset_setups": "adset_id",
    "adset_evidence": "adset_id",
    "detector_inputs_adset": "adset_id",
    "opportunity_sizes": "entity_id",
    "decisions": "budget_entity_id",
}
AD_TEXTS = ("creative_type", "ad_name", "reason")
NAMED = ("adset_setups", "detector_inputs_adset")


def constraint(kind: str, required: object, scope: str = "1") -> dict[str, object]:
    return {
        "account_id": "1",
        "constraint_kind": kind,
        "scope_id": scope,
        "scope_name": NAMES.get(scope),
        "required_value": json.dumps(required),
    }


def tables(adsets, *, findings=(), constraints=(), ads=(), cells=(), open_incident=False):
    """Make the tables of an account.

    Args:
        adsets: By id what of an ad set is not as above, whatever table it is in, and its `spec`.
        findings: (detector, ad set or campaign).
        constraints: Beside those of evidence and exclusion.
        ads: Rows of `ad_verdicts`.
        cells: Rows of `creative_fit`.
        open_incident: Whether tracking is in doubt.

    """
    made = {}
    for table, sound in PARTS.items():
        rows = []
        for key, changes in adsets.items():
            own = {name: value for name, value in changes.items() if name in sound}
            names = {"adset_name": f"Ad set {key}"} if table in NAMED else {}
            rows.append(sound | own | names | {ID_OF[table]: key})
        made[table] = pd.DataFrame(rows)
    unknown = {name for changes in adsets.values() for name in changes} - {"spec"}
    assert unknown <= {name for sound in PARTS.values() for name in sound}, unknown
    made["adset_setups"]["holder_id"] = list(adsets)
    specs = {key: changes.get("spec", SPEC) for key, changes in adsets.items()}
    return made | {
        "stg_meta__adsets": pd.DataFrame(
            {
                "adset_id": list(specs),
                "targeting": [json.dumps(spec) if spec else None for spec in specs.values()],
            }
        ),
        "custom_audiences": pd.DataFrame(
            {
                "account_id": "1",
                "audience_id": list(NAMES),
                "audience_name": list(NAMES.values()),
                "audience_type": ["buyers", "buyers", "lookalike", "visitors"],
                "size_low": [20_000.0, 20_000.0, 2e6, 50_000.0],
                "size_high": [24_000.0, 24_000.0, 2.4e6, 60_000.0],
                "retention_days": [180.0, np.nan, np.nan, 30.0],
                "lookalike_percent": [np.nan, np.nan, 1.0, np.nan],
                "lookalike_origin": [None, None, NAMES[SEED], None],
                "excluding_adsets": [3.0, 0.0, 0.0, 0.0],
                "including_adsets": [0.0, 0.0, 1.0, 1.0],
            }
        ),
        "int_adset_audiences": pd.DataFrame(
            [
                {"adset_id": key, "is_excluded": False, "audience_id": item["id"]}
                for key, spec in specs.items()
                for item in (spec or {}).get("custom_audiences", [])
            ],
            columns=["adset_id", "is_excluded", "audience_id"],
        ).astype({"is_excluded": bool}),
        "country_people": pd.DataFrame({"country": ["US", "CA"], "people": [230e6, 28e6]}),
        "detector_inputs_pair": pd.DataFrame([PAIR]).iloc[:0],
        "detector_inputs_campaign": pd.DataFrame([CAMPAIGN | {"daily_budget": 600.0}]),
        "detector_inputs_account": pd.DataFrame([ACCOUNT]),
        "detector_findings": pd.DataFrame(findings, columns=["detector_id", "entity_id"]),
        "creative_fit": pd.DataFrame(
            cells,
            columns="account_id measure creative_type audience_type ads effect_sd "
            "expected_rate".split(),
        ).astype({"creative_type": object, "audience_type": object}),
        "ad_verdicts": pd.DataFrame(
            ads,
            columns="account_id adset_id ad_id ad_name creative_type is_test spend_7d impressions "
            "purchases expected_cpa verdict reason".split(),
        ).astype(
            {"is_test": bool, **dict.fromkeys(("creative_type", "ad_name", "reason"), object)}
        ),
        "data_incidents": pd.DataFrame(
            {
                "account_id": ["1"],
                "is_open": [open_incident],
                "is_acted_on": [True],
            }
        ),
        "recommendation_constraints": pd.DataFrame(
            [constraint("minimum_evidence", 10), constraint("exclusion", [], BUYERS), *constraints]
        ),
        "unit_returns": pd.DataFrame(
            {
                "decision_date": MORNING,
                "unit_level": "adset",
                "unit_id": list(adsets),
                "curvature": 0.25,
            }
        ),
    }
