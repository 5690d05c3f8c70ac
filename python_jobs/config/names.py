"""Names of customers and platforms, which become folders and files."""

import re


class WrongUseError(ValueError):
    """What was asked for cannot be meant: exit code 2."""


def check_names(customer: str, platform: str) -> None:
    """Refuse what would not make a plain folder name.

    Raises:
        WrongUseError: one sentence.

    """
    if not re.fullmatch("[a-z0-9][a-z0-9_-]*", customer):
        raise WrongUseError(
            f"'{customer}' cannot name a customer: use lower-case letters, digits, - and _, "
            "and begin with a letter or digit."
        )
    if not re.fullmatch("[a-z0-9]+", platform):
        raise WrongUseError(
            f"'{platform}' cannot name a platform: use lower-case letters and digits only."
        )
