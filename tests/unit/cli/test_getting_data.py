"""The page that tells how to get the data names what is read, and its calls do what they say."""

import csv
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from python_jobs.cli.preset_picture import PAGE, PICTURE, columns_of, picture
from python_jobs.landing import activities, order_objects

ROOT = Path(__file__).parents[3]
TEXT = PAGE.read_text("utf-8")
BLOCKS = re.findall(r"^```bash\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
SHOPIFY, META, REPORT, BREAKDOWNS = BLOCKS
OBJECTS = {
    "campaigns": "campaigns",
    "adsets": "adsets",
    "ads": "ads",
    "adcreatives": "creatives",
    "customaudiences": "custom_audiences",
}
SECRET = "EAAB0000secret"
# of an answer with two pages, the addresses with the token in it, as the Marketing API writes them
CURL = f"""#!/bin/bash
printf '%s\\t' "$@" >> "$CALLS"
printf '\\n' >> "$CALLS"
next='"paging": {{"cursors": {{"after": "M1"}}, "next": "https://x/?access_token={SECRET}"}}'
case "$*" in *after=M1*) next='"paging": {{"cursors": {{"after": "M2"}}}}' ;; esac
case "$*" in
  *async_status*) echo '{{"async_status": "Job Completed"}}' ;;
  *-G*insights*) echo "{{\\"data\\": [$ROW], $next}}" ;;
  */insights*) echo '{{"report_run_id": "990"}}' ;;
  *activities*) echo "{{\\"data\\": [$EDIT], $next}}" ;;
  */adsets*) echo "{{\\"data\\": [$ADSET], $next}}" ;;
  */campaigns* | */ads* | */adcreatives* | */customaudiences*) echo "{{\\"data\\": [], $next}}" ;;
  *) echo '{{"id": "act_1234567890", "currency": "USD", "timezone_name": "Asia/Tokyo"}}' ;;
esac
"""
ANSWERS = {
    "ROW": {
        "account_id": "1234567890",
        "adset_id": "2",
        "date_start": "2026-03-15",
        "date_stop": "2026-03-15",
        "spend": "5.50",
    },
    "EDIT": {
        "event_type": "update_ad_set_run_status",
        "event_time": "2026-03-05T14:10:00+0000",
        "object_id": "2",
        "extra_data": '{"old_value": "Active", "new_value": "Inactive"}',
    },
    "ADSET": {"id": "2", "account_id": "1234567890", "campaign_id": "1", "daily_budget": "5000"},
}


def seed(name):
    with (ROOT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


META_HEADERS = seed("meta_headers")
API = {row["header"]: row["canonical"] for row in META_HEADERS if row["language"] == "api"}
ENGLISH = {row["header"]: row["canonical"] for row in META_HEADERS if row["language"] == "en"}
TABLE = [
    [cell.strip() for cell in line.split("|")[1:-1]]
    for line in TEXT.partition("| group |")[2].partition("\n\n")[0].splitlines()[2:]
]


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """Runs the page's calls of the Marketing API, answered here: each call, and the files made."""
    home = tmp_path_factory.mktemp("calls")
    programs = home / "programs"
    programs.mkdir()
    (programs / "curl").write_text(CURL)
    if not shutil.which("jq"):
        # then each answer is taken for a last page
        (programs / "jq").write_text("#!/bin/bash\ncat > /dev/null\n")
    for program in programs.iterdir():
        program.chmod(0o755)
    own = {name: json.dumps(answer) for name, answer in ANSWERS.items()} | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "CALLS": str(home / "calls"),
        "META_TOKEN": SECRET,
    }
    report = REPORT.replace("sleep 10", "") if shutil.which("jq") else ""
    done = subprocess.run(
        ["bash", "-eu", "-c", META + report + BREAKDOWNS],
        cwd=home,
        env=os.environ | own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    calls = [line.split("\t") for line in (home / "calls").read_text().splitlines()]
    files = {file.name: file.read_text() for file in home.glob("datasets/acme/meta/raw/*/*")}
    return calls, files


def option(call, name):
    """The value of an option `name=value` of a call."""
    return next((arg.removeprefix(f"{name}=") for arg in call if arg.startswith(f"{name}=")), None)


def fields_by_path(calls):
    """What each path was asked for, by the level of insights; polling a report is left out."""
    found = {}
    for call in calls:
        address = next(arg for arg in call if arg.startswith("https://"))
        if option(call, "fields") not in (None, "async_status"):
            found[address.rpartition("/")[2], option(call, "level")] = set(
                option(call, "fields").split(",")
            )
    return found


def keys_read(model):
    """Keys of an object that a staging model reads."""
    sql = (ROOT / "models" / "staging" / f"{model}.sql").read_text("utf-8")
    return set(re.findall(r"\$\.(\w+)", sql)) | {"id"}


def test_the_pages_columns_are_known_and_read():
    read = (ROOT / "models" / "landing" / "landing_insight_values.sql").read_text("utf-8")
    types = {row["action_type"] for row in seed("action_priority")}
    assert len(TABLE) > 25
    for _, column, api_field, _ in TABLE:
        canonical = ENGLISH[column]
        kind, _, action_type = canonical.partition(":")
        if action_type:
            assert (kind, action_type in types) == (api_field, True), column
        elif column == "Day":
            assert API[api_field] == "date_start"
        else:
            assert re.search(rf"\b{canonical}\b", read), column
            assert not api_field or {API[api_field], api_field} & {canonical, "results"}, column


def test_the_picture_shows_the_columns_of_the_table():
    drawn = PICTURE.read_text("utf-8")
    assert drawn == picture(columns_of(TEXT)), "run python -m python_jobs.cli.preset_picture"
    shown = set(re.findall(r">([^<>\n]+)</text>", drawn))
    assert {column for _, column, *_ in TABLE} - {"Day"} <= shown
    assert "<script" not in drawn


def test_how_far_back_follows_the_defaults():
    defaults = {}
    for name in ("rules", "inputs"):
        defaults |= yaml.safe_load((ROOT / "config" / "default" / f"{name}.yaml").read_text())
    days = int(re.search(r"tab Ads \| last (\d+) days", TEXT)[1])
    months = int(re.search(r"Shopify admin \| last (\d+) months", TEXT)[1])
    history, long = defaults["evidence"]["history_days"], defaults["rolling_windows"]["long_days"]
    lookback = defaults["shopify"]["new_buyer_lookback_months"]
    assert f"judged on {history} days, each of which looks back {long}" in TEXT
    assert f"reach back {lookback} months" in TEXT
    assert days >= history + long
    assert months >= lookback + days / 30


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_a_block_is_shell(number):
    subprocess.run(["bash", "-n"], input=BLOCKS[number], text=True, check=True)


def test_calls_ask_for_what_is_read(asked):
    calls, _ = asked
    fields = fields_by_path(calls)
    activity_fields = set(activities._FIELDS) - {"account_id"}
    assert fields.pop(("activities", None)) == activity_fields
    assert fields.pop(("act_1234567890", None)) == keys_read("stg_meta__accounts")
    for path, model in OBJECTS.items():
        assert fields.pop((path, None)) == keys_read(f"stg_meta__{model}") | {"account_id"}
    assert {path for path, _ in fields} == {"insights"}
    for (_, level), names in fields.items():
        assert all(API[name] for name in names), level
        assert (f"{level}_id" in names, "ad_id" in names) == (True, level == "ad")
    # all that the table of columns names; the days come without asking
    named = {api_field for _, _, api_field, _ in TABLE if api_field} - {"date_start"}
    assert named == fields["insights", "ad"]


def test_insights_are_asked_for_by_day_and_by_window(asked):
    calls, _ = asked
    insights = [call for call in calls if option(call, "level")]
    assert {option(call, "time_increment") for call in insights} == {"1"}
    windows = {option(call, "action_attribution_windows") for call in insights}
    assert [json.loads(window) for window in windows] == [["1d_click", "7d_click", "1d_view"]]
    breakdowns = {option(call, "breakdowns") for call in insights} - {None}
    assert breakdowns == {"age,gender", "country", "publisher_platform,platform_position"}
    assert all(API[field] == field for names in breakdowns for field in names.split(","))


def test_the_query_of_orders_names_what_is_read():
    read = json.dumps(order_objects._GRAPHQL_ORDER | order_objects._LINE)
    query = re.search(r"edges \{ node \{(.*)\} \} \} \}", SHOPIFY, re.DOTALL)[1]
    keys = set(re.findall(r"[a-z]\w+", query)) - {"edges", "node"}
    assert {key for key in keys if f'"{key}"' not in read} == set()


@pytest.mark.skipif(not shutil.which("jq"), reason="the calls need jq")
def test_pages_are_kept_one_a_file_without_the_token(asked):
    _, files = asked
    names = ["account", "campaign", "adset", "ad", "age_gender", "country", "placement"]
    names += ["campaigns", "adsets", "ads", "adcreatives", "customaudiences", "activities"]
    assert sorted(files) == sorted(
        ["account.json", *(f"{name}_{page}.json" for name in names for page in (1, 2))]
    )
    assert not any(SECRET in text or "http" in text for text in files.values())
    assert json.loads(files["ad_2.json"]) == {"data": [ANSWERS["ROW"]]}
