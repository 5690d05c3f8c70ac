"""A new customer's folders."""

import os
from pathlib import Path

from rich.console import Console

from python_jobs.config.names import check_names

README = """\
Put the exports of {customer} into the folder raw, in any subfolder and under any name:

- Meta, one of these, by day and not as one total:
  - Ads Manager: Reports > Export table data > CSV, with the breakdown Day
  - Marketing API: /act_.../insights with time_increment=1, pages as they came (JSON or NDJSON)
- Meta, if you can: campaigns, ad sets and ads of the Marketing API as JSON (budgets, targeting)
- Shopify, if there is a shop: Orders > Export > All orders > CSV

Which columns, how far back and how often: docs/getting-the-data.md
Then: autopilot inspect --customer {customer}
"""

INPUTS = """\
# What differs for {customer}; the rest is in {default}, where every key is explained.
# Take away the # before a section and its keys.

# account:
#   currency: EUR
#   time_zone: Europe/Berlin

# shopify:
#   revenue_basis: total_less_refunds
"""

RULES = """\
# How the budgets of {customer} are decided, where it differs from {default};
# every key is explained there.
# Take away the # before a section and its keys.

# targets:
#   gross_margin: 0.45

# monthly_budget:
#   amount: 30000

# safety_rules:
#   max_increase: 0.15
#   max_daily_budget: 500
"""


def create_customer(console: Console, customer: str, platform: str) -> None:
    """Make the customer's data and settings folders; what is there stays.

    Raises:
        ValueError: the name is not possible.

    """
    check_names(customer, platform)
    dataset = Path(os.environ.get("AUTOPILOT_DATASETS", "datasets"), customer, platform)
    config = Path(os.environ.get("AUTOPILOT_CONFIG", "config"))
    own = config / customer / platform
    (dataset / "raw").mkdir(parents=True, exist_ok=True)
    own.mkdir(parents=True, exist_ok=True)
    for file, template in (
        (dataset / "README.txt", README),
        (own / "inputs.yaml", INPUTS),
        (own / "rules.yaml", RULES),
    ):
        if not file.exists():
            text = template.format(customer=customer, default=config / "default" / file.name)
            file.write_text(text, encoding="utf-8")
        console.print(str(file), highlight=False, soft_wrap=True)
    console.print(
        f"Put the exports into {dataset / 'raw'}, then: autopilot inspect --customer {customer}",
        highlight=False,
        soft_wrap=True,
    )
