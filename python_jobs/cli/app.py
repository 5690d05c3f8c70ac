"""The `autopilot` application, and the options that its commands share.

Commands import what they do when they are called, so that help and completion come at once.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from python_jobs.cli.customers import check_customer, known_customers

if TYPE_CHECKING:
    from python_jobs.cli.screen import Screen
    from python_jobs.cli.view import View

DECIDE, DATA, IMPROVE, OTHER_NAMES = (
    "Decide, day by day",
    "Bring data",
    "Improve the decisions",
    "The same by other names",
)
"""panels of the help"""

INTRODUCTION = """\
Decides what every ad set and campaign should spend, from files that Meta and Shopify exported.

Offline: it reads **datasets/{customer}/{platform}/raw**, builds with dbt on DuckDB, and publishes
**warehouse/{customer}_{platform}.duckdb**. Nothing is sent anywhere and no ad account is touched.

A new customer:

- `autopilot new-customer acme`
- copy the exports into datasets/acme/meta/raw
- `autopilot inspect --customer acme`
- `autopilot budgets --customer acme`

Every few days: drop newer exports beside the older ones, then `autopilot status --all`.
"""
EXIT_CODES = (
    "Exit codes: 0 done, 1 something is wrong with files, settings or data, 2 wrong use. "
    "Whole manual: docs/command-line.md"
)

app = typer.Typer(
    name="autopilot",
    help=INTRODUCTION,
    epilog=EXIT_CODES,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


def _complete_customer(incomplete: str) -> list[str]:
    return [name for name in known_customers() if name.startswith(incomplete)]


def _checked(context: typer.Context, parameter: typer.CallbackParam, value: str) -> str:
    """Refuse a customer that does not exist, once both options are known."""
    names = {**context.params, str(parameter.name): value}
    is_of_one = not names.get("all_customers")
    if is_of_one and not context.resilient_parsing and {"customer", "platform"} <= names.keys():
        check_customer(names["customer"], names["platform"])
    return value


Customer = Annotated[
    str,
    typer.Option(
        "--customer",
        "-c",
        metavar="NAME",
        help="Customer, as its folder is named.",
        autocompletion=_complete_customer,
        callback=_checked,
    ),
]
Platform = Annotated[
    str,
    typer.Option(
        metavar="NAME", help="Platform, as the customer's folder names it.", callback=_checked
    ),
]
AsJson = Annotated[
    bool,
    typer.Option(
        "--json", help="One JSON document on stdout instead; progress goes to stderr anyway."
    ),
]


def run(do: Callable[["Screen"], bool], *, as_json: bool, **about: str) -> None:
    """Do the work of a command on a screen of its own; what was not right is exit code 1.

    Args:
        do: prints, and returns whether all was right.
        as_json: give a document instead.
        about: what the document begins with.

    """
    from python_jobs.cli.screen import Screen

    screen = Screen(as_json=as_json)
    for name, value in about.items():
        screen.keep(name, value)
    screen.keep("problems", [])
    passed = do(screen)
    screen.close()
    if not passed:
        raise typer.Exit(1)


def run_view(view: "View", customer: str, platform: str, *, as_json: bool) -> None:
    """Build and show, or give as JSON, what a view is of."""
    from python_jobs.cli.view import build_and_show

    run(
        lambda screen: build_and_show(view, screen, customer, platform),
        as_json=as_json,
        customer=customer,
        platform=platform,
    )
