"""`autopilot report`: the published results as one page that opens in a browser."""

from rich.console import Console

from python_jobs.cli.screen import Screen
from python_jobs.config.names import check_names
from python_jobs.report.page import write_report
from python_jobs.warehouse.paths import published_file, results_folder


def report(screen: Screen, customer: str, platform: str) -> None:
    """Write the report and say where it is and how large.

    Raises:
        ValueError: The customer's name is not possible, or nothing was published for it.

    """
    check_names(customer, platform)
    file = results_folder(customer, platform) / "report.html"
    with Console(stderr=True).status(f"Drawing the report of {customer} ..."):
        write_report(published_file(customer, platform), file)
    screen.keep("file", str(file))
    screen.print(
        f"{file} ({file.stat().st_size / 1e6:.1f} MB): open it in any browser, no network needed.",
        highlight=False,
        soft_wrap=True,
    )
