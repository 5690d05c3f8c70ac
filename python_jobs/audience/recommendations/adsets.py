"""Candidates of changes to ad sets there are.

`gain_30d` is what the account earns more in 30 days: revenue after less revenue before, less what
the money that is added returns elsewhere (`clearing_marginal_roas`; money that is freed earns it).
All is at today's spend; budgets are those of `budget_allocations`.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from python_jobs.audience.recommendations.candidates import Spec, candidates
from python_jobs.audience.recommendations.current import (
    MONTH,
    Tables,
    ad_sets,
    least_purchases,
    told,
)
from python_jobs.audience.recommendations.edits import (
    Row,
    edits,
    learning_cost,
    learns_again,
    marginal_of,
    percent,
    request_of,
    roas_of,
    with_wider_lookalikes,
)
from python_jobs.audience.recommendations.estimate import Range, constant, estimate, lognormal
from python_jobs.audience.recommendations.layout import (
    candidate_rows,
    excluded_names,
    money_of,
    own_budget,
    rows_of,
    steps_of,
    tuples,
)
from python_jobs.audience.recommendations.merges import merge_candidates
from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import Bools, Floats, floats

PURCHASE_GOALS = ("OFFSITE_CONVERSIONS", "PURCHASE")
"""optimization goal and event of an ad set that is to sell"""


def adset_candidates(tables: Tables, parameters: Parameters) -> pd.DataFrame:
    """Return what could be changed about ad sets: columns as in `CANDIDATES`.

    An ad set can have several; `choose` takes one of them.
    """
    now = with_wider_lookalikes(ad_sets(tables), tables, parameters)
    if now.empty:
        return candidates(pd.DataFrame())
    # what counts leave open is not all, as opportunity_sizes has it of the next unit
    error = np.hypot(floats(now, "roas_log_error"), parameters.advantages.model_error)
    now = now.assign(roas_log_error=error)
    for_purchases = (now["goal"] == "purchases").to_numpy()
    sells = for_purchases & least_purchases(tables, now)
    made = [
        _edited(now, sells, tables, parameters),
        _paused(now, for_purchases, tables, parameters),
        _paused_ads(now, sells, tables),
        _other_bid(now, sells, tables, parameters),
        _other_event(now, ~for_purchases, tables, parameters),
        _new_creative(now, sells, tables, parameters),
        _scaled(now, sells),
        merge_candidates(now[sells], tables, parameters),
    ]
    found = [part for part in made if len(part)]
    return candidates(pd.concat(found, ignore_index=True) if found else pd.DataFrame())


def _edited(
    now: pd.DataFrame, sells: Bools, tables: Tables, parameters: Parameters
) -> pd.DataFrame:
    """One edit of the targeting per ad set, of all changes that gain something or must come along.

    Its type is the change that gains most.
    """
    kinds = edits(now, tables, parameters)
    gains = np.column_stack([kind.gain.best for kind in kinds])
    applies = np.column_stack([kind.applies for kind in kinds]) & (gains >= 0)
    together = kinds[0].gain.where(applies[:, 0])
    for place, kind in enumerate(kinds[1:], start=1):
        together = together + kind.gain.where(applies[:, place])
    gain = together - learning_cost(now, parameters)
    where = sells & (gains * applies).any(axis=1)
    mine = now[where].reset_index(drop=True)
    types = np.array([kind.edit_id for kind in kinds])[(gains * applies).argmax(axis=1)]
    rows = tuples(mine)
    of_row = [
        [kind for kind, does in zip(kinds, row, strict=True) if does] for row in applies[where]
    ]
    specs = [
        _changed(row, [kind.change for kind in own]) for row, own in zip(rows, of_row, strict=True)
    ]
    says = [[kind.says(row) for kind in own] for row, own in zip(rows, of_row, strict=True)]
    return candidate_rows(
        mine,
        types[where],
        rows_of(gain, where),
        floats(mine, "spend_30d"),
        **learns_again(mine, parameters),
        targeting=specs,
        audience_to_create=[
            request_of(row) if any(kind.edit_id == "wider_lookalike" for kind in own) else None
            for row, own in zip(rows, of_row, strict=True)
        ],
        exclusions=[excluded_names(spec) for spec in specs],
        changes=says,
        evidence=[
            " ".join(kind.why(row) for kind in own) for row, own in zip(rows, of_row, strict=True)
        ],
        reason=[
            f"{' '.join(kind.why(row) for kind in own)} {_learning_words(row, parameters)}"
            for row, own in zip(rows, of_row, strict=True)
        ],
        setup_steps=[
            steps_of(row, own_says, as_one_edit=True)
            for row, own_says in zip(rows, says, strict=True)
        ],
    )


def _changed(row: Row, changes: Sequence[Callable[[Spec, Row], Spec]]) -> Spec:
    spec: Spec = row.targeting
    for change in changes:
        spec = change(spec, row)
    return spec


def _learning_words(row: Row, parameters: Parameters) -> str:
    learning = parameters.detectors.learning
    return (
        f"The edit restarts learning, which is counted: it has {row.events_a_week:.0f} events a "
        f"week of the {learning.events_a_week:.0f} that end it."
    )


def _paused(
    now: pd.DataFrame, for_purchases: Bools, tables: Tables, parameters: Parameters
) -> pd.DataFrame:
    """Move all of its money where the next unit returns most: spend x (clearing return - ROAS).

    It is its ROAS that is lost, not its marginal one. Only where budgets go down too, it surely
    returns less than the money does elsewhere, and what is left once its next unit returns as much
    would not buy a purchase a day: that a detector would flag. Else the budget says how far.

    Estimates draw the order value to the account's. Few but large orders then look poor, so that it
    is taken as it was over `audience.long_days` where that is more: a pause cannot wait and see.
    """
    of_orders = order_value_kept(now)
    roas = estimate(lambda own: own * of_orders, roas_of(now))
    now = now.assign(roas=roas.best, roas_low=roas.low, roas_high=roas.high)
    spend, clearing = floats(now, "spend_30d"), floats(now, "clearing_roas")
    gain = estimate(lambda own: spend * (clearing - own), roas)
    least = parameters.detectors.budgets.min_budget_to_cpa * floats(now, "expected_cpa")
    is_poor = (roas.high < clearing) & (floats(now, "spend_by_return") < least)
    where = for_purchases & now["action"].isin(["decrease", "pause"]).to_numpy()
    where &= is_poor | told(tables, now, "no_purchases")
    mine = now[where].reset_index(drop=True)
    nothing = np.zeros(len(mine))
    return candidate_rows(
        mine,
        "pause",
        rows_of(gain, where),
        nothing,
        revenue=Range(nothing, nothing, nothing),
        daily_budget=0.0,
        changes=[["Switch it off."]] * len(mine),
        evidence=[
            f"It returns {row.roas:.2f} ({row.roas_low:.2f} to {row.roas_high:.2f}) on average; "
            f"the account's next unit of money returns {row.clearing_roas:.2f}."
            for row in tuples(mine)
        ],
        reason=[
            f"Its {money_of(row, 'current_spend')} a day earn more elsewhere: it returns "
            f"{row.roas:.2f} on average, {row.roas_high:.2f} at most, and the account's next unit "
            f"{row.clearing_roas:.2f}. Its budget is to go down by steps anyway; what would be "
            "left of it buys less than a purchase a day."
            for row in tuples(mine)
        ],
        setup_steps=[
            steps_of(
                row,
                [
                    "Switch it off.",
                    "Leave its budget as it is; the next decision gives its money to the others.",
                ],
                with_budget=False,
            )
            for row in tuples(mine)
        ],
    )


def order_value_kept(now: pd.DataFrame) -> Floats:
    """Return how much more its orders were worth than estimates take them for; 1 where no more."""
    purchases = floats(now, "purchases_matured_long")
    own = floats(now, "purchase_value_corrected_long") / np.where(purchases > 0, purchases, np.nan)
    return np.fmax(own / (floats(now, "roas") * floats(now, "expected_cpa")), 1.0)


def _paused_ads(now: pd.DataFrame, sells: Bools, tables: Tables) -> pd.DataFrame:
    """Ads that `ad_verdicts` pauses leave their money to the others of their ad set.

    Spend of 30 days as in the last 7 x ROAS of the ad set x (1 - its CPA / the ad's). Of P
    purchases the ad's CPA has the standard error 1 / sqrt(P + 1) (of the logarithm). Learning goes
    on.
    """
    ads = tables["ad_verdicts"]
    paused = ads[ads["verdict"] == "pause"]
    paused = paused.merge(
        now[["adset_id", "expected_cpa", "roas"]], on="adset_id", suffixes=("", "_of_adset")
    )
    spend = floats(paused, "spend_7d") * MONTH / 7 * floats(paused, "roas")
    dearness = floats(paused, "expected_cpa") / floats(paused, "expected_cpa_of_adset")
    lost = estimate(
        lambda ratio: spend * (1 - 1 / ratio),
        lognormal(dearness, 1 / np.sqrt(floats(paused, "purchases") + 1)),
    )
    names = paused["ad_name"].fillna(paused["ad_id"])
    of_ad = pd.DataFrame(
        {
            "adset_id": paused["adset_id"],
            "gain": lost.best,
            "down": (lost.best - lost.low) ** 2,
            "up": (lost.high - lost.best) ** 2,
            "paused_ads": 1,
            "ad_names": '"' + names + '"',
            "ad_reasons": names + ": " + paused["reason"],
        }
    )
    together = of_ad.groupby("adset_id").agg(
        {
            **dict.fromkeys(("gain", "down", "up", "paused_ads"), "sum"),
            "ad_names": ", ".join,
            "ad_reasons": " ".join,
        }
    )
    mine = now[sells].merge(together, left_on="adset_id", right_index=True)
    # the last ad stays: to switch it off is to pause the ad set
    mine = mine[mine["running_ads"] > mine["paused_ads"]].reset_index(drop=True)
    best = floats(mine, "gain")
    gain = Range(best, best - np.sqrt(floats(mine, "down")), best + np.sqrt(floats(mine, "up")))
    changes = [[f"Switch off {row.ad_names}."] for row in tuples(mine)]
    return candidate_rows(
        mine,
        "pause_ads",
        gain,
        floats(mine, "spend_30d"),
        changes=changes,
        evidence=mine["ad_reasons"],
        reason=mine["ad_reasons"] + " What they spend goes to the ad set's other ads.",
        setup_steps=[
            steps_of(row, change) for row, change in zip(tuples(mine), changes, strict=True)
        ],
    )


def _other_bid(
    now: pd.DataFrame, sells: Bools, tables: Tables, parameters: Parameters
) -> pd.DataFrame:
    """Raise caps so that budgets are spent: what that buys, less what it returns elsewhere.

    Returns fall as in `opportunity_sizes`: spend x marginal x ((x^(1 - q) - 1) / (1 - q)).
    """
    changes = parameters.recommendations.changes
    spend, budget = floats(now, "current_spend"), own_budget(now)
    where = sells & told(tables, now, "throttled_by_bid") & np.isfinite(budget)
    where &= now["action"].isin(["increase", "hold", "review_bid"]).to_numpy()
    bid = np.fmax(
        floats(now, "bid_amount") * (1 + changes.cap_step),
        floats(now, "expected_cpa") * changes.cap_over_cost,
    )
    gain, revenue = _of_more_spend(now, np.fmax(budget / spend, 1))
    mine = now.assign(new_bid=bid)[where].reset_index(drop=True)
    says = [
        [f"Raise its cap from {money_of(row, 'bid_amount')} to {money_of(row, 'new_bid')}."]
        for row in tuples(mine)
    ]
    return candidate_rows(
        mine,
        "change_bid",
        rows_of(gain, where),
        MONTH * budget[where],
        revenue=rows_of(revenue, where),
        bid_amount=np.round(mine["new_bid"], 2),
        changes=says,
        evidence=[
            f"It bids {money_of(row, 'bid_amount')} and spends {money_of(row, 'current_spend')} of "
            f"{money_of(row, 'recommended_budget')} a day; a purchase costs it "
            f"{money_of(row, 'expected_cpa')}."
            for row in tuples(mine)
        ],
        reason=[
            f"Its cap of {money_of(row, 'bid_amount')} lets it spend "
            f"{money_of(row, 'current_spend')} of {money_of(row, 'recommended_budget')} a day, "
            f"although its next unit returns {row.marginal_roas:.2f} against "
            f"{row.clearing_roas:.2f} elsewhere."
            for row in tuples(mine)
        ],
        setup_steps=[steps_of(row, say) for row, say in zip(tuples(mine), says, strict=True)],
    )


def _of_more_spend(now: pd.DataFrame, multiple: Floats) -> tuple[Range, Range]:
    """Gain and revenue of 30 days of an ad set that spends a multiple of today's."""
    spend, clearing = floats(now, "spend_30d"), floats(now, "clearing_roas")
    power = 1 - floats(now, "curvature")
    power = np.where(np.abs(power) < 1e-6, 1e-6, power)
    units = spend * (multiple**power - 1) / power
    elsewhere = spend * (multiple - 1) * clearing
    gain = estimate(lambda marginal: units * marginal - elsewhere, marginal_of(now))
    # the next unit's return is the ROAS times what nobody knows of the response
    of_roas = floats(now, "marginal_roas") / floats(now, "roas")
    error = floats(now, "marginal_log_error") ** 2 - floats(now, "roas_log_error") ** 2
    revenue = estimate(
        lambda roas, share: roas * (spend + units * share),
        roas_of(now),
        lognormal(of_roas, np.sqrt(np.maximum(error, 0.0))),
    )
    return gain, revenue


def _scaled(now: pd.DataFrame, sells: Bools) -> pd.DataFrame:
    """Take the raises of `budget_allocations` where `opportunity_sizes` has room beyond them."""
    budget, today = own_budget(now), floats(now, "current_budget")
    room = floats(now, "spend_to") / floats(now, "current_spend")
    multiple = budget / today
    where = sells & (now["action"] == "increase").to_numpy() & (room > multiple) & (multiple > 1)
    gain, revenue = _of_more_spend(now, np.where(where, multiple, 1.0))
    mine = now[where].reset_index(drop=True)
    return candidate_rows(
        mine,
        "scale",
        rows_of(gain, where),
        (floats(now, "spend_30d") * multiple)[where],
        revenue=rows_of(revenue, where),
        changes=[
            [
                f"Raise its budget from {money_of(row, 'current_budget')} to "
                f"{money_of(row, 'recommended_budget')}."
            ]
            for row in tuples(mine)
        ],
        evidence=[
            f"Its next unit returns {row.marginal_roas:.2f}, elsewhere {row.clearing_roas:.2f}."
            for row in tuples(mine)
        ],
        reason=[
            f"Its next unit of money returns {row.marginal_roas:.2f} and elsewhere "
            f"{row.clearing_roas:.2f}; there is room up to {money_of(row, 'spend_to')} a day, "
            "to be reached step by step."
            for row in tuples(mine)
        ],
        setup_steps=[steps_of(row, []) for row in tuples(mine)],
    )


def _other_event(
    now: pd.DataFrame, not_for_purchases: Bools, tables: Tables, parameters: Parameters
) -> pd.DataFrame:
    """Purchases in place of another event: spend x (ROAS of the like - its own).

    The like are the account's ad sets for purchases of the same funnel, or all; the new one may be
    unlike them by `changed_audience_error`, and learns first, at the penalty.
    """
    sells = now[~not_for_purchases]
    learning = parameters.detectors.learning
    where = not_for_purchases & told(tables, now, "wrong_optimization_event")
    keys = ["account_id", "funnel"]
    like = _mean_roas(sells, keys)
    of_account = _mean_roas(sells, keys[:1])
    overall = now["account_id"].map(of_account).to_numpy(dtype=float)
    of_funnel = np.array(
        [like.get(key, np.nan) for key in zip(now["account_id"], now["funnel"], strict=True)],
        dtype=float,
    )
    roas = np.where(np.isnan(of_funnel), overall, of_funnel)
    own = np.nan_to_num(
        floats(now, "purchase_value_corrected")
        / np.where(floats(now, "spend") > 0, floats(now, "spend"), np.nan)
    )
    spend = floats(now, "spend_30d")
    gain = estimate(
        lambda expected, penalty: spend * (expected * (1 - penalty) - own),
        lognormal(roas, parameters.recommendations.changes.changed_audience_error),
        constant(learning.penalty, learning.penalty_low, learning.penalty_high, like=spend),
    )
    where &= np.isfinite(roas)
    after = estimate(lambda more: more + spend * own, gain)
    # a purchase is worth what it is in the account
    now = now.assign(like_roas=roas, own_roas=own, roas=overall, expected_cpa=now["account_cpa"])
    mine = now[where].reset_index(drop=True)
    says = [
        [
            f'Duplicate "{row.adset_name}" into a sales campaign: audience, ads and budget.',
            "Give it the performance goal of most conversions and the event Purchase.",
            f'Switch "{row.adset_name}" off.',
        ]
        for row in tuples(mine)
    ]
    return candidate_rows(
        mine,
        "change_event",
        rows_of(gain, where),
        spend[where],
        revenue=rows_of(after, where),
        optimization_goal=PURCHASE_GOALS[0],
        promoted_event=PURCHASE_GOALS[1],
        changes=says,
        evidence=[
            f"It buys {row.goal or row.optimization_goal} and returns {row.own_roas:.2f}; the "
            f"account's like ad sets for purchases return {row.like_roas:.2f}."
            for row in tuples(mine)
        ],
        reason=[
            f"It is optimized for {row.goal or row.optimization_goal}, of which the account does "
            f"not live: it returns {row.own_roas:.2f}, like ad sets for purchases "
            f"{row.like_roas:.2f}. A published ad set keeps its goal, so it takes a new one."
            for row in tuples(mine)
        ],
        setup_steps=[
            steps_of(row, say, with_budget=False)
            for row, say in zip(tuples(mine), says, strict=True)
        ],
    )


def _mean_roas(sells: pd.DataFrame, keys: list[str]) -> dict[Any, float]:
    """ROAS of ad sets together, by spend."""
    sums = (
        sells.assign(revenue=sells["roas"] * sells["spend_30d"])
        .groupby(keys if len(keys) > 1 else keys[0])[["revenue", "spend_30d"]]
        .sum()
    )
    return dict(sums["revenue"] / sums["spend_30d"])


def _new_creative(
    now: pd.DataFrame, sells: Bools, tables: Tables, parameters: Parameters
) -> pd.DataFrame:
    """Find ads of another type: share of delivery x spend x ROAS x (their rate / its own - 1).

    Rates are purchases per impression, as `creative_compatibility` expects them of an ordinary ad
    of the type in the ad set's audience; only of types tried there, for of others a new ad set is
    the test. What the ad set sells beyond the rate of its types is partly its ads' own, which new
    ones have not: with d = `creative.prior_deviation`, n ads and P purchases the share
    (d^2 / n) / (d^2 / n + d^2 + 1 / P) of it (of logarithms). New ads get delivery by their number,
    and differ by d among themselves.
    """
    changes, creatives = parameters.recommendations.changes, parameters.detectors.creatives
    rates = _rates(tables["creative_fit"])
    own = _own_rates(tables["ad_verdicts"], now, rates, parameters.creative.prior_deviation)
    # what must be set up as such from the start cannot be added
    addable = rates[(rates["creative_type"] != "dynamic") & (rates["ads"] > 0)]
    best = (
        addable.assign(sure=addable["log_rate"] - np.sqrt(addable["variance"]))
        .sort_values(["sure", "creative_type"], ascending=[False, True])
        .drop_duplicates(["account_id", "audience_type"])
    )
    mine = now[sells].merge(best, on=["account_id", "audience_type"]).merge(own, on="adset_id")
    added = changes.ads_to_add
    share = added / (added + floats(mine, "running_ads"))
    ratio = np.exp(floats(mine, "log_rate") - floats(mine, "own_log_rate"))
    error = np.sqrt(
        floats(mine, "variance")
        + floats(mine, "own_variance")
        + parameters.creative.prior_deviation**2 / added
    )
    spend = floats(mine, "spend_30d")
    gain = estimate(
        lambda roas, better: share * spend * roas * (better - 1),
        roas_of(mine),
        lognormal(ratio, error),
    ) - learning_cost(mine, parameters)
    where = (ratio > 1) & (floats(mine, "running_ads") + added < creatives.many_ads)
    mine = mine.assign(ratio=ratio, new_share=share)[where].reset_index(drop=True)
    says = [
        [f"Add {added} {row.creative_type} ads that differ from each other and from its own."]
        for row in tuples(mine)
    ]
    return candidate_rows(
        mine,
        "new_creative",
        rows_of(gain, where),
        spend[where],
        **learns_again(mine, parameters),
        creative_type=mine["creative_type"],
        changes=says,
        evidence=[
            f"An impression of {row.creative_type} ads sells {row.ratio:.2f} times as much in "
            f"{row.audience_type} audiences as of the {row.own_types} ads that run there."
            for row in tuples(mine)
        ],
        reason=[
            f"Ads that run in it: {row.running_ads:.0f} ({row.own_types}). In audiences of type "
            f"{row.audience_type} "
            f"{row.creative_type} ads are expected to sell {row.ratio:.2f} times as much an "
            f"impression, and {added} new ones to get {percent(row.new_share)} of delivery. "
            f"{_learning_words(row, parameters)}"
            for row in tuples(mine)
        ],
        setup_steps=[steps_of(row, say) for row, say in zip(tuples(mine), says, strict=True)],
    )


def _rates(compatibility: pd.DataFrame) -> pd.DataFrame:
    """Return purchases per impression by account, type and audience, with the log's variance.

    The product of clicks per impression and purchases per click, where both are known. What is not
    known of the level of all is not part of the variance: it is the same for all types.
    """
    of_type = compatibility["audience_type"].isna()
    keys = ["account_id", "measure", "creative_type"]
    types = compatibility[of_type][[*keys, "effect_sd"]]
    pairs = compatibility[~of_type].merge(types, on=keys, suffixes=("", "_of_type"))
    pairs = pairs.assign(
        log_rate=np.log(floats(pairs, "expected_rate")),
        variance=floats(pairs, "effect_sd") ** 2 + floats(pairs, "effect_sd_of_type") ** 2,
        parts=np.where(pairs["measure"] == "purchases_per_impression", 2, 1),
    )
    rates = pairs.groupby(["account_id", "audience_type", "creative_type"], as_index=False).agg(
        log_rate=("log_rate", "sum"),
        variance=("variance", "sum"),
        parts=("parts", "sum"),
        ads=("ads", "max"),
    )
    return rates[rates["parts"] == 2].drop(columns="parts")


def _own_rates(
    ads: pd.DataFrame, now: pd.DataFrame, rates: pd.DataFrame, deviation: float
) -> pd.DataFrame:
    """Return the same of what ad sets run: of the types by spend in 7 days, and of the ads."""
    running = ads[(ads["spend_7d"] > 0) & (ads["impressions"] > 0)].merge(
        now[["account_id", "adset_id", "audience_type"]], on=["account_id", "adset_id"]
    )
    known = running.merge(
        rates.drop(columns="ads"), on=["account_id", "audience_type", "creative_type"]
    )
    weight = known["spend_7d"] / known.groupby("adset_id")["spend_7d"].transform("sum")
    known = known.assign(
        of_types=weight * np.exp(known["log_rate"]),
        of_type_errors=weight**2 * known["variance"],
        due=known["impressions"] * np.exp(known["log_rate"]),
    )
    own = known.groupby("adset_id").agg(
        of_types=("of_types", "sum"),
        of_type_errors=("of_type_errors", "sum"),
        purchases=("purchases", "sum"),
        due=("due", "sum"),
        ads=("ad_id", "size"),
        own_types=("creative_type", lambda types: ", ".join(sorted(set(types)))),
    )
    of_ads = deviation**2 / own["ads"]
    # half a purchase, so that none is no certainty
    seen = np.log((own["purchases"] + 0.5) / (own["due"] + 0.5))
    share = of_ads / (of_ads + deviation**2 + 1 / (own["purchases"] + 0.5))
    return own.assign(
        own_log_rate=np.log(own["of_types"]) + share * seen,
        own_variance=own["of_type_errors"] + of_ads * (1 - share),
    )[["own_log_rate", "own_variance", "own_types"]].reset_index()
