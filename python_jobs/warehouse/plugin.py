"""The dbt-duckdb plugin of profiles.yml: makes the folders, keeps the history, publishes."""

import os
from datetime import date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TextIO

import click
import duckdb

# dbt runs Python models in threads, and two threads that import a package with cycles inside for
# the first time can find it half imported: these are what the models and dbt-duckdb import
import pandas as pd  # noqa: F401
import pyarrow as pa  # noqa: F401
import pydantic  # noqa: F401
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from python_jobs.config.names import check_names
from python_jobs.warehouse import kept
from python_jobs.warehouse.build_lock import locked
from python_jobs.warehouse.date_files import swap_folder, write_date_files
from python_jobs.warehouse.publish import (
    Append,
    NotReadableError,
    Run,
    publish,
    restore_history,
)

_HELD: dict[tuple[int, Path], TextIO] = {}
"""opened locks by process and build file; closing one lets other builds in"""


class Plugin(BasePlugin):  # type: ignore[misc]
    """Gives the macros of on-run-start and on-run-end what Jinja cannot do.

    They call it through `adapter.store_relation`, the one way from a macro into a plugin.
    """

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Make the folders; dbt-duckdb does not, and DuckDB makes a file but no folder."""
        self.customer = str(plugin_config["customer"])
        self.platform = str(plugin_config["platform"])
        try:
            check_names(self.customer, self.platform)
        except ValueError as error:
            raise DbtRuntimeError(str(error)) from error
        warehouse = Path(plugin_config["warehouse"])
        self.live = warehouse / f"{self.customer}_{self.platform}.duckdb"
        self.builds = warehouse / ".build"
        try:
            self.builds.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DbtRuntimeError(
                f"{self.builds} cannot be made, and builds go there ({error.strerror}): set "
                "AUTOPILOT_WAREHOUSE to a folder that can be written."
            ) from error
        self.dataset = Path(plugin_config["datasets"], self.customer, self.platform)

    def hold(self) -> None:
        """Keep other builds of the customer away for as long as this process lives.

        Raises:
            DbtRuntimeError: another build is running.

        """
        build = self.builds.absolute() / self.live.name
        # of a fork the parent has the lock
        if (os.getpid(), build) in _HELD:
            return
        try:
            _HELD[os.getpid(), build] = locked(build)
        except BlockingIOError as error:
            raise DbtRuntimeError(
                f"Another build of {self.customer} is running: wait for it, and read results in "
                f"{self.live}."
            ) from error

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        """Try the build file just before dbt-duckdb opens it, whose failure is a long traceback.

        `AUTOPILOT_THREADS` of the environment is how many threads DuckDB takes, else all cores: a
        setting of profiles.yml has no value that says so. Nor is it the place to say that the order
        of rows means nothing: dbt-duckdb repeats its settings for each connection, also while a
        reader of files has asked for their order (`landing.scan`), which holds for all of them.

        Raises:
            DbtRuntimeError: one sentence.

        """
        if threads := os.environ.get("AUTOPILOT_THREADS"):
            if not threads.isdecimal() or int(threads) < 1:
                raise DbtRuntimeError(
                    f"AUTOPILOT_THREADS is '{threads}'; expected a number from 1 on."
                )
            config["threads"] = int(threads)
        config["preserve_insertion_order"] = False
        try:
            self.hold()
        except OSError as error:
            raise DbtRuntimeError(
                f"{self.builds} cannot be written, and builds go there ({error.strerror}): give "
                "yourself the right to, or set AUTOPILOT_WAREHOUSE to another folder."
            ) from error
        try:
            duckdb.connect(creds.path, config=config).close()
        except duckdb.Error as error:
            if "Conflicting lock" in str(error):
                raise DbtRuntimeError(
                    f"Another build of {self.customer} is running, or somebody has {creds.path} "
                    f"open: wait until it is closed, and read results in {self.live}."
                ) from error
            if "No space left" in str(error):
                raise DbtRuntimeError(
                    f"The disk that holds {self.builds} is full: make room and build again."
                ) from error
            raise DbtRuntimeError(
                f"{creds.path} cannot be opened: delete it, it is made again from the raw files."
            ) from error

    def store(self, target_config: Any) -> None:
        """Do the step that a macro asks for.

        Raises:
            DbtRuntimeError: one sentence; the published file is as it was.

        """
        request = target_config.config
        handle = DuckDBConnectionManager.env().handle()
        connection = handle.cursor()
        try:
            if request["step"] == "restore_history":
                restore_history(connection, self.live, request["tables"])
            elif request["step"] == "begin":
                kept.begin(connection, kept.program_of(Path.cwd()), anew=request["anew"])
            elif request["step"] == "end":
                kept.end(connection)
            else:
                self.publish(connection, request)
        except NotReadableError as error:
            raise DbtRuntimeError(
                f"{self.live} cannot be read; put a copy back, or move it away with the history "
                f"in it: {error}"
            ) from error
        except (duckdb.Error, OSError) as error:
            raise DbtRuntimeError(f"{self.live} stays as it was: {error}") from error
        finally:
            handle.close()

    def publish(self, connection: duckdb.DuckDBPyConnection, request: dict[str, Any]) -> None:
        """Publish what `request` names, and put into its `outcome` what became of it."""
        context = click.get_current_context(silent=True)
        if context is not None and context.info_name == "retry":
            request["outcome"] = (
                "Nothing published: a retry builds only what had failed. Run dbt build."
            )
            return
        files = []
        for relation, column in request["date_files"]:
            folder = self.dataset / relation[0]
            new = folder.with_name(f".{folder.name}.new")
            write_date_files(connection, tuple(relation), column, new, folder)
            files.append((new, folder))
        as_of, data_through = _dates(connection)
        publish(
            connection,
            self.live,
            [(schema, table) for schema, table in request["relations"]],
            [
                Append(append["table"], tuple(append["source"]), append["replaces_on"])
                for append in request["appends"]
            ],
            Run(
                run_id=request["run_id"],
                started_at=datetime.fromisoformat(request["started_at"]),
                customer=self.customer,
                platform=self.platform,
                as_of=as_of,
                data_through=data_through,
                package_version=_package_version(),
                dbt_version=request["dbt_version"],
            ),
            views={(schema, view): table for schema, view, table in request["views"]},
        )
        for new, folder in files:
            try:
                swap_folder(new, folder)
            except OSError as error:
                raise DbtRuntimeError(
                    f"Published to {self.live}, but {folder} is of the run before: {error}"
                ) from error
        published = len(request["relations"]) + len(request["views"])
        request["outcome"] = f"Published {published} tables to {self.live}."


def _dates(connection: duckdb.DuckDBPyConnection) -> tuple[date | None, date | None]:
    """As-of date and last day of the data; null where the run came no further than staging."""
    try:
        [(as_of, data_through)] = connection.execute(
            "select as_of, data_through from intermediate.int_as_of"
        ).fetchall()
    except duckdb.CatalogException:
        return None, None
    return as_of, data_through


def _package_version() -> str | None:
    try:
        return version("meta-ads-autopilot")
    except PackageNotFoundError:  # run from the folder without having been installed
        return None
