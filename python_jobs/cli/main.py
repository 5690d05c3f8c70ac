"""The `autopilot` command: the project's jobs by name, over dbt and the published tables."""

import sys

# each adds its commands; the help has them in this order
from python_jobs.cli import (  # noqa: F401
    data_commands,
    decide_commands,
    improve_commands,
    share_commands,
)
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


def main() -> None:
    """Run the command; what goes wrong is one sentence on stderr, and exit code 1 or 2."""
    try:
        app()
    except WrongUseError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except ValueError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        text = f"{error.filename}: {error.strerror}." if error.filename else str(error)
        print(text, file=sys.stderr)
        sys.exit(1)
    except _duckdb_error() as error:
        [first, *_] = str(error).splitlines()
        remedy = "was the file published by another version, build the customer anew"
        print(f"{first.rstrip('.')}: {remedy}.", file=sys.stderr)
        sys.exit(1)


def _duckdb_error() -> type[Exception]:
    """Return the class that all errors of DuckDB have, which takes half a second to import."""
    import duckdb

    error: type[Exception] = duckdb.Error
    return error
