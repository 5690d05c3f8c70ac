"""`autopilot diff`: what other settings would decide for the morning that is published.

Both sides are built anew, into a warehouse that is gone afterwards: settings are read all over SQL
and Python, so only a build says what they do. The files are read once, for both.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pandas as pd

from python_jobs.cli.published import open_published
from python_jobs.cli.run import run_dbt
from python_jobs.cli.screen import Screen
from python_jobs.cli.show import show_rows
from python_jobs.config.load import Parameter, load_parameters
from python_jobs.config.names import check_names
from python_jobs.decisions.compare import COLUMNS, compare_decisions
from python_jobs.warehouse.paths import config_folder, published_file
from python_jobs.warehouse.whole_file import write_whole

BUDGETS = f"select {', '.join(COLUMNS)} from results.budget_allocations"
ALL = "+budget_allocations"
BELOW_SETTINGS = "+budget_allocations,landing_parameters_read+"
"""less the raw files, which no setting changes how to read"""
HOLDERS_SHOWN = 50
NAME_SHOWN = 40
"""characters; on two lines where the terminal is 100 wide"""


CHANGED = """
    select
        parameter as setting,
        before,
        tier as "from",
        after
    from changed
"""
TOTALS = """
    select
        account_id as account,
        currency,
        count(*) as holders,
        count(*) filter (where differs) as differ,
        sum(current_budget) as "now a day",
        sum(recommended_budget_before) as before,
        sum(recommended_budget_after) as after,
        sum(expected_7d_revenue_before) as "7 days' revenue before",
        sum(expected_7d_revenue_after) as "7 days' revenue after"
    from compared
    group by account_id, currency
    order by account_id, currency
"""


def _both(column: str) -> str:
    before, after = f"{column}_before", f"{column}_after"
    return f"""
        case
            when {before} is distinct from {after}
                then coalesce({before}, 'none') || chr(10) || '→ ' || coalesce({after}, 'none')
            else {after}
        end
    """


# in the order of compared
DIFFERING = f"""
    select
        case
            when length(name) > {NAME_SHOWN} then left(name, {NAME_SHOWN - 1}) || '…'
            else name
        end as "budget of",
        current_budget as now,
        recommended_budget_before as before,
        recommended_budget_after as after,
        difference as diff,
        {_both("action")} as action,
        {_both("rule_id")} as rule,
        {_both("binding_limit")} as "limit"
    from (select *, coalesce(budget_entity_name, budget_entity_id) as name from compared)
    where differs
    limit {HOLDERS_SHOWN}
"""
# by currency, for sums of different ones are no sums
SUMMARY = """
    select
        format(
            '{}{:,.2f} a day more for some, {:,.2f} less for others; '
            || 'expected 7-day revenue {:,.2f} before, {:,.2f} after.',
            coalesce(currency || ': ', ''), more, less, before, after
        )
        || case when kept_before = kept_after then '' else
            format(
                ' Returns themselves are estimated otherwise: of today''s budgets, kept, '
                || '{:,.2f} is expected before, {:,.2f} after.',
                kept_before, kept_after
            )
        end
    from (
        select
            currency,
            coalesce(sum(greatest(difference, 0)), 0) as more,
            coalesce(abs(sum(least(difference, 0))), 0) as less,
            coalesce(sum(expected_7d_revenue_before), 0) as before,
            coalesce(sum(expected_7d_revenue_after), 0) as after,
            round(coalesce(sum(hold_7d_revenue_before), 0), 2) as kept_before,
            round(coalesce(sum(hold_7d_revenue_after), 0), 2) as kept_after
        from compared
        group by currency
    )
    order by currency
"""


def diff(screen: Screen, customer: str, platform: str, file: Path, csv: Path | None) -> bool:
    """Decide the published morning again, as settings are and with those of a file on top.

    Args:
        screen: where to show what differs.
        customer: as the folder is named.
        platform: as the folder is named.
        file: YAML with any of the keys that a customer's own file may have.
        csv: file for all rows, those that do not differ included.

    Returns:
        False if the settings are wrong or something did not pass.

    Raises:
        ValueError: the customer's name or folder is not right, no budgets are published, or there
            is no folder for the CSV file.

    """
    check_names(customer, platform)
    if csv and not csv.absolute().parent.is_dir():
        raise ValueError(f"{csv} cannot be written: there is no folder {csv.parent}.")
    config = config_folder()
    in_force, problems = load_parameters(config, customer, platform)
    with_file, more_problems = load_parameters(config, customer, platform, file)
    if problems or more_problems:
        screen.problems([*problems, *more_problems])
        return False
    as_of, published = _published(customer, platform)
    live = published_file(customer, platform)
    runs = [
        (ALL, b"", f"Deciding the budgets of {customer} as settings are"),
        (BELOW_SETTINGS, file.read_bytes(), f"Deciding them with {file}"),
    ]
    csv = csv and csv.absolute()  # a build goes to the project's folder
    sides = []
    with _scratch(live) as scratch:
        # one name for both, since dbt parses the project anew where vars differ
        tried = scratch / "tried.yaml"
        for select, settings, doing in runs:
            tried.write_bytes(settings)
            command = ["build", "--select", select, "--target-path", str(scratch / "target")]
            variables = {"as_of": str(as_of), "config_file": str(tried)}
            outcome = run_dbt(command, customer, platform, doing, variables)
            if outcome.problems:
                screen.problems(outcome.problems)
                return False
            with duckdb.connect(str(scratch / ".build" / live.name)) as build:
                sides.append(build.execute(BUDGETS).df())
    before, after = sides
    compared = compare_decisions(before, after)
    stale = int(compare_decisions(published, before)["differs"].sum())
    if csv:
        write_whole(csv, compared.to_csv(index=False))
    screen.print(
        f"Decisions of {customer} for {as_of}, 'before' as settings are, 'after' with {file}\n",
        markup=False,
        highlight=False,
    )
    show_difference(screen, changed_parameters(in_force, with_file), compared, stale)
    return True


def changed_parameters(before: Sequence[Parameter], after: Sequence[Parameter]) -> pd.DataFrame:
    """List the parameters whose value differs: parameter, before, tier of that, after.

    Both sides hold all parameters in the same order.
    """
    return pd.DataFrame(
        [
            (old.parameter, old.value, old.tier, new.value)
            for old, new in zip(before, after, strict=True)
            if old.value != new.value
        ],
        columns=["parameter", "before", "tier", "after"],
    )


def show_difference(
    screen: Screen, changed: pd.DataFrame, compared: pd.DataFrame, stale: int
) -> None:
    """Print what was tried, the totals of each account, the holders that differ, and a summary.

    Args:
        screen: where to print.
        changed: as `changed_parameters` returns.
        compared: as `compare_decisions` returns.
        stale: how many of the published budgets are not what a build gives now.

    """
    differing = int(compared["differs"].sum())
    with duckdb.connect() as session:
        session.register("changed", changed)
        session.register("compared", compared)
        screen.keep_rows("changed_settings", session, "from changed")
        screen.keep_rows("decisions", session, "from compared")
        if changed.empty:
            screen.print("The file changes no setting.", highlight=False)
        else:
            show_rows(screen, session, CHANGED)
        screen.print()
        show_rows(screen, session, TOTALS)
        screen.print()
        if differing:
            show_rows(screen, session, DIFFERING)
        summaries = session.execute(SUMMARY).fetchall()
    if differing > HOLDERS_SHOWN:
        screen.print(f"... and {differing - HOLDERS_SHOWN} more; --csv has all", highlight=False)
    if differing:
        screen.print(f"\n{differing} of {len(compared)} decisions differ.", highlight=False)
        for (summary,) in summaries:
            screen.print(summary, markup=False, highlight=False)
    else:
        screen.print("No decision differs.", highlight=False)
    if stale:
        screen.print(
            f"{stale} of the published decisions are not what a build gives now, for files, "
            "settings or the program have changed since: 'before' is what it gives now.",
            highlight=False,
        )


def _published(customer: str, platform: str) -> tuple[date, pd.DataFrame]:
    """Read the published budgets and the morning they are for.

    Raises:
        ValueError: there are none.

    """
    with open_published(customer, platform, "results.budget_allocations") as published:
        [[as_of]] = published.execute(
            "select as_of from results.runs "
            "where list_contains(tables, 'results.budget_allocations')"
        ).fetchall()
        return as_of, published.execute(BUDGETS).df()


@contextmanager
def _scratch(live: Path) -> Iterator[Path]:
    """Let builds go into a folder that has the published history and is deleted afterwards."""
    builds = live.parent.absolute() / ".build"
    builds.mkdir(exist_ok=True)
    usual = os.environ.get("AUTOPILOT_WAREHOUSE")
    # beside the builds, where there is room for one, which the system's folder may be too small for
    with TemporaryDirectory(prefix="diff_", dir=builds) as folder:
        shutil.copyfile(live, Path(folder, live.name))
        os.environ["AUTOPILOT_WAREHOUSE"] = folder
        try:
            yield Path(folder)
        finally:
            if usual is None:
                del os.environ["AUTOPILOT_WAREHOUSE"]
            else:
                os.environ["AUTOPILOT_WAREHOUSE"] = usual
