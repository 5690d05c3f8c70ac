"""`autopilot report` over a published file made by hand."""

from made_up_results import tiny, warehouse
from typer.testing import CliRunner

from python_jobs.cli.main import app


def test_the_report_is_written_where_results_lie(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOPILOT_WAREHOUSE", str(tmp_path))
    monkeypatch.setenv("AUTOPILOT_RESULTS", str(tmp_path / "results"))
    warehouse(tmp_path / "acme_meta.duckdb", tiny())
    done = CliRunner().invoke(app, ["report", "--customer", "acme"])
    file = tmp_path / "results" / "acme" / "meta" / "report.html"
    assert done.exit_code == 0
    assert f"{file} ({file.stat().st_size / 1e6:.1f} MB)" in done.output
    assert file.read_text(encoding="utf-8").endswith("</html>")
    assert list(file.parent.iterdir()) == [file]


def test_without_a_published_file_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOPILOT_WAREHOUSE", str(tmp_path))
    monkeypatch.setenv("AUTOPILOT_RESULTS", str(tmp_path / "results"))
    done = CliRunner().invoke(app, ["report", "--customer", "acme"])
    assert str(done.exception).startswith("There is no customer 'acme'")
    assert not (tmp_path / "results").exists()
