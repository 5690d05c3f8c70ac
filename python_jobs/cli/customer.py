"""A new customer's folders and settings."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import typer

from python_jobs.cli.screen import Screen
from python_jobs.config.names import WrongUseError, check_names
from python_jobs.warehouse.paths import config_folder, datasets_folder
from python_jobs.warehouse.whole_file import write_whole

T = TypeVar("T")

README = """\
Put the exports of {customer} into the folder raw, in any subfolder and under any name:

- Meta, one of these, by day and not as one total:
  - Ads Manager: Reports > Export table data > CSV, with the breakdown Day
  - Marketing API: /act_.../insights with time_increment=1, pages as they came (JSON or NDJSON)
- Meta, if you can: campaigns, ad sets and ads of the Marketing API as JSON (budgets, targeting)
{shop}
Which columns, how far back and how often: docs/getting-the-data.md
Then: autopilot inspect --customer {customer}
"""
SHOP = "- Shopify{if_any}: Orders > Export > All orders > CSV\n"

INTRODUCTION = """\
# {customer}: {what}, where that differs from {default}.
# That file explains every key.
# Take away a single # to set what stands behind it; lines with two of them explain.
"""
INPUTS = """
account:
  ## of the ad account, three capital letters; not set: as the files say
  {currency}
  ## IANA name; not set: the account object's, else days stay as written
  # time_zone: Europe/Berlin

shopify:
  ## an order's revenue: total_less_refunds | total | subtotal_less_refunds | subtotal
  # revenue_basis: total_less_refunds
"""
RULES = """
targets:
  ## revenue that the next unit of money must return; the rest of the total then stays unspent.
  ## Not set: the total is spent whatever it earns
  {target_roas}
  ## share of an order's value that is left before ads; the next unit must return 1 over it
  # gross_margin: 0.45

monthly_budget:
  ## what may be spent in a calendar month, in account currency; not set: today's total stays
  {monthly_budget}

safety_rules:
  ## largest rise of a budget in one decision, as a share of it
  # max_increase: 0.15
  ## largest budget of one ad set or campaign, in account currency a day
  # max_daily_budget: 500

export:
  ## shadow: `autopilot export` writes nothing until the outcomes of 14 days are in; live: at once
  # mode: live
"""


@dataclass
class Answers:
    """What is known of a new customer; None leaves the default."""

    currency: str | None = None
    target_roas: float | None = None
    monthly_budget: float | None = None
    has_shop: bool | None = None


def create_customer(
    screen: Screen, customer: str, platform: str, answers: Answers, *, asks: bool
) -> None:
    """Make the customer's data and settings folders; what is there stays.

    Args:
        screen: where to say what was made.
        customer: name of its folders.
        platform: name of the folder in them.
        answers: what is known; where something is wrong nothing is made.
        asks: somebody is there to be asked for what is not known.

    Raises:
        WrongUseError: the name or an answer is not possible.

    """
    check_names(customer, platform)
    answers = Answers(
        currency=None if answers.currency is None else _currency(answers.currency),
        target_roas=None if answers.target_roas is None else _roas(answers.target_roas),
        monthly_budget=None if answers.monthly_budget is None else _money(answers.monthly_budget),
        has_shop=answers.has_shop,
    )
    if asks:
        _ask(answers)
    dataset = datasets_folder() / customer / platform
    own = config_folder() / customer / platform
    (dataset / "raw").mkdir(parents=True, exist_ok=True)
    own.mkdir(parents=True, exist_ok=True)
    default = config_folder() / "default"
    shop = "" if answers.has_shop is False else SHOP.format(if_any=_if_any(answers))
    texts = {
        dataset / "README.txt": README.format(customer=customer, shop=shop),
        own / "inputs.yaml": INTRODUCTION.format(
            what="how files are understood", customer=customer, default=default / "inputs.yaml"
        )
        + INPUTS.format(currency=_key("currency", answers.currency, "EUR")),
        own / "rules.yaml": INTRODUCTION.format(
            what="how budgets are decided", customer=customer, default=default / "rules.yaml"
        )
        + RULES.format(
            target_roas=_key("target_roas", answers.target_roas, "2.5"),
            monthly_budget=_key("amount", answers.monthly_budget, "30000"),
        ),
    }
    kept = [file for file in texts if file.exists()]
    for file, text in texts.items():
        if file in kept:
            screen.sentences([f"{file} (there already, left as it is)"])
        else:
            write_whole(file, text)
            screen.sentences([str(file)])
    screen.keep("raw_folder", str(dataset / "raw"))
    screen.keep("written", [str(file) for file in texts if file not in kept])
    screen.keep("kept", [str(file) for file in kept])
    screen.sentences(
        [f"Put the exports into {dataset / 'raw'}, then: autopilot inspect --customer {customer}"]
    )


def _if_any(answers: Answers) -> str:
    return "" if answers.has_shop else ", if there is a shop"


def _key(name: str, value: str | float | None, example: str) -> str:
    if value is None:
        return f"# {name}: {example}"
    return f"{name}: {value if isinstance(value, str) else f'{value:.15g}'}"


def _ask(answers: Answers) -> None:
    """Ask for what is missing, again where the answer is not possible."""
    if answers.currency is None:
        answers.currency = _asked(
            "Currency of the ad account, as in EUR", "as the files say", _currency
        )
    if answers.target_roas is None:
        answers.target_roas = _asked(
            "Target ROAS, the least that the next unit of money returns, as in 2.5", "none", _roas
        )
    if answers.monthly_budget is None:
        answers.monthly_budget = _asked(
            "Budget of a calendar month, as in 30000", "today's total stays", _money
        )
    if answers.has_shop is None:
        answers.has_shop = typer.confirm("Does a Shopify shop sell?", default=True)


def _asked(question: str, otherwise: str, read: Callable[[str], T]) -> T | None:
    while True:
        answer = typer.prompt(f"{question} (Enter: {otherwise})", default="", show_default=False)
        if not answer.strip():
            return None
        try:
            return read(answer)
        except WrongUseError as error:
            typer.echo(error)


def _currency(answer: str) -> str:
    code = answer.strip().upper()
    if not re.fullmatch("[A-Z]{3}", code):
        raise WrongUseError(f"'{answer}' is no currency: three letters, as in EUR.")
    return code


def _roas(answer: str | float) -> float:
    return _number(answer, 100, "a ROAS: above 0 and at most 100, as in 2.5")


def _money(answer: str | float) -> float:
    return _number(answer, 1_000_000_000, "a month's budget: above 0, as in 30000")


def _number(answer: str | float, most: float, expected: str) -> float:
    try:
        number = float(answer)
    except ValueError:
        number = 0.0
    if not 0 < number <= most:
        raise WrongUseError(f"{answer} is not {expected}.")
    return number
