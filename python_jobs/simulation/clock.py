"""Local time in New York without a time zone database, vectorized.

Minimal systems have no zone files; the rule has stood since 2007: daylight saving from the second
Sunday in March to the first Sunday in November, at two in the morning.
"""

from datetime import date, timedelta

import numpy as np

from python_jobs.simulation.curves import Ints

EPOCH = date(1970, 1, 1)
DAY = 86_400


def _sunday_on_or_after(day: date) -> date:
    return day + timedelta(days=(6 - day.weekday()) % 7)


def utc_offset_hours(local_seconds: Ints) -> Ints:
    """-4 or -5 for wall-clock times in New York given as seconds since 1970-01-01 00:00 local."""
    years = (1970 + local_seconds // DAY / 365.2425).astype(np.int64)
    summer = np.zeros(local_seconds.shape, dtype=bool)
    if local_seconds.size:
        for year in range(int(years.min()) - 1, int(years.max()) + 2):
            begin = (_sunday_on_or_after(date(year, 3, 8)) - EPOCH).days * DAY + 2 * 3600
            end = (_sunday_on_or_after(date(year, 11, 1)) - EPOCH).days * DAY + 2 * 3600
            summer |= (local_seconds >= begin) & (local_seconds < end)
    return np.where(summer, -4, -5)


def existing_times(local_seconds: Ints) -> Ints:
    """Move times in the hour that spring skips one hour on; all others stay."""
    gap = utc_offset_hours(local_seconds - 3600) != utc_offset_hours(local_seconds)
    in_spring = gap & (utc_offset_hours(local_seconds) == -4)
    return np.where(in_spring, local_seconds + 3600, local_seconds)


def seconds_of(day: date, hour: float = 0.0) -> int:
    """Local seconds of an hour on a day."""
    return (day - EPOCH).days * DAY + int(hour * 3600)


def local_texts(local_seconds: Ints) -> list[str]:
    """`2026-03-08 09:30:00`."""
    stamps = np.datetime_as_string(local_seconds.astype("datetime64[s]"))
    return [stamp.replace("T", " ") for stamp in stamps.tolist()]


def shopify_times(local_seconds: Ints) -> list[str]:
    """`2026-03-08 09:30:00 -0400`."""
    offsets = utc_offset_hours(local_seconds).tolist()
    pairs = zip(local_texts(local_seconds), offsets, strict=True)
    return [f"{text} -0{-offset}00" for text, offset in pairs]


def meta_time(day: date, hour: float = 9.5) -> str:
    """`2026-03-08T09:30:00-0400`."""
    return shopify_times(np.array([seconds_of(day, hour)]))[0].replace(" ", "T", 1).replace(" ", "")


def unix_time(day: date, hour: float = 9.5) -> int:
    """Seconds since 1970-01-01 UTC of a local hour."""
    local = np.array([seconds_of(day, hour)])
    return int(local[0] - 3600 * utc_offset_hours(local)[0])
