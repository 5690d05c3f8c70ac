"""`autopilot export` over a published file made by hand: what it writes, and what it refuses."""

import csv
import io
import json
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import pytest
from exported_rows import AD_SET, CAMPAIGN, DECIDED, HELD, MORNING, RECOMMENDED
from openpyxl import load_workbook
from typer.testing import CliRunner

from python_jobs.cli import export as command
from python_jobs.cli.main import app
from python_jobs.cli.screen import Screen
from python_jobs.config.export_schema import Export
from python_jobs.exports.order import Format, Order
from python_jobs.trial.files import Holder, Trial, write_trial

NOW = datetime(2026, 3, 12, 9, 30, 15, 400_000, UTC)
LIVE = Export(mode="live", require_approval=False, max_data_age_days=4)
NEEDS_APPROVAL = LIVE.model_copy(update={"require_approval": True})
RULES = "results/acme/meta/rules"


@pytest.fixture
def run(warehouse, monkeypatch):
    """Exports, as JSON unless told otherwise; returns whether it did, and what it said."""

    def run(form, settings=LIVE, now=NOW, *, as_json=True, dry_run=False, **wishes):
        monkeypatch.setattr(command, "_settings", lambda *_: settings)
        order = Order("acme", Format(form), **wishes)
        screen = Screen(as_json=as_json, file=io.StringIO(), width=100)
        done = command.export(screen, order, "meta", now, dry_run=dry_run)
        return done, screen.document if as_json else screen.file.getvalue()

    return run


def written(warehouse):
    """Names of all files of results, by folder."""
    folder = warehouse / "results"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def read_csv(file):
    return list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline="")))


def test_only_changed_budgets_go_to_ads_manager(run, published, warehouse):
    campaign = DECIDED | {
        "budget_level": "campaign",
        "budget_entity_id": CAMPAIGN,
        "budget_entity_name": "CBO",
        "adset_id": None,
        "recommended_budget": Decimal("170.00"),
    }
    published([DECIDED, HELD, campaign])
    done, said = run("ads-manager")
    assert done
    names = [
        "2026-03-10_ads-manager_482170935516604_adset-budgets.xlsx",
        "2026-03-10_ads-manager_482170935516604_adset-budgets_undo.xlsx",
        "2026-03-10_ads-manager_482170935516604_campaign-budgets.xlsx",
        "2026-03-10_ads-manager_482170935516604_campaign-budgets_undo.xlsx",
    ]
    assert written(warehouse) == [f"acme/meta/rules/{name}" for name in names]
    assert sorted(said["files"]) == [str(warehouse / RULES / name) for name in names]
    read = [list(load_workbook(warehouse / RULES / name).active.values) for name in names]
    ad_set = (f"cg:{CAMPAIGN}", f"c:{AD_SET}", "Broad")
    assert [table[1:] for table in read] == [
        [(*ad_set, 216.5)],
        [(*ad_set, 180)],
        [(f"cg:{CAMPAIGN}", "CBO", 170)],
        [(f"cg:{CAMPAIGN}", "CBO", 180)],
    ]


def test_requests_of_an_hour_are_counted_over_all_exports(run, published, warehouse):
    published([DECIDED])
    for _ in range(3):
        assert run("api")[0]
    plans = [warehouse / RULES / f"2026-03-10_{number}api.jsonl" for number in ("", "2_", "3_")]
    [times] = zip(*([json.loads(plan.read_text())["not_before"]] for plan in plans), strict=True)
    assert times == ("2026-03-12T09:30:15+00:00",) * 2 + ("2026-03-12T10:30:15+00:00",)
    assert json.loads(plans[0].read_text())["params"] == {"daily_budget": 21650}
    undo = json.loads((warehouse / RULES / "2026-03-10_api_undo.jsonl").read_text())
    assert undo["params"] == {"daily_budget": 18000}


def test_tables_hold_all_decisions_and_recommendations(run, published, warehouse):
    published(
        adset_recommendations=[RECOMMENDED | {"adset_ids": ["120222130000000002"]}],
        audience_recommendations=[],
        recommendation_coverage=[{"account_id": "482170935516604", "run_id": "now"}],
    )
    assert run("csv")[0]
    assert written(warehouse) == [
        "acme/meta/recommendations/2026-03-10_adset-recommendations.csv",
        "acme/meta/rules/2026-03-10_decisions.csv",
        "acme/meta/rules/2026-03-10_decisions_undo.csv",
    ]
    changed, held = read_csv(warehouse / RULES / "2026-03-10_decisions.csv")
    assert list(changed)[:4] == [
        "approved_by",
        "budget_entity_name",
        "current_budget",
        "recommended_budget",
    ]
    assert (changed["approved_by"], changed["budget_entity_id"]) == ("", f"c:{AD_SET}")
    assert (changed["recommended_budget"], held["recommended_budget"]) == ("216.50", "180.00")
    [undo] = read_csv(warehouse / RULES / "2026-03-10_decisions_undo.csv")
    assert (undo["budget_recommended"], undo["budget_before"]) == ("216.50", "180.00")
    assert run("xlsx")[0]
    book = load_workbook(warehouse / RULES / "2026-03-10_decisions.xlsx")
    assert [cell.value for cell in book.active[2]][2:4] == [180, 216.5]
    others = warehouse / "results/acme/meta/recommendations/2026-03-10_recommendations.xlsx"
    assert load_workbook(others).sheetnames == ["adset-recommendations"]
    assert run("api")[0]
    requests = (others.parent / "2026-03-10_api.jsonl").read_text()
    assert json.loads(requests)["params"] == {"status": "PAUSED"}
    undo = (others.parent / "2026-03-10_api_undo.jsonl").read_text()
    assert json.loads(undo)["params"] == {"status": "ACTIVE"}


def test_only_what_another_run_recommended_otherwise(run, published):
    other = HELD | {"recommended_budget": Decimal("150.00")}
    logged = [DECIDED | {"run_id": "before"}, other | {"run_id": "before"}]
    published([DECIDED, other | {"recommended_budget": Decimal("160.00")}], earlier=logged)
    _, said = run("ads-manager", since_run="before")
    assert [change["budget_after"] for change in said["changes"]] == [160]
    with pytest.raises(ValueError, match="No run never decided on budgets"):
        run("ads-manager", since_run="never")


def test_what_nobody_can_carry_out_is_left_out_and_said(run, published):
    published(
        [
            DECIDED,
            DECIDED | {"budget_entity_id": "n5e0bd996802abb19"},
            DECIDED | {"budget_entity_id": "3", "current_budget_source": "estimated"},
            DECIDED | {"budget_entity_id": "4", "budget_entity_name": None},
            DECIDED | {"budget_entity_id": "5", "currency": None},
        ]
    )
    _, said = run("ads-manager")
    assert [change["budget_entity_id"] for change in said["changes"]] == [AD_SET, "5"]
    assert [note.partition(":")[0] for note in said["notes"]] == [
        "1 change is left out",
        "1 change is left out",
        "Changes left out",
    ]
    _, said = run("api")
    assert [change["budget_entity_id"] for change in said["changes"]] == [AD_SET, "4"]


def test_a_dry_run_shows_the_changes_and_writes_nothing(run, published, warehouse):
    published()
    done, text = run("ads-manager", as_json=False, dry_run=True)
    assert done
    words = " ".join(text.split())
    assert f"Broad adset {AD_SET} 180.00 216.50 +20.3 % USD" in words
    assert "1 of 2 budgets of acme change for 2026-03-10" in words
    assert written(warehouse) == []
    done, text = run("ads-manager", now=datetime(2026, 3, 14).astimezone(), as_json=False)
    assert not done
    assert "today is 2026-03-14: put newer exports into the folder" in text


def test_without_changes_nothing_is_written(run, published, warehouse):
    published([HELD])
    done, said = run("ads-manager")
    assert (done, said["files"], written(warehouse)) == (True, [], [])


@pytest.mark.parametrize(
    ("form", "settings", "now", "tables", "sentence"),
    [
        (
            "csv",
            LIVE.model_copy(update={"mode": "shadow"}),
            NOW,
            {},
            "acme is in shadow mode: nothing is exported until the outcomes of 14 days are in, "
            "and there are those of 0;",
        ),
        (
            "ads-manager",
            LIVE,
            datetime(2026, 3, 14, 0, 1).astimezone(),
            {},
            "The budgets for 2026-03-10 were to be set until 2026-03-13, and today is 2026-03-14:",
        ),
        (
            "ads-manager",
            LIVE,
            NOW,
            {
                "account_daily": [
                    {"account_id": "482170935516604", "spend": spend, "date_day": day} | rest
                    for spend, day, rest in (
                        (5, date(2026, 3, 7), {"run_id": "now"}),
                        (0, date(2026, 3, 9), {"run_id": "now"}),
                    )
                ]
            },
            "The newest day of account 482170935516604 with spend is 2026-03-07, 5 days ago, and "
            "export.max_data_age_days allows 4:",
        ),
        (
            "api",
            LIVE,
            NOW,
            {"seen": [("later", MORNING, "adset", AD_SET, 200.0)]},
            "Budgets changed since they were decided on: that of Broad, from 180.00 to 200.00;",
        ),
        (
            "api",
            NEEDS_APPROVAL,
            NOW,
            {},
            "Budgets of acme need approval (export.require_approval):",
        ),
    ],
)
def test_each_refusal_is_a_sentence(
    run, published, warehouse, form, settings, now, tables, sentence
):
    published(**tables)
    done, said = run(form, settings, now)
    assert not done
    assert said["refused"].startswith(sentence)
    assert (said["files"], written(warehouse)) == ([], [])


def test_what_a_trial_leaves_to_the_hand_is_not_exported(run, published, warehouse):
    published()
    hand = [Holder("adset", AD_SET, "Broad")]
    trial = Trial(date(2026, 3, 11), date(2026, 3, 12), 2, 1, 2.0, 0.3, hand, hand)
    write_trial(warehouse / "results/acme/meta", trial)
    sentence = "A trial leaves Broad to the hand until 2026-03-12, and it was decided on before:"
    assert run("csv")[1]["refused"].startswith(sentence)
    # it is over
    assert run("csv", now=datetime(2026, 3, 13, 9).astimezone())[0]


def test_what_is_told_of_other_runs_refuses_nothing(run, published):
    """Budgets seen when they were decided on; daily tables that an earlier build left."""
    published(
        seen=[("before", MORNING, "adset", AD_SET, 200.0)],
        account_daily=[
            {
                "account_id": "482170935516604",
                "spend": 5,
                "date_day": date(2026, 1, 1),
                "run_id": "before",
            }
        ],
    )
    assert run("ads-manager")[1]["refused"] is None


def test_old_decisions_are_exported_where_somebody_says_so(run, published):
    published()
    done, said = run("api", now=datetime(2026, 5, 1).astimezone(), stale_ok=True)
    assert done
    assert said["files"]
    assert said["notes"] == [
        "The budgets for 2026-03-10 were to be set until 2026-03-13, and today is 2026-05-01: "
        "--stale-ok lets them through."
    ]
    # nothing is said to be exported where it is not
    _, refused = run("api", NEEDS_APPROVAL, datetime(2026, 5, 1).astimezone(), stale_ok=True)
    assert refused["notes"] == []


@pytest.mark.parametrize(
    ("last", "is_enough"), [(date(2026, 3, 8), True), (date(2026, 3, 7), False)]
)
def test_shadow_ends_with_the_outcomes_of_14_days(run, published, last, is_enough):
    """7 of the last outcome that is in and those from the first decision on, here 1 March."""
    file = published()
    with duckdb.connect(str(file)) as live:
        live.execute(
            """
            create table results.recommendation_outcomes (decision_date date, is_matured boolean);
            insert into results.recommendation_outcomes values
                ('2026-03-01', true), (?, true), ('2026-03-10', false);
            """,
            [last],
        )
    done, _ = run("csv", LIVE.model_copy(update={"mode": "shadow"}))
    assert done == is_enough


def approve(file, names):
    """Fill in the names as a spreadsheet of a country with semicolons saves them."""
    header, *rows = csv.reader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline=""))
    place = header.index("budget_entity_name")
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(header)
    for row in rows:
        amounts = [
            cell.replace(".", ",") if cell.replace(".", "").isdigit() else cell for cell in row
        ]
        writer.writerow([names.get(row[place], ""), *amounts[1:]])
    approved = file.with_name("approved.csv")
    approved.write_bytes(text.getvalue().encode("cp1252"))
    return approved


def test_only_what_somebody_approved_is_exported(run, published, warehouse):
    other = HELD | {"recommended_budget": Decimal("150.00")}
    published([DECIDED, other])
    assert run("csv", NEEDS_APPROVAL)[0]
    approved = approve(warehouse / RULES / "2026-03-10_decisions.csv", {"Broad": "Zoë"})
    done, said = run("api", NEEDS_APPROVAL, approvals=[approved])
    assert done
    assert [change["budget_entity_id"] for change in said["changes"]] == [AD_SET]
    [request] = (warehouse / RULES / "2026-03-10_api.jsonl").read_text().splitlines()
    assert json.loads(request)["approved_by"] == "Zoë"


def test_what_was_approved_before_need_not_be_told_again(run, published, warehouse):
    other = HELD | {"recommended_budget": Decimal("150.00")}
    published([DECIDED, other], earlier=[DECIDED | {"run_id": "before"}])
    assert run("csv")[0]
    decisions = warehouse / RULES / "2026-03-10_decisions.csv"
    approved = approve(decisions, {"Broad": "Ann", "Held": "Ann"})
    _, said = run("api", NEEDS_APPROVAL, approvals=[approved], since_run="before")
    assert [change["budget_entity_name"] for change in said["changes"]] == ["Held"]


def test_a_workbook_is_read_back_as_well(run, published, warehouse):
    published()
    assert run("xlsx", NEEDS_APPROVAL)[0]
    file = warehouse / RULES / "2026-03-10_decisions.xlsx"
    book = load_workbook(file)
    book.active["A2"] = "Ann"
    book.save(file)
    assert len(run("ads-manager", NEEDS_APPROVAL, approvals=[file])[1]["changes"]) == 1


def without_default_style(workbook):
    """Leave out what openpyxl warns of when it is missing, as in workbooks of some programs."""
    with zipfile.ZipFile(workbook) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    styles = parts["xl/styles.xml"]
    parts["xl/styles.xml"] = re.sub(b"<cellStyle [^>]*/>", b"", styles)
    assert parts["xl/styles.xml"] != styles
    with zipfile.ZipFile(workbook, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


@pytest.mark.filterwarnings("error")
def test_of_recommendations_only_what_somebody_approved_is_a_request(run, published, warehouse):
    edit = RECOMMENDED | {
        "rank": 2,
        "recommendation_type": "exclude_buyers",
        "adset_ids": ["120222130000000002"],
        "targeting": '{"age_min": 18, "excluded_custom_audiences": [{"id": "5"}]}',
        "targeting_before": '{"age_min": 18}',
    }
    tables = {
        "audience_recommendations": [],
        "recommendation_coverage": [{"account_id": "482170935516604", "run_id": "now"}],
    }
    file = published(adset_recommendations=[RECOMMENDED, edit], **tables)
    assert run("xlsx", NEEDS_APPROVAL)[0]
    folder = warehouse / "results/acme/meta/recommendations"
    approved = folder / "2026-03-10_recommendations.xlsx"
    book = load_workbook(approved)
    assert [row[:2] for row in book.active.values] == [
        ("approved_by", "rank"),
        (None, 1),
        (None, 2),
    ]
    book.active["A3"] = "Ann"
    book.save(approved)
    without_default_style(approved)
    done, said = run("api", NEEDS_APPROVAL, approvals=[approved])
    assert (done, said["changes"]) == (True, [])
    [request] = map(json.loads, (folder / "2026-03-10_api.jsonl").read_text().splitlines())
    assert (request["relative_url"], request["approved_by"]) == ("120222130000000002", "Ann")
    [undo] = map(json.loads, (folder / "2026-03-10_api_undo.jsonl").read_text().splitlines())
    assert undo["params"] == {"targeting": {"age_min": 18}}
    # what was approved is another change by now
    file.unlink()
    narrower = edit | {"targeting": '{"age_min": 25}'}
    published(adset_recommendations=[RECOMMENDED, narrower], **tables)
    with pytest.raises(ValueError, match="exclude_buyers of c:120222130000000002, which is not"):
        run("api", NEEDS_APPROVAL, approvals=[approved])


def test_of_a_cut_and_a_pause_of_one_ad_set_only_one_is_sent(run, published, warehouse):
    cut = DECIDED | {"recommended_budget": Decimal("144.00")}
    published(
        [cut],
        adset_recommendations=[RECOMMENDED],
        audience_recommendations=[],
        recommendation_coverage=[{"account_id": "482170935516604", "run_id": "now"}],
    )
    _, said = run("api")
    assert ([change["budget_after"] for change in said["changes"]], said["recommendations"]) == (
        [144],
        [],
    )
    assert said["notes"] == [
        "Pauses left out: 1; these ad sets get their new budgets instead. Approve a pause to send "
        "it in place of the budget."
    ]
    [line] = (warehouse / RULES / "2026-03-10_api.jsonl").read_text().splitlines()
    assert '"budget_before": 180.0, "budget_after": 144.0' in line
    # a person who approves both means the pause, which makes the cut needless
    run("xlsx")
    files = [
        warehouse / RULES / "2026-03-10_decisions.xlsx",
        warehouse / "results/acme/meta/recommendations/2026-03-10_recommendations.xlsx",
    ]
    for file in files:
        book = load_workbook(file)
        book.active["A2"] = "Ann"
        book.save(file)
    _, said = run("api", approvals=files)
    assert (said["changes"], len(said["recommendations"])) == ([], 1)
    assert said["notes"] == [
        "Budgets left as they are: 1; their ad sets are to be switched off, which is approved."
    ]


def test_an_approval_of_another_change_is_refused(run, published, warehouse):
    file = published()
    assert run("csv")[0]
    approved = approve(warehouse / RULES / "2026-03-10_decisions.csv", {"Broad": "Ann"})
    file.unlink()
    published([DECIDED | {"recommended_budget": Decimal("210.00")}, HELD])
    sentence = rf"approves 180.00 -> 216.50 for adset {AD_SET}, and now it is 180.00 -> 210.00"
    with pytest.raises(ValueError, match=sentence):
        run("ads-manager", approvals=[approved])
    file.unlink()
    published([HELD])
    with pytest.raises(ValueError, match=rf"adset {AD_SET}, on which nothing is decided now"):
        run("ads-manager", approvals=[approved])


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.csv", "", "has no rows"),
        ("a.csv", "approved_by,budget_level\nAnn,adset\n", "has no column budget_entity_id"),
        ("a.xlsx", "no workbook", "is no Excel workbook with a table"),
        (
            "a.csv",
            "approved_by,budget_level,budget_entity_id,current_budget,recommended_budget\n"
            ",adset,c:1,1,2\n",
            "has no name in approved_by",
        ),
        (
            "a.csv",
            "approved_by,budget_level,budget_entity_id,current_budget,recommended_budget\n"
            "Ann,adset,c:1,1,much\n",
            "row 2: recommended_budget is 'much' and not an amount",
        ),
    ],
)
def test_what_is_no_table_of_approvals_is_told(run, published, tmp_path, name, text, sentence):
    published()
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=sentence):
        run("ads-manager", approvals=[tmp_path / name])


def test_the_command_reads_the_settings_in_force(published, warehouse):
    """Shadow is the default; 1 is the exit code of a refusal, 2 of wrong use."""
    published()
    arguments = ["export", "--customer", "acme", "--format"]
    refused = CliRunner().invoke(app, [*arguments, "ads-manager", "--json"])
    assert refused.exit_code == 1
    assert "acme is in shadow mode" in json.loads(refused.stdout)["refused"]
    assert CliRunner().invoke(app, [*arguments, "pdf"]).exit_code == 2
    lacks_file = CliRunner().invoke(app, [*arguments, "csv", "--approved", "nowhere.csv"])
    assert lacks_file.exit_code == 2


def test_before_anything_is_published(run, warehouse):
    with pytest.raises(
        ValueError, match="Nothing of acme is published yet: run `autopilot budgets"
    ):
        run("csv")
