"""The engine as a policy: the project's own SQL in memory, then the function that decides."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from python_jobs.config.load import Parameter, load_parameters
from python_jobs.config.rows import parameters_from_rows
from python_jobs.config.schema import Parameters
from python_jobs.decisions.decide import decide
from python_jobs.simulation.closed_loop.limits import LARGEST_STEP, held
from python_jobs.simulation.closed_loop.loop import ManagedAccount
from python_jobs.simulation.closed_loop.observed import Observed
from python_jobs.simulation.curves import Floats
from python_jobs.simulation.customer import Customer
from python_jobs.simulation.history import History
from python_jobs.simulation.pipeline import CompiledProject, Pipeline
from python_jobs.simulation.tables import make_tables, without_backtest

# what models read of the decisions of earlier mornings
LOGGED = ["decision_date", "budget_level", "budget_entity_id", "recommended_budget"]
INPUTS = "from allocation.decision_inputs where decision_date = ?"


@dataclass(frozen=True)
class Settings:
    """Parameters in force, as the SQL reads them and as the decision does."""

    rows: tuple[Parameter, ...]
    parameters: Parameters


def default_settings(project: Path) -> Settings:
    """Return the product's defaults, but that no past mornings are worked out.

    Raises:
        ValueError: a file is wrong; the message says what and where.

    """
    rows, problems = load_parameters(project / "config", "no customer's own", "meta")
    if problems:
        raise ValueError("\n".join(problems))
    rows = without_backtest(rows)
    return Settings(tuple(rows), _parameters(rows))


def with_changes(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """Return settings with other values under some dotted paths.

    Raises:
        ValueError: a path does not exist, or a value is not allowed.

    """
    unknown = changes.keys() - {row.parameter for row in settings.rows}
    if unknown:
        raise ValueError(f"no such parameters: {', '.join(sorted(unknown))}")
    rows = [
        replace(row, value=json.dumps(changes[row.parameter])) if row.parameter in changes else row
        for row in settings.rows
    ]
    return Settings(tuple(rows), _parameters(rows))


def peak_event(start: ManagedAccount) -> dict[str, Any]:
    """Return the parameters by which a customer tells of the peak to come; none without one.

    The step allows what others may do on the peak's first morning: scale all, then move 20 %.
    """
    settings = start.world.settings
    if not settings.peak_days:
        return {}
    first, last = (
        (settings.first_day + timedelta(days=day)).isoformat()
        for day in (settings.peak_days[0], settings.peak_days[-1])
    )
    sale = {
        "from": first,
        "to": last,
        "kind": "peak",
        "scope": None,
        "expected_lift": round(start.world.peak_lift, 2),
        "largest_step": round(settings.peak_size * (1.0 + LARGEST_STEP) - 1.0, 2),
        "daily_budget": round(settings.peak_size * start.total, 2),
    }
    return {"events": {"sale": sale}}


def _parameters(rows: Sequence[Parameter]) -> Parameters:
    return parameters_from_rows(pd.DataFrame([asdict(row) for row in rows]))


class Engine:
    """Decides as a build does, morning by morning, and remembers what builds remember.

    The account's budgets were seen on the morning after each change of the warm-up, as by a
    customer who exports campaigns and ad sets; later ones only when it decides.
    """

    def __init__(
        self,
        compiled: CompiledProject,
        project: Path,
        settings: Settings,
        *,
        rules_only: bool = False,
    ) -> None:
        """Start with an empty history; with `rules_only` marginal returns have no say."""
        self.pipeline = Pipeline(compiled, project)
        self.settings = settings
        self.rules_only = rules_only
        self.decisions: list[pd.DataFrame] = []

    def __call__(self, seen: Observed) -> Floats:
        """Return the recommended budgets; a holder without a row keeps its own."""
        customer, run_id = seen.export(), f"run {len(self.decisions)}"
        if not self.decisions:
            self.remember_budgets(customer)
        tables = make_tables(customer, seen.today, self.settings.rows, run_id)
        self.pipeline.build(tables)
        inputs = self.pipeline.connection.execute(INPUTS, [seen.today]).df()
        decided = decide(inputs, self.settings.parameters)
        if self.rules_only:
            decided["recommended_budget"] = held(
                (decided["current_budget"] * decided["adjustment_factor"]).to_numpy(np.float64),
                decided["lower_limit"].to_numpy(np.float64),
                decided["upper_limit"].to_numpy(np.float64),
                seen.total,
            ).round(2)
        self._remember(decided, run_id)
        return recommended(decided, customer, seen.budgets)

    def close(self) -> None:
        """Give the memory back."""
        self.pipeline.connection.close()

    def _remember(self, decided: pd.DataFrame, run_id: str) -> None:
        """Add to the history what publishing adds: what was seen, and what was decided."""
        self.pipeline.remember(run_id)
        log = decided[LOGGED].assign(run_id=run_id)
        self.pipeline.connection.register("decided", log)
        self.pipeline.connection.execute("insert into history.decision_log by name from decided")
        self.decisions.append(decided)

    def remember_budgets(self, customer: Customer) -> None:
        """Add the budgets of the warm-up."""
        self.pipeline.connection.register("budgets of the warm-up", past_budgets(customer))
        self.pipeline.connection.execute(
            'insert into history.budgets_seen by name from "budgets of the warm-up"'
        )


def past_budgets(customer: Customer) -> pa.Table:
    """Return rows of `history.budgets_seen`: budgets on the morning after each change."""
    history, ids = customer.history, holder_ids(customer)
    days = change_days(history)
    seen_on = [history.first_day + timedelta(days=day + 1) for day in days]
    return pa.table(
        {
            "run_id": ["before"] * (len(days) * len(ids)),
            "seen_on": [day for day in seen_on for _ in ids],
            "entity_level": [level for level, _ in ids] * len(days),
            "entity_id": [entity for _, entity in ids] * len(days),
            "daily_budget": history.budgets[days].ravel(),
        }
    )


def change_days(history: History) -> list[int]:
    """Return the days on which any budget changed, the first day with them and the last without."""
    changed = (np.diff(history.budgets[:-1], axis=0) != 0).any(axis=1)
    return [0, *(np.flatnonzero(changed) + 1).tolist()]


def holder_ids(customer: Customer) -> list[tuple[str, str]]:
    """Return budget level and id of each budget holder, in the world's order."""
    ad_sets, account = customer.ad_sets, customer.account
    _, first_member = np.unique(ad_sets.holder, return_index=True)
    return [
        ("campaign", account.campaign_ids[ad_sets.campaign[place]])
        if account.campaign_holds_budget[ad_sets.campaign[place]]
        else ("adset", account.ad_set_ids[place])
        for place in first_member.tolist()
    ]


def recommended(decided: pd.DataFrame, customer: Customer, budgets: Floats) -> Floats:
    """Lay recommended budgets out in the world's order (holders,); `budgets` where there is none.

    Raises:
        ValueError: a row is of no holder of this account.

    """
    place = {key: index for index, key in enumerate(holder_ids(customer))}
    keys = list(zip(decided["budget_level"], decided["budget_entity_id"], strict=True))
    unknown = [key for key in keys if key not in place]
    if unknown:
        raise ValueError(f"decided for who holds no budget here: {unknown}")
    laid_out = budgets.copy()
    laid_out[[place[key] for key in keys]] = decided["recommended_budget"].to_numpy(np.float64)
    return laid_out


def moves_by_rule(decisions: Sequence[pd.DataFrame]) -> dict[str, dict[str, int]]:
    """Count, for each rule, rows that it decided, raised and cut, and that it matched at all."""
    counts: dict[str, Counter[str]] = {}
    for decided in decisions:
        changes = decided["budget_change_pct"].to_numpy(np.float64)
        for rule, change in zip(decided["rule_id"], changes, strict=True):
            count = counts.setdefault(rule, Counter())
            count["decided"] += 1
            count["raised"] += int(change > 0)
            count["cut"] += int(change < 0)
        for matched in decided["matched_rules"].dropna():
            for rule in matched.split(","):
                counts.setdefault(rule.strip(), Counter())["matched"] += 1
    return {rule: dict(count) for rule, count in sorted(counts.items())}
