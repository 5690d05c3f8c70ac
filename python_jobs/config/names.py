"""Names of customers and platforms, which become folders and files."""

import re


def check_names(customer: str, platform: str) -> None:
    """Refuse what would not make a plain folder name.

    Raises:
        ValueError: one sentence.

    """
    if not re.fullmatch("[a-z0-9][a-z0-9_-]*", customer):
        raise ValueError(
            f"'{customer}' cannot name a customer: use lower-case letters, digits, - and _, "
            "and begin with a letter or digit."
        )
    if not re.fullmatch("[a-z0-9]+", platform):
        raise ValueError(
            f"'{platform}' cannot name a platform: use lower-case letters and digits only."
        )
