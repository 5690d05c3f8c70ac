"""Everything a user would have exported of a simulated account on the morning of a date."""

from datetime import date
from pathlib import Path

from python_jobs.simulation.breakdowns_writer import (
    ALL_BREAKDOWNS,
    BreakdownRequest,
    write_breakdowns,
)
from python_jobs.simulation.customer import Customer
from python_jobs.simulation.insights_writer import FULL, Request, write_insights
from python_jobs.simulation.objects_writer import write_objects
from python_jobs.simulation.orders_writer import write_orders


def write_export(
    folder: Path,
    customer: Customer,
    as_of: date,
    *,
    requests: tuple[Request, ...] = FULL,
    breakdowns: tuple[BreakdownRequest, ...] = ALL_BREAKDOWNS,
    snapshots: tuple[date, ...] = (),
) -> None:
    """Write insights, breakdowns, objects and orders as visible on the morning of `as_of`.

    Only days before `as_of` and purchases made by then are in the files. `snapshots` are mornings
    on which campaigns and ad sets were exported as well. `folder` is made if absent; other files
    in it stay. Raises ValueError if no day is over on `as_of`.
    """
    past = customer.until(as_of)
    folder.mkdir(parents=True, exist_ok=True)
    write_insights(folder, past, as_of, requests=requests)
    write_breakdowns(folder, past, as_of, requests=breakdowns)
    write_objects(folder, customer, as_of, snapshots=snapshots)
    write_orders(folder / "shopify_orders_export.csv", customer, as_of)
