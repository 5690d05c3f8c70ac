"""What today's engine would have set on past mornings, and how the days since speak on it."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from python_jobs.backtest.panel import HOLDER, WEEK, Panel, make_panel
from python_jobs.backtest.policies import held, random_moves
from python_jobs.backtest.value import drawn_elasticities, drawn_luck, value
from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import Bools, Codes, Floats, floats
from python_jobs.decisions.decide import decide

WEEKS = 8
DRAWS = 200
"""of elasticities, so that ends of an 80 % interval are steady"""
PLACEBOS = 20
SEED = 0
ENDS = (0.1, 0.9)

MOVED = 0.05
"""Share of a budget from which a hand's change over the mean of seven days is one; a budget changed
on the last of them belongs to the next morning. One estimated from spend wobbles by more: there it
takes what restarts learning, `safety_rules.significant_budget_step`."""

MORNING = ["account_id", "decision_date"]
ROW = ["decision_date", "budget_level", "budget_entity_id"]
IDENTITY = (
    "decision_date account_id account_name budget_level budget_entity_id budget_entity_name "
    "campaign_id campaign_name adset_id currency"
).split()
ANSWER = ["elasticity", "type_deviation", "own_deviation"]
KNOWN = ["shopify_correction", "incrementality", "audience_type"]


@dataclass(frozen=True)
class Gains:
    """Revenue of other budgets over that of those set, account currency per week."""

    rows: Floats
    """(draws, rows); those of a morning add up to the account's"""
    mornings: Floats
    """(draws, mornings)"""
    accounts: Floats
    """(draws, accounts): sums over mornings"""


def replay(
    panel: pd.DataFrame, folds: pd.DataFrame, response: pd.DataFrame, parameters: Parameters
) -> pd.DataFrame:
    """Decide the last past mornings again and value the budgets against those that were set.

    Args:
        panel: `backtest.backtest_panel` of the mornings to replay, as `relations.frame` gives it.
        folds: `backtest.backtest_folds`.
        response: `backtest.backtest_response`.
        parameters: All settings in force.

    Returns:
        One row per row of the panel, columns as in `relations.REPLAYED`; gains are NaN for mornings
        whose days are not mature or no evidence.

    """
    # what has been seen in full on a morning is judged, or nothing of it
    mature = panel.groupby(MORNING)["is_mature"].transform("all")
    panel = panel.assign(is_mature=mature).reset_index(drop=True)
    spans = _spans(panel)
    answer = _answers(panel, spans, folds, response, parameters)
    engine = _decided(panel, parameters)
    corrections = floats(answer, "shopify_correction") * floats(answer, "incrementality")
    before, after = floats(panel, "current_budget"), floats(panel, "next_7d_budget")
    smallest = np.where(
        panel["current_budget_source"] == "estimated",
        parameters.safety_rules.significant_budget_step,
        MOVED,
    )
    rows = panel[IDENTITY].assign(
        budget_source=panel["current_budget_source"],
        budget_before=before,
        budget_engine=engine["recommended_budget"],
        budget_set=after,
        action_engine=engine["action"],
        rule_id=engine["rule_id"],
        reason=engine["reason"],
        next_7d_spend=panel["next_7d_spend"],
        next_7d_revenue=floats(panel, "next_7d_purchase_value") * corrections,
        is_mature=panel["is_mature"],
        agreement=agreement(before, _towards(engine, before), after, smallest),
    )
    return rows.merge(_judged(panel, spans, answer, rows, parameters), on=ROW, how="left")


def agreement(before: Floats, engine: Floats, after: Floats, smallest: Floats) -> pd.Series:
    """Say who moved which budget where.

    Args:
        before: Budgets per day in force on the morning (rows,).
        engine: Where the engine moves them: -1, 0 or 1.
        after: Those of the seven days from the morning on, means.
        smallest: Share of a budget from which its change after the morning is one.

    Returns:
        'both hold', 'engine alone', 'hand alone', 'same direction' or 'opposite' (rows,).

    """
    change = _change(after, before)
    hand = np.where(np.abs(change) >= smallest - 1e-9, np.sign(change), 0.0)
    said = np.select(
        [(engine == 0) & (hand == 0), hand == 0, engine == 0, engine == hand],
        ["both hold", "engine alone", "hand alone", "same direction"],
        "opposite",
    )
    return pd.Series(said, dtype=object)


def gains(
    panel: Panel,
    budgets: Floats,
    elasticities: Floats,
    *,
    luck: Floats | None = None,
    largest_step: float,
    learning_cost: float,
) -> Gains:
    """Value budgets against those that were set, by the estimator that tuning climbs.

    Each morning's money is what was set. A holder's gain is its revenue less what the money moved
    to it would have returned elsewhere in the account, so that gains of a morning add up to the
    account's. A step that restarts learning costs, unless what was set restarted it as well.

    Args:
        panel: Past mornings.
        budgets: Per day (rows,).
        elasticities: (draws, rows).
        luck: (draws, rows), expected revenue over what was seen; 1 without.
        largest_step: Share of a budget by which it may move without a restart.
        learning_cost: Share of a week's revenue that a restart costs.

    """
    outcome = panel.outcome
    restarts = _restarts(budgets, held(panel), largest_step)
    restarted = _restarts(outcome.budget, held(panel), largest_step)
    kept = np.where(restarts & ~restarted, 1 - learning_cost, 1.0)
    found = value(panel, budgets, elasticities, kept)
    moved = WEEK * (found.budget - outcome.budget)
    lucky = np.ones((1, len(panel))) if luck is None else luck
    elsewhere = _marginal_return(panel, elasticities, lucky)[:, panel.morning]
    rows = lucky * (found.revenue - outcome.revenue) - elsewhere * moved
    mornings = _sums(rows, panel.morning)
    first = np.flatnonzero(np.diff(panel.morning, prepend=-1))
    accounts = panel.holders["account_id"].iloc[first]
    return Gains(rows, mornings, _sums(mornings, pd.factorize(accounts)[0]))


def _towards(engine: pd.DataFrame, before: Floats) -> Floats:
    moves = engine["action"].isin(["increase", "decrease", "pause"])
    return np.sign(floats(engine, "recommended_budget") - before) * moves.to_numpy()


def _change(budgets: Floats, before: Floats) -> Floats:
    return np.divide(budgets, before, out=np.ones(len(before)), where=before > 0) - 1


def _restarts(budgets: Floats, before: Floats, largest_step: float) -> Bools:
    return np.asarray(np.abs(_change(budgets, before)) > largest_step + 1e-6)


def _marginal_return(panel: Panel, elasticities: Floats, luck: Floats) -> Floats:
    """Return (draws, mornings): revenue of the next unit of money, where it could be spent."""
    outcome = panel.outcome
    spends = ~outcome.is_limited & (floats(panel.inputs, "has_value") == 1)
    spend = np.bincount(panel.morning, outcome.spend * spends)
    revenue = _sums(luck * elasticities * outcome.revenue * spends, panel.morning)
    return np.divide(revenue, spend, out=np.zeros_like(revenue), where=spend > 0)


def _sums(values: Floats, group: Codes) -> Floats:
    """Add up columns (draws, columns) of each group, of which each has one at least."""
    order = np.argsort(group, kind="stable")
    first = np.flatnonzero(np.diff(group[order], prepend=-1))
    summed: Floats = np.add.reduceat(values[:, order], first, axis=1)
    return summed


def _spans(panel: pd.DataFrame) -> pd.DataFrame:
    """Return one fold for each mature morning of an account, as `make_panel` takes them."""
    mornings = panel.loc[panel["is_mature"], MORNING].drop_duplicates()
    return mornings.assign(
        fold=np.arange(len(mornings)),
        test_from=mornings["decision_date"],
        test_to=mornings["decision_date"] + pd.Timedelta(days=WEEK - 1),
    )


def _answers(
    panel: pd.DataFrame,
    spans: pd.DataFrame,
    folds: pd.DataFrame,
    response: pd.DataFrame,
    parameters: Parameters,
) -> pd.DataFrame:
    """Return each row's answer to money, from the newest training part that ended before it.

    A holder that no training part knows answers as is usual, corrected as its morning knew.
    """
    usual = parameters.backtest.elasticity
    known = response.merge(folds[["account_id", "fold", "train_to"]], on=["account_id", "fold"])
    known = known[[*HOLDER, "train_to", *ANSWER, *KNOWN]].sort_values("train_to")
    keys = panel[[*HOLDER, "decision_date"]].assign(row=np.arange(len(panel)))
    found = (
        pd.merge_asof(
            keys.sort_values("decision_date"),
            known,
            left_on="decision_date",
            right_on="train_to",
            by=HOLDER,
            allow_exact_matches=False,
        )
        .sort_values("row")
        .reset_index(drop=True)
    )
    without = {
        "elasticity": usual.usual,
        "type_deviation": usual.usual_deviation,
        "own_deviation": usual.own_deviation,
    }
    own = {name: found[name].where(found["elasticity"].notna(), panel[name]) for name in KNOWN}
    answers = found[[*HOLDER, "decision_date", *ANSWER]].fillna(without).assign(**own)
    return answers.merge(spans[[*MORNING, "fold"]], on=MORNING, how="left")


def _decided(panel: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Return what `decide` makes of each row: every morning by itself, on the money there was."""
    day = panel["decision_date"].dt.strftime("%Y-%m-%d")
    inputs = panel.assign(account_id=panel["account_id"] + " " + day, account_budget_target=np.nan)
    decided = decide(inputs, parameters)[
        [*ROW, "recommended_budget", "action", "rule_id", "reason"]
    ]
    return panel[ROW].merge(decided, on=ROW, how="left")


def _judged(
    panel: pd.DataFrame,
    spans: pd.DataFrame,
    answer: pd.DataFrame,
    rows: pd.DataFrame,
    parameters: Parameters,
) -> pd.DataFrame:
    """Return the gains of each row whose days are evidence, keyed as `ROW`."""
    settings = parameters.backtest
    try:
        past = make_panel(
            panel,
            spans,
            answer,
            lowest=settings.elasticity.lowest,
            highest=settings.elasticity.highest,
            limited_below=settings.limited_below,
        )
    except ValueError:
        # nothing is mature yet, or nothing is evidence: the decisions are shown alone
        return pd.DataFrame({name: panel[name].iloc[:0] for name in ROW} | _columns(1.0))
    holders = past.holders
    budgets = floats(holders.merge(rows, on=ROW, how="left"), "budget_engine")
    elasticities = drawn_elasticities(past.belief, DRAWS, SEED)
    valued = partial(
        gains,
        past,
        elasticities=elasticities,
        luck=drawn_luck(past, parameters.evidence.interval_spread, DRAWS, SEED),
        largest_step=parameters.safety_rules.significant_budget_step,
        learning_cost=settings.learning_cost,
    )
    found = valued(budgets)
    dealt = [valued(random_moves(past, budgets, seed)) for seed in range(PLACEBOS)]
    account = pd.factorize(holders["account_id"])[0]
    return holders[ROW].assign(
        **_columns(
            settings.replay_widening,
            gain=found.rows,
            account_gain=found.mornings[:, past.morning],
            total_gain=found.accounts[:, account],
            placebo_gain=np.mean([one.mornings for one in dealt], axis=0)[:, past.morning],
            total_placebo_gain=np.mean([one.accounts for one in dealt], axis=0)[:, account],
        )
    )


def _columns(widening: float, **drawn: Floats) -> dict[str, Any]:
    """Return mean and ends of the interval of values (draws, rows); of placebos the mean alone.

    The interval is wider than the draws by a factor, for what is in none of them.
    """
    nothing = np.empty((1, 0))
    columns: dict[str, Any] = {}
    for name in ("gain", "account_gain", "total_gain"):
        values = drawn.get(name, nothing)
        mean = values.mean(axis=0)
        low, high = mean + widening * (np.quantile(values, ENDS, axis=0) - mean)
        columns |= {name: mean, f"{name}_low": low, f"{name}_high": high}
    for name in ("placebo_gain", "total_placebo_gain"):
        columns[name] = drawn.get(name, nothing).mean(axis=0)
    return columns
