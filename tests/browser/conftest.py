"""A browser of the system, and reports to open in it."""

import shutil
import sys
from pathlib import Path

import pytest

# the unit tests' published files
sys.path.append(str(Path(__file__).parents[1] / "unit" / "report"))

from made_up_results import HOSTILE, published, tiny, warehouse

from python_jobs.report.page import write_report


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
