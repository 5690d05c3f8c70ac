"""The short form of `make fuzz`: the first files of every format."""

import pytest
from fuzzed_files import FORMATS
from fuzzed_readers import check
from fuzzed_settings import READERS, check_reader


@pytest.mark.parametrize("format_name", FORMATS)
def test_first_files_of(format_name, tmp_path):
    counts = check(format_name, range(16), tmp_path / "raw")
    assert counts["whole"] >= 2
    assert counts["read"] > 0
    assert sum(counts.values()) - counts["whole"] >= 16


@pytest.mark.parametrize("name", READERS)
def test_first_files_before(name, tmp_path):
    assert sum(check_reader(name, range(40), tmp_path / "raw").values()) == 40
