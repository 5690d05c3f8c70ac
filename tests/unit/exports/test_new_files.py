"""Files are whole, and none is written over."""

import os

import pytest

from python_jobs.exports.files import write_new


def test_names_begin_with_the_day_and_nothing_is_written_over(tmp_path):
    folder = tmp_path / "results" / "rules"
    first = write_new(folder, "2026-03-10", {"undo.csv": b"1", "all.csv": b"2"})
    assert [path.name for path in first] == ["2026-03-10_undo.csv", "2026-03-10_all.csv"]
    first[0].unlink()
    # one of them is there: the new ones stay together under one number
    second = write_new(folder, "2026-03-10", {"undo.csv": b"3", "all.csv": b"4"})
    assert [path.name for path in second] == ["2026-03-10_2_undo.csv", "2026-03-10_2_all.csv"]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "2026-03-10_all.csv": b"2",
        "2026-03-10_2_undo.csv": b"3",
        "2026-03-10_2_all.csv": b"4",
    }
    assert [path.name for path in write_new(folder, "2026-03-11", {"all.csv": b"5"})] == [
        "2026-03-11_all.csv"
    ]


def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch):
    seen = []

    def full(descriptor):
        seen.append(descriptor)
        if len(seen) == 2:
            raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_new(tmp_path, "2026-03-10", {"undo.csv": b"1", "all.csv": b"2"})
    assert list(tmp_path.iterdir()) == []
