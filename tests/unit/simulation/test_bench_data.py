import csv
from datetime import timedelta

import pytest
from simulated import rows_of

from python_jobs.simulation import bench_data


@pytest.fixture(scope="module")
def big():
    return bench_data.big_customer(900, 700, days=35)


def test_both_formats_say_the_same(big, tmp_path):
    pages, table = tmp_path / "pages", tmp_path / "csv"
    written = bench_data.write_big_customer(pages, big, "pages")
    assert bench_data.write_big_customer(table, big, "csv") == written
    assert written.ad_days == pytest.approx(900, rel=0.25)
    assert written.order_lines == pytest.approx(700, rel=0.15)
    with (table / "insights_ad.csv").open(encoding="utf-8") as file:
        flat = list(csv.DictReader(file))
    nested = rows_of(pages, "insights_ad")
    assert len(flat) == len(nested) == written.ad_days
    assert len({row["date_start"] for row in flat}) == 35
    for a, b in zip(flat, nested, strict=True):
        assert all(a[name] == b[name] for name in ("ad_id", "date_start", "spend", "reach"))
        for field in ("actions", "action_values"):
            entries = {entry["action_type"]: entry for entry in b.get(field, [])}
            bought = entries.get("omni_purchase", {})
            assert a[f"{field}:omni_purchase"] == bought.get("value", "")
            for window in ("1d_click", "7d_click", "1d_view"):
                assert a[f"{field}:omni_purchase:{window}"] == bought.get(window, "")
    with (table / "shopify_orders_export.csv").open(encoding="utf-8", newline="") as file:
        assert sum(1 for _ in csv.reader(file)) == written.order_lines + 1
    assert (table / "shopify_orders_export.csv").read_bytes() == (
        pages / "shopify_orders_export.csv"
    ).read_bytes()


def test_the_last_day_is_what_the_days_before_lack(big, tmp_path):
    whole, before, last = tmp_path / "whole", tmp_path / "before", tmp_path / "last"
    first_morning = big.until(big.history.first_day + timedelta(days=big.history.days - 1))
    bench_data.write_big_customer(whole, big, "csv")
    bench_data.write_big_customer(before, first_morning, "csv")
    bench_data.write_last_day(last, big)

    def keys(folder, name, *columns):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            return sorted(tuple(row[c] for c in columns) for row in csv.DictReader(file))

    for name, columns in (
        ("insights_ad.csv", ("ad_id", "date_start")),
        ("shopify_orders_export.csv", ("Name", "Lineitem name")),
    ):
        added = keys(last, name, *columns)
        assert added
        assert sorted(keys(before, name, *columns) + added) == keys(whole, name, *columns)


def test_command_line(tmp_path, monkeypatch, capsys, big):
    monkeypatch.setattr(bench_data, "big_customer", lambda *_: big)
    arguments = ["bench_data", "--folder", str(tmp_path), "--format", "pages"]
    monkeypatch.setattr("sys.argv", arguments)
    bench_data.main()
    assert "order lines" in capsys.readouterr().out
