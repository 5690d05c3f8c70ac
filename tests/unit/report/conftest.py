"""The report of the demo customer, drawn once."""

import pytest
from made_up_results import published
from on_page import Page

from python_jobs.report.page import render
from python_jobs.report.reading import read


@pytest.fixture(scope="session")
def published_demo(demo_warehouse, tmp_path_factory):
    return published(demo_warehouse, tmp_path_factory.mktemp("report") / "moprobo_meta.duckdb")


@pytest.fixture(scope="session")
def demo_answers(published_demo):
    return read(published_demo)


@pytest.fixture(scope="session")
def demo_html(demo_answers):
    return render(demo_answers)


@pytest.fixture(scope="session")
def demo_page(demo_html):
    return Page(demo_html)
