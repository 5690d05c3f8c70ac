"""The secret that e-mail addresses are hashed with; one per customer, made at first use."""

import re
import secrets
from pathlib import Path

from python_jobs.warehouse.whole_file import write_once

KEY_FILE = ".key"
"""its name in the customer's folder of settings"""


def customer_key(config: Path, customer: str, platform: str) -> str:
    """Return 64 hexadecimal digits from `{config}/{customer}/{platform}/.key`, made if absent.

    Only the owner may read the file. It is made once: two builds that begin together get one key.

    Raises:
        ValueError: the file holds something else; hashing with it would protect nobody.

    """
    file = config / customer / platform / KEY_FILE
    if not file.exists():
        write_once(file, secrets.token_hex(32))
    key = file.read_text(encoding="utf-8").strip()
    if not re.fullmatch("[0-9a-f]{64}", key):
        raise ValueError(f"{file} holds no key: take it away, and a new one is made")
    return key
