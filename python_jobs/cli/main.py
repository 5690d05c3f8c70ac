"""The `autopilot` command: the project's jobs by name, over dbt and the published tables."""

import sys

# each adds its commands; the help has them in this order
from python_jobs.cli import data_commands, decide_commands, improve_commands  # noqa: F401
from python_jobs.cli.app import OTHER_NAMES, app
from python_jobs.config.names import WrongUseError

for _name, _same_as, _command in (
    ("extract", "features", data_commands.features),
    ("execute", "budgets", decide_commands.budgets),
    ("rules", "audiences", decide_commands.audiences),
):
    app.command(_name, rich_help_panel=OTHER_NAMES, help=f"The same as `autopilot {_same_as}`.")(
        _command
    )


def _expected() -> tuple[type[Exception], ...]:
    """Return the errors that a user can do something about, each of them a sentence."""
    import duckdb

    return ValueError, OSError, duckdb.Error


def main() -> None:
    """Run the command; what goes wrong is one sentence on stderr, and exit code 1 or 2."""
    try:
        app()
    except WrongUseError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except _expected() as error:
        print(error, file=sys.stderr)
        sys.exit(1)
