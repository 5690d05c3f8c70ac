import pytest

from python_jobs.warehouse.reference import PAGE, key_of, page
from python_jobs.warehouse.units import MEANINGS, unit_of


@pytest.fixture(scope="module")
def text():
    return page()


def test_the_page_is_up_to_date(text):
    """Else: python -m python_jobs.warehouse.reference."""
    assert PAGE.read_text(encoding="utf-8") == text


def test_a_column_stands_in_the_page_with_type_unit_and_meaning(text):
    assert "\n### results.account_daily\n\nOne row per ad account and day" in text
    assert "\nKey: `date_day`, `account_id`.\n" in text
    assert (
        "\n| `spend` | decimal(18,2) | currency | Money spent; null on a day without insights. |\n"
    ) in text


def test_the_key_is_what_the_test_of_the_grain_names():
    pair = {"unique_combination": {"arguments": {"columns": ["a", "b"]}}}
    assert key_of({"columns": [], "data_tests": ["other", pair]}) == ["a", "b"]
    one = {"columns": [{"name": "a"}, {"name": "b", "data_tests": ["not_null", "unique"]}]}
    assert key_of(one) == ["b"]
    looked_at = {"key": {"arguments": {"not_null": ["a"]}}}
    assert key_of({"columns": [{"name": "a"}, {"name": "b", "data_tests": [looked_at]}]}) == ["b"]
    assert key_of({"columns": [{"name": "a", "data_tests": ["key"]}]}) == ["a"]


@pytest.mark.parametrize(
    ("column", "data_type", "unit"),
    [
        ("upper_limit", "decimal(18,2)", "currency"),
        ("spend_7d", "double", "currency"),
        ("cpm_trend", "double", "ratio"),
        ("best_ad_value_share_7d", "double", "share"),
        ("spend_change_pct", "double", "%"),
        ("prob_beats_hold", "double", "share"),
        ("marginal_roas_low", "double", "ratio"),
        ("purchases_matured_28d", "double", "number"),
        ("days_since_significant_edit", "bigint", "days"),
        ("new_customer_orders", "bigint", "number"),
        ("value", "double", "varies"),
        ("reason", "varchar", ""),
    ],
)
def test_a_unit_is_told_from_type_and_name(column, data_type, unit):
    assert unit_of(column, data_type) == unit
    assert unit in {*MEANINGS, ""}


def test_fractions_of_an_unknown_kind_are_refused():
    with pytest.raises(ValueError, match="wobble: its name tells no unit"):
        unit_of("wobble", "double")
