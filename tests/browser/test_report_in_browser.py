"""The report in a real browser: drawn, readable, within the screen, by mouse and keyboard."""

import shutil
import sys
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

# the unit tests' published files
sys.path.append(str(Path(__file__).parents[1] / "unit" / "report"))

from made_up_results import HOSTILE, published, tiny, warehouse

from python_jobs.report.page import write_report

VIEWS = ("today", "month", "account", "audiences", "trust")
DRAWN = """view => [...document.querySelectorAll(`#${view} .chart`)]
    .filter(chart => !chart.closest("details:not([open])"))
    .every(chart => "drawn" in chart.dataset)"""
# marks with an extent, by chart
MARKS = """view => [...document.querySelectorAll(`#${view} .chart`)]
    .filter(chart => !chart.closest("details:not([open])"))
    .map(chart => [
        chart.dataset.chart + " " + (chart.dataset.key ?? ""),
        [...chart.querySelectorAll(".role-mark path, .role-mark line, .role-mark text")]
            .map(mark => mark.getBoundingClientRect())
            .filter(box => box.width + box.height > 0)
            .length,
    ])"""
SCHEMES = pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
OVERFLOW = "document.scrollingElement.scrollWidth - innerWidth"


@pytest.fixture(scope="session")
def browser():
    """Chromium without a window."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        pytest.skip("no Chromium is installed on this system")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def demo_report(demo_warehouse, tmp_path_factory):
    """The report of the demo customer."""
    folder = tmp_path_factory.mktemp("demo_report")
    file = folder / "report.html"
    write_report(published(demo_warehouse, folder / "moprobo_meta.duckdb"), file)
    return file


@pytest.fixture(scope="session")
def tiny_report(tmp_path_factory):
    """One ad set, no shop, no purchase, and a name that wants to be markup."""
    folder = tmp_path_factory.mktemp("tiny_report")
    file = folder / "report.html"
    rows = tiny(budget_entity_name=HOSTILE, recommended_budget=24, budget_change_pct=20.0)
    write_report(warehouse(folder / "acme_meta.duckdb", rows), file)
    return file


@pytest.fixture
def open_report(browser):
    """Opens a report at a width and in a scheme; fails for what the page must not do."""
    wrong, requested, contexts = [], set(), []

    def open_report(file, width=1440, scheme="light"):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("console", lambda message: wrong.append(f"{message.type}: {message.text}"))
        page.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: requested.add(request.url))
        page.goto(file.as_uri())
        return page

    yield open_report
    for context in contexts:
        context.close()
    assert wrong == []
    assert [url for url in requested if not url.endswith("/report.html")] == []


def show(page, view):
    page.click(f"#tab-{view}")
    page.wait_for_function(DRAWN, arg=view)


def serious(page):
    """What axe-core finds that keeps people from reading the page."""
    found = Axe().run(page).response["violations"]
    return [
        (one["id"], [node["target"] for node in one["nodes"]][:3])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@SCHEMES
def test_every_view_is_drawn_and_readable(open_report, demo_report, scheme):
    page = open_report(demo_report, scheme=scheme)
    page.locator(".budgets summary").first.click()
    for view in VIEWS:
        show(page, view)
        assert page.locator("[role=tabpanel]:visible").count() == 1
        marks = dict(page.evaluate(MARKS, view))
        assert marks
        assert {chart: n for chart, n in marks.items() if n < 2} == {}
        assert page.evaluate(OVERFLOW) == 0, view
        assert serious(page) == [], view


@SCHEMES
def test_every_view_fits_a_phone(open_report, demo_report, scheme):
    page = open_report(demo_report, width=390, scheme=scheme)
    page.locator(".budgets summary").first.click()
    for view in VIEWS:
        show(page, view)
        assert page.evaluate(OVERFLOW) == 0, view
        for chart in page.locator(f"#{view} .chart:visible svg").all():
            box = chart.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
    assert serious(page) == []


def test_every_row_opens_to_its_charts(open_report, demo_report):
    page = open_report(demo_report)
    rows = page.locator(".budgets > li > details")
    assert rows.count() == 20
    assert page.locator(".budgets svg").count() == 0  # drawn when opened, and not before
    page.evaluate("document.querySelectorAll('.budgets details').forEach(row => row.open = true)")
    page.wait_for_function(DRAWN, arg="today")
    marks = dict(page.evaluate(MARKS, "today"))
    assert len(marks) == 60
    assert {chart: n for chart, n in marks.items() if n < 2} == {}
    assert page.evaluate(OVERFLOW) == 0


def test_views_and_rows_by_keyboard(open_report, demo_report):
    page = open_report(demo_report)
    page.focus("#tab-today")
    page.keyboard.press("ArrowLeft")
    assert page.locator("#trust").is_visible()
    page.keyboard.press("Home")
    assert page.locator("#today").is_visible()
    first = page.locator(".budgets details").first
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    assert first.get_attribute("open") is not None
    page.wait_for_function(DRAWN, arg="today")


def test_a_buyer_finds_picks_and_ticks(open_report, demo_report):
    page = open_report(demo_report)
    shown = page.locator(".budgets > li:visible")
    page.fill(".find", "worn out")
    assert shown.count() == 1
    page.click(".pick[data-pick=raise]")
    assert page.locator(".nothing").is_visible()
    page.fill(".find", "")
    assert 0 < shown.count() < 20
    page.locator(".done:visible").first.check()
    page.reload()
    assert page.locator(".done").first.is_checked()


def test_the_switch_changes_colours_of_charts_too(open_report, demo_report):
    page = open_report(demo_report)
    show(page, "month")
    line = page.locator("#month .chart").first.locator(".mark-line path").first
    colour = "element => getComputedStyle(element).stroke"
    light = line.evaluate(colour)
    page.click("#scheme")
    page.wait_for_function(
        """light => getComputedStyle(document.querySelector("#month .mark-line path")).stroke
        !== light""",
        arg=light,
    )
    assert page.locator("#scheme").get_attribute("aria-label") == "Switch to light colours"


def test_print_holds_every_view(open_report, demo_report):
    page = open_report(demo_report)
    for view in VIEWS:
        show(page, view)
    page.emulate_media(media="print")
    assert page.locator("[role=tabpanel]:visible").count() == len(VIEWS)
    assert not page.locator("[role=tablist]").is_visible()


@pytest.mark.parametrize(("opened", "is_late"), [("2026-06-03", False), ("2026-06-04", True)])
def test_it_says_when_its_budgets_are_out_of_date(open_report, tiny_report, opened, is_late):
    page = open_report(tiny_report)
    page.clock.set_fixed_time(f"{opened}T12:00:00")
    page.reload()
    late = page.get_by_text("These budgets were to be set until 3 June 2026.")
    assert late.is_visible() is is_late


def test_a_tiny_customer(open_report, tiny_report):
    """Its ad set's name is markup, which the page writes as it is."""
    page = open_report(tiny_report, width=390, scheme="dark")
    assert page.locator(".budgets .name b").inner_text() == HOSTILE
    page.locator(".budgets summary").click()
    for view in VIEWS:
        show(page, view)
        assert page.evaluate(OVERFLOW) == 0, view
    assert page.locator("#trust .empty").first.is_visible()
    assert serious(page) == []
