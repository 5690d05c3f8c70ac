"""Objects of the Marketing API."""

from typing import Any

from python_jobs.landing import columns as declared
from python_jobs.landing.scan import landed


def land_objects(session: Any, inventory: Any, already_read: str | None) -> Any:
    """Relation of `columns.OBJECTS`: objects of files not yet read, and a row per problem met."""
    return landed(session, "landing_objects", [], [], declared.OBJECTS, "")
