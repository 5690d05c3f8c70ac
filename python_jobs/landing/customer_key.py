"""The secret that e-mail addresses are hashed with; one per customer, made at first use."""

import os
import secrets
from pathlib import Path


def customer_key(config: Path, customer: str, platform: str) -> str:
    """64 hexadecimal digits from `{config}/{customer}/{platform}/.key`, mode 600.

    Two builds that start together settle on one key: the file is made in full under a name of its
    own and then linked to `.key`, which fails for the second.
    """
    file = config / customer / platform / ".key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        own = file.with_name(f".key.{os.getpid()}")
        with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(secrets.token_hex(32))
        try:
            os.link(own, file)
        except FileExistsError:
            pass
        finally:
            own.unlink()
    return file.read_text(encoding="utf-8").strip()
