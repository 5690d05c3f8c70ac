"""Histories of exports that restate past days, built step by step and all at once.

`python -m python_jobs.simulation.restated` draws accounts at random. Morning after morning their
files change as users change them: a newer export beside the old ones or under the same name, an
older range exported again, files dropped, renamed or broken, orders refunded, a second look on one
morning, a build for an earlier one. Each change is built on what the builds before left. In the end
a warehouse that has read nothing yet, with the same history, must publish the same tables; and no
row of the decision log may ever have changed.

Landing to results run as compiled by dbt, and files, history and publishing are the real ones. Only
dbt itself is left out, with most of a build's seconds; how it deletes and inserts by file is in
`Pipeline`.
"""

import csv
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, cast

import duckdb
import numpy as np
import pyarrow as pa
import typer
from rich.console import Console

from python_jobs.config.rows import parameter_rows
from python_jobs.simulation.measured import Row, measure, measured
from python_jobs.simulation.pipeline import CompiledProject, Pipeline, compile_project
from python_jobs.simulation.settings import USUAL_MATURITY
from python_jobs.warehouse import kept
from python_jobs.warehouse.compare import OF_A_RUN, PUBLISHED
from python_jobs.warehouse.publish import Run, literal, publish, restore_history

FIRST_DAY = date(2026, 1, 5)
WARM_UP = 35
"""days before the first build, more than the four weeks that the history keeps"""
DECISION_LOG = ("results", "decision_log")
# `autopilot discover` alone builds these; `dbt compile` leaves them out like `dbt build`
BY_DISCOVERY = {"discovered_patterns", "feature_importance", "features_told", "patterns_mined"}
# the last of the models that are kept from build to build: with them each build is a whole one
KEPT = ("int_entity_ads",)
LOGGED = "from history.decision_log order by all"
COUNTS = ("builds", "failed", "logged")
LOOKS = ("extracts", "budgets_seen")
RAW = Path("datasets", "moprobo", "meta", "raw")
KEY = Path("config", "moprobo", "meta", ".key")


@dataclass(frozen=True)
class Program:
    """What is built."""

    project: Path
    compiled: CompiledProject
    """from the files to every published table"""
    decided: frozenset[str]
    """the models that budgets and the history are made of"""
    seen: frozenset[str]
    """those that the history is made of, less what was decided"""
    parameters: pa.Table
    """the default settings"""

    @classmethod
    def of(cls, project: Path) -> "Program":
        """Compile the project in a folder."""
        targets = [
            path.stem
            for schema in PUBLISHED
            for path in (project / "models" / schema).iterdir()
            if path.suffix in (".sql", ".py") and path.stem not in BY_DISCOVERY
        ]
        with duckdb.connect() as connection:
            settings = parameter_rows(connection, project / "config", "moprobo", "meta")
            parameters = settings.to_arrow_table()
        return cls(
            project,
            compiled=_compile(project, targets),
            decided=_leading_to(project, ["budget_allocations", *KEPT]),
            seen=_leading_to(project, KEPT),
            parameters=parameters,
        )

    def leading_to(self, tables: Sequence[str]) -> frozenset[str]:
        """Return the models that these are made from, themselves included."""
        return _leading_to(self.project, [*tables, *KEPT])


def _compile(project: Path, targets: Sequence[str]) -> CompiledProject:
    return compile_project(project, targets, given=("run_settings", "landing_parameters_read"))


def _leading_to(project: Path, tables: Sequence[str]) -> frozenset[str]:
    return frozenset(model.name for model in _compile(project, tables).models)


class Warehouse:
    """Builds of one customer: what they leave in memory, and the file they publish."""

    def __init__(self, program: Program, live: Path) -> None:
        """Begin with nothing built; `live` may be there."""
        self.program = program
        self.pipeline = Pipeline(program.compiled, program.project)
        self.live = live

    def build(self, run_id: str, as_of: date | None, only: Collection[str] | None = None) -> None:
        """Build what lies in the raw folder and publish it; where names are given, `only` these.

        Raises:
            duckdb.Error: the build failed and published nothing.

        """
        compiled, connection = self.program.compiled, self.pipeline.connection
        restore_history(connection, self.live, compiled.history)
        if not kept.begin(connection, "the same"):
            self.pipeline.make_anew()
        self.pipeline.build(self._given(run_id, as_of), with_backtest=True, only=only)
        morning = self.as_of()
        relations = [
            (model.schema, model.name)
            for model in compiled.models
            if model.schema in PUBLISHED
            and (model.schema, model.name) != DECISION_LOG
            and (only is None or model.name in only)
        ]
        now = datetime.now(UTC).replace(tzinfo=None)
        publish(
            connection,
            self.live,
            relations,
            [each for each in compiled.appends if only is None or each.source[1] in only],
            Run(run_id, now, "moprobo", "meta", morning, morning - timedelta(days=1), None, ""),
            views={DECISION_LOG: "decision_log"},
        )
        kept.end(connection)

    def as_of(self) -> date:
        """Return the morning of the last build."""
        rows = self.pipeline.connection.execute("select as_of from intermediate.int_as_of")
        return cast(date, rows.fetchall()[0][0])

    def _given(self, run_id: str, as_of: date | None) -> dict[tuple[str, str], pa.Table]:
        columns = {
            "run_id": pa.array([run_id]),
            "run_started_at": pa.array([datetime(2026, 1, 1)], pa.timestamp("us")),
            "customer": pa.array(["moprobo"]),
            "platform": pa.array(["meta"]),
            "as_of_requested": pa.array([as_of], pa.date32()),
        }
        return {
            ("landing", "run_settings"): pa.table(columns),
            ("landing", "landing_parameters_read"): self.program.parameters,
        }


class Account:
    """What an account will have delivered in the end, and what is visible of it on a morning."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Draw two campaigns of two ad sets with two ads, and orders."""
        self.rng = rng
        days, ads = WARM_UP + 40, 8
        self.budgets = np.round(rng.uniform(20, 80, (4,)), 0)
        self.spend = np.round(
            np.repeat(self.budgets, 2) / 2 * rng.uniform(0.7, 1.2, (days, ads)), 2
        )
        # by age at which they become visible
        shares = np.diff((0.0, *USUAL_MATURITY))
        self.purchases = rng.poisson(self.spend[..., None] / 20 * shares)
        # Meta corrects spend up to four weeks later, and finds some ad's day only then
        self.corrected_at = rng.integers(1, 28, (days, ads))
        self.correction = np.where(
            rng.random((days, ads)) < 0.1, rng.uniform(0.9, 1, (days, ads)), 1
        )
        self.is_late = rng.random((days, ads)) < 0.02
        orders = rng.poisson(6, days)
        self.order_day = np.repeat(np.arange(days), orders)
        total = len(self.order_day)
        self.order_ad = rng.integers(-4, ads, total)
        self.order_total = np.round(rng.uniform(20, 90, total), 2)
        self.refund_age = np.where(rng.random(total) < 0.1, rng.integers(1, 25, total), 999)

    def insights(self, first: int, last: int, morning: int) -> list[dict[str, Any]]:
        """Rows of the Marketing API for days `first` to `last` as exported on a morning."""
        rows: list[dict[str, Any]] = []
        for day in range(max(first, 0), min(last, morning - 1) + 1):
            age = morning - 1 - day
            for ad in range(self.spend.shape[1]):
                if self.is_late[day, ad] and age < self.corrected_at[day, ad]:
                    continue
                is_corrected = age >= self.corrected_at[day, ad]
                spend = self.spend[day, ad] * (self.correction[day, ad] if is_corrected else 1)
                by_age = self.purchases[day, ad]
                rows.append(_insight(ad, day, spend, by_age[: age + 1].sum(), by_age[:2].sum()))
        return rows

    def objects(self, morning: int) -> dict[str, list[dict[str, Any]]]:
        """Campaigns and ad sets on a morning."""
        campaigns = [
            {
                "id": f"{c + 1}",
                "account_id": "1",
                "name": f"Campaign {c}",
                "objective": "OUTCOME_SALES",
                "effective_status": "ACTIVE",
                "updated_time": _time(morning - 1),
            }
            for c in range(2)
        ]
        ad_sets = [
            {
                "id": f"{s // 2 + 1}{s}",
                "account_id": "1",
                "campaign_id": f"{s // 2 + 1}",
                "name": f"Ad set {s}",
                "effective_status": "ACTIVE",
                "updated_time": _time(morning - 1),
                "daily_budget": str(round(self.budgets[s] * 100)),
                "optimization_goal": "OFFSITE_CONVERSIONS",
                "targeting": {"geo_locations": {"countries": ["US"]}, "age_min": 18 + s},
            }
            for s in range(4)
        ]
        return {"campaigns": campaigns, "adsets": ad_sets}

    def orders(self, first: int, morning: int) -> list[dict[str, str]]:
        """Lines of an order export of days from `first` on."""
        lines = []
        for number in np.flatnonzero((self.order_day >= first) & (self.order_day < morning)):
            day, ad, total = self.order_day[number], self.order_ad[number], self.order_total[number]
            is_refunded = morning > day + self.refund_age[number]
            landing = ""
            if ad >= 0:
                ad_id, ad_set, campaign = _ids(int(ad))
                landing = (
                    f"utm_source: facebook\nutm_medium: paid\nutm_campaign: {campaign}\n"
                    f"utm_term: {ad_set}\nutm_content: {ad_id}"
                )
            lines.append(
                {
                    "Name": f"#{1000 + number}",
                    "Email": f"buyer{number % 97}@example.com",
                    "Financial Status": "partially_refunded" if is_refunded else "paid",
                    "Currency": "USD",
                    "Subtotal": f"{total:.2f}",
                    "Total": f"{total:.2f}",
                    "Created at": f"{_day(int(day))} 12:{number % 60:02d}:00 +0000",
                    "Lineitem quantity": "1",
                    "Note Attributes": landing,
                    "Refunded Amount": f"{total / 2 if is_refunded else 0:.2f}",
                    "Id": str(5_000_000 + number),
                }
            )
        return lines


def _day(day: int) -> str:
    return str(FIRST_DAY + timedelta(days=day))


def _time(day: int) -> str:
    return f"{_day(day)}T08:00:00+0000"


def _ids(ad: int) -> tuple[str, str, str]:
    campaign, ad_set = str(ad // 4 + 1), f"{ad // 4 + 1}{ad // 2}"
    return f"{ad_set}{ad}", ad_set, campaign


def _insight(ad: int, day: int, spend: float, purchases: int, within_a_day: int) -> dict[str, Any]:
    ad_id, ad_set, campaign = _ids(ad)
    row: dict[str, Any] = {
        "account_id": "1",
        "account_currency": "USD",
        "campaign_id": campaign,
        "campaign_name": f"Campaign {ad // 4}",
        "adset_id": ad_set,
        "adset_name": f"Ad set {ad // 2}",
        "ad_id": ad_id,
        "ad_name": f"Ad {ad}",
        "date_start": _day(day),
        "date_stop": _day(day),
        "spend": f"{spend:.2f}",
        "impressions": str(round(spend * 100)),
        "reach": str(round(spend * 80)),
        "inline_link_clicks": str(round(spend)),
    }
    if purchases:
        count = {
            "value": str(purchases),
            "1d_click": str(min(purchases, within_a_day)),
            "7d_click": str(purchases),
        }
        money = {name: f"{40 * int(number):.2f}" for name, number in count.items()}
        row["actions"] = [{"action_type": "purchase", **count}]
        row["action_values"] = [{"action_type": "purchase", **money}]
    return row


class Exports:
    """The raw folder, as it changes under the hands of somebody who exports now and then."""

    def __init__(self, folder: Path, account: Account) -> None:
        """Begin with five weeks of insights, settings and orders."""
        self.folder, self.account, self.rng = folder, account, account.rng
        folder.mkdir(parents=True)
        self._insights("insights", 0, WARM_UP, WARM_UP)
        self._settings(WARM_UP)
        self._orders("orders", 0, WARM_UP)

    def change(self, morning: int) -> str:
        """Export something new, and perhaps change something else; return what was done."""
        done = [self._newer(morning)]
        others = [self._older, self._drop, self._rename, self._edit_budget, self._new_orders]
        for other in self.rng.permutation(len(others))[: self.rng.integers(0, 4)]:
            done.append(others[other](morning))
        return ", ".join(done)

    def broken(self) -> Path:
        """Put a file there that breaks off."""
        file = self.folder / "insights_broken.json"
        rows = self.account.insights(0, WARM_UP, WARM_UP)
        file.write_text(json.dumps({"data": rows})[:-1000])
        return file

    def _newer(self, morning: int) -> str:
        days = int(self.rng.choice([3, 8, 28, 70]))
        name = "insights" if self.rng.random() < 0.3 else f"insights_{_day(morning)}"
        self._insights(name, morning - days, morning, morning)
        return f"{days} days in {name}"

    def _older(self, morning: int) -> str:
        last = morning - int(self.rng.integers(2, 30))
        first = last - int(self.rng.integers(0, 20))
        name = f"again {_day(first)} to {_day(last)} ({int(self.rng.integers(1, 4))})"
        self._insights(name, first, last, morning)
        return name

    def _drop(self, _: int) -> str:
        # the settings and the first export stay, without which there may be nothing to build from
        files = [f for f in sorted(self.folder.glob("*.json")) if f.stem[:5] in ("insig", "again")]
        file = files[self.rng.integers(len(files))]
        if len(files) < 3:
            return "nothing dropped"
        file.unlink()
        return f"without {file.name}"

    def _rename(self, _: int) -> str:
        files = sorted(self.folder.glob("*.json"))
        file = files[self.rng.integers(len(files))]
        file.rename(file.with_stem(f"x {file.stem}"))
        return f"{file.name} renamed"

    def _edit_budget(self, morning: int) -> str:
        ad_set, factor = self.rng.integers(len(self.account.budgets)), self.rng.choice([0.8, 1.2])
        self.account.budgets[ad_set] = round(self.account.budgets[ad_set] * factor)
        self._settings(morning)
        return f"budget of ad set {ad_set} times {factor}"

    def _new_orders(self, morning: int) -> str:
        if self.rng.random() < 0.5:
            self._orders("orders", 0, morning)
            return "all orders again"
        self._orders(f"orders_{_day(morning)}", morning - 20, morning)
        return "orders of 20 days"

    def _insights(self, name: str, first: int, last: int, morning: int) -> None:
        rows = self.account.insights(first, last, morning)
        if rows:
            (self.folder / f"{name}.json").write_text(json.dumps({"data": rows}))

    def _settings(self, morning: int) -> None:
        for kind, objects in self.account.objects(morning).items():
            file = self.folder / f"{kind}_{_day(morning)}.json"
            file.write_text(json.dumps({"data": objects}))

    def _orders(self, name: str, first: int, morning: int) -> None:
        lines = self.account.orders(first, morning)
        with (self.folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(lines[0]))
            writer.writeheader()
            writer.writerows(lines)


@dataclass
class Told:
    """What a history showed."""

    seed: int
    steps: list[str] = field(default_factory=list)
    builds: int = 0
    failed: int = 0
    logged: int = 0
    """rows of the decision log in the end"""
    wrong: list[str] = field(default_factory=list)


class Story:
    """One history, in the folder that is worked in."""

    def __init__(self, program: Program, seed: int) -> None:
        """Write the first files and build them."""
        shutil.copytree(program.project / "config" / "default", Path("config", "default"))
        KEY.parent.mkdir(parents=True)
        KEY.write_text("5" * 64)
        self.program, self.told = program, Told(seed)
        self.rng = np.random.default_rng(seed)
        self.exports = Exports(RAW, Account(self.rng))
        self.morning = WARM_UP
        self.warehouse = Warehouse(program, Path("live.duckdb"))
        self._build()

    def go_on(self) -> None:
        """Change files, and build them or not."""
        # now and then a second look on one morning
        self.morning += int(self.rng.choice([0, 0, 1, 2, 4]))
        done = [f"{_day(self.morning)}: {self.exports.change(self.morning)}"]
        what = self.rng.random()
        if what < 0.15:
            self._fail()
            done.append("a build that failed")
        elif what < 0.25:
            earlier = FIRST_DAY + timedelta(days=self.morning - int(self.rng.integers(1, 10)))
            self._build(earlier)
            done.append(f"built for {earlier}")
        elif what < 0.35:
            self.warehouse = Warehouse(self.program, self.warehouse.live)
            done.append("the build file deleted")
        if what < 0.8:
            self._build()
            done.append("built")
        self.told.steps.append(", ".join(done))

    def end(self, only: Collection[str] | None) -> None:
        """Build once more, and all at once in a warehouse that never looked on this morning."""
        shutil.copyfile(self.warehouse.live, "once.duckdb")
        at_once = Warehouse(self.program, Path("once.duckdb"))
        self.warehouse.build("last", None, only)
        with duckdb.connect(str(at_once.live)) as live:
            for table in LOOKS:
                live.execute(
                    f"delete from history.{table} where seen_on = ?", [self.warehouse.as_of()]
                )
        at_once.build("last", None, only)
        self.told.builds += 2
        self.told.logged = len(_rows(at_once.live, LOGGED))
        self.told.wrong += differing(self.warehouse.live, at_once.live)

    def _build(self, as_of: date | None = None) -> None:
        live, told = self.warehouse.live, self.told
        logged = _rows(live, LOGGED)
        seen = {table: _rows(live, f"from history.{table}") for table in LOOKS}
        # most of the time nobody asks for budgets
        decides = told.builds == 0 or self.rng.random() < 0.4
        run = f"run {told.builds}"
        self.warehouse.build(run, as_of, self.program.decided if decides else self.program.seen)
        told.builds += 1
        if [row for row in _rows(live, LOGGED) if row[0] != run] != logged:
            told.wrong.append(f"{run} changed the decision log")
        morning = self.warehouse.as_of()
        for table, before in seen.items():
            now = _rows(live, f"from history.{table}")
            is_seen = any(run_id == run for run_id, *_ in now)
            kept = [row for row in before if row[1] != morning or not is_seen]
            if sorted(kept, key=repr) != sorted((row for row in now if row[0] != run), key=repr):
                told.wrong.append(f"{run} of {morning} mixed what history.{table} keeps")

    def _fail(self) -> None:
        content = self.warehouse.live.read_bytes()
        file = self.exports.broken()
        try:
            self.warehouse.build("broken", None, self.program.seen)
            self.told.wrong.append("a broken file stopped no build")
        except duckdb.Error:
            self.told.failed += 1
        file.unlink()
        if self.warehouse.live.read_bytes() != content:
            self.told.wrong.append("a build that failed has published")


def tell(program: Program, seed: int, steps: int, only: Collection[str] | None = None) -> Told:
    """Live through a history drawn by `seed`; in the end build all, or `only` these models."""
    with tempfile.TemporaryDirectory() as name, _working_in(Path(name)):
        story = Story(program, seed)
        for _ in range(steps):
            story.go_on()
        story.end(only)
        return story.told


def differing(one: Path, other: Path) -> Iterator[str]:
    """Give the published tables in which two files differ by more than the order of adding up."""
    with duckdb.connect() as connection:
        for name, path in (("one", one), ("other", other)):
            connection.execute(f"attach {literal(path)} as {name} (read_only)")
        schemas = ", ".join(f"'{schema}'" for schema in (*PUBLISHED, "history"))
        tables: dict[str, dict[str, list[str]]] = {"one": {}, "other": {}}
        for side, table, column, kind in connection.execute(
            f"""
            select database_name, schema_name || '.' || table_name, column_name, data_type
            from duckdb_columns() where schema_name in ({schemas}) and table_name <> 'runs'
            order by all
            """
        ).fetchall():
            if column not in OF_A_RUN:
                # the ninth digit after the point, and the seventh from the first, are the same
                # however doubles are added up
                told = f'cast(round("{column}", 9) as float)' if kind == "DOUBLE" else f'"{column}"'
                tables[side].setdefault(table, []).append(told)
        if tables["one"] != tables["other"]:
            yield "not the same tables and columns"
        for table, columns in tables["one"].items():
            select = f"select {', '.join(columns)} from"
            [(rows,)] = connection.execute(
                f"""
                select count(*) from (
                    ({select} one.{table} except all {select} other.{table})
                    union all ({select} other.{table} except all {select} one.{table})
                )
                """
            ).fetchall()
            if rows:
                yield f"{table}: {rows} rows"


def _rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    if not file.exists():
        return []
    with duckdb.connect(str(file), read_only=True) as reader:
        rows: list[tuple[Any, ...]] = reader.execute(query).fetchall()
        return rows


@contextmanager
def _working_in(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def main(
    histories: Annotated[int, typer.Option(help="how many")] = 300,
    first: Annotated[int, typer.Option(help="seed of the first")] = 0,
    steps: Annotated[int, typer.Option(help="changes of files in each")] = 4,
    processes: Annotated[int, typer.Option(help="histories at a time")] = 2,
    folder: Annotated[Path, typer.Option(help="where finished histories are kept")] = Path(
        "target/restated"
    ),
) -> None:
    """Print the histories in which something is wrong, and counts; exit code 1 if there is one."""
    console, program = Console(), Program.of(Path.cwd())
    file = folder.absolute() / f"{steps}_steps.jsonl"
    known = {row["seed"] for row in measured(file)}
    tasks = [(program, n, steps) for n in range(first, first + histories) if n not in known]
    rows = measure(_row, tasks, file, processes=processes, told="histories", console=console)
    wrong = [row for row in rows if row["wrong"]]
    for row in wrong:
        console.print(f"history {row['seed']}", *row["steps"], *row["wrong"], sep="\n  ")
    builds, failed, logged = (sum(row[each] for row in rows) for each in COUNTS)
    console.print(
        f"{len(rows)} histories, {builds} builds published, {failed} failed on purpose, {logged} "
        f"rows logged; {len(wrong)} histories with something wrong"
    )
    if wrong:
        raise typer.Exit(1)


def _row(program: Program, seed: int, steps: int) -> list[Row]:
    return [asdict(tell(program, seed, steps))]


if __name__ == "__main__":
    typer.run(main)
