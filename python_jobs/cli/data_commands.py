"""The commands that bring data in and show what they are."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from python_jobs.cli.app import DATA, AsJson, Customer, Platform, app, run, run_view

if TYPE_CHECKING:
    from python_jobs.cli.screen import Screen


@app.command("new-customer", rich_help_panel=DATA)
def new_customer(
    customer: Annotated[str, typer.Argument(help="Lower-case letters, digits, - and _.")],
    platform: Annotated[str, typer.Option(metavar="NAME", help="Platform of the ads.")] = "meta",
    currency: Annotated[
        str | None, typer.Option(metavar="CODE", help="Of the ad account, as in EUR.")
    ] = None,
    target_roas: Annotated[
        float | None,
        typer.Option(metavar="X", help="Least ROAS that the next unit of money must return."),
    ] = None,
    monthly_budget: Annotated[
        float | None,
        typer.Option(metavar="MONEY", help="Budget of a calendar month, in account currency."),
    ] = None,
    *,
    shop: Annotated[
        bool | None, typer.Option("--shop/--no-shop", help="Whether a Shopify shop sells.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the folders and the commented settings of a new customer.

    On a terminal it asks for what is not given; an empty answer leaves the default. In a script,
    and with --json, it never asks. What is there already stays as it is.

    - `autopilot new-customer acme`
    - `autopilot new-customer acme --currency EUR --target-roas 2.5 --monthly-budget 30000 --shop`
    """
    from python_jobs.cli.customer import Answers, create_customer

    answers = Answers(currency, target_roas, monthly_budget, shop)

    def create(screen: "Screen") -> bool:
        asks = not as_json and _is_terminal()
        create_customer(screen, customer, platform, answers, asks=asks)
        return True

    run(create, as_json=as_json, customer=customer, platform=platform)


def _is_terminal() -> bool:
    return sys.stdin.isatty()


@app.command("inspect", rich_help_panel=DATA)
def inspect(
    customer: Customer = "moprobo", platform: Platform = "meta", *, as_json: AsJson = False
) -> None:
    """Show what the raw folder holds, how it is understood and what it does not allow.

    File by file: what was read, what was set aside and why, and which tables stay empty without
    what is not there, with how to get it. Publishes nothing.

    - `autopilot inspect --customer acme`
    """
    from python_jobs.cli.inspect import inspect_files

    run(
        lambda screen: inspect_files(screen, customer, platform),
        as_json=as_json,
        customer=customer,
        platform=platform,
    )


@app.command("build", rich_help_panel=DATA)
def build(
    customer: Customer = "moprobo",
    platform: Platform = "meta",
    *,
    all_customers: Annotated[
        bool, typer.Option("--all", help="Every customer that has a folder of raw files.")
    ] = False,
    at_a_time: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="With --all, builds at once; else one per core."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Build and publish everything: budgets, audiences, daily results and features.

    With --all, every customer, in a process each; the builds that run at once share cores and
    memory. One that fails stops no other: the summary names it and says why, and the exit code is
    1.

    - `autopilot build --customer acme`
    - `autopilot build --all`
    - `autopilot build --all --json | jq '.customers[] | select(.problems != [])'`
    """
    from python_jobs.cli.build import build_all, build_one

    if all_customers:
        run(lambda screen: build_all(screen, at_a_time), as_json=as_json)
    else:
        run(
            lambda screen: build_one(screen, customer, platform),
            as_json=as_json,
            customer=customer,
            platform=platform,
        )


@app.command("features", rich_help_panel=DATA)
def features(
    customer: Customer = "moprobo", platform: Platform = "meta", *, as_json: AsJson = False
) -> None:
    """Read the raw files and publish features and daily results, deciding nothing.

    For analysts who want `results.account_daily`, `campaign_daily`, `adset_daily` and the features.

    - `autopilot features --customer acme`
    """
    from python_jobs.cli.features import FEATURES

    run_view(FEATURES, customer, platform, as_json=as_json)


@app.command("forget", rich_help_panel=DATA)
def forget(
    buyer: Annotated[
        str,
        typer.Option(
            prompt="E-mail address of the buyer, or hash",
            metavar="ADDRESS",
            help="E-mail address, or customer_hash; asked for if it is not given.",
        ),
    ],
    customer: Customer = "moprobo",
    platform: Platform = "meta",
) -> None:
    """Forget one buyer: the hash of the address goes from the warehouse, the orders stay counted.

    Says which raw files still hold the buyer; those are yours to change. What else is known of
    buyers: docs/privacy.md

    - `autopilot forget --customer acme`
    - `autopilot forget --customer acme --buyer ann@example.com`
    """
    from python_jobs.cli.forget import forget_buyer

    run(lambda screen: forget_buyer(screen, buyer, customer, platform), as_json=False)
