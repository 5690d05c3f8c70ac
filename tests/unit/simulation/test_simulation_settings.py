import pytest

from python_jobs.simulation.settings import USUAL_MATURITY, WorldSettings


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ad_sets", 0),
        ("order_value", 0.0),
        ("median_roas", -1.0),
        ("limited_share", 1.2),
        ("tracked_share", 1.01),
        ("utm_share", (0.6, 0.6, 0.6, 1.1)),
        ("peak_size", 0.0),
        ("overspend_bound", 0.9),
        ("curve", "linear"),
        ("maturity", USUAL_MATURITY[:-1]),
        ("maturity", (0.5, 0.4, *USUAL_MATURITY[2:])),
        ("maturity", (*USUAL_MATURITY[:-1], 0.99)),
    ],
)
def test_a_bad_setting_is_named(field, value):
    with pytest.raises(ValueError, match=field):
        WorldSettings(**{field: value})
