"""What the attacks compare by: another cell is told, another order of adding up is not."""

import pytest

from python_jobs.faults.home import Content, Published

HOLDERS = Content((2, 11), (33202.55, None, float("nan")))


@pytest.mark.parametrize(
    ("other", "is_like"),
    [
        # on both sides of what is printed as .5 and .6
        (Content((2, 11), (33202.550000000003, None, float("nan"))), True),
        (Content((2, 11), (33202.56, None, float("nan"))), False),
        (Content((2, 11), (33202.55, 0.0, float("nan"))), False),
        (Content((2, 12), HOLDERS.sums), False),
        (Content((3, 11), HOLDERS.sums), False),
        (Content((2, 11), HOLDERS.sums[:2]), False),
    ],
)
def test_tables_differ_where_a_cell_does(other, is_like):
    assert HOLDERS.is_like(other) == is_like
    before, after = Published(("1",), {"holders": HOLDERS}), Published(("2",), {"holders": other})
    assert before.differing(after) == ([] if is_like else ["holders"])


def test_a_table_that_only_one_has_differs():
    one, none = Published(("1",), {"holders": HOLDERS}), Published(("1",), {})
    assert one.differing(none) == none.differing(one) == ["holders"]
