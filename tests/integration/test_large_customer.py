"""A customer that is large against the memory it is given."""

import pytest

from python_jobs.simulation.bench import Bench
from python_jobs.simulation.bench_data import big_customer, write_big_customer


@pytest.mark.long
def test_a_million_ad_days_are_built_with_little_memory(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOPILOT_MEMORY", "750MB")
    bench = Bench(tmp_path)
    write_big_customer(bench.raw("large"), big_customer(1_000_000, 550_000), "csv")
    bench.build("large")  # raises where DuckDB runs out of it
