"""Past mornings as arrays: read once, decided many times."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import duckdb
import numpy as np
import pandas as pd

from python_jobs.decisions.arrays import Bools, Codes, Floats, floats
from python_jobs.decisions.relations import frame

Role = Literal["choice", "kept_out"]

HOLDER = ["account_id", "budget_level", "budget_entity_id"]
CORRECTIONS = ["shopify_correction", "incrementality"]
WEEK = 7


@dataclass(frozen=True)
class Outcome:
    """What came of each row in the seven days from its morning on; sums unless said otherwise."""

    budget: Floats
    """per day, mean"""
    spend: Floats
    revenue: Floats
    """completed for late purchases and corrected as `backtest_response` says"""
    purchases: Floats
    """completed for late ones; how many they are tells how far luck went"""
    impressions: Floats
    clicks: Floats
    is_limited: Bools
    """whether the budget was not what limited spend"""


@dataclass(frozen=True)
class Belief:
    """Elasticity of each row's holder, as the days before its fold tell."""

    elasticity: Floats
    type_deviation: Floats
    own_deviation: Floats
    type: Codes
    """number of account and audience type: what lies off in common"""
    own: Codes
    """number of the holder"""
    lowest: float
    highest: float


@dataclass(frozen=True)
class Panel:
    """Rows of mornings that belong to folds, sorted by account and morning as `decide` sorts."""

    inputs: pd.DataFrame
    """as `decide` takes them; account and morning make its account"""
    holders: pd.DataFrame
    """account_id, budget_level, budget_entity_id and decision_date of each row"""
    morning: Codes
    """number of account and morning: 0, 1, 2, ... in order"""
    fold: Codes
    """per morning: position in `folds`"""
    before: Codes
    """per row: the row of the same holder a week before in the same fold, -1 without one"""
    step: Codes
    """per morning: how many mornings of its fold come before it"""
    folds: pd.DataFrame
    """one row per account and fold, as `backtest_folds` has them"""
    outcome: Outcome
    belief: Belief

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.morning)

    @property
    def row_fold(self) -> Codes:
        """Return the position of each row's fold."""
        return self.fold[self.morning]

    def of(self, role: Role) -> "Panel":
        """Return the rows of the folds with a role."""
        chosen = (self.folds["role"] == role).to_numpy()
        return self.only(chosen[self.row_fold])

    def only(self, rows: Bools) -> "Panel":
        """Return some of the rows, whole mornings of them; folds without any are left out."""
        account = self.holders["account_id"]
        return _assembled(
            self.inputs.assign(account_id=account)[rows].reset_index(drop=True),
            self.folds,
            self.row_fold[rows],
            _rows_of(self.outcome, rows),
            _rows_of(self.belief, rows),
        )


def read_panel(connection: duckdb.DuckDBPyConnection) -> Panel:
    """Read the tables of schema `backtest` of a warehouse.

    Raises:
        ValueError: no morning belongs to a fold, or the warehouse was published by a version
            without one of the parameters; the message says what that means.

    """
    names = ["elasticity.lowest", "elasticity.highest", "limited_below"]
    published = dict(
        connection.execute(
            "select parameter, cast(value as double) from results.parameters "
            "where list_contains(?, parameter)",
            [[f"backtest.{name}" for name in names]],
        ).fetchall()
    )
    lacking = [name for name in names if f"backtest.{name}" not in published]
    if lacking:
        raise ValueError(
            f"results.parameters lacks backtest.{lacking[0]}: the file was published by another "
            "version, build the customer anew."
        )
    return make_panel(
        *(
            frame(connection.table(f"backtest.{name}"))
            for name in ("backtest_panel", "backtest_folds", "backtest_response")
        ),
        lowest=published["backtest.elasticity.lowest"],
        highest=published["backtest.elasticity.highest"],
        limited_below=published["backtest.limited_below"],
    )


def make_panel(
    panel: pd.DataFrame,
    folds: pd.DataFrame,
    response: pd.DataFrame,
    *,
    lowest: float,
    highest: float,
    limited_below: float,
) -> Panel:
    """Put together what the three tables of schema `backtest` say.

    Left out are rows that cannot be judged: of mornings in no fold, and of holders of whose seven
    days tracking was in doubt on any, or something else made them no evidence. A morning all
    of whose money is judged in no way is no morning.

    Args:
        panel: `backtest.backtest_panel`, as `relations.frame` returns it.
        folds: `backtest.backtest_folds`.
        response: `backtest.backtest_response`.
        lowest: Smallest elasticity that is believed.
        highest: Largest one.
        limited_below: Share of its budget below which something else limits what a holder spends.

    Raises:
        ValueError: no morning belongs to a fold.

    """
    folds = folds.sort_values(["account_id", "fold"], ignore_index=True)
    spans = folds[["account_id", "fold", "test_from", "test_to"]].assign(span=np.arange(len(folds)))
    rows = panel[panel["is_mature"]].merge(spans, on="account_id")
    last_day = rows["decision_date"] + pd.Timedelta(days=WEEK - 1)
    rows = rows[(rows["decision_date"] >= rows["test_from"]) & (last_day <= rows["test_to"])]
    if rows.empty:
        raise ValueError("there are too few days of data for a backtest: no morning is in a fold")
    morning_key = ["account_id", "decision_date"]
    in_doubt = rows["next_7d_incident_days"] + rows["next_7d_event_days"] > 0
    rows = rows[~in_doubt.groupby([rows[key] for key in morning_key]).transform("any")]
    if rows.empty:
        raise ValueError("there is no morning whose next days are evidence")
    keys = ["fold", *HOLDER]
    known = response[
        [*keys, "elasticity", "type_deviation", "own_deviation", *CORRECTIONS, "audience_type"]
    ].add_prefix("then_")
    rows = rows.merge(known, left_on=keys, right_on=[f"then_{key}" for key in keys], how="left")
    order = ["account_id", "decision_date", "comparison_pool", "budget_level", "budget_entity_id"]
    rows = rows.sort_values(order, ignore_index=True)
    inputs = rows[[name for name in panel.columns if not name.startswith("next_7d")]].drop(
        columns=["is_mature"]
    )
    # the money there was is what is distributed, whatever the month's plan is today
    inputs = inputs.assign(account_budget_target=np.nan)
    budget, spend = floats(rows, "next_7d_budget"), floats(rows, "next_7d_spend")
    value = floats(rows, "next_7d_purchase_value")
    corrected = (
        value * floats(rows, "then_shopify_correction") * floats(rows, "then_incrementality")
    )
    outcome = Outcome(
        budget=budget,
        spend=spend,
        revenue=np.nan_to_num(corrected),
        purchases=floats(rows, "next_7d_purchases"),
        impressions=floats(rows, "next_7d_impressions"),
        clicks=floats(rows, "next_7d_clicks"),
        is_limited=spend < limited_below * WEEK * budget,
    )
    span = rows["span"].to_numpy(dtype=np.intp)
    belief = Belief(
        elasticity=floats(rows, "then_elasticity"),
        type_deviation=floats(rows, "then_type_deviation"),
        own_deviation=floats(rows, "then_own_deviation"),
        type=_numbers(rows, ["account_id", "then_audience_type"]),
        own=_numbers(rows, HOLDER),
        lowest=lowest,
        highest=highest,
    )
    return _assembled(inputs, folds, span, outcome, belief)


def _assembled(
    inputs: pd.DataFrame, folds: pd.DataFrame, span: Codes, outcome: Outcome, belief: Belief
) -> Panel:
    used, fold = np.unique(span, return_inverse=True)
    holders = inputs[[*HOLDER, "decision_date"]]
    morning = _numbers(holders, ["account_id", "decision_date"])
    first = np.flatnonzero(np.diff(morning, prepend=-1))
    fold_of_morning = fold[first].astype(np.intp)
    keyed = holders.assign(fold=fold, row=np.arange(len(holders)))
    week_later = keyed.assign(decision_date=keyed["decision_date"] + pd.Timedelta(days=WEEK))
    pairs = keyed.merge(
        week_later, on=[*HOLDER, "fold", "decision_date"], how="left", suffixes=("", "_before")
    ).sort_values("row")
    codes = pd.Series(morning).astype("string").str.zfill(9).astype(object)
    return Panel(
        inputs=inputs.assign(account_id=codes).copy(),
        holders=holders,
        morning=morning,
        fold=fold_of_morning,
        before=pairs["row_before"].fillna(-1).to_numpy(dtype=np.intp),
        step=np.asarray(pd.Series(fold_of_morning).groupby(fold_of_morning).cumcount(), np.intp),
        folds=folds.iloc[used].reset_index(drop=True),
        outcome=outcome,
        belief=belief,
    )


def _numbers(rows: pd.DataFrame, keys: Sequence[str]) -> Codes:
    groups = rows.groupby(list(keys), dropna=False, sort=False)
    return np.asarray(groups.ngroup(), dtype=np.intp)


def _rows_of(values, rows: Bools):  # type: ignore[no-untyped-def]
    """Return a dataclass of one value per row with some of its rows."""
    fields = {
        name: value[rows] if isinstance(value, np.ndarray) else value
        for name, value in vars(values).items()
    }
    return type(values)(**fields)
