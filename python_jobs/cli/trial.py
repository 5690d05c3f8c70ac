"""`autopilot trial`: the engine against the hand, drawn at random and read once."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from python_jobs.cli.published import open_published, published_tables
from python_jobs.cli.screen import Screen
from python_jobs.cli.show import show_rows
from python_jobs.config.load import Parameter, load_parameters
from python_jobs.trial.design import LEVEL, POWER, design
from python_jobs.trial.files import (
    Holder,
    Trial,
    keep_for_hand,
    newest_trial,
    readable_on,
    trial_file,
    write_trial,
)
from python_jobs.trial.verdict import verdict
from python_jobs.trial.weeks import past_weeks, weeks_before
from python_jobs.warehouse.paths import config_folder, results_folder
from python_jobs.wording import per_cent

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


def start(
    screen: Screen,
    customer: str,
    platform: str,
    *,
    weeks: int,
    seed: int | None,
    today: date,
    dry_run: bool,
) -> None:
    """Draw a trial that starts today, say what it could show, and leave the hand its budgets.

    Args:
        screen: where to show it.
        customer: as the folder is named.
        platform: as the folder is named.
        weeks: how long it runs.
        seed: the same draws the same; None draws by chance.
        today: its first day, unless budgets are decided for a later one.
        dry_run: draw nothing; say what a trial could show, of old data too.

    Raises:
        ValueError: a trial is running, decisions are out of date, there are too few budgets or
            weeks, or settings are wrong.

    """
    folder = results_folder(customer, platform)
    parameters = _parameters(customer, platform)
    with _published(customer, platform) as live:
        decided_for, valid_until = _newest_decisions(live)
        first_day = max(decided_for, today)
        if not dry_run:
            _may_start(customer, valid_until, today, newest_trial(folder), folder)
        past = past_weeks(live, decided_for, weeks)
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
    files = []
    if not dry_run:
        settings = config_folder() / customer / platform
        written = keep_for_hand(settings, trial, decided_for, parameters)
        files = [write_trial(folder, trial), *([written] if written else [])]
    readable = readable_on(trial, parameters)
    one, other = ("one", "the other") if dry_run else ("the engine's", "the hand's")
    pairs = pd.DataFrame(
        {
            one: _names(engine),
            other: _names(hand),
            "spend a week": spend[drawn.pairs[:, 0]] / weeks,
            "and": spend[drawn.pairs[:, 1]] / weeks,
        }
    )
    screen.keep("dry_run", dry_run)
    screen.keep("detectable_share", trial.detectable_share)
    screen.keep("trial", None if dry_run else asdict(trial))
    screen.keep("readable_on", None if dry_run else readable)
    screen.keep("files", [str(file) for file in files])
    _show_pairs(screen, pairs)
    could_show = (
        f"By the last {len(past.spend)} weeks, a difference of {per_cent(trial.detectable_share)} "
        f"of the engine's revenue would be told in {per_cent(POWER)} of such trials, and one would "
        f"be told in {per_cent(LEVEL)} of them where there is none. A smaller one will mostly stay "
        "untold; in simulated accounts the engine gains a few per cent (docs/benchmark.md)."
    )
    if dry_run:
        _say(
            screen,
            f"{len(engine)} pairs of like spend and ROAS: a coin would give one of each to the "
            f"engine, for {weeks} weeks.",
            could_show,
            BLUR,
            "Nothing is drawn: a dry run.",
        )
        return
    _say(
        screen,
        f"{len(engine)} pairs of like spend and ROAS; a coin gave one of each to the engine. From "
        f"{trial.first_day} to {trial.last_day} the hand's budgets are left as a person sets them.",
        f"Next: `autopilot budgets --customer {customer}` decides anew without the hand's; carry "
        "the engine's recommendations out as ever.",
        could_show,
        f"Read it with `autopilot trial read --customer {customer}` once purchases are in, "
        f"on {readable}, and not before.",
        BLUR,
    )
    screen.sentences(["\nWritten:", *map(str, files)])


def _may_start(
    customer: str, valid_until: date, today: date, running: Trial | None, folder: Path
) -> None:
    """Refuse a second trial at a time, and one whose engine has nothing to say today.

    Raises:
        ValueError: with what to do instead.

    """
    if running and running.last_day >= today:
        raise ValueError(
            f"A trial of {customer} runs until {running.last_day}; delete "
            f"{trial_file(folder, running)} to draw anew."
        )
    if today > valid_until:
        raise ValueError(
            f"The newest budgets of {customer} were to be set until {valid_until}, and a trial "
            f"starts today, {today}: put newer exports into the folder and run `autopilot budgets "
            f"--customer {customer}` first; --dry-run shows what a trial could tell."
        )


def read(screen: Screen, customer: str, platform: str) -> None:
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
    readable = readable_on(trial, _parameters(customer, platform))
    screen.keep("trial", asdict(trial))
    screen.keep("readable_on", readable)
    screen.keep("verdict", None)
    with _published(customer, platform) as live:
        today, _ = _newest_decisions(live)
        if today < readable:
            _say(
                screen,
                f"The trial from {trial.first_day} to {trial.last_day} can be read on "
                f"{readable}, when its purchases are in; data reach "
                f"{today - timedelta(days=1)}. Looking earlier, and stopping when it looks well, "
                "finds differences that are none.",
            )
            return
        _show_verdict(screen, live, trial)


def _show_verdict(screen: Screen, live: duckdb.DuckDBPyConnection, trial: Trial) -> None:
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
    gain, low, high = (
        per_cent(share, 1, signed=True) for share in (found.gain, found.low, found.high)
    )
    screen.keep("verdict", asdict(found))
    screen.keep("changes_recommended", asked)
    screen.keep("changes_made", made)
    _say(
        screen,
        f"{told}: net of what their spend had to return, the engine's {pairs} budgets changed by "
        f"{gain} of their revenue against the hand's ({per_cent(1 - LEVEL)} interval "
        f"{low} to {high}, p {found.p_value:.3f}), a week from "
        f"{trial.first_day} to {trial.last_day} held against the {trial.weeks} weeks before.",
        f"Said beforehand: a difference of {per_cent(trial.detectable_share)} would be told in "
        f"{per_cent(POWER)} of such trials.",
        f"Of {asked} changes recommended for the engine's budgets {made} were made, wholly or in "
        "part." + ("" if made else " So this says nothing of the engine."),
        BLUR,
    )


def _show_pairs(screen: Screen, pairs: pd.DataFrame) -> None:
    with duckdb.connect() as memory:
        memory.register("pairs", pairs)
        show_rows(screen, memory, "from pairs")


def _names(holders: Sequence[Holder]) -> list[str]:
    return [holder.budget_entity_name or holder.budget_entity_id for holder in holders]


def _say(screen: Screen, *sentences: str) -> None:
    for sentence in sentences:
        screen.print(f"\n{sentence}", markup=False, highlight=False)


@contextmanager
def _published(customer: str, platform: str) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_published(customer, platform, "results.budget_allocations") as live:
        names = {name.removeprefix("results.") for name in published_tables(live)}
        if lacking := sorted(READ - names):
            raise ValueError(
                f"Nothing is published of {', '.join(lacking)}: run `dbt build --vars "
                f"customer:{customer}` first."
            )
        yield live


def _newest_decisions(live: duckdb.DuckDBPyConnection) -> tuple[date, date]:
    """Return the morning that budgets are decided for, and the last day on which to set them."""
    query = "select max(decision_date), max(valid_until) from results.budget_allocations"
    [[decided_for, valid_until]] = live.execute(query).fetchall()
    if decided_for is None:
        raise ValueError("No budget is decided yet: a trial needs insights and a build.")
    return decided_for, valid_until


def _parameters(customer: str, platform: str) -> list[Parameter]:
    parameters, problems = load_parameters(config_folder(), customer, platform)
    if problems:
        raise ValueError("\n".join(problems))
    return parameters
