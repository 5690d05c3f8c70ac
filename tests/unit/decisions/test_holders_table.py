"""What is read of columns, and that tables made of another one read the same."""

import numpy as np
import pandas as pd
import pytest

from python_jobs.decisions.table import Table

FRAME = pd.DataFrame({"spend": [1.0, np.inf, np.nan], "whole": [3, 1, 2]}).assign(
    status=pd.Series(["paused", None, "active"], dtype=object)
)


@pytest.mark.parametrize("status", ["object", "str"])
def test_each_kind_of_column_by_hand(status):
    table = Table(FRAME.astype({"status": status}))
    np.testing.assert_array_equal(table.numbers("spend"), [1, np.inf, np.nan])
    np.testing.assert_array_equal(table.floats("spend"), [1, np.nan, np.nan])
    np.testing.assert_array_equal(table.floats("whole"), [3, 1, 2])
    assert table.missing("status").tolist() == [False, True, False]
    assert table.is_one_of("status", "active", "ended").tolist() == [False, False, True]
    assert table.texts("status").looked_up({"paused": 5.0}, -1.0).tolist() == [5, -1, -1]
    pd.testing.assert_frame_equal(table.frame(table.names()), FRAME.astype({"status": status}))


def test_rows_in_another_order_and_columns_put_in_place_of_others():
    table = Table(FRAME)
    table.floats("spend")
    new = table.with_columns({"spend": np.array([7.0, 8.0, 9.0]), "share": np.ones(3)})
    turned = new.at(np.array([2, 0]))
    assert len(turned) == 2
    assert turned.names() == ["spend", "whole", "status", "share"]
    assert turned.floats("spend").tolist() == [9, 7]
    assert turned.is_one_of("status", "active").tolist() == [True, False]
    assert new.at(slice(1, 9)).numbers("whole").tolist() == [1, 2]
    np.testing.assert_array_equal(table.floats("spend"), [1, np.nan, np.nan])
