"""The secret that e-mail addresses are hashed with; one per customer, made at first use."""

import os
import re
import secrets
from pathlib import Path


def customer_key(config: Path, customer: str, platform: str) -> str:
    """Return 64 hexadecimal digits from `{config}/{customer}/{platform}/.key`, made if absent.

    Only the owner may read the file. It does not exist twice: of two builds of one customer DuckDB
    lets only one begin.

    Raises:
        ValueError: the file holds something else; hashing with it would protect nobody.

    """
    file = config / customer / platform / ".key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_hex(32))
    key = file.read_text(encoding="utf-8").strip()
    if not re.fullmatch("[0-9a-f]{64}", key):
        raise ValueError(f"{file} holds no key: take it away, and a new one is made")
    return key
