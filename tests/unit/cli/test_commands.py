"""`features`, `budgets`, `audiences` and `inspect` over hand-made databases; dbt is replaced."""

import json
from io import StringIO
from types import SimpleNamespace

import duckdb
import pytest
from rich.console import Console
from typer.testing import CliRunner

from python_jobs.cli import inspect, run, view
from python_jobs.cli.main import app
from python_jobs.cli.run import Outcome, run_dbt
from python_jobs.landing.columns import ACTIVITIES, INSIGHTS, OBJECTS, ORDERS

KEPT = "Nothing was published: the last results stay as they were.\n"


@pytest.fixture
def warehouse(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOPILOT_WAREHOUSE", str(tmp_path))
    monkeypatch.setenv("AUTOPILOT_DATASETS", str(tmp_path / "datasets"))
    monkeypatch.setenv("COLUMNS", "120")
    (tmp_path / ".build").mkdir()
    for customer in ("acme", "moprobo"):
        (tmp_path / "datasets" / customer / "meta" / "raw").mkdir(parents=True)
    return tmp_path


def dbt_gives(monkeypatch, passed=(), problems=()):
    outcome = Outcome(passed=frozenset(passed), problems=tuple(problems))
    commands = []

    def run(command, customer, platform, doing):
        commands.append((command, customer, platform))
        return outcome

    monkeypatch.setattr(view, "run_dbt", run)
    monkeypatch.setattr(inspect, "run_dbt", run)
    return commands


def test_features_shows_days_spend_and_tables(warehouse, monkeypatch):
    with duckdb.connect(str(warehouse / "acme_meta.duckdb")) as live:
        live.execute(
            """
            create schema results;
            create table results.account_daily as
            select
                'a1' as account_id, date '2026-01-01' + day::int as date_day, 1000.5 as spend,
                'EUR' as currency, 2.0::double as purchases, 1 as shopify_orders
            from range(3) as days (day);
            create table results.runs as
            select now()::timestamp as published_at, ['results.account_daily'] as tables;
            """
        )
    commands = dbt_gives(monkeypatch)
    done = CliRunner().invoke(app, ["features", "--customer", "acme"])
    assert done.exit_code == 0, done.exception
    [(command, customer, platform)] = commands
    assert (command[0], customer, platform) == ("build", "acme", "meta")
    words = " ".join(done.output.split())
    assert "a1 2026-01-01 2026-01-03 3 3,001.50 EUR 6 3" in words
    assert "results.account_daily 3" in words
    assert f"Published in {warehouse / 'acme_meta.duckdb'}" in words


def test_features_tells_what_went_wrong(warehouse, monkeypatch):
    dbt_gives(monkeypatch, problems=["Nothing here can be read.", "Details: logs/x/dbt.log"])
    done = CliRunner().invoke(app, ["features"])
    assert done.exit_code == 1
    assert done.output == f"Nothing here can be read.\nDetails: logs/x/dbt.log\n{KEPT}"


def budgets(warehouse, rows):
    with duckdb.connect(str(warehouse / "acme_meta.duckdb")) as live:
        live.execute(
            f"""
            create schema results;
            create table results.monthly_budget_pacing as select
                'a1' as account_id, 'Acme' as account_name, 'EUR' as currency,
                3000.0 as monthly_budget, 0.0 as spent_so_far, 30 as days_left,
                2700.0 as projected_month_end_spend_low,
                3100.4 as projected_month_end_spend_high, 'On pace.' as note;
            create table results.cbo_adset_advice as select 'keep' as advice;
            create table results.budget_allocations as
            select
                account_id, 'Acme' as account_name, date '2026-06-01' as decision_date,
                'EUR' as currency,
                'h' || id as budget_entity_id, nullif(name, '') as budget_entity_name,
                current_budget::decimal(18, 2) as current_budget,
                recommended_budget::decimal(18, 2) as recommended_budget,
                100 * (recommended_budget / current_budget - 1) as budget_change_pct, action,
                0.999 as prob_beats_hold, reason,
                700::decimal(18, 2) as hold_7d_revenue, 720::decimal(18, 2) as expected_7d_revenue
            from ({rows})
                as rows (account_id, id, name, current_budget, recommended_budget, action, reason)
            """
        )


def test_budgets_shows_totals_and_what_changes_most_first(warehouse, monkeypatch):
    budgets(
        warehouse,
        """
        values
            ('a1', 1, 'Broad', 50, 50, 'hold', 'Kept at 50.00 EUR a day: in balance. ROAS 1.8.'),
            ('a1', 2, '', 100, 80, 'decrease', 'Cut by 20 % to 80.00 EUR, 70 % likely. More.'),
            (
                'a1', 3, '', 10, 12, 'increase',
                'Raised. The next unit of budget returns 1.41 here, the account''s last one 1.35. .'
            )
        """,
    )
    commands = dbt_gives(monkeypatch)
    done = CliRunner().invoke(app, ["budgets", "--customer", "acme"])
    assert done.exit_code == 0, done.exception
    [(command, customer, platform)] = commands
    assert (command[0], customer, platform) == ("build", "acme", "meta")
    assert {"+budget_allocations", "+decision_trace", "+parameters"} < set(command)
    lines = [" ".join(line.split()) for line in done.output.splitlines()]
    # 50 + 100 + 10 today, 50 + 80 + 12 then; 3 x 700 and 3 x 20 more
    assert "Acme 2026-06-01 EUR 3 160.00 142.00 1 1 2,100 60" in lines
    assert lines.index("h2 100.00 80.00 -20.0 % 20 > 99 % 70 % likely.") < lines.index(
        "- Broad at 50.00: in balance."
    )
    assert "its next unit returns 1.41 here, the account's last one 1.35" in " ".join(lines)
    assert "the month ends at 2,700 to 3,100 EUR (80 %)." in " ".join(lines)
    assert lines[-1].endswith(f"results.budget_allocations in {warehouse / 'acme_meta.duckdb'}")


def test_budgets_says_how_many_it_does_not_show(warehouse, monkeypatch):
    budgets(warehouse, "select 'a1', range, 'n', 10, 10, 'hold', 'Kept.' from range(53)")
    dbt_gives(monkeypatch)
    done = CliRunner().invoke(app, ["budgets", "--customer", "acme"])
    assert "... and 33 more" in done.output  # of what is kept 20 are shown


def test_budgets_tells_what_went_wrong(warehouse, monkeypatch):
    dbt_gives(monkeypatch, problems=["config/acme/meta/rules.yaml, line 1: unknown key 'x'."])
    done = CliRunner().invoke(app, ["budgets"])
    assert done.exit_code == 1
    assert done.output == f"config/acme/meta/rules.yaml, line 1: unknown key 'x'.\n{KEPT}"


def test_audiences_shows_what_asks_for_a_decision(warehouse, monkeypatch):
    with duckdb.connect(str(warehouse / "acme_meta.duckdb")) as live:
        live.execute("""
            create schema results;
            create table results.audit_findings as from (values
                ('a1', 1, 'no_purchases', 'high', 'It sells nothing.', 'A spent.', 'Stop A.', 90.0,
                    'EUR'),
                ('a1', 2, 'no_purchases', 'high', 'It sells nothing.', 'B spent.', 'Stop B.', 60.0,
                    'EUR'),
                ('a1', 3, 'stale_creatives', 'low', 'No ad is new.', 'C is old.', 'Add one.', null,
                    'EUR')
            ) as t(
                account_id, rank, detector_id, severity, what, evidence, fix, money_at_stake,
                currency
            );
            create table results.audit_coverage as from (values
                ('a1', 'tight_lookalike', 'no data: sizes'), ('a1', 'no_purchases', 'checked'),
                ('a1', 'placement_leak', 'no data: sizes')
            ) as t(account_id, detector_id, status);
            create table results.opportunity_sizes as select
                'a1' as account_id, 'adset' as entity_level, 'i' as entity_id, null as entity_name,
                20.0 as current_spend, 30.0 as spend_to, 1.8 as marginal_roas,
                1.5 as clearing_marginal_roas, 12.0 as gain_30d_low, 40.0 as gain_30d_high,
                'marginal_return' as binding_limit, range + 1 as opportunity_rank
            from range(13);
            create table results.competitive_advantages as from (values
                ('a1', 'age', '25-34', 'advantage', 500.0, 2.0, 1.5, 250.0),
                ('a1', 'age', '18-24', 'no sure difference', 400.0, 1.6, 1.7, -40.0)
            ) as t(
                account_id, segment_kind, segment, verdict, spend, roas, others_roas,
                extra_value_30d
            );
            create table results.ad_verdicts as select
                'a1' as account_id, 'x' as ad_id, 'Ad x' as ad_name, 9 as spend, 'keep' as verdict,
                'In line.' as reason;
            create table results.audience_recommendations (
                account_id varchar, rank int, name varchar, currency varchar, daily_budget double,
                expected_roas double, gain_30d_low double, gain_30d_high double, reason varchar
            );
            create table results.adset_recommendations as select
                'a1' as account_id, 1 as rank, ['A', 'B'] as adset_names, 'EUR' as currency,
                ['Merge.', 'Wait.'] as changes, 5.0 as gain_30d_low, 9.0 as gain_30d_high,
                0.9 as confidence, 'Alike.' as reason;
            create table results.recommendation_coverage as from (values
                ('a1', 'audience_recommendations', 0, 'No money.'),
                ('a1', 'adset_recommendations', 1, 'recommended')
            ) as t(account_id, table_name, recommendations, status);
            create table results.audience_segments as select 'broad' as segment""")
    commands = dbt_gives(monkeypatch)
    monkeypatch.setenv("COLUMNS", "120")
    done = CliRunner().invoke(app, ["audiences", "--customer", "acme"])
    assert done.exit_code == 0, done.exception
    [(command, customer, platform)] = commands
    assert (command[0], customer, platform) == ("build", "acme", "meta")
    assert {"+audit_findings", "+ad_verdicts", "+audience_segments"} < set(command)
    lines = [" ".join(line.split()) for line in done.output.splitlines()]
    # two of a kind are one line: 90 + 60, and of them the worse one
    place = lines.index("150 EUR, high, 2 times: It sells nothing.")
    assert lines[place + 1] == "Above all: A spent. Stop A."
    place = lines.index("No money told, low: No ad is new.")
    assert lines[place + 1] == "C is old. Add one."
    assert "i 20.00 30.00 1.80 1.50 12.00 40.00 marginal return" in lines
    assert "... and 1 more in results.opportunity_sizes" in lines
    assert "age 25-34 advantage 500.00 2.00 1.50 250.00" in lines
    assert not [line for line in lines if "18-24" in line]
    assert "Ads to change: nothing." in lines
    assert "New audiences to set up: nothing." in lines
    place = lines.index("1. A + B: gains 5 to 9 EUR in 30 days, 90 % sure to gain")
    assert lines[place + 1 : place + 3] == ["Merge. Wait.", "Why: Alike."]
    assert "- audience recommendations: No money." in lines
    assert "- no data: sizes: placement leak, tight lookalike" in lines


def test_audiences_tells_what_went_wrong(warehouse, monkeypatch):
    dbt_gives(monkeypatch, problems=["Nothing here can be read."])
    done = CliRunner().invoke(app, ["audiences"])
    assert (done.exit_code, done.output) == (1, f"Nothing here can be read.\n{KEPT}")


@pytest.fixture
def landed(warehouse):
    with duckdb.connect(str(warehouse / ".build" / "acme_meta.duckdb")) as build:
        build.execute(
            """
            create schema landing;
            create table landing.landing_files as
            select * from (values
                (
                    'f1', 'ads.csv', 'read', 'insights', 'ads_manager_export', 'understood',
                    ['Colour', 'Purchasess (USD)']
                ),
                ('f2', 'notes.doc', 'skipped', null, null, 'no kind that is known', null)
            ) as files (file_id, file_path, status, kind, layout, message, unmapped_columns);
            create schema seeds;
            create table seeds.meta_headers as
            select 'Purchases' as header, 'actions:omni_purchase' as canonical;
            create table seeds.shopify_headers (header varchar, canonical varchar);
            create table seeds.activity_headers (header varchar, canonical varchar);
            create table landing.landing_file_rows as
            select
                'f1' as file_id, 1200 as rows_read, date '2026-01-01' as first_day,
                date '2026-01-31' as last_day;
            create table landing.landing_rejected_rows as
            select
                'f1' as file_id, range + 7 as file_row, 'Day' as column_name, 'is no date' as reason
            from range(3);
            create table landing.landing_parameters (parameter varchar, value varchar);
            create table landing.exchange_rates
                (rate_date date, from_currency varchar, to_currency varchar);
            """
        )
        for name, columns in (
            ("insights", INSIGHTS),
            ("objects", OBJECTS),
            ("orders", ORDERS),
            ("activities", ACTIVITIES),
        ):
            declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            build.execute(f"create table landing.landing_{name} ({declared})")
        build.execute(
            """
            insert into landing.landing_insights by name
            select
                'ad' as level, '2026-01-01' as date_start, '2026-01-01' as date_stop, '5' as spend,
                [{'action_type': 'omni_purchase', 'value': '1'}] as actions, '10' as adset_budget
            """
        )


def test_inspect_shows_each_file_and_what_is_missing(landed, monkeypatch):
    dbt_gives(monkeypatch, passed=["landing_files", "landing_parameters", "exchange_rates"])
    done = CliRunner().invoke(app, ["inspect", "--customer", "acme"])
    assert done.exit_code == 0, done.exception
    words = " ".join(done.output.split())
    assert "ads.csv ads manager export 1,200 2026-01-01 2026-01-31" in words
    assert "- ads.csv: understood" in words
    assert "notes.doc (skipped): no kind that is known" in words
    assert "ads.csv: Colour, Purchasess (USD) (nearly Purchases)" in words
    assert "ads.csv, 3 rows from row 7, Day: is no date" in words
    gaps = words.partition("Not in these files")[2]
    assert "Shopify orders" in gaps
    assert "activity history" in gaps
    assert "reach in adset_daily" in gaps
    assert "Export them from Orders > Export. docs/getting-the-data.md#shopify-orders" in gaps
    for present in ("- Budgets", "- Purchases", "- Rows by", "- Insights"):
        assert present not in gaps


def test_inspect_gives_the_same_as_json(landed, monkeypatch):
    dbt_gives(monkeypatch, passed=["landing_files", "landing_parameters", "exchange_rates"])
    done = CliRunner().invoke(app, ["inspect", "--customer", "acme", "--json"])
    assert done.exit_code == 0, done.exception
    document = json.loads(done.stdout)
    read, skipped = document["files"]
    assert (read["file_path"], read["rows_read"], read["last_day"]) == (
        "ads.csv",
        1200,
        "2026-01-31",
    )
    assert (skipped["status"], skipped["rows_read"]) == ("skipped", None)
    assert document["rows_set_aside"] == ["ads.csv, 3 rows from row 7, Day: is no date"]
    assert "Shopify orders" in [missing["what"] for missing in document["missing"]]


def test_inspect_fails_where_a_build_would_stop(landed, monkeypatch):
    dbt_gives(monkeypatch, passed=["landing_files"], problems=["ads.csv cannot be used."])
    done = CliRunner().invoke(app, ["inspect", "--customer", "acme"])
    assert done.exit_code == 1
    assert "ads.csv ads manager export" in " ".join(done.output.split())
    assert " ".join(done.output.split()).endswith(
        "A build stops at this: - ads.csv cannot be used."
    )


def test_inspect_shows_no_files_of_an_earlier_run(landed, monkeypatch):
    dbt_gives(monkeypatch, problems=["config/acme/meta/inputs.yaml, line 1: unknown key 'x'."])
    done = CliRunner().invoke(app, ["inspect", "--customer", "acme"])
    assert " ".join(done.output.split()) == (
        "A build stops at this: - config/acme/meta/inputs.yaml, line 1: unknown key 'x'."
    )


def step(name, status, message=None):
    return SimpleNamespace(node=SimpleNamespace(name=name), status=status, message=message)


@pytest.fixture
def dbt_results(tmp_path, monkeypatch):
    """Make dbt give these steps; what it was asked is returned."""
    (tmp_path / "dbt_project.yml").write_text("name: autopilot\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DBT_LOG_PATH", "logs/here")
    asked = []

    def make(steps, exception=None):
        success = exception is None and all(s.status in ("success", "pass", "warn") for s in steps)
        outcome = SimpleNamespace(
            result=None if exception else SimpleNamespace(results=steps),
            success=success,
            exception=exception,
        )

        class Runner:
            def __init__(self, manifest, callbacks):
                self.callbacks = callbacks

            def invoke(self, arguments):
                asked.extend(arguments)
                return outcome

        monkeypatch.setattr("dbt.cli.main.dbtRunner", Runner)
        return asked

    return make


def test_a_run_that_passes_has_no_problems(dbt_results):
    asked = dbt_results([step("a", "success"), step("t", "warn")])
    outcome = run_dbt(["ls", "--select", "a"], "acme", "meta", "...")
    assert outcome == Outcome(passed=frozenset({"a", "t"}), problems=())
    assert asked[-5:-1] == ["ls", "--select", "a", "--vars"]
    assert json.loads(asked[-1]) == {"customer": "acme", "platform": "meta"}


def test_a_run_shows_how_many_steps_are_done(dbt_results, monkeypatch):
    dbt_results([])
    said = StringIO()
    terminal = Console(file=said, force_terminal=True, width=80)
    monkeypatch.setattr(run, "Console", lambda **_: terminal)

    class Runner:
        def __init__(self, manifest, callbacks):
            [self.follow] = callbacks

        def invoke(self, arguments):
            self.follow(event("MainReportVersion"))
            self.follow(event("ConcurrencyLine", node_count=3))
            self.follow(event("NodeFinished"))
            self.follow(event("NodeFinished"))
            return SimpleNamespace(result=None, success=True, exception=None)

    def event(name, **data):
        return SimpleNamespace(info=SimpleNamespace(name=name), data=SimpleNamespace(**data))

    monkeypatch.setattr("dbt.cli.main.dbtRunner", Runner)
    run_dbt(["ls"], "acme", "meta", "Deciding")
    assert "preparing" in said.getvalue()
    assert "2 of 3 steps" in said.getvalue()


def test_a_run_takes_further_vars(dbt_results):
    asked = dbt_results([])
    run_dbt(["ls"], "acme", "meta", "...", {"as_of": "2026-06-01", "config_file": "a b.yaml"})
    assert json.loads(asked[-1]) == {
        "customer": "acme",
        "platform": "meta",
        "as_of": "2026-06-01",
        "config_file": "a b.yaml",
    }


def test_problems_are_sentences_without_preambles(dbt_results):
    dbt_results(
        [
            step("a", "success"),
            step(
                "gate",
                "error",
                "Runtime Error in model gate (gate.sql)\n  Invalid Input Error: One.\n  Two.",
            ),
            step("b", "error", "Runtime Error in model b\n  Binder Error: no column c\n  ^"),
            step("m", "error", "Runtime Error\n  Out of Memory Error: could not allocate\n  hints"),
            step("b_is_unique", "fail", "Got 3 results, configured to fail if != 0"),
            step("c", "skipped"),
        ]
    )
    outcome = run_dbt(["ls"], "acme", "meta", "...")
    assert outcome.passed == {"a"}
    assert outcome.problems == (
        "One.\n  Two.",
        "b: Binder Error: no column c",
        "m: DuckDB's memory is too little: set AUTOPILOT_MEMORY higher, as in 40%.",
        "The test b_is_unique does not hold.",
        "Details: logs/here/dbt.log",
    )


def test_what_stops_dbt_itself_is_told(dbt_results):
    dbt_results([], exception=RuntimeError("x_meta.duckdb was not replaced: disk full"))
    assert run_dbt(["ls"], "acme", "meta", "...").problems == (
        "x_meta.duckdb was not replaced: disk full",
        "Details: logs/here/dbt.log",
    )
