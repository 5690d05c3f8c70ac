"""`autopilot forget`: one buyer less, and where the buyer would come back from."""

from collections.abc import Sequence

from python_jobs.cli.screen import Screen
from python_jobs.privacy.forget import forget, hash_of
from python_jobs.warehouse.paths import build_file, config_folder, datasets_folder


def forget_buyer(screen: Screen, buyer: str, customer: str, platform: str) -> bool:
    """Forget a buyer and say what was done; nothing of the buyer is said or written.

    Raises:
        ValueError: what was given is no buyer, a build is running, or the settings are wrong.

    """
    config = config_folder()
    forgotten = forget(
        hash_of(buyer, config, customer, platform),
        customer,
        platform,
        build=build_file(customer, platform),
        raw=datasets_folder() / customer / platform / "raw",
        config=config,
    )
    rows = "1 row" if forgotten.rows == 1 else f"{forgotten.rows:,} rows"
    screen.sentences(
        [
            f"The hash is gone from {rows} of the warehouse."
            if forgotten.rows
            else "The warehouse does not know the buyer.",
            _what_remains(forgotten.files),
        ]
    )
    return True


def _what_remains(files: Sequence[str]) -> str:
    if not files:
        return "No raw file holds the buyer, so no build brings the hash back."
    holds = "holds" if len(files) == 1 else "hold"
    return (
        f"{', '.join(files)} still {holds} the buyer: take the rows out or delete the e-mail in "
        "them, or the hash comes back when the file is read again."
    )
