"""What somebody wants exported. Apart, for help and completion load nothing else of exports."""

from collections.abc import Sequence
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
    approvals: Sequence[Path] = ()
    """tables of decisions or recommendations with names in `approved_by`"""
    stale_ok: bool = False
