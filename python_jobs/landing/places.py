"""Places with tables beside the raw folder, as files and documents."""

import glob
from dataclasses import dataclass, replace
from pathlib import Path

from python_jobs.config.locations import Location
from python_jobs.landing.archives import UnreadableError
from python_jobs.landing.databases import postgres_rows, postgres_tables
from python_jobs.landing.documents import Document, in_duckdb

# of a table of Postgres, from which it is recognised
_ROWS_IN_HEAD = 200


@dataclass(frozen=True, order=True)
class Place:
    """A file by its name in the list of files, or a location that has to be asked what it holds."""

    name: str
    path: Path
    location: Location | None = None


def places_of(number: int, location: Location) -> list[Place]:
    """List the files of a location; its number in the settings takes the place of the raw folder.

    A database, and a path at which nothing lies, are one place.
    """
    name = f"location {number}"
    if location.path is None:
        return [Place(name, Path(location.duckdb or str(location.postgres_env)), location)]
    root = Path(location.path)
    if root.is_file():
        return [Place(f"{name}/{root.name}", root)]
    pattern = root / "**" if root.is_dir() else root
    files = [Path(file) for file in glob.glob(str(pattern), recursive=True)]
    start = root if root.is_dir() else _before_the_pattern(root)
    return [
        Place(f"{name}/{file.relative_to(start).as_posix()}", file)
        for file in files
        if file.is_file()
    ] or [Place(name, root, location)]


def documents_of(place: Place) -> list[Document]:
    """List the tables of a location. Raises `UnreadableError` where there are none to be had."""
    location = place.location
    if location is None or location.path is not None:
        raise UnreadableError(
            f"is {place.path}, where no file lies: correct the path in the settings"
        )
    whole = Document(place.path, place.name)
    if location.duckdb is not None:
        if not place.path.is_file():
            raise UnreadableError(
                f"is {place.path}, where no file lies: correct the path in the settings"
            )
        found = in_duckdb(whole, location.schema_name, location.tables)
    else:
        env = str(location.postgres_env)
        found = [
            replace(
                whole,
                name=f"{place.name}/{'.'.join(table)}",
                head=b"".join(postgres_rows(env, table, _ROWS_IN_HEAD)),
                unpack={"postgres": table},
            )
            for table in postgres_tables(env, location.schema_name, location.tables)
        ]
    if not found:
        raise UnreadableError("holds no tables: correct the schema in the settings")
    return found


def _before_the_pattern(path: Path) -> Path:
    """Take the folders of a path that come before the first with a wildcard."""
    return next(parent for parent in path.parents if not glob.has_magic(str(parent)))
