"""What somebody wants exported. Apart, for help and completion load nothing else of exports."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Format(StrEnum):
    """What can be written."""

    ADS_MANAGER = "ads-manager"
    API = "api"
    CSV = "csv"
    XLSX = "xlsx"


TABLES = (Format.CSV, Format.XLSX)
"""formats for people, which hold all decisions and recommendations"""


@dataclass(frozen=True)
class Order:
    """What somebody wants exported."""

    customer: str
    format: Format
    since_run: str | None = None
    """only what that run recommended otherwise"""
    approvals: Path | None = None
    """a table of decisions with names in `approved_by`"""
    stale_ok: bool = False
