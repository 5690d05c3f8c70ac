"""The commands of every few days: what to change, and what came of it."""

from typing import Annotated

import typer

from python_jobs.cli.app import DECIDE, AsJson, Customer, Platform, app, run, run_view


@app.command("status", rich_help_panel=DECIDE)
def status(
    customer: Customer = "moprobo",
    platform: Platform = "meta",
    *,
    all_customers: Annotated[
        bool, typer.Option("--all", help="One line for every customer, the most money first.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say how fresh the data are, what is waiting, and what to do next.

    Reads what is published and builds nothing. What is waiting: budget changes and their money,
    audience work, tracking that broke, files that were refused or not read yet, the month's pace.
    Exit code 1 where files, builds or tracking are not in order.

    With --all, one line per customer. At stake is what is to be moved a day, and all of the budgets
    while tracking is broken; age is of the last complete day; refused counts files that are not
    used, or what stopped the last build.

    - `autopilot status --customer acme`
    - `autopilot status --all`
    - `autopilot status --all --json | jq '.customers[] | select(.problems != [])'`
    """
    from python_jobs.status import show

    if all_customers:
        run(show.show_all, as_json=as_json)
    else:
        run(
            lambda screen: show.show_one(screen, customer, platform),
            as_json=as_json,
            customer=customer,
            platform=platform,
        )


@app.command("budgets", rich_help_panel=DECIDE)
def budgets(
    customer: Customer = "moprobo", platform: Platform = "meta", *, as_json: AsJson = False
) -> None:
    """Decide the budgets, publish them with all that explains them, and show them.

    One to two minutes for a hundred ad sets. Where a test fails nothing is published and the last
    results stay. What to make of the columns: docs/budgets.md

    - `autopilot budgets --customer acme`
    - `autopilot budgets -c acme --json | jq -r '.budget_allocations[] | [.budget_entity_id,
      .recommended_budget] | @csv'`
    """
    from python_jobs.cli.budgets import BUDGETS

    run_view(BUDGETS, customer, platform, as_json=as_json)


@app.command("audiences", rich_help_panel=DECIDE)
def audiences(
    customer: Customer = "moprobo", platform: Platform = "meta", *, as_json: AsJson = False
) -> None:
    """Judge audiences: whom to reach next, what is set up wrong, which ads to change.

    Every few weeks is enough. How each comes about: docs/audience.md

    - `autopilot audiences --customer acme`
    - `autopilot audiences -c acme --json | jq '.audit_findings[0]'`
    """
    from python_jobs.cli.audiences import AUDIENCES

    run_view(AUDIENCES, customer, platform, as_json=as_json)


@app.command("note", rich_help_panel=DECIDE)
def note(
    customer: Customer = "moprobo", platform: Platform = "meta", *, as_json: AsJson = False
) -> None:
    """Write the client's note of the week: a page of plain text.

    What changed in the account, what is changed now and why, what came of last week's changes, and
    what we wait for. Printed, and written to results/{customer}/{platform}/note_{date}.txt, where
    the date is the morning decided for. Reads what is published and builds nothing.

    - `autopilot note --customer acme`
    - `autopilot note -c acme | mail -s "Your ads this week" client@example.com`
    """
    from python_jobs.status.note import write_note

    run(
        lambda screen: write_note(screen, customer, platform),
        as_json=as_json,
        customer=customer,
        platform=platform,
    )
