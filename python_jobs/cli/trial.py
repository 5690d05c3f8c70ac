"""`autopilot trial`: the engine against the hand, drawn at random and read once."""

import json
import secrets
from collections.abc import Sequence
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
from rich.console import Console

from python_jobs.cli.show import show_rows
from python_jobs.config.load import Parameter, load_parameters
from python_jobs.trial.design import LEVEL, POWER, design
from python_jobs.trial.files import (
    Holder,
    Trial,
    keep_for_hand,
    newest_trial,
    trial_file,
    write_trial,
)
from python_jobs.trial.verdict import verdict
from python_jobs.trial.weeks import past_weeks, weeks_before
from python_jobs.warehouse.paths import config_folder, published_file, results_folder

READ = {"budget_allocations", "adset_daily", "campaign_daily", "recommendation_outcomes"}
"""published tables that a trial is made of"""

HOLDER = ["budget_level", "budget_entity_id", "budget_entity_name"]

BLUR = (
    "The two halves bid for the same people. Where audiences overlap, what one half gains the "
    "other may lose, and what it learns the other may share: the difference can come out larger or "
    "smaller than it would between two accounts."
)
FOLLOWED = """
    select
        count(*) filter (where outcomes.applied_share is not null) as asked,
        count(*) filter (where outcomes.applied_share > 0) as made
    from results.recommendation_outcomes as outcomes
    inner join engine using (budget_level, budget_entity_id)
    where outcomes.decision_date between ? and ?
"""


def start(console: Console, customer: str, platform: str, *, weeks: int, seed: int | None) -> None:
    """Draw a trial, say what it could show, and leave the hand's budgets to the hand.

    Raises:
        ValueError: a trial is running, there are too few budgets or weeks, or settings are wrong.

    """
    folder = results_folder(customer, platform)
    parameters = _parameters(customer, platform)
    with _open(customer, platform) as live:
        first_day = _decision_date(live)
        running = newest_trial(folder)
        if running and running.last_day >= first_day:
            raise ValueError(
                f"A trial of {customer} runs until {running.last_day}; delete "
                f"{trial_file(folder, running)} to draw anew."
            )
        past = past_weeks(live, first_day, weeks)
    seed = secrets.randbelow(2**32) if seed is None else seed
    spend = past.spend[-weeks:].sum(axis=0)
    price = float(np.average(past.holders["marginal_roas"], weights=spend)) if len(spend) else 1.0
    drawn = design(past.spend, past.revenue, price, weeks, seed)
    engine, hand = (
        [Holder(*row) for row in past.holders[HOLDER].iloc[side].itertuples(index=False)]
        for side in drawn.pairs.T
    )
    trial = Trial(
        first_day=first_day,
        last_day=first_day + timedelta(days=7 * weeks - 1),
        weeks=weeks,
        seed=seed,
        price_of_money=round(price, 4),
        detectable_share=round(drawn.detectable, 4),
        engine=engine,
        hand=hand,
    )
    written = keep_for_hand(config_folder() / customer / platform, trial, parameters)
    files = [write_trial(folder, trial), *([written] if written else [])]
    pairs = pd.DataFrame(
        {
            "the engine's": _names(engine),
            "the hand's": _names(hand),
            "spend a week": spend[drawn.pairs[:, 0]] / weeks,
            "and": spend[drawn.pairs[:, 1]] / weeks,
        }
    )
    _show_pairs(console, pairs)
    _say(
        console,
        f"{len(engine)} pairs of like spend and ROAS; a coin gave one of each to the engine. From "
        f"{trial.first_day} to {trial.last_day} the hand's budgets are left as a person sets them; "
        "carry the engine's recommendations out as ever.",
        f"By the last {len(past.spend)} weeks, a difference of {trial.detectable_share:.0%} of the "
        f"engine's revenue would be told in {POWER:.0%} of such trials, and one would be told in "
        f"{LEVEL:.0%} of them where there is none. A smaller one will mostly stay untold; in "
        "simulated accounts the engine gains a few per cent (docs/benchmark.md).",
        f"Read it with `autopilot trial read --customer {customer}` once purchases are in, "
        f"on {_readable_on(trial, parameters)}, and not before.",
        BLUR,
        "Written: " + ", ".join(map(str, files)),
    )


def read(console: Console, customer: str, platform: str) -> None:
    """Say what the last trial showed, once its purchases are in.

    Raises:
        ValueError: there is no trial, or its files or settings are wrong.

    """
    folder = results_folder(customer, platform)
    trial = newest_trial(folder)
    if trial is None:
        raise ValueError(
            f"{folder} holds no trial: draw one with `autopilot trial start --customer {customer}`."
        )
    readable_on = _readable_on(trial, _parameters(customer, platform))
    with _open(customer, platform) as live:
        today = _decision_date(live)
        if today < readable_on:
            _say(
                console,
                f"The trial from {trial.first_day} to {trial.last_day} can be read on "
                f"{readable_on}, when its purchases are in; data reach "
                f"{today - timedelta(days=1)}. Looking earlier, and stopping when it looks well, "
                "finds differences that are none.",
            )
            return
        _show_verdict(console, live, trial)


def _show_verdict(console: Console, live: duckdb.DuckDBPyConnection, trial: Trial) -> None:
    holders = pd.DataFrame([*trial.engine, *trial.hand])
    after = weeks_before(live, holders, trial.last_day + timedelta(days=1), trial.weeks)
    before = weeks_before(live, holders, trial.first_day, trial.weeks)
    change = (
        (after.revenue - trial.price_of_money * after.spend)
        - (before.revenue - trial.price_of_money * before.spend)
    ).mean(axis=0)
    pairs = len(trial.engine)
    base = before.revenue.mean(axis=0)[:pairs]
    found = verdict(change[:pairs] - change[pairs:], base)
    live.register("engine", holders.iloc[:pairs])
    [[asked, made]] = live.execute(FOLLOWED, [trial.first_day, trial.last_day]).fetchall()
    told = (
        "The engine's earned more"
        if found.low > 0
        else "The hand's earned more"
        if found.high < 0
        else "No difference is shown"
    )
    _say(
        console,
        f"{told}: net of what their spend had to return, the engine's {pairs} budgets changed by "
        f"{found.gain:+.1%} of their revenue against the hand's ({1 - LEVEL:.0%} interval "
        f"{found.low:+.1%} to {found.high:+.1%}, p {found.p_value:.3f}), a week from "
        f"{trial.first_day} to {trial.last_day} held against the {trial.weeks} weeks before.",
        f"Said beforehand: a difference of {trial.detectable_share:.0%} would be told in "
        f"{POWER:.0%} of such trials.",
        f"Of {asked} changes recommended for the engine's budgets {made} were made, wholly or in "
        "part." + ("" if made else " So this says nothing of the engine."),
        BLUR,
    )


def _show_pairs(console: Console, pairs: pd.DataFrame) -> None:
    with duckdb.connect() as memory:
        memory.register("pairs", pairs)
        show_rows(console, memory, "from pairs")


def _names(holders: Sequence[Holder]) -> list[str]:
    return [holder.budget_entity_name or holder.budget_entity_id for holder in holders]


def _say(console: Console, *sentences: str) -> None:
    for sentence in sentences:
        console.print(f"\n{sentence}", markup=False, highlight=False)


def _open(customer: str, platform: str) -> duckdb.DuckDBPyConnection:
    file = published_file(customer, platform)
    if not file.exists():
        raise ValueError(f"{file} is not there: dbt build --vars customer:{customer} makes it.")
    live = duckdb.connect(str(file), read_only=True)
    there = live.execute(
        "select table_name from information_schema.tables where table_schema = 'results'"
    ).fetchall()
    if lacking := sorted(READ - {name for (name,) in there}):
        live.close()
        raise ValueError(
            f"{file} lacks {', '.join(lacking)}: dbt build --vars customer:{customer} makes them."
        )
    return live


def _decision_date(live: duckdb.DuckDBPyConnection) -> date:
    [[day]] = live.execute("select max(decision_date) from results.budget_allocations").fetchall()
    if day is None:
        raise ValueError("No budget is decided yet: a trial needs insights and a build.")
    return date.fromisoformat(str(day))


def _parameters(customer: str, platform: str) -> list[Parameter]:
    parameters, problems = load_parameters(config_folder(), customer, platform)
    if problems:
        raise ValueError("\n".join(problems))
    return parameters


def _readable_on(trial: Trial, parameters: list[Parameter]) -> date:
    """Return the first morning on which no purchases of the trial are to come."""
    [shares] = [p.value for p in parameters if p.parameter == "maturity.share_visible_by_age"]
    mature_age = next(age for age, share in enumerate(json.loads(shares)) if share >= 1)
    return trial.last_day + timedelta(days=1 + mature_age)
