"""What is known of a customer without building anything: freshness, what waits, what is wrong."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb

from python_jobs.cli.dbt import target_folder
from python_jobs.cli.published import OtherVersionError, open_published, published_tables
from python_jobs.cli.run import FAILED, sentence
from python_jobs.config.load import load_parameters
from python_jobs.trial.files import newest_trial, readable_on
from python_jobs.warehouse.paths import (
    config_folder,
    datasets_folder,
    published_file,
    results_folder,
)

Money = Mapping[str, float]
"""by currency; amounts of different ones are never added up"""
AUDIENCES = ("audience_recommendations", "adset_recommendations", "audit_findings")


@dataclass
class Overview:
    """A customer as of today. What is not published is None or empty."""

    customer: str
    platform: str
    unreadable: str | None = None
    """why the published file cannot be read; then all below is empty"""
    is_of_another_version: bool = False
    """whether that is because another version published it"""
    published_at: datetime | None = None
    """of the newest run, UTC"""
    data_through: date | None = None
    """last complete day of the insights"""
    data_age_days: int | None = None
    """days from that one to today"""
    decision_date: date | None = None
    valid_until: date | None = None
    """last day on which to carry the budgets out"""
    budgets: int = 0
    """holders decided for"""
    raises: int = 0
    cuts: int = 0
    """pauses included"""
    reviews: int = 0
    """budgets kept, whose bid or tracking is to be looked at"""
    moved_per_day: Money = field(default_factory=dict)
    """raises and cuts added up without their sign"""
    total_per_day: Money = field(default_factory=dict)
    """today's budgets added up"""
    gain_7d: Money = field(default_factory=dict)
    """expected 7-day revenue over that of today's budgets"""
    audience_changes: int = 0
    """new audiences and edits of ad sets that are recommended"""
    first_gain_30d: str | None = None
    """interval of the first of them"""
    findings: int = 0
    largest_finding_30d: str | None = None
    """money at stake of the largest; findings overlap, so they are not added up"""
    open_incidents: list[str] = field(default_factory=list)
    """days since which Meta's purchases cannot be trusted, a sentence each"""
    refused_files: list[str] = field(default_factory=list)
    """files that are not used as they are, a sentence each"""
    unread_files: list[str] = field(default_factory=list)
    """files of the raw folder that are new or changed since the last run"""
    failed_build: list[str] = field(default_factory=list)
    """why the last build published nothing, a sentence each"""
    months: list[str] = field(default_factory=list)
    """pace of the month, a sentence per account"""
    trial: str | None = None
    """until when the newest trial runs and when it can be read"""

    @property
    def changes(self) -> int:
        """Budgets that differ from today's."""
        return self.raises + self.cuts

    @property
    def problems(self) -> list[str]:
        """What is wrong with the published file, builds, files or tracking, a sentence each."""
        unreadable = [self.unreadable] if self.unreadable else []
        return [*unreadable, *self.failed_build, *self.refused_files, *self.open_incidents]

    def next_step(self, today: date) -> tuple[str, str]:
        """Say what to do next, in a few words and in a sentence."""
        of = f"--customer {self.customer}"
        if self.platform != "meta":
            of += f" --platform {self.platform}"
        raw = datasets_folder() / self.customer / self.platform / "raw"
        is_late = self.valid_until is not None and self.valid_until < today
        # the first that is due
        steps = (
            (
                self.is_of_another_version,
                "build anew",
                f"Run `autopilot budgets {of}`: earlier decisions are kept.",
            ),
            (
                self.unreadable,
                "mend the file",
                f"Put a copy of {published_file(self.customer, self.platform)} back, or move it "
                f"away and run `autopilot budgets {of}`; without it earlier decisions are lost.",
            ),
            (
                self.failed_build,
                "mend the build",
                "Put right what stopped the last build (`autopilot inspect "
                f"{of}` shows the files), then run `autopilot budgets {of}`.",
            ),
            (self.unread_files, "build", f"Read the new files: `autopilot budgets {of}`."),
            (
                self.published_at is None,
                "add data",
                f"Copy the exports into {raw}, then run `autopilot inspect {of}`.",
            ),
            (
                self.decision_date is None,
                "build",
                f"Decide the budgets: `autopilot budgets {of}`.",
            ),
            (
                self.open_incidents,
                "look at tracking",
                "Find out what broke the count of purchases (results.data_incidents): budgets "
                "are held until it is mended.",
            ),
            (
                is_late,
                "export newer days",
                f"Export the days after {day(self.data_through)} into {raw}, then run `autopilot "
                f"budgets {of}`: what was decided was good until {day(self.valid_until)}.",
            ),
            (
                self.changes,
                "change budgets",
                f"Set these budgets by {day(self.valid_until)}: `autopilot export --format "
                f"ads-manager {of}` writes them as a file.",
            ),
            (
                self.audience_changes or self.findings,
                "look at audiences",
                f"See what to set up and to mend: `autopilot audiences {of}`.",
            ),
            (
                True,
                "nothing",
                f"Nothing: export newer days by {day(self.valid_until)} at the latest.",
            ),
        )
        return next((short, sentence) for is_due, short, sentence in steps if is_due)

    def at_stake(self) -> Money:
        """Money a day that waits for somebody: to be moved; all while tracking is broken."""
        return self.total_per_day if self.open_incidents else self.moved_per_day


def day(of: date | None) -> str:
    """Write a date as people do."""
    return f"{of.day} {of:%b %Y}" if of else "an unknown day"


def overview(customer: str, platform: str, today: date) -> Overview:
    """Gather what is known; a published file that is missing or broken is told, not raised."""
    found = Overview(customer, platform)
    if published_file(customer, platform).exists():
        try:
            with open_published(customer, platform) as published:
                _read(found, published, today)
        except (ValueError, duckdb.Error) as error:
            other = isinstance(error, OtherVersionError)
            return Overview(customer, platform, unreadable=str(error), is_of_another_version=other)
    else:
        found.unread_files = _files(customer, platform, {})
    found.failed_build = _failed_build(customer, platform, found.published_at)
    found.trial = _trial(customer, platform, found.decision_date)
    return found


def _read(found: Overview, published: duckdb.DuckDBPyConnection, today: date) -> None:
    tables = published_tables(published)
    [(found.published_at, found.data_through)] = published.execute(
        "select max(published_at), max(data_through) from results.runs"
    ).fetchall()
    if found.data_through:
        found.data_age_days = (today - found.data_through).days
    if "results.budget_allocations" in tables:
        _read_budgets(found, published)
    if {f"results.{table}" for table in AUDIENCES} <= tables:
        _read_audiences(found, published)
    if "results.data_incidents" in tables:
        found.open_incidents = _texts(
            published,
            """
            select
                coalesce(account_name, account_id) || ': purchases '
                || if(incident_kind = 'fell', 'are missing', 'are too many') || ' since '
                || first_day || coalesce(
                    format(', {:.0f} % of what clicks lead to expect', 100 * share_by_clicks), ''
                )
            from results.data_incidents
            where is_open and is_acted_on
            order by first_day, account_id
            """,
        )
    if "results.monthly_budget_pacing" in tables:
        found.months = months(published)
    if "results.input_files" in tables:
        sizes = dict(
            published.execute("select file_path, size_bytes from results.input_files").fetchall()
        )
        found.unread_files = _files(found.customer, found.platform, sizes)
        found.refused_files = _texts(
            published,
            """
            select file_path || ': ' || message
            from results.input_files
            where status in ('refused', 'set_aside')
            order by file_path
            """,
        )


def months(published: duckdb.DuckDBPyConnection) -> list[str]:
    """Say of each account how its month goes and where it ends."""
    return _texts(
        published,
        """
        select
            if(count(*) over () > 1, coalesce(account_name, account_id) || ': ', '')
            || if(
                monthly_budget is null,
                '',
                format(
                    '{:,.2f} of {:,.2f} {} spent, {} days left. ',
                    spent_so_far::double, monthly_budget::double, coalesce(currency, ''),
                    days_left
                )
            )
            || note
            || """
        + MONTH_END
        + """
        from results.monthly_budget_pacing
        order by account_id
        """,
    )


MONTH_END = """
    coalesce(
        format(
            ' Spent as budgets were before, the month ends at {:,.0f} to {:,.0f}{} (80 %).',
            projected_month_end_spend_low::double, projected_month_end_spend_high::double,
            coalesce(' ' || currency, '')
        ),
        ''
    )
"""
"""SQL over `monthly_budget_pacing`: a sentence on the interval, blank where there is none"""


def _trial(customer: str, platform: str, decided_for: date | None) -> str | None:
    """Say how the newest trial stands."""
    try:
        trial = newest_trial(results_folder(customer, platform))
        if trial is None:
            return None
        parameters, _ = load_parameters(config_folder(), customer, platform)
        readable = readable_on(trial, parameters)
    except ValueError as error:
        return str(error)
    if decided_for and decided_for >= readable:
        return (
            f"of {day(trial.first_day)} to {day(trial.last_day)}; "
            f"`autopilot trial read --customer {customer}` says what it showed"
        )
    return (
        f"runs from {day(trial.first_day)} to {day(trial.last_day)}, "
        f"to be read with data to {day(readable - timedelta(days=1))}"
    )


def _read_budgets(found: Overview, published: duckdb.DuckDBPyConnection) -> None:
    [row] = published.execute(
        """
        select
            max(decision_date),
            max(valid_until),
            count(*),
            count(*) filter (where recommended_budget > current_budget),
            count(*) filter (where recommended_budget < current_budget),
            count(*) filter (where starts_with(action, 'review'))
        from results.budget_allocations
        """
    ).fetchall()
    found.decision_date, found.valid_until, found.budgets = row[:3]
    found.raises, found.cuts, found.reviews = row[3:]
    for currency, total, moved, gain in published.execute(
        """
        select
            coalesce(currency, ''),
            sum(current_budget)::double,
            sum(abs(recommended_budget - current_budget))::double,
            sum(expected_7d_revenue - hold_7d_revenue)::double
        from results.budget_allocations
        group by currency
        order by currency
        """
    ).fetchall():
        found.total_per_day = {**found.total_per_day, currency: total or 0.0}
        found.moved_per_day = {**found.moved_per_day, currency: moved or 0.0}
        found.gain_7d = {**found.gain_7d, currency: gain or 0.0}


def _read_audiences(found: Overview, published: duckdb.DuckDBPyConnection) -> None:
    recommended = """
        select rank, gain_30d, gain_30d_low, gain_30d_high, currency
        from results.audience_recommendations
        union all
        select rank, gain_30d, gain_30d_low, gain_30d_high, currency
        from results.adset_recommendations
    """
    [(found.audience_changes, found.first_gain_30d)] = published.execute(
        f"""
        select
            count(*),
            max_by(
                format(
                    '{{:,.0f}} to {{:,.0f}} {{}}',
                    gain_30d_low::double, gain_30d_high::double, coalesce(currency, '')
                ),
                gain_30d
            )
        from ({recommended})
        """
    ).fetchall()
    [(found.findings, found.largest_finding_30d)] = published.execute(
        """
        select
            count(*),
            max_by(
                format('{:,.0f} {}', money_at_stake::double, coalesce(currency, '')), money_at_stake
            )
        from results.audit_findings
        """
    ).fetchall()


def _texts(published: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    return [text for (text,) in published.execute(query).fetchall()]


def _files(customer: str, platform: str, seen: Mapping[str, int | None]) -> list[str]:
    """List files of the raw folder that the last run did not see, or saw with another size."""
    raw = datasets_folder() / customer / platform / "raw"
    # members of an archive and sheets of a workbook stand behind its own name
    containers = {
        path.split(end, 1)[0] + end[:-1] for path in seen for end in _CONTAINER_ENDS if end in path
    }
    new = []
    for file in sorted(path for path in raw.rglob("*") if path.is_file()):
        name = file.relative_to(raw)
        if any(part.startswith((".", "~$")) for part in name.parts) or str(name) in containers:
            continue
        size = seen.get(str(name), -1)
        is_packed = file.suffix == ".gz"  # of which the size of the content is kept
        if size == -1 or (size is not None and size != file.stat().st_size and not is_packed):
            new.append(str(name))
    return new


_CONTAINER_ENDS = (".zip/", ".xlsx/", ".duckdb/")


def _failed_build(customer: str, platform: str, published_at: datetime | None) -> list[str]:
    """Tell why the last build did not pass; nothing if it did, or something was published since.

    From what dbt writes, not from the build file: a build that starts while somebody has that open,
    even to read, fails.
    """
    file = target_folder(customer, platform) / "run_results.json"
    try:
        last: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    variables = {"customer": "moprobo", "platform": "meta"} | (last["args"].get("vars") or {})
    ended = datetime.fromisoformat(last["metadata"]["generated_at"])
    ended = ended.astimezone(UTC).replace(tzinfo=None)
    is_ours = (variables["customer"], variables["platform"]) == (customer, platform)
    if last["args"].get("which") != "build" or not is_ours:
        return []
    if published_at and published_at > ended:
        return []
    problems = [
        sentence(result["unique_id"].split(".")[2], result["status"], result["message"])
        for result in last["results"]
        if result["status"] in FAILED
    ]
    lines = [line.strip() for problem in problems for line in problem.splitlines()]
    return list(dict.fromkeys(lines))
