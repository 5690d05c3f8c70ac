from datetime import date, timedelta
from pathlib import Path

import pytest
from simulated import DAYS, SMALL, record

from python_jobs.simulation.customer import Customer
from python_jobs.simulation.writers import write_export


@pytest.fixture(scope="session")
def customer() -> Customer:
    return record(SMALL, DAYS)


@pytest.fixture(scope="session")
def as_of(customer: Customer) -> date:
    """The morning after the last day: its late conversions are still to come."""
    return customer.history.first_day + timedelta(days=DAYS)


@pytest.fixture(scope="session")
def export(customer: Customer, as_of: date, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    write_export(folder, customer, as_of, snapshots=(as_of - timedelta(days=7), as_of))
    return folder
