"""The sentences a buyer reads, whole, for holders whose numbers are known by hand."""

from typing import Any

import numpy as np
import pytest
from inputs import ANY_CHANGE, holders, no_modifiers, settings

from python_jobs.decisions.decide import decide

SEEN = (
    # e^(1.2816 * .2133) = 1.314 to either side: .126 of its own, .14 and .10 by which a week drifts
    " Projected 7-day ROAS 2.00 (80 % interval 1.52 to 2.63), level with the account's 2.00,"
    " on 75 Meta-attributed purchases in 28 days to 1 Mar 2026."
)
RANKED = " Without a target it is only ranked against the others."
STAR = {"marginal_roas": 1.8}
"""Returns 1.8 where others return 1.5, so it takes whatever its step allows."""


def reasons(
    *changes: dict[str, Any],
    total: float | None = None,
    effort: dict[str, Any] | None = None,
    **of_all: Any,
) -> list[str]:
    """Return the reason of each holder of one account; all spend what they have, 100 a day."""
    frame = holders(*changes, **{"current_spend": 100.0} | of_all)
    today = frame["current_budget"].fillna(0).sum()
    frame["account_budget_target"] = today if total is None else total
    decided = decide(frame, settings(**no_modifiers(), effort=ANY_CHANGE | (effort or {})))
    return decided.sort_values("budget_entity_id")["reason"].tolist()


WORKHORSE = (
    " Its rule asks for +4 %. Large spend whose last part still earns more than the account's"
    " scales where small winners cannot."
)


def test_a_raise_and_the_cut_that_pays_for_it():
    raised, cut = reasons(STAR, {})
    # unlimited, budgets would go as (1.8 * 1.02)^2 to 1.5^2, so both take the largest step
    assert raised.startswith("Raised by 20 % to 120.00 USD a day, ")
    assert "% likely to beat no change." + SEEN in raised
    assert " The next unit of budget returns 1.80 here, the account's last one " in raised
    assert WORKHORSE + " 20 % is the largest step. Below a projected ROAS of " in raised
    assert raised.endswith(" it would be cut." + RANKED)
    assert cut.startswith("Cut by 20 % to 80.00 USD a day, ")
    assert " The next unit of budget returns 1.50 here, the account's last one " in cut
    assert cut.endswith(" it would be raised." + RANKED)


def test_amounts_are_in_the_accounts_currency_and_its_smallest_unit():
    raised, _ = reasons(STAR, {}, current_budget=10_000.0, current_spend=10_000.0, currency="JPY")
    assert raised.startswith("Raised by 20 % to 12,000 JPY a day, ")


def test_of_an_estimated_budget_the_percentage_counts():
    raised, _ = reasons(STAR | {"current_budget_source": "estimated"}, {})
    assert raised.endswith(
        " Today's budget is estimated from spend: go by the percentage." + RANKED
    )


def test_what_is_not_worth_an_edit():
    _, kept, _ = reasons(STAR, {"marginal_roas": 1.65}, {}, effort={"min_change_pct": 5})
    assert kept.startswith(
        "Kept at 100.00 USD a day: it should change by less than 5 %, which is not worth an edit."
    )
    assert " would move it." in kept
    kept = reasons(STAR, STAR, {}, {}, effort={"max_changes_per_run": 2})
    assert sum("no more than 2 are made at a time." in reason for reason in kept) == 2


def test_idle_money():
    limited = {"current_spend": 60.0, "delivery_ceiling": 60.0, "delivery_room": 0.6}
    _, idle, _ = reasons(STAR, limited, {})
    assert idle == (
        "Cut by 20 % to 80.00 USD a day: when delivery held it back it spent 60.00, and what it"
        f" cannot spend goes elsewhere.{SEEN} It gets more again once it spends its budget.{RANKED}"
    )
    # no ceiling was seen, but a fifth stays unspent: its next unit returns more, yet it is cut
    _, cut = reasons({}, {"marginal_roas": 1.6, "current_spend": 80.0})
    assert cut.startswith("Cut by ")
    assert " It spends 80.00 of its 100.00, and what it leaves can earn elsewhere." in cut
    assert "next unit" not in cut


@pytest.mark.parametrize(
    ("change", "because"),
    [
        (
            {"learning_status": "learning", "age_days": 2.0, "conversions_7d": 12.0},
            "it is in learning, with 12 conversions in 7 days, and left alone until it has 50 or"
            " 7 days have passed since its start or last significant edit."
            f"{SEEN} Otherwise it would be cut.{RANKED}",
        ),
        (
            {"days_since_budget_change": 0.0},
            f"its budget changed today and rests for 3 days.{SEEN} Otherwise it would be cut."
            f"{RANKED}",
        ),
        (
            {"days_since_budget_change": 1.0},
            f"its budget changed 1 day ago and rests for 3 days.{SEEN} Otherwise it would be cut."
            f"{RANKED}",
        ),
        (
            {"bid_strategy": "COST_CAP", "current_spend": 60.0, "delivery_ceiling": 60.0},
            "its bid, and not its budget, holds delivery back: it spent 60.00. Review the bid."
            f"{SEEN} The next unit of budget returns 1.50 here, the account's last one 1.65."
            f"{RANKED}",
        ),
        (
            {"status": "paused"},
            "it is not active, so nothing of it is spent. Active, it takes part.",
        ),
        (
            {
                "goal": "profile_visits",
                "has_value": False,
                "projected_roas": np.nan,
                "marginal_roas": np.nan,
            },
            "it buys profile visits, which have no revenue here, so ROAS says nothing of it. With a"
            " value of each in targets.value_per_result it takes part.",
        ),
        (
            {"budget_type": "lifetime"},
            "this is its lifetime budget's share of a day, which Meta spreads itself. With a daily"
            " budget it takes part.",
        ),
        (
            {"is_budget_scheduled": True},
            "Meta raises it at times set in advance. Without a budget schedule it takes part.",
        ),
        (
            {"buying_type": "RESERVED"},
            "it buys reach in advance, at a price and for days that are agreed.",
        ),
        (
            {"projected_roas": np.nan, "marginal_roas": np.nan},
            "there is not enough spend yet to project its ROAS. It takes part as soon as there is.",
        ),
    ],
)
def test_why_a_budget_is_left_alone(change: dict[str, Any], because: str):
    _, _, kept = reasons(STAR, {}, change)
    assert kept == "Kept at 100.00 USD a day: " + because


def test_results_with_a_value_are_said_in_their_own_words():
    lead = {"goal": "leads", "value_per_result": 12.5, "purchases_long": 1234.0}
    _, _, kept = reasons(STAR, {}, lead | {"days_since_budget_change": 0.0})
    assert ", on 1,234 leads, each worth 12.50 USD, in 28 days to " in kept
    _, _, bought = reasons(STAR, {}, {"days_since_budget_change": 0.0})
    assert ", on 75 Meta-attributed purchases in 28 days to " in bought


def test_a_budget_that_is_not_known():
    _, _, kept = reasons(STAR, {}, {"current_budget": np.nan})
    assert kept == (
        "Kept: its budget in USD stands in no file and no spend shows it. Once it is known, it"
        " takes part."
    )


def test_a_budget_that_earns_what_others_do_or_stands_alone():
    nothing_to_earn, _ = reasons({}, {})
    assert nothing_to_earn == (
        f"Kept at 100.00 USD a day: moving it would earn nothing to speak of.{SEEN}"
    )
    [alone] = reasons(STAR)
    assert alone == (
        "Kept at 100.00 USD a day: no other budget of the account can move, so its money has"
        f" nowhere to go.{SEEN}"
    )


def test_what_limits_leave_over_is_said_in_numbers():
    for reason in reasons(STAR, {}, total=300.0):
        assert reason.endswith(
            " The account's total goes from 200.00 to 300.00 USD a day."
            " Limits leave 60.00 of the account's 300.00 USD a day over."
        )


def test_a_pause_says_why_and_what_it_frees():
    dead = {
        "purchases_28d": 0.0,
        "purchases_long": 0.0,
        "spend_28d": 3000.0,
        "marginal_roas": 0.5,
        "projected_roas": 0.7,
        "roas_index": 0.35,
        "roas_index_high": 0.45,
        "days_observed": 60.0,
    }
    _, paused = reasons(STAR, dead)
    assert paused.startswith(
        "Paused: its rule stops it and frees 100.00 USD a day. Eight"
        " purchases due in four weeks and none made happens to a sound ad set once in 3,000 times"
    )
    assert "Projected 7-day ROAS 0.70 (80 % interval 0.53 to 0.92), 65 % below" in paused


def test_what_shopify_takes_off_or_adds():
    over, under = reasons({"shopify_correction": 0.5}, STAR | {"shopify_correction": 1.25})
    assert (
        ", after Shopify last-click takes 50 % off Meta's claim, which over-credits it, on 75 "
        in over
    )
    assert ", after Shopify last-click adds 25 % to Meta's claim, on 75 " in under
