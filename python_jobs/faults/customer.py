"""The small customer that `make faults` hurts: two mornings of an account of four ad sets."""

import shutil
from pathlib import Path

from python_jobs.faults.home import Home
from python_jobs.faults.kills import Morning
from python_jobs.simulation.closed_loop.loop import prepare
from python_jobs.simulation.settings import WorldSettings
from python_jobs.simulation.writers import write_export

DAYS = 35
"""of history, enough for every window"""


def make_home(folder: Path, project: Path) -> Home:
    """Make the customer's folders with the default settings, and both mornings' files beside."""
    home = Home(folder / "home", project, ("--exclude-resource-type", "test", "unit_test"))
    for part in ("home", "mornings"):
        shutil.rmtree(folder / part, ignore_errors=True)
    home.raw.mkdir(parents=True)
    shutil.copytree(project / "config" / "default", home.folder / "config" / "default")
    account = prepare(WorldSettings(ad_sets=4, ad_sets_per_campaign=2), days=DAYS).fork()
    mornings: tuple[Morning, ...] = ("old", "new")
    for morning in mornings:
        seen = account.seen()
        write_export(_files(home, morning), seen.export(), seen.today, breakdowns=())
        account.live()
    return home


def arrange(home: Home, morning: Morning) -> None:
    """Put the files of a morning into the raw folder, in the place of what is there."""
    shutil.rmtree(home.raw)
    shutil.copytree(_files(home, morning), home.raw)


def _files(home: Home, morning: Morning) -> Path:
    return home.folder.parent / "mornings" / morning
