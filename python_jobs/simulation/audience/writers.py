"""Everything a user would have exported of an account of the audience side."""

from datetime import date
from pathlib import Path

from python_jobs.simulation.audience.activities import activity_objects
from python_jobs.simulation.audience.build import AudienceCustomer
from python_jobs.simulation.breakdowns_writer import BreakdownRequest
from python_jobs.simulation.insights_writer import FULL, Request
from python_jobs.simulation.json_rows import compact, write_pages
from python_jobs.simulation.writers import write_export

BREAKDOWNS = (
    BreakdownRequest("age_gender"),
    BreakdownRequest("country"),
    BreakdownRequest("placement"),
    BreakdownRequest("region"),
)


def write_audience_export(
    folder: Path,
    account: AudienceCustomer,
    as_of: date | None = None,
    *,
    requests: tuple[Request, ...] = FULL,
    breakdowns: tuple[BreakdownRequest, ...] = BREAKDOWNS,
    snapshots: tuple[date, ...] = (),
) -> None:
    """Write insights, breakdowns, objects, activities and orders as visible on `as_of`.

    Without `as_of` it is the morning after the last day; `snapshots` are as in `write_export`.
    Raises ValueError if no day is over then.
    """
    on = as_of or account.as_of
    write_export(
        folder,
        account.customer,
        on,
        requests=requests,
        breakdowns=breakdowns,
        snapshots=snapshots,
    )
    rows = [compact(event) for event in activity_objects(account, on)]
    write_pages(folder, "activities", rows, 1000)
