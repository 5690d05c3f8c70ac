from datetime import UTC, date, datetime

import numpy as np
import pytest

from python_jobs.simulation.clock import (
    existing_times,
    meta_time,
    seconds_of,
    shopify_times,
    unix_time,
    utc_offset_hours,
)


@pytest.mark.parametrize(
    ("day", "hour", "offset"),
    [
        (date(2026, 3, 7), 23.9, -5),
        (date(2026, 3, 8), 1.99, -5),
        (date(2026, 3, 8), 3.0, -4),
        (date(2026, 7, 1), 12.0, -4),
        (date(2026, 11, 1), 0.5, -4),
        (date(2026, 11, 1), 2.0, -5),
        (date(2025, 11, 2), 1.5, -4),
        (date(2025, 12, 31), 23.5, -5),
        (date(2027, 1, 1), 0.0, -5),
    ],
)
def test_daylight_saving_follows_the_rule_of_the_second_and_first_sunday(day, hour, offset):
    assert utc_offset_hours(np.array([seconds_of(day, hour)])).tolist() == [offset]


def test_the_hour_that_spring_skips_is_moved_and_no_other():
    times = np.array([seconds_of(date(2026, 3, 8), hour) for hour in (1.5, 2.5, 3.5)])
    moved = existing_times(times)
    assert (moved - times).tolist() == [0, 3600, 0]
    autumn = np.array([seconds_of(date(2026, 11, 1), hour) for hour in (0.5, 1.5, 2.5)])
    assert np.array_equal(existing_times(autumn), autumn)


def test_texts_as_the_two_systems_write_them():
    noon = np.array([seconds_of(date(2026, 5, 31), 12.0)])
    assert shopify_times(noon) == ["2026-05-31 12:00:00 -0400"]
    assert meta_time(date(2026, 1, 5)) == "2026-01-05T09:30:00-0500"
    assert unix_time(date(2026, 5, 31), 12.0) == datetime(2026, 5, 31, 16, tzinfo=UTC).timestamp()
    assert shopify_times(np.array([], dtype=np.int64)) == []
