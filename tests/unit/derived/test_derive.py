"""From measures to the values and files that settings are read from."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from published import make_warehouse

from python_jobs.config.load import load_parameters
from python_jobs.config.paths import key_paths, nested
from python_jobs.config.schema import Parameters
from python_jobs.config.search_space import Tunable, load_search_space
from python_jobs.derived.declared import DERIVATIONS
from python_jobs.derived.derive import derive, measure_all
from python_jobs.derived.files import file_texts
from python_jobs.derived.measures import MEASURES, Lacking, Measure

CONFIG = Path(__file__).parents[3] / "config"
DEFAULTS, _ = load_parameters(CONFIG, "nobody", "meta")
RANGES, _ = load_search_space(CONFIG, "nobody", "meta", DEFAULTS)
NOTHING = dict.fromkeys(MEASURES, Lacking("3 purchases; it takes 100"))
SPREAD = "spread of ln(ROAS)"
FATIGUE = "exponent of clicks on frequency"


def derive_one(parameter, measure, figures, ranges=RANGES):
    measured = NOTHING | {measure: Measure(*figures, "20 holders")}
    [found] = [
        each for each in derive(measured, DEFAULTS, DEFAULTS, ranges) if each.parameter == parameter
    ]
    return found


@pytest.mark.parametrize(
    ("parameter", "measure", "figures", "value"),
    [
        # as many standard deviations from the mean as 1.25 is where one is .35: 1.25^(.5 / .35)
        ("decision_rules.excellent.min_roas_index", SPREAD, (0.5, 0.45, 0.55), 1.38),
        ("decision_rules.declining.max_roas_index_uncertain", SPREAD, (0.5, 0.45, 0.55), 0.888),
        ("gradient_config.full_strength_at", SPREAD, (0.5, 0.45, 0.55), 0.5),
        # 0.85^(.175 / .35), the square root
        ("decision_rules.efficiency.max_cpa_ratio", "spread of ln(CPA)", (0.175, 0.15, 0.2), 0.922),
        ("evidence.interval_spread", "variation of order values", (0.8, 0.7, 0.9), 1.64),
        (
            "safety_rules.learning_min_conversions",
            "conversions with which learning ends",
            (13, 12, 14),
            13,
        ),
        # clicks fall as far as (4 / 2)^-.43 where ((f + 1) / 2)^-.6 does: 2 * 2^(.43 / .6) - 1
        # and, from 10 on, 2 * 5.5^(.43 / .6) - 1
        ("health_score_config.frequency_watch", FATIGUE, (0.6, 0.55, 0.65), 2.29),
        ("decision_rules.volume.min_frequency", FATIGUE, (0.6, 0.55, 0.65), 5.79),
        ("detectors.audiences.frequency_warm", FATIGUE, (0.6, 0.55, 0.65), 4.4),
        # e^-3 is 5 %
        ("detectors.budgets.no_purchase_spend", "cost of a purchase", (21, 20, 22), 63),
    ],
)
def test_values_follow_from_measures(parameter, measure, figures, value):
    found = derive_one(parameter, measure, figures)
    assert found.value == value
    assert "of 20 holders" in found.evidence


def test_a_default_within_the_interval_stays():
    parameter = "decision_rules.excellent.min_roas_index"
    found = derive_one(parameter, SPREAD, (0.5, 0.34, 0.7))
    assert found.value is None
    # 1.25^(.34 / .35) to 1.25^(.7 / .35)
    assert found.evidence.startswith("the default 1.25 lies within 1.24 to 1.56")
    # of ratios below 1 the larger spread is the lower end
    assert (
        derive_one(
            "decision_rules.efficiency.max_cpa_ratio", "spread of ln(CPA)", (0.5, 0.34, 0.7)
        ).value
        is None
    )


def test_too_little_data_leaves_the_default_and_says_what_it_takes():
    for found in derive(NOTHING, DEFAULTS, DEFAULTS, RANGES):
        assert found.value is None
        assert found.evidence == "too little data: 3 purchases; it takes 100"


def test_a_value_is_held_to_the_range_of_the_tuner_and_to_that_of_the_schema():
    parameter = "health_score_config.frequency_watch"
    # 2 * 2^(.43 / 2) - 1 = 1.32, where the tuner goes from 2 and the schema from 1
    found = derive_one(parameter, FATIGUE, (2.0, 1.9, 2.1))
    assert found.value == 2.0
    assert found.evidence.endswith("= 1.32, held to the end of its range")
    narrow = {parameter: Tunable(parameter, 2.5, 3.5, "linear")}
    assert derive_one(parameter, FATIGUE, (2.0, 1.9, 2.1), narrow).value == 2.5
    # 1.25^(3 / .35) = 6.77
    parameter = "decision_rules.excellent.min_roas_index"
    assert derive_one(parameter, SPREAD, (3, 2.9, 3.1), {}).value == 5


def test_frequencies_are_only_lowered():
    """The fit is too flat: what people saw in earlier weeks wears them out, too."""
    found = derive_one("health_score_config.frequency_watch", FATIGUE, (0.2, 0.15, 0.25))
    assert found.value is None
    # 2 * 2^(.43 / .2) - 1
    assert "would be raised to 7.88" in found.evidence


def test_the_narrower_the_interval_the_surer():
    figures = {"high": (0.5, 0.46, 0.55), "fair": (0.5, 0.45, 0.57), "low": (0.5, 0.4, 0.7)}
    for confidence, each in figures.items():
        assert derive_one("gradient_config.full_strength_at", SPREAD, each).confidence == confidence


def test_every_declared_parameter_is_one_and_has_a_measure():
    assert {each.parameter for each in DERIVATIONS} <= {".".join(path) for path in key_paths()}
    assert {each.measure for each in DERIVATIONS} <= MEASURES.keys()
    assert len({each.parameter for each in DERIVATIONS}) == len(DERIVATIONS)


def test_the_file_says_beside_each_value_what_it_rests_on():
    measured = NOTHING | {SPREAD: Measure(0.5, 0.46, 0.55, "20 holders, 900 purchases in 28 days")}
    texts = file_texts(derive(measured, DEFAULTS, DEFAULTS, RANGES), "x", "meta", "2026-06-01")
    text = texts["rules.auto.yaml"]
    said = " ".join(line.strip(" #") for line in text.splitlines())
    assert "`autopilot auto-params --customer x --platform meta`" in said
    assert "published for 2026-06-01" in said
    assert (
        "default 1.25, confidence high spread of ln(ROAS) 0.5 (0.46 to 0.55) of 20 holders, 900 "
        "purchases in 28 days; default ^ (spread / 0.35) min_roas_index: 1.38 "
    ) in said
    assert "- evidence.interval_spread: too little data: 3 purchases; it takes 100 " in said
    assert yaml.safe_load(text) == {
        "decision_rules": {
            "excellent": {"min_roas_index": 1.38},
            "high": {"min_roas_index": 1.12},
            "declining": {"max_roas_index_uncertain": 0.888},
        },
        "gradient_config": {"full_strength_at": 0.5},
    }


def test_each_side_has_a_file_of_its_own():
    measured = NOTHING | {"cost of a purchase": Measure(21, 20, 22, "900 purchases in 28 days")}
    texts = file_texts(derive(measured, DEFAULTS, DEFAULTS, RANGES), "x", "meta", "2026-06-01")
    assert set(texts) == {"rules.auto.yaml", "params.auto.yaml"}
    assert yaml.safe_load(texts["rules.auto.yaml"]) is None
    assert yaml.safe_load(texts["params.auto.yaml"]) == {
        "detectors": {"budgets": {"no_purchase_spend": 63}}
    }
    assert "detectors" not in texts["rules.auto.yaml"]
    assert " params.yaml beside it" in " ".join(texts["params.auto.yaml"].replace("#", "").split())


def assert_allowed(derived):
    """Fail where the build would refuse what is written."""
    values = {tuple(each.parameter.split(".")): json.loads(each.value) for each in DEFAULTS}
    for text in file_texts(derived, "x", "meta", "2026-06-01").values():
        written = yaml.safe_load(text) or {}
        values |= dict(leaves(written))
    Parameters.model_validate(nested(values))
    for each in derived:
        if each.value is not None and each.parameter in RANGES:
            tunable = RANGES[each.parameter]
            assert tunable.low <= each.value <= tunable.high


def leaves(section, path=()):
    for key, value in section.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value


positive = st.floats(1e-6, 1e6)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(positive, positive, positive), min_size=len(MEASURES), max_size=len(MEASURES)
    )
)
def test_whatever_is_measured_the_file_is_allowed(figures):
    measured = {
        name: Measure(value, min(ends), max(ends), "any")
        for name, (value, *ends) in zip(MEASURES, map(sorted_around, figures), strict=True)
    }
    assert_allowed(derive(measured, DEFAULTS, DEFAULTS, RANGES))


def sorted_around(figures):
    low, value, high = sorted(figures)
    return value, low, high


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.sampled_from([0.01, 1.0, 30.0]),
    spread=st.sampled_from([0.0, 0.3, 3.0]),
    count=st.sampled_from([1, 2, 24]),
)
def test_whatever_is_published_the_file_is_allowed(seed, size, spread, count):
    rng = np.random.default_rng(seed)

    def number(scale):
        """Nothing, not known, or anything of about this size."""
        return rng.choice([0.0, None, size * scale * rng.lognormal(0, spread)], p=[0.1, 0.1, 0.8])

    def rows(figures, repeated):
        for place in range(count * repeated):
            key = {name: str(place % count) for name in ("budget_entity_id", "adset_id")}
            yield {"place": place // count, **key} | {k: number(v) for k, v in figures.items()}

    with make_warehouse() as warehouse:
        for table, (figures, repeated, query) in PUBLISHED.items():
            warehouse.register("made", pd.DataFrame(rows(figures, repeated)))
            warehouse.execute(f"insert into {table} by name {query}")
        assert_allowed(derive(measure_all(warehouse), DEFAULTS, DEFAULTS, RANGES))


# usual size of each figure, rows of a holder or ad set, and how the table is made of them
PUBLISHED = {
    "features.holder_features": (
        {
            "spend_28d": 1000,
            "link_clicks_28d": 500,
            "purchases_28d": 60,
            "impressions_7d": 50_000,
            "link_clicks_7d": 500,
            "frequency_7d_high": 2,
        },
        6,
        """
        select * exclude (place, adset_id), (budget_entity_id::int % 2)::varchar as account_id,
            'adset' as budget_level, date '2026-06-01' - 7 * place::int as decision_date
        from made
        """,
    ),
    "results.adset_daily": (
        {"purchases": 3, "purchase_value": 150},
        20,
        """
        select adset_id, purchases, purchase_value, (adset_id::int % 2)::varchar as account_id
        from made
        """,
    ),
    "results.budget_allocations": (
        {"projected_roas": 2, "width": 0.3},
        1,
        """
        select budget_entity_id, projected_roas, 'adset' as budget_level,
            projected_roas * exp(-least(width, 50)) as projected_roas_low,
            projected_roas * exp(least(width, 50)) as projected_roas_high
        from made
        """,
    ),
    "features.adset_features": (
        {"conversions_7d": 30},
        2,
        """
        select conversions_7d, date '2026-06-01' as date_day, 3 as age_days,
            'reported' as learning_status_source,
            if(place = 0, 'learning', 'out of learning') as learning_status
        from made
        """,
    ),
}


def test_a_table_that_is_not_published_is_told():
    with make_warehouse() as warehouse:
        warehouse.execute("drop table results.adset_daily")
        measured = measure_all(warehouse)
    assert "not published; `autopilot features`" in measured["variation of order values"].why
    assert "not published" not in measured[SPREAD].why
